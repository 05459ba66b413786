"""Keys for signed mail: DKIM records at `<selector>._domainkey` (RFC 6376 §3.6.1, RFC 8301, RFC 8463)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from psfdns.checks.check import Check, Subject
from psfdns.checks.keys import PublicKeyError, check_ed25519, decode_base64, rsa_bits
from psfdns.checks.strings import cname_targets, decode_text, shown, text_sets, texts
from psfdns.checks.tags import TagList, parse_tags
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.records import RRset

MIN_BITS = 1_024
"""Below this an RSA key does not count (RFC 8301 §3.2)."""
GOOD_BITS = 2_048
"""What signers should have (RFC 8301 §3.2)."""

SEVERAL = Rule(
    "dkim-several",
    Severity.WARNING,
    "A selector has one record, and a long key is several strings of that one.",
    "RFC 6376 §3.6.2.2",
    why="Records have no order, so a key that is split over several cannot be put together, and of several "
    "keys a receiver takes any or none: signatures fail, at times.",
    mend='write one record, the parts as strings on its line: "v=DKIM1; k=rsa; p=MII…" "…AQAB"',
)
VERSION = Rule(
    "dkim-version",
    Severity.WARNING,
    "Where a DKIM record has v=, it is the first tag and exactly `v=DKIM1`.",
    "RFC 6376 §3.6.1",
    why="Receivers discard the record, and every signature by this selector fails.",
    mend="begin the record with v=DKIM1; in these letters",
)
TAGS = Rule(
    "dkim-tags",
    Severity.WARNING,
    "A DKIM record is a list of tags, each once, whose values receivers know.",
    "RFC 6376 §3.6.1",
    why="Receivers discard a record that they cannot read, and ignore a key for an unknown algorithm, hash "
    "or service: signatures fail.",
    mend="write it like `v=DKIM1; k=rsa; p=MII…`, as the mail provider shows it",
)
WITHOUT_KEY = Rule(
    "dkim-without-key",
    Severity.WARNING,
    "A DKIM record has its key, p=; empty, it revokes the selector.",
    "RFC 6376 §3.6.1",
    why="Outside quotes a semicolon begins a comment, so that only `v=DKIM1` is left of the record. Without "
    "p= receivers discard it.",
    mend='put quotes around the whole text: "v=DKIM1; k=rsa; p=MII…"',
)
KEY = Rule(
    "dkim-key",
    Severity.WARNING,
    "The key of a DKIM record is whole, of the kind that k= says, and an RSA key has at least 1,024 bits.",
    "RFC 6376 §3.6.1, RFC 8301 §3.2, RFC 8463 §4",
    why="No signature can be verified by a damaged key, and receivers do not accept a shorter one.",
    mend="copy the key again from the mail provider, or have it make a new one of 2,048 bits",
)
WEAK_KEY = Rule(
    "dkim-weak-key",
    Severity.INFO,
    "An RSA key of a DKIM record has at least 2,048 bits.",
    "RFC 8301 §3.2",
    why="Receivers still accept 1,024 bits, but whoever breaks the key signs mail in this name.",
    mend="have the mail provider make a key of 2,048 bits under a new selector, then let go of this one",
)
TESTING = Rule(
    "dkim-testing",
    Severity.INFO,
    "A DKIM record is in force; `t=y` says that it is being tried.",
    "RFC 6376 §3.6.1",
    why="Receivers treat signed mail as if it were unsigned.",
    mend="take t=y out when the trial is over",
)
BLANK = Rule(
    "dkim-blank-in-key",
    Severity.INFO,
    "The key of a DKIM record is written without blanks.",
    "RFC 6376 §3.6.1",
    why="Receivers have to pass over blanks there, but some programs stop at one. It is mostly the trace of "
    "two strings that were joined by hand.",
    mend="take the blanks out of p=: the strings of a record are joined without one",
)
PLACE = Rule(
    "dkim-place",
    Severity.WARNING,
    "A DKIM key stands at `<selector>._domainkey` below the name that signs.",
    "RFC 6376 §3.6.2.1",
    why="Receivers ask at that name alone; at any other nobody finds the key.",
    mend="move it to <selector>._domainkey of the name that sends; the mail provider says which selector",
)

_KINDS = ("rsa", "ed25519")
_PLACE = "._domainkey."
_LIKE_DOMAINKEY = frozenset(
    {"_domainkey", "_domainkeys", "_domain-key", "_domain_key", "domainkey", "domainkeys"}
)


class _Fault(NamedTuple):
    rule: Rule
    summary: str


def _find(subject: Subject) -> Iterator[Diagnostic]:
    targets = cname_targets(subject)
    for rrset in text_sets(subject):
        # `_report` and `_adsp` are no selectors (RFC 6651 §3.2, RFC 5617 §3).
        if _PLACE in rrset.name and not rrset.name.startswith("_"):
            yield from _judge(rrset)
        elif not _is_read_elsewhere(subject, rrset.name) and rrset.name not in targets:
            yield from _find_misplaced(rrset)


def _judge(rrset: RRset) -> Iterator[Diagnostic]:
    found = [(parse_tags(decode_text(text)), text, span) for text, span in texts(rrset)]
    if len(found) > 1:
        keys = sum("p" in record.tags for record, _, _ in found)
        what = f"{len(found)} DKIM records" if keys != 1 else f"a DKIM key split over {len(found)} records"
        yield SEVERAL.broken(found[-1][2], f"{rrset.key}: {what}")
        return
    for record, text, span in found:
        fault = _fault(record, text)
        if fault:
            yield fault.rule.broken(span, f"{rrset.key}: {fault.summary}")
        else:
            yield from _remarks(rrset, record.tags, span)


def _fault(record: TagList, text: str) -> _Fault | None:
    """The first thing for which receivers discard the record."""
    tags = record.tags
    if record.first is None:
        return _Fault(TAGS, f"`{shown(text)}` is no DKIM record")
    if "v" in tags and (record.first != "v" or tags["v"] != "DKIM1"):
        is_right = tags["v"] == "DKIM1"
        what = "`v=DKIM1` does not stand in front" if is_right else f"`v={shown(tags['v'])}` is not `v=DKIM1`"
        return _Fault(VERSION, what)
    if record.fault:
        return _Fault(TAGS, record.fault)
    if "p" not in tags:
        return _Fault(WITHOUT_KEY, f"`{shown(text)}` has no key, p=")
    unknown = _unknown_value(tags)
    if unknown:
        return _Fault(TAGS, unknown)
    fault = _key_fault(tags)
    return _Fault(KEY, fault) if fault else None


def _unknown_value(tags: Mapping[str, str]) -> str | None:
    if tags.get("k", "rsa").lower() not in _KINDS:
        return f"k={shown(tags['k'])} is no kind of key; there are {' and '.join(_KINDS)}"
    if "h" in tags and "sha256" not in _words(tags["h"]):
        return f"h={shown(tags['h'])} leaves out sha256, and no other hash is in use"
    if "s" in tags and _words(tags["s"]).isdisjoint({"*", "email"}):
        return f"s={shown(tags['s'])} leaves out email"
    return None


def _words(value: str) -> set[str]:
    return {word.strip().lower() for word in value.split(":")}


def _key_fault(tags: Mapping[str, str]) -> str | None:
    key = "".join(tags["p"].split())
    if not key:
        return None
    try:
        octets = decode_base64(key)
        if tags.get("k", "rsa").lower() == "ed25519":
            check_ed25519(octets)
            return None
        bits = rsa_bits(octets)
    except PublicKeyError as error:
        return f"p= holds no key: {error}"
    return f"an RSA key of {bits} bits counts for nothing" if bits < MIN_BITS else None


def _remarks(rrset: RRset, tags: Mapping[str, str], span: Span | None) -> Iterator[Diagnostic]:
    """What is worth a word about a record that works."""
    key = "".join(tags["p"].split())
    if key and tags.get("k", "rsa").lower() == "rsa":
        bits = rsa_bits(decode_base64(key))
        if bits < GOOD_BITS:
            yield WEAK_KEY.broken(span, f"{rrset.key}: an RSA key of {bits:,} bits")
    if key != tags["p"]:
        yield BLANK.broken(span, f"{rrset.key}: p= has blanks inside")
    if "y" in _words(tags.get("t", "")):
        yield TESTING.broken(span, f"{rrset.key}: t=y")


def _is_read_elsewhere(subject: Subject, name: str) -> bool:
    """Whether mail providers keep keys there for others' CNAMEs, or a wildcard answers for many names.

    A label like `domainkey` in front of a name that mail comes from is a slip all the same.
    """
    if name.startswith("*."):
        return True
    for label in name.split("."):
        if label in _LIKE_DOMAINKEY and _has_mail(subject, name.partition(f"{label}.")[2]):
            return False
    return any(label.startswith("_") or "dkim" in label or "domainkey" in label for label in name.split("."))


def _has_mail(subject: Subject, name: str) -> bool:
    return name == subject.origin or bool(subject.at(name, "MX"))


def _find_misplaced(rrset: RRset) -> Iterator[Diagnostic]:
    for text, span in texts(rrset):
        tags = parse_tags(decode_text(text)).tags if "p=" in text else {}
        if tags.get("p") and (tags.get("v") == "DKIM1" or not _key_fault(tags)):
            yield PLACE.broken(span, f"{rrset.key}: a DKIM key at a name where nobody asks for one")


CHECK = Check(
    (SEVERAL, VERSION, TAGS, WITHOUT_KEY, KEY, WEAK_KEY, TESTING, BLANK, PLACE),
    _find,
)
