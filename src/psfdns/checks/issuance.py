"""Whether CAA lets the CAs issue that psfdns asks for certificates (RFC 8659 §3, RFC 8657)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from psfdns.checks.answers import delegation_above
from psfdns.checks.check import Check, Subject
from psfdns.checks.issuers import Issue, parse_issue, properties
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.names import parent_of
from psfdns.records import RRset

OUR_METHOD = "dns-01"
"""How psfdns proves that a name is ours (RFC 8555 §8.4)."""

FORBIDS_OURS = Rule(
    "caa-forbids-ours",
    Severity.WARNING,
    "A CAA that applies to hosts of the zone lets the CAs of psfdns.toml issue, by dns-01.",
    "RFC 8659 §3, RFC 8657 §4",
    why="A CAA applies to all names below it that have none of their own. psfdns gets certificates by dns-01 "
    "from the CAs of [acme] order, by default Let's Encrypt; it is refused there, and the certificate runs "
    "out.",
    mend='add 0 issue "letsencrypt.org"; where other certificates are meant, silence this warning',
)

_SERVED = frozenset({"A", "AAAA", "CNAME"})


class _Use(NamedTuple):
    """What a CAA decides about: a host, and a wildcard where there is one."""

    host: str
    wildcard: str | None


def _find(subject: Subject) -> Iterator[Diagnostic]:
    holders = {rrset.name for rrset in subject.zone.rrsets.values() if rrset.type == "CAA" and rrset.values}
    if not holders or subject.settings.private or not subject.issuers:
        return
    for holder, use in _uses(subject, holders).items():
        for rrset in subject.at(holder, "CAA"):
            reason = _refusal(rrset, use, subject.issuers)
            if reason:
                yield FORBIDS_OURS.broken(rrset, f"{rrset.key}: {reason}")


def _uses(subject: Subject, holders: set[str]) -> dict[str, _Use]:
    """By the name of the nearest CAA, the hosts that it applies to: the first of each."""
    uses: dict[str, _Use] = {}
    for name, types in subject.names.items():
        if _SERVED.isdisjoint(types) or not _is_host(subject, name):
            continue
        holder = _nearest(subject, name.removeprefix("*."), holders)
        if holder is not None:
            known = uses.get(holder, _Use(name, None))
            uses[holder] = known._replace(wildcard=name) if name.startswith("*.") else known
    return uses


def _is_host(subject: Subject, name: str) -> bool:
    """Whether a certificate may be wanted for it: none has underscores, none is ours behind a delegation."""
    return "._" not in f".{name}" and delegation_above(subject, name) is None


def _nearest(subject: Subject, name: str, holders: set[str]) -> str | None:
    while name not in holders:
        if name in {subject.origin, "."}:
            return None
        name = parent_of(name)
    return name


def _refusal(rrset: RRset, use: _Use, issuers: Sequence[str]) -> str | None:
    """Why our CAs must not issue."""
    reason = find_refusal([rrset], issuers, is_wildcard=False)
    if reason:
        return f"{reason} for {use.host}"
    reason = find_refusal([rrset], issuers, is_wildcard=True) if use.wildcard else None
    return f"{reason} for {use.wildcard}" if reason else None


def find_refusal(rrsets: Iterable[RRset], issuers: Sequence[str], *, is_wildcard: bool) -> str | None:
    """Why none of the issuers may issue by dns-01 under this CAA; None where one of them may.

    `issuewild` takes the place of `issue` for wildcards alone (RFC 8659 §4.3).
    """
    known = list(rrsets)
    wild = _issues(known, "issuewild") if is_wildcard else []
    return _reason(wild or _issues(known, "issue"), issuers)


def _issues(rrsets: Iterable[RRset], tag: str) -> list[Issue | None]:
    return [parse_issue(each.text) for rrset in rrsets for each in properties(rrset) if each.tag == tag]


def _reason(issues: list[Issue | None], issuers: Sequence[str]) -> str | None:
    """None where there is no such property, so no restriction (§4.2), or none that can be read."""
    known = [issue for issue in issues if issue is not None]
    ours = [issue for issue in known if issue.domain in issuers]
    if any(_permits_our_method(issue) for issue in ours) or not known:
        return None
    if ours:
        methods = ours[0].parameters["validationmethods"]
        return f"{ours[0].domain} may issue by {methods} and not by {OUR_METHOD}"
    named = sorted({issue.domain for issue in known if issue.domain})
    return f"only {', '.join(named)} may issue, not {' or '.join(issuers)}," if named else "no CA may issue"


def _permits_our_method(issue: Issue) -> bool:
    methods = issue.parameters.get("validationmethods")
    return methods is None or OUR_METHOD in {method.strip().lower() for method in methods.split(",")}


CHECK = Check((FORBIDS_OURS,), _find)
