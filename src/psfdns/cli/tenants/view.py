"""Who is who as the document `psfdns-tenants/1`, and as text from that document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import finding_document, render
from psfdns.cli.views.table import render_rows
from psfdns.diagnostics import Diagnostic
from psfdns.settings import Registrar
from psfdns.tenants.tenant import Tenant
from psfdns.tenants.zone_file import ZoneFile

FORMAT = "psfdns-tenants/1"

Shape = dict[str, Any]

_SHOWN = 2
_MAX_CELL = 40


def tenant_shape(
    tenant: Tenant,
    zones: Sequence[ZoneFile],
    certificates: Sequence[str],
    findings: Sequence[Diagnostic],
) -> Shape:
    """One tenant; domains are the zones that are registered somewhere."""
    registered = [file for file in zones if _is_domain(file)]
    return {
        "tenant": tenant.slug,
        "name": tenant.name,
        "kind": tenant.kind,
        "approved": tenant.approved,
        "billing": tenant.billing,
        "liaisons": [{"name": one.name, "email": one.email, "github": one.github} for one in tenant.liaisons],
        "team": tenant.team,
        "path": tenant.path,
        "zones": [_zone(file) for file in zones],
        "domains": [
            {"name": file.origin.removesuffix("."), "registrar": file.settings.registrar.value}
            for file in registered
        ],
        "certificates": list(certificates),
        "findings": [finding_document(finding) for finding in findings],
    }


def _is_domain(file: ZoneFile) -> bool:
    return not file.settings.private and file.settings.registrar is not Registrar.NONE


def _zone(file: ZoneFile) -> Shape:
    return {
        "name": file.origin,
        "view": file.view,
        "private": bool(file.settings.private),
        "path": file.shown_path,
    }


def to_document(tenants: Sequence[Shape], findings: Sequence[Diagnostic] = ()) -> Shape:
    """The document; `findings` are of no tenant."""
    return {
        "format": FORMAT,
        "tenants": list(tenants),
        "findings": [finding_document(finding) for finding in findings],
    }


def render_table(document: Shape) -> str:
    """A line a tenant, then what is found about them."""
    rows: list[tuple[str, ...]] = [
        ("TENANT", "KIND", "APPROVED", "BILLING", "LIAISONS", "ZONES", "CERTIFICATES", "DOMAINS")
    ]
    rows += [_row(tenant) for tenant in document["tenants"]]
    table = render_rows(rows) if len(rows) > 1 else "There are no tenants: zones/ holds no tenant.toml.\n"
    return table + _render_findings(document)


def _row(tenant: Shape) -> tuple[str, ...]:
    return (
        escape(tenant["tenant"]),
        escape(tenant["kind"]),
        _cell(tenant["approved"]),
        escape(tenant["billing"]),
        _few([one["email"] for one in tenant["liaisons"]]),
        _few([_stem(zone) for zone in tenant["zones"]]),
        _few(tenant["certificates"]),
        str(len(tenant["domains"])),
    )


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return escape(", ".join(names[:_SHOWN])) + more if names else "-"


def _cell(text: str) -> str:
    shown = escape(text)
    return (shown if len(shown) <= _MAX_CELL else shown[: _MAX_CELL - 1] + "…") or "-"


def _stem(zone: Mapping[str, Any]) -> str:
    name = str(zone["name"]).removesuffix(".")
    return name if zone["view"] is None else f"{name}@{zone['view']}"


def render_tenants(document: Shape) -> str:
    """Everything about each tenant."""
    blocks = ["".join(f"{escape(line)}\n" for line in _lines(tenant)) for tenant in document["tenants"]]
    return "\n".join(blocks) + _render_findings(document)


def _lines(tenant: Shape) -> Iterator[str]:
    yield f"{tenant['tenant']}: {tenant['name']} ({tenant['path']})"
    told = {
        "kind": [tenant["kind"]],
        "approved": [tenant["approved"]],
        "billing": [tenant["billing"]],
        "team": [tenant["team"] or "staff"],
        "liaisons": [_say_liaison(one) for one in tenant["liaisons"]],
        "zones": [_stem(zone) + (" (private)" if zone["private"] else "") for zone in tenant["zones"]],
        "domains": [f"{one['name']} (registrar: {one['registrar']})" for one in tenant["domains"]],
        "certificates": tenant["certificates"],
    }
    for name, values in told.items():
        heads = [f"{name}:", *[""] * len(values)]
        for head, value in zip(heads, values or ["none"], strict=False):
            yield f"  {head:<14}{value}"


def _say_liaison(liaison: Mapping[str, Any]) -> str:
    handle = f", @{liaison['github']}" if liaison["github"] else ""
    return f"{liaison['name']} <{liaison['email']}>{handle}"


def _render_findings(document: Shape) -> str:
    found = [finding for tenant in document["tenants"] for finding in tenant["findings"]]
    found += document["findings"]
    return "\n" + render({"findings": found}, "text") if found else ""
