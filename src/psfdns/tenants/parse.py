"""The bytes of a tenant.toml -> a Tenant and findings (docs/contract.md §1): pure.

Everything wrong is found at once and at its line. A tenant with findings is still a tenant: what its
file says about zones is kept apart (`zone_findings`), because a plan of a zone must not go on
without an `ignore` or `protect` that could not be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.settings import ZoneSettings
from psfdns.tenants.document import NotTomlError, read_document
from psfdns.tenants.lines import KeyPath
from psfdns.tenants.reader import Reader
from psfdns.tenants.rules import BAD_TOML, MISSING_SETTING, NO_LIAISON
from psfdns.tenants.tenant import Liaison, Tenant
from psfdns.tenants.zone_settings import NOT_FOR_PLANS, read_zone_settings

MAX_BYTES = 256 * 1024
MAX_LIAISONS = 100
MAX_ZONES = 1_000
KINDS = ("psf", "working-group", "community-organisation")
PAYERS = ("tenant", "psf")

_KEYS = ("name", "kind", "approved", "billing", "liaison", "owners", "zones")
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_HANDLE = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
_TEAM = re.compile(r"@[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}/[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class ParsedTenant:
    """What one tenant.toml says; `tenant` is None where it is not TOML at all.

    `findings` holds everything found, `zone_findings` again the errors in settings that a plan goes by,
    by the key of `tenant.zones`; `zone_spans` says where each stands.
    """

    tenant: Tenant | None
    findings: tuple[Diagnostic, ...]
    zone_findings: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    zone_spans: Mapping[str, Span] = field(default_factory=dict)


def parse_tenant(data: bytes, *, slug: str, path: str) -> ParsedTenant:
    """Read and judge a whole tenant.toml; never raises for its content."""
    try:
        document, lines = read_document(data, max_bytes=MAX_BYTES)
    except NotTomlError as error:
        span = Span(path) if error.line is None else Span(path, error.line, error.line)
        return ParsedTenant(None, (BAD_TOML.broken(span, str(error), hint=""),))
    reader = Reader(path, lines)
    reader.refuse_unknown((), document, _KEYS)
    liaisons = _read_liaisons(reader, document.get("liaison", []))
    name = _read_text(reader, document, "name")
    approved = _read_text(reader, document, "approved", mildly=True)
    kind = _read_choice(reader, document, "kind", KINDS)
    billing = _read_choice(reader, document, "billing", PAYERS, default="tenant")
    team = _read_team(reader, document.get("owners", {}))
    zones, zone_findings = _read_zones(reader, document.get("zones", {}))
    spans = {stem: reader.span(("zones", stem)) for stem in zones}
    tenant = Tenant(
        slug=slug,
        path=path,
        name=name or slug,
        kind=kind,
        approved=approved or "",
        billing=billing,
        liaisons=liaisons,
        team=team,
        zones=zones,
    )
    findings = tuple(sorted(reader.findings, key=_line))
    return ParsedTenant(tenant, findings, zone_findings, spans)


def _line(finding: Diagnostic) -> int:
    return (finding.span and finding.span.first_line) or 0


def _read_text(reader: Reader, document: Mapping[str, Any], key: str, *, mildly: bool = False) -> str | None:
    """A text of the tenant; with `mildly` its absence is a warning."""
    if key not in document:
        hint = f'write {key} = "…"'
        reader.fault((), f"{key} is missing", rule=MISSING_SETTING, hint=hint, mildly=mildly)
        return None
    return reader.text((key,), document[key])


def _read_choice(
    reader: Reader,
    document: Mapping[str, Any],
    key: str,
    choices: tuple[str, ...],
    *,
    default: str | None = None,
) -> str:
    if key not in document and default is None:
        reader.fault((), f"{key} is missing", rule=MISSING_SETTING, hint=f"one of {', '.join(choices)}")
    value = document.get(key, default)
    if isinstance(value, str) and value in choices:
        return value
    if key in document:
        reader.fault((key,), f"{key} must be one of {', '.join(choices)}")
    return default or choices[-1]


def _read_liaisons(reader: Reader, value: object) -> tuple[Liaison, ...]:
    where: KeyPath = ("liaison",)
    items = reader.items(where, value, of="[[liaison]] tables", at_most=MAX_LIAISONS)
    if value == []:
        reader.fault(
            (),
            "no liaison: every tenant names at least one person or role",
            rule=NO_LIAISON,
        )
    read = (_read_liaison(reader, (*where, index), item) for index, item in enumerate(items))
    return tuple(liaison for liaison in read if liaison is not None)


def _read_liaison(reader: Reader, where: KeyPath, value: object) -> Liaison | None:
    table = reader.table(where, value)
    reader.refuse_unknown(where, table, ("name", "email", "github"))
    texts: dict[str, str | None] = {}
    for key in ("name", "email"):
        if key not in table:
            reader.fault(where, f"a liaison without {key}", rule=MISSING_SETTING, hint=f'write {key} = "…"')
        texts[key] = reader.text((*where, key), table[key]) if key in table else None
    if texts["email"] is not None and not (len(texts["email"]) <= 254 and _EMAIL.fullmatch(texts["email"])):
        reader.fault((*where, "email"), f"{texts['email']!r} is not an e-mail address")
        texts["email"] = None
    github = table.get("github")
    if github is not None and not (isinstance(github, str) and _HANDLE.fullmatch(github)):
        reader.fault((*where, "github"), "github must be a handle, without @", hint='github = "octocat"')
        github = None
    if texts["name"] is None or texts["email"] is None:
        return None
    return Liaison(texts["name"], texts["email"], github)


def _read_team(reader: Reader, value: object) -> str | None:
    owners = reader.table(("owners",), value)
    reader.refuse_unknown(("owners",), owners, ("team",))
    team = owners.get("team")
    if team is None or (isinstance(team, str) and _TEAM.fullmatch(team)):
        return team
    reader.fault(("owners", "team"), "team must be a GitHub team", hint='team = "@org/team"')
    return None


def _read_zones(
    reader: Reader, value: object
) -> tuple[dict[str, ZoneSettings], dict[str, tuple[Diagnostic, ...]]]:
    zones: dict[str, ZoneSettings] = {}
    findings: dict[str, tuple[Diagnostic, ...]] = {}
    table = reader.table(("zones",), value)
    if len(table) > MAX_ZONES:
        reader.fault(("zones",), f"{len(table)} zones, at most {MAX_ZONES}")
    for stem, settings in list(table.items())[:MAX_ZONES]:
        before = len(reader.faults)
        zones[stem] = read_zone_settings(reader, stem, settings)
        findings[stem] = tuple(
            finding
            for where, finding in reader.faults[before:]
            if finding.severity is Severity.ERROR and not NOT_FOR_PLANS.intersection(where[2:3])
        )
    return zones, findings
