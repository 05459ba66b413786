"""What `dnssec status` does: ask for what is signed, from the root down, judge, several zones at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psfdns.cli.delegating import ZONES_AT_ONCE, Inspection
from psfdns.delegation import verdict as delegations
from psfdns.delegation.wanted import Wanted
from psfdns.diagnostics import Severity
from psfdns.dnssec.chain import Trust, closed_link, judge_link
from psfdns.dnssec.cloud import Cloud
from psfdns.dnssec.finding import Finding
from psfdns.dnssec.keys import signing_algorithms
from psfdns.dnssec.sets import Reader, Sets, read_sets
from psfdns.dnssec.signatures import Verifier
from psfdns.dnssec.verdict import Evidence, Verdict, judge, without
from psfdns.errors import HostError
from psfdns.lookup.answer import Question
from psfdns.lookup.hearing import At, ZoneHeard, hear_sets, hear_zone
from psfdns.lookup.signed import Reply
from psfdns.lookup.survey import Survey, survey_delegation
from psfdns.names import canonical_order, is_subdomain

if TYPE_CHECKING:
    from psfdns.cli.descent import Descent
    from psfdns.lookup.parents import NameServer
    from psfdns.plans.host import HostedZone
    from psfdns.records import RRsetKey
    from psfdns.tenants.zone_file import ZoneFile

USUAL_TYPES = ("A", "AAAA", "MX", "TXT")
"""What is asked for at the apex of a zone without a file, beside what every zone is asked for."""


@dataclass(frozen=True, slots=True)
class Target:
    """A zone that is asked about; `file` is None for one that is nobody's here."""

    origin: str
    file: ZoneFile | None = None

    @property
    def view(self) -> str | None:
        """The file's."""
        return self.file.view if self.file else None


@dataclass(frozen=True, slots=True)
class Examined:
    """One zone and what is to be said of it; `path` are the zones above it, from the root, and itself."""

    target: Target
    hosted: HostedZone | None
    verdict: Verdict
    path: tuple[Trust, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that examining zones needs."""

    inspection: Inspection
    descent: Descent

    def examine_all(self, targets: Sequence[Target]) -> list[Examined]:
        """Each zone, in DNSSEC's canonical order of names."""
        ordered = sorted(targets, key=lambda each: (canonical_order(each.origin), each.view or ""))
        with ThreadPoolExecutor(ZONES_AT_ONCE, thread_name_prefix="zone") as pool:
            under_way = [pool.submit(self.examine, target) for target in ordered]
            try:
                return [each.result() for each in under_way]
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def examine(self, target: Target) -> Examined:
        """One zone."""
        hosted = self._find_hosted(target)
        if target.file is not None and target.file.settings.private:
            return Examined(target, hosted, Verdict(None, (_PRIVATE,)))
        wanted = self._find_wanted(target, hosted)
        survey = survey_delegation(target.origin, wanted.asked, self.inspection.means)
        path, evidence = self._ask(target, hosted, survey)
        found = delegations.judge(wanted, survey).findings if survey.parents else ()
        verdict = judge(evidence, found)
        if target.file is None:
            verdict = without(verdict, _ABOUT_OURS)
        return Examined(target, hosted, self._with_hints(verdict), path, evidence)

    def _ask(
        self, target: Target, hosted: HostedZone | None, survey: Survey
    ) -> tuple[tuple[Trust, ...], Evidence]:
        """Down to the zone, and everything that it says."""
        cloud = self._look_at_cloud(target, hosted)
        verifier = Verifier(self.descent.now)
        if survey.parents is None and target.origin != ".":
            trust = closed_link(target.origin, None, f"could not be asked about: {survey.why}")
            return (trust,), Evidence(target.origin, trust, None, ZoneHeard(target.origin, {}), cloud=cloud)
        above = self.descent.path_to(survey.parents.parent) if survey.parents else ()
        parents = [server for server, _ in survey.parents.heard] if survey.parents else []
        places = self._places(target, survey)
        link, heard = hear_zone(target.origin, parents, places, self.descent.means.ask)
        anchors = self.descent.anchors
        trust = judge_link(link, above[-1] if above else None, anchors, verifier)
        sets = self._hear_sets(target, heard, trust, verifier)
        return (*above, trust), Evidence(target.origin, trust, survey.parents, heard, sets, cloud)

    def _places(self, target: Target, survey: Survey) -> list[NameServer]:
        """The addresses that resolvers come to; where the parents name nobody, those that were assigned."""
        if target.origin == ".":
            return list(self.descent.means.find_cut(".").servers)
        delegated = [each.at for each in survey.heard if each.at.name in survey.delegated]
        return delegated or [each.at for each in survey.heard]

    def _hear_sets(self, target: Target, heard: ZoneHeard, trust: Trust, verifier: Verifier) -> Sets:
        if not signing_algorithms(trust.keys):
            return Sets((), (), ())
        reader = Reader(target.origin, trust.keys, verifier)
        authorities = [
            at
            for at, reply in heard.of("SOA")
            if isinstance(reply, Reply) and reply.is_usable and reply.answered() is not None
        ]
        told: dict[Question, tuple[At, ...]] = hear_sets(
            self._questions(target), authorities, self.descent.means.ask, reader.is_sound
        )
        return read_sets(heard, told, reader, expected=target.file is not None)

    def _questions(self, target: Target) -> list[Question]:
        """The record sets of the zone file that have to be signed; without a file what zones usually have."""
        if target.file is None:
            return [Question(target.origin, rdtype) for rdtype in USUAL_TYPES]
        from psfdns.cli.repository import read_zone

        desired = read_zone(target.file, default_ttl=self.inspection.workspace.config.default_ttl)
        return signed_questions(target.origin, desired.zone.rrsets if desired.zone else ())

    def _find_hosted(self, target: Target) -> HostedZone | None:
        account = self.inspection.account
        if target.file is not None:
            from psfdns.plans.desired import zone_label

            return account.matching.hosted.get(zone_label(target.origin, target.view))
        same = [zone for zone in account.hosted if zone.name == target.origin and not zone.private]
        return same[0] if len(same) == 1 else None

    def _find_wanted(self, target: Target, hosted: HostedZone | None) -> Wanted:
        if target.file is None:
            return Wanted(why="it is no zone of ours")
        return self.inspection.find_wanted(target.file, hosted) or Wanted(why="there is no such zone yet")

    def _look_at_cloud(self, target: Target, hosted: HostedZone | None) -> Cloud:
        wanted = target.file.settings.dnssec if target.file else None
        error = self.inspection.account.error
        if error is not None:
            return Cloud(why=error.summary, wanted=wanted)
        if hosted is None:
            return Cloud(is_hosted=False, wanted=wanted)
        from psfdns.route53.signing import fetch_signing

        try:
            return Cloud(fetch_signing(self.inspection.access.api, hosted), wanted=wanted)
        except HostError as problem:
            return Cloud(why=problem.summary, wanted=wanted)

    def _with_hints(self, verdict: Verdict) -> Verdict:
        """What could not be asked says what would help; only the command line knows of configuration."""
        error = self.inspection.account.error
        hints = {"CLOUD_UNKNOWN": error.hint if error else None}
        findings = (
            replace(finding, hint=hints.get(finding.code) or finding.hint) for finding in verdict.findings
        )
        return replace(verdict, findings=tuple(findings))


def signed_questions(origin: str, keys: Iterable[RRsetKey]) -> list[Question]:
    """Every set but those that a zone does not sign: NS of its subzones, and what lies below them."""
    held = list(dict.fromkeys(Question(key.name, key.type) for key in keys))
    cuts = {name for name, rdtype in held if rdtype == "NS" and name != origin}
    at_apex = {Question(origin, "SOA"), Question(origin, "NS")}
    return [
        question
        for question in held
        if question not in at_apex
        and not any(
            is_subdomain(question.name, cut) and (question.name != cut or question.type != "DS")
            for cut in cuts
        )
    ]


_PRIVATE = Finding(
    "PRIVATE_ZONE", Severity.INFO, "private: only its VPCs see it, and Route 53 does not sign such zones"
)
_ABOUT_OURS = frozenset({"DELEGATION_UNKNOWN", "CLOUD_NO_ZONE"})
"""What is not worth saying of a name that is nobody's here."""
