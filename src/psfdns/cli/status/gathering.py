"""What `status` does: has each command look, all at the same time, and puts side by side what they say."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psfdns.cli.status.zone_history import histories_of
from psfdns.errors import PsfdnsError, UsageError
from psfdns.status.aspect import Aspect, Heard, Shape, Subject
from psfdns.status.document import Gathered

if TYPE_CHECKING:
    from psfdns.certs.status import Standing
    from psfdns.cli.delegation.delegating import Inspection, Looked
    from psfdns.cli.dnssec.signing import Examination, Examined
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile

IN_DNS = frozenset({Aspect.DELEGATION, Aspect.DNSSEC})
"""Told by the same answers, so that nobody is asked twice."""

Found = dict[Aspect, Heard]
_ELSEWHERE = "`psfdns certs list` says why"


@dataclass(frozen=True, slots=True)
class Looking:
    """Everything that looking needs: the zones that are meant, as names and a tenant mean them."""

    workspace: Workspace
    repository: Repository
    files: Sequence[ZoneFile]
    access: Access
    names: Sequence[str]
    tenant: str | None
    moment: datetime.datetime


def gather(
    workspace: Workspace, *, names: Sequence[str], tenant: str | None, aspects: Collection[Aspect]
) -> Gathered:
    """Everything that is to be known. Raises UsageError; what cannot be looked at is said in its place."""
    from psfdns.cli.repository import select_zones
    from psfdns.cli.wiring import now, open_access, open_repository
    from psfdns.registrar.claims import claims_of

    repository = open_repository(workspace)
    files = select_zones(repository, names=names, tenant=tenant)
    claims = claims_of(repository.zone_files)
    domains = {zone: claim.name for claim in claims.values() for zone in claim.zones}
    looking = Looking(workspace, repository, files, open_access(workspace), names, tenant, now())
    with ThreadPoolExecutor(len(Aspect), thread_name_prefix="aspect") as pool:
        under_way = [pool.submit(look) for look in _looks(looking, aspects)]
        past = pool.submit(histories_of, workspace, files, domains)
        heard = {aspect: said for each in under_way for aspect, said in each.result().items()}
        history = past.result()
    public = [file.origin for file in repository.zone_files if not file.settings.private]
    is_all = not names and tenant is None
    return Gathered(
        [_subject(file, domains) for file in files],
        list(dict.fromkeys(public)),
        _only_of(heard, {file.origin for file in files}, public) if names else heard,
        _tenants(repository, files, is_all=is_all),
        history,
        workspace.config.registrars.token_expires if is_all else None,
        [] if names else _unread(repository, tenant),
    )


def _unread(repository: Repository, tenant: str | None) -> list[Shape]:
    """What is wrong with files that no command takes for a zone's: else such a zone would just be gone."""
    from psfdns.cli.views.findings import finding_document
    from psfdns.tenants.rules import BAD_FILE, BAD_ZONE_NAME, MISPLACED_ZONE, NO_TENANT, UNREADABLE_FOLDER

    codes = {each.code for each in (BAD_FILE, BAD_ZONE_NAME, MISPLACED_ZONE, NO_TENANT, UNREADABLE_FOLDER)}
    known = {file.shown_path for file in repository.zone_files}
    documents = [finding_document(each) for each in repository.findings if each.code in codes]
    return [
        each
        for each in documents
        if each["path"] not in known and (tenant is None or each["path"].split("/")[1:2] == [tenant])
    ]


def _looks(looking: Looking, aspects: Collection[Aspect]) -> list[Callable[[], Found]]:
    """One for each aspect, and one for both that DNS tells."""
    alone = {
        Aspect.DOMAIN: _look_at_domains,
        Aspect.DRIFT: _compare,
        Aspect.CERTIFICATES: _look_at_certificates,
    }

    def look(aspect: Aspect, ask: Callable[[Looking], Shape]) -> Callable[[], Found]:
        return lambda: {aspect: _heard(lambda: ask(looking))}

    found = [look(aspect, ask) for aspect, ask in alone.items() if aspect in aspects]
    in_dns = IN_DNS & set(aspects)
    return [*found, lambda: _ask_dns(looking, in_dns)] if in_dns else found


def _heard(ask: Callable[[], Shape]) -> Heard:
    """What a command says; what it cannot say is unknown, and the others go on."""
    try:
        return Heard(ask())
    except UsageError:
        raise
    except PsfdnsError as error:
        return Heard(None, error.summary, error.hint)


def _subject(file: ZoneFile, domains: dict[str, str]) -> Subject:
    is_private = bool(file.settings.private)
    domain = None if is_private else domains.get(file.origin)
    return Subject(file.origin, file.view, file.tenant, is_private, domain)


def _tenants(repository: Repository, files: Sequence[ZoneFile], *, is_all: bool) -> list[Shape]:
    meant = set(repository.tenants) if is_all else {file.tenant for file in files}
    known = (repository.tenants[slug] for slug in sorted(meant) if slug in repository.tenants)
    return [{"slug": each.slug, "name": each.name, "kind": each.kind} for each in known]


def _look_at_domains(looking: Looking) -> Shape:
    from psfdns.cli.domains.registering import list_domains
    from psfdns.cli.domains.view import to_document

    listing = list_domains(looking.workspace, looking.repository, names=looking.names, tenant=looking.tenant)
    return to_document(listing)


def _compare(looking: Looking) -> Shape:
    from psfdns.cli.planning import plan_zones
    from psfdns.cli.views.drift import to_document

    planned = plan_zones(looking.workspace, looking.repository, looking.files, looking.access.host)
    return to_document(planned.plan, checked_at=looking.moment, since={})


def _look_at_certificates(looking: Looking) -> Shape:
    from psfdns.cli.certs.certifying import look_at_store
    from psfdns.cli.certs.view import to_document

    stands = look_at_store(looking.workspace, names=(), tenant=looking.tenant)
    standings = [_without_words(each) for each in stands.standings]
    return to_document(standings, (*stands.faults, *stands.others), now=looking.moment)


def _without_words(standing: Standing) -> Standing:
    """Without what deploy programs said when they failed, which may be anything: pages are made of this."""
    deployed = tuple(each if each.ok else replace(each, fault=_ELSEWHERE) for each in standing.state.deployed)
    return replace(standing, state=replace(standing.state, deployed=deployed))


def _only_of(heard: Found, origins: Collection[str], public: Sequence[str]) -> Found:
    """Where zones are named, certificates of others are not meant."""
    from psfdns.status.document import zones_of

    document = heard.get(Aspect.CERTIFICATES, Heard()).document
    if document is None:
        return heard
    meant = [each for each in document["certificates"] if set(zones_of(each["names"], public)) & set(origins)]
    names = {each["name"] for each in meant}
    found = [each for each in document["findings"] if each["certificate"] in names]
    return {**heard, Aspect.CERTIFICATES: Heard({**document, "certificates": meant, "findings": found})}


def _ask_dns(looking: Looking, aspects: Collection[Aspect]) -> Found:
    """Delegation and DNSSEC of each zone by the same questions."""
    from psfdns.cli.delegation.delegating import Inspection, ask_each, read_account
    from psfdns.cli.resolving import open_means

    workspace, access = looking.workspace, looking.access
    try:
        account = read_account(access, looking.repository)
        means = open_means(workspace, access)
        inspection = Inspection(workspace, access, looking.repository, account, means)
        examination, problem = _open_examination(looking, inspection, aspects)

        def ask(file: ZoneFile) -> tuple[Looked | None, Examined | None]:
            return _look_at(file, inspection if Aspect.DELEGATION in aspects else None, examination)

        asked = ask_each(looking.files, ask)
    except PsfdnsError as error:
        return dict.fromkeys(aspects, Heard(None, error.summary, error.hint))
    found: Found = {}
    if Aspect.DELEGATION in aspects:
        found[Aspect.DELEGATION] = Heard(_told_of_delegation([each for each, _ in asked], looking))
    if Aspect.DNSSEC in aspects:
        found[Aspect.DNSSEC] = problem or Heard(_told_of_dnssec([each for _, each in asked], looking))
    return found


def _open_examination(
    looking: Looking, inspection: Inspection, aspects: Collection[Aspect]
) -> tuple[Examination | None, Heard | None]:
    """None where DNSSEC is not looked at; where there is nothing to validate by, also why."""
    if Aspect.DNSSEC not in aspects:
        return None, None
    from psfdns.cli.descent import Descent
    from psfdns.cli.dnssec.keys_in_kms import KeysInKms
    from psfdns.cli.dnssec.registry import open_registry_side
    from psfdns.cli.dnssec.signing import Examination
    from psfdns.cli.resolving import open_anchors, open_chain_means

    try:
        anchors = open_anchors(looking.workspace)
    except PsfdnsError as error:
        return None, Heard(None, error.summary, error.hint)
    means = open_chain_means(looking.workspace, looking.access)
    keys = KeysInKms(looking.access, inspection.account.name)
    registry = open_registry_side(looking.workspace)
    return Examination(inspection, Descent(means, anchors, looking.moment), keys, registry), None


def _look_at(
    file: ZoneFile, inspection: Inspection | None, examination: Examination | None
) -> tuple[Looked | None, Examined | None]:
    from psfdns.cli.dnssec.signing import Target

    looked = inspection.look_at(file) if inspection is not None else None
    examined = examination.examine(Target(file.origin, file), looked) if examination is not None else None
    return looked, examined


def _told_of_delegation(looked: Sequence[Looked | None], looking: Looking) -> Shape:
    from psfdns.cli.delegation.view import to_document

    known = [each for each in looked if each is not None]
    return to_document(known, account=None, checked_at=looking.moment, with_instructions=False)


def _told_of_dnssec(examined: Sequence[Examined | None], looking: Looking) -> Shape:
    from psfdns.cli.dnssec.view import to_document

    return to_document(
        [each for each in examined if each is not None], account=None, checked_at=looking.moment
    )
