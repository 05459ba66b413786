"""Text of others without anything of a private key, or of another secret, in it. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

HIDDEN = "***"
_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_BASE64, _HEX = re.compile(r"[A-Za-z0-9+/_-]"), re.compile(r"[0-9A-Fa-f]")
_BASE64_LENGTH, _HEX_LENGTH = 12, 16
"""So many characters of a key in a row, whatever stands between them, are taken for the key."""
_URL_SAFE, _LOWER = str.maketrans("-_", "+/"), str.maketrans("ABCDEF", "abcdef")
"""A letter for a letter: what is longer in lower case would move all places behind it."""


def hide_key(text: str, key: bytes) -> str:
    """The text without the key (PEM), in base64 or in hexadecimal, whole or in pieces."""
    body = "".join(re.findall(r"^[A-Za-z0-9+/=]+$", key.decode("ascii", "replace"), re.MULTILINE))
    text = _BLOCK.sub(HIDDEN, text)
    for written in _alignments(body):
        text = _blot(text, _find_pieces(text.translate(_URL_SAFE), _BASE64, written, _BASE64_LENGTH))
    return _blot(text, _find_pieces(text.translate(_LOWER), _HEX, _digits(body), _HEX_LENGTH))


def hide_words(text: str, words: Iterable[str]) -> str:
    """The text without these words; empty ones are none."""
    for word in words:
        text = text.replace(word, HIDDEN) if word else text
    return text


def _find_pieces(text: str, alphabet: re.Pattern[str], secret: str, length: int) -> set[int]:
    """The places in the text of characters that, read without those between them, are of the secret."""
    pieces = {secret[at : at + length] for at in range(len(secret) - length + 1)}
    places = [found.start() for found in alphabet.finditer(text)]
    bare = "".join(text[place] for place in places)
    hits = (at for at in range(len(bare) - length + 1) if bare[at : at + length] in pieces)
    return {place for at in hits for place in places[at : at + length]}


def _blot(text: str, places: set[int]) -> str:
    """The text with each run of these places as one mark."""
    shown = (
        HIDDEN if at in places and at - 1 not in places else "" if at in places else char
        for at, char in enumerate(text)
    )
    return "".join(shown) if places else text


def _alignments(body: str) -> list[str]:
    """The key's bytes in base64 as they are written within another document, from each of three places on."""
    raw = _bytes(body)
    return [body.rstrip("="), *(base64.b64encode(raw[skip:]).decode().rstrip("=") for skip in (1, 2))]


def _digits(body: str) -> str:
    return _bytes(body).hex()


def _bytes(body: str) -> bytes:
    try:
        return base64.b64decode(body)
    except ValueError:
        return b""
