"""The steps to another key: both keys and both DS for some time (RFC 6781 §4.1.2). Pure."""

from __future__ import annotations

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.conditions import (
    DS_EVERYWHERE,
    ENDED,
    MADE,
    activate,
    add_ds,
    create_ksk,
    ds_everywhere,
    key_signs,
    last_order_shows,
    make_kms_key,
    may_add_ds,
    registrar_heard,
    status_is,
)
from psfdns.dnssec.procedures.record import Action, Deed, Record
from psfdns.dnssec.procedures.seen import (
    ACTIVE,
    BROKEN,
    INACTIVE,
    YES,
    Found,
    Holds,
    no,
    no_parent_has,
    no_server_has,
)
from psfdns.dnssec.procedures.step import Act, Case, InSync, Pass, See, Step


def _may_rotate(case: Case) -> Found:
    if case.record.back:
        return YES
    return case.seen.delegated if case.seen.delegated.holds is not Holds.YES else status_is(case, "secure")


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
        is_there = ds in seen.ds_anywhere or registrar_heard(case).holds is not Holds.YES
    return Action(Deed.REMOVE_DS, ds) if is_there else None


def _new_holds(case: Case) -> Found:
    """The new key signs, and its DS stands, everywhere."""
    for found in (registrar_heard(case), key_signs(case), ds_everywhere(case)):
        if found.holds is not Holds.YES:
            return found
    return YES


def _old_ds_nowhere(case: Case) -> Found:
    ds = _old_ds(case)
    return no_parent_has(case.seen, ds) if ds else YES


def _old_may_go(case: Case) -> Found:
    for found in (_old_ds_nowhere(case), ds_everywhere(case), key_signs(case)):
        if found.holds is not Holds.YES:
            return found
    return status_is(case, "secure")


def _old_ksk(case: Case, *statuses: str) -> str | None:
    found = case.seen.ksk(case.record.old.name) if case.record.old else None
    return found.name if found and found.status in statuses else None


def _deactivate_old(case: Case) -> Action | None:
    name = _old_ksk(case, ACTIVE, *BROKEN)
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
    Act("kms-key", "make another key in KMS", make_kms_key),
    Act("ksk", "create the new key-signing key", create_ksk),
    Act("active", "activate the new key-signing key", activate, though_bogus=True),
    InSync("in-sync", "Route 53's servers have the new key", MADE, though_bogus=True),
    See("both-keys", "every server shows the new key, signing", key_signs, though_bogus=True),
    Pass(
        "old-keys-gone",
        "the keys may be cached without the new one",
        "both-keys",
        (timing.DNSKEY,),
        unless=_is_spared,
        though_bogus=True,
    ),
    Act("ds", "have the new DS set at the parent", add_ds, may_add_ds, though_bogus=True),
    See(DS_EVERYWHERE, "every server of the parent shows the new DS", ds_everywhere, though_bogus=True),
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
    InSync("old-in-sync", "Route 53's servers have the old key no longer", ENDED),
    Act("old-deleted", "delete the old key-signing key", _delete_old, _old_may_go),
    See("one-key", "Route 53 has only the new key-signing key", _old_deleted),
    See("old-key-nowhere", "no server shows the old key", _old_key_nowhere),
)
