"""How Route 53 signs a zone, and with which key-signing keys: asked, and changed step by step.

Every change waits out another one that is under way, and where its answer was lost what became of it is
looked up before that is called a failure. Which step is safe when (DS, TTLs) is not known here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psfdns.errors import HostError
from psfdns.plans.host import HostedSigning, HostedZone, SigningKey
from psfdns.route53.host import bare_id

if TYPE_CHECKING:
    from psfdns.aws import Api

ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"
SIGNING, NOT_SIGNING = "SIGNING", "NOT_SIGNING"
DELETING = "DELETING"
"""What a key, or a zone's signing, is until all servers know that it is gone."""
MAX_KEYS = 2
"""Key-signing keys of a zone (Developer Guide, "Quotas")."""

IN_PARENT = "KeySigningKeyInParentDSRecord"
"""The code that says a DS in the parent still leads to the key, or that Route 53 could not look."""
ALREADY_THERE = "KeySigningKeyAlreadyExists"

_KEY_NAME = re.compile(r"[A-Za-z0-9_]{3,128}")
_KEY_NAME_WORDS = "a key-signing key's name has 3 to 128 letters, digits and underscores"
_KMS_ARN = re.compile(r"arn:aws:kms:us-east-1:[0-9a-z]+:key/[A-Za-z0-9-]+")
_GENERATIONS = 20
"""How often a key can be deleted and made again under one name before its reference is used up."""
_BUSY = frozenset({"ConcurrentModification", "PriorRequestNotComplete"})
_PATIENCE = (1.0, 4.0, 16.0)
"""Seconds between tries while another change of the zone is taken in."""

_UNSEEN_PARENT = re.compile(r"lookup failure|cannot determine", re.IGNORECASE)
_LOOK_AGAIN = "Route 53 could not look into the parent: try again in some minutes"
_KMS_HINT = (
    "the KMS key has to be enabled, of one region (us-east-1), ECC_NIST_P256 for SIGN_VERIFY, and its policy "
    "has to let dnssec-route53.amazonaws.com use kms:DescribeKey, kms:GetPublicKey, kms:Sign and "
    "kms:CreateGrant"
)
_HINTS = {
    "ConcurrentModification": "another change of this zone's keys is under way: try again in a minute",
    "DNSSECNotFound": "the zone has no key-signing key yet: make one first",
    "HostedZonePartiallyDelegated": "the parent has to name this zone's servers and no others: "
    "psfdns delegation shows what it names",
    "InvalidArgument": "only public zones can be signed",
    "InvalidKMSArn": _KMS_HINT,
    "InvalidKeySigningKeyName": _KEY_NAME_WORDS,
    "InvalidKeySigningKeyStatus": "a key has to be INACTIVE before it is deleted, and one in "
    "ACTION_NEEDED or INTERNAL_FAILURE has to be put right first: psfdns dnssec status says which is which",
    "InvalidSigningStatus": "the zone's signing has to be enabled or disabled first: psfdns dnssec status "
    "says how it stands",
    ALREADY_THERE: "the zone has a key of this name, or with this KMS key: choose another",
    IN_PARENT: "the parent has a DS that leads to this key: have it removed, wait until no parent server "
    "gives it and its TTL has passed, then try again",
    "KeySigningKeyInUse": "a zone that signs needs an active key: activate another, or disable signing first",
    "KeySigningKeyWithActiveStatusNotFound": "activate a key-signing key of the zone first",
    "NoSuchKeySigningKey": "psfdns dnssec status names the keys of the zone",
    "TooManyKeySigningKeys": f"a zone has {MAX_KEYS} at most: deactivate and delete one first",
}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key-signing key that is there now; `change_id` is None where it was there already."""

    key: SigningKey
    change_id: str | None


def fetch_signing(api: Api, hosted: HostedZone) -> HostedSigning:
    """One request (GetDNSSEC); raises HostError."""
    answer = api.call("GetDNSSEC", f"look at DNSSEC of {hosted.name}", HostedZoneId=hosted.id)
    status = answer["Status"]
    return HostedSigning(
        status.get("ServeSignature", ""),
        status.get("StatusMessage", ""),
        tuple(map(_signing_key, answer.get("KeySigningKeys", ()))),
    )


@dataclass(frozen=True, slots=True)
class SigningSwitch:
    """Changing how one zone is signed; `pause` waits a number of seconds.

    Each step returns the id of a change to wait for (`insync.wait_insync`), or None where its answer was
    lost but it is done. Each raises HostError, whose hint says what to do, or StoppedError.
    """

    api: Api
    hosted: HostedZone
    pause: Callable[[float], None]

    def create_key(self, name: str, *, kms_arn: str, active: bool) -> NewKey:
        """A key-signing key of this name behind a KMS key (CreateKeySigningKey).

        Where one of this name and KMS key is there already, that is it, whatever its status.
        """
        doing = f"make key-signing key {name} of {self.hosted.name}"
        _refuse_bad_words(name, kms_arn, doing)
        wanted = {
            "HostedZoneId": self.hosted.id,
            "KeyManagementServiceArn": kms_arn,
            "Name": name,
            "Status": ACTIVE if active else INACTIVE,
        }
        for generation in range(_GENERATIONS):
            reference = key_reference(self.hosted.id, name, kms_arn, generation)
            try:
                answer = self._call("CreateKeySigningKey", doing, CallerReference=reference, **wanted)
            except HostError as error:
                if error.code != ALREADY_THERE and not _may_be_done(error):
                    raise
                found = self._find_again(name, kms_arn, error)
                if found is not None:
                    return NewKey(found, None)
            else:
                return NewKey(_signing_key(answer["KeySigningKey"]), bare_id(answer["ChangeInfo"]["Id"]))
        raise HostError("Route 53", doing, f"all {_GENERATIONS} references for this key have been used")

    def _find_again(self, name: str, kms_arn: str, error: HostError) -> SigningKey | None:
        """Our key; None where nothing stands in its way but a reference that a deleted one has used."""
        keys = fetch_signing(self.api, self.hosted).keys
        for key in keys:
            if key.name == name and key.kms_arn == kms_arn:
                return key
        if error.code != ALREADY_THERE or any(key.name == name or key.kms_arn == kms_arn for key in keys):
            raise error
        return None

    def activate_key(self, name: str) -> str | None:
        """Sign with a key (ActivateKeySigningKey)."""
        return self._change_key("ActivateKeySigningKey", "activate", name, {ACTIVE})

    def deactivate_key(self, name: str) -> str | None:
        """Sign with a key no longer (DeactivateKeySigningKey); never the last one of a zone that signs."""
        return self._change_key("DeactivateKeySigningKey", "deactivate", name, {INACTIVE})

    def delete_key(self, name: str) -> str | None:
        """Remove an inactive key (DeleteKeySigningKey); the key of KMS stays."""
        return self._change_key("DeleteKeySigningKey", "delete", name, {DELETING, None})

    def enable_signing(self) -> str | None:
        """Begin to sign, with every active key (EnableHostedZoneDNSSEC)."""
        return self._switch("EnableHostedZoneDNSSEC", "sign", {SIGNING})

    def disable_signing(self) -> str | None:
        """Stop signing (DisableHostedZoneDNSSEC); keys stay as they are."""
        return self._switch("DisableHostedZoneDNSSEC", "stop signing", {DELETING, NOT_SIGNING})

    def _change_key(self, action: str, verb: str, name: str, wanted: Container[str | None]) -> str | None:
        def is_done(signing: HostedSigning) -> bool:
            return next((key.status for key in signing.keys if key.name == name), None) in wanted

        doing = f"{verb} key-signing key {name} of {self.hosted.name}"
        return self._settle(action, doing, is_done, HostedZoneId=self.hosted.id, Name=name)

    def _switch(self, action: str, verb: str, wanted: Container[str | None]) -> str | None:
        def is_done(signing: HostedSigning) -> bool:
            return signing.status in wanted

        return self._settle(action, f"{verb} {self.hosted.name}", is_done, HostedZoneId=self.hosted.id)

    def _settle(
        self, action: str, doing: str, is_done: Callable[[HostedSigning], bool], **parameters: str
    ) -> str | None:
        try:
            answer = self._call(action, doing, **parameters)
        except HostError as error:
            if _may_be_done(error) and is_done(fetch_signing(self.api, self.hosted)):
                return None
            raise
        return bare_id(answer["ChangeInfo"]["Id"])

    def _call(self, action: str, doing: str, **parameters: str) -> Mapping[str, Any]:
        """One request, again while another change is under way; refusals say what to do."""
        pauses = iter(_PATIENCE)
        sent_in_vain = False
        while True:
            try:
                return self.api.call(action, doing, **parameters)
            except HostError as error:
                seconds = next(pauses, None) if error.code in _BUSY else None
                if seconds is None:
                    error.uncertain = error.uncertain or sent_in_vain
                    raise _with_hint(error) from error.__cause__
                sent_in_vain = sent_in_vain or _may_be_done(error)
                self.pause(seconds)


def key_reference(zone_id: str, name: str, kms_arn: str, generation: int) -> str:
    """The CallerReference of a key: what is wanted, so that no retry makes a second one."""
    intent = json.dumps([zone_id, name, kms_arn, generation], separators=(",", ":"))
    return "psfdns:" + hashlib.sha256(intent.encode()).hexdigest()


def _refuse_bad_words(name: str, kms_arn: str, doing: str) -> None:
    if not _KEY_NAME.fullmatch(name):
        raise HostError("Route 53", doing, "that is no name for a key", hint=_KEY_NAME_WORDS)
    if not _KMS_ARN.fullmatch(kms_arn):
        why = f"{kms_arn} is not the ARN of a key in us-east-1"
        raise HostError("Route 53", doing, why, hint="give arn:aws:kms:us-east-1:ACCOUNT:key/ID, no alias")


def _may_be_done(error: HostError) -> bool:
    """Whether the request, or one before it whose answer was lost, may have been carried out."""
    return error.uncertain or error.attempts > 1


def _with_hint(error: HostError) -> HostError:
    error.hint = error.hint or _HINTS.get(error.code or "")
    error.retryable = error.retryable or error.code in _BUSY
    if error.code == IN_PARENT and _UNSEEN_PARENT.search(error.why):
        error.hint, error.retryable = _LOOK_AGAIN, True
    return error


def _signing_key(shape: Mapping[str, Any]) -> SigningKey:
    return SigningKey(
        shape.get("Name", ""),
        shape.get("Status", ""),
        shape.get("KeyTag", 0),
        shape.get("SigningAlgorithmType", 0),
        shape.get("DigestAlgorithmType", 0),
        shape.get("DigestValue", "").upper(),
        shape.get("StatusMessage", ""),
        shape.get("KmsArn", ""),
        shape.get("PublicKey", ""),
    )
