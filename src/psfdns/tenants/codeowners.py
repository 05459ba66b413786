"""CODEOWNERS from the tenants' files: whom GitHub asks for approval. Pure.

The last pattern that matches a file decides, and one approval suffices (GitHub Docs, "About code
owners"). So the staff stand in every line: a liaison cannot approve a pull request of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from psfdns.diagnostics import Diagnostic, Span
from psfdns.tenants import change_rules as rules
from psfdns.tenants.actor import STAFF_KIND, approvers, staff_owners
from psfdns.tenants.names import TENANT_FILE
from psfdns.tenants.tenant import Tenant

PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in its order."""

_MARK = "# Made by `psfdns tenants codeowners` from the tenants' files. Do not edit."


def render_codeowners(tenants: Mapping[str, Tenant]) -> str:
    """The whole file; without a team or handle of the staff nobody is named for what is theirs."""
    lines = [_MARK]
    for pattern, names in owner_lines(tenants):
        begins = pattern == "*" or pattern.endswith("/")
        lines += [""] * begins + [_line(pattern, names)]
    return "\n".join(lines) + "\n"


def owner_lines(tenants: Mapping[str, Tenant]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Pattern and owners, in the order of the file."""
    staff = staff_owners(tenants)
    yield "*", staff
    for slug, tenant in sorted(tenants.items()):
        own = approvers(tenant)
        if tenant.kind == STAFF_KIND or not own:
            continue
        everybody = tuple(dict.fromkeys([*staff, *own]))
        yield f"/zones/{slug}/", everybody
        yield f"/certs/{slug}.toml", everybody
        yield f"/zones/{slug}/{TENANT_FILE}", staff


def find_stale(text: str, tenants: Mapping[str, Tenant], *, path: str) -> Iterable[Diagnostic]:
    """A finding where `text` was made by psfdns and says something else than the tenants' files."""
    if text.startswith(_MARK) and text.rstrip() != render_codeowners(tenants).rstrip():
        yield rules.CODEOWNERS_STALE.broken(Span(path), "the tenants' files say something else by now")


def _line(pattern: str, names: tuple[str, ...]) -> str:
    return f"{pattern:40} {' '.join(names)}".rstrip()
