"""What KMS says of the keys behind a zone's key-signing keys, beside what Route 53 needs of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psfdns.diagnostics import Severity
from psfdns.dnssec.finding import Problem, join
from psfdns.key_policies import GRANTS, REGION, SPEC, USAGE, judge_policy
from psfdns.moments import write_moment
from psfdns.plans.host import ManagedKey, SigningKey, region_of

_STATES = {"Disabled": "KMS_KEY_DISABLED", "PendingDeletion": "KMS_KEY_PENDING_DELETION"}
IDLE = frozenset({"INACTIVE", "DELETING"})
"""Key-signing keys that do not sign: what is wrong with their keys in KMS harms nobody."""


@dataclass(frozen=True, slots=True)
class KeyReading:
    """What KMS said of one key, and its policy.

    `why` says why one of them, or both, are not known; without it a key that is None is not there.
    """

    key: ManagedKey | None = None
    policy: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class KmsWitness:
    """The readings by ARN, and for which zone of whose account the keys sign; `account` may be unknown."""

    readings: Mapping[str, KeyReading]
    zone_id: str
    account: str | None


def judge_kms(witness: KmsWitness, keys: tuple[SigningKey, ...]) -> Iterator[Problem]:
    """Everything that is wrong with the keys in KMS."""
    for key in keys:
        if key.kms_arn:
            for problem in _judge_key(witness, key):
                yield _milder(problem) if key.status in IDLE else problem


def _milder(problem: Problem) -> Problem:
    return problem._replace(severity=Severity.INFO)


def _judge_key(witness: KmsWitness, key: SigningKey) -> Iterator[Problem]:
    what = f"{key.name} ({key.key_tag})"
    region = region_of(key.kms_arn)
    if region != REGION:
        words = f"the key in KMS behind {{what}} is in {region or 'no region'}, not in {REGION}"
        yield Problem("KMS_KEY_WRONG_REGION", words, what)
        return
    reading = witness.readings.get(key.kms_arn)
    if reading is None:
        return
    if reading.why:
        yield Problem("KMS_UNKNOWN", f"not all keys in KMS could be looked at: {reading.why}")
    if reading.key is not None:
        yield from _judge_managed(reading.key, what)
    elif not reading.why:
        yield Problem("KMS_KEY_MISSING", "KMS has no key any more behind {what}", what, key.kms_arn)
    if reading.policy is not None:
        yield from _judge_policy(witness, reading.policy, what)


def _judge_managed(key: ManagedKey, what: str) -> Iterator[Problem]:
    if not key.is_enabled:
        code = _STATES.get(key.state, "KMS_KEY_UNUSABLE")
        ending = f", on {write_moment(key.deleted_at)}" if key.deleted_at else ""
        yield Problem(code, f"the key in KMS behind {{what}} is {key.state}{ending}", what)
    if (key.spec, key.usage) != (SPEC, USAGE):
        words = f"the key in KMS behind {{what}} is {key.spec} for {key.usage}, not {SPEC} for {USAGE}"
        yield Problem("KMS_KEY_WRONG_KIND", words, what)
    if key.multi_region:
        yield Problem("KMS_KEY_MULTI_REGION", "the key in KMS behind {what} is a multi-region one", what)


def _judge_policy(witness: KmsWitness, policy: str, what: str) -> Iterator[Problem]:
    permission = judge_policy(policy, account=witness.account, zone_id=witness.zone_id)
    if permission.lacking:
        why = f" ({permission.why})" if permission.why else ""
        words = (
            f"the policy of the key in KMS behind {{what}} gives Route 53 no {join(permission.lacking)}{why}"
        )
        # By grants Route 53 goes on signing: one that it has already is not taken away.
        severity = Severity.WARNING if permission.lacking == (GRANTS,) else None
        yield Problem("KMS_POLICY_LACKS_ROUTE53", words, what, severity=severity)
    if permission.unconditional:
        words = (
            "the policy of the key in KMS behind {what} lets Route 53 use it for any zone of any account "
            f"({join(permission.unconditional)})"
        )
        yield Problem("KMS_POLICY_FOR_ANY_ZONE", words, what)
