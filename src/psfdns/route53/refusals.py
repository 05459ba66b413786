"""What Route 53 says when it refuses a batch, as record sets of ours. Pure.

All errors of a batch come in one message whose parts contain commas, so it is searched, not split
(API reference, ChangeResourceRecordSets, InvalidChangeBatch).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from psfdns.diagnostics import Span
from psfdns.errors import HostError, ProtectedError, PsfdnsError, StalePlanError
from psfdns.plans.protection import PREFIX
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
_PROTECTED = re.compile(r"\bprotect(?:ed|ions?|s)\b", re.IGNORECASE)
_OURS = (
    "psfdns set this protection: psfdns plan shows it, and takes it away where `protect` does not ask for "
    "it any more; run psfdns apply again"
)
_OTHERS = (
    "somebody set it on purpose, and psfdns leaves it alone: ask them, then take it away "
    "(aws route53 delete-resource-record-set-protections)"
)
_SHOWN = 5
"""Places named at most; they are all in one file."""


def explain_refusal(error: HostError, batch: Batch, *, zone: str) -> PsfdnsError:
    """StalePlanError where another writer was faster, else the refusal with the lines that it is about."""
    conflicts = find_conflicts(error.why)
    if error.code == INVALID_BATCH and conflicts:
        return StalePlanError(zone, conflicts)
    if error.code == INVALID_BATCH and speaks_of_protection(error.why, batch):
        return _protected(error.why, batch, zone)
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


def speaks_of_protection(message: str, batch: Batch) -> bool:
    """Whether a record set protection is why; that a name or a value holds the word does not count."""
    for change in batch.changes:
        rrset = change.after or change.before
        for text in (change.key.name.removesuffix("."), *map(encode_value, rrset.values if rrset else ())):
            message = message.replace(text, "")
    return _PROTECTED.search(message) is not None


def _protected(message: str, batch: Batch, zone: str) -> ProtectedError:
    named = set(_places_in(message))
    keys = [c.key for c in batch.changes if {(c.key.name, c.key.type), (c.key.name, None)} & named]
    ours = PREFIX in message
    hint = _OURS if ours else _OTHERS
    return ProtectedError(zone, list(dict.fromkeys(keys)), message, hint=hint)


def find_conflicts(message: str) -> tuple[RRsetKey, ...]:
    """The record sets that are not any more what was read, each once, in the order of the message."""
    found = (RRsetKey(_canonical(m["name"]), m["type"], m["id"]) for m in _CONFLICT.finditer(message))
    return tuple(dict.fromkeys(found))


def _spans_of(message: str, batch: Batch) -> Iterator[Span]:
    """Where the record sets stand that the message names, or that hold a value it quotes."""
    named = set(_places_in(message))
    values = {match["value"] for match in _VALUE.finditer(message)}
    for change in batch.changes:
        rrset = change.after
        if rrset is None or rrset.span is None:
            continue
        if {(rrset.name, rrset.type), (rrset.name, None)} & named or values & set(
            map(encode_value, rrset.values)
        ):
            yield rrset.span


def _places_in(message: str) -> Iterator[tuple[str, str | None]]:
    """(name, type or None) of every record set that the message names."""
    for pattern in _NAMED:
        for match in pattern.finditer(message):
            yield _canonical(match["name"]), match.groupdict().get("type")


def _canonical(name: str) -> str:
    try:
        return decode_name(name)
    except InexpressibleError:
        return name
