"""CNAMEs followed within the zone: circles, long chains, and ends where nothing stands."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.answers import is_told_by_reader, placed_targets, targets_of, types_answered
from psfdns.checks.check import Check, Subject
from psfdns.checks.final_dots import completed
from psfdns.checks.hosts import has_path
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.records import RRset

CNAME_LOOP = Rule(
    "cname-loop",
    Severity.WARNING,
    "Following CNAMEs within the zone ends at other data.",
    "RFC 1034 §3.6.2",
    why="Whoever looks such a name up is sent round in the circle until they give up, and reaches nothing.",
    mend="name a host that has addresses",
)
CNAME_CHAIN = Rule(
    "cname-chain",
    Severity.WARNING,
    "A name is reached over at most two CNAMEs of the zone; each costs a step, and some clients stop.",
    "RFC 1034 §3.6.2",
    why="Each link takes time to look up, is one more that can break, and some clients follow only a few.",
    mend="name the last target at once",
)
CNAME_TO_NOTHING = Rule(
    "cname-to-nothing",
    Severity.WARNING,
    "The target of a CNAME exists, where the zone itself has to have it.",
    "RFC 1912 §2.4",
    about_absence=True,
    why=(
        "Whoever asks for the name is told that it does not exist. Often such a CNAME is left over "
        "from a service that is gone."
    ),
    mend="write the records of the target, name one that exists, or remove the CNAME",
)

MAX_LINKS = 2
_ENDLESS = MAX_LINKS + 2
"""Links up to a circle are not counted: more than the first too many."""


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in _cnames(subject):
        for target, span in placed_targets(rrset):
            if not is_told_by_reader(subject, span):
                yield from _find_missing(subject, rrset, target)
    yield from _find_long(subject)


def _find_missing(subject: Subject, rrset: RRset, target: str) -> Iterator[Diagnostic]:
    if target in subject.existing or types_answered(subject, target) != {}:
        return
    if not has_path(target) and completed(subject, rrset, target) is None:
        yield CNAME_TO_NOTHING.broken(
            rrset,
            f"{rrset.name} is a CNAME to {target}, which does not exist in this zone",
            hint=f"write the records of {target}, or name a target that exists",
        )


def _find_long(subject: Subject) -> Iterator[Diagnostic]:
    """One finding a circle, and one at each link that is the first too many: linear in any zone."""
    links = {rrset.name: _next(subject, rrset) for rrset in _cnames(subject)}
    length: dict[str, int] = {}
    for start in links:
        path: dict[str, None] = {}
        name: str | None = start
        while name is not None and name not in path and name not in length:
            path[name] = None
            name = links[name]
        names = [*path]
        if name is not None and name in path:
            circle = names[names.index(name) :]
            yield _loop(subject, circle)
            length.update(dict.fromkeys(names, _ENDLESS))
            continue
        behind = 0 if name is None else length[name]
        for link in reversed(names):
            behind = min(behind + 1, _ENDLESS)
            length[link] = behind
            if behind == MAX_LINKS + 1:
                yield _chain(subject, link, links)


def _cnames(subject: Subject) -> Iterator[RRset]:
    return (rrset for rrset in subject.zone.rrsets.values() if rrset.type == "CNAME")


def _next(subject: Subject, rrset: RRset) -> str | None:
    """The name of the CNAME that answers for the target: a wildcard's, where that covers it."""
    for target in targets_of(rrset):
        for answer in (types_answered(subject, target) or {}).get("CNAME", ()):
            return answer.name
    return None


def _chain(subject: Subject, start: str, links: dict[str, str | None]) -> Diagnostic:
    shown, name = start, links[start]
    while name is not None:
        shown, name = f"{shown} -> {name}", links[name]
    return CNAME_CHAIN.broken(
        subject.at(start, "CNAME")[0],
        f"more than {MAX_LINKS} CNAMEs in a row: {shown}",
    )


def _loop(subject: Subject, circle: list[str]) -> Diagnostic:
    at = subject.at(circle[-1], "CNAME")[0]
    shown = " -> ".join([*circle[:4], *(["…"] if len(circle) > 4 else []), circle[0]])
    summary = f"{at.key} is its own target" if len(circle) == 1 else f"the CNAMEs go in a circle: {shown}"
    return CNAME_LOOP.broken(at, summary)


CHECK = Check((CNAME_LOOP, CNAME_CHAIN, CNAME_TO_NOTHING), _find)
