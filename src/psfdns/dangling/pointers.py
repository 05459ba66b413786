"""What of a zone leads out of it: by which record, to which name, and what that name has to have. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psfdns.checks.answers import types_answered
from psfdns.checks.check import Subject
from psfdns.checks.strings import texts
from psfdns.diagnostics import Span
from psfdns.names import NameSyntaxError, is_subdomain, labels_of, parse_name
from psfdns.providers import find_providers
from psfdns.records import SELF_ZONE, TARGET_WORD, RRset, RRsetKey

ADDRESS_TYPES = ("A", "AAAA")

SPF = "SPF"
_SPF_WORD = re.compile(r"[+?~-]?(include:|a:|mx:|redirect=)([^/%\s]+)(?:/\S*)?", re.IGNORECASE)
_SPF_TYPES = {"include:": ("TXT",), "redirect=": ("TXT",), "a:": ADDRESS_TYPES, "mx:": ("MX",)}
_HOSTS = frozenset({"MX", "SRV", "HTTPS", "SVCB"})
_PROOF_ONLY = ("acm-validations.aws.", "comodoca.com.", "sectigo.com.")
"""Certificate authorities that look at the CNAME itself: its target need not exist."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """One way out: `zone` is the zone's label, `target` a name, or an address for A and AAAA.

    `role` says by what it leads there: a type, `alias`, `SPF include:`. `types`: the target has to have
    one of them, asked for in this order. `addresses` are those that the zone itself gives for the target.
    """

    zone: str
    key: RRsetKey
    role: str
    target: str
    types: tuple[str, ...]
    span: Span | None = None
    addresses: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is remembered by: zone, name, target."""
        return self.zone, self.key.name, self.target

    @property
    def is_delegation(self) -> bool:
        """Whether it hands a part of the zone to the servers of others."""
        return self.role == "NS"


def find_pointers(label: str, subject: Subject) -> list[Pointer]:
    """The ways out of a zone, each once, in the order of its file.

    What the zone itself answers for is judged offline; a name in it that others write, or behind a
    delegation, counts as outside.
    """
    found: dict[tuple[RRsetKey, str, str], Pointer] = {}
    for rrset in subject.zone.rrsets.values():
        for pointer in _pointers_of(label, subject, rrset):
            found.setdefault((pointer.key, pointer.role, pointer.target), pointer)
    return list(found.values())


def _pointers_of(label: str, subject: Subject, rrset: RRset) -> Iterator[Pointer]:
    if rrset.alias is not None:
        if rrset.alias.zone_id != SELF_ZONE and _is_outside(subject, rrset.alias.name):
            yield Pointer(label, rrset.key, "alias", rrset.alias.name, ADDRESS_TYPES, rrset.span)
    elif rrset.type == "CNAME" or rrset.type in _HOSTS:
        yield from _targets(label, subject, rrset)
    elif rrset.type == "NS":
        yield from _delegations(label, subject, rrset)
    elif rrset.type in {"TXT", SPF}:
        yield from _senders(label, subject, rrset)
    elif rrset.type in ADDRESS_TYPES and not subject.settings.private:
        for address in dict.fromkeys(address for address, _ in find_providers(rrset)):
            at = _span_of(rrset, rrset.values.index(address))
            yield Pointer(label, rrset.key, rrset.type, address, (), at, (address,))


def _targets(label: str, subject: Subject, rrset: RRset) -> Iterator[Pointer]:
    types = _types_behind_cname(rrset.name) if rrset.type == "CNAME" else ADDRESS_TYPES
    for place, value in enumerate(rrset.values):
        target = value.split(" ")[TARGET_WORD[rrset.type]]
        if target != "." and _is_outside(subject, target) and not _is_proof(rrset, target):
            yield Pointer(label, rrset.key, rrset.type, target, types, _span_of(rrset, place))


def _types_behind_cname(owner: str) -> tuple[str, ...]:
    """What is looked up under such a name, the likeliest first."""
    if is_subdomain(owner, "arpa."):
        return ("PTR", "A")
    if any(label.startswith(b"_") for label in labels_of(owner)):
        return ("TXT", "A", "AAAA", "SRV", "TLSA")
    return (*ADDRESS_TYPES, "TXT", "MX")


def _is_proof(rrset: RRset, target: str) -> bool:
    return (
        rrset.type == "CNAME"
        and rrset.name.startswith("_")
        and any(is_subdomain(target, domain) for domain in _PROOF_ONLY)
    )


def _is_outside(subject: Subject, target: str) -> bool:
    return types_answered(subject, target) is None


def _delegations(label: str, subject: Subject, rrset: RRset) -> Iterator[Pointer]:
    """The apex's servers are Route 53's, or `psfdns delegation`'s matter; a wildcard delegates nothing."""
    if rrset.name == subject.origin or rrset.name.startswith("*."):
        return
    for place, target in enumerate(rrset.values):
        known = tuple(
            value for rdtype in ADDRESS_TYPES for glue in subject.at(target, rdtype) for value in glue.values
        )
        yield Pointer(label, rrset.key, "NS", target, ADDRESS_TYPES, _span_of(rrset, place), known)


def _senders(label: str, subject: Subject, rrset: RRset) -> Iterator[Pointer]:
    """The domains that an SPF record lets speak for ours; those with macros are no one domain."""
    for text, span in texts(rrset):
        if not re.match(r"v=spf1(?: |$)", text, re.IGNORECASE):
            continue
        for word in text.split(" ")[1:]:
            found = _SPF_WORD.fullmatch(word)
            target = _name(found[2]) if found else None
            if found and target is not None and _is_outside(subject, target):
                kind = found[1].lower()
                yield Pointer(label, rrset.key, f"{SPF} {kind}", target, _SPF_TYPES[kind], span)


def _name(text: str) -> str | None:
    """The canonical name of an SPF domain; None where it is none, which is judged offline."""
    try:
        name = parse_name(text.rstrip(".") + ".")
    except NameSyntaxError:
        return None
    return None if name == "." else name


def _span_of(rrset: RRset, place: int) -> Span | None:
    return rrset.spans[place] if rrset.spans else None
