"""What is wrong with a zone's key-signing keys, by the host's word and the DS at the registrar alone. Pure.

It is for reminders, which may never be wrong about it: what could be well is no trouble.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from psfdns.plans.host import HostedSigning, SigningKey

ACTIVE, NOT_SIGNING = "ACTIVE", "NOT_SIGNING"


class TroubleKind(enum.StrEnum):
    """What it is."""

    DS_MISMATCH = "ds-mismatch"
    NOT_SIGNING = "not-signing"
    ACTION_NEEDED = "action-needed"
    INTERNAL_FAILURE = "internal-failure"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that somebody has to do something about; `words` is half a sentence."""

    kind: TroubleKind
    words: str

    @property
    def is_about_ds(self) -> bool:
        """Whether it hangs on what the registrar has."""
        return self.kind in {TroubleKind.DS_MISMATCH, TroubleKind.NOT_SIGNING}


def find_trouble(signing: HostedSigning, ds: Iterable[str] | None) -> Trouble | None:
    """The worst, None where all is well; `ds` are canonical rdata, None where they are not known."""
    return next(iter([*_judge_ds(signing, tuple(ds or ())), *_judge_states(signing)]), None)


def _judge_ds(signing: HostedSigning, ds: tuple[str, ...]) -> Iterator[Trouble]:
    if not ds:
        return
    shown = "; ".join(ds)
    if signing.status == NOT_SIGNING:
        yield Trouble(TroubleKind.NOT_SIGNING, f"Route 53 does not sign, and the registry has DS {shown}")
        return
    active = [key for key in signing.keys if key.status == ACTIVE]
    if active and not any(_may_fit(each, key) for each in ds for key in active):
        keys = ", ".join(str(key.key_tag) for key in active)
        words = f"the registry has DS {shown}, and Route 53 signs with key {keys}"
        yield Trouble(TroubleKind.DS_MISMATCH, words)


def _may_fit(ds: str, key: SigningKey) -> bool:
    """Of another kind of digest than Route 53 tells, only tag and algorithm can be compared."""
    tag, algorithm, digest_type, digest = ds.split(" ", 3)
    if (int(tag), int(algorithm)) != (key.key_tag, key.algorithm):
        return False
    return int(digest_type) != key.digest_type or digest.replace(" ", "").upper() == key.digest


_STATES = {
    "ACTION_NEEDED": TroubleKind.ACTION_NEEDED,
    "INTERNAL_FAILURE": TroubleKind.INTERNAL_FAILURE,
}


def _judge_states(signing: HostedSigning) -> Iterator[Trouble]:
    if signing.status in _STATES:
        words = f"Route 53 says {signing.status} of signing{_told(signing.message)}"
        yield Trouble(_STATES[signing.status], words)
    for key in signing.keys:
        if key.status in _STATES:
            words = f"Route 53 says {key.status} of key-signing key {key.name} ({key.key_tag})"
            yield Trouble(_STATES[key.status], words + _told(key.message))


def _told(message: str) -> str:
    return f": {message}" if message else ""
