"""Whether a zone's signing may be changed: the account, whose zone it is, and who made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psfdns.dnssec.procedures.begin import refusal
from psfdns.errors import PlanRefusedError, PsfdnsError, UsageError
from psfdns.plans.desired import zone_label
from psfdns.plans.guards import why_not_account
from psfdns.plans.match import is_ours, match_zones

if TYPE_CHECKING:
    from psfdns.cli.dnssec.observing import Site
    from psfdns.cli.wiring import Access
    from psfdns.plans.host import HostedZone
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile


def find_hosted(access: Access, repository: Repository, file: ZoneFile) -> HostedZone:
    """The hosted zone of a file. Raises PsfdnsError where there is none, or it is not clear which."""
    from psfdns.cli.planning import held_zones

    hosted = access.host.list_zones()
    account = access.host.look_up_account()
    matching = match_zones(held_zones(repository), hosted, account=account)
    label = zone_label(file.origin, file.view)
    if findings := matching.findings.get(label):
        raise PlanRefusedError(tuple(findings), summary=f"it is not clear which hosted zone {label} is")
    found = matching.hosted.get(label)
    if found is None:
        raise UsageError(
            f"there is no hosted zone {file.origin} in this account", hint="psfdns apply makes it"
        )
    return found


def refuse_forbidden(site: Site) -> None:
    """Raises PlanRefusedError with the codes of the guards."""
    wanted, hosted = site.workspace.config.route53, site.hosted
    account = site.access.host.look_up_account()
    why = why_not_account(account, wanted.accounts)
    if why is not None:
        raise refusal("account", why, "use the credentials of one of them (or --sandbox)")
    if account is None:
        raise PsfdnsError("whose account this is cannot be learnt, and a key's policy has to name it")
    if hosted.linked_service is not None:
        raise refusal("linked-service", f"{site.zone} is kept by {hosted.linked_service}", "change it there")
    if wanted.adopted_only and not is_ours(hosted) and site.file.settings.id is None:
        words = f"hosted zone {hosted.id} was not made by psfdns and is not adopted"
        raise refusal("not-adopted", words, f'set id = "{hosted.id}" of the zone in tenant.toml')
