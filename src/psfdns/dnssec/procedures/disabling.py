"""The steps to a zone that is signed no longer: the DS first (Developer Guide, Disabling DNSSEC). Pure."""

from __future__ import annotations

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.conditions import (
    ENDED,
    last_order_shows,
    registrar_heard,
    status_is,
)
from psfdns.dnssec.procedures.record import Action, Deed
from psfdns.dnssec.procedures.seen import (
    DELETING,
    INACTIVE,
    NOT_SIGNING,
    YES,
    Found,
    Holds,
    no,
    no_parent_has_any,
    no_server_has,
)
from psfdns.dnssec.procedures.step import Act, Case, InSync, Pass, See, Step


def _remove_any_ds(case: Case) -> Action | None:
    """One after the other; where nobody says whether there is one, there may be."""
    seen = case.seen
    listed = seen.at_registrar if case.record.by_gandi else seen.ds_anywhere
    if not listed and registrar_heard(case).holds is Holds.YES:
        return None
    return Action(Deed.REMOVE_DS, min(listed or (), default=""))


def _no_ds(case: Case) -> Found:
    return no_parent_has_any(case.seen)


def _nobody_validates(case: Case) -> Found:
    return YES if case.seen.status == "not-delegated" else status_is(case, "insecure")


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


DISABLE: tuple[Step, ...] = (
    Act(
        "ds-removed",
        "have the DS removed from the parent",
        _remove_any_ds,
        registrar_heard,
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
    InSync("in-sync", "Route 53's servers sign no longer", ENDED),
    Act("deleted", "delete the key-signing keys", _delete_all, _no_ds),
    See("no-ksk", "Route 53 has no key-signing key", _all_deleted),
    See("no-keys", "no server shows a key", lambda case: no_server_has(case.seen)),
)
