"""Keys that need somebody, as things to be reminded of: by Route 53's word, and by the DS at the registrar.

DNS is not asked: what resolvers see is for `dnssec status` to say. What cannot be asked is no reminder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.cli.domains.certificate_endings import Listed
from psfdns.cli.domains.endings import addresses_of
from psfdns.errors import HostError
from psfdns.registrar.compose import is_old
from psfdns.registrar.domains import Source
from psfdns.reminders.ending import Ending, Kind, Stage

if TYPE_CHECKING:
    from psfdns.cli.domains.registering import Listing
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.dnssec.key_trouble import Trouble
    from psfdns.plans.host import HostedZone
    from psfdns.registrar.domains import Registration
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile


@dataclass(frozen=True, slots=True)
class _Signed:
    """A zone that is, or should be, signed; `said` is what is known now of the domain that it is.

    `is_missed`: what was said of the domain earlier is all there is, and does not count.
    """

    file: ZoneFile
    said: Registration | None
    is_missed: bool


def list_keys(workspace: Workspace, repository: Repository, listing: Listing) -> Listed:
    """Every zone that tenant.toml wants signed, or that has a DS at its registry. Raises PsfdnsError.

    Route 53 is asked about these alone, and about nothing where there are none.
    """
    signed = list(_find_signed(repository, listing))
    away = listing.gandi_unknown or next((each.why for each in listing.domains if each.unknown), None)
    if not signed:
        return Listed(why_not=away)
    from psfdns.cli.delegation.delegating import read_account
    from psfdns.cli.wiring import open_access
    from psfdns.plans.desired import zone_label

    access = open_access(workspace)
    account = read_account(access, repository)
    if account.error is not None:
        return Listed(why_not=account.error.summary)
    found, faults = [], []
    for each in signed:
        hosted = account.matching.hosted.get(zone_label(each.file.origin, each.file.view))
        if hosted is None:
            continue
        try:
            trouble = _look(access, each, hosted)
        except HostError as error:
            faults.append(error.summary)
            continue
        # Nobody knows of the DS: what was wrong with it may still be.
        if trouble is not None or not each.is_missed:
            found.append(_ending(each, trouble, repository, listing))
    return Listed(tuple(found), faults[0] if faults else away)


def _find_signed(repository: Repository, listing: Listing) -> Iterator[_Signed]:
    registered = {domain.name: domain.registration for domain in listing.domains}
    for file in repository.zone_files:
        earlier = registered.get(file.origin)
        said = earlier if earlier is not None and _counts(earlier, listing) else None
        has_ds = earlier is not None and bool(earlier.ds)
        if not file.settings.private and (file.settings.dnssec or has_ds):
            yield _Signed(file, said, earlier is not said)


def _counts(said: Registration, listing: Listing) -> bool:
    """What was said long ago, or by a Gandi that is away now, may have changed since, and calls nobody."""
    is_recalled = said.source is Source.GANDI and listing.known.holdings is None
    return not is_recalled and not is_old(said, listing.now)


def _look(access: Access, signed: _Signed, hosted: HostedZone) -> Trouble | None:
    """What is wrong; a DS counts only where the domain is pointed at this very zone. Raises HostError."""
    from psfdns.dnssec.key_trouble import find_trouble
    from psfdns.route53.host import fetch_name_servers
    from psfdns.route53.signing import fetch_signing

    signing = fetch_signing(access.api, hosted)
    said = signed.said
    trouble = find_trouble(signing, said.ds if said else None)
    if trouble is None or not trouble.is_about_ds or said is None or said.nameservers is None:
        return trouble
    is_ours = set(said.nameservers) & set(fetch_name_servers(access.api, hosted.id))
    return trouble if is_ours else find_trouble(signing, None)


def _ending(signed: _Signed, trouble: Trouble | None, repository: Repository, listing: Listing) -> Ending:
    slug = signed.file.tenant
    tenant = repository.tenants.get(slug)
    problem = {"problem": trouble.kind.value, "words": trouble.words} if trouble else {}
    return Ending(
        Kind.KEY,
        signed.file.origin.removesuffix("."),
        None,
        addresses_of(repository.tenants).get(slug, ()),
        slug,
        Stage.RUNNING if trouble is None else Stage.NEEDS_ACTION,
        checked_at=listing.now,
        facts={
            "tenant_name": tenant.name if tenant else None,
            "path": tenant.path if tenant else None,
            **problem,
        },
    )
