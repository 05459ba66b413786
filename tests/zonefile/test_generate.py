"""$GENERATE as BIND expands it, and its bounds."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from psfdns.records import RRsetKey
from psfdns.zonefile.findings import Limits
from psfdns.zonefile.generate import GenerateError, compile_template, parse_range
from psfdns.zonefile.parse import ParsedZone, parse_zone
from tests import oracles

SOA = "$TTL 300\n@ SOA ns1.example.net. hostmaster.example.net. 1 2 3 4 5\n@ NS ns1.example.net.\n"


def parse(text: str, *, limits: Limits = Limits()) -> ParsedZone:  # noqa: B008 - an immutable value
    return parse_zone((SOA + text).encode(), origin="example.com.", path="z", limits=limits)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("1-3", [1, 2, 3]), ("0-0", [0]), ("0-10/5", [0, 5, 10]), ("2-7/2", [2, 4, 6]), ("1-2/9", [1])],
)
def test_a_range_includes_its_stop(text: str, numbers: list[int]) -> None:
    assert list(parse_range(text, limit=10)) == numbers


@pytest.mark.parametrize(
    "text", ["3-1", "1-3/0", "1", "a-b", "1-", "-1-3", "1-2147483648", "1-11", "1-99999999999"]
)
def test_a_range_that_is_none_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(GenerateError):
        parse_range(text, limit=10)


TEMPLATES = [
    ("h$", 7, "h7"),
    ("h${0}", 7, "h7"),
    ("h${-5}", 7, "h2"),
    ("h${+5,3}", 7, "h012"),
    ("h${0,4,d}", 7, "h0007"),
    ("h${0,4,o}", 8, "h0010"),
    ("h${0,4,x}", 0xAB, "h00ab"),
    ("h${0,4,X}", 0xAB, "h00AB"),
    ("${0,3,n}", 0xAB, "b.a"),
    ("${0,7,N}", 0xAB, "B.A.0.0"),
    ("${0,0,n}", 0x1AB, "b.a.1"),
    ("a$b$", 7, "a7b7"),
    (r"a\$b$", 7, r"a\$b7"),
    ("plain", 7, "plain"),
]


@pytest.mark.parametrize(("template", "number", "expected"), TEMPLATES)
def test_a_template_is_filled_as_the_manual_says(template: str, number: int, expected: str) -> None:
    assert compile_template(template)(number) == expected


def test_two_dollars_are_one() -> None:
    assert compile_template("a$$b$")(7) == "a$b7"


@pytest.mark.parametrize("template", ["${", "${a}", "${1,2,q}", "${1,128}", "${1,2,d,4}", "a\\"])
def test_a_template_with_a_broken_modifier_is_refused(template: str) -> None:
    with pytest.raises(GenerateError):
        compile_template(template)


@pytest.mark.parametrize("template", ["${-8}", "${2147483647}"])
def test_a_number_outside_the_range_of_a_ttl_is_refused(template: str) -> None:
    with pytest.raises(GenerateError):
        compile_template(template)(7)


def test_named_checkzone_expands_the_same_records(tmp_path: Path) -> None:
    lines = [
        f'$GENERATE 160-170/5 x{index}-{template.replace("b$", "b")}.t TXT "text-${{0,2,x}}"'
        for index, (template, _, _) in enumerate(TEMPLATES)
        if not template.endswith(("n}", "N}")) and "\\" not in template
    ] + [
        "$GENERATE 1-20 ${0,3,n}.nib PTR h$",
        '$GENERATE 1-3 @ 60 MX "$ mail$"',
        "$GENERATE 1-2 c$ IN 60 CNAME $.0/25",
    ]
    text = SOA + "\n".join(lines) + "\n"
    file = tmp_path / "zone"
    file.write_text(text)
    done = oracles.named_checkzone("example.com", file, "-D", "-s", "full", "-i", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    parsed = parse_zone(text.encode(), origin="example.com.", path="z")
    assert parsed.findings == ()
    assert ours(parsed) == theirs(done)


def ours(parsed: ParsedZone) -> set[tuple[str, str, str]]:
    return {
        (key.name, key.type, value) for key, found in parsed.zone.rrsets.items() for value in found.values
    }


def theirs(done: subprocess.CompletedProcess[str]) -> set[tuple[str, str, str]]:
    """What named-checkzone -D prints, as canonical values."""
    dump = "\n".join(line for line in done.stdout.splitlines() if re.match(r"\S+\s+\d+\s+IN\s", line))
    return ours(parse_zone(dump.encode(), origin="example.com.", path="dump"))


def test_the_owner_before_a_directive_is_the_owner_behind_it() -> None:
    parsed = parse("last A 192.0.2.1\n$GENERATE 1-2 h$ A 192.0.2.$\n  A 192.0.2.9\n")
    assert parsed.zone.rrsets[RRsetKey("last.example.com.", "A")].values == ("192.0.2.1", "192.0.2.9")


def test_every_record_has_the_line_of_its_directive() -> None:
    parsed = parse("$GENERATE 1-2 h$ A 192.0.2.$\n")
    assert {str(found.span) for key, found in parsed.zone.rrsets.items() if key.type == "A"} == {"z:4"}


def test_the_first_wrong_record_ends_a_directive_with_one_finding() -> None:
    parsed = parse("$GENERATE 250-300 h$ A 192.0.2.$\nafter A 192.0.2.1\n")
    assert [(str(finding.span), finding.code) for finding in parsed.findings] == [("z:4", "bad-rdata")]
    assert ("after.example.com.", "A", None) in parsed.zone.rrsets


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("$GENERATE 1-65537 h$ A 192.0.2.1", "at most 65536"),
        ("$GENERATE 1-2 h$ A", "a part is missing"),
        ("$GENERATE 1-2 h$ MX 10 mail$", "one type and one rdata"),
        ("$GENERATE 1-2 h${ A 192.0.2.1", "modifier"),
        ("$GENERATE 1-2 h${-2} A 192.0.2.1", "negative"),
    ],
)
def test_a_directive_that_is_wrong_is_an_error_at_its_line(line: str, said: str) -> None:
    parsed = parse(line + "\n")
    assert [(str(finding.span), finding.code) for finding in parsed.findings] == [("z:4", "bad-generate")]
    assert said in parsed.findings[0].summary


def test_a_warning_is_said_once_and_nothing_is_left_out() -> None:
    text = "www 300 A 192.0.2.1\n$GENERATE 1-50 h$ A 192.0.2.$\n"
    parsed = parse_zone(text.encode(), origin="example.com.", path="z")
    assert [(str(finding.span), finding.code) for finding in parsed.findings] == [("z:2", "implied-ttl")]
    assert len(parsed.zone.rrsets) == 51


def test_directives_together_make_no_more_records_than_a_zone_holds() -> None:
    lines = [f"$GENERATE 0-99 h{group}-$ A 192.0.2.$\n" for group in range(3)]
    parsed = parse("".join(lines), limits=Limits(records=150))
    assert [(str(finding.span), finding.code) for finding in parsed.findings] == [("z:5", "too-many-records")]
    assert len(parsed.zone.rrsets) == 150


def test_a_long_template_makes_no_endless_text() -> None:
    parsed = parse(
        "$GENERATE 1-65536 h$ TXT " + '"' + "x" * 250 + '"' * 1 + "\n", limits=Limits(octets=100_000)
    )
    assert parsed.findings[-1].code == "zone-too-large"
