"""Who may send mail: SPF records, as far as they can be judged offline."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from psfdns.checks.check import Check, Subject
from psfdns.checks.strings import last_line, shown, text_sets, texts
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.records import RRset

MAX_LOOKUPS = 10

SEVERAL = Rule(
    "spf-several",
    Severity.WARNING,
    "A name has one SPF record; with two, neither counts.",
    "RFC 7208 §3.2",
    why="Receivers take it for an error, and treat all mail of this name as if nobody vouched for it.",
    mend="put the mechanisms of both into one record",
)
SYNTAX = Rule(
    "spf-syntax",
    Severity.WARNING,
    "Each word of an SPF record is a mechanism or a modifier; one wrong word makes the whole void.",
    "RFC 7208 §4.6.1, §6",
    why="Receivers stop with an error: no sender is let through, and none is kept out.",
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
    "`+all` lets everybody send in this name.",
    "RFC 7208 §5.1",
    why="Forged mail passes SPF, and DMARC with it.",
    mend="write ~all or -all",
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

_RECORD = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][\w.-]*)=(.*)", re.ASCII)
_DOMAIN = re.compile(r"(?:[^%\s@:,]|%[%_-]|%\{[^}\s]+\})*(?:\.[^%\s@:,.]+\.?|%\{[^}\s]+\})")
_PREFIXES = re.compile(r"(?:/([0-9]|[12][0-9]|3[0-2]))?(?://([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?")
_QUERIES = frozenset(("a", "mx", "ptr", "include", "exists"))
_NEEDS_DOMAIN = frozenset(("include", "exists"))


def is_record(text: str) -> bool:
    """Whether receivers take this for an SPF record (RFC 7208 §4.5)."""
    return _RECORD.match(text) is not None


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in text_sets(subject):
        records = [(text, span) for text, span in texts(rrset) if is_record(text)]
        if len(records) > 1:
            yield SEVERAL.broken(last_line(rrset), f"{rrset.key}: {len(records)} SPF records")
        for text, span in records:
            yield from _judge(subject, rrset, text, span)


def _judge(subject: Subject, rrset: RRset, text: str, span: Span | None) -> Iterator[Diagnostic]:
    words = text.split(" ")[1:]
    names = [_name(word) for word in words]
    wrong = [word for word in words if word and not _is_sound(word)]
    if wrong:
        yield SYNTAX.broken(span, f"{rrset.key}: `{shown(wrong[0])}` is no word of SPF")
        return
    twice = [name for name in ("redirect=", "exp=") if names.count(name) > 1]
    if twice:
        yield SYNTAX.broken(span, f"{rrset.key}: {twice[0]} stands twice", hint="keep one of them")
        return
    if "all" in names:
        yield from _judge_all(rrset, words, names, span)
    if "ptr" in names:
        yield PTR.broken(span, f"{rrset.key}: SPF with ptr")
    own = [word for word in words if rrset.name in _followed(word)]
    if own:
        yield SELF.broken(span, f"{rrset.key}: `{shown(own[0])}` leads back to itself")
    elif _needs_many(subject, text):
        yield LOOKUPS.broken(span, f"{rrset.key}: SPF needs more than {MAX_LOOKUPS} look-ups")


def _judge_all(rrset: RRset, words: list[str], names: list[str], span: Span | None) -> Iterator[Diagnostic]:
    place = names.index("all")
    if words[place][0] not in "-~?":
        yield EVERYBODY.broken(span, f"{rrset.key}: `{words[place]}` lets everybody send")
    behind = [word for word, name in zip(words[place + 1 :], names[place + 1 :], strict=True) if name]
    lost = [word for word in behind if "=" not in word]
    lost += [word for word in words if word.lower().startswith("redirect=")]
    if lost:
        yield AFTER_ALL.broken(span, f"{rrset.key}: `{shown(lost[0])}` does not count beside `all`")


def _name(word: str) -> str:
    """The mechanism's name in lower case, the modifier's with its `=`."""
    modifier = _MODIFIER.fullmatch(word)
    if modifier:
        return f"{modifier[1].lower()}="
    return re.split("[:/]", word.lstrip("+?~-"), maxsplit=1)[0].lower()


def _is_sound(word: str) -> bool:
    modifier = _MODIFIER.fullmatch(word)
    if modifier:
        return modifier[1].lower() not in {"redirect", "exp"} or bool(_DOMAIN.fullmatch(modifier[2]))
    bare = word[1:] if word[0] in "+?~-" else word
    name = _name(bare)
    if name in {"ip4", "ip6"}:
        return _is_network(name, bare[4:]) and bare[3:4] == ":"
    if name == "all":
        return bare.lower() == "all"
    return name in _QUERIES and _is_query(name, bare[len(name) :])


def _is_query(name: str, rest: str) -> bool:
    if not rest.startswith(":"):
        return name not in _NEEDS_DOMAIN and ((name == "ptr" and not rest) or _has_prefixes(name, rest))
    domain = re.sub(r"(?://?[0-9]+)+$", "", rest[1:])
    return bool(_DOMAIN.fullmatch(domain)) and _has_prefixes(name, rest[1 + len(domain) :])


def _has_prefixes(name: str, rest: str) -> bool:
    return not rest or (name in {"a", "mx"} and bool(_PREFIXES.fullmatch(rest)))


def _is_network(name: str, text: str) -> bool:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return network.version == int(name[2]) and re.fullmatch(r"[^/]+(?:/(?:0|[1-9][0-9]*))?", text) is not None


def _needs_many(subject: Subject, text: str) -> bool:
    """Whether 10 look-ups do not suffice; a circle of includes never does."""
    waiting, count = [text], 0
    while waiting and count <= MAX_LOOKUPS:
        for word in waiting.pop().split(" ")[1:]:
            name = _name(word)
            if name == "all":
                break
            if name in _QUERIES or name == "redirect=":
                count += 1
            for followed in _followed(word):
                waiting.extend(_records_of(subject, followed))
    return count > MAX_LOOKUPS


def _followed(word: str) -> list[str]:
    """The name whose record an include or redirect reads."""
    if _name(word) not in {"include", "redirect="}:
        return []
    return [re.split("[:=]", word, maxsplit=1)[1].lower().rstrip(".") + "."]


def _records_of(subject: Subject, name: str) -> list[str]:
    found = (text for rrset in subject.at(name, "TXT") for text, _ in texts(rrset))
    return [text for text in found if is_record(text)][:1]


CHECK = Check((SEVERAL, SYNTAX, LOOKUPS, SELF, EVERYBODY, AFTER_ALL, PTR), _find)
