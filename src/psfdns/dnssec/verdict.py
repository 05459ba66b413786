"""One zone's DNSSEC in a word, and all that was found of it. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from psfdns.diagnostics import Diagnostic, Severity, has_errors
from psfdns.dnssec.cds import judge_cds
from psfdns.dnssec.chain import Security, Trust
from psfdns.dnssec.cloud import Cloud, judge_cloud
from psfdns.dnssec.codes import CODES
from psfdns.dnssec.delegation_codes import JUDGED_HERE, SAME
from psfdns.dnssec.ds import judge_digests
from psfdns.dnssec.finding import Finding, Problem, Seen, gather, join, seen_at
from psfdns.dnssec.keys import judge_agreement
from psfdns.dnssec.registry_side import RegistrySide, judge_registry, soften
from psfdns.dnssec.sets import Sets, judge_serials, missing_algorithms
from psfdns.lookup.hearing import ZoneHeard
from psfdns.lookup.parents import ParentView
from psfdns.lookup.signed import Reply


class Status(enum.StrEnum):
    """How it stands, worst first."""

    BOGUS = "bogus"
    NOT_DELEGATED = "not-delegated"
    INDETERMINATE = "indeterminate"
    INSECURE = "insecure"
    SECURE = "secure"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that there is to judge by; `parents` None: they could not be asked."""

    zone: str
    trust: Trust
    parents: ParentView | None
    heard: ZoneHeard
    sets: Sets = field(default_factory=lambda: Sets((), (), ()))
    cloud: Cloud = field(default_factory=Cloud)
    registry: RegistrySide = field(default_factory=RegistrySide)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`status` None: there is nothing to ask. Findings are worst first."""

    status: Status | None
    findings: tuple[Finding, ...] = ()


def judge(evidence: Evidence, delegation: Iterable[Diagnostic] = ()) -> Verdict:
    """What is to be said; `delegation` are the findings of `psfdns.delegation`, which become ours."""
    status = _status(evidence)
    seen = [*_judge_chain(evidence, status), *seen_at(judge_cloud(evidence.cloud, evidence.trust))]
    seen += seen_at(judge_registry(evidence.registry, evidence.trust))
    if status is not Status.NOT_DELEGATED:
        seen += (*_judge_zone(evidence), *judge_serials(evidence.heard))
    own = soften(gather(seen), evidence.registry)
    if status is Status.BOGUS and not has_errors(own):
        own = (*own, *gather([Seen(_not_validated(evidence))]))
    found = [*own, *translate(delegation)]
    return Verdict(status, tuple(sorted(found, key=lambda finding: finding.severity.rank)))


def _not_validated(evidence: Evidence) -> Problem:
    """What makes it bogus, where nothing that was found is an error."""
    if not evidence.trust.is_secure:
        return Problem("NOT_VALIDATED", evidence.trust.cause)
    lost = join(" ".join(question) for question in evidence.sets.lost)
    return Problem("NOT_VALIDATED", "no server answers so that it can be validated: {what}", lost)


def translate(findings: Iterable[Diagnostic]) -> Iterator[Finding]:
    """Findings about a delegation by their names here."""
    for finding in findings:
        if finding.code not in JUDGED_HERE:
            code = CODES[SAME[finding.code]]
            yield Finding(
                code.name,
                finding.severity,
                finding.summary,
                finding.span,
                finding.hint,
                finding.reference,
                servers=getattr(finding, "servers", ()),
                ede=code.ede,
            )


def _status(evidence: Evidence) -> Status:
    said = evidence.parents.delegations if evidence.parents else ()
    if said and not any(each.ns for each in said):
        return Status.NOT_DELEGATED
    trust = evidence.trust
    if trust.is_secure and evidence.sets.lost:
        return Status.BOGUS
    if trust.security in {Security.SECURE, Security.INSECURE} and not _answers(evidence):
        return Status.INDETERMINATE
    return Status(trust.security.value)


def _answers(evidence: Evidence) -> bool:
    """Whether any server of the zone is an authority of it."""
    told = evidence.heard.of("SOA")
    return any(isinstance(heard, Reply) and heard.is_usable and heard.answered() for _, heard in told)


def _judge_chain(evidence: Evidence, status: Status) -> Iterator[Seen]:
    """What is wrong above, or could not be asked."""
    trust = evidence.trust
    if status is Status.NOT_DELEGATED:
        return
    if evidence.heard.told and not _answers(evidence):
        yield Seen(Problem("NO_SERVER_ANSWERS", "no server answers as an authority of the zone"))
    if trust.security is Security.INDETERMINATE:
        yield Seen(Problem("CHAIN_UNKNOWN", f"the way down from the root is not known: {trust.cause}"))
    elif trust.is_lost_at_root:
        yield Seen(Problem("ROOT_NOT_VALIDATED", trust.cause))
    elif trust.is_lost_above:
        code = "CHAIN_BROKEN_ABOVE" if trust.security is Security.BOGUS else "INSECURE_ABOVE"
        yield Seen(Problem(code, trust.cause))


def _judge_zone(evidence: Evidence) -> Iterator[Seen]:
    """Of the zone itself; without a DS nobody validates it yet, and nothing is as bad as it will be."""
    trust = evidence.trust
    own = [
        *(Seen(problem, str(each.at)) for each in trust.ds for problem in each.problems),
        *_judge_ds(trust),
        *_judge_keys(trust),
        *evidence.sets.seen,
        *judge_cds(evidence.heard, trust),
    ]
    if trust.security is not Security.INSECURE:
        yield from own
        return
    for problem, at in own:
        severity = problem.severity or CODES[problem.code].severity
        milder = Severity.WARNING if severity is Severity.ERROR else severity
        yield Seen(problem._replace(severity=milder), at)


def _judge_ds(trust: Trust) -> Iterator[Seen]:
    has_keys = any(reading.keys for reading in trust.at)
    if trust.claimed:
        yield from seen_at(judge_digests(trust.claimed))
        if not has_keys and any(reading.is_heard for reading in trust.at):
            words = "the parent has {what}, and the zone has no keys"
            at = [str(reading.at) for reading in trust.at if reading.is_heard]
            problem = Problem("ORPHANED_DS", words, join(map(str, trust.claimed)))
            yield from (Seen(problem, server) for server in at)
    elif has_keys and trust.security is Security.INSECURE and trust.parent is not None:
        why = f"it {trust.why}" if trust.inherited else "its parent has no DS"
        yield Seen(Problem("SECURITY_ISLAND", f"the zone is signed, and nobody can validate it: {why}"))


def _judge_keys(trust: Trust) -> Iterator[Seen]:
    for reading in trust.at:
        yield from (Seen(problem, str(reading.at)) for problem in reading.problems)
        missing = missing_algorithms(reading.keys, reading.signatures, "DNSKEY")
        yield from (Seen(problem, str(reading.at)) for problem in missing)
    yield from judge_agreement(trust.at)
