"""What is found of a zone's DNSSEC, and how what is wrong in many places becomes few findings. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.dnssec.codes import CODES

SHOWN = 6
"""Things that a sentence lists before it counts the rest."""
NOTES = 2


@dataclass(frozen=True, slots=True)
class Finding(Diagnostic):
    """A Diagnostic whose code is UPPER_SNAKE, with the servers it is about and its RFC 8914 code."""

    servers: tuple[str, ...] = ()
    ede: int | None = None


class Problem(NamedTuple):
    """One thing that is wrong: `words` is a sentence in which `{what}` stands for `what`.

    `note` is what differs from place to place, such as a time.
    """

    code: str
    words: str
    what: str = ""
    note: str = ""
    severity: Severity | None = None


class Seen(NamedTuple):
    """A problem, and the server where it shows; "" where it is no server's."""

    problem: Problem
    at: str = ""


class _Group(NamedTuple):
    """What is wrong in one way, of one or several things."""

    code: str
    words: str
    severity: Severity


def gather(seen: Iterable[Seen]) -> tuple[Finding, ...]:
    """One finding for what is wrong in the same way at the same servers, worst first."""
    places: defaultdict[tuple[_Group, str], dict[str, None]] = defaultdict(dict)
    notes: defaultdict[tuple[_Group, str], dict[str, None]] = defaultdict(dict)
    for (code, words, what, note, severity), at in seen:
        key = (_Group(code, words, severity or CODES[code].severity), what)
        places[key] |= {at: None} if at else {}
        notes[key] |= {note: None} if note else {}
    merged: defaultdict[tuple[_Group, tuple[str, ...]], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for (group, what), at_servers in places.items():
        merged[group, tuple(at_servers)].append((what, tuple(notes[group, what])))
    findings = [_finding(group, at_servers, told) for (group, at_servers), told in merged.items()]
    return tuple(sorted(findings, key=lambda finding: finding.severity.rank))


def _finding(group: _Group, at: tuple[str, ...], told: Sequence[tuple[str, tuple[str, ...]]]) -> Finding:
    """`told` are the things that it is of, each with its notes."""
    known = CODES[group.code]
    summary = group.words.replace("{what}", join(dict.fromkeys(what for what, _ in told)))
    notes = sorted({note for _, each in told for note in each})
    if notes:
        more = ", …" if len(notes) > NOTES else ""
        summary += f" ({'; '.join(notes[:NOTES])}{more})"
    return Finding(
        group.code,
        group.severity,
        summary,
        hint=known.mend or None,
        reference=known.reference,
        servers=at,
        ede=known.ede,
    )


def join(names: Iterable[str]) -> str:
    """`a, b and 3 more`."""
    listed = list(names)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more


def seen_at(problems: Iterable[Problem], at: str = "") -> Iterator[Seen]:
    """Each of them at one server."""
    return (Seen(problem, at) for problem in problems)
