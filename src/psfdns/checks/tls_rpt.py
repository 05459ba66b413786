"""Where reports about failed TLS between mail servers go: the record at `_smtp._tls` (RFC 8460)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from psfdns.checks.check import Check, Subject
from psfdns.checks.strings import shown, text_sets
from psfdns.checks.versions import extension_fault, find_misplaced, judge_version
from psfdns.diagnostics import Diagnostic, Rule, Severity

SEVERAL = Rule(
    "tls-rpt-several",
    Severity.WARNING,
    "A name has one record for TLS reports; it may name several receivers.",
    "RFC 8460 §3",
    why="With two, senders take it that no reports are wanted.",
    mend="put both addresses into one record: rua=mailto:a@example.net,mailto:b@example.net",
)
RECORD = Rule(
    "tls-rpt-record",
    Severity.WARNING,
    "The record at _smtp._tls is `v=TLSRPTv1; rua=…`, with mailto: or https: addresses.",
    "RFC 8460 §3",
    why="Senders pass over a record that is written otherwise, and no reports come.",
    mend="write it like `v=TLSRPTv1; rua=mailto:tls-reports@example.net`",
)

PLACE = Rule(
    "tls-rpt-place",
    Severity.WARNING,
    "A record for TLS reports stands at `_smtp._tls` in front of the name whose mail it is about.",
    "RFC 8460 §3",
    why="Whoever looks for it asks at that name alone; at any other it does nothing.",
    mend="write it at _smtp._tls in front of the name",
)

_LABELS = "_smtp._tls."
_ADDRESS = re.compile(r"mailto:[^@\s,!;]+@[^@\s,!;]+|https://[^\s,!;]+", re.IGNORECASE)


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in text_sets(subject):
        if rrset.name.startswith(_LABELS):
            yield from judge_version(rrset, "v=TLSRPTv1", several=SEVERAL, record=RECORD, fault=_fault)
    yield from find_misplaced(subject, "v=TLSRPTv1", PLACE, is_right=_is_right)


def _is_right(name: str) -> bool:
    """Providers keep it at `x._smtp._tls` of their own, for the CNAMEs of others."""
    return f".{_LABELS}" in f".{name}"


def _fault(fields: Sequence[str]) -> str | None:
    receivers = [field for field in fields if field.startswith("rua=")]
    if len(receivers) != 1:
        return "rua= stands twice" if receivers else "no receiver, rua="
    addresses = [address.strip(" \t") for address in receivers[0].removeprefix("rua=").split(",")]
    wrong = [address for address in addresses if not _ADDRESS.fullmatch(address)]
    if wrong:
        return f"`{shown(wrong[0])}` is no mailto: or https: address"
    return extension_fault([field for field in fields if field not in receivers])


CHECK = Check((SEVERAL, RECORD, PLACE), _find)
