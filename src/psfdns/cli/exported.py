"""An exported file (BIND's form, or cli53's with its AWS lines) as a zone: read, never followed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from psfdns.cli.repository import zone_argument
from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.errors import PsfdnsError, UsageError
from psfdns.names import NameSyntaxError, parse_name
from psfdns.zonefile.findings import Limits
from psfdns.zonefile.parse import ParsedZone, parse_zone

_ORIGIN = re.compile(r"\$ORIGIN[ \t]+([^ \t;]+\.)[ \t]*(?:;.*)?", re.IGNORECASE)
_RECORD = re.compile(r"[^;$\s]|[ \t]+[^;\s]")
_MISSPELT = re.compile(r"(;\s*AWS\b.*?)\bsubdivisonCode(?=\s*=)")
_SUFFIXES = (".zone", ".db", ".txt", ".bind", ".hosts")


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported zone: its label (`python.org.`, `python.org.@view`) and what the file says."""

    label: str
    parsed: ParsedZone


def read_exported(path: Path, *, zone: str | None, default_ttl: int) -> Exported:
    """Read an exported file; its origin is `zone`, else its first $ORIGIN, else the file's name.

    Raises UsageError where there is no such file or no origin; other faults are findings.
    """
    data = _read(path)
    text = data.decode("utf-8", "surrogateescape")
    label = zone_argument(zone) if zone is not None else _origin_of(text, path)
    repaired, warnings = _repair(text, str(path))
    parsed = parse_zone(
        repaired.encode("utf-8", "surrogateescape"),
        origin=label.partition("@")[0],
        path=str(path),
        default_ttl=default_ttl,
    )
    remarks = _lost_remarks(text, str(path))
    return Exported(label, replace(parsed, findings=(*parsed.findings, *warnings, *remarks)))


def _read(path: Path) -> bytes:
    limit = Limits().octets
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise UsageError(f"--from {path}: no such file") from None
    except OSError as error:
        raise PsfdnsError(f"--from {path}: {error.strerror or error}") from error
    return data


def _origin_of(text: str, path: Path) -> str:
    """A first $ORIGIN that stands before any record, else the name of the file."""
    for line in text.splitlines():
        match = _ORIGIN.match(line)
        if match:
            return zone_argument(match[1])
        if _RECORD.match(line):
            break
    return _origin_from_name(path)


def _origin_from_name(path: Path) -> str:
    name = path.name.replace("%2F", "/")
    stem = next((name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix)), name)
    try:
        origin = parse_name(stem.removesuffix(".") + ".")
    except NameSyntaxError:
        origin = "."
    if origin.count(".") < 2:
        raise UsageError(f"--from {path}: which zone is it?", hint="name it: psfdns import ZONE --from FILE")
    return origin


def _repair(text: str, path: str) -> tuple[str, list[Diagnostic]]:
    """cli53 reads `subdivisonCode`, so files made for it may have that."""
    lines, warnings = text.split("\n"), []
    for number, line in enumerate(lines):
        repaired = _MISSPELT.sub(r"\1subdivisionCode", line)
        if repaired != line:
            lines[number] = repaired
            summary = "cli53's subdivisonCode is read as subdivisionCode"
            warnings.append(
                Diagnostic("cli53-spelling", Severity.WARNING, summary, Span(path, number + 1, number + 1))
            )
    return "\n".join(lines), warnings


def _lost_remarks(text: str, path: str) -> list[Diagnostic]:
    """Lines that are remarks alone do not come over: the new file is canonical text."""
    count = sum(line.lstrip().startswith(";") for line in text.splitlines())
    if not count:
        return []
    lines = "1 comment line is" if count == 1 else f"{count} comment lines are"
    hint = "to keep them, copy the file to its place in zones/ instead: it is read as it is"
    return [Diagnostic("comments-left", Severity.INFO, f"{lines} not carried over", Span(path), hint)]
