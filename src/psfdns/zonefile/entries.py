"""One entry's words into a record (RFC 1035 §5.1): owner, TTL, class, type, rdata. Pure.

Whatever is wrong is a finding at its line, and the entry's record is left out.
"""

from __future__ import annotations

import contextlib

from psfdns.diagnostics import Span
from psfdns.names import NameSyntaxError, is_subdomain, parse_name
from psfdns.rdata import MAX_TTL, RdataError, canonical_rdata, parse_ttl
from psfdns.records import RRsetKey
from psfdns.zonefile import mnemonics
from psfdns.zonefile.aws import AwsSyntaxError, parse_alias
from psfdns.zonefile.collect import Record
from psfdns.zonefile.comments import note_marks, read_attributes
from psfdns.zonefile.findings import RefusedError
from psfdns.zonefile.lines import Entry, Word
from psfdns.zonefile.rules.records import (
    AWS_SYNTAX,
    BAD_NAME,
    BAD_RDATA,
    BAD_TTL,
    CLASS_NOT_IN,
    INHERITED_OWNER,
    NO_OWNER,
    NO_TYPE,
    OUT_OF_ZONE,
    SOA_NOT_AT_APEX,
    TYPE_NOT_HOSTED,
    UNKNOWN_TYPE,
)
from psfdns.zonefile.state import Owner, State
from psfdns.zonefile.suspicions import (
    judge_blanks,
    judge_case,
    judge_dot,
    judge_owner,
    judge_rdata,
    judge_start,
)


def read_record(state: State, entry: Entry, path: str) -> None:
    """Add the entry's record to `state`, or the findings that say why there is none."""
    span = Span(path, entry.first_line, entry.last_line)
    state.report_faults(entry, path)
    with contextlib.suppress(RefusedError):
        _read(state, entry, span)


def _read(state: State, entry: Entry, span: Span) -> None:
    note_marks(state, entry, span)
    if not entry.words:
        return
    if not entry.broken and judge_blanks(state, entry, span):
        state.owner = state.owner if entry.owner_blank else Owner(lost=True)
        raise RefusedError
    words = list(entry.words)
    if not entry.owner_blank:
        if not entry.broken and judge_start(state, words[0], span):
            raise RefusedError
        _set_owner(state, words.pop(0), span, broken=entry.broken)
    if entry.broken:
        raise RefusedError
    ttl = _read_ttl_and_class(state, words, span)
    owner = _owner(state, span)
    if words[0].text.upper() == "AWS":
        _read_alias(state, entry, words, owner, span)
    else:
        _read_value(state, entry, words, owner, span, ttl=ttl)


# --- owner -------------------------------------------------------------------------------------------


def _set_owner(state: State, word: Word, span: Span, *, broken: bool) -> None:
    """The owner from here on; one that is wrong is lost, so that no later line inherits an older one."""
    state.owner = Owner(lost=True)
    at = _line(span, word)
    try:
        name = parse_name(word.text, origin=state.origin)
    except NameSyntaxError as error:
        if broken:
            return
        raise state.findings.refuse(BAD_NAME, at, f"owner: {error}", error.hint or "") from error
    if not broken and judge_owner(state, word, at):
        raise RefusedError
    if not is_subdomain(name, state.zone_origin):
        state.owner = Owner(outside=name)
        return
    state.owner = Owner(name)
    if not broken:
        judge_dot(state, word.text, name, at)
        judge_case(state, word.text, name, at)


def _owner(state: State, span: Span) -> str:
    owner = state.owner
    if owner.name is not None:
        return owner.name
    if owner.lost:
        raise RefusedError
    if owner.before is not None:
        return _inherited(state, owner.before, span)
    if owner.outside is None:
        raise state.findings.refuse(
            NO_OWNER,
            span,
            "the record begins with a blank, and no owner was named before it",
        )
    raise state.findings.refuse(
        OUT_OF_ZONE,
        span,
        f"{owner.outside} is not in the zone {state.zone_origin}",
    )


def _inherited(state: State, name: str, span: Span) -> str:
    """The name before $ORIGIN, which is the owner once more; a person may have meant the origin."""
    state.owner = Owner(name)
    state.findings.say(
        INHERITED_OWNER,
        span,
        f"the first record behind $ORIGIN {state.origin} begins with a blank, so it belongs to {name}",
        f'write {name} in front of it, or "@" for {state.origin}',
    )
    return name


# --- TTL, class, type --------------------------------------------------------------------------------


def _read_ttl_and_class(state: State, words: list[Word], span: Span) -> int | None:
    """Take TTL and class, in either order, off the words' front; the type is then in front."""
    ttl, class_seen = None, False
    while words:
        text = words[0].text
        seconds = parse_ttl(text) if ttl is None else None
        if seconds is not None:
            ttl = _checked_ttl(state, seconds, _line(span, words[0]))
        elif not class_seen and (name := mnemonics.class_of(text)) is not None:
            _check_class(state, name, _line(span, words[0]))
            class_seen = True
        else:
            return ttl
        words.pop(0)
    raise state.findings.refuse(NO_TYPE, span, "the record has no type and no rdata")


def _checked_ttl(state: State, seconds: int, span: Span) -> int:
    if seconds > MAX_TTL:
        raise state.findings.refuse(BAD_TTL, span, f"the TTL is above {MAX_TTL}")
    return seconds


def _check_class(state: State, name: str, span: Span) -> None:
    if name != "IN":
        raise state.findings.refuse(CLASS_NOT_IN, span, f"class {name}: Route 53 hosts class IN only")


def _hosted_type(state: State, word: Word, span: Span) -> str:
    rdtype = mnemonics.hosted_type(word.text)
    if rdtype is not None:
        return rdtype
    shown, hint = state.shown(word.text), mnemonics.INSTEAD.get(word.text.upper())
    if mnemonics.is_other_type(word.text):
        raise state.findings.refuse(
            TYPE_NOT_HOSTED,
            span,
            f"Route 53 does not host records of type {word.text.upper()}",
            hint,
        )
    raise state.findings.refuse(UNKNOWN_TYPE, span, f"{shown} is no record type", hint)


# --- rdata -------------------------------------------------------------------------------------------


def _read_value(
    state: State, entry: Entry, words: list[Word], owner: str, span: Span, *, ttl: int | None
) -> None:
    rdtype = _hosted_type(state, words[0], _line(span, words[0]))
    rdata = words[1:]
    value = _canonical(state, rdtype, rdata, span)
    if judge_rdata(state, rdtype, entry, rdata, span, value=value):
        raise RefusedError
    if rdtype == "SOA":
        _judge_soa(state, owner, value, span)
    if ttl is None:
        ttl = state.ttl.implied(span, state.findings)
    else:
        state.ttl.last = ttl
    attributes = read_attributes(state, entry, span)
    key = RRsetKey(owner, rdtype, attributes.set_identifier)
    state.add(Record(key, ttl, value, span, None, attributes.routing, attributes.health_check))


def _canonical(state: State, rdtype: str, rdata: list[Word], span: Span) -> str:
    try:
        return canonical_rdata(rdtype, " ".join(word.text for word in rdata), origin=state.origin)
    except RdataError as error:
        at = _line(span, rdata[error.word]) if error.word is not None and error.word < len(rdata) else span
        summary = str(error) if str(error).startswith(rdtype) else f"{rdtype}: {error}"
        raise state.findings.refuse(BAD_RDATA, at, summary, error.hint or "") from error


def _judge_soa(state: State, owner: str, value: str, span: Span) -> None:
    state.ttl.minimum = int(value.rsplit(" ", 1)[1])
    if owner != state.zone_origin:
        raise state.findings.refuse(
            SOA_NOT_AT_APEX,
            span,
            f"the SOA stands at {owner}, not at the zone's own name",
        )


def _read_alias(state: State, entry: Entry, words: list[Word], owner: str, span: Span) -> None:
    if len(words) < 2 or words[1].text.upper() != "ALIAS":
        raise state.findings.refuse(
            AWS_SYNTAX,
            span,
            "AWS is not followed by ALIAS",
            "write NAME AWS ALIAS TYPE TARGET ZONEID true|false",
        )
    try:
        rdtype, alias = parse_alias([word.text for word in words[2:]], origin=state.origin)
    except AwsSyntaxError as error:
        raise state.findings.refuse(AWS_SYNTAX, span, error.summary, error.hint) from error
    attributes = read_attributes(state, entry, span)
    key = RRsetKey(owner, rdtype, attributes.set_identifier)
    state.add(Record(key, None, None, span, alias, attributes.routing, attributes.health_check))


def _line(span: Span, word: Word) -> Span:
    """The place of one word of the entry."""
    return Span(span.path, word.line, word.line)
