"""`; psfdns: ignore=code` silences warnings of its record set, never errors, and says when it is idle."""

from __future__ import annotations

from psfdns.checks import run_checks
from psfdns.checks.suppression import silence
from psfdns.diagnostics import Diagnostic, Severity, Span, Suppression
from psfdns.settings import ZoneSettings
from psfdns.zonefile.parse import parse_zone

ORIGIN = "zone.example."
TWO = b"$TTL 300\nwww A 192.0.2.1\nmail A 192.0.2.2\nwww A 192.0.2.3\n"


def finding(line: int | None, code: str = "odd", severity: Severity = Severity.WARNING) -> Diagnostic:
    return Diagnostic(code, severity, "…", Span("x.zone", line, line))


def codes(findings: list[Diagnostic], *suppressions: Suppression) -> list[tuple[int | None, str]]:
    zone = parse_zone(TWO, origin=ORIGIN, path="x.zone").zone
    left = silence(findings, suppressions, zone)
    return [(each.span.first_line if each.span else None, each.code) for each in left]


def ignore(line: int, *named: str) -> Suppression:
    return Suppression(named, Span("x.zone", line, line))


def test_a_suppression_on_any_line_silences_its_whole_record_set() -> None:
    found = [finding(2), finding(3), finding(4), finding(4, "other")]
    assert codes(found, ignore(4, "odd")) == [(3, "odd"), (4, "other")]
    assert codes(found, ignore(2, "odd", "other")) == [(3, "odd")]


def test_an_error_is_never_silenced_and_the_attempt_is_reported() -> None:
    found = [finding(2, severity=Severity.ERROR)]
    assert codes(found, ignore(2, "odd")) == [(2, "odd"), (2, "unused-suppression")]


def test_an_error_stays_where_a_warning_of_its_code_is_silenced() -> None:
    assert codes([finding(2, severity=Severity.ERROR), finding(4)], ignore(2, "odd")) == [(2, "odd")]


def test_what_silences_nothing_is_reported_at_its_line() -> None:
    assert codes([finding(3)], ignore(2, "odd")) == [(3, "odd"), (2, "unused-suppression")]
    assert codes([finding(2)], ignore(2, "odd", "misspelt")) == [(2, "unused-suppression")]


def test_a_finding_about_the_whole_file_is_not_silenced_by_a_record() -> None:
    assert codes([finding(None)], ignore(2, "odd")) == [(None, "odd"), (2, "unused-suppression")]


def test_a_line_that_is_no_record_can_be_silenced_too() -> None:
    assert codes([finding(9)], ignore(9, "odd")) == []


def test_the_readers_warnings_are_silenced_from_the_file() -> None:
    def found(comment: str) -> list[str]:
        data = f"$TTL 300\nwww A 192.0.2.1\nwww 60 A 192.0.2.2 {comment}\n".encode()
        parsed = parse_zone(data, origin=ORIGIN, path="x.zone")
        left = run_checks(
            parsed.zone,
            settings=ZoneSettings(),
            suppressions=parsed.suppressions,
            path="x.zone",
            findings=parsed.findings,
        )
        return [each.code for each in left]

    assert found("") == ["unequal-ttls"]
    assert found("; psfdns: ignore=unequal-ttls") == []
    assert found("; psfdns: ignore=unequal-ttls,typo") == ["unused-suppression"]


def test_the_hint_says_what_was_meant() -> None:
    text = (
        b"$TTL 300\na A 10.0.0.1 ; psfdns: ignore=private-adress\n; psfdns: ignore=private-address\n"
        b"b A 10.0.0.1\nc A 192.88.98.1 ; psfdns: ignore=private-address\n"
    )
    parsed = parse_zone(text, origin=ORIGIN, path="x.zone")
    found = run_checks(
        parsed.zone, settings=ZoneSettings(), suppressions=parsed.suppressions, findings=parsed.findings
    )
    hints = [each.hint for each in found if each.code == "unused-suppression"]
    assert hints == [
        "did you mean private-address?",
        "write it behind the record that it is about, on the same line",
        "remove the code from the comment",
    ]


def test_a_line_that_makes_a_whole_zone_is_silenced_in_one_look() -> None:
    """Each of the findings is at the line of each of the record sets."""
    text = b"$TTL 300\n$GENERATE 1-20000 g$ A 10.0.0.1\nx A 10.0.0.1 ; psfdns: ignore=private-address\n"
    parsed = parse_zone(text, origin=ORIGIN, path="x.zone")
    found = run_checks(
        parsed.zone, settings=ZoneSettings(), suppressions=parsed.suppressions, findings=parsed.findings
    )
    assert [each.code for each in found if each.code == "private-address"] == ["private-address"]


def test_many_marks_on_the_lines_of_one_entry_are_one() -> None:
    lines = b"\n".join(b'  "x" ; psfdns: ignore=ttl-low' for _ in range(3_000))
    parsed = parse_zone(b"a 1 TXT (\n" + lines + b"\n)\n", origin=ORIGIN, path="x.zone")
    found = run_checks(
        parsed.zone, settings=ZoneSettings(), suppressions=parsed.suppressions, findings=parsed.findings
    )
    assert {each.code for each in found} == {"large-answer", "long-value"}
