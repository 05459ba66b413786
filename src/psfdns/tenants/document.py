"""The bytes of a tenant's TOML file -> a document and its lines. Pure."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from psfdns.tenants.lines import KeyPath, TooDeepError, locate_keys

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


class NotTomlError(Exception):
    """The bytes are not a TOML document; `line` where it is known."""

    def __init__(self, summary: str, line: int | None = None) -> None:
        super().__init__(summary)
        self.line = line


def read_document(data: bytes, *, max_bytes: int) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    """The document, and on which line each key and list item stands; raises NotTomlError."""
    if len(data) > max_bytes:
        raise NotTomlError(f"larger than {max_bytes // 1024} KiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotTomlError("is not UTF-8", data.count(b"\n", 0, error.start) + 1) from error
    try:
        lines = locate_keys(text)
        return tomllib.loads(text), lines
    except TooDeepError as error:
        raise NotTomlError(f"is not TOML of ours: {error}", error.line) from error
    except (ValueError, RecursionError) as error:
        summary, line = _without_line(str(error), text)
        raise NotTomlError(f"is not TOML: {summary}", line) from error


def _without_line(message: str, text: str) -> tuple[str, int | None]:
    """The message of tomllib without the position that it carries as text."""
    match = _AT_LINE.search(message)
    if match is not None:
        return message[: match.start()], int(match[1])
    if message.endswith(" (at end of document)"):
        return message.removesuffix(" (at end of document)"), max(1, len(text.rstrip().splitlines()))
    return message, None
