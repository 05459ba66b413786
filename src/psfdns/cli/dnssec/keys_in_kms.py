"""Asking KMS about the keys behind key-signing keys: each once a run, and never a reason to fail."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psfdns.dnssec.kms import KeyReading, KmsWitness
from psfdns.errors import HostError
from psfdns.key_policies import REGION
from psfdns.plans.host import region_of

if TYPE_CHECKING:
    from psfdns.cli.wiring import Access
    from psfdns.plans.host import HostedZone, SigningKey

_ELSEWHERE = "Route 53's endpoint is not Amazon's, and AWS_ENDPOINT_URL_KMS names none for KMS"


@dataclass(slots=True)
class KeysInKms:
    """The readings of a run; threads may share it."""

    access: Access
    account: str | None
    _known: dict[str, KeyReading] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look_at(self, hosted: HostedZone, keys: Iterable[SigningKey]) -> KmsWitness:
        """What KMS says of the keys behind these."""
        arns = dict.fromkeys(key.kms_arn for key in keys if region_of(key.kms_arn) == REGION)
        return KmsWitness({arn: self._read(arn) for arn in arns}, hosted.id, self.account)

    def _read(self, arn: str) -> KeyReading:
        with self._lock:
            if arn not in self._known:
                self._known[arn] = self._ask(arn)
            return self._known[arn]

    def _ask(self, arn: str) -> KeyReading:
        kms = self.access.kms
        try:
            if kms.is_amazons and not self.access.api.is_amazons:
                return KeyReading(why=_ELSEWHERE)
            key = kms.describe_key(arn)
        except HostError as error:
            return KeyReading(why=_say(error))
        if key is None:
            return KeyReading()
        try:
            return KeyReading(key, kms.fetch_policy(arn))
        except HostError as error:
            return KeyReading(key, why=_say(error))


def _say(error: HostError) -> str:
    """The same words for every key, so that they are shown once."""
    return f"{error.who}: {error.why}"
