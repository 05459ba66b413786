"""What `domains set-ns` does: find the zone's name servers, hear them, order, and wait for the parents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from psfdns.cli.domains.ordering import (
    Offer,
    carry_out,
    domain_argument,
    look_at,
    need_gandi,
    open_ledger,
    wait_until,
)
from psfdns.errors import LookupFailedError, PlanRefusedError, PsfdnsError, UsageError
from psfdns.registrar.gandi import nameservers_order
from psfdns.registrar.ledger import State
from psfdns.registrar.nameservers import Move, judge_move, shows_everywhere, told
from psfdns.registrar.placed import Placed

if TYPE_CHECKING:
    from psfdns.cli.delegation.delegating import Inspection
    from psfdns.cli.wiring import Workspace
    from psfdns.lookup.parents import ParentView
    from psfdns.lookup.survey import Survey
    from psfdns.registrar.gandi import Gandi
    from psfdns.tenants.zone_file import ZoneFile

KIND = "set-ns"


def set_nameservers(workspace: Workspace, text: str, *, back: bool, yes: bool, wait: float) -> Placed:
    """Point a domain at its zone, or back at what it had before. Raises PsfdnsError."""
    name = domain_argument(text)
    gandi = need_gandi(workspace)
    look_at(workspace, gandi, name)
    inspection, file = _inspect(workspace, name)
    servers, survey = _previous(workspace, inspection, name) if back else _own(inspection, file)
    current = gandi.fetch_nameservers(name)
    _refuse_harm(gandi, name, servers, survey)
    before, after = {"nameservers": list(current)}, {"nameservers": list(servers)}
    if set(current) == set(servers):
        placed = Placed(KIND, name, before, after, False, None)  # noqa: FBT003 - nothing is sent
    else:
        offer = _offer(gandi, name, current, servers)
        placed = carry_out(workspace, gandi, offer, yes=yes, wait=wait)
    if placed.state not in {None, State.DONE}:
        return placed
    return _wait_for_parents(workspace, inspection, placed, servers, wait=wait)


def _inspect(workspace: Workspace, name: str) -> tuple[Inspection, ZoneFile]:
    """The means to look at delegations, and the file of the public zone that is the domain."""
    from psfdns.cli.delegation.delegating import Inspection, read_account
    from psfdns.cli.resolving import open_means
    from psfdns.cli.wiring import open_access, open_repository

    repository = open_repository(workspace)
    files = [file for file in repository.zone_files if file.origin == name and not file.settings.private]
    if not files:
        raise UsageError(f"there is no zone file of {name}, so where to point it is not known")
    access = open_access(workspace)
    account = read_account(access, repository)
    return Inspection(workspace, access, repository, account, open_means(workspace, access)), files[0]


def _own(inspection: Inspection, file: ZoneFile) -> tuple[tuple[str, ...], Survey]:
    """The servers that the zone has, and all that was heard of them."""
    looked = inspection.look_at(file)
    servers = looked.wanted.servers
    if servers is None or looked.survey is None:
        why = looked.wanted.why or "there is no such zone at Route 53 yet"
        hint = "psfdns apply creates it" if looked.wanted.why is None else None
        raise PsfdnsError(f"the name servers of {file.origin} are not known: {why}", hint=hint)
    return tuple(sorted(servers)), looked.survey


def _previous(workspace: Workspace, inspection: Inspection, name: str) -> tuple[tuple[str, ...], Survey]:
    """The servers of before our last order, and all that is heard of them now."""
    from psfdns.lookup.survey import survey_delegation

    for entry in open_ledger(workspace).entries(name, KIND):
        if entry.state is not State.REFUSED:
            servers = tuple(sorted(map(str, entry.before.get("nameservers", ()))))
            return servers, survey_delegation(name, servers, inspection.means)
    raise PsfdnsError(f"{name}: the journal knows of no name servers to go back to")


def _refuse_harm(gandi: Gandi, name: str, servers: Sequence[str], survey: Survey) -> None:
    """Raises PlanRefusedError with every reason why not."""
    refused = judge_move(Move(name, servers, survey, gandi.fetch_ds(name)))
    if refused:
        raise PlanRefusedError(refused, summary=f"the name servers of {name} are left as they are")


def _offer(gandi: Gandi, name: str, current: Sequence[str], servers: Sequence[str]) -> Offer:
    def shows() -> bool:
        return set(gandi.fetch_nameservers(name)) == set(servers)

    return Offer(
        name,
        nameservers_order(name, tuple(servers)),
        f"set the name servers of {name}",
        {"nameservers": list(current)},
        {"nameservers": list(servers)},
        (
            f"set the name servers of {name}",
            *(f"  - {server}" for server in current if server not in servers),
            *(f"  {' ' if server in current else '+'} {server}" for server in servers),
        ),
        shows,
    )


def _wait_for_parents(
    workspace: Workspace, inspection: Inspection, placed: Placed, servers: Sequence[str], *, wait: float
) -> Placed:
    """Ask until every server of the parent names the set, or the time is over."""
    from psfdns.cli.wiring import talk

    seen: list[ParentView | None] = [None]

    def show() -> bool:
        try:
            seen[0] = inspection.means.find_parents(placed.domain)
        except LookupFailedError:
            return False
        return shows_everywhere(seen[0], servers)

    talk(workspace.options, f"Gandi has them; asking the parents of {placed.domain}")
    agree = wait_until(show, seconds=wait)
    return replace(placed, parents=told(seen[0]), parents_agree=agree)
