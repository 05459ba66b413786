"""Whom the parent's servers name, beside whom they should name, and beside the zone's own NS. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psfdns.delegation.finding import Finding, join
from psfdns.delegation.rules import CHILD_NS_DIFFERS, PARENTS_DISAGREE
from psfdns.delegation.wanted import Comparison, Wanted, compare
from psfdns.diagnostics import Severity
from psfdns.lookup.answer import Answer
from psfdns.lookup.parents import Delegation, ParentView
from psfdns.lookup.survey import Heard, Survey

SET_THEM = "have exactly these set at the registrar, or in the parent's zone: {}"


@dataclass(frozen=True, slots=True)
class Naming:
    """A set of name servers, empty where the zone is not delegated, and the parent servers that give it."""

    ns: tuple[str, ...]
    at: tuple[str, ...]


def namings(parents: ParentView | None) -> tuple[Naming, ...]:
    """What the parent's servers say, those that agree together; the most frequent first."""
    found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for server, said in parents.heard if parents else ():
        if isinstance(said, Delegation):
            found[said.ns].append(str(server))
    return tuple(Naming(ns, tuple(at)) for ns, at in sorted(found.items(), key=lambda each: -len(each[1])))


def judge_sets(wanted: Wanted, survey: Survey) -> Iterator[Finding]:
    """What is wrong with what the parent's servers name."""
    groups = namings(survey.parents)
    for naming in groups:
        who = _who(naming, groups, survey)
        if not naming.ns:
            hint = _set_them(wanted)
            summary = f"{who} not delegate it: nobody finds the zone"
            yield Finding("not-delegated", Severity.ERROR, summary, hint=hint, servers=naming.at)
        elif wanted.servers is not None:
            yield from _judge_naming(naming, who, wanted, survey)
    yield from _judge_agreement(groups, survey)


def _judge_naming(naming: Naming, who: str, wanted: Wanted, survey: Survey) -> Iterator[Finding]:
    compared = compare(naming.ns, wanted.servers or (), survey)
    who = f"{who} delegate"
    hint = _set_them(wanted)
    if compared.stale:
        which = f"another Route 53 zone{_known_as(compared, wanted)}"
        summary = f"{who} it to servers of {which}: {_list(compared.stale)}"
        yield Finding("stale-zone", Severity.ERROR, summary, hint=hint, servers=naming.at)
    if compared.strange:
        code = "extra-servers" if compared.reaches_us else "delegated-elsewhere"
        also = "also " if compared.reaches_us else ""
        what = f"{also}to servers that are not ours"
        summary = f"{who} it {what}: {_list(compared.strange)}"
        yield Finding(code, Severity.ERROR, summary, hint=hint, servers=naming.at)
    if compared.missing and compared.reaches_us:
        summary = f"{who} it without {_list(compared.missing)}"
        yield Finding("servers-missing", Severity.ERROR, summary, hint=hint, servers=naming.at)
    if compared.renamed:
        summary = f"{_list(compared.renamed)}: servers of ours by other names, with their addresses"
        yield Finding("renamed-servers", Severity.INFO, summary, servers=naming.at)


def _known_as(compared: Comparison, wanted: Wanted) -> str:
    """Which hosted zone of the account the stale servers are those of, where one is."""
    for zone_id, servers in wanted.others.items():
        if compared.stale & set(servers):
            return f", {zone_id} of this account"
    return ""


def _judge_agreement(groups: Sequence[Naming], survey: Survey) -> Iterator[Finding]:
    said = survey.parents.delegations if survey.parents else ()
    if len(groups) > 1:
        ways = "; ".join(f"{join(each.at)}: {_list(each.ns) or 'nobody'}" for each in groups)
        yield _disagree(f"the servers of {_parent(survey)} name different sets: {ways}", groups)
    elif len({each.ds for each in said}) > 1:
        yield _disagree(f"the servers of {_parent(survey)} have different DS records", groups)


def _disagree(summary: str, groups: Sequence[Naming]) -> Finding:
    hint = PARENTS_DISAGREE.mend
    at = tuple(server for each in groups for server in each.at)
    return Finding("parents-disagree", Severity.WARNING, summary, hint=hint, servers=at)


def judge_own_ns(wanted: Wanted, survey: Survey) -> Iterator[Finding]:
    """Where the NS that the zone's servers give themselves are not those that resolvers came by.

    Servers of ours that the parent does not name, or not alone, are held to the wanted set.
    """
    found: defaultdict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    for heard in survey.authorities:
        own = heard.ns.answered(survey.zone, "NS") if isinstance(heard.ns, Answer) else None
        expected = _expected_at(heard, wanted, survey)
        if own is not None and expected and own.values != expected:
            found[own.values, expected].append(str(heard.at))
    for (own_ns, expected), at in found.items():
        none_of_ours = not set(own_ns) & set(expected)
        yield Finding(
            "child-ns-differs",
            Severity.ERROR if none_of_ours else Severity.WARNING,
            f"its own NS are {_list(own_ns)}, and not {_list(expected)}, as {join(at)} tells",
            hint=CHILD_NS_DIFFERS.mend,
            reference=CHILD_NS_DIFFERS.reference,
            servers=tuple(at),
        )


def _expected_at(heard: Heard, wanted: Wanted, survey: Survey) -> tuple[str, ...]:
    """What a server of the zone should give as its NS; nothing where that cannot be told, or is not ours."""
    groups = namings(survey.parents)
    parent = groups[0].ns if len(groups) == 1 else ()
    servers = wanted.servers
    if servers is None:
        return parent
    if heard.at.name not in wanted.asked:
        return ()
    return parent if compare(parent, servers, survey).is_exact else tuple(sorted(servers))


def _who(naming: Naming, groups: Sequence[Naming], survey: Survey) -> str:
    """The subject of a sentence, with its verb where it is a no."""
    verb = "" if naming.ns else " do"
    if len(groups) == 1:
        return f"the servers of {_parent(survey)}{verb}"
    total = sum(len(each.at) for each in groups)
    return f"{len(naming.at)} of {total} servers of {_parent(survey)} ({join(naming.at)}){verb}"


def _parent(survey: Survey) -> str:
    return survey.parents.parent if survey.parents else ""


def _set_them(wanted: Wanted) -> str | None:
    return SET_THEM.format(_list(wanted.servers)) if wanted.servers else None


def _list(names: Sequence[str] | frozenset[str]) -> str:
    return join(sorted(names))
