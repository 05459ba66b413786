r"""`NAME TYPE` patterns of tenant.toml's ignore and protect (docs/contract.md §1): pure.

NAME is relative to the zone, `@` the apex; `*` matches within one label, `**` zero or more labels,
and `\*` is the wildcard label itself. TYPE is a mnemonic or `*`. The text is written by tenants:
matching never backtracks, so that no pattern can be made slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psfdns.names import is_subdomain, labels_of, name_from_labels
from psfdns.records import HOSTED_TYPES, RRsetKey

MAX_PATTERN_LENGTH = 1_100
"""Characters; a domain name has 255 octets, each of which may be written as `\\DDD`."""

_ESCAPE = re.compile(r"\\(\d{3}|[^\d])")

Glob = tuple[bytes, ...]
"""One label as the literal pieces between its `*`: `web*` is (b"web", b""); no `*` is one piece."""


class PatternError(ValueError):
    """The text is not a pattern; the message says why in a few words."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One parsed pattern; make it with `parse_pattern`.

    `segments` are the runs of labels between the `**`: one segment means that there is none.
    """

    text: str
    segments: tuple[tuple[Glob, ...], ...]
    type: str


def parse_pattern(text: str) -> Pattern:
    """The pattern that `text` writes; raises PatternError."""
    if len(text) > MAX_PATTERN_LENGTH:
        raise PatternError(f"longer than {MAX_PATTERN_LENGTH:,} characters")
    words = text.split()
    if len(words) != 2:
        raise PatternError("not NAME TYPE, such as 'www A' or '_acme-challenge.** TXT'")
    name, rdtype = words[0], words[1].upper()
    if rdtype != "*" and rdtype not in HOSTED_TYPES:
        raise PatternError(f"{words[1]} is no record type of Route 53; write one, or * for all")
    return Pattern(text, _parse_name(name), rdtype)


def matches(pattern: Pattern, key: RRsetKey, origin: str) -> bool:
    """Whether the record set `key` of the zone `origin` (canonical) is one that the pattern means."""
    return find_match((pattern,), key, origin) is not None


def find_match(patterns: Iterable[Pattern], key: RRsetKey, origin: str) -> Pattern | None:
    """The first of the patterns that means `key`, or None."""
    if not is_subdomain(key.name, origin):
        return None
    labels = labels_of(key.name)
    labels = labels[: len(labels) - len(labels_of(origin))]
    for pattern in patterns:
        if pattern.type in {"*", key.type} and _match_segments(pattern.segments, labels):
            return pattern
    return None


def exact_name(pattern: Pattern, origin: str) -> str | None:
    """The one name that the pattern means in the zone `origin`, whatever its type; None for many."""
    if len(pattern.segments) != 1 or any(len(glob) != 1 for glob in pattern.segments[0]):
        return None
    return name_from_labels([*(glob[0] for glob in pattern.segments[0]), *labels_of(origin)])


def _parse_name(name: str) -> tuple[tuple[Glob, ...], ...]:
    if name == "@":
        return ((),)
    if not name.isascii():
        raise PatternError("names are written as A-labels (xn--…)")
    segments: list[list[Glob]] = [[]]
    for label in _split_labels(name):
        if label == [b"", b"", b""]:
            segments.append([])
        else:
            segments[-1].append(_check_label(label))
    return tuple(tuple(segment) for segment in segments)


def _split_labels(name: str) -> list[list[bytes]]:
    """Each label as its pieces between unescaped `*`."""
    labels: list[list[bytes]] = [[b""]]
    position = 0
    while position < len(name):
        char = name[position]
        position += 1
        if char == ".":
            labels.append([b""])
        elif char == "*":
            labels[-1].append(b"")
        else:
            octet, position = _read_escape(name, position) if char == "\\" else (char.encode(), position)
            labels[-1][-1] += octet.lower()
    return labels


def _read_escape(name: str, position: int) -> tuple[bytes, int]:
    """The octet of an escape (RFC 1035 §5.1) whose backslash stands just before `position`."""
    escape = _ESCAPE.match(name, position - 1)
    if escape is None or (escape[1].isdigit() and int(escape[1]) > 255):
        raise PatternError(r"a backslash is followed by one character or by three digits up to 255")
    code = escape[1]
    return (bytes([int(code)]) if code.isdigit() else code.encode()), escape.end()


def _check_label(pieces: list[bytes]) -> Glob:
    if pieces == [b""]:
        raise PatternError("an empty label; names are relative to the zone, without a final dot")
    if b"" in pieces[1:-1]:
        raise PatternError("** stands for whole labels, alone between dots")
    if sum(map(len, pieces)) > 63:
        raise PatternError("a label of more than 63 octets")
    return tuple(pieces)


def _match_segments(segments: Sequence[Sequence[Glob]], labels: Sequence[bytes]) -> bool:
    """The first segment is anchored at the left, the last at the right, those between go leftmost."""
    first, last = segments[0], segments[-1]
    if len(segments) == 1:
        return len(first) == len(labels) and _match_at(first, labels, 0)
    end = len(labels) - len(last)
    if end < len(first) or not (_match_at(last, labels, end) and _match_at(first, labels, 0)):
        return False
    position = len(first)
    for segment in segments[1:-1]:
        found = _find_segment(segment, labels, position, end)
        if found is None:
            return False
        position = found + len(segment)
    return True


def _find_segment(segment: Sequence[Glob], labels: Sequence[bytes], start: int, end: int) -> int | None:
    places = range(start, end - len(segment) + 1)
    return next((place for place in places if _match_at(segment, labels, place)), None)


def _match_at(segment: Sequence[Glob], labels: Sequence[bytes], start: int) -> bool:
    return all(map(_match_label, segment, labels[start:]))


def _match_label(glob: Glob, label: bytes) -> bool:
    """The pieces in their order: the first at the beginning, the last at the end."""
    first, last = glob[0], glob[-1]
    if len(glob) == 1:
        return first == label
    end = len(label) - len(last)
    if end < len(first) or not (label.startswith(first) and label.endswith(last)):
        return False
    position = len(first)
    for piece in glob[1:-1]:
        found = label.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True
