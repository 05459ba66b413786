"""Who may send mail: SPF records, as far as they can be judged offline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psfdns.checks.answers import types_answered
from psfdns.checks.check import Check, Subject
from psfdns.checks.spf_words import (
    LOOKED_UP,
    MECHANISMS,
    domain_of,
    is_record,
    is_sound,
    lets_everybody,
    name_of,
)
from psfdns.checks.strings import decode_text, joined, placed_values, shown, text_sets, texts
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.records import RRset

MAX_LOOKUPS = 10

SEVERAL = Rule(
    "spf-several",
    Severity.WARNING,
    "A name has one SPF record; with two, neither counts.",
    "RFC 7208 §3.2",
    why="Receivers take it for an error, and treat all mail of this name as if nobody vouched for it.",
    mend="put the mechanisms of all of them into one record",
)
SYNTAX = Rule(
    "spf-syntax",
    Severity.WARNING,
    "Each word of an SPF record is a mechanism or a modifier; one wrong word makes the whole void.",
    "RFC 7208 §4.6.1, §6",
    why="Receivers stop with an error: no sender is let through, and none is kept out. What looks "
    "like a modifier, as `include=example.net`, they pass over.",
    mend="write it like `v=spf1 mx ip4:192.0.2.1 include:spf.example.net ~all`",
)
LOOKUPS = Rule(
    "spf-lookups",
    Severity.WARNING,
    "An SPF record needs at most 10 look-ups; includes in the same zone are followed.",
    "RFC 7208 §4.6.4",
    why="Receivers stop after ten with an error, so that mail of senders named last fails, at times of all.",
    mend="take out what sends no mail any more, or write addresses as ip4: and ip6:",
)
SELF = Rule(
    "spf-self",
    Severity.WARNING,
    "An SPF record does not include itself, nor redirects to itself.",
    "RFC 7208 §4.6.4",
    why="Receivers go round until the tenth look-up, and stop with an error.",
    mend="name the record of the mail provider there, or take the word out",
)
EVERYBODY = Rule(
    "spf-everybody",
    Severity.WARNING,
    "No word of an SPF record lets everybody send in this name, as `+all` or `ip4:0.0.0.0/0`.",
    "RFC 7208 §5.1",
    why="Forged mail passes SPF, and DMARC with it.",
    mend="write ~all or -all at the end, and networks with the length that they have",
)
AFTER_ALL = Rule(
    "spf-after-all",
    Severity.WARNING,
    "Nothing behind `all` counts, and no redirect.",
    "RFC 7208 §5.1",
    why="Receivers stop reading at all: senders that stand behind it are not let through.",
    mend="move `all` to the end, and take out a redirect beside it",
)
PTR = Rule(
    "spf-ptr",
    Severity.WARNING,
    "The mechanism ptr is not to be used.",
    "RFC 7208 §5.5",
    why="It is slow, it fails with the sender's reverse DNS, and many receivers leave it out.",
    mend="name the addresses: ip4:…, ip6:…, a, mx",
)

TO_NOTHING = Rule(
    "spf-to-nothing",
    Severity.WARNING,
    "What an SPF record names in this zone exists: for include and redirect an SPF record, for a and mx a "
    "host.",
    "RFC 7208 §5.2, §6.1, §4.6.4",
    about_absence=True,
    why="An include or a redirect to a name without an SPF record is an error, and the whole record is void; "
    "hosts that do not exist are counted, and two of them are allowed.",
    mend="correct the name, write its record, or take the word out",
)
WITHOUT_ALL = Rule(
    "spf-without-all",
    Severity.INFO,
    "An SPF record says what becomes of all other senders: it ends with `all` or a redirect.",
    "RFC 7208 §4.7",
    why="Without that receivers learn nothing about a sender that the record does not name: forged mail is "
    "treated as if there were no SPF.",
    mend="end the record with ~all or -all",
)

Words = list[str]
Records = Mapping[str, Words]

_ANSWERS = {
    "a": frozenset({"A", "AAAA", "CNAME"}),
    "mx": frozenset({"CNAME", "MX"}),
}
"""Mechanism -> types of which the name has one."""


def _find(subject: Subject) -> Iterator[Diagnostic]:
    records_at = dict(_records(subject))
    included = _included(records_at)
    for rrset in text_sets(subject):
        records = [(value, span) for value, span in placed_values(rrset) if is_record(joined(value))]
        if len(records) > 1:
            yield SEVERAL.broken(records[-1][1], f"{rrset.key}: {len(records)} SPF records")
        for value, span in records:
            fault = _fault(value)
            if fault:
                yield SYNTAX.broken(span, f"{rrset.key}: {fault[0]}", hint=fault[1])
                continue
            yield from _judge(subject, rrset, joined(value).split(" ")[1:], span, records_at)
            if rrset.name not in included and not _is_part(rrset.name):
                yield from _find_open(rrset, joined(value), span)


def _records(subject: Subject) -> Iterator[tuple[str, Words]]:
    """The words of the first record of each name that has one."""
    for rrset in text_sets(subject):
        first = next((text for text, _ in texts(rrset) if is_record(text)), None)
        if first is not None:
            yield rrset.name, first.split(" ")[1:]


def _included(records_at: Records) -> frozenset[str]:
    """The names whose records are read as a part of another: their end does not count."""
    words = (word for words in records_at.values() for word in words if name_of(word) == "include")
    return frozenset(domain_of(word) or "" for word in words)


def _is_part(name: str) -> bool:
    """Names with underscores send no mail; records there are for others to include."""
    return name.startswith("_") or "._" in name


def _find_open(rrset: RRset, text: str, span: Span | None) -> Iterator[Diagnostic]:
    if {"all", "redirect="}.isdisjoint(map(name_of, text.split(" "))):
        yield WITHOUT_ALL.broken(span, f"{rrset.key}: SPF without `all` at the end")


def _fault(value: str) -> tuple[str, str | None] | None:
    """The first word for which receivers refuse the record, or pass over what was meant; and a hint."""
    words = [word for word in joined(value).split(" ")[1:] if word]
    for word in words:
        if not is_sound(word):
            apart = (
                None
                if word in value
                else "strings are joined without a blank: end the first of them with one"
            )
            return f"`{shown(decode_text(word))}` is no word of SPF", apart
        name, equals, rest = word.partition("=")
        if equals and (name.lower() in MECHANISMS or name.lower() == "v"):
            hint = "begin with v=spf1 once" if name.lower() == "v" else f"write {name.lower()}:{shown(rest)}"
            return f"`{shown(word)}` is passed over, as a modifier that nobody knows", hint
    names = [name_of(word) for word in words]
    twice = [name for name in ("redirect=", "exp=") if names.count(name) > 1]
    return (f"{twice[0]} stands twice", "keep one of them") if twice else None


def _judge(
    subject: Subject, rrset: RRset, words: Words, span: Span | None, records_at: Records
) -> Iterator[Diagnostic]:
    names = [name_of(word) for word in words]
    open_to_all = [word for word in words if word and lets_everybody(word)]
    if open_to_all:
        yield EVERYBODY.broken(span, f"{rrset.key}: `{shown(open_to_all[0])}` lets everybody send")
    if "all" in names:
        yield from _find_lost(rrset, words, names, span)
    if "ptr" in names:
        yield PTR.broken(span, f"{rrset.key}: SPF with ptr")
    own = [word for word in words if rrset.name == _followed(word)]
    if own:
        yield SELF.broken(span, f"{rrset.key}: `{shown(own[0])}` leads back to itself")
    elif _needs_many(words, records_at):
        yield LOOKUPS.broken(span, f"{rrset.key}: SPF needs more than {MAX_LOOKUPS} look-ups")
    lost = next((word for word in words if _is_missing(subject, word, records_at)), None)
    if lost:
        yield TO_NOTHING.broken(span, f"{rrset.key}: `{shown(lost)}` leads to nothing in this zone")


def _find_lost(rrset: RRset, words: list[str], names: list[str], span: Span | None) -> Iterator[Diagnostic]:
    place = names.index("all")
    behind = [word for word, name in zip(words[place + 1 :], names[place + 1 :], strict=True) if name]
    lost = [word for word in behind if "=" not in word]
    lost += [word for word in words if word.lower().startswith("redirect=")]
    if lost:
        yield AFTER_ALL.broken(span, f"{rrset.key}: `{shown(lost[0])}` does not count beside `all`")


def _needs_many(words: Words, records_at: Records) -> bool:
    """Whether 10 look-ups do not suffice; a circle of includes never does."""
    waiting, count = [words], 0
    while waiting and count <= MAX_LOOKUPS:
        for word in waiting.pop():
            name = name_of(word)
            if name == "all":
                break
            if name in LOOKED_UP or name == "redirect=":
                count += 1
            followed = _followed(word)
            if followed in records_at:
                waiting.append(records_at[followed])
    return count > MAX_LOOKUPS


def _followed(word: str) -> str:
    """The name whose record an include or redirect reads, or ""."""
    return domain_of(word) or "" if name_of(word) in {"include", "redirect="} else ""


def _is_missing(subject: Subject, word: str, records_at: Records) -> bool:
    """Whether the zone would have what the word names, and has not."""
    name, domain = name_of(word), domain_of(word)
    types = None if domain is None else types_answered(subject, domain)
    if domain is None or types is None:
        return False
    if name in _ANSWERS:
        return _ANSWERS[name].isdisjoint(types)
    if name not in {"include", "redirect="} or "CNAME" in types:
        return False
    return not any(rrset.name in records_at for rrset in types.get("TXT", ()))


CHECK = Check((SEVERAL, SYNTAX, LOOKUPS, SELF, EVERYBODY, AFTER_ALL, PTR, TO_NOTHING, WITHOUT_ALL), _find)
