"""Mail over TLS or not at all: the MTA-STS record at `_mta-sts` and the host of its policy (RFC 8461)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from psfdns.checks.answers import types_answered
from psfdns.checks.check import Check, Subject
from psfdns.checks.strings import shown, text_sets, texts
from psfdns.checks.versions import extension_fault, find_misplaced, judge_version
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.records import RRset

SEVERAL = Rule(
    "mta-sts-several",
    Severity.WARNING,
    "A name has one MTA-STS record.",
    "RFC 8461 §3.1",
    why="With two, senders take it that there is no policy, and deliver over connections that anybody can "
    "tap.",
    mend="keep the one whose id is that of the policy served now",
)
RECORD = Rule(
    "mta-sts-record",
    Severity.WARNING,
    "The record at _mta-sts is `v=STSv1; id=…`, in these letters, the id of 1 to 32 letters and digits.",
    "RFC 8461 §3.1",
    why="Senders pass over a record that is written otherwise, and the policy is never fetched.",
    mend="write it like `v=STSv1; id=20260401T120000;`, with a new id whenever the policy changes",
)
HOST = Rule(
    "mta-sts-host",
    Severity.WARNING,
    "Where there is an MTA-STS record, the host `mta-sts` that serves the policy exists.",
    "RFC 8461 §3.3",
    about_absence=True,
    why="Senders see the record, cannot fetch the policy, and go on without it.",
    mend="write the A, AAAA or CNAME of the host that serves /.well-known/mta-sts.txt, or remove the record",
)

PLACE = Rule(
    "mta-sts-place",
    Severity.WARNING,
    "An MTA-STS record stands at `_mta-sts` in front of the name whose mail it is about.",
    "RFC 8461 §3.1",
    why="Whoever looks for it asks at that name alone; at any other it does nothing.",
    mend="write it at _mta-sts in front of the name",
)

_LABEL = "_mta-sts."
_ID = re.compile("id=[A-Za-z0-9]{1,32}")
_SERVED = frozenset({"A", "AAAA", "CNAME"})


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in text_sets(subject):
        if rrset.name.startswith(_LABEL):
            yield from judge_version(rrset, "v=STSv1", several=SEVERAL, record=RECORD, fault=_fault)
            if any(text.startswith("v=STSv1;") for text, _ in texts(rrset)):
                yield from _find_host(subject, rrset)
    yield from find_misplaced(subject, "v=STSv1", PLACE, is_right=_is_right)


def _is_right(name: str) -> bool:
    """Providers keep it at `x._mta-sts` of their own, for the CNAMEs of others."""
    return f".{_LABEL}" in f".{name}"


def _fault(fields: Sequence[str]) -> str | None:
    ids = [field for field in fields if field.partition("=")[0].strip().lower() == "id"]
    if len(ids) != 1:
        return "id= stands twice" if ids else "no id="
    if not _ID.fullmatch(ids[0]):
        return f"`{shown(ids[0])}` is no id of 1 to 32 letters and digits"
    return extension_fault([field for field in fields if field not in ids])


def _find_host(subject: Subject, rrset: RRset) -> Iterator[Diagnostic]:
    host = f"mta-sts.{rrset.name.removeprefix(_LABEL)}"
    types = types_answered(subject, host)
    if types is not None and _SERVED.isdisjoint(types):
        yield HOST.broken(rrset, f"{rrset.key}: {host}, which has to serve the policy, has no address here")


CHECK = Check((SEVERAL, RECORD, HOST, PLACE), _find)
