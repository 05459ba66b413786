"""What DNS was heard to say as what a procedure goes by: who shows which key and DS, for how long. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dns.rdtypes.ANY.SOA import SOA

from psfdns.dnssec.keys import is_sep, keys_of
from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.digests import ds_of, known_as
from psfdns.dnssec.procedures.seen import ParentSaid, ServerSaid
from psfdns.dnssec.sets import SetReading
from psfdns.dnssec.signatures import Verifier
from psfdns.lookup.answer import Answer
from psfdns.lookup.hearing import At, ZoneHeard
from psfdns.lookup.parents import Delegation, NameServer, ParentView
from psfdns.lookup.signed import Reply
from psfdns.lookup.survey import Survey


def read_parents(parents: ParentView | None, own: Mapping[str, str]) -> tuple[ParentSaid, ...]:
    """Each server's DS, by `own` as they are known; one without an address is one that does not answer."""
    if parents is None:
        return ()
    heard = [
        ParentSaid(str(at), known_as(said.ds, own) if isinstance(said, Delegation) else None)
        for at, said in parents.heard
    ]
    return (*heard, *(ParentSaid(name, None) for name, _ in parents.unaddressed))


def read_servers(survey: Survey, heard: ZoneHeard, now: datetime.datetime) -> tuple[ServerSaid, ...]:
    """Every address that the delegation leads to, whether it answers or not."""
    told = {at.server: each for at, each in heard.of("DNSKEY")}
    places = dict.fromkeys(each.at for each in survey.heard if each.at.name in survey.delegated)
    verifier = Verifier(now)
    return tuple(_read_server(at, told.get(at.server), survey.zone, verifier) for at in places)


def _read_server(at: NameServer, heard: object, zone: str, verifier: Verifier) -> ServerSaid:
    if not isinstance(heard, Reply) or not heard.is_usable:
        return ServerSaid(str(at), None)
    found = heard.answered()
    keys = [key for key in keys_of(heard) if is_sep(key)]
    signing = [
        key
        for key in keys
        if found is not None and any(each.is_valid for each in verifier.check(found, zone, [key]))
    ]
    return ServerSaid(
        str(at),
        frozenset(ds_of(zone, key) for key in keys),
        frozenset(ds_of(zone, key) for key in signing),
    )


def read_unsound(readings: Iterable[SetReading]) -> tuple[str, ...]:
    """What was asked for and cannot be validated, where."""
    return tuple(
        f"{each.question.name} {each.question.type} at {each.at.server}"
        for each in readings
        if not each.is_sound
    )


def read_ttls(survey: Survey, heard: ZoneHeard, parent_soa: Sequence[At]) -> dict[str, int]:
    """The longest TTL of each kind that any server gave; the zone's longest is not among them."""
    said = survey.parents.delegations if survey.parents else ()
    found: dict[str, list[int]] = {
        timing.DS: [each.ds_ttl for each in said if each.ds_ttl is not None],
        timing.PARENT_NS: [each.ns_ttl for each in said if each.ns_ttl is not None],
        timing.PARENT_NEGATIVE: list(_negative_ttls(parent_soa)),
        timing.NEGATIVE: list(_negative_ttls(heard.of("SOA"))),
        timing.DNSKEY: list(_ttls(heard.of("DNSKEY"))),
        timing.ZONE_NS: list(_own_ns(survey)),
    }
    return {kind: max(ttls) for kind, ttls in found.items() if ttls}


def _ttls(told: Iterable[At]) -> Iterator[int]:
    for _, heard in told:
        found = heard.answered() if isinstance(heard, Reply) else None
        if found is not None:
            yield found.ttl


def _negative_ttls(told: Iterable[At]) -> Iterator[int]:
    """RFC 2308 §5: the smaller of the SOA's TTL and its minimum."""
    for _, heard in told:
        found = heard.answered() if isinstance(heard, Reply) else None
        for rdata in found.rrset if found is not None else ():
            if isinstance(rdata, SOA) and found is not None:
                yield min(found.ttl, int(rdata.minimum))


def _own_ns(survey: Survey) -> Iterator[int]:
    for each in survey.heard:
        found = each.ns.answered(survey.zone, "NS") if isinstance(each.ns, Answer) else None
        if found is not None:
            yield found.ttl
