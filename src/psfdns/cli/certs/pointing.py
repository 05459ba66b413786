"""`certs delegate`: which CNAMEs prove a certificate's names, and where those that are there lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psfdns.certs.certificate import Challenge, WantedCertificate, without_wildcard
from psfdns.cli.certs.certificates import open_manifests
from psfdns.cli.repository import unknown
from psfdns.cli.wiring import Workspace, open_access, open_repository
from psfdns.errors import LookupFailedError, PsfdnsError, UsageError
from psfdns.lookup.view import Lead, follow_aliases
from psfdns.proofs import Place, place_of

if TYPE_CHECKING:
    from psfdns.tenants.tenant import Tenant

FORMAT = "psfdns-certs-delegate/1"


def look_at_aliases(workspace: Workspace, name: str) -> dict[str, Any]:
    """The document (docs/contract.md §4). Raises UsageError, PsfdnsError."""
    repository = open_repository(workspace)
    manifests = open_manifests(workspace, repository)
    by_name = {each.name: each for each in manifests.certificates}
    if name not in by_name:
        raise unknown("certificate", name, by_name)
    wanted = by_name[name]
    zone = _zone_of(workspace, wanted)
    bare = dict.fromkeys(map(without_wildcard, wanted.names))
    places = [place_of(each, tenant=wanted.tenant, zone=zone) for each in bare]
    leads = _follow(workspace, [place.owner for place in places])
    tenant = repository.tenants.get(wanted.tenant)
    return {
        "format": FORMAT,
        "name": name,
        "tenant": wanted.tenant,
        "greeting": tenant.name if tenant is not None else wanted.tenant,
        "to": _addresses(tenant),
        "validation_zone": zone,
        "records": [_record(place, leads[place.owner]) for place in places],
    }


def _zone_of(workspace: Workspace, wanted: WantedCertificate) -> str:
    if wanted.is_watched:
        raise UsageError(f"{wanted.name} is only watched: {wanted.issuer} issues it")
    zone = workspace.config.acme.validation_zone
    if zone is None:
        hint = "name a zone that psfdns made or adopted: [acme] validation_zone"
        raise PsfdnsError("psfdns.toml has no zone to delegate challenges to", hint=hint)
    if wanted.challenge is Challenge.DIRECT:
        raise PsfdnsError(
            f"{wanted.name} is proved in our own zone: there is nothing to delegate",
            hint='challenge = "delegated" in its certs file would change that',
        )
    return zone


def _follow(workspace: Workspace, owners: list[str]) -> dict[str, Lead]:
    """Where the names lead; where nobody can be asked that is unknown, with the reason."""
    from psfdns.cli.certs.reaching import open_view

    try:
        view = open_view(workspace, open_access(workspace))
    except LookupFailedError as error:
        return {owner: Lead((owner,), error.summary, unknown=True) for owner in owners}
    return follow_aliases(owners, view.resolve)


def _record(place: Place, lead: Lead) -> dict[str, Any]:
    return {
        "name": place.name,
        "owner": place.owner,
        "target": place.target,
        "status": _status(place, lead),
        "leads_to": lead.end if len(lead.names) > 1 else None,
        "fault": lead.fault,
    }


def _status(place: Place, lead: Lead) -> str:
    if lead.unknown:
        return "unknown"
    return "right" if lead.fault is None and lead.end == place.target else "wrong"


def _addresses(tenant: Tenant | None) -> list[str]:
    return [liaison.email for liaison in tenant.liaisons] if tenant is not None else []
