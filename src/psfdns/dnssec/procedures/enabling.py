"""The steps from an unsigned zone to one that everybody validates (Developer Guide, Enabling). Pure."""

from __future__ import annotations

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.conditions import (
    DS_EVERYWHERE,
    MADE,
    activate,
    add_ds,
    create_ksk,
    ds_everywhere,
    is_lost,
    key_of,
    key_signs,
    make_kms_key,
    may_add_ds,
    status_is,
)
from psfdns.dnssec.procedures.record import Action, Deed
from psfdns.dnssec.procedures.seen import (
    ACTIVE,
    SIGNING,
    YES,
    Found,
    Holds,
    name_ds,
    no,
)
from psfdns.dnssec.procedures.step import Act, Case, InSync, Pass, See, Step


def _may_begin(case: Case) -> Found:
    """The parents lead to our servers, and nobody validates the zone by a key that is not the one meant."""
    seen = case.seen
    if seen.delegated.holds is not Holds.YES:
        return seen.delegated
    if seen.status not in {"insecure", "secure"} and not is_lost(case.record, seen):
        return status_is(case, "insecure")
    ours = {key.ds for key in seen.ksks if key.status == ACTIVE} | {key_of(case).ds}
    for who, others in (("the parent", seen.ds_anywhere), ("Gandi", seen.at_registrar or frozenset[str]())):
        if foreign := others - ours:
            return no(f"{who} has a DS of another key: {name_ds(foreign)}")
    return YES


def _sign(case: Case) -> Action | None:
    return None if case.seen.signing == SIGNING else Action(Deed.SIGN)


ENABLE: tuple[Step, ...] = (
    See(
        "ready",
        "the delegation leads here, and nobody validates by another key",
        _may_begin,
        though_bogus=True,
    ),
    Act("kms-key", "make a key in KMS that Route 53 may sign with", make_kms_key, though_bogus=True),
    Act("ksk", "create the key-signing key", create_ksk, _may_begin, though_bogus=True),
    Act("active", "activate the key-signing key", activate, though_bogus=True),
    Act("signing", "enable signing", _sign, though_bogus=True),
    InSync("in-sync", "Route 53's servers sign", MADE, though_bogus=True),
    See("signed-everywhere", "every server shows the key and valid signatures", key_signs),
    Pass(
        "unsigned-gone",
        "answers without signatures, or earlier keys, may be cached",
        "signed-everywhere",
        (timing.ZONE, timing.NEGATIVE, timing.ZONE_NS, timing.PARENT_NS, timing.DNSKEY),
        floor=lambda record: record.stale_until,
        usual=timing.USUAL_KEY_TTL,
    ),
    Act("ds", "have the DS set at the parent", add_ds, may_add_ds),
    See(DS_EVERYWHERE, "every server of the parent shows the DS", ds_everywhere),
    See("secure", "the zone is secure", lambda case: status_is(case, "secure")),
    Pass(
        "everybody-validates",
        "some resolvers do not look for the DS before",
        DS_EVERYWHERE,
        (timing.PARENT_NS, timing.ZONE_NS, timing.PARENT_NEGATIVE),
        timing.MARGIN,
    ),
)
