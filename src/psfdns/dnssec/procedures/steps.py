"""The three procedures, step by step. Pure.

Each step looks at what is there, not at how it came about: so the steps of a procedure are the way back of
another one, from wherever that one stopped.
"""

from __future__ import annotations

from psfdns.dnssec.procedures.disabling import DISABLE
from psfdns.dnssec.procedures.enabling import ENABLE
from psfdns.dnssec.procedures.record import Kind, Record
from psfdns.dnssec.procedures.rotating import ROTATE
from psfdns.dnssec.procedures.step import Step


def steps_of(record: Record) -> tuple[Step, ...]:
    """The whole procedure, whatever of it is done."""
    return {Kind.ENABLE: ENABLE, Kind.DISABLE: DISABLE, Kind.ROTATE: ROTATE}[record.kind]
