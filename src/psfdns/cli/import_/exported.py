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

_ORIGIN = re.compile(r"\$ORIGIN[ \t]+([^ \t;]+)", re.IGNORECASE)
_SOA = re.compile(r"([^ \t;$]\S*)(?:[ \t]+(?:[0-9]\w*|IN))*[ \t]+SOA[ \t]", re.IGNORECASE)
_MISSPELT = re.compile(r"(;\s*AWS\b.*?)\bsubdivisonCode(?=\s*=)")
_SUFFIXES = (".zone", ".db", ".txt", ".bind", ".hosts")


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported zone: its label (`python.org.`, `python.org.@view`) and what the file says."""

    label: str
    parsed: ParsedZone


def read_exported(path: Path, *, zone: str | None, default_ttl: int) -> Exported:
    """Read an exported file; its origin is `zone`, else what it says itself, else its name.

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
    """Whose SOA the file holds, else its first $ORIGIN, else the file's name.

    BIND writes `$ORIGIN .` or `$ORIGIN org.` before a SOA whose owner is the rest of the name.
    """
    origin = first = None
    for line in text.splitlines():
        if match := _ORIGIN.match(line):
            origin = _name(match[1], origin)
            first = first or origin
        elif (match := _SOA.match(line)) and (owner := _name(match[1], origin)):
            return owner
    return first if first and first != "." else _origin_from_name(path)


def _name(text: str, origin: str | None) -> str | None:
    try:
        return parse_name(text, origin=origin)
    except NameSyntaxError:
        return None


def _origin_from_name(path: Path) -> str:
    name = path.name.replace("%2F", "/")
    stem = next((name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix)), name)
    origin = _name(stem.removesuffix(".") + ".", None)
    if origin is None or origin.count(".") < 2:
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
