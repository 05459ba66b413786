"""A baseline knows each old finding again, as often as it was there and wherever its line moved."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.baseline import (
    FORMAT,
    MAX_BYTES,
    MAX_ENTRIES,
    compare,
    identify,
    parse_baseline,
    render_baseline,
    renew,
    settle,
    take_baseline,
)
from psfdns.checks import run_checks
from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.errors import PsfdnsError
from psfdns.settings import ZoneSettings
from psfdns.zonefile.parse import parse_zone

CASES = Path(__file__).parent / "zonefile" / "cases"
PATHS = ("zones/a/a.example.zone", "zones/b/b.example.zone", "zones/b/tenant.toml")

_findings = st.lists(
    st.builds(
        Diagnostic,
        code=st.sampled_from(("one", "two")),
        severity=st.sampled_from(Severity),
        summary=st.one_of(st.sampled_from(("x stands at line 3 already", "plain", "7 values")), st.text()),
        span=st.one_of(st.none(), st.builds(Span, st.sampled_from(PATHS), st.integers(1, 9))),
    ),
    max_size=12,
)


@given(_findings)
def test_nothing_is_new_beside_its_own_baseline(findings: list[Diagnostic]) -> None:
    assert compare(findings, take_baseline(findings)) == ((), len(findings), 0)


@given(_findings, st.randoms())
def test_the_order_of_findings_does_not_matter(findings: list[Diagnostic], random: object) -> None:
    other = list(findings)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert render_baseline(take_baseline(other)) == render_baseline(take_baseline(findings))
    assert compare(other, take_baseline(findings)).new == ()


@given(_findings, _findings)
def test_new_old_and_gone_add_up(before: list[Diagnostic], now: list[Diagnostic]) -> None:
    compared = compare(now, take_baseline(before))
    assert len(compared.new) + compared.old == len(now)
    assert compared.old + compared.gone == len(before)
    new = Counter(map(identify, compared.new))
    assert new == Counter(map(identify, now)) - Counter(map(identify, before))
    assert list(compared.new) == [finding for finding in now if any(finding is each for each in compared.new)]


@given(_findings)
def test_a_document_reads_as_it_was_written(findings: list[Diagnostic]) -> None:
    baseline = take_baseline(findings)
    text = render_baseline(baseline)
    assert text.isascii()
    assert parse_baseline(text.encode()) == baseline
    assert len(text.splitlines()) == (len(baseline) + 2 if baseline else 1)


@given(_findings, _findings)
def test_what_was_not_looked_at_stays(before: list[Diagnostic], now: list[Diagnostic]) -> None:
    looked_at = PATHS[:1]
    after = renew(now, take_baseline(before), covers=looked_at.__contains__)
    assert compare(now, after).new == ()
    kept = [each for each in before if each.span is None or each.span.path not in looked_at]
    assert compare(kept, after).new == ()
    assert after.keys() == {identify(finding) for finding in (*now, *kept)}


def test_one_more_of_the_same_is_new() -> None:
    findings = [Diagnostic("x", Severity.ERROR, "same", Span("a", line)) for line in (3, 5, 7)]
    compared = compare(findings, take_baseline(findings[:2]))
    assert compared.new == (findings[2],)


@pytest.mark.parametrize(
    "other",
    [
        Diagnostic("y", Severity.WARNING, "same", Span("a", 3)),
        Diagnostic("x", Severity.ERROR, "same", Span("a", 3)),
        Diagnostic("x", Severity.WARNING, "other", Span("a", 3)),
        Diagnostic("x", Severity.WARNING, "same", Span("b", 3)),
        Diagnostic("x", Severity.WARNING, "same"),
    ],
)
def test_another_code_severity_summary_or_path_is_new(other: Diagnostic) -> None:
    baseline = take_baseline([Diagnostic("x", Severity.WARNING, "same", Span("a", 3))])
    assert compare([other], baseline) == ((other,), 0, 1)


def test_of_paths_that_were_not_looked_at_nothing_is_said_to_be_gone() -> None:
    baseline = take_baseline([Diagnostic("x", Severity.ERROR, "s", Span(path)) for path in "aab"])
    assert compare([], baseline, covers=lambda path: path == "a").gone == 2
    assert compare([], baseline).gone == 3


@pytest.mark.parametrize(
    ("summary", "settled"),
    [
        ("x. A 192.0.2.1 stands at line 12 already", "x. A 192.0.2.1 stands at line N already"),
        ("x. A stands at zones/a/b c.inc:7 already, and", "x. A stands at zones/a/b c.inc:N already, and"),
        (
            "x. A has TTL 60 here and 300 at zones/a/x.inc:7",
            "x. A has TTL 60 here and 300 at zones/a/x.inc:N",
        ),
        ("not closed before line 8, which begins", "not closed before line N, which begins"),
        ("a. TXT: weighted beside latency (line 3)", "a. TXT: weighted beside latency (line N)"),
        ("a. A: 401 values, at most 400", "a. A: N values, at most 400"),
        ("10,001 record sets, and Route 53 takes", "N record sets, and Route 53 takes"),
        ("a. A: 101 routed record sets, at most 100", "a. A: N routed record sets, at most 100"),
        ("a. TXT: 2 SPF records", "a. TXT: N SPF records"),
        ("17 more findings are not shown", "N more findings are not shown"),
        (
            'A: address: "192.0.2.256" is not an IPv4 address',
            'A: address: "192.0.2.256" is not an IPv4 address',
        ),
        ("x. MX 10 values.example. stands at", "x. MX 10 values.example. stands at"),
        ("baseline 7 and deadline 8", "baseline 7 and deadline 8"),
        ("a TTL of 5 at 2001:db8::1", "a TTL of 5 at 2001:db8::1"),
    ],
)
def test_lines_and_counts_are_left_out_and_nothing_else(summary: str, settled: str) -> None:
    assert settle(summary) == settled
    assert settle(settled) == settled


@pytest.mark.parametrize("case", sorted(CASES.glob("*.zone")), ids=lambda case: case.stem)
def test_lines_that_move_make_nothing_new(case: Path) -> None:
    data = case.read_bytes()
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        moved = data
    else:
        moved = mark + b"; one\n; two\n" + data.removeprefix(mark)
    before, after = found_in(data), found_in(moved)
    assert compare(after, take_baseline(before)) == ((), len(before), 0)


def test_among_the_cases_are_summaries_that_name_lines() -> None:
    summaries = [each.summary for case in CASES.glob("*.zone") for each in found_in(case.read_bytes())]
    assert sum("at line " in summary for summary in summaries) > 3


def found_in(data: bytes) -> tuple[Diagnostic, ...]:
    parsed = parse_zone(data, origin="example.com.", path="zones/x/example.com.zone")
    return run_checks(
        parsed.zone, settings=ZoneSettings(), path="zones/x/example.com.zone", findings=parsed.findings
    )


ENTRY = {"path": "a", "code": "x", "severity": "error", "summary": "s", "count": 1}


def document(*entries: object, **more: object) -> bytes:
    return json.dumps({"format": FORMAT, "findings": entries, **more}).encode()


def test_of_an_entry_that_stands_twice_the_larger_count_is_taken() -> None:
    twice = parse_baseline(document(ENTRY, {**ENTRY, "count": 3}, {**ENTRY, "count": 2}))
    assert list(twice.values()) == [3]


def test_a_path_may_be_missing() -> None:
    (known,) = parse_baseline(document({**ENTRY, "path": None}))
    assert known == identify(Diagnostic("x", Severity.ERROR, "s"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "damaged: it is no JSON"),
        (b"\xff", "damaged: it is no JSON"),
        (b"<<<<<<< HEAD\n", "damaged: it is no JSON"),
        (b"[" * 200_000, "damaged: it is no JSON"),
        (b" " * (MAX_BYTES + 1), "more than 16 MiB"),
        (b"[]", "no baseline of psfdns check"),
        (b"{}", "no baseline of psfdns check"),
        (b'{"format": 1, "findings": []}', "no baseline of psfdns check"),
        (b'{"format": "psfdns-check/1", "findings": []}', "no baseline of psfdns check"),
        (b'{"format": "psfdns-baseline/2", "findings": {}}', "newer psfdns"),
        (b'{"format": "psfdns-baseline/1"}', "no list of findings"),
        (b'{"format": "psfdns-baseline/1", "findings": {}}', "no list of findings"),
        (document(more=1), "no list of findings"),
        (document(ENTRY, 1), "entry 2 is none"),
        (document({**ENTRY, "line": 1}), "entry 1 is none"),
        (document({**ENTRY, "path": 1}), "entry 1 is none"),
        (document({**ENTRY, "code": None}), "entry 1 is none"),
        (document({**ENTRY, "severity": "fatal"}), "entry 1 is none"),
        (document({**ENTRY, "severity": ["error"]}), "entry 1 is none"),
        (document({**ENTRY, "count": 0}), "entry 1 is none"),
        (document({**ENTRY, "count": True}), "entry 1 is none"),
        (document({**ENTRY, "count": 10**9}), "entry 1 is none"),
        (document(*[1] * (MAX_ENTRIES + 1)), "more than 100,000 entries"),
    ],
)
def test_what_is_no_baseline_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(PsfdnsError) as caught:
        parse_baseline(data)
    assert said in caught.value.summary
    assert caught.value.hint


@pytest.mark.parametrize(
    ("before", "now", "said"), [(9, 9, (0, 9, 0)), (9, 7, (0, 7, 2)), (9, 10, (1, 0, 9))]
)
def test_one_finding_for_many_counts_as_all_of_them(
    before: int, now: int, said: tuple[int, int, int]
) -> None:
    def check(count: int) -> tuple[Diagnostic, ...]:
        parsed = parse_zone(
            f"$TTL 300\n$GENERATE 1-{count} h$ A 10.0.0.$\n".encode(), origin="zone.example.", path="z"
        )
        return run_checks(parsed.zone, settings=ZoneSettings(), path="z", findings=parsed.findings)

    compared = compare(check(now), take_baseline(check(before)))
    assert (len(compared.new), compared.old, compared.gone) == said
