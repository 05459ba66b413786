"""Whether an answer agrees with what was applied. Pure.

An alias agrees when it answers at all: what its target holds is not ours to know. One that answers nothing
differs, also where its target merely has no address of that type: visitors find nothing there either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psfdns.lookup.answer import Answer, HeardSet, find_set
from psfdns.records import RRset
from psfdns.routing import Cidr, Geolocation, Multivalue
from psfdns.verification.questions import Expectation

LONGEST_SIGNED_TTL = 604_800
"""Seconds; longer TTLs of a signed zone are served as this (Developer Guide, "Configuring DNSSEC")."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a server answers otherwise; `expected` and `seen` are for a person."""

    server: str
    name: str
    type: str
    expected: str
    seen: str


def judge(expectation: Expectation, answer: Answer, *, server: str) -> Difference | None:
    """None where the answer agrees; `server` is what to call it."""
    if _agrees(expectation, answer):
        return None
    return Difference(server, *expectation.question, _words(expectation), _seen(expectation, answer))


def _agrees(expectation: Expectation, answer: Answer) -> bool:
    name, rdtype = expectation.question
    if answer.rcode not in {"NOERROR", "NXDOMAIN"}:
        return False
    referral = answer.referral
    if referral is not None:
        return expectation.delegated and _agrees_with_referral(expectation, answer, referral)
    if not answer.authoritative:
        return False
    heard = answer.answered(name, rdtype)
    if expectation.anything:
        return answer.rcode == "NOERROR"
    if expectation.delegated and rdtype != "DS":
        # The server holds the delegated zone too, whose own records it gives.
        return rdtype != "NS" or _agrees_with(expectation, heard, with_ttl=False)
    return _agrees_with(expectation, heard)


def _agrees_with_referral(expectation: Expectation, answer: Answer, referral: HeardSet) -> bool:
    """NS and DS stand in the authority section, glue among the additional records where it was sent."""
    name, rdtype = expectation.question
    heard = find_set((*answer.authority, *answer.additional), name, rdtype)
    if heard is None and (rdtype not in {"NS", "DS"} or referral.name != name):
        return True
    return expectation.anything or _agrees_with(expectation, heard)


def _agrees_with(expectation: Expectation, heard: HeardSet | None, *, with_ttl: bool = True) -> bool:
    if not expectation.sets:
        return heard is None or _is_one_of(expectation.wildcards, heard, with_ttl=with_ttl)
    if heard is None:
        return _may_be_silent(expectation.sets)
    return _is_one_of(expectation.sets, heard, with_ttl=with_ttl)


def _is_one_of(sets: Sequence[RRset], heard: HeardSet, *, with_ttl: bool) -> bool:
    """One of the record sets, several of them where they are multivalue, anything where one is an alias."""
    if any(rrset.alias for rrset in sets):
        return True
    if any(isinstance(rrset.routing, Multivalue) for rrset in sets):
        known = {value for rrset in sets for value in rrset.values}
        has_ttl = any(_has_ttl(rrset, heard, with_ttl=with_ttl) for rrset in sets)
        return has_ttl and known.issuperset(heard.values)
    return any(rrset.values == heard.values and _has_ttl(rrset, heard, with_ttl=with_ttl) for rrset in sets)


def _has_ttl(rrset: RRset, heard: HeardSet, *, with_ttl: bool) -> bool:
    ttl = rrset.ttl or 0
    return not with_ttl or heard.ttl in {ttl, min(ttl, LONGEST_SIGNED_TTL)}


def _may_be_silent(sets: Sequence[RRset]) -> bool:
    """Located record sets without one for everywhere else answer nothing to those elsewhere."""
    kinds = [rrset.routing for rrset in sets]
    located = [kind for kind in kinds if isinstance(kind, Geolocation | Cidr)]
    return bool(located) and not any(
        kind.country == "*" if isinstance(kind, Geolocation) else kind.location_name == "*"
        for kind in located
    )


def _words(expectation: Expectation) -> str:
    if expectation.anything:
        return "an answer"
    if not expectation.sets:
        return "nothing"
    if any(rrset.alias for rrset in expectation.sets):
        return "an alias that answers"
    shown = [f"{', '.join(rrset.values)} (TTL {rrset.ttl})" for rrset in expectation.sets]
    return shown[0] if len(shown) == 1 else "one of: " + "; ".join(shown)


def _seen(expectation: Expectation, answer: Answer) -> str:
    name, rdtype = expectation.question
    if answer.rcode not in {"NOERROR", "NXDOMAIN"}:
        return answer.rcode
    sections = answer.answer if answer.authoritative else (*answer.authority, *answer.additional)
    heard = find_set(sections, name, rdtype) or answer.answered(name, "CNAME")
    if heard is not None:
        kind = "" if heard.type == rdtype else f"{heard.type} "
        return f"{kind}{', '.join(heard.values)} (TTL {heard.ttl})"
    if answer.referral is not None:
        return f"a delegation of {answer.referral.name} to {', '.join(answer.referral.values)}"
    if not answer.authoritative:
        return "an answer without authority"
    return "no such name" if answer.rcode == "NXDOMAIN" else "nothing"
