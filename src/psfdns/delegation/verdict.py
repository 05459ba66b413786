"""One zone's delegation in a word, and all that was found of it. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from psfdns.delegation.addresses import judge_names
from psfdns.delegation.answers import judge_answers
from psfdns.delegation.finding import Finding, join
from psfdns.delegation.rules import FILE_NAMES_OTHERS
from psfdns.delegation.sets import judge_own_ns, judge_sets, namings
from psfdns.delegation.unknown_rules import PARENT_SILENT
from psfdns.delegation.wanted import Wanted, compare
from psfdns.diagnostics import Severity
from psfdns.lookup.answer import Answer
from psfdns.lookup.survey import Survey


class Status(enum.StrEnum):
    """How it stands, worst first."""

    WRONG = "wrong"
    NONE = "none"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    OK = "ok"


UNKNOWN_CODES = frozenset(
    {
        "address-unknown",
        "parent-silent",
        "parent-unknown",
        "server-unasked",
        "set-unknown",
        "too-many-addresses",
    }
)
"""What is said where something could not be asked: never a fault, and never well."""

NO_PARENTS = "name a DNS that has parents in psfdns.toml: [resolver] root_hints, servers and port"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`status` None: there is nothing to ask. Findings are worst first."""

    status: Status | None
    findings: tuple[Finding, ...] = ()


def judge(wanted: Wanted, survey: Survey) -> Verdict:
    """What is to be said of a delegation that was asked about."""
    found = [
        *_judge_unknown(wanted, survey),
        *judge_sets(wanted, survey),
        *_judge_ds(wanted, survey),
        *judge_own_ns(wanted, survey),
        *judge_names(survey),
        *judge_answers(survey),
        *_judge_file(wanted, survey),
    ]
    findings = tuple(sorted(found, key=lambda finding: finding.severity.rank))
    return Verdict(_status(wanted, survey, findings), findings)


def _judge_unknown(wanted: Wanted, survey: Survey) -> Iterator[Finding]:
    if wanted.servers is None:
        summary = f"the servers that Route 53 assigned are not known: {wanted.why}"
        hint = "only the parent and the zone's own servers are compared"
        yield Finding("set-unknown", Severity.INFO, summary, hint=hint)
    elif wanted.assigned is None:
        summary = f"only the zone file says which servers it has, Route 53 was not asked: {wanted.why}"
        yield Finding("assigned-unknown", Severity.INFO, summary)
    if survey.unasked:
        summary = f"so many addresses that {survey.unasked} of them were not asked"
        yield Finding("too-many-addresses", Severity.INFO, summary)
    if survey.parents is None:
        yield Finding("parent-unknown", Severity.INFO, f"its parent could not be asked: {survey.why}")
        return
    silent = survey.parents.silent
    if not silent and not survey.parents.heard:
        yield Finding("parent-unknown", Severity.INFO, f"no server of {survey.parents.parent} is known")
    if silent:
        said = join(f"{name} {failure.words}" for name, failure in dict(silent).items())
        summary = f"not all servers of {survey.parents.parent} were heard: {said}"
        servers = tuple(dict(silent))
        yield Finding("parent-silent", Severity.INFO, summary, hint=PARENT_SILENT.mend, servers=servers)


def _judge_ds(wanted: Wanted, survey: Survey) -> Iterator[Finding]:
    """A DS above a zone that is not signed makes it bogus for everybody who validates."""
    said = [each for each in (survey.parents.delegations if survey.parents else ()) if each.ds]
    signed = is_signed(wanted, survey)
    if not said or signed:
        return
    ttl = max(each.ds_ttl or 0 for each in said)
    if signed is None:
        summary = "the parent has a DS, and no server of the zone says whether it is signed"
        yield Finding("ds-unproven", Severity.INFO, summary)
    elif _reaches_us(wanted, survey):
        yield Finding(
            "ds-left",
            Severity.ERROR,
            "the parent has a DS, and the zone is not signed: for all who validate it is gone",
            hint="have the DS taken from the parent at once, or sign the zone with that key",
            reference="RFC 4035 §5",
        )
    else:
        yield Finding(
            "ds-left",
            Severity.WARNING,
            "the parent has a DS of the zone at its present servers, and ours is not signed",
            hint=f"have the DS taken from the parent, and {ttl} seconds (its TTL) later set the name servers",
            reference="RFC 4035 §5",
        )


def is_signed(wanted: Wanted, survey: Survey) -> bool | None:
    """Whether our servers have a DNSKEY, or where ours are not known any; None: nobody says."""
    ours = [each for each in survey.authorities if not wanted.asked or each.at.name in wanted.asked]
    heard = [each.keys for each in ours if isinstance(each.keys, Answer) and each.keys.rcode == "NOERROR"]
    if not heard:
        return None
    return any(answer.answered(survey.zone, "DNSKEY") is not None for answer in heard)


def _reaches_us(wanted: Wanted, survey: Survey) -> bool:
    """Whether any parent server leads to a server of ours; where ours are not known, all are."""
    if wanted.servers is None:
        return bool(survey.delegated)
    return compare(survey.delegated, wanted.servers, survey).reaches_us


def _judge_file(wanted: Wanted, survey: Survey) -> Iterator[Finding]:
    """Under `apex = "managed"` a file can leave Route 53's servers out."""
    if wanted.named is None or wanted.assigned is None:
        return
    if not compare(wanted.named, wanted.assigned, survey).reaches_us:
        summary = f"its file names none of the servers that Route 53 assigned: {join(wanted.assigned)}"
        hint = FILE_NAMES_OTHERS.mend
        yield Finding("file-names-others", Severity.WARNING, summary, hint=hint, servers=wanted.assigned)


def _status(wanted: Wanted, survey: Survey, findings: tuple[Finding, ...]) -> Status:
    groups = namings(survey.parents)
    errors = {finding.code for finding in findings if finding.severity is Severity.ERROR}
    if groups and not any(naming.ns for naming in groups):
        return Status.NONE
    if not groups or wanted.servers is None:
        return Status.UNKNOWN
    if not _reaches_us(wanted, survey) or "ds-left" in errors:
        return Status.WRONG
    if errors or not all(compare(each.ns, wanted.servers, survey).is_exact for each in groups):
        return Status.PARTIAL
    return Status.UNKNOWN if any(each.code in UNKNOWN_CODES for each in findings) else Status.OK
