"""What `import` does: zones that are live, or exported, become zone files; nothing is stored here.

Every file's new text is made before the first one is written, so a fault in one zone leaves no other
half done.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.cli.repository import read_zone
from psfdns.diagnostics import Diagnostic, Severity, Span, has_errors
from psfdns.errors import InvalidInputError, PsfdnsError
from psfdns.plans.host import Foreign, LiveZone
from psfdns.plans.match import is_ours
from psfdns.plans.ownership import divide, is_apex_authority
from psfdns.plans.writers import find_writers
from psfdns.records import Zone
from psfdns.settings import Apex, ZoneSettings
from psfdns.tenants.adopt import adopt_zone
from psfdns.tenants.names import TENANT_FILE
from psfdns.tenants.zone_file import ZoneFile
from psfdns.zonefile.load import load_zone
from psfdns.zonefile.parse import ParsedZone
from psfdns.zonefile.rewrite import rewrite_zone
from psfdns.zonefile.write import write_zone

if TYPE_CHECKING:
    from psfdns.config import Config
    from psfdns.settings import Vpc


class ImportAction(enum.StrEnum):
    """What becomes of one zone's file."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One zone's import: `text` is what its file is to hold, `adopts` what its tenant.toml is to say."""

    file: ZoneFile
    action: ImportAction
    hosted_id: str | None = None
    text: str | None = None
    rrset_count: int = 0
    adopts: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    foreign: tuple[Foreign, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


def import_live(
    file: ZoneFile, live: LiveZone, *, vpcs: Sequence[Vpc], adopt: bool, default_ttl: int
) -> Outcome:
    """What a zone's file and settings must be so that a plan against `live` is empty."""
    adopts = _adoption(file.settings, live, vpcs, adopt=adopt)
    settings = replace(file.settings, private=tuple(vpcs)) if live.hosted.private else file.settings
    file = replace(file, settings=settings)
    outcome = Outcome(file, ImportAction.ERROR, live.hosted.id, adopts=adopts, findings=find_writers(live))
    if has_errors(file.findings):
        return _refused(outcome, file.findings)
    if live.hosted.private and not vpcs:
        return _refused(outcome, [_no_vpcs(file)])
    try:
        existing = _existing(file, default_ttl)
        wanted, foreign = _wanted(existing, live, settings)
        outcome = replace(outcome, foreign=foreign, rrset_count=len(wanted.rrsets))
        return _written(outcome, wanted, existing, default_ttl)
    except InvalidInputError as error:
        return _refused(outcome, error.diagnostics)


def refuse(file: ZoneFile, findings: Iterable[Diagnostic]) -> Outcome:
    """Nothing done, and why."""
    return Outcome(file, ImportAction.ERROR, findings=tuple(findings))


def import_exported(file: ZoneFile, exported: ParsedZone, *, default_ttl: int) -> Outcome:
    """What a zone's file must be so that it says what an exported file says."""
    outcome = Outcome(file, ImportAction.ERROR, findings=exported.findings)
    if has_errors(exported.findings):
        return outcome
    try:
        outcome = replace(outcome, rrset_count=len(exported.zone.rrsets))
        return _written(outcome, exported.zone, _existing(file, default_ttl), default_ttl)
    except InvalidInputError as error:
        return _refused(outcome, error.diagnostics)


def store_outcomes(outcomes: Iterable[Outcome], store: Callable[[Path, str], None]) -> None:
    """Write the zone files, then adopt their zones; raises PsfdnsError.

    In this order a zone whose id was not written yet is refused by plan, never taken for another.
    """
    done = [outcome for outcome in outcomes if outcome.action is not ImportAction.ERROR]
    tenants = _adopted_texts(done)
    for outcome in done:
        if outcome.text is not None and outcome.action is not ImportAction.UNCHANGED:
            store(outcome.file.path, outcome.text)
    for path, text in tenants.items():
        store(path, text)


def look_again(outcome: Outcome, config: Config) -> Outcome:
    """The outcome with what `check` says of the file as it now stands."""
    if outcome.action is ImportAction.ERROR:
        return outcome
    said = read_zone(outcome.file, config).findings
    return replace(outcome, findings=(*said, *(found for found in outcome.findings if found not in said)))


def _adoption(
    settings: ZoneSettings, live: LiveZone, vpcs: Sequence[Vpc], *, adopt: bool
) -> dict[str, str | Sequence[str]]:
    """A zone that psfdns made needs no id, unless another one could be meant."""
    adopts: dict[str, str | Sequence[str]] = {}
    if settings.id is None and (adopt or not is_ours(live.hosted)):
        adopts["id"] = live.hosted.id
    if live.hosted.private and not settings.private and vpcs:
        adopts["private"] = [f"{vpc.region}:{vpc.id}" for vpc in vpcs]
    return adopts


def _existing(file: ZoneFile, default_ttl: int) -> ParsedZone | None:
    """The zone file as it stands; raises InvalidInputError where it has errors."""
    if not file.path.exists() and not file.path.is_symlink():
        return None
    parsed = _read(file, None, default_ttl)
    if has_errors(parsed.findings):
        raise InvalidInputError(parsed.findings)
    return parsed


def _read(file: ZoneFile, data: bytes | None, default_ttl: int) -> ParsedZone:
    """The file, or `data` as if it stood there: its includes are the file's."""
    return load_zone(
        file.path,
        origin=file.origin,
        shown_path=file.shown_path,
        tenant_root=file.path.parent,
        default_ttl=default_ttl,
        data=data,
    )


def _wanted(
    existing: ParsedZone | None, live: LiveZone, settings: ZoneSettings
) -> tuple[Zone, tuple[Foreign, ...]]:
    """What the file is to say, and what is live and not psfdns's.

    The apex SOA and NS are Route 53's own; they are written so that other tools load the file, but not
    into a file that does without them.
    """
    origin = live.zone.origin
    there = existing.zone if existing else Zone(origin, {})
    parts = divide(desired=there, live=live, settings=settings)
    authority = {
        key: rrset
        for key, rrset in live.zone.rrsets.items()
        if is_apex_authority(key, origin) and (existing is None or key in there.rrsets)
    }
    managed = settings.apex is Apex.MANAGED
    return Zone(origin, {**parts.live.rrsets, **({} if managed else authority)}), parts.foreign


def _written(outcome: Outcome, wanted: Zone, existing: ParsedZone | None, default_ttl: int) -> Outcome:
    file = outcome.file

    def read(data: bytes) -> ParsedZone:
        return _read(file, data, default_ttl)

    if existing is None:
        text = write_zone(wanted)
        if read(text.encode()).zone.rrsets != wanted.rrsets:
            raise InvalidInputError([_not_read_back(file)])
        return replace(outcome, action=ImportAction.CREATED, text=text)
    if existing.zone.rrsets == wanted.rrsets:
        return replace(outcome, action=ImportAction.UNCHANGED)
    text = rewrite_zone(wanted, existing=file.path.read_bytes(), path=file.shown_path, read=read)
    return replace(outcome, action=ImportAction.UPDATED, text=text)


def _adopted_texts(outcomes: Iterable[Outcome]) -> dict[Path, str]:
    """The new text of every tenant.toml that has to say more than it does."""
    adopting: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.adopts:
            folder = outcome.file.shown_path.rpartition("/")[0]
            adopting.setdefault(f"{folder}/{TENANT_FILE}", []).append(outcome)
    texts = {
        group[0].file.path.parent / TENANT_FILE: _adopted_text(shown, group)
        for shown, group in adopting.items()
    }
    return {path: text for path, text in texts.items() if text is not None}


def _adopted_text(shown: str, outcomes: Sequence[Outcome]) -> str | None:
    """The new text of one tenant.toml, or None where it says everything already."""
    text = before = _read_text(outcomes[0].file.path.parent / TENANT_FILE, shown)
    for outcome in outcomes:
        text = adopt_zone(text, outcome.file.stem, outcome.adopts, path=shown)
    return None if text == before else text


def _read_text(path: Path, shown: str) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeError) as error:
        raise PsfdnsError(f"{shown} cannot be read: {error}") from error


def _refused(outcome: Outcome, findings: Iterable[Diagnostic]) -> Outcome:
    return replace(outcome, action=ImportAction.ERROR, findings=(*findings, *outcome.findings))


def _no_vpcs(file: ZoneFile) -> Diagnostic:
    return Diagnostic(
        "no-vpc",
        Severity.ERROR,
        "the private zone shows no VPC, so tenant.toml could not say that it is private",
        Span(file.shown_path),
        "import it from the account that its VPCs belong to",
    )


def _not_read_back(file: ZoneFile) -> Diagnostic:
    return Diagnostic(
        "not-read-back",
        Severity.ERROR,
        "what would be written does not read back as what is live; the file is not written",
        Span(file.shown_path),
        "this is a defect of psfdns; please report the zone",
    )
