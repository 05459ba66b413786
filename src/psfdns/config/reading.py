"""Reads values out of psfdns.toml and collects what is wrong with them. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from psfdns.diagnostics import Diagnostic, Rule, Severity, Span

BAD_CONFIG = Rule(
    "bad-config",
    Severity.ERROR,
    "psfdns.toml is TOML, and each of its settings is known and has a value of its kind.",
    "docs/contract.md §5",
    why="Every command goes by it. With a fault in it nothing is checked, planned or applied.",
    mend="correct the setting that the message names; README.md lists them all",
)

_S3_LOCATION = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])"
    r"(?:/(?P<prefix>[\w-][\w.-]*(?:/[\w-][\w.-]*)*))?/?",
    re.ASCII,
)
"""A general purpose bucket (S3 User Guide, "Bucket naming rules"), and keys that nobody has to escape."""


class Reader:
    """Collects the faults of one document."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Diagnostic] = []

    def fault(self, summary: str, hint: str | None = None) -> None:
        """Remember one finding."""
        self.findings.append(BAD_CONFIG.broken(Span(self.path), summary, hint=hint or ""))

    def table(self, document: Mapping[str, Any], key: str, *, within: str = "") -> Mapping[str, Any]:
        """The table of the document, or an empty one and a finding."""
        table = document.get(key, {})
        if isinstance(table, dict):
            return table
        self.fault(f"[{within}{key}] must be a table")
        return {}

    def known(self, where: str, table: Mapping[str, Any], names: Collection[str]) -> None:
        """A key that nothing reads is a finding."""
        for key in table:
            if key not in names:
                near = difflib.get_close_matches(key, names, n=1)
                shown = f"[{where}] {key!r}" if where else repr(key)
                self.fault(f"{shown} is not a setting", f"did you mean {near[0]!r}?" if near else None)


class Location(NamedTuple):
    """A place in S3; `prefix` is "" or "a/b"."""

    bucket: str
    prefix: str


def read_s3(reader: Reader, value: object, key: str) -> Location | None:
    """A bucket and, where it has one, a prefix; or None and a finding."""
    found = _S3_LOCATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        reader.fault(f"{key} must name a bucket and, if you like, a prefix", '"s3://bucket/prefix"')
        return None
    return Location(found["bucket"], found["prefix"] or "")


def read_strings(reader: Reader, value: object, key: str, wanted: str) -> tuple[str, ...]:
    """A list of texts that are not empty; or none and a finding that says what is `wanted`."""
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    reader.fault(f"{key} must be a list of {wanted}")
    return ()


def read_path(reader: Reader, value: object, key: str, folder: Path) -> Path | None:
    """A path relative to the folder of psfdns.toml, or None and a finding."""
    if isinstance(value, str) and value:
        return folder / value
    reader.fault(f"{key} must be the path of a file")
    return None


def is_number(value: object, kind: type[int | float]) -> bool:
    """Whether it is a number of this kind; true and false are none."""
    allowed = (int, float) if kind is float else int
    return isinstance(value, allowed) and not isinstance(value, bool)
