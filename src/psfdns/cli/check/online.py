"""`check --online`: which ways out of the zones are asked about, and what is said of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from psfdns.cli.options import Verbosity
from psfdns.cli.repository import read_zone
from psfdns.cli.resolving import open_listening
from psfdns.cli.views.escape import escape
from psfdns.cli.wiring import Workspace, now, open_repository, talk
from psfdns.dangling.judge import Found, gather_unchecked, judge
from psfdns.dangling.listen import MAX_TARGETS, Report, listen
from psfdns.dangling.pointers import Pointer, find_pointers
from psfdns.dangling.proofs import find_proofs
from psfdns.dangling.rules import TARGET_UNCHECKED
from psfdns.dangling.strikes import Look, Place, judge_at_once, judge_lasting, remember
from psfdns.diagnostics import Diagnostic
from psfdns.errors import LookupFailedError
from psfdns.names import parent_of

if TYPE_CHECKING:
    from psfdns.checks.check import Subject
    from psfdns.cli.check.changing import Since
    from psfdns.plans.desired import DesiredZone
    from psfdns.tenants.zone_file import ZoneFile

MAX_SECONDS = 900.0
"""After these no new question is asked; what is left could not be checked."""

ReadZone = tuple["DesiredZone", "DesiredZone | None"]


@dataclass(frozen=True, slots=True)
class Online:
    """What was found, what the document says of it, and whether anybody answered anything."""

    findings: tuple[Diagnostic, ...]
    document: Mapping[str, Any]
    answered: bool


def check_online(workspace: Workspace, read: Sequence[ReadZone], *, since: Since | None) -> Online:
    """Ask about the zones that were read; with `since` about what is new in them, and judge that at once."""
    held = _Holdings(workspace)
    zones = {held.label(zone): (zone, before) for zone, before in read if _why_not(zone) is None}
    pointers = [
        pointer for label, (zone, before) in zones.items() for pointer in _ways_out(label, zone, before, held)
    ]
    report = _listen(workspace, pointers)
    found = judge(report, {label: find_proofs(zone.zone) for label, (zone, _) in zones.items() if zone.zone})
    unknown = _unknown_places(pointers, found, report)
    if since is None:
        findings = _judge_lasting(workspace, Look(tuple(found), frozenset(zones), unknown, now()))
    else:
        findings = judge_at_once(found)
    said = [each for label, (zone, _) in zones.items() for each in _said(label, zone, found, findings)]
    skipped = [{"zone": zone.label, "why": why} for zone, _ in read if (why := _why_not(zone)) is not None]
    document = {
        "targets": len({each.target for each in pointers}),
        "pages": len(report.pages),
        "unknown": len({target for _, _, target in unknown}),
        "skipped": skipped,
    }
    _tell(workspace, document)
    return Online((*said, *_summarise(report)), document, report.answered)


def _why_not(zone: DesiredZone) -> str | None:
    """Why a zone's targets are not asked about."""
    if zone.zone is None:
        return "its file has errors"
    return "it is private, and what it points at may be too" if zone.private else None


def _subject(zone: DesiredZone | None) -> Subject | None:
    from psfdns.checks.check import Subject

    return None if zone is None or zone.zone is None else Subject(zone.zone, zone.settings, zone.path)


def _ways_out(
    label: str, zone: DesiredZone, before: DesiredZone | None, held: _Holdings
) -> Iterator[Pointer]:
    """Those that the zone did not have before, without what other zones of ours answer for."""
    subject, was = _subject(zone), _subject(before)
    old = {(each.key.name, each.role, each.target) for each in find_pointers(label, was)} if was else set()
    for pointer in find_pointers(label, subject) if subject else ():
        if (pointer.key.name, pointer.role, pointer.target) not in old and not held.answers(pointer):
            yield pointer


class _Holdings:
    """The zones of the repository, read where something leads there."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        files = open_repository(workspace).zone_files
        self._files: dict[str, ZoneFile] = {file.origin: file for file in files if not file.settings.private}
        self._paths = {file.shown_path for file in files}
        self._read: dict[str, Subject | None] = {}

    def label(self, zone: DesiredZone) -> str:
        """What a zone is remembered by: its name, or the path of a file that is nobody's zone."""
        return zone.label if zone.path in self._paths else zone.path

    def answers(self, pointer: Pointer) -> bool:
        """Whether one of our zones has the target in its file; it may not be applied yet."""
        if pointer.is_delegation or not pointer.types:
            return False
        from psfdns.checks.answers import types_answered

        name = pointer.target
        while name not in self._files:
            if name == ".":
                return False
            name = parent_of(name)
        subject = self._subject(name)
        return subject is not None and bool(types_answered(subject, pointer.target))

    def _subject(self, origin: str) -> Subject | None:
        if origin not in self._read:
            read = read_zone(self._files[origin], self._workspace.config)
            self._read[origin] = _subject(read)
        return self._read[origin]


def _listen(workspace: Workspace, pointers: Sequence[Pointer]) -> Report:
    show = _progress(workspace)
    try:
        contacts = open_listening(workspace, seconds=MAX_SECONDS, progress=show)
    except LookupFailedError as error:
        return Report(answered=not pointers, failure=error.summary, unasked=len(pointers))
    report = listen(pointers, contacts)
    show("", 0, 0)
    return report


def _progress(workspace: Workspace) -> Callable[[str, int, int], None]:
    """One line on a terminal that is written over, and taken away by a total of 0."""
    wanted = is_terminal() and workspace.options.verbosity >= Verbosity.NORMAL

    def show(what: str, done: int, total: int) -> None:
        if wanted:
            words = f"asked about {done:,} of {total:,} {what}" if total else ""
            click.echo(f"\r\x1b[K{words}", err=True, nl=False)

    return show


def is_terminal() -> bool:
    """Whether somebody may be looking at stderr."""
    return sys.stderr.isatty()


def _unknown_places(pointers: Sequence[Pointer], found: Sequence[Found], report: Report) -> frozenset[Place]:
    """Places of which nothing new is known: what is remembered of them stays."""
    unheard = {each.place for each in pointers if not report.answered or each not in report.targets}
    return frozenset(unheard | {each.pointer.place for each in found if not each.is_certain})


def _judge_lasting(workspace: Workspace, look: Look) -> list[Diagnostic]:
    from psfdns.dangling.memory import update_memory

    folder = workspace.config.state_dir / "cache"
    memory, fault = update_memory(folder, lambda known: remember(look, known))
    if fault is not None:
        talk(workspace.options, f"warning: {escape(fault)}", at=Verbosity.QUIET)
    return judge_lasting(look.found, memory, look.now)


def _said(
    label: str, zone: DesiredZone, found: Sequence[Found], findings: Sequence[Diagnostic]
) -> Iterator[Diagnostic]:
    """Of one zone, without the warnings that its file silences."""
    from psfdns.checks.suppression import UNUSED_SUPPRESSION, silence

    pairs = zip(found, findings, strict=True)
    own = gather_unchecked([pair for pair in pairs if pair[0].pointer.zone == label])
    if zone.zone is not None:
        for finding in silence(own, zone.suppressions, zone.zone):
            if finding.code != UNUSED_SUPPRESSION.code:
                yield finding


def _summarise(report: Report) -> Iterator[Diagnostic]:
    """What concerns no single record."""
    if not report.answered:
        summary = f"nothing could be asked: {report.failure}"
        yield TARGET_UNCHECKED.broken(
            None, summary, hint="see whether [resolver] servers in psfdns.toml answer"
        )
    elif report.unasked:
        yield TARGET_UNCHECKED.broken(
            None,
            f"{report.unasked:,} targets were not asked about: more than {MAX_TARGETS:,} in one run",
            hint="",
        )


def _tell(workspace: Workspace, document: Mapping[str, Any]) -> None:
    targets = "1 target" if document["targets"] == 1 else f"{document['targets']:,} targets"
    words = f"{targets} asked about, {document['unknown']:,} of them without an answer to rely on"
    talk(workspace.options, words)
    for each in document["skipped"]:
        talk(workspace.options, f"{escape(each['zone'])}: not asked about: {each['why']}")
