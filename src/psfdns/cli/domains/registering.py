"""What `domains list` does: who claims what, what Gandi holds, what registries say, put together."""

from __future__ import annotations

import datetime
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.cli.options import Verbosity
from psfdns.errors import RegistrarError
from psfdns.registrar.claims import Claim, claims_of, domains_of
from psfdns.registrar.compose import Known, names_for_rdap, put_together
from psfdns.registrar.domains import Domain
from psfdns.registrar.findings import DomainFinding, find_all
from psfdns.registrar.holdings import Holdings, fetch_holdings, recall
from psfdns.registrar.registries import hear_registries
from psfdns.settings import Registrar

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.tenants.load import Repository

NO_TOKEN = "GANDI_PAT is not set"  # noqa: S105 - the name of a variable, and no secret


@dataclass(frozen=True, slots=True)
class Listing:
    """Every domain that was meant, and what there is to say, as of a moment.

    `gandi_unknown`: what Gandi holds had to be known, and is not; why.
    """

    domains: tuple[Domain, ...]
    findings: tuple[DomainFinding, ...]
    known: Known
    now: datetime.datetime
    gandi_unknown: str | None


def list_domains(
    workspace: Workspace, repository: Repository, *, names: Sequence[str] = (), tenant: str | None = None
) -> Listing:
    """Ask everybody who has to be asked. Raises UsageError, and PsfdnsError for an unreadable bootstrap."""
    from psfdns.cli.repository import select_zones
    from psfdns.cli.wiring import now

    claims = claims_of(repository.zone_files)
    files = select_zones(repository, names=names, tenant=tenant)
    wanted = domains_of(claims, files) if names or tenant is not None else None
    meant = {name: claim for name, claim in claims.items() if wanted is None or name in wanted}
    moment = now().replace(microsecond=0)
    known = _hear_all(workspace, claims, meant, wanted, moment)
    domains = tuple(
        domain for domain in put_together(known, now=moment) if wanted is None or domain.name in wanted
    )
    needs_gandi = any(claim.registrar is Registrar.GANDI for claim in meant.values())
    # Who has a token has an account, and domains in it that nobody claims.
    needs_gandi = needs_gandi or (wanted is None and known.why_not != NO_TOKEN)
    missed = known.why_not if known.holdings is None and needs_gandi else None
    return Listing(domains, find_all(domains, known, now=moment), known, moment, missed)


def _hear_all(
    workspace: Workspace,
    claims: dict[str, Claim],
    meant: dict[str, Claim],
    wanted: set[str] | None,
    moment: datetime.datetime,
) -> Known:
    from psfdns.cli.wiring import open_cache, open_registries, talk

    if sys.stderr.isatty():
        talk(workspace.options, "asking Gandi and registries: a minute or more the first time")
    cache = open_cache(workspace)
    holdings, why_not = _ask_gandi(workspace, wanted, moment)
    asked = names_for_rdap(meant, holdings)
    registries = open_registries(workspace)
    heard = hear_registries(asked, registries, cache, now=moment)
    _tell_requests(workspace, "registries", registries.sent)
    recalled = recall(cache, now=moment) if holdings is None else Holdings({})
    return Known(claims, holdings, why_not, heard, recalled)


def _tell_requests(workspace: Workspace, whom: str, sent: Counter[str]) -> None:
    """With -v, what was asked of whom."""
    from psfdns.cli.wiring import talk

    told = ", ".join(f"{number} {kind}" for kind, number in sorted(sent.items())) or "nothing"
    talk(workspace.options, f"asked of {whom}: {told}", at=Verbosity.VERBOSE)


def _ask_gandi(
    workspace: Workspace, wanted: set[str] | None, moment: datetime.datetime
) -> tuple[Holdings | None, str | None]:
    """What it holds, or why that is not known."""
    from psfdns.cli.wiring import open_cache, open_gandi

    gandi = open_gandi(workspace)
    if gandi is None:
        return None, NO_TOKEN
    try:
        return fetch_holdings(gandi, open_cache(workspace), now=moment, wanted=wanted), None
    except RegistrarError as error:
        return None, error.summary
    finally:
        _tell_requests(workspace, "Gandi", gandi.wire.sent)
