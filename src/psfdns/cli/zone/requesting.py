"""What `zone new` makes: the texts of a new zone's files, judged as `check` judges. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psfdns.cli.zone.new_files import NewFiles, refuse_strange
from psfdns.cli.zone.new_names import find_faults_of_name, judge_name
from psfdns.diagnostics import Diagnostic, Severity, Span, has_errors
from psfdns.errors import InvalidInputError, PsfdnsError
from psfdns.names import is_subdomain, labels_of
from psfdns.plans.desired import zone_stem
from psfdns.records import RRsetKey, Zone
from psfdns.settings import ZoneSettings
from psfdns.tenants.adopt import adopt_zone
from psfdns.tenants.compose import compose_tenant
from psfdns.tenants.load import ZONES, Repository
from psfdns.tenants.names import TENANT_FILE, ZONE_SUFFIX
from psfdns.tenants.parse import parse_tenant
from psfdns.tenants.zone_file import ZoneFile
from psfdns.zonefile.parse import ParsedZone, parse_zone
from psfdns.zonefile.scaffold import FirstText, write_first

if TYPE_CHECKING:
    from psfdns.cli.zone.surveying import NotTaken
    from psfdns.lookup.inventory import Survey

MAX_ROUNDS = 20
"""Of leaving out what has errors; a thousand of them are found in one."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who wants which zone: `label` is `pyladies.example.`, or `pyladies.example.@internal`.

    `of_tenant` and `settings` are answers by their keys in tenant.toml.
    """

    label: str
    tenant: str
    of_tenant: Mapping[str, Any]
    settings: Mapping[str, Any]

    @property
    def stem(self) -> str:
        """The key of the zone in tenant.toml."""
        return zone_stem(self.label)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the first records come from: `kind` is template, file, issue or dns.

    `about` is the remark on top of the file.
    """

    kind: str
    zone: Zone
    about: tuple[str, ...]
    findings: tuple[Diagnostic, ...] = ()
    survey: Survey | None = None
    not_taken: tuple[NotTaken, ...] = ()


@dataclass(frozen=True, slots=True)
class NewZone:
    """The new files, and what is to be said about them; `parent` is the file of the zone above."""

    file: ZoneFile
    files: NewFiles
    is_new_tenant: bool
    source: Source
    rrset_count: int
    findings: tuple[Diagnostic, ...] = ()
    left_out: Mapping[RRsetKey, str] = field(default_factory=dict)
    parent: str | None = None


def file_of(root: Path, label: str, tenant: str) -> ZoneFile:
    """The zone file that there will be."""
    origin, _, view = label.partition("@")
    name = zone_stem(label).replace("/", "%2F") + ZONE_SUFFIX
    shown = f"{ZONES}/{tenant}/{name}"
    return ZoneFile(root / ZONES / tenant / name, shown, origin, view or None, tenant, ZoneSettings())


def make_zone(
    root: Path, repository: Repository, request: Request, source: Source, *, default_ttl: int, sandbox: bool
) -> NewZone:
    """The files of the new zone; raises InvalidInputError with every reason against them."""
    file = file_of(root, request.label, request.tenant)
    if faults := list(find_faults_of_name(file)):
        raise InvalidInputError(faults, summary=f"{file.stem} is not made")
    before, text, remarks = _tenant_text(file, repository, request)
    file = _with_settings(file, text, before)
    findings = [*judge_name(repository, file, sandbox=sandbox), *remarks]
    if has_errors(findings):
        raise InvalidInputError(findings, summary=f"{file.stem} is not made")
    zone_text, left_out, found = _zone_text(file, source, default_ttl=default_ttl)
    said = (*findings, *found, *source.findings)
    if has_errors(said):
        raise InvalidInputError(said, summary=f"{file.stem} is not made")
    return NewZone(
        file,
        NewFiles(file.tenant, file.path.name, zone_text, text, before),
        before is None,
        source,
        sum(key not in left_out for key in source.zone.rrsets),
        tuple(dict.fromkeys(said)),
        left_out,
        _parent_of(repository, file),
    )


def _parent_of(repository: Repository, file: ZoneFile) -> str | None:
    """The file of the nearest zone here that the new one lies in."""
    above = [
        each
        for each in repository.zone_files
        if each.origin != file.origin and is_subdomain(file.origin, each.origin)
    ]
    nearest = max(above, key=lambda each: len(labels_of(each.origin)), default=None)
    return nearest.shown_path if nearest is not None else None


def _tenant_text(
    file: ZoneFile, repository: Repository, request: Request
) -> tuple[bytes | None, str | None, list[Diagnostic]]:
    """tenant.toml as it is (None: not there) and is to be (None: as it is); what is to be said."""
    path = file.path.parent / TENANT_FILE
    shown = f"{ZONES}/{file.tenant}/{TENANT_FILE}"
    for each in (file.path.parent.parent, file.path.parent, path, file.path):
        refuse_strange(each)
    tenant = repository.tenants.get(file.tenant)
    if tenant is None:
        refuse_broken_tenant(repository, file.tenant)
        return None, compose_tenant(request.of_tenant, {file.stem: request.settings}), []
    before = _read(path)
    parsed = parse_tenant(before, slug=file.tenant, path=shown)
    if has_errors(parsed.findings):
        raise InvalidInputError(parsed.findings, summary=f"{shown} has errors")
    text = before.decode("utf-8-sig")
    after = adopt_zone(text, file.stem, request.settings, path=shown) if request.settings else text
    return before, None if after == text else after, list(_kept(text, request, shown))


def refuse_broken_tenant(repository: Repository, slug: str) -> None:
    """Raises InvalidInputError where a tenant is there whose tenant.toml cannot be read."""
    shown = f"{ZONES}/{slug}/{TENANT_FILE}"
    faults = [each for each in repository.findings if each.span and each.span.path == shown]
    if slug not in repository.tenants and has_errors(faults):
        raise InvalidInputError(faults, summary=f"{shown} has errors")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PsfdnsError(f"{path} cannot be read: {error.strerror or error}") from error


def _kept(text: str, request: Request, shown: str) -> Iterator[Diagnostic]:
    """Answers about a tenant that tenant.toml has given already, otherwise."""
    import tomllib

    said = tomllib.loads(text)
    for key, value in request.of_tenant.items():
        there = said.get("owners", {}).get("team") if key == "team" else said.get(key)
        same = all(each in (there or []) for each in value) if key == "liaison" else there == value
        if not same:
            summary = f"{key} is kept as it stands there; what was asked for is not written"
            hint = "change it by hand, in the same pull request or another one"
            yield Diagnostic("tenant-kept", Severity.WARNING, summary, Span(shown), hint)


def _with_settings(file: ZoneFile, text: str | None, before: bytes | None) -> ZoneFile:
    """The file with what tenant.toml will say of it; raises InvalidInputError where that is wrong."""
    shown = f"{ZONES}/{file.tenant}/{TENANT_FILE}"
    data = before if text is None else text.encode("utf-8", "surrogateescape")
    parsed = parse_tenant(data or b"", slug=file.tenant, path=shown)
    if has_errors(parsed.findings) or parsed.tenant is None:
        raise InvalidInputError(parsed.findings, summary=f"what {shown} would say has errors")
    return replace(file, settings=parsed.tenant.zones.get(file.stem, ZoneSettings()))


def _zone_text(
    file: ZoneFile, source: Source, *, default_ttl: int
) -> tuple[str, dict[RRsetKey, str], list[Diagnostic]]:
    """The text and what `check` says of it.

    Of answers that were heard, record sets with errors are left out, and stand as remarks; what a person
    wrote is for a person to correct.
    """
    left_out: dict[RRsetKey, str] = {}
    for _ in range(MAX_ROUNDS):
        first, findings = _write(file, source, left_out, default_ttl=default_ttl)
        faulty = _keys_of_errors(first, findings) if source.kind == "dns" else {}
        if not faulty.keys() - left_out.keys():
            return first.text, left_out, findings
        left_out.update(faulty)
    raise PsfdnsError(
        f"{file.stem} is not made: what its name servers answer has errors without end",
        hint="begin with an export: --from FILE",
    )


def _write(
    file: ZoneFile, source: Source, left_out: Mapping[RRsetKey, str], *, default_ttl: int
) -> tuple[FirstText, list[Diagnostic]]:
    first = write_first(
        source.zone, about=source.about, left_out=left_out, examples=source.kind == "template"
    )
    data = first.text.encode()
    parsed = parse_zone(data, origin=file.origin, path=file.shown_path, default_ttl=default_ttl)
    return first, _check(file, parsed)


def _check(file: ZoneFile, parsed: ParsedZone) -> list[Diagnostic]:
    from psfdns.checks import run_checks

    found = run_checks(
        parsed.zone,
        settings=file.settings,
        suppressions=parsed.suppressions,
        path=file.shown_path,
        findings=parsed.findings,
    )
    return list(found)


def _keys_of_errors(first: FirstText, findings: Sequence[Diagnostic]) -> dict[RRsetKey, str]:
    """The record sets that the errors are about, and what is wrong with them."""
    faulty = {}
    for finding in findings:
        line = finding.span.first_line if finding.span else None
        if finding.severity is Severity.ERROR and line is not None and line in first.keys:
            faulty[first.keys[line]] = f"{finding.summary} [{finding.code}]"
    return faulty
