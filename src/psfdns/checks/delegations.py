"""Delegations: who serves them, what the zone has to give with them, and what they hide.

A delegation is an NS record set below the apex. `delegated` in tenant.toml is none: it says which tenant
may hold the zone, and without NS the names are still answered from here.
"""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.answers import delegation_above, is_left_to_others, placed_targets, targets_of
from psfdns.checks.check import Check, Subject, place_of
from psfdns.checks.final_dots import completed
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.names import is_subdomain, parent_of
from psfdns.records import RRset

BELOW_DELEGATION = Rule(
    "below-delegation",
    Severity.WARNING,
    "Below a delegation stand only the addresses of name servers, and at it only NS and DS.",
    "RFC 5936 §3.5",
    why="Whoever asks is sent to the name servers of the delegation; what else stands here is never"
    " answered, and a change to it changes nothing.",
    mend="move the record to the delegated zone, or remove the NS that delegate it",
)
MISSING_GLUE = Rule(
    "missing-glue",
    Severity.WARNING,
    "A name server that lies in the zone that it serves has its A or AAAA beside the delegation.",
    "RFC 9471 §2.1",
    about_absence=True,
    why="To learn its address one would have to ask it: where all name servers of a delegation are like"
    " that, nothing below it can be resolved.",
    mend="write the A and AAAA of the name server into this zone, or name a server that lies elsewhere",
)
DS_WITHOUT_NS = Rule(
    "ds-without-ns",
    Severity.WARNING,
    "A DS stands beside the NS of a delegation.",
    "RFC 4035 §2.4",
    about_absence=True,
    why="There is no delegation that it could secure. It is often what is left of one, or its name is"
    " mistyped and the delegated zone is unsigned for all who ask.",
    mend="remove the DS, or write the NS of the delegation at the same name",
)
DELEGATION_ONE_SERVER = Rule(
    "delegation-one-server",
    Severity.INFO,
    "A delegation names two name servers or more.",
    "RFC 2182 §5",
    why="When the only one fails, all names of the delegated zone fail with it. For a zone that serves"
    " challenges of certificates alone that may be enough.",
    mend="name a second server, in another network, that serves the zone",
)

_AT_CUT = frozenset({"CNAME", "DS", "NS"})
"""A CNAME beside the NS is refused already."""
_ADDRESSES = frozenset({"A", "AAAA"})


def _find(subject: Subject) -> Iterator[Diagnostic]:
    hosts = _name_servers(subject)
    cuts = {name: subject.at(name, "NS")[0].span for name in subject.delegations}
    for rrset in subject.zone.rrsets.values():
        cut = _hiding(subject, rrset)
        if cut is not None:
            if rrset.type not in _ADDRESSES or rrset.name not in hosts:
                yield _hidden(rrset, cut, cuts[cut])
        elif rrset.type == "NS" and rrset.name in subject.delegations:
            yield from _find_weak(subject, rrset)
        elif rrset.type == "DS" and _has_no_ns(subject, rrset):
            yield DS_WITHOUT_NS.broken(rrset, f"{rrset.name} has a DS and no NS")


def _name_servers(subject: Subject) -> frozenset[str]:
    """All hosts that an NS of the zone names, with a final dot that is missing added."""
    named = {
        host
        for rrset in subject.zone.rrsets.values()
        if rrset.type == "NS"
        for target in targets_of(rrset)
        for host in (target, completed(subject, rrset, target))
    }
    return frozenset(host for host in named if host is not None)


def _hiding(subject: Subject, rrset: RRset) -> str | None:
    """The delegation that hides the record set, or None."""
    if not subject.delegations or rrset.name == subject.origin:
        return None
    if rrset.name in subject.delegations and rrset.type not in _AT_CUT:
        return rrset.name
    return delegation_above(subject, parent_of(rrset.name))


def _hidden(rrset: RRset, cut: str, at: Span | None) -> Diagnostic:
    where = "at" if rrset.name == cut else "below"
    place = place_of(at, seen_from=rrset.span)
    there = f" ({place})" if place else ""
    return BELOW_DELEGATION.broken(
        rrset,
        f"{rrset.key} stands {where} the delegation {cut} and is never answered",
        hint=f"move it to the zone {cut}, or remove the NS of {cut}{there}",
    )


def _find_weak(subject: Subject, delegation: RRset) -> Iterator[Diagnostic]:
    cut = delegation.name
    targets = dict(placed_targets(delegation))
    for host, span in targets.items():
        if (
            is_subdomain(host, cut)
            and _has_no_address(subject, host)
            and not _is_mistyped(subject, delegation, host)
        ):
            yield MISSING_GLUE.broken(
                span,
                f"{cut} is delegated to {host}, which lies in {cut} itself and has no address here",
                hint=f"write the A and AAAA of {host}, or name a server that lies elsewhere",
            )
    if len(targets) == 1 and delegation.key.set_identifier is None:
        yield DELEGATION_ONE_SERVER.broken(delegation, f"{cut} is delegated to one name server only")


def _has_no_address(subject: Subject, host: str) -> bool:
    return _ADDRESSES.isdisjoint(subject.names.get(host, ())) and not is_left_to_others(subject, host)


def _is_mistyped(subject: Subject, delegation: RRset, host: str) -> bool:
    return completed(subject, delegation, host) is not None


def _has_no_ns(subject: Subject, rrset: RRset) -> bool:
    """A DS at the apex or at a wildcard's NS is refused already; NS may be left to another writer."""
    return (
        rrset.name != subject.origin
        and not subject.at(rrset.name, "NS")
        and not is_left_to_others(subject, rrset.name, ("NS",))
    )


CHECK = Check((BELOW_DELEGATION, MISSING_GLUE, DS_WITHOUT_NS, DELEGATION_ONE_SERVER), _find)
