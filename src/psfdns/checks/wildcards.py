"""Wildcards that answer for names that somebody else is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from psfdns.checks.answers import delegation_above, is_left_to_others
from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.names import labels_of, parent_of

WILDCARD_ACME = Rule(
    "wildcard-acme",
    Severity.INFO,
    "A wildcard CNAME does not answer for `_acme-challenge` of the name above it.",
    "RFC 8555 §8.4",
    about_absence=True,
    why="Certificate clients that follow CNAMEs, and those who prove a delegated challenge, would write the"
    " proof where the wildcard leads, and a resolver that has asked too early keeps that answer.",
    mend="where certificates for the name are proved over DNS, write a record of your own at"
    " `_acme-challenge`: its CNAME to the zone of the challenges, or a TXT",
)

_CHALLENGE = "_acme-challenge"


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in subject.zone.rrsets.values():
        if rrset.type != "CNAME" or not rrset.name.startswith("*."):
            continue
        above = parent_of(rrset.name)
        challenge = f"{_CHALLENGE}.{above}"
        if not _is_service(above) and _answers_for(subject, challenge):
            yield WILDCARD_ACME.broken(
                rrset,
                f"the wildcard {rrset.name} answers for {challenge} too, which does not stand here",
                hint=f"if certificates for {above} are proved over DNS, write a record at {challenge}",
            )


def _is_service(name: str) -> bool:
    """`_tcp.example.com.` and its like have no certificates."""
    return any(label.startswith(b"_") for label in labels_of(name))


def _answers_for(subject: Subject, challenge: str) -> bool:
    return (
        challenge not in subject.existing
        and delegation_above(subject, challenge) is None
        and not is_left_to_others(subject, challenge, ("CNAME", "TXT"))
    )


CHECK = Check((WILDCARD_ACME,), _find)
