"""A zone file as a row of blocks: an entry, what is in force where it stands, what it makes. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from psfdns.names import NameSyntaxError, parse_name
from psfdns.rdata import parse_ttl
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.zonefile.lines import Entry, read_entry

Member = tuple[RRsetKey, str | None]
"""One record: the key of its set and its value; None for an alias."""


@dataclass(slots=True)
class Block:
    """An entry of the file with what is in force where it stands, and the records it makes."""

    entry: Entry
    lines: list[str]
    origin: str
    default_ttl: int | None
    makes: list[Member] = field(default_factory=list)

    @property
    def directive(self) -> str | None:
        """`$GENERATE` and so on, in upper case."""
        words = self.entry.words
        return words[0].text.upper() if words and words[0].text.startswith("$") else None


def text_of(data: bytes) -> str:
    """The text of a file, from which the bytes can be had again."""
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def blocks_of(text: str, zone: Zone, path: str) -> list[Block]:
    """Every entry of the file, blank and comment lines too, in order."""
    makes: defaultdict[int | None, list[Member]] = defaultdict(list)
    for key, rrset in zone.rrsets.items():
        for value, span in zip(members_of(rrset), rrset.spans, strict=True):
            if span.path == path:
                makes[span.first_line].append((key, value))
    lines = text.removesuffix("\n").split("\n") if text else []
    blocks, index, origin, ttl = [], 0, zone.origin, None
    while index < len(lines):
        entry = read_entry(lines, index)
        block = Block(entry, lines[index : entry.next_index], origin, ttl, makes[entry.first_line])
        blocks.append(block)
        index = entry.next_index
        if block.directive == "$ORIGIN":
            origin = _origin(entry, origin)
        elif block.directive == "$TTL":
            ttl = parse_ttl(entry.words[1].text)
    return blocks


def _origin(entry: Entry, origin: str) -> str:
    try:
        return parse_name(entry.words[1].text, origin=origin)
    except NameSyntaxError:
        return origin


def members_of(rrset: RRset) -> tuple[str | None, ...]:
    """The values of a record set, in the order of its spans; None for an alias."""
    return rrset.values or (None,)


def owner_behind(block: Block, owner: str | None) -> str | None:
    """What a line without an owner inherits behind this entry, or None where that is not sure."""
    if block.directive in {"$GENERATE", "$INCLUDE"}:
        return None
    if block.makes:
        return block.makes[-1][0].name
    return None if block.entry.words and block.directive is None else owner


def nowhere(origin: str) -> Block:
    """The place of what stands in an empty file."""
    return Block(Entry([], [], 0, 0, owner_blank=False, next_index=0, faults=[]), [], origin, None)
