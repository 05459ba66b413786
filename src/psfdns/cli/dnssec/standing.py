"""How one zone's procedure stands after a run of the command line."""

from __future__ import annotations

from dataclasses import dataclass

from psfdns.dnssec.procedures.decide import Decision
from psfdns.dnssec.procedures.record import Record
from psfdns.errors import HostError, LookupFailedError, PsfdnsError


@dataclass(frozen=True, slots=True)
class Stand:
    """How one zone's procedure stands. `record` None: there is, and was, nothing to do.

    `decision` None: it could not be looked at, and `error` says why.
    """

    zone: str
    record: Record | None
    decision: Decision | None = None
    error: PsfdnsError | None = None

    @property
    def is_unheard(self) -> bool:
        """Whether what went wrong is that somebody could not be asked: another time it may be otherwise."""
        error = self.error
        if isinstance(error, HostError):
            return error.retryable and not error.uncertain
        return isinstance(error, UnheardError | LookupFailedError)


class UnheardError(PsfdnsError):
    """Somebody who had to be asked before anything begins could not be (exit 3)."""
