"""On whose behalf a change is made, and who has to approve what is not theirs. Pure.

Both are judged by the tenants of the base revision: what a pull request says of itself proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from psfdns.tenants.tenant import Tenant

STAFF_KIND = "psf"
"""The tenant whose people may change everything."""


_NOBODY = "none of them has a GitHub handle in tenant.toml yet"


@dataclass(frozen=True, slots=True)
class Actor:
    """`tenants` are the folders that the actor may change; the staff may change all of them."""

    tenants: frozenset[str]
    is_staff: bool = False

    def holds(self, slug: str) -> bool:
        """Whether what is this tenant's is the actor's to change."""
        return self.is_staff or slug in self.tenants


def actor_for(slugs: Collection[str], tenants: Mapping[str, Tenant]) -> Actor:
    """The actor who acts for these tenants of the base revision."""
    staff = any(slug in tenants and tenants[slug].kind == STAFF_KIND for slug in slugs)
    return Actor(frozenset(slugs), staff)


def tenants_of(login: str, tenants: Mapping[str, Tenant]) -> tuple[str, ...]:
    """The tenants one of whose liaisons has this GitHub handle; handles know no case."""
    wanted = login.lower()
    return tuple(
        slug
        for slug, tenant in tenants.items()
        if any(liaison.github and liaison.github.lower() == wanted for liaison in tenant.liaisons)
    )


def approvers(tenant: Tenant) -> tuple[str, ...]:
    """`@team` and `@handle` of all who may approve for the tenant."""
    handles = [f"@{liaison.github}" for liaison in tenant.liaisons if liaison.github]
    return tuple(dict.fromkeys([*([tenant.team] if tenant.team else []), *handles]))


def staff_owners(tenants: Mapping[str, Tenant]) -> tuple[str, ...]:
    """`@team` and `@handle` of the staff."""
    staff = (tenant for tenant in tenants.values() if tenant.kind == STAFF_KIND)
    return tuple(dict.fromkeys(name for tenant in staff for name in approvers(tenant)))


def name_approvers(slugs: Collection[str], tenants: Mapping[str, Tenant]) -> str:
    """`approval: the staff (@psf/infra), pyladies (@handle)`; without slugs the staff alone."""
    others = [slug for slug in slugs if slug in tenants and tenants[slug].kind != STAFF_KIND]
    named = [
        _named("the staff", staff_owners(tenants) or (_NOBODY,)),
        *(_named(slug, approvers(tenants[slug])) for slug in others),
    ]
    return "approval: " + " or ".join(named)


def _named(who: str, handles: tuple[str, ...]) -> str:
    return f"{who} ({', '.join(handles[:5])})" if handles else who
