"""Domain names as canonical text (see `psfdns.records`): reading, splitting, ordering. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

MAX_LABEL = 63
"""Bytes in one label (RFC 1035 §2.3.4)."""
MAX_NAME = 255
"""Bytes of a whole name on the wire, length bytes and root included (RFC 1035 §2.3.4)."""

_MAX_TEXT = 4 * MAX_NAME
"""Characters of a name in which every byte is escaped."""
_PLAIN = re.compile(r"[a-z0-9_*/-]{1,63}(?:\.[a-z0-9_*/-]{1,63})*+\.?")
_PIECE = re.compile(r"\\([0-9]{3})|\\([^0-9])|(\.)|([^\\.]+)", re.DOTALL)
_FIRST_LABEL = re.compile(r"(?:[^.\\]|\\[0-9]{3}|\\.)+\.", re.DOTALL)
_ESCAPED = re.compile(rb"[\"().;\\@$]")
_QUOTES = frozenset("\u00ab\u00bb\u2018\u2019\u201a\u201c\u201d\u201e\u2032\u2033")
_DOTS = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": "."})


class NameSyntaxError(ValueError):
    """The text is not a domain name; the message says why in a few words, `hint` what to write."""

    def __init__(self, summary: str, *, hint: str | None = None) -> None:
        super().__init__(summary)
        self.hint = hint


def parse_name(text: str, *, origin: str | None = None) -> str:
    """Canonical text of a name as a person wrote it (RFC 1035 §5.1 escapes, `@`, relative to `origin`).

    U-labels become A-labels by strict IDNA 2008 after NFC and lower-casing, nothing more (RFC 5891 §5).
    Raises NameSyntaxError; a relative name without `origin` is one.
    """
    if _PLAIN.fullmatch(text):
        if text[-1] == ".":
            if len(text) < MAX_NAME:
                return text
        elif origin is not None and len(text) + len(origin) < MAX_NAME - 1:
            return f"{text}." if origin == "." else f"{text}.{origin}"
    return _parse_slowly(text, origin)


def labels_of(name: str) -> tuple[bytes, ...]:
    """The labels of canonical text, unescaped, leftmost first, without the root label."""
    if name == ".":
        return ()
    if "\\" not in name:
        return tuple(name[:-1].encode("ascii").split(b"."))
    return tuple(bytes(label) for label in _split(name)[:-1])


def name_from_labels(labels: Iterable[bytes]) -> str:
    """Canonical text of unescaped labels (leftmost first, no root label)."""
    return "".join(_escape(label.lower()) + "." for label in labels) or "."


@functools.lru_cache(maxsize=1 << 16)
def canonical_order(name: str) -> tuple[bytes, ...]:
    """A sort key: DNSSEC's canonical order (RFC 4034 §6.1), rightmost label first."""
    return tuple(reversed(labels_of(name)))


def is_subdomain(name: str, origin: str) -> bool:
    """Whether `name` equals `origin` or lies below it; both canonical."""
    if origin in {name, "."}:
        return True
    if not name.endswith("." + origin):
        return False
    if "\\" not in name:
        return True
    # The dot before the origin may be an escaped one inside a label, not a label boundary.
    above = name[: -len(origin) - 1]
    return (len(above) - len(above.rstrip("\\"))) % 2 == 0


def parent_of(name: str) -> str:
    """The name without its leftmost label; the root is its own parent."""
    if "\\" not in name:
        return name.partition(".")[2] or "."
    first = _FIRST_LABEL.match(name)
    return name[first.end() :] or "." if first else "."


def relative_to(name: str, origin: str) -> str:
    """`name` as a zone file of `origin` writes it: `@`, relative, or absolute where it lies outside."""
    if name == origin:
        return "@"
    if origin == "." or not is_subdomain(name, origin):
        return name
    return name[: -len(origin) - 1]


@functools.lru_cache(maxsize=1 << 14)
def _parse_slowly(text: str, origin: str | None) -> str:
    if text in {"", "."}:
        return _root_or_nothing(text)
    if len(text) > _MAX_TEXT:
        raise NameSyntaxError(f"{_shown(text)} is too long; a name has at most {MAX_NAME} bytes")
    labels = [] if text == "@" else _split(text)
    if labels and not labels[-1]:
        labels.pop()
    elif origin is None:
        raise NameSyntaxError(f"{_shown(text)} is relative, and there is no origin", hint="end it with a dot")
    else:
        labels.extend(labels_of(origin))
    size = sum(len(label) + 1 for label in labels) + 1
    if size > MAX_NAME:
        raise NameSyntaxError(f"{_shown(text)} is {size} bytes long; a name has at most {MAX_NAME}")
    return name_from_labels(labels)


def _root_or_nothing(text: str) -> str:
    if text:
        return "."
    raise NameSyntaxError("the name is empty", hint='the zone itself is written "@"')


def _split(text: str) -> list[bytes]:
    """The unescaped labels; an empty last one means that the text ends with a dot."""
    labels: list[bytes] = []
    label, position = b"", 0
    while position < len(text):
        piece = _PIECE.match(text, position)
        if piece is None:
            raise NameSyntaxError(
                f"{_shown(text)} ends in the middle of an escape", hint="write \\DDD or \\X"
            )
        position = piece.end()
        if piece[3]:
            labels.append(_checked(label, text))
            label = b""
        else:
            label += _bytes_of(piece, text)
    return [*labels, _checked(label, text) if label else b""]


def _checked(label: bytes, text: str) -> bytes:
    if not label:
        raise NameSyntaxError(f"{_shown(text)} has an empty label (two dots in a row, or a dot in front)")
    if len(label) > MAX_LABEL:
        raise NameSyntaxError(
            f"a label of {_shown(text)} is {len(label)} bytes long; a label has at most {MAX_LABEL}"
        )
    return label


def _bytes_of(piece: re.Match[str], text: str) -> bytes:
    number, escaped, _, plain = piece.groups()
    if number is not None:
        if int(number) > 0xFF:
            raise NameSyntaxError(
                f"\\{number} in {_shown(text)} is not a byte", hint="\\DDD is decimal, 000 to 255"
            )
        return bytes((int(number),))
    if escaped is not None:
        return escaped.encode("utf-8", "surrogateescape").lower()
    if plain.isascii():
        return plain.lower().encode("ascii")
    if (piece.start() and text[piece.start() - 1] != ".") or (
        piece.end() < len(text) and text[piece.end()] != "."
    ):
        raise NameSyntaxError(
            f"{_shown(text)} mixes escapes and Unicode in one label", hint="write its A-label"
        )
    return _a_label(plain)


def _a_label(label: str) -> bytes:
    import idna

    folded = unicodedata.normalize("NFC", label).lower()
    try:
        return idna.alabel(folded)
    except (idna.IDNAError, UnicodeError) as error:
        raise NameSyntaxError(
            f"{_shown(label)} is not a valid internationalised label (IDNA 2008): {_printable(str(error))}",
            hint="take the quotation marks away"
            if _QUOTES & set(label)
            else f"write {_other_spelling(folded)}",
        ) from error


def _other_spelling(label: str) -> str:
    """What the writer may have meant: the UTS 46 mapping, else the bare Punycode of what stands there."""
    import idna

    try:
        mapped = idna.uts46_remap(label, std3_rules=True).translate(_DOTS)
        encoded = idna.encode(mapped).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return _printable("xn--" + label.encode("punycode", "replace").decode("ascii", "replace"))
    return encoded if encoded == mapped else f"{_printable(mapped)} or {encoded}"


def _escape(label: bytes) -> str:
    return "".join(_BYTES[byte] for byte in label)


def _byte_text(byte: int) -> str:
    if _ESCAPED.match(bytes((byte,))):
        return f"\\{chr(byte)}"
    return chr(byte) if 0x20 < byte < 0x7F else f"\\{byte:03d}"


_BYTES = tuple(_byte_text(byte) for byte in range(256))


def _shown(text: str) -> str:
    """In quotes, and short."""
    return f'"{_printable(text if len(text) <= MAX_LABEL else text[:60] + "...")}"'


def _printable(text: str) -> str:
    """Without anything that a terminal would obey."""
    return text if text.isprintable() else ascii(text)[1:-1]
