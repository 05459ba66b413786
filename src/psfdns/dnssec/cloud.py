"""What Route 53 says of a zone's signing, and what tenant.toml wants, beside what DNS shows. Pure.

What KMS says of the keys is `dnssec.kms`'s, and what the registrar holds `dnssec.registry_side`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import dns.dnssec
from dns.rdtypes.ANY.DS import DS

from psfdns.diagnostics import Severity
from psfdns.dnssec.chain import Security, Trust
from psfdns.dnssec.finding import Problem, join
from psfdns.dnssec.keys import is_sep
from psfdns.dnssec.kms import IDLE, KmsWitness, judge_kms
from psfdns.plans.host import HostedSigning, SigningKey

ACTIVE = "ACTIVE"
NOT_SIGNING = "NOT_SIGNING"

_STATES = {
    "ACTION_NEEDED": "CLOUD_ACTION_NEEDED",
    "INTERNAL_FAILURE": "CLOUD_INTERNAL_FAILURE",
    "DELETING": "CLOUD_DELETING",
}


@dataclass(frozen=True, slots=True)
class Cloud:
    """The side of whoever hosts: `signing` is None where it is not known, and `why` says why.

    `is_hosted` False: the account has no such zone, or it is nobody's of ours. `wanted` is tenant.toml's
    `dnssec`, None for a name without a file. `kms` is None where nobody asked it.
    """

    signing: HostedSigning | None = None
    why: str = ""
    is_hosted: bool = True
    wanted: bool | None = None
    kms: KmsWitness | None = None


def judge_cloud(cloud: Cloud, trust: Trust) -> Iterator[Problem]:
    """Every disagreement."""
    yield from _judge_wanted(cloud, trust)
    if not cloud.is_hosted:
        if cloud.wanted is not None:
            yield Problem("CLOUD_NO_ZONE", "Route 53 has no such zone in this account: only DNS was asked")
    elif cloud.signing is None:
        yield Problem("CLOUD_UNKNOWN", f"Route 53 was not asked about signing: {cloud.why}")
    else:
        yield from _judge_states(cloud.signing)
        yield from _judge_signing(cloud.signing, trust)
        if cloud.kms is not None:
            yield from judge_kms(cloud.kms, cloud.signing.keys)


def _judge_wanted(cloud: Cloud, trust: Trust) -> Iterator[Problem]:
    if cloud.wanted and trust.security in {Security.INSECURE, Security.BOGUS}:
        signed = "signed, but it" if trust.keys else "not signed: it"
        words = f"tenant.toml wants dnssec = true, and the zone is {signed} {trust.why}"
        yield Problem("DNSSEC_WANTED", words)
    if cloud.wanted is False and (trust.keys or trust.claimed):
        what = "is signed" if trust.keys else "has a DS"
        yield Problem("DNSSEC_NOT_WANTED", f"the zone {what}, and tenant.toml does not say dnssec = true")


def _judge_states(signing: HostedSigning) -> Iterator[Problem]:
    if signing.status in _STATES:
        yield Problem(_STATES[signing.status], "Route 53 says {what}", _told(signing.status, signing.message))
    for key in signing.keys:
        if key.status in _STATES:
            words = f"Route 53 says of key-signing key {key.name} ({key.key_tag}): {{what}}"
            yield Problem(_STATES[key.status], words, _told(key.status, key.message))


def _told(status: str, message: str) -> str:
    return f"{status}: {message}" if message else status


def _judge_signing(signing: HostedSigning, trust: Trust) -> Iterator[Problem]:
    tags = {dns.dnssec.key_id(key) for key in trust.keys}
    if signing.status == NOT_SIGNING:
        if trust.claimed:
            yield Problem(
                "CLOUD_NOT_SIGNING", "Route 53 does not sign, and the parent has {what}", _ds(trust)
            )
        elif trust.keys:
            yield Problem(
                "CLOUD_KEY_UNKNOWN", "the servers have keys, and Route 53 does not sign: {what}", _list(tags)
            )
        return
    active = [key for key in signing.keys if key.status == ACTIVE]
    missing = sorted(key.key_tag for key in active if key.key_tag not in tags)
    if missing and any(reading.is_heard for reading in trust.at):
        words = "Route 53's active key-signing key is not in the zone: {what}"
        yield Problem("CLOUD_SIGNING_NOT_SEEN", words, _list(set(missing)))
    known = {key.key_tag for key in signing.keys}
    seps = {dns.dnssec.key_id(key) for key in trust.keys if is_sep(key)}
    if seps - known:
        words = "the servers have key-signing keys that Route 53 does not know: {what}"
        yield Problem("CLOUD_KEY_UNKNOWN", words, _list(seps - known))
    yield from _judge_ds(signing.keys, active, trust)


def _judge_ds(keys: tuple[SigningKey, ...], active: list[SigningKey], trust: Trust) -> Iterator[Problem]:
    if not any(reading.is_heard for reading in trust.ds):
        return
    published = {
        (digest.anchor.key_tag, int(digest.anchor.digest_type), digest.anchor.digest.hex().upper())
        for digest in trust.claimed
        if isinstance(digest.anchor, DS)
    }
    if active and not any((key.key_tag, key.digest_type, key.digest) in published for key in active):
        wrong = {(key.key_tag) for key in active} & {tag for tag, _, _ in published}
        severity = Severity.ERROR if wrong or published else None
        words = "the parent has no DS of Route 53's active key: {what}"
        yield Problem("CLOUD_DS_MISSING", words, _list({key.key_tag for key in active}), severity=severity)
    idle = {key.key_tag for key in keys if key.status in IDLE} & {tag for tag, _, _ in published}
    if idle:
        words = "the parent has a DS of a key that is not active at Route 53: {what}"
        yield Problem("CLOUD_DS_OF_INACTIVE_KEY", words, _list(idle))


def _ds(trust: Trust) -> str:
    return join(str(digest) for digest in trust.claimed)


def _list(tags: set[int]) -> str:
    return f"key {join(str(tag) for tag in sorted(tags))}"
