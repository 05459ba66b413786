"""What `dnssec status` does: ask for what is signed, from the root down, judge, several zones at a time."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psfdns.cli.delegation.delegating import Inspection, Looked, ask_each
from psfdns.delegation import verdict as delegations
from psfdns.delegation.wanted import Wanted
from psfdns.diagnostics import Severity
from psfdns.dnssec.chain import Trust, closed_link, judge_link
from psfdns.dnssec.cloud import Cloud
from psfdns.dnssec.finding import Finding
from psfdns.dnssec.keys import signing_algorithms
from psfdns.dnssec.registry_side import RegistrySide
from psfdns.dnssec.sets import Reader, Sets, read_sets
from psfdns.dnssec.signatures import Verifier
from psfdns.dnssec.verdict import Evidence, Verdict, judge
from psfdns.errors import HostError
from psfdns.lookup.answer import Question
from psfdns.lookup.hearing import ZoneHeard, hear_sets, hear_zone
from psfdns.lookup.parents import Delegation
from psfdns.lookup.signed import Reply
from psfdns.lookup.survey import Survey, survey_delegation
from psfdns.names import is_subdomain

if TYPE_CHECKING:
    from psfdns.cli.descent import Descent
    from psfdns.cli.dnssec.keys_in_kms import KeysInKms
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
    def is_ours(self) -> bool:
        """Whether a file says what is in it."""
        return self.file is not None

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
    survey: Survey | None = None
    delegation: delegations.Verdict | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that examining zones needs; `keys` None: KMS is not asked."""

    inspection: Inspection
    descent: Descent
    keys: KeysInKms | None = None
    look_at_registry: Callable[[Target], RegistrySide] = lambda _: RegistrySide()

    def examine_all(self, targets: Sequence[Target]) -> list[Examined]:
        """Each zone, in DNSSEC's canonical order of names."""
        return ask_each(targets, self.examine)

    def examine(self, target: Target, looked: Looked | None = None) -> Examined:
        """One zone; where its delegation was looked at already, that is neither asked nor told again."""
        hosted = self._find_hosted(target)
        if target.file is not None and target.file.settings.private:
            return Examined(target, hosted, Verdict(None, (_PRIVATE,)))
        if looked is not None and looked.survey is not None:
            wanted, survey, is_told = looked.wanted, looked.survey, True
        else:
            wanted = self._find_wanted(target, hosted)
            survey, is_told = survey_delegation(target.origin, wanted.asked, self.inspection.means), False
        asked = Asked(survey, self._questions(target), self._look_at_cloud(target, hosted), target.is_ours)
        path, evidence = follow_chain(asked, self.descent)
        evidence = replace(evidence, registry=self.look_at_registry(target))
        delegation = delegations.judge(wanted, survey)
        is_said = is_told or not survey.parents
        verdict = judge(evidence, () if is_said else delegation.findings)
        return Examined(target, hosted, self._with_hints(verdict), path, evidence, survey, delegation)

    def _questions(self, target: Target) -> list[Question]:
        """The record sets of the zone file that have to be signed; without a file what zones usually have."""
        if target.file is None:
            return [Question(target.origin, rdtype) for rdtype in USUAL_TYPES]
        from psfdns.cli.repository import read_zone

        desired = read_zone(target.file, self.inspection.workspace.config)
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
            signing = fetch_signing(self.inspection.access.api, hosted)
        except HostError as problem:
            return Cloud(why=problem.summary, wanted=wanted)
        kms = self.keys.look_at(hosted, signing.keys) if self.keys else None
        return Cloud(signing, wanted=wanted, kms=kms)

    def _with_hints(self, verdict: Verdict) -> Verdict:
        """What could not be asked says what would help; only the command line knows of configuration."""
        error = self.inspection.account.error
        hints = {"CLOUD_UNKNOWN": error.hint if error else None}
        if self.inspection.lacks_parents:
            hints["CHAIN_UNKNOWN"] = delegations.NO_PARENTS
        findings = (
            replace(finding, hint=hints.get(finding.code) or finding.hint) for finding in verdict.findings
        )
        return replace(verdict, findings=tuple(findings))


@dataclass(frozen=True, slots=True)
class Asked:
    """What one zone is to be asked; `is_expected`: the sets of the questions should be there."""

    survey: Survey
    questions: Sequence[Question]
    cloud: Cloud
    is_expected: bool = False

    @property
    def zone(self) -> str:
        """Its name."""
        return self.survey.zone


def follow_chain(asked: Asked, descent: Descent) -> tuple[tuple[Trust, ...], Evidence]:
    """Down to the zone: those above and itself, from the root, and everything that there is to judge by."""
    zone, parents = asked.zone, asked.survey.parents
    if parents is None and zone != ".":
        trust = closed_link(zone, None, asked.survey.why or "")
        return (trust,), Evidence(zone, trust, None, ZoneHeard(zone, {}), cloud=asked.cloud)
    above = descent.path_to(parents.parent) if parents else ()
    servers = [server for server, said in parents.heard if isinstance(said, Delegation)] if parents else []
    link, heard = hear_zone(zone, servers, _places(asked.survey, descent), descent.means.ask)
    verifier = Verifier(descent.now)
    trust = judge_link(link, above[-1] if above else None, descent.anchors, verifier)
    sets = _hear_sets(asked, heard, Reader(zone, trust.keys, verifier), descent)
    return (*above, trust), Evidence(zone, trust, parents, heard, sets, asked.cloud)


def _places(survey: Survey, descent: Descent) -> list[NameServer]:
    """The addresses that resolvers come to and that answer at all; where nobody is named, those assigned."""
    if survey.zone == ".":
        return list(descent.means.find_cut(".").servers)
    alive = [each.at for each in survey.heard if each.answers]
    return [at for at in alive if at.name in survey.delegated] or ([] if survey.delegated else alive)


def _hear_sets(asked: Asked, heard: ZoneHeard, reader: Reader, descent: Descent) -> Sets:
    if not signing_algorithms(reader.keys):
        return Sets((), (), ())
    authorities = [
        at
        for at, reply in heard.of("SOA")
        if isinstance(reply, Reply) and reply.is_usable and reply.answered() is not None
    ]
    told = hear_sets(
        asked.questions, authorities, descent.means.ask, reader.is_sound, turn=turn_at(descent.now)
    )
    return read_sets(heard, told, reader, expected=asked.is_expected)


def turn_at(moment: datetime.datetime) -> int:
    """Another one each hour, and at the same hour of the next day: cron comes round to each server."""
    return moment.toordinal() + moment.hour


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
