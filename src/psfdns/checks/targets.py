"""Where MX, NS and SRV point: at a host with addresses of its own, or by intent at none."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.answers import Types, is_told_by_reader, placed_targets, types_answered
from psfdns.checks.check import Check, Subject
from psfdns.checks.final_dots import completed
from psfdns.checks.hosts import has_path
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.final_dot import address_hint, is_address
from psfdns.records import RRset

TARGET_IS_CNAME = Rule(
    "target-is-cname",
    Severity.WARNING,
    "MX, NS and SRV name a host by its own name, not by a CNAME.",
    "RFC 2181 §10.3",
    why=(
        "Some mail servers and resolvers do not follow a CNAME there, so mail is lost, or a part of "
        "the world does not find the zone."
    ),
    mend="name the host that the CNAME leads to",
)
TARGET_WITHOUT_ADDRESS = Rule(
    "target-without-address",
    Severity.WARNING,
    "The target of MX, NS or SRV has an A or AAAA, where the zone itself has to have it.",
    "RFC 1912 §2.4",
    about_absence=True,
    why="There is nothing to connect to: mail waits and is sent back, a delegation answers nobody.",
    mend="write an A or AAAA of the target, or name another host",
)
TARGET_IS_ADDRESS = Rule(
    "target-is-address",
    Severity.WARNING,
    "The target of CNAME, MX, NS or SRV is a name; four numbers are not looked up as an address.",
    "RFC 1035 §3.3.9",
    why="It is looked up as a name whose last label is the last number, and no such name exists.",
    mend="name the host that has the address",
)
NULL_MX_BESIDE_MX = Rule(
    "null-mx-beside-mx",
    Severity.WARNING,
    "`MX 0 .`, which says that a name takes no mail, stands alone and has preference 0.",
    "RFC 7505 §3",
    why="Beside other MX it contradicts them, and senders choose for themselves what to believe.",
    mend='write "0 ." alone, or remove it',
)
NULL_SRV_BESIDE_SRV = Rule(
    "null-srv-beside-srv",
    Severity.WARNING,
    "The SRV target `.`, which says that there is no such service, stands alone.",
    "RFC 2782",
    why="Beside other targets it contradicts them, and clients choose for themselves what to believe.",
    mend='remove the "." or the others',
)

_HOSTED = frozenset({"MX", "NS", "SRV"})
_ADDRESSES = frozenset({"A", "AAAA"})


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in subject.zone.rrsets.values():
        if rrset.type not in _HOSTED and rrset.type != "CNAME":
            continue
        targets = dict(placed_targets(rrset))
        for target, span in targets.items():
            if not is_told_by_reader(subject, span):
                yield from _find_at(subject, rrset, target, span)
        if "." in targets:
            yield from _find_null(rrset)


def _find_at(subject: Subject, rrset: RRset, target: str, span: Span | None) -> Iterator[Diagnostic]:
    if is_address(target[:-1]):
        yield TARGET_IS_ADDRESS.broken(
            span,
            f"{rrset.key}: the target {target} is an address, where a name belongs",
            hint=address_hint(rrset.type, target[:-1]),
        )
    elif rrset.type in _HOSTED and not has_path(target) and completed(subject, rrset, target) is None:
        yield from _judge(rrset, target, span, types_answered(subject, target))


def _judge(rrset: RRset, target: str, span: Span | None, types: Types | None) -> Iterator[Diagnostic]:
    if types is None:
        return
    if "CNAME" in types:
        yield TARGET_IS_CNAME.broken(
            span,
            f"{rrset.key}: the target {target} is a CNAME",
        )
    elif _ADDRESSES.isdisjoint(types):
        yield TARGET_WITHOUT_ADDRESS.broken(
            span,
            f"{rrset.key}: the target {target} has no address in this zone",
            hint=f"write an A or AAAA of {target}, or name another host",
        )


def _find_null(rrset: RRset) -> Iterator[Diagnostic]:
    if rrset.type == "MX" and rrset.values != ("0 .",):
        yield NULL_MX_BESIDE_MX.broken(
            rrset,
            f'{rrset.key}: the target "." says that no mail is taken, and does not stand alone as 0 .',
        )
    elif rrset.type == "SRV" and len(rrset.values) > 1:
        yield NULL_SRV_BESIDE_SRV.broken(
            rrset,
            f'{rrset.key}: the target "." says that there is no such service, beside others',
        )


CHECK = Check(
    (TARGET_IS_CNAME, TARGET_WITHOUT_ADDRESS, TARGET_IS_ADDRESS, NULL_MX_BESIDE_MX, NULL_SRV_BESIDE_SRV),
    _find,
)
