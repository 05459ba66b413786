"""The three procedures, step by step (Developer Guide, Configuring DNSSEC signing; RFC 6781 §4). Pure.

Each step looks at what is there, not at how it came about: so the steps of a procedure are the way back of
another one, from wherever that one stopped.
"""

from __future__ import annotations

import datetime

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.record import Action, Deed, KeyRef, Kind, Record
from psfdns.dnssec.procedures.seen import (
    ACTIVE,
    DELETING,
    INACTIVE,
    NOT_SIGNING,
    SIGNING,
    YES,
    Found,
    Holds,
    all_parents_heard,
    every_parent_has,
    every_server_signs,
    no,
    no_parent_has,
    no_parent_has_any,
    no_server_has,
    unknown,
)
from psfdns.dnssec.procedures.step import Act, Case, InSync, Pass, See, Step

DS_EVERYWHERE = "ds-everywhere"
_MADE = frozenset({Deed.CREATE_KSK, Deed.ACTIVATE_KSK, Deed.SIGN})
_ENDED = frozenset({Deed.STOP_SIGNING, Deed.DEACTIVATE_KSK})


def steps_of(record: Record) -> tuple[Step, ...]:
    """The whole procedure, whatever of it is done."""
    return {Kind.ENABLE: ENABLE, Kind.DISABLE: DISABLE, Kind.ROTATE: ROTATE}[record.kind]


def _key(case: Case) -> KeyRef:
    assert case.record.key is not None  # noqa: S101 - procedures that have such steps have a key
    return case.record.key


def _status_is(case: Case, wanted: str) -> Found:
    seen = case.seen
    if seen.status == wanted:
        return YES
    if seen.status == "indeterminate":
        return unknown(f"whether the zone is {wanted} could not be asked: {seen.why}")
    return no(f"the zone is {seen.status}, not yet {wanted}: {seen.why}")


def _may_begin(case: Case) -> Found:
    """The parents lead to our servers, and nobody validates the zone by a key that is not the one meant."""
    seen = case.seen
    if seen.delegated.holds is not Holds.YES:
        return seen.delegated
    if seen.status not in {"insecure", "secure"}:
        return _status_is(case, "insecure")
    own = _key(case).ds
    others = sorted(seen.ds_anywhere - ({own} if own else set()))
    if others:
        return no(f"the parent has a DS of another key: {others[0].partition(' ')[0]}")
    return YES


def _may_rotate(case: Case) -> Found:
    if case.record.back:
        return YES
    return case.seen.delegated if case.seen.delegated.holds is not Holds.YES else _status_is(case, "secure")


def _make_kms_key(case: Case) -> Action | None:
    key = _key(case)
    is_there = key.arn or case.seen.ksk(key.name)
    return None if is_there else Action(Deed.MAKE_KMS_KEY, key.name)


def _create_ksk(case: Case) -> Action | None:
    key = _key(case)
    return None if case.seen.ksk(key.name) else Action(Deed.CREATE_KSK, key.name)


def _activate(case: Case) -> Action | None:
    found = case.seen.ksk(_key(case).name)
    return Action(Deed.ACTIVATE_KSK, found.name) if found and found.status == INACTIVE else None


def _sign(case: Case) -> Action | None:
    return None if case.seen.signing == SIGNING else Action(Deed.SIGN)


def _signs(case: Case) -> Found:
    ds = _key(case).ds
    return every_server_signs(case.seen, ds) if ds else no("Route 53 does not tell the key yet")


def _add_ds(case: Case) -> Action | None:
    """At Gandi what counts is what it has in its list, else what the parents show."""
    ds = _key(case).ds or ""
    listed = case.seen.at_registrar
    if case.record.by_gandi:
        return None if listed is not None and ds in listed else Action(Deed.ADD_DS, ds)
    return None if every_parent_has(case.seen, ds).holds is Holds.YES else Action(Deed.ADD_DS, ds)


def _may_add_ds(case: Case) -> Found:
    heard = _registrar_heard(case)
    return heard if heard.holds is not Holds.YES else _signs(case)


def _registrar_heard(case: Case) -> Found:
    """Whether it is known what is to be ordered, or asked for."""
    if not case.record.by_gandi:
        return all_parents_heard(case.seen)
    if case.seen.at_registrar is None:
        return unknown("Gandi could not be asked for the keys that it has")
    return YES


def _ds_everywhere(case: Case) -> Found:
    return every_parent_has(case.seen, _key(case).ds or "")


ENABLE: tuple[Step, ...] = (
    See("ready", "the delegation leads here, and nobody validates by another key", _may_begin),
    Act("kms-key", "make a key in KMS that Route 53 may sign with", _make_kms_key),
    Act("ksk", "create the key-signing key", _create_ksk, _may_begin),
    Act("active", "activate the key-signing key", _activate),
    Act("signing", "enable signing", _sign),
    InSync("in-sync", "Route 53's servers sign", _MADE),
    See("signed-everywhere", "every server shows the key and valid signatures", _signs),
    Pass(
        "unsigned-gone",
        "answers without signatures, or earlier keys, may be cached",
        "signed-everywhere",
        (timing.ZONE, timing.NEGATIVE, timing.ZONE_NS, timing.DNSKEY),
        floor=lambda record: record.stale_until,
        usual=timing.USUAL_KEY_TTL,
    ),
    Act("ds", "have the DS set at the parent", _add_ds, _may_add_ds),
    See(DS_EVERYWHERE, "every server of the parent shows the DS", _ds_everywhere),
    See("secure", "the zone is secure", lambda case: _status_is(case, "secure")),
    Pass(
        "everybody-validates",
        "some resolvers do not look for the DS before",
        DS_EVERYWHERE,
        (timing.PARENT_NS, timing.ZONE_NS, timing.PARENT_NEGATIVE),
        timing.MARGIN,
    ),
)


def _remove_any_ds(case: Case) -> Action | None:
    """One after the other; where nobody says whether there is one, there may be."""
    seen = case.seen
    listed = seen.at_registrar if case.record.by_gandi else seen.ds_anywhere
    if not listed and _registrar_heard(case).holds is Holds.YES:
        return None
    return Action(Deed.REMOVE_DS, min(listed or (), default=""))


def _no_ds(case: Case) -> Found:
    return no_parent_has_any(case.seen)


def _nobody_validates(case: Case) -> Found:
    return YES if case.seen.status == "not-delegated" else _status_is(case, "insecure")


def _stop_signing(case: Case) -> Action | None:
    return None if case.seen.signing == NOT_SIGNING else Action(Deed.STOP_SIGNING)


def _may_stop(case: Case) -> Found:
    if case.seen.signing == DELETING:
        return no("Route 53 is about to end signing (DELETING)")
    return _no_ds(case)


def _deactivate_all(case: Case) -> Action | None:
    active = [key.name for key in case.seen.ksks if key.status not in {INACTIVE, DELETING}]
    return Action(Deed.DEACTIVATE_KSK, active[0]) if active else None


def _delete_all(case: Case) -> Action | None:
    idle = [key.name for key in case.seen.ksks if key.status == INACTIVE]
    return Action(Deed.DELETE_KSK, idle[0]) if idle else None


def _all_deleted(case: Case) -> Found:
    left = [f"{key.name} ({key.status})" for key in case.seen.ksks]
    return no(f"Route 53 still has {', '.join(left)}") if left else YES


def last_order_shows(record: Record) -> datetime.datetime | None:
    """Until when a DS that was ordered, and never shown everywhere, may still come and be cached."""
    if record.unseen is None:
        return None
    ttl = record.ttls.get(timing.DS)
    seconds = ttl.seconds if ttl else timing.USUAL_DS_TTL
    return record.unseen + timing.ORDER_MAY_TAKE + datetime.timedelta(seconds=seconds) + timing.MARGIN


DISABLE: tuple[Step, ...] = (
    Act(
        "ds-removed",
        "have the DS removed from the parent",
        _remove_any_ds,
        _registrar_heard,
        though_bogus=True,
        repeats=True,
    ),
    See("no-ds", "no server of the parent shows a DS", _no_ds, though_bogus=True),
    Pass(
        "ds-gone",
        "the DS may be cached",
        "no-ds",
        (timing.DS, timing.PARENT_NEGATIVE),
        timing.MARGIN,
        floor=last_order_shows,
        unless=lambda record: not record.tried,
        usual=timing.USUAL_DS_TTL,
        though_bogus=True,
    ),
    See("insecure", "nobody validates the zone", _nobody_validates),
    Act("signing-off", "disable signing", _stop_signing, _may_stop),
    Act("inactive", "deactivate the key-signing keys", _deactivate_all, _no_ds),
    InSync("in-sync", "Route 53's servers sign no longer", _ENDED),
    Act("deleted", "delete the key-signing keys", _delete_all, _no_ds),
    See("no-ksk", "Route 53 has no key-signing key", _all_deleted),
    See("no-keys", "no server shows a key", lambda case: no_server_has(case.seen)),
)


def _old_ds(case: Case) -> str | None:
    return case.record.old.ds if case.record.old else None


def _is_spared(record: Record) -> bool:
    """Whether the parent never had a DS of the key that goes, so that nobody can have it cached."""
    return record.old is None or record.old.ds is None or record.old.ds not in record.tried


def _remove_old_ds(case: Case) -> Action | None:
    ds, seen = _old_ds(case), case.seen
    if ds is None or _is_spared(case.record):
        return None
    if case.record.by_gandi:
        is_there = seen.at_registrar is None or ds in seen.at_registrar
    else:
        is_there = ds in seen.ds_anywhere or _registrar_heard(case).holds is not Holds.YES
    return Action(Deed.REMOVE_DS, ds) if is_there else None


def _new_holds(case: Case) -> Found:
    """The new key signs, and its DS stands, everywhere."""
    for found in (_registrar_heard(case), _signs(case), _ds_everywhere(case)):
        if found.holds is not Holds.YES:
            return found
    return YES


def _old_ds_nowhere(case: Case) -> Found:
    ds = _old_ds(case)
    return no_parent_has(case.seen, ds) if ds else YES


def _old_may_go(case: Case) -> Found:
    for found in (_old_ds_nowhere(case), _ds_everywhere(case), _signs(case)):
        if found.holds is not Holds.YES:
            return found
    return _status_is(case, "secure")


def _old_ksk(case: Case, *statuses: str) -> str | None:
    found = case.seen.ksk(case.record.old.name) if case.record.old else None
    return found.name if found and found.status in statuses else None


def _deactivate_old(case: Case) -> Action | None:
    name = _old_ksk(case, ACTIVE)
    return Action(Deed.DEACTIVATE_KSK, name) if name else None


def _delete_old(case: Case) -> Action | None:
    name = _old_ksk(case, INACTIVE)
    return Action(Deed.DELETE_KSK, name) if name else None


def _old_deleted(case: Case) -> Found:
    name = case.record.old.name if case.record.old else ""
    return no(f"Route 53 still has {name}") if case.seen.ksk(name) else YES


def _old_key_nowhere(case: Case) -> Found:
    ds = _old_ds(case)
    return no_server_has(case.seen, ds) if ds else YES


ROTATE: tuple[Step, ...] = (
    See("ready", "the zone is secure", _may_rotate, though_bogus=True),
    Act("kms-key", "make another key in KMS", _make_kms_key),
    Act("ksk", "create the new key-signing key", _create_ksk),
    Act("active", "activate the new key-signing key", _activate, though_bogus=True),
    InSync("in-sync", "Route 53's servers have the new key", _MADE, though_bogus=True),
    See("both-keys", "every server shows the new key, signing", _signs, though_bogus=True),
    Pass(
        "old-keys-gone",
        "the keys may be cached without the new one",
        "both-keys",
        (timing.DNSKEY,),
        unless=_is_spared,
        though_bogus=True,
    ),
    Act("ds", "have the new DS set at the parent", _add_ds, _may_add_ds, though_bogus=True),
    See(DS_EVERYWHERE, "every server of the parent shows the new DS", _ds_everywhere, though_bogus=True),
    Pass(
        "new-ds-known",
        "the DS may be cached without the new one",
        DS_EVERYWHERE,
        (timing.DS,),
        timing.MARGIN,
        unless=_is_spared,
    ),
    Act("old-ds", "have the old DS removed from the parent", _remove_old_ds, _new_holds, repeats=True),
    See("old-ds-nowhere", "no server of the parent shows the old DS", _old_ds_nowhere),
    Pass(
        "old-ds-gone",
        "the old DS may be cached",
        "old-ds-nowhere",
        (timing.DS,),
        timing.MARGIN,
        floor=lambda record: last_order_shows(record) if record.back else None,
        unless=_is_spared,
    ),
    Act("old-inactive", "deactivate the old key-signing key", _deactivate_old, _old_may_go),
    InSync("old-in-sync", "Route 53's servers have the old key no longer", _ENDED),
    Act("old-deleted", "delete the old key-signing key", _delete_old, _old_may_go),
    See("one-key", "Route 53 has only the new key-signing key", _old_deleted),
    See("old-key-nowhere", "no server shows the old key", _old_key_nowhere),
)
