"""What `delegation` does: find out who should be named, ask everybody, judge, several zones at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from psfdns.config import ResolverConfig
from psfdns.delegation.finding import Finding
from psfdns.delegation.instructions import Letter, write_instructions
from psfdns.delegation.verdict import NO_PARENTS, Status, Verdict, judge
from psfdns.delegation.wanted import Wanted
from psfdns.diagnostics import Severity
from psfdns.errors import HostError
from psfdns.lookup.survey import Survey, survey_delegation
from psfdns.names import canonical_order, is_subdomain
from psfdns.plans.desired import zone_label
from psfdns.plans.drift_rules import NO_HOSTED_ZONE
from psfdns.plans.match import Matching, match_zones
from psfdns.records import RRsetKey
from psfdns.settings import Apex

if TYPE_CHECKING:
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.lookup.survey import Means
    from psfdns.plans.host import HostedZone
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile

ZONES_AT_ONCE = 4
"""Zones that are surveyed side by side; each has up to forty questions under way."""


class Named(Protocol):
    """What is asked about: a zone, by its name and view."""

    @property
    def origin(self) -> str:
        """Its canonical name."""

    @property
    def view(self) -> str | None:
        """Which of several zones of the name."""


Zone = TypeVar("Zone", bound=Named)
Answer = TypeVar("Answer")


def ask_each(zones: Iterable[Zone], ask: Callable[[Zone], Answer]) -> list[Answer]:
    """The answer for each zone, a few at a time, in DNSSEC's canonical order of names."""
    ordered = sorted(zones, key=lambda zone: (canonical_order(zone.origin), zone.view or ""))
    with ThreadPoolExecutor(ZONES_AT_ONCE, thread_name_prefix="zone") as pool:
        under_way = [pool.submit(ask, zone) for zone in ordered]
        try:
            return [each.result() for each in under_way]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Looked:
    """One zone and what is to be said of it; `survey` is None where nobody was asked."""

    file: ZoneFile
    hosted: HostedZone | None
    wanted: Wanted
    verdict: Verdict
    survey: Survey | None = None
    instructions: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The account's zones beside the repository's; `error` is why it could not be read."""

    hosted: Sequence[HostedZone] = ()
    matching: Matching = field(default_factory=Matching)
    name: str | None = None
    error: HostError | None = None


def read_account(access: Access, repository: Repository) -> Account:
    """Which hosted zone is whose file's; without credentials, or rights, that stays unknown."""
    from psfdns.cli.planning import held_zones

    try:
        hosted = access.host.list_zones()
    except HostError as error:
        return Account(error=error)
    name = access.host.look_up_account()
    return Account(hosted, match_zones(held_zones(repository), hosted, account=name), name)


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything that looking at zones needs."""

    workspace: Workspace
    access: Access
    repository: Repository
    account: Account
    means: Means

    @property
    def lacks_parents(self) -> bool:
        """Whether the account is no real one, and no DNS is named that could know it."""
        is_real = self.access.api.is_amazons and not self.workspace.options.sandbox
        return self.workspace.config.resolver == ResolverConfig() and not is_real

    def look_at_all(self, files: Sequence[ZoneFile]) -> list[Looked]:
        """Each zone, in DNSSEC's canonical order of names."""
        return ask_each(files, self.look_at)

    def look_at(self, file: ZoneFile) -> Looked:
        """One zone."""
        label = zone_label(file.origin, file.view)
        hosted = self.account.matching.hosted.get(label)
        if file.settings.private:
            return Looked(file, hosted, Wanted(), Verdict(None, (_PRIVATE,)))
        wanted = self.find_wanted(file, hosted)
        if wanted is None:
            return Looked(file, None, Wanted(), Verdict(Status.UNKNOWN, (_TO_BE_CREATED,)))
        survey = survey_delegation(file.origin, wanted.asked, self.means)
        verdict = _with_hints(judge(wanted, survey), self)
        letter = self._letter(file, wanted, survey)
        return Looked(file, hosted, wanted, verdict, survey, write_instructions(letter))

    def find_wanted(self, file: ZoneFile, hosted: HostedZone | None) -> Wanted | None:
        """Whom the parent should name; None for a zone that is still to be created."""
        named, problem = self._read_file(file)
        problem = problem or self._problem_of_account(file)
        if problem is not None:
            return Wanted(None, named, why=problem)
        if hosted is None:
            return None
        try:
            return self._ask_route53(file, hosted, named)
        except HostError as error:
            return Wanted(None, named, why=error.summary)

    def _read_file(self, file: ZoneFile) -> tuple[tuple[str, ...] | None, str | None]:
        """The NS of the file where they count, and why they could not be read."""
        from psfdns.cli.repository import read_zone

        if file.findings:
            return None, file.findings[0].summary
        if file.settings.apex is not Apex.MANAGED:
            return None, None
        desired = read_zone(file, self.workspace.config)
        if desired.zone is None:
            return None, f"{file.shown_path} has errors (psfdns check)"
        rrset = desired.zone.rrsets.get(RRsetKey(file.origin, "NS"))
        return (rrset.values if rrset else None), None

    def _problem_of_account(self, file: ZoneFile) -> str | None:
        if self.account.error is not None:
            return self.account.error.summary
        findings = self.account.matching.findings.get(zone_label(file.origin, file.view), ())
        return findings[0].summary if findings else None

    def _ask_route53(self, file: ZoneFile, hosted: HostedZone, named: tuple[str, ...] | None) -> Wanted:
        from psfdns.route53.host import fetch_name_servers

        twins = [
            zone.id
            for zone in self.account.hosted
            if zone.name == file.origin and not zone.private and zone.id != hosted.id
        ]
        others = {zone_id: fetch_name_servers(self.access.api, zone_id) for zone_id in twins}
        return Wanted(fetch_name_servers(self.access.api, hosted.id), named, others)

    def _letter(self, file: ZoneFile, wanted: Wanted, survey: Survey) -> Letter:
        tenant = self.repository.tenants.get(file.tenant)
        return Letter(
            file.origin,
            tenant.name if tenant else file.tenant,
            tuple(liaison.email for liaison in tenant.liaisons) if tenant else (),
            file.settings.registrar,
            wanted,
            survey,
            _parent_file(file, self.repository.zone_files),
        )


_PRIVATE = Finding("private-zone", Severity.INFO, "private: only its VPCs see it, and no parent delegates it")
_TO_BE_CREATED = Finding(
    NO_HOSTED_ZONE.code,
    Severity.INFO,
    "there is no such zone at Route 53 yet, and so no name servers to delegate to",
    hint=NO_HOSTED_ZONE.mend,
)


def _with_hints(verdict: Verdict, inspection: Inspection) -> Verdict:
    """What could not be asked says what would help; only the command line knows of configuration."""
    error = inspection.account.error
    hints = {"set-unknown": error.hint if error else None}
    if inspection.lacks_parents:
        hints["parent-unknown"] = NO_PARENTS
    findings = tuple(
        replace(finding, hint=hints.get(finding.code) or finding.hint) for finding in verdict.findings
    )
    return Verdict(verdict.status, findings)


def _parent_file(file: ZoneFile, files: Iterable[ZoneFile]) -> str | None:
    """The file of the nearest public zone above, where that is ours."""
    above = [
        other
        for other in files
        if other.origin != file.origin
        and is_subdomain(file.origin, other.origin)
        and not other.settings.private
    ]
    nearest = max(above, key=lambda other: len(canonical_order(other.origin)), default=None)
    return nearest.shown_path if nearest else None
