"""The words of an SPF record: mechanisms and modifiers (RFC 7208 §4.6.1, §5, §6). Pure."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

LOOKED_UP = frozenset(("a", "mx", "ptr", "include", "exists"))
"""Mechanisms that cost a look-up (RFC 7208 §4.6.4); the modifier redirect does too."""
MECHANISMS = LOOKED_UP | {"all", "ip4", "ip6"}

_RECORD = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][\w.-]*)=(.*)", re.ASCII)
_MACRO = r"%\{[slodiphcrtv][0-9]*r?[-.+,/_=]*\}"
_DOMAIN = re.compile(
    rf"(?:[^%\s@:,]|%[%_-]|{_MACRO})*(?:\.(?![0-9]+\.?\Z)[A-Za-z0-9-]+\.?|{_MACRO})", re.IGNORECASE
)
"""§7.1: it ends with a label that is no number, so that an address is none."""
_PREFIXES = re.compile(r"(?:/([0-9]|[12][0-9]|3[0-2]))?(?://([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?")
_LENGTHS = re.compile(r"(?://?[0-9]+)+\Z")
_LONGEST_LENGTHS = len("/32//128")
_NEEDS_DOMAIN = frozenset(("include", "exists"))


def is_record(text: str) -> bool:
    """Whether receivers take this for an SPF record (RFC 7208 §4.5)."""
    return _RECORD.match(text) is not None


@lru_cache(maxsize=1 << 15)
def name_of(word: str) -> str:
    """The mechanism's name in lower case, the modifier's with its `=`."""
    modifier = _MODIFIER.fullmatch(word)
    if modifier:
        return f"{modifier[1].lower()}="
    return re.split("[:/]", word.lstrip("+?~-"), maxsplit=1)[0].lower()


@lru_cache(maxsize=1 << 15)
def domain_of(word: str) -> str | None:
    """The name that a sound word gives, canonical as far as it goes; None without one, or with macros."""
    bare = re.split("[:=]", word, maxsplit=1)
    domain = _without_lengths(bare[1]) if len(bare) > 1 and name_of(word) not in {"ip4", "ip6"} else ""
    return None if not domain or "%" in domain else domain.lower().rstrip(".") + "."


@lru_cache(maxsize=1 << 15)
def is_sound(word: str) -> bool:
    """Whether it is a mechanism, or a modifier, as it may be written."""
    modifier = _MODIFIER.fullmatch(word)
    if modifier:
        return modifier[1].lower() not in {"redirect", "exp"} or bool(_DOMAIN.fullmatch(modifier[2]))
    bare = word[1:] if word[0] in "+?~-" else word
    name = name_of(bare)
    if name in {"ip4", "ip6"}:
        return _is_network(name, bare[4:]) and bare[3:4] == ":"
    if name == "all":
        return bare.lower() == "all"
    return name in LOOKED_UP and _is_query(name, bare[len(name) :])


def lets_everybody(word: str) -> bool:
    """Whether a sound word passes every sender: `all`, or a network of no bits, and not `-all`."""
    if word[0] in "-~?":
        return False
    return name_of(word) == "all" or (name_of(word) in {"ip4", "ip6", "a", "mx"} and word.endswith("/0"))


def _is_query(name: str, rest: str) -> bool:
    if not rest.startswith(":"):
        return name not in _NEEDS_DOMAIN and ((name == "ptr" and not rest) or _has_prefixes(name, rest))
    domain = _without_lengths(rest[1:])
    return bool(_DOMAIN.fullmatch(domain)) and _has_prefixes(name, rest[1 + len(domain) :])


def _without_lengths(text: str) -> str:
    """Without `/24//64` at the end."""
    lengths = _LENGTHS.search(text[-_LONGEST_LENGTHS:])
    return text if lengths is None else text[: len(text) - len(lengths[0])]


def _has_prefixes(name: str, rest: str) -> bool:
    return not rest or (name in {"a", "mx"} and bool(_PREFIXES.fullmatch(rest)))


def _is_network(name: str, text: str) -> bool:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return network.version == int(name[2]) and re.fullmatch(r"[^/]+(?:/(?:0|[1-9][0-9]*))?", text) is not None
