"""The actions on DNSSEC signing (API reference, "Actions on DNSSEC signing").

Route 53 refuses more than moto, which knows none of them, would teach. Where its answer is not known, ours is
the stricter one: a used CallerReference stays used, and a key that is active already cannot be activated.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from psfdns.moments import write_moment
from psfdns.plans.host import region_of
from psfdns.sandbox.cloud import ACCOUNT, Cloud, Params, Result
from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.kms_keys import KmsKey, why_unusable
from psfdns.sandbox.parents import refuse_delegation_elsewhere, refuse_known_to_parent
from psfdns.sandbox.recordsets import RecordSets
from psfdns.sandbox.signing import (
    ACTIVE,
    DELETING,
    INACTIVE,
    INTERNAL_FAILURE,
    NOT_SIGNING,
    SIGNING,
    Shape,
    Signing,
    make_key,
    make_zone_key,
    read_signing,
    signing_as_document,
)
from psfdns.sandbox.zones import LOCATION, HostedZone

MAX_KEYS = 2
_NAME = re.compile(r"[A-Za-z0-9_]+")
_OWN = re.compile(rf"arn:aws:kms:[a-z0-9-]+:{ACCOUNT}:key/.+")


def get_dnssec(cloud: Cloud, params: Params) -> Result:
    """Whether a zone is signed, and by which keys."""
    zone = _public_zone(cloud, params)[0]
    return _told(cloud, zone)


def create_key_signing_key(cloud: Cloud, params: Params) -> Result:
    """A key for a zone, behind a key of KMS."""
    with cloud.store.writing():
        zone, record_sets = _public_zone(cloud, params)
        _check_turn(cloud, zone)
        signing = _current(cloud, zone)
        name, arn, status = params["Name"], params["KeyManagementServiceArn"], params["Status"]
        _check_new_key(signing, params)
        kms_key = _usable(cloud, zone, arn)
        key = make_key(
            zone.name, name=name, kms_arn=arn, private=kms_key.private or "", status=status, now=cloud.now()
        )
        changed = replace(signing, references=(*signing.references, params["CallerReference"])).with_key(key)
        answer = _store(cloud, zone, record_sets, changed)
    return {**answer, "KeySigningKey": key, "Location": f"{LOCATION}/keysigningkey/{zone.id}/{name}"}


def _check_new_key(signing: Signing, params: Params) -> None:
    if not _NAME.fullmatch(params["Name"]):
        raise ApiError("InvalidKeySigningKeyName", f"{params['Name']} isn't a valid name")
    if params["Status"] not in {ACTIVE, INACTIVE}:
        raise ApiError("InvalidKeySigningKeyStatus", f"{params['Status']} isn't a valid status")
    _refuse_failure(signing)
    if signing.status == DELETING:
        raise ApiError("InvalidSigningStatus", "Signing is being removed from the hosted zone.")
    taken = params["CallerReference"] in signing.references or any(
        key["Name"] == params["Name"] or key.get("KmsArn") == params["KeyManagementServiceArn"]
        for key in signing.keys
    )
    if taken:
        raise ApiError(
            "KeySigningKeyAlreadyExists",
            "You've already created a key-signing key (KSK) with this name or with the same customer managed "
            "key ARN.",
        )
    if len(signing.keys) >= MAX_KEYS:
        raise ApiError(
            "TooManyKeySigningKeys", "You've reached the limit for the number of key-signing keys (KSKs)."
        )


def activate_key_signing_key(cloud: Cloud, params: Params) -> Result:
    """Let a key sign."""
    with cloud.store.writing():
        zone, record_sets, signing, key = _key_of(cloud, params)
        if key["Status"] not in {INACTIVE, INTERNAL_FAILURE}:
            raise ApiError("InvalidKeySigningKeyStatus", f"The key-signing key is {key['Status']}.")
        _usable(cloud, zone, key["KmsArn"])
        return _store(cloud, zone, record_sets, signing.with_key(_with_status(cloud, key, ACTIVE)))


def deactivate_key_signing_key(cloud: Cloud, params: Params) -> Result:
    """Let a key sign no longer; not the last one, nor one that the parent knows."""
    with cloud.store.writing():
        zone, record_sets, signing, key = _key_of(cloud, params)
        if key["Status"] not in {ACTIVE, INTERNAL_FAILURE}:
            raise ApiError("InvalidKeySigningKeyStatus", f"The key-signing key is {key['Status']}.")
        if signing.status == SIGNING and [each["Name"] for each in signing.active] == [key["Name"]]:
            raise ApiError(
                "KeySigningKeyInUse",
                "The key-signing key (KSK) that you specified can't be deactivated because it's the only KSK "
                "for a currently-enabled DNSSEC.",
            )
        refuse_known_to_parent(cloud, zone, [key])
        return _store(cloud, zone, record_sets, signing.with_key(_with_status(cloud, key, INACTIVE)))


def delete_key_signing_key(cloud: Cloud, params: Params) -> Result:
    """Remove an inactive key; it is DELETING until all servers know."""
    with cloud.store.writing():
        zone, record_sets, signing, key = _key_of(cloud, params)
        if key["Status"] != INACTIVE:
            raise ApiError(
                "InvalidKeySigningKeyStatus",
                f"The key-signing key is {key['Status']}. Only an inactive one can be deleted.",
            )
        return _store(cloud, zone, record_sets, signing.with_key(_with_status(cloud, key, DELETING)))


def enable_hosted_zone_dnssec(cloud: Cloud, params: Params) -> Result:
    """Begin to sign, with every active key."""
    with cloud.store.writing():
        zone, record_sets = _public_zone(cloud, params)
        _check_turn(cloud, zone)
        signing = _current(cloud, zone)
        _check_resources(signing)
        if not signing.active:
            raise ApiError(
                "KeySigningKeyWithActiveStatusNotFound",
                "A key-signing key (KSK) with ACTIVE status wasn't found.",
            )
        for key in signing.active:
            _usable(cloud, zone, key["KmsArn"])
        refuse_delegation_elsewhere(cloud, zone)
        zone_key = signing.zone_key or make_zone_key()
        changed = replace(signing, status=SIGNING, message="", zone_key=zone_key, ended_at=None)
        return _store(cloud, zone, record_sets, changed)


def disable_hosted_zone_dnssec(cloud: Cloud, params: Params) -> Result:
    """Sign no longer; the keys stay as they are. The zone is DELETING until all servers know."""
    with cloud.store.writing():
        zone, record_sets = _public_zone(cloud, params)
        _check_turn(cloud, zone)
        signing = _current(cloud, zone)
        _check_resources(signing)
        if signing.status == NOT_SIGNING:
            raise ApiError("DNSSECNotFound", "The hosted zone is not signed.")
        refuse_known_to_parent(cloud, zone, signing.active)
        changed = replace(signing, status=DELETING, message="", zone_key=None, ended_at=cloud.now())
        return _store(cloud, zone, record_sets, changed)


def refuse_deletion(cloud: Cloud, zone: HostedZone) -> None:
    """A zone that is signed, or has keys, is not deleted; raises HostedZoneNotEmpty."""
    signing = _current(cloud, zone)
    if signing.keys or signing.status != NOT_SIGNING:
        raise ApiError(
            "HostedZoneNotEmpty",
            "The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.",
        )


def _public_zone(cloud: Cloud, params: Params) -> tuple[HostedZone, RecordSets]:
    zone, record_sets = cloud.zone_with_record_sets(params["HostedZoneId"])
    if zone.private:
        raise ApiError("InvalidArgument", "DNSSEC is for public hosted zones")
    return zone, record_sets


def _check_turn(cloud: Cloud, zone: HostedZone) -> None:
    if cloud.is_busy(zone.id):
        raise ApiError(
            "ConcurrentModification",
            "Another user submitted a request to create, update, or delete the object at the same time that "
            "you did. Retry the request.",
        )


def _current(cloud: Cloud, zone: HostedZone) -> Signing:
    return read_signing(zone.signing).settled(cloud.now(), cloud.insync_after)


def _told(cloud: Cloud, zone: HostedZone) -> dict[str, Any]:
    def find_fault(arn: str) -> str | None:
        return _why_unusable(cloud, zone, arn) if _OWN.fullmatch(arn) else None

    return _current(cloud, zone).told(find_fault)


def _why_unusable(cloud: Cloud, zone: HostedZone, arn: str) -> str | None:
    return why_unusable(_find_key(cloud, arn), account=ACCOUNT, zone_id=zone.id)


def _find_key(cloud: Cloud, arn: str) -> KmsKey | None:
    found = cloud.store.keys().get(arn.rpartition("key/")[2]) if region_of(arn) else None
    return found if found is not None and found.arn == arn and found.is_there(cloud.now()) else None


def _usable(cloud: Cloud, zone: HostedZone, arn: str) -> KmsKey:
    key = _find_key(cloud, arn)
    why = why_unusable(key, account=ACCOUNT, zone_id=zone.id)
    if why is not None or key is None:
        raise ApiError(
            "InvalidKMSArn",
            f"The KeyManagementServiceArn that you specified isn't valid to use with DNSSEC signing: {why}.",
        )
    return key


def _key_of(cloud: Cloud, params: Params) -> tuple[HostedZone, RecordSets, Signing, Shape]:
    """Zone and key of an action on a key, with how the zone is signed."""
    zone, record_sets = _public_zone(cloud, params)
    _check_turn(cloud, zone)
    signing = _current(cloud, zone)
    key = signing.key(params["Name"])
    if key is None or key["Status"] == DELETING:
        raise ApiError("NoSuchKeySigningKey", "The specified key-signing key (KSK) doesn't exist.")
    if signing.status in {DELETING, INTERNAL_FAILURE}:
        raise ApiError("InvalidSigningStatus", f"The hosted zone's signing is {signing.status}.")
    return zone, record_sets, signing, key


def _check_resources(signing: Signing) -> None:
    if not signing.keys:
        raise ApiError("DNSSECNotFound", "The hosted zone doesn't have any DNSSEC resources.")
    _refuse_failure(signing)


def _refuse_failure(signing: Signing) -> None:
    if any(key["Status"] == INTERNAL_FAILURE for key in signing.keys):
        raise ApiError("InvalidKeySigningKeyStatus", "Another KSK has the status INTERNAL_FAILURE.")


def _with_status(cloud: Cloud, key: Shape, status: str) -> dict[str, Any]:
    return {**key, "Status": status, "LastModifiedDate": write_moment(cloud.now())}


def _store(cloud: Cloud, zone: HostedZone, record_sets: RecordSets, signing: Signing) -> Result:
    change = cloud.new_change()
    cloud.store.store_zone(zone.with_change(change, signing=signing_as_document(signing)), record_sets)
    cloud.keep_busy(zone.id)
    return {"ChangeInfo": cloud.change_info(change)}
