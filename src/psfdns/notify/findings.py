"""What is remembered of messages, as findings about the tenants that are there now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.notify.memory import Findings
from psfdns.tenants.tenant import Tenant


def judge_tenants(tenants: Iterable[Tenant], known: Findings) -> tuple[Diagnostic, ...]:
    """Addresses that are refused and still named, and what tenants did not hear of."""
    return tuple(finding for tenant in tenants for finding in judge_tenant(tenant, known))


def judge_tenant(tenant: Tenant, known: Findings) -> Iterator[Diagnostic]:
    """The findings about one tenant, at its tenant.toml."""
    named = {liaison.email for liaison in tenant.liaisons}
    for address, bounced in known.bounced.get(tenant.slug, {}).items():
        if address in named:
            summary = f"{tenant.slug}: mail to {address} was refused on {bounced.at[:10]}: {bounced.why}"
            hint = f"correct the address in {tenant.path}, or name another liaison"
            yield Diagnostic("address-refused", Severity.WARNING, summary, Span(tenant.path), hint)
    for missed in known.missed.get(tenant.slug, []):
        summary = f"{tenant.slug} was not told of {missed.about} ({missed.at[:10]}): {missed.why}"
        hint = "the next message that reaches them says so; psfdns history shows what was changed"
        yield Diagnostic("not-told", Severity.WARNING, summary, Span(tenant.path), hint)
