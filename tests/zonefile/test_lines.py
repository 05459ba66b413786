"""Physical lines into entries, and no line so odd that reading it crashes or takes for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfdns.zonefile.findings import Limits
from psfdns.zonefile.lines import read_entry
from psfdns.zonefile.parse import ParsedZone, parse_zone


def parse(data: bytes) -> ParsedZone:
    return parse_zone(data, origin="example.com.", path="z")


def words(*lines: str) -> list[tuple[str, int]]:
    return [(word.text, word.line) for word in read_entry(list(lines), 0).words]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a A 1", ["a", "A", "1"]),
        ("a\tTXT  word ;comment", ["a", "TXT", "word"]),
        ('a TXT "b ; (c" d', ["a", "TXT", '"b ; (c"', "d"]),
        (r"a\ b TXT \"c\;", [r"a\ b", "TXT", r"\"c\;"]),
        ('a SVCB 1 . alpn="h2,h3" port=1', ["a", "SVCB", "1", ".", 'alpn="h2,h3"', "port=1"]),
        ('a TXT b"c"', ["a", "TXT", "b", '"c"']),
        ("(a A)", ["a", "A"]),
    ],
)
def test_a_line_falls_into_words(line: str, expected: list[str]) -> None:
    assert [text for text, _ in words(line)] == expected


def test_every_word_has_its_own_line_inside_parentheses() -> None:
    assert words("a SOA ( x", "; nothing", " y", "z ) last") == [
        ("a", 1),
        ("SOA", 1),
        ("x", 1),
        ("y", 3),
        ("z", 4),
        ("last", 4),
    ]


def test_comments_keep_their_line_and_whether_they_touch_the_word_before() -> None:
    entry = read_entry(["a TXT ( b;c", "d ; e )", ")"], 0)
    assert [tuple(comment) for comment in entry.comments] == [("c", 1, True), (" e )", 2, False)]
    assert (entry.first_line, entry.last_line, entry.next_index) == (1, 3, 3)


def test_a_forgotten_parenthesis_swallows_no_record() -> None:
    lines = ["a TXT (", '  "b"', "www 300 IN A 192.0.2.1"]
    entry = read_entry(lines, 0)
    assert [(fault.rule.code, fault.line) for fault in entry.faults] == [("unbalanced-parenthesis", 1)]
    assert entry.next_index == 2


BOMBS: dict[str, Callable[[], bytes]] = {
    "a line of 50 MB": lambda: b"a TXT " + b"x" * 50_000_000,
    "a word of 15 MB": lambda: b"a TXT " + b"x" * 15_000_000,
    "blanks": lambda: b"a" + b" " * 15_000_000 + b"A 192.0.2.1",
    "parentheses": lambda: b"(" * 1_000_000,
    "parentheses on lines": lambda: b"(\n" * 500_000,
    "records with open parentheses": lambda: b"a TXT ( x\n" * 300_000,
    "open quotation marks": lambda: b'a TXT "\n' * 300_000,
    "quotation marks": lambda: b'"' * 400_001,
    "backslashes": lambda: b"a TXT " + b"\\" * 400_001,
    "dots": lambda: b"." * 400_000 + b" A 192.0.2.1",
    "labels": lambda: b"a." * 200_000 + b" A 192.0.2.1",
    "digits for a TTL": lambda: b"a " + b"9" * 400_000 + b" A 192.0.2.1",
    "units for a TTL": lambda: b"a " + b"1h" * 200_000 + b" A 192.0.2.1",
    "newlines": lambda: b"\n" * 2_000_000,
    "an AWS comment": lambda: b"a A 192.0.2.1 ; AWS " + b'"' * 400_001,
    "comments that are not UTF-8": lambda: b"; \xe9\n" * 300_000,
    "Unicode": lambda: "ü".encode() * 100_000 + b" A 192.0.2.1",
    "service parameters": lambda: b"a SVCB 1 . " + b"key9=a " * 50_000,
    "errors": lambda: b"a A x\n" * 300_000,
    "directives": lambda: b"$ORIGIN a\n" * 300_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_within_seconds_in_few_findings(bomb: str) -> None:
    data = BOMBS[bomb]()
    start = time.process_time()
    parsed = parse(data)
    assert time.process_time() - start < 5
    assert len(parsed.findings) <= Limits().findings + 1


def test_more_records_than_a_zone_holds_are_refused_where_they_begin() -> None:
    parsed = parse(b"$TTL 300\n" + b"".join(b"h%d A 192.0.2.1\n" % number for number in range(200_001)))
    assert [(str(finding.span), finding.code) for finding in parsed.findings] == [
        ("z:200002", "too-many-records")
    ]


FRAGMENTS = [
    *(
        "a",
        "www",
        "@",
        "$TTL",
        "$ORIGIN",
        "$GENERATE",
        "$INCLUDE",
        "1-2",
        "IN",
        "CH",
        "300",
        "1h",
        "A",
        "TXT",
    ),
    *(
        "SOA",
        "MX",
        "AWS",
        "ALIAS",
        "LOC",
        "TYPE1",
        "\\#",
        "192.0.2.1",
        '"',
        "(",
        ")",
        ";",
        "\\",
        "\n",
        "\r\n",
    ),
    *(
        " ",
        "\t",
        "; AWS ",
        'routing="',
        "psfdns: ignore=x",
        "ü",
        "\u00a0",
        "\x00",
        "\ufeff",
        "${",
        "$",
        ".",
        "\\1",
    ),
]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join).map(str.encode) | st.binary(max_size=200)
)
def test_no_bytes_whatever_end_in_an_exception(data: bytes) -> None:
    last = data.count(b"\n") + 1
    for finding in parse(data).findings:
        assert finding.span is not None
        assert 1 <= (finding.span.first_line or 0) <= last
        assert "\x00" not in finding.summary + (finding.hint or "")
