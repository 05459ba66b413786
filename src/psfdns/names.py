"""Domain names as canonical text (see `psfdns.records`): reading, splitting, ordering. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[a-z0-9_*/-]{1,63}(?:\.[a-z0-9_*/-]{1,63})*\.")
_SPECIAL = frozenset(b'"().;\\@$')


class NameSyntaxError(ValueError):
    """The text is not a domain name; the message says why in a few words."""


def labels_of(name: str) -> tuple[bytes, ...]:
    """The labels of canonical text, unescaped, leftmost first, without the root label."""
    if "\\" not in name:
        return tuple(name[:-1].encode("ascii").split(b".")) if name != "." else ()
    from dns.name import from_text  # noqa: PLC0415 - heavy, and escapes are rare

    return from_text(name).labels[:-1]


def name_from_labels(labels: Iterable[bytes]) -> str:
    """Canonical text of unescaped labels (leftmost first, no root label)."""
    return "".join(_escape(label.lower()) + "." for label in labels) or "."


def _escape(label: bytes) -> str:
    return "".join(
        f"\\{chr(byte)}" if byte in _SPECIAL else chr(byte) if 0x20 < byte < 0x7F else f"\\{byte:03d}"
        for byte in label
    )


@functools.lru_cache(maxsize=1 << 16)
def canonical_order(name: str) -> tuple[bytes, ...]:
    """A sort key: DNSSEC's canonical order (RFC 4034 §6.1), rightmost label first."""
    return tuple(reversed(labels_of(name)))


def is_subdomain(name: str, origin: str) -> bool:
    """Whether `name` equals `origin` or lies below it; both canonical."""
    if name == origin or origin == ".":
        return True
    if not name.endswith("." + origin):
        return False
    # A final "\." before the origin is an escaped dot inside a label, not a label boundary.
    labels, base = labels_of(name), labels_of(origin)
    return len(labels) >= len(base) and labels[len(labels) - len(base) :] == base


def parent_of(name: str) -> str:
    """The name without its leftmost label; the root is its own parent."""
    return name_from_labels(labels_of(name)[1:])


def relative_to(name: str, origin: str) -> str:
    """`name` as a zone file of `origin` writes it: `@`, relative, or absolute where it lies outside."""
    if name == origin:
        return "@"
    if origin == "." or not is_subdomain(name, origin):
        return name
    return name[: -len(origin) - 1]


def parse_name(text: str, *, origin: str | None = None) -> str:
    """Canonical text of a name as a person wrote it (RFC 1035 §5.1 escapes, `@`, relative to `origin`).

    U-labels are converted by strict IDNA 2008 only where that changes nothing but the spelling.
    Raises NameSyntaxError; a relative name without `origin` is one.
    """
    if _PLAIN.fullmatch(text) and len(text) <= 254:
        return text
    return _parse_slowly(text, origin)


def _parse_slowly(text: str, origin: str | None) -> str:
    from dns.exception import DNSException  # noqa: PLC0415
    from dns.name import from_text  # noqa: PLC0415

    try:
        base = None if origin is None else from_text(origin)
        name = from_text(text, base)
    except (DNSException, UnicodeError, ValueError) as error:
        raise NameSyntaxError(str(error) or type(error).__name__) from error
    if not name.is_absolute():
        raise NameSyntaxError("relative name without an origin")
    return name_from_labels(name.labels[:-1])
