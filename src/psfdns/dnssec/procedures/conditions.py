"""What more than one procedure looks at, and does. Pure."""

from __future__ import annotations

import datetime

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.record import Action, Deed, KeyRef, Kind, Record
from psfdns.dnssec.procedures.seen import (
    INACTIVE,
    YES,
    Found,
    Holds,
    Seen,
    all_parents_heard,
    every_parent_has,
    every_server_signs,
    no,
    unknown,
)
from psfdns.dnssec.procedures.step import Case

MADE = frozenset({Deed.CREATE_KSK, Deed.ACTIVATE_KSK, Deed.SIGN})
"""What Route 53 has to bring to its servers before they sign with a key."""
ENDED = frozenset({Deed.STOP_SIGNING, Deed.DEACTIVATE_KSK})
"""And before they do no longer."""
DS_EVERYWHERE = "ds-everywhere"


def key_of(case: Case) -> KeyRef:
    """The key that is to sign."""
    assert case.record.key is not None  # noqa: S101 - procedures that have such steps have a key
    return case.record.key


def status_is(case: Case, wanted: str) -> Found:
    """Whether the zone stands so, as `dnssec status` says."""
    seen = case.seen
    if seen.status == wanted:
        return YES
    if seen.status == "indeterminate":
        return unknown(f"whether the zone is {wanted} could not be asked: {seen.why}")
    return no(f"the zone is {seen.status}, not yet {wanted}: {seen.why}")


def is_lost(record: Record, seen: Seen) -> bool:
    """Whether signing ended while the DS of a key that is there stood: to sign again mends that at once."""
    ds = record.key.ds if record.key else None
    return record.kind is Kind.ENABLE and ds is not None and ds in seen.ds_anywhere


def make_kms_key(case: Case) -> Action | None:
    """A key of KMS, where none is known."""
    key = key_of(case)
    is_there = key.arn or case.seen.ksk(key.name)
    return None if is_there else Action(Deed.MAKE_KMS_KEY, key.name)


def create_ksk(case: Case) -> Action | None:
    """Where Route 53 has none of the name."""
    key = key_of(case)
    return None if case.seen.ksk(key.name) else Action(Deed.CREATE_KSK, key.name)


def activate(case: Case) -> Action | None:
    """Where it does not sign."""
    found = case.seen.ksk(key_of(case).name)
    return Action(Deed.ACTIVATE_KSK, found.name) if found and found.status == INACTIVE else None


def key_signs(case: Case) -> Found:
    """Whether every server of the zone has the key, and signs with it."""
    ds = key_of(case).ds
    return every_server_signs(case.seen, ds) if ds else no("Route 53 does not tell the key yet")


def add_ds(case: Case) -> Action | None:
    """At Gandi what counts is what it has in its list, else what the parents show."""
    ds = key_of(case).ds or ""
    listed = case.seen.at_registrar
    if case.record.by_gandi:
        return None if listed is not None and ds in listed else Action(Deed.ADD_DS, ds)
    return None if every_parent_has(case.seen, ds).holds is Holds.YES else Action(Deed.ADD_DS, ds)


def may_add_ds(case: Case) -> Found:
    """Only of a key with which every server signs."""
    heard = registrar_heard(case)
    return heard if heard.holds is not Holds.YES else key_signs(case)


def registrar_heard(case: Case) -> Found:
    """Whether it is known what is to be ordered, or asked for."""
    if not case.record.by_gandi:
        return all_parents_heard(case.seen)
    if case.seen.at_registrar is None:
        return unknown(f"Gandi could not be asked for the keys that it has: {case.seen.registrar_why}")
    return YES


def ds_everywhere(case: Case) -> Found:
    """Whether every server of the parent has the DS of the key."""
    return every_parent_has(case.seen, key_of(case).ds or "")


def last_order_shows(record: Record) -> datetime.datetime | None:
    """Until when a DS that was ordered, and never shown everywhere, may still come and be cached."""
    if record.unseen is None:
        return None
    ttl = record.ttls.get(timing.DS)
    seconds = ttl.seconds if ttl else timing.USUAL_DS_TTL
    return record.unseen + record.order_may_take + datetime.timedelta(seconds=seconds) + timing.MARGIN
