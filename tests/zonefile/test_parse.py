"""The reader: cases as files, what is silent nowhere, and the same zones as dnspython, BIND and Knot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from psfdns.records import RRset
from psfdns.zonefile.parse import ParsedZone, parse_zone

CASES = Path(__file__).parent / "cases"


def render(parsed: ParsedZone) -> str:
    """A reading as text: the findings, the record sets, the suppressions."""
    lines = [
        f"{finding.span}: {finding.severity}: {finding.summary} [{finding.code}]"
        + (f" | {finding.hint}" if finding.hint else "")
        for finding in parsed.findings
    ]
    lines += ["", *(line for rrset in parsed.zone.rrsets.values() for line in render_set(rrset))]
    lines += [
        "",
        *(
            f"{each.span.first_line}-{each.span.last_line} {', '.join(each.codes)}"
            for each in parsed.suppressions
        ),
    ]
    return "\n".join(lines).strip("\n") + "\n"


def render_set(rrset: RRset) -> Iterator[str]:
    more = [str(each) for each in (rrset.routing, rrset.health_check) if each is not None]
    for value, span in zip(rrset.values or (rrset.alias,), rrset.spans, strict=True):
        place = (
            str(span.first_line)
            if span.first_line == span.last_line
            else f"{span.first_line}-{span.last_line}"
        )
        yield " ".join([place, str(rrset.key), str(rrset.ttl), str(value), *more])


@pytest.mark.parametrize("case", sorted(CASES.glob("*.zone")), ids=lambda case: case.stem)
def test_a_case_reads_as_expected(case: Path) -> None:
    parsed = parse_zone(case.read_bytes(), origin="example.com.", path=case.stem)
    assert render(parsed) == case.with_suffix(".expected").read_text(encoding="utf-8")
