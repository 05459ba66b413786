"""Reads zones/ of a repository: which tenants there are, and which file is whose zone (docs/contract.md §1).

Only names and tenant.toml are read here, no zone file. Links and special files are refused: a pull
request must not be able to point anywhere else. Findings show paths relative to the root, with `/`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psfdns.diagnostics import Diagnostic, Rule, Span
from psfdns.settings import ZoneSettings
from psfdns.tenants.names import (
    SLUG,
    TENANT_FILE,
    ZONE_SUFFIX,
    ZoneNameError,
    parse_file_stem,
    parse_zone_stem,
)
from psfdns.tenants.ownership import STOPS_PLANS, find_conflicts
from psfdns.tenants.parse import MAX_BYTES, ParsedTenant, parse_tenant
from psfdns.tenants.rules import (
    BAD_FILE,
    BAD_TENANT_NAME,
    BAD_ZONE_NAME,
    IGNORED_FILE,
    MISPLACED_ZONE,
    NO_TENANT,
    NO_TENANT_FILE,
    NO_ZONE_FILE,
    UNREADABLE_FOLDER,
)
from psfdns.tenants.tenant import Tenant
from psfdns.tenants.zone_file import ZoneFile

ZONES = "zones"
MAX_TEXT = 3 << 20
"""Bytes that GitHub reads of a CODEOWNERS file (GitHub Docs, "About code owners")."""
_MAX_DEPTH = 8
"""Folders below a tenant's own, which may hold what its zone files include."""


@dataclass(frozen=True, slots=True)
class Repository:
    """What zones/ holds: tenants by slug, zone files in the order of their paths, and what is wrong.

    `findings` are about names, layout and tenant.toml; those that must stop the plan of one zone stand
    in that zone file's own `findings` too.
    """

    tenants: Mapping[str, Tenant]
    zone_files: tuple[ZoneFile, ...]
    findings: tuple[Diagnostic, ...] = ()


def load_repository(root: Path) -> Repository:
    """Read zones/ below `root`; a repository without it has no tenants. Never raises for its content."""
    walk = _Walk(root)
    zones = root / ZONES
    if zones.is_symlink() or (zones.exists() and not zones.is_dir()):
        walk.fault(BAD_FILE, ZONES, "must be a folder of this repository, not a link")
    elif zones.is_dir():
        for entry in walk.entries(zones):
            walk.read_top(entry)
    files = tuple(sorted(walk.zone_files, key=lambda file: file.shown_path))
    conflicts = find_conflicts(files, walk.tenants)
    stops: dict[str | None, list[Diagnostic]] = {}
    for conflict in conflicts:
        if conflict.code in STOPS_PLANS:
            stops.setdefault(conflict.span and conflict.span.path, []).append(conflict)
    files = tuple(file.with_findings(stops.get(file.shown_path, ())) for file in files)
    return Repository(walk.tenants, files, (*walk.findings, *conflicts))


@dataclass
class _Walk:
    root: Path
    tenants: dict[str, Tenant] = field(default_factory=dict)
    zone_files: list[ZoneFile] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)

    def fault(self, rule: Rule, at: str | Span, summary: str, *, hint: str | None = None) -> Diagnostic:
        finding = rule.broken(at if isinstance(at, Span) else Span(at), summary, hint=hint)
        self.findings.append(finding)
        return finding

    def entries(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        """What a folder holds, in order, without what is hidden."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self.fault(UNREADABLE_FOLDER, self.shown(folder), f"cannot be read: {error.strerror}")
            return
        yield from (entry for entry in entries if not entry.name.startswith("."))

    def shown(self, path: str | Path) -> str:
        return Path(path).relative_to(self.root).as_posix()

    def read_top(self, entry: os.DirEntry[str]) -> None:
        """An entry of zones/: a tenant's folder, and nothing else matters."""
        path = self.shown(entry.path)
        if _is_strange(entry):
            self._refuse_strange(path)
        elif entry.is_dir(follow_symlinks=False):
            self._read_tenant(Path(entry.path), entry.name)
        elif entry.name.lower().endswith(ZONE_SUFFIX):
            self.fault(NO_TENANT, path, "a zone file outside any tenant's folder")

    def _read_tenant(self, folder: Path, slug: str) -> None:
        entries = list(self.entries(folder))
        if not SLUG.fullmatch(slug):
            summary = "a tenant's folder is named in lower-case letters, digits, '-', '_' and '.'"
            self.fault(BAD_TENANT_NAME, self.shown(folder), summary)
        parsed = self._read_tenant_file(folder, slug, entries)
        for entry in entries:
            if entry.name != TENANT_FILE:
                self._read_entry(entry, slug, parsed, depth=0)
        if parsed is not None and parsed.tenant is not None:
            self._find_missing_files(parsed.tenant, parsed.zone_spans)

    def _read_tenant_file(
        self, folder: Path, slug: str, entries: Iterable[os.DirEntry[str]]
    ) -> ParsedTenant | None:
        """The tenant; None where the folder has no tenant.toml."""
        path = self.shown(folder / TENANT_FILE)
        entry = next((entry for entry in entries if entry.name == TENANT_FILE), None)
        if entry is None:
            if any(entries):
                summary = f"has no {TENANT_FILE}: whose zones are these?"
                self.fault(NO_TENANT_FILE, self.shown(folder), summary)
            return None
        try:
            data = read_regular_file(Path(entry.path), limit=MAX_BYTES + 1)
        except OSError as error:
            why = (
                "is not a regular file"
                if _is_strange(entry)
                else f"cannot be read: {error.strerror or error}"
            )
            return ParsedTenant(None, (self.fault(BAD_FILE, path, why),))
        parsed = parse_tenant(data, slug=slug, path=path)
        self.findings.extend(parsed.findings)
        if parsed.tenant is not None:
            self.tenants[slug] = parsed.tenant
        return parsed

    def _read_entry(
        self, entry: os.DirEntry[str], slug: str, parsed: ParsedTenant | None, *, depth: int
    ) -> None:
        path = self.shown(entry.path)
        if _is_strange(entry):
            self._refuse_strange(path)
        elif entry.is_dir(follow_symlinks=False):
            if entry.name.endswith(ZONE_SUFFIX):
                self.fault(BAD_FILE, path, "is a folder, and a zone is a file")
            self._read_folder(entry, slug, parsed, depth + 1)
        elif entry.name.endswith(ZONE_SUFFIX):
            if depth:
                self.fault(
                    MISPLACED_ZONE,
                    path,
                    "a zone file in a folder of a tenant's folder is not read",
                    hint=f"move it to {ZONES}/{slug}/, or name it otherwise if it is included",
                )
            else:
                self._read_zone_file(entry, slug, parsed)
        elif _looks_like_zone_file(entry.name):
            self.fault(IGNORED_FILE, path, f"is not read: a zone file ends in {ZONE_SUFFIX}")

    def _read_folder(
        self, entry: os.DirEntry[str], slug: str, parsed: ParsedTenant | None, depth: int
    ) -> None:
        if depth > _MAX_DEPTH:
            summary, hint = "folders are nested deeper than includes may be", "move it further up"
            self.fault(BAD_FILE, self.shown(entry.path), summary, hint=hint)
            return
        for below in self.entries(Path(entry.path)):
            self._read_entry(below, slug, parsed, depth=depth)

    def _read_zone_file(self, entry: os.DirEntry[str], slug: str, parsed: ParsedTenant | None) -> None:
        path = self.shown(entry.path)
        try:
            stem = parse_file_stem(entry.name.removesuffix(ZONE_SUFFIX))
            origin, view = parse_zone_stem(stem)
        except ZoneNameError as error:
            hint = error.hint and error.hint.replace("/", "%2F") + ZONE_SUFFIX
            self.fault(BAD_ZONE_NAME, path, f"the file's name is not that of a zone: {error}", hint=hint)
            return
        settings, findings = _settings_of(stem, parsed)
        file = ZoneFile(Path(entry.path), path, origin, view, slug, settings, findings)
        self.zone_files.append(file)

    def _refuse_strange(self, path: str) -> None:
        self.fault(BAD_FILE, path, "is a link or a special file, which is never followed")

    def _find_missing_files(self, tenant: Tenant, spans: Mapping[str, Span]) -> None:
        there = {file.stem for file in self.zone_files if file.tenant == tenant.slug}
        for stem in tenant.zones:
            if stem not in there:
                self.fault(
                    NO_ZONE_FILE,
                    spans[stem],
                    f'[zones."{stem}"] has no zone file',
                    hint=f"expected {ZONES}/{tenant.slug}/{stem.replace('/', '%2F')}{ZONE_SUFFIX}",
                )


def _settings_of(stem: str, parsed: ParsedTenant | None) -> tuple[ZoneSettings, tuple[Diagnostic, ...]]:
    """A zone's settings, and the errors because of which they are not to be trusted."""
    if parsed is None:
        return ZoneSettings(), ()
    if parsed.tenant is None:
        return ZoneSettings(), parsed.findings
    return parsed.tenant.zones.get(stem, ZoneSettings()), parsed.zone_findings.get(stem, ())


def _is_strange(entry: os.DirEntry[str]) -> bool:
    """A link, whatever it leads to, or a special file."""
    return not (entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False))


def _looks_like_zone_file(name: str) -> bool:
    """A slip of the hand, not a README or something included."""
    lower = name.lower()
    return (
        lower.endswith((ZONE_SUFFIX, ".zones", ".zon", ".zone.txt", ".zone.bak")) or lower == "tenants.toml"
    )


def read_text(path: Path) -> str | None:
    """The text of a small file beside the tenants' folders; None where there is no such plain file."""
    try:
        return read_regular_file(path, limit=MAX_TEXT).decode("utf-8", "replace")
    except OSError:
        return None


def read_regular_file(path: Path, *, limit: int) -> bytes:
    """At most `limit` bytes; raises OSError for a link (also one put there meanwhile) or a special file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("is not a regular file")
        return file.read(limit)
