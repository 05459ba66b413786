"""What Route 53 says when it refuses a batch, as record sets of ours. Pure.

All errors of a batch come in one message whose parts contain commas, so it is searched, not split
(API reference, ChangeResourceRecordSets, InvalidChangeBatch).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from psfdns.diagnostics import Span
from psfdns.errors import HostError, PsfdnsError, StalePlanError
from psfdns.records import RRsetKey
from psfdns.route53.batches import Batch
from psfdns.rrsets import InexpressibleError, decode_name, encode_value

INVALID_BATCH = "InvalidChangeBatch"

_RRSET = r"\[name='(?P<name>[^']*)', type='(?P<type>[A-Z]+)'(?:, set identifier='(?P<id>[^\]]*)')?\]"
_CONFLICT = re.compile(
    rf"Tried to (?:create|delete) resource record set {_RRSET},? but "
    r"(?:it already exists|it was not found|the values provided do not match the current values)"
)
_NAMED = (
    re.compile(_RRSET),
    re.compile(r"RRSet of type (?P<type>[A-Z]+) with DNS name (?P<name>[^\s,\]]+)"),
    re.compile(r"RRSet with DNS name (?P<name>[^\s,\]]+)"),
    re.compile(r"resource record set '(?P<type>[A-Z]+) (?P<name>[^\s,\]']+)'"),
    re.compile(r"RRSets for (?P<name>[^\s,\]]+), type (?P<type>[A-Z]+)"),
    re.compile(r"Name=(?P<name>[^\s,\]]+), Type=(?P<type>[A-Z]+)"),
)
_VALUE = re.compile(r"encountered with '(?P<value>.*?)''")
_SHOWN = 5
"""Places named at most; they are all in one file."""


def explain_refusal(error: HostError, batch: Batch, *, zone: str) -> PsfdnsError:
    """StalePlanError where another writer was faster, else the refusal with the lines that it is about."""
    conflicts = find_conflicts(error.why)
    if error.code == INVALID_BATCH and conflicts:
        return StalePlanError(zone, conflicts)
    spans = sorted(set(_spans_of(error.why, batch)), key=lambda span: (span.path, span.first_line or 0))
    shown = ", ".join(map(str, spans[:_SHOWN])) + (" and more" if len(spans) > _SHOWN else "")
    why = f"{error.why}, at {shown}" if spans else error.why
    return HostError(
        error.who,
        error.doing,
        why,
        retryable=error.retryable,
        hint=error.hint,
        code=error.code,
        attempts=error.attempts,
        uncertain=error.uncertain,
    )


def find_conflicts(message: str) -> tuple[RRsetKey, ...]:
    """The record sets that are not any more what was read, each once, in the order of the message."""
    found = (RRsetKey(_canonical(m["name"]), m["type"], m["id"]) for m in _CONFLICT.finditer(message))
    return tuple(dict.fromkeys(found))


def _spans_of(message: str, batch: Batch) -> Iterator[Span]:
    """Where the record sets stand that the message names, or that hold a value it quotes."""
    named = {
        (_canonical(match["name"]), match.groupdict().get("type"))
        for pattern in _NAMED
        for match in pattern.finditer(message)
    }
    values = {match["value"] for match in _VALUE.finditer(message)}
    for change in batch.changes:
        rrset = change.after
        if rrset is None or rrset.span is None:
            continue
        if {(rrset.name, rrset.type), (rrset.name, None)} & named or values & set(
            map(encode_value, rrset.values)
        ):
            yield rrset.span


def _canonical(name: str) -> str:
    try:
        return decode_name(name)
    except InexpressibleError:
        return name
