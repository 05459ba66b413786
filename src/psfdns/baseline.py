"""A baseline: the findings that a repository has already, so that `check` says only what is new. Pure.

A finding is known again by path, code, severity and summary, never by its line. Each is counted: one more
of the same is new. The document is `psfdns-baseline/1` (docs/contract.md §4), a line for each.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.errors import PsfdnsError

FORMAT = "psfdns-baseline/1"
MAX_BYTES = 16 << 20
MAX_ENTRIES = 100_000
MAX_COUNT = 1_000_000
_FAMILY = "psfdns-baseline/"
_HINT = "take it from the version before, or remove it and write it anew with --write-baseline"

_LINE = re.compile(r"\bline [0-9]+\b|(?<=\bat )([^\s:][^:]*):[0-9]+(?= already\b|$)")
"""Where another line is named: `line 7`, or `at zones/psf/hosts.inc:7` in another file."""
_COUNT = re.compile(
    r"(?<![\w.:/\"-])[0-9][0-9,]*(?= "
    r"(?:(?:SPF|DMARC) records|(?:routed )?record sets|public zones|more findings|values|characters)"
    r"(?![\w.-]))"
)
"""How many there are of what there may be fewer of."""
_ALIKE = re.compile(r"; ([0-9][0-9,]{0,9}) more findings like it here$")
"""One finding for many about one line: it counts as all of them."""


class Known(NamedTuple):
    """What a finding is known by; `path` is "" where it has none."""

    path: str
    code: str
    severity: Severity
    summary: str


Baseline = Mapping[Known, int]
"""How often each finding may be met."""


class Comparison(NamedTuple):
    """The findings that are new, in their order; how many are old; how many of the baseline are gone."""

    new: tuple[Diagnostic, ...]
    old: int
    gone: int


def identify(finding: Diagnostic) -> Known:
    """What it is known by; lines and counts in its summary are left out, for they move."""
    path = "" if finding.span is None else finding.span.path
    return Known(path, finding.code, finding.severity, settle(_ALIKE.sub("", finding.summary)))


def _weight(finding: Diagnostic) -> int:
    alike = _ALIKE.search(finding.summary)
    return 1 if alike is None else 1 + int(alike[1].replace(",", ""))


def settle(summary: str) -> str:
    """A summary without what moves: `line N`, `N values`."""
    settled = _LINE.sub(lambda match: f"{match[1]}:N" if match[1] else "line N", summary)
    return _COUNT.sub("N", settled)


def take_baseline(findings: Iterable[Diagnostic]) -> Baseline:
    """The baseline in which all of these are old."""
    taken: Counter[Known] = Counter()
    for finding in findings:
        taken[identify(finding)] += _weight(finding)
    return taken


def compare(
    findings: Iterable[Diagnostic], baseline: Baseline, *, covers: Callable[[str], bool] = lambda _: True
) -> Comparison:
    """Hold findings against a baseline; `covers` tells of which paths everything was looked at."""
    left = Counter(baseline)
    new: list[Diagnostic] = []
    old = 0
    for finding in findings:
        known, weight = identify(finding), _weight(finding)
        if left[known] >= weight:
            left[known] -= weight
            old += weight
        else:
            new.append(finding)
    return Comparison(tuple(new), old, sum(count for known, count in left.items() if covers(known.path)))


def renew(findings: Iterable[Diagnostic], before: Baseline, *, covers: Callable[[str], bool]) -> Baseline:
    """The baseline of these findings; of paths that were not looked at the entries of `before` stay.

    Where a path was looked at in part, what was found there is in it as well.
    """
    kept = {known: count for known, count in before.items() if not covers(known.path)}
    return Counter(take_baseline(findings)) | Counter(kept)


def render_baseline(baseline: Baseline) -> str:
    """The document, sorted, a line an entry, so that a change of one is a change of one line."""
    entries = ",\n".join(
        "  " + json.dumps({**known._asdict(), "path": known.path or None, "count": count}, ensure_ascii=True)
        for known, count in sorted(baseline.items())
    )
    return f'{{"format": {json.dumps(FORMAT)}, "findings": [' + (f"\n{entries}\n" if entries else "") + "]}\n"


def parse_baseline(data: bytes) -> Baseline:
    """Read a document; raises PsfdnsError for one that is damaged, another's, or of a newer psfdns.

    Where an entry stands twice, as two branches may leave it, the larger count is taken.
    """
    if len(data) > MAX_BYTES:
        raise PsfdnsError(f"has more than {MAX_BYTES >> 20} MiB", hint=_HINT)
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise PsfdnsError("is damaged: it is no JSON", hint=_HINT) from error
    form = document.get("format") if isinstance(document, dict) else None
    if form != FORMAT:
        if isinstance(form, str) and form.startswith(_FAMILY):
            raise PsfdnsError("was written by a newer psfdns", hint="use that psfdns, or a newer one")
        raise PsfdnsError("is no baseline of psfdns check", hint="name the file that --write-baseline wrote")
    entries = document.get("findings")
    if set(document) != {"format", "findings"} or not isinstance(entries, list):
        raise PsfdnsError("is damaged: it has no list of findings", hint=_HINT)
    if len(entries) > MAX_ENTRIES:
        raise PsfdnsError(f"has more than {MAX_ENTRIES:,} entries", hint=_HINT)
    return _read_entries(entries)


def _read_entries(entries: Iterable[object]) -> Baseline:
    baseline: dict[Known, int] = {}
    for number, entry in enumerate(entries, 1):
        read = _read_entry(entry)
        if read is None:
            raise PsfdnsError(f"is damaged: entry {number} is none", hint=_HINT)
        known, count = read
        baseline[known] = max(count, baseline.get(known, 0))
    return baseline


def _read_entry(entry: Any) -> tuple[Known, int] | None:
    if not isinstance(entry, dict) or set(entry) != {*Known._fields, "count"}:
        return None
    path, code, severity, summary, count = (entry[key] for key in (*Known._fields, "count"))
    texts = (path or "", code, severity, summary)
    if not all(isinstance(text, str) for text in texts) or severity not in set(Severity):
        return None
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MAX_COUNT:
        return None
    return Known(path or "", code, Severity(severity), settle(summary)), count
