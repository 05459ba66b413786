"""Tag lists such as `v=DKIM1; k=rsa; p=…`, which DKIM, DMARC and BIMI share (RFC 6376 §3.2). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from psfdns.checks.strings import is_printable_ascii, shown

BLANKS = " \t"

_NAME = re.compile("[A-Za-z][A-Za-z0-9_]*")


class TagList(NamedTuple):
    """The tags in their order, up to the first fault, and that."""

    tags: Mapping[str, str]
    fault: str | None = None

    @property
    def first(self) -> str | None:
        """The name of the first tag."""
        return next(iter(self.tags), None)


def parse_tags(text: str) -> TagList:
    """Read a decoded text; blanks around names and values do not count, names are case-sensitive."""
    tags: dict[str, str] = {}
    parts = [part.strip(BLANKS) for part in text.split(";")]
    for part in parts if parts[-1] else parts[:-1]:
        name, equals, value = (each.strip(BLANKS) for each in part.partition("="))
        fault = _fault(part, name, value if equals else None, tags)
        if fault:
            return TagList(tags, fault)
        tags[name] = value
    return TagList(tags)


def _fault(part: str, name: str, value: str | None, tags: Mapping[str, str]) -> str | None:
    if not part:
        return "there are two semicolons in a row"
    if not is_printable_ascii(part):
        return f"`{shown(part)}` has characters that no tag may have"
    if value is None or not _NAME.fullmatch(name):
        return f"`{shown(part)}` is no tag with a value"
    return f"the tag {name} stands twice" if name in tags else None
