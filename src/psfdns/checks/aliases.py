"""Aliases: what they may stand for (Route 53 API reference, AliasTarget)."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.names import is_subdomain
from psfdns.records import SELF_ZONE, Alias, RRset

_API = "Route 53 API reference, AliasTarget"

ALIAS_OUTSIDE = Rule(
    "alias-outside",
    Severity.ERROR,
    "The target of a `$self` alias lies in the zone.",
    _API,
    why=(
        "With `$self` Route 53 looks for the target in this zone, where a name outside of it can "
        "never stand, and refuses the change."
    ),
    mend="$self is this zone; another target needs the id of its own hosted zone",
)
ALIAS_TARGET_MISSING = Rule(
    "alias-target-missing",
    Severity.ERROR,
    "The target of a `$self` alias stands in the zone, with the alias's type; a wildcard does not serve.",
    _API,
    about_absence=True,
    why=(
        "Route 53 refuses an alias to a record set that the zone does not have, and with it the whole change."
    ),
    mend="write the target with the alias's type, or name a target that has it",
)
ALIAS_LOOP = Rule(
    "alias-loop",
    Severity.ERROR,
    "Following `$self` aliases ends at values.",
    _API,
    why="An alias takes over the answer of its target. In a circle there is no answer to take over.",
    mend="let one of them have values of its own",
)
ALIAS_CLOUDFRONT = Rule(
    "alias-cloudfront",
    Severity.ERROR,
    "An alias to CloudFront is of type A, AAAA or HTTPS and does not evaluate the target's health.",
    _API,
    why=(
        "CloudFront answers for these types only, and its health cannot be evaluated; Route 53 "
        "refuses anything else."
    ),
    mend="use type A, AAAA or HTTPS, and write false at the end of the line",
)

CLOUDFRONT = "Z2FDTNDATAQYW2"
_CLOUDFRONT_TYPES = frozenset({"A", "AAAA", "HTTPS"})


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in subject.zone.rrsets.values():
        if rrset.alias is None:
            continue
        if _is_own(subject, rrset.alias):
            yield from _find_own(subject, rrset, rrset.alias)
        elif rrset.alias.zone_id == CLOUDFRONT:
            yield from _find_cloudfront(rrset, rrset.alias)
    yield from _find_loops(subject)


def _is_own(subject: Subject, alias: Alias) -> bool:
    return alias.zone_id in {SELF_ZONE, subject.settings.id}


def _find_own(subject: Subject, rrset: RRset, alias: Alias) -> Iterator[Diagnostic]:
    if not is_subdomain(alias.name, subject.origin):
        yield ALIAS_OUTSIDE.broken(
            rrset,
            f"{rrset.key}: its target {alias.name} lies outside of {subject.origin}",
            hint=f"{SELF_ZONE} is this zone; another target needs the id of its own hosted zone",
        )
    elif not subject.at(alias.name, rrset.type):
        there = ", ".join(sorted(subject.names.get(alias.name, ())))
        yield ALIAS_TARGET_MISSING.broken(
            rrset,
            f"{rrset.key}: its target {alias.name} has no {rrset.type} in this zone",
            hint=f"{alias.name} has {there}" if there else f"nothing stands at {alias.name}",
        )


def _find_cloudfront(rrset: RRset, alias: Alias) -> Iterator[Diagnostic]:
    if rrset.type not in _CLOUDFRONT_TYPES:
        yield ALIAS_CLOUDFRONT.broken(
            rrset, f"{rrset.key}: CloudFront has A, AAAA and HTTPS, no {rrset.type}"
        )
    if alias.evaluate_target_health:
        yield ALIAS_CLOUDFRONT.broken(
            rrset,
            f"{rrset.key}: CloudFront's health cannot be evaluated",
            hint="write false at the end of the line",
        )


def _find_loops(subject: Subject) -> Iterator[Diagnostic]:
    """One finding a loop, at its first record set in canonical spelling."""
    targets = {(rrset.name, rrset.type): _targets(subject, rrset) for rrset in _own_aliases(subject)}
    done: set[tuple[str, str]] = set()
    for start in targets:
        yield from _walk(subject, start, targets, done)


def _own_aliases(subject: Subject) -> Iterator[RRset]:
    for rrset in subject.zone.rrsets.values():
        if rrset.alias is not None and _is_own(subject, rrset.alias):
            yield rrset


def _targets(subject: Subject, rrset: RRset) -> list[str]:
    """Where the aliases of one name and type lead: several where they are routed."""
    aliases = (other.alias for other in subject.at(rrset.name, rrset.type))
    return [alias.name for alias in aliases if alias is not None and _is_own(subject, alias)]


def _walk(
    subject: Subject,
    start: tuple[str, str],
    targets: dict[tuple[str, str], list[str]],
    done: set[tuple[str, str]],
) -> Iterator[Diagnostic]:
    """Depth first without recursion: a chain may be as long as the zone."""
    if start in done:
        return
    path: dict[tuple[str, str], Iterator[str]] = {start: iter(targets.get(start, ()))}
    while path:
        place, rest = next(reversed(path.items()))
        target = next(rest, None)
        if target is None:
            done.add(place)
            del path[place]
            continue
        following = (target, place[1])
        if following in path:
            yield _loop(subject, [*path][[*path].index(following) :])
        elif following not in done and following in targets:
            path[following] = iter(targets[following])


def _loop(subject: Subject, places: list[tuple[str, str]]) -> Diagnostic:
    rrset = subject.at(*places[-1])[0]
    if len(places) == 1:
        return ALIAS_LOOP.broken(rrset, f"{rrset.key}: an alias of itself")
    shown = [name for name, _ in places]
    chain = " -> ".join([*shown[:4], *(["…"] if len(shown) > 4 else []), shown[0]])
    return ALIAS_LOOP.broken(rrset, f"{rrset.key}: the aliases go in a circle: {chain}")


CHECK = Check((ALIAS_OUTSIDE, ALIAS_TARGET_MISSING, ALIAS_LOOP, ALIAS_CLOUDFRONT), _find)
