"""Beside what DNS shows: the keys that Gandi holds, and procedures that have not ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from psfdns.cli.domains.registering import NO_TOKEN
from psfdns.dnssec.procedures.decide import time_line
from psfdns.dnssec.registry_side import RegistrySide
from psfdns.errors import PsfdnsError, RegistrarError
from psfdns.moments import write_moment
from psfdns.settings import Registrar

if TYPE_CHECKING:
    from psfdns.cli.dnssec.signing import Target
    from psfdns.cli.wiring import Workspace
    from psfdns.dnssec.procedures.record import Record
    from psfdns.dnssec.procedures.store import Shelf
    from psfdns.registrar.gandi import Gandi


def open_registry_side(workspace: Workspace) -> Callable[[Target], RegistrySide]:
    """How to ask; one Gandi for all zones. Nothing is asked yet."""
    from psfdns.cli.dnssec.places import open_shelf
    from psfdns.cli.wiring import open_gandi

    shelf, gandi = open_shelf(workspace), open_gandi(workspace)
    return lambda target: _look(target, shelf, gandi)


def _look(target: Target, shelf: Shelf, gandi: Gandi | None) -> RegistrySide:
    procedure = _procedure(target, shelf)
    if not _is_at_gandi(target):
        return RegistrySide(procedure=procedure)
    if gandi is None:
        return RegistrySide(why=NO_TOKEN, procedure=procedure)
    try:
        return RegistrySide(frozenset(gandi.fetch_ds(target.origin)), procedure=procedure)
    except RegistrarError as error:
        return RegistrySide(why=error.summary, procedure=procedure)


def _is_at_gandi(target: Target) -> bool:
    from psfdns.registrar.registrable import domain_of

    file = target.file
    return (
        file is not None
        and file.settings.registrar is Registrar.GANDI
        and domain_of(target.origin) == target.origin
    )


def _procedure(target: Target, shelf: Shelf) -> str:
    """What is under way, in words; a file that cannot be read is something under way too."""
    if target.file is None:
        return ""
    try:
        record = shelf.load(target.origin)
    except PsfdnsError as error:
        return f"a procedure may be under way: {error.summary}"
    if record is None or not record.is_open:
        return ""
    back = ", on the way back" if record.back else ""
    last = f"; {record.log[-1].what} ({write_moment(record.log[-1].at)})" if record.log else ""
    return f"{record.kind.value} is under way{back}, begun {write_moment(record.begun)}{last}{_next(record)}"


def _next(record: Record) -> str:
    """The step that it waits for, and when that is over at the earliest."""
    from psfdns.cli.wiring import now

    moment = now()
    line = next((each for each in time_line(record, moment) if not each.done), None)
    if line is None:
        return ""
    at = f", not before {write_moment(line.at)}" if line.at and line.at > moment else ""
    return f"; next{at}: {line.step.what}"
