"""How one zone's procedure stands after a run of the command line."""

from __future__ import annotations

from dataclasses import dataclass

from psfdns.dnssec.procedures.decide import Decision
from psfdns.dnssec.procedures.record import Record
from psfdns.errors import PsfdnsError


@dataclass(frozen=True, slots=True)
class Stand:
    """How one zone's procedure stands. `record` None: there is, and was, nothing to do.

    `decision` None: it could not be looked at, and `error` says why.
    """

    zone: str
    record: Record | None
    decision: Decision | None = None
    error: PsfdnsError | None = None
