"""An existing zone file made to say another zone, with its comments, order and directives kept. Pure.

Entries whose records are still wanted stay as they are, to the byte; a changed record is changed in
its place, what is gone loses its lines, what is new stands behind its owner's other records, else
behind its predecessor in canonical order. The result is read again before it is given out: where an
entry left alone means something else in its new surroundings (an inherited TTL), all are spelled out.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace

from psfdns.diagnostics import Diagnostic, Severity, Span, has_errors
from psfdns.errors import InvalidInputError
from psfdns.names import canonical_order
from psfdns.rdata import parse_ttl
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.zonefile.aws import format_comment
from psfdns.zonefile.blocks import Block, Member, blocks_of, members_of, nowhere, owner_behind, text_of
from psfdns.zonefile.lines import Comment
from psfdns.zonefile.parse import ParsedZone
from psfdns.zonefile.write import (
    columns_of,
    commonest_ttl,
    in_order,
    relative_rdata,
    value_lines,
    written_name,
)

_AWS_COMMENT = re.compile(r'\s*AWS(?!\S)(?:[^";]|"(?:[^"\\]|\\.)*+")*+')
_IN = frozenset({"IN", "CLASS1"})


def rewrite_zone(zone: Zone, *, existing: bytes, path: str, read: Callable[[bytes], ParsedZone]) -> str:
    """The text of `existing` changed so that `read` makes `zone` of it.

    `path` is what `read` puts into spans. Raises InvalidInputError where the file has errors, or
    where a record of an included file would have to change.
    """
    parsed = read(existing)
    if has_errors(parsed.findings):
        raise InvalidInputError(parsed.findings, summary=f"{path} has errors, so it is left as it is")
    _refuse_included(zone, parsed.zone, path)
    blocks = blocks_of(text_of(existing), parsed.zone, path)
    for drop_idle, spell_out in ((False, False), (True, False), (True, True)):
        text = _Rewriting(zone, parsed.zone, blocks, drop_idle=drop_idle, spell_out=spell_out).text()
        again = read(text.encode("utf-8", "surrogateescape"))
        if again.zone.rrsets == zone.rrsets and not has_errors(again.findings):
            return text
    raise InvalidInputError((_cannot_keep(path),), summary=f"{path} is left as it is")


def _cannot_keep(path: str) -> Diagnostic:
    return Diagnostic(
        "cannot-rewrite",
        Severity.ERROR,
        "the file cannot be changed to what is wanted with its order and directives kept",
        Span(path),
        "move the file away and import again: it is then written anew",
    )


def _refuse_included(zone: Zone, old: Zone, path: str) -> None:
    found = tuple(
        Diagnostic(
            "included-record",
            Severity.ERROR,
            f"{key} is in an included file, and live it is {'other' if key in zone.rrsets else 'gone'}",
            next(span for span in rrset.spans if span.path != path),
            "change it there by hand (it may serve other zones too), or replace the $INCLUDE by its content",
        )
        for key, rrset in old.rrsets.items()
        if zone.rrsets.get(key) != rrset and any(span.path != path for span in rrset.spans)
    )
    if found:
        raise InvalidInputError(found, summary=f"{path} is left as it is")


def _same_but_values(one: RRset, other: RRset) -> bool:
    return replace(one, values=other.values) == other


class _Rewriting:
    """One attempt.

    `drop_idle` takes out the lines that only repeat a record, `spell_out` renders every record anew, so
    that nothing is inherited from a line above.
    """

    def __init__(
        self, zone: Zone, old: Zone, blocks: list[Block], *, drop_idle: bool, spell_out: bool
    ) -> None:
        self._zone = zone
        self._old = old
        self._blocks = blocks
        self._drop_idle = drop_idle
        self._spell_out = spell_out
        self._replaced: dict[int, list[str]] = {}
        self._behind: defaultdict[int, list[tuple[str, list[str]]]] = defaultdict(list)
        self._columns = columns_of(
            zone.rrsets.values(), origin=zone.origin, default_ttl=commonest_ttl(zone.rrsets.values())
        )

    def text(self) -> str:
        """The whole file."""
        self._change_blocks()
        self._add_sets()
        return "".join(f"{line}\n" for line in self._assemble())

    def _change_blocks(self) -> None:
        by_key: defaultdict[RRsetKey, list[int]] = defaultdict(list)
        for index, block in enumerate(self._blocks):
            if len(block.makes) == 1 and block.directive is None:
                by_key[block.makes[0][0]].append(index)
            elif block.makes and not all(map(self._is_wanted, block.makes)):
                self._expand(index)
            elif self._drop_idle and block.entry.words and not block.makes and block.directive is None:
                self._replaced[index] = []
        for key, indexes in by_key.items():
            self._change_set(key, indexes)

    def _is_wanted(self, member: Member) -> bool:
        key, value = member
        new = self._zone.rrsets.get(key)
        return new is not None and value in members_of(new) and _same_but_values(self._old.rrsets[key], new)

    def _expand(self, index: int) -> None:
        """A $GENERATE of which not everything is wanted any more becomes lines and a comment."""
        block = self._blocks[index]
        lines = [f"; was: {line}" for line in block.lines]
        for key, value in block.makes:
            new = self._zone.rrsets.get(key)
            if new is not None and value in members_of(new):
                lines.extend(self._render(new, value, block))
        self._replaced[index] = lines

    def _change_set(self, key: RRsetKey, indexes: list[int]) -> None:
        old, new = self._old.rrsets[key], self._zone.rrsets.get(key)
        if new is None:
            self._replaced.update((index, []) for index in indexes)
            return
        added = [value for value in members_of(new) if value not in members_of(old)]
        same = _same_but_values(old, new)
        for index in indexes:
            block = self._blocks[index]
            value = block.makes[0][1]
            if value not in members_of(new):
                self._replaced[index] = self._exchange(block, new, added.pop(0), same) if added else []
            elif not same or self._spell_out:
                self._replaced[index] = self._render_over(block, new, value)
        for value in added:
            self._behind[indexes[-1]].append(
                (key.name, self._beside(self._blocks[indexes[-1]], new, value, same))
            )

    def _exchange(self, block: Block, rrset: RRset, value: str | None, same: bool) -> list[str]:  # noqa: FBT001
        """Another value in a record's place; where only that changes, the rest of the line stays."""
        if same and not self._spell_out and value is not None:
            line = _with_rdata(block, rrset, relative_rdata(rrset.type, value, origin=block.origin))
            if line is not None:
                return [line]
        return self._render_over(block, rrset, value)

    def _beside(self, block: Block, rrset: RRset, value: str | None, same: bool) -> list[str]:  # noqa: FBT001
        """One more value of the set that a block belongs to, in the block's own columns."""
        if same and not self._spell_out and value is not None and not format_comment(rrset):
            line = _with_rdata(
                block, rrset, relative_rdata(rrset.type, value, origin=block.origin), tail=False
            )
            if line is not None:
                return [line]
        return self._render(rrset, value, block)

    def _add_sets(self) -> None:
        """Sets of which the file holds nothing: behind their owner's records, else their predecessor's."""
        places: dict[str, int] = {}
        for index, block in enumerate(self._blocks):
            places.update((key.name, index) for key, _ in block.makes)
        names = sorted(places, key=canonical_order)
        orders = [canonical_order(name) for name in names]
        for rrset in in_order(self._zone.rrsets.values()):
            if rrset.key in self._old.rrsets:
                continue
            before = bisect.bisect_right(orders, canonical_order(rrset.name))
            index = places[names[before - 1]] if before else len(self._blocks) - 1
            place = self._blocks[index] if index >= 0 else nowhere(self._zone.origin)
            for value in members_of(rrset):
                self._behind[index].append((rrset.name, self._render(rrset, value, place)))

    def _render(self, rrset: RRset, value: str | None, place: Block) -> list[str]:
        ttl = None if self._spell_out else place.default_ttl
        return value_lines(rrset, value, origin=place.origin, default_ttl=ttl, columns=self._columns)

    def _render_over(self, block: Block, rrset: RRset, value: str | None) -> list[str]:
        """A record in another's place, with the comments that stood there."""
        lines = self._render(rrset, value, block)
        kept = [comment for comment in map(_without_aws, block.entry.comments) if comment]
        if len(kept) == 1 and len(lines) == 1 and len(block.lines) == 1:
            return [f"{lines[0]} ;{kept[0]}"]
        return [*(f";{comment}" for comment in kept), *lines]

    def _assemble(self) -> Iterator[str]:
        """All lines; a kept line without an owner gets one where the line above it no longer says it."""
        owner: str | None = None
        for index in range(-1, len(self._blocks)):
            if index >= 0:
                block, new = self._blocks[index], self._replaced.get(index)
                yield from _owned(block, owner) if new is None else new
                owner = owner_behind(block, owner) if new is None or new else owner
            for name, lines in self._behind.get(index, ()):
                yield from lines
                owner = name


def _owned(block: Block, owner: str | None) -> list[str]:
    if not block.entry.owner_blank or not block.makes or block.directive or block.makes[0][0].name == owner:
        return block.lines
    first = block.lines[0]
    bare = first.lstrip(" \t")
    width = len(first) - len(bare)
    name = written_name(block.makes[0][0].name, block.origin)
    return [f"{name.ljust(width - 1)} {bare}", *block.lines[1:]]


def _with_rdata(block: Block, rrset: RRset, rdata: str, *, tail: bool = True) -> str | None:
    """The one line of a plain record with other rdata, or None where the line is not that simple.

    Without `tail` its comment is left out.
    """
    words = block.entry.words
    index = 0 if block.entry.owner_blank else 1
    while index < len(words) and (
        parse_ttl(words[index].text) is not None or words[index].text.upper() in _IN
    ):
        index += 1
    if len(block.lines) != 1 or index >= len(words) - 1 or words[index].text.upper() != rrset.type:
        return None
    line = block.lines[0]
    position = begin = 0
    for number, word in enumerate(words):
        found = line.index(word.text, position)
        begin = found if number == index + 1 else begin
        position = found + len(word.text)
    between = line[:begin] + line[position:].split(";", 1)[0]
    if "(" in between or ")" in between:
        return None
    return line[:begin] + rdata + (line[position:] if tail else "")


def _without_aws(comment: Comment) -> str:
    """What of a comment is no AWS attribute: all of it, or what stands behind the next semicolon."""
    match = _AWS_COMMENT.match(comment.text)
    return comment.text[match.end() + 1 :].rstrip() if match else comment.text.rstrip()
