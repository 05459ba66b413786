"""Zones as canonical zone-file text: one stable order, aligned columns, relative names. Pure.

The origin is the file's name, so no $ORIGIN is written. Every line names its owner, so that a line
can be moved or removed without changing what another one means.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from psfdns.names import canonical_order, relative_to
from psfdns.records import SELF_ZONE, TARGET_WORD, RRset, RRsetKey, Zone
from psfdns.zonefile.aws import format_alias, format_comment

WIDEST_OWNER = 40
"""A longer owner pushes its own line out of the columns, not everybody's."""
LONG_LINE = 110
"""A value of several strings that would make a longer line is written one string a line."""

"""Which word of a value is a name that may be written relative to the zone."""
_TIDY = re.compile(r"@|[a-z0-9_*/.+-]+")
_UNTIDY = re.compile(r"(\\.)|[^A-Za-z0-9_*/.+@-]|(?<=.)@|@(?=.)", re.DOTALL)
_LIKE_COMMENTS = ("//", "--", "/*")
_LIKE_ADDRESS = re.compile(r"[0-9]+(?:[.:][0-9]+)*")
_FIRST_TYPES = {"SOA": 0, "NS": 1}


class Columns(NamedTuple):
    """Widths of owner, TTL, class and type; 0: the column is not there."""

    owner: int
    ttl: int
    klass: int
    type: int


def write_zone(zone: Zone) -> str:
    """The canonical text of a zone; reading it back gives an equal zone."""
    rrsets = in_order(zone.rrsets.values())
    ttl = commonest_ttl(rrsets)
    columns = columns_of(rrsets, origin=zone.origin, default_ttl=ttl)
    lines = [] if ttl is None else [f"$TTL {ttl}"]
    apex = [rrset for rrset in rrsets if rrset.name == zone.origin]
    for block in (apex, rrsets[len(apex) :]):
        if block and lines:
            lines.append("")
        for rrset in block:
            lines.extend(record_lines(rrset, origin=zone.origin, default_ttl=ttl, columns=columns))
    return "".join(f"{line}\n" for line in lines)


def in_order(rrsets: Iterable[RRset]) -> list[RRset]:
    """By canonical owner name, then SOA, NS, the other types by name, then set identifier."""
    return sorted(rrsets, key=lambda rrset: order_of(rrset.key))


def order_of(key: RRsetKey) -> tuple[tuple[bytes, ...], int, str, str]:
    """The sort key of a record set in a file."""
    return canonical_order(key.name), _FIRST_TYPES.get(key.type, 2), key.type, key.set_identifier or ""


def commonest_ttl(rrsets: Iterable[RRset]) -> int | None:
    """The TTL that most record sets have (the shortest of several), or None where none has one."""
    counts = Counter(rrset.ttl for rrset in rrsets if rrset.ttl is not None)
    return min(counts, key=lambda ttl: (-counts[ttl], ttl)) if counts else None


def columns_of(rrsets: Iterable[RRset], *, origin: str, default_ttl: int | None) -> Columns:
    """The widths that these record sets need."""
    owner = ttl = rdtype = 0
    klass = 2
    for rrset in rrsets:
        length = len(written_name(rrset.name, origin))
        owner = max(owner, length if length <= WIDEST_OWNER else 0)
        rdtype = max(rdtype, len("ALIAS" if rrset.alias else rrset.type))
        if rrset.alias is not None:
            klass = 3
        elif rrset.ttl != default_ttl:
            ttl = max(ttl, len(str(rrset.ttl)))
    return Columns(owner, ttl, klass, rdtype)


def record_lines(rrset: RRset, *, origin: str, default_ttl: int | None, columns: Columns) -> Iterator[str]:
    """The lines of one record set, smallest preference first."""
    if rrset.alias is not None:
        yield from value_lines(rrset, None, origin=origin, default_ttl=default_ttl, columns=columns)
    for value in sorted(rrset.values, key=_by_preference):
        yield from value_lines(rrset, value, origin=origin, default_ttl=default_ttl, columns=columns)


def value_lines(
    rrset: RRset, value: str | None, *, origin: str, default_ttl: int | None, columns: Columns
) -> list[str]:
    """The line or lines of one value of a record set; None stands for its alias."""
    owner = written_name(rrset.name, origin).ljust(columns.owner)
    comment = format_comment(rrset)
    if rrset.alias is not None:
        ttl, klass, rdtype = "", "AWS", "ALIAS"
        base = origin if rrset.alias.zone_id == SELF_ZONE else None
        rdata = format_alias(rrset.type, rrset.alias, target=written_name(rrset.alias.name, base))
    else:
        ttl = "" if rrset.ttl == default_ttl else str(rrset.ttl)
        klass, rdtype = "IN", rrset.type
        rdata = relative_rdata(rrset.type, value or "", origin=origin)
    ttl_column = f"{ttl:>{columns.ttl}} " if columns.ttl or ttl else ""
    line = f"{owner} {ttl_column}{klass:<{columns.klass}} {rdtype:<{columns.type}} {rdata}"
    if comment:
        return [f"{line} {comment}"]
    if len(line) > LONG_LINE and rdtype in {"TXT", "SPF"} and '" "' in rdata:
        return _one_string_a_line(line[: -len(rdata)], rdata)
    return [line]


def written_name(name: str, origin: str | None) -> str:
    r"""A canonical name as a file writes it, relative to `origin` where it can be; None: absolute.

    What no ordinary name has gets a backslash; `[` is spelt in digits, for BIND takes `\[` for the
    beginning of a bit-string label, which RFC 6891 §5 gave up.
    """
    text = name if origin is None else relative_to(name, origin)
    if _TIDY.fullmatch(text) and not text.startswith(_LIKE_COMMENTS):
        return text
    tidy = _UNTIDY.sub(lambda match: (match[1] or f"\\{match[0]}").replace("\\[", "\\091"), text)
    return f"\\{tidy}" if tidy.startswith(_LIKE_COMMENTS) else tidy


def relative_rdata(rdtype: str, value: str, *, origin: str) -> str:
    """A canonical value with its target written as a person would: relative inside the zone."""
    index = TARGET_WORD.get(rdtype)
    if index is not None:
        words = value.rsplit(" ", 1) if index < 0 else value.split(" ", index + 1)
        words[index] = _written_target(words[index], origin)
        return " ".join(words)
    if rdtype == "SOA":
        mname, rname, numbers = value.split(" ", 2)
        return f"{written_name(mname, None)} {written_name(rname, None)} {numbers}"
    return value


def _written_target(target: str, origin: str) -> str:
    """Relative, unless that would look like an address or like a name whose final dot was forgotten."""
    relative = relative_to(target, origin)
    odd = _LIKE_ADDRESS.fullmatch(relative) or f".{origin}{origin}" in f".{target}"
    return written_name(target, None if odd else origin)


def _one_string_a_line(head: str, rdata: str) -> list[str]:
    indent = " " * min(len(head), WIDEST_OWNER)
    strings = split_strings(rdata)
    return [f"{head}(", *(f"{indent}{string}" for string in strings[:-1]), f"{indent}{strings[-1]} )"]


def split_strings(rdata: str) -> list[str]:
    """The quoted strings of a canonical TXT value, quotes included."""
    strings, begin, inside, escaped = [], 0, False, False
    for position, character in enumerate(rdata):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            if inside:
                strings.append(rdata[begin : position + 1])
            begin, inside = position, not inside
    return strings


def _by_preference(value: str) -> tuple[int, str]:
    first, _, _ = value.partition(" ")
    return (int(first) if first.isdecimal() else 0), value
