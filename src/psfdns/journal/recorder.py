"""How whoever sends requests tells the journal: a step before its request, its fate after it. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from psfdns.errors import HostError, PsfdnsError, StoppedError
from psfdns.plans.plan import Change

Answer = TypeVar("Answer")


class Fate(enum.StrEnum):
    """What became of one request."""

    DONE = "done"
    RECOGNISED = "recognised"
    """Its answer was lost, and what is live shows that it was made."""
    REFUSED = "refused"
    NOT_SENT = "not-sent"
    UNKNOWN = "unknown"


class Recorder(Protocol):
    """Where an apply writes down what it does; used from several threads at once."""

    def start(self, batches: Mapping[str, int]) -> None:
        """Keep what will be done, with the requests packed so far by zone; before anything is sent.

        Raises JournalError: then nothing may be sent.
        """

    def begin(self, zone: str, step: str, changes: Sequence[Change] = ()) -> int:
        """Keep that a request is about to be sent for a zone (its label); returns the step's number.

        Raises JournalError: then it may not be sent.
        """

    def end(self, number: int, fate: Fate, details: Mapping[str, Any]) -> None:
        """Keep what became of it. Never raises: what cannot be kept is said by the next `begin`."""


class NoJournal:
    """Keeps nothing: for tests, and for what changes nothing."""

    def start(self, batches: Mapping[str, int]) -> None:
        """Keep nothing."""

    def begin(self, zone: str, step: str, changes: Sequence[Change] = ()) -> int:
        """Keep nothing."""
        del zone, step, changes
        return 0

    def end(self, number: int, fate: Fate, details: Mapping[str, Any]) -> None:
        """Keep nothing."""


def record(
    recorder: Recorder,
    zone: str,
    step: str,
    request: Callable[[], Answer],
    *,
    changes: Sequence[Change] = (),
    describe: Callable[[Answer], tuple[Fate, Mapping[str, Any]]] = lambda _: (Fate.DONE, {}),
) -> Answer:
    """Send one request between its two lines in the journal; `describe` says what its answer means."""
    number = recorder.begin(zone, step, changes)
    try:
        answer = request()
    except PsfdnsError as error:
        recorder.end(number, fate_of(error), {"why": error.summary})
        raise
    recorder.end(number, *describe(answer))
    return answer


def fate_of(error: PsfdnsError) -> Fate:
    """What an error means for the request that it ended."""
    if isinstance(error, StoppedError):
        return Fate.NOT_SENT
    return Fate.UNKNOWN if isinstance(error, HostError) and error.uncertain else Fate.REFUSED
