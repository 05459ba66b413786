"""How large answers are; dnspython's writer of messages counts, and a name server's own answer agrees."""

from __future__ import annotations

import dns.message
import pytest

from psfdns.checks import answer_size
from psfdns.settings import ZoneSettings
from tests.checks.findings import judged

HEAD = 12 + len("zone.example.") + 1 + 4 + 11
"""Octets of header, question and EDNS."""
FULL = (answer_size.MAX_ANSWER - HEAD) - 4 * (12 + 1 + 250)
"""What the fifth of five texts may take, its own 13 octets included."""


def texts(last: int) -> str:
    lines = [*(letter * 250 for letter in "abcd"), "e" * last]
    return "\n".join(f'@ TXT "{line}"' for line in lines)


def test_an_answer_that_just_fits_is_left_in_peace() -> None:
    assert judged(texts(FULL - 13), answer_size.CHECK) == []


def test_one_octet_more_is_said_with_the_size() -> None:
    (finding,) = judged(texts(FULL - 12), answer_size.CHECK)
    assert finding.code == "large-answer"
    assert "an answer of 1,233 octets, more than 1,232" in finding.summary


def test_a_signed_zone_answers_with_a_signature_as_well() -> None:
    (finding,) = judged(texts(FULL - 13), answer_size.CHECK, settings=ZoneSettings(dnssec=True))
    assert "an answer of 1,340 octets, signature included" in finding.summary


@pytest.mark.parametrize(
    "records",
    [
        "\n".join(f"@ A 192.0.2.{number}" for number in range(80)),
        "\n".join(f"@ AAAA 2001:db8::{number}" for number in range(45)),
        "\n".join(f"@ MX 10 a{number}.zone.example." for number in range(70)),
        "\n".join(f"@ HTTPS {number} . alpn=h2,h3 ipv4hint=192.0.2.1" for number in range(1, 60)),
        '@ TXT "{}"'.format("\\200" * 255),
    ],
    ids=["A", "AAAA", "MX", "HTTPS", "escapes"],
)
def test_what_fits_is_measured_on_the_wire_not_in_text(records: str) -> None:
    found = judged(records, answer_size.CHECK)
    size = len(wire(records))
    assert [str(f"{size:,}") in finding.summary for finding in found] == [True] * (size > 1_232)


def wire(records: str) -> bytes:
    """The answer written from text by dnspython alone."""
    lines = "\n".join(f"zone.example. 300 IN {line[2:]}" for line in records.splitlines())
    rdtype = records.split(" ")[1]
    message = f"id 1\nopcode QUERY\nflags QR\nedns 0\npayload 1232\n;QUESTION\nzone.example. IN {rdtype}\n"
    return dns.message.from_text(f"{message};ANSWER\n{lines}\n;AUTHORITY\n;ADDITIONAL\n").to_wire(
        max_size=65_535
    )


def test_a_long_name_weighs_too() -> None:
    record = "TXT " + " ".join(f'"{letter * 255}"' for letter in "abcd")
    assert judged(f"short {record}", answer_size.CHECK) == []
    (finding,) = judged(f"{'.'.join('n' * 60 for _ in range(3))} {record}", answer_size.CHECK)
    assert "an answer of 1,260 octets" in finding.summary


def test_what_no_message_can_hold_is_said_so() -> None:
    many = "\n".join(f"h{number} A 192.0.2.1\n@ AAAA 2001:db8::{number:x}" for number in range(2_400))
    (finding,) = judged(many, answer_size.CHECK)
    assert "no DNS message can hold the answer" in finding.summary
