"""A zone transfer from a Knot, and from servers that would rather fill a disk."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rrset
import pytest

from psfdns.lookup.answer import Failure, Question, Reason
from psfdns.lookup.server import Server
from psfdns.lookup.transfer import Transfer, TransferLimits, transfer
from tests.lookup.odd_server import SOA, dripping_server, odd_server
from tests.mini_internet import free_port, knot

ZONE = f"""\
$ORIGIN old.test.
$TTL 300
@ IN SOA {SOA}
@ IN NS ns1
ns1 IN A 127.0.54.1
text IN TXT "a;b" "\\"\\195\\164\\000" ""
many IN A 192.0.2.1
many IN A 192.0.2.2
sub IN NS ns.sub
ns.sub IN A 192.0.2.3
"""


@pytest.fixture(scope="module")
def granting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("knot")
    file = home / "old.test.zone"
    file.write_text(ZONE)
    port = free_port(("127.0.54.1",))
    with knot(home, {"old.test.": file}, addresses=("127.0.54.1",), port=port, transfers=True):
        yield Server("127.0.54.1", port)


def test_a_whole_zone_comes_over(granting: Server) -> None:
    handed = transfer(granting, "old.test.")

    assert isinstance(handed, Transfer)
    said = sorted((each.name, each.type, each.ttl, value) for each in handed.sets for value in each.values)
    assert said == [
        ("many.old.test.", "A", 300, "192.0.2.1"),
        ("many.old.test.", "A", 300, "192.0.2.2"),
        ("ns.sub.old.test.", "A", 300, "192.0.2.3"),
        ("ns1.old.test.", "A", 300, "127.0.54.1"),
        ("old.test.", "NS", 300, "ns1.old.test."),
        ("old.test.", "SOA", 300, SOA),
        ("sub.old.test.", "NS", 300, "ns.sub.old.test."),
        ("text.old.test.", "TXT", 300, r'"a;b" "\"\195\164\000" ""'),
    ]


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (TransferLimits(records=7), "more than 7 records"),
        (TransferLimits(octets=100), "more than 100 bytes"),
    ],
)
def test_more_than_is_wanted_is_not_taken(granting: Server, limits: TransferLimits, why: str) -> None:
    failed = transfer(granting, "old.test.", limits=limits)

    assert isinstance(failed, Failure)
    assert failed.words == f"refuses ({why})"


def test_just_what_is_wanted_is_taken(granting: Server) -> None:
    assert isinstance(transfer(granting, "old.test.", limits=TransferLimits(records=9)), Transfer)


def test_who_does_not_have_the_zone_says_so(granting: Server) -> None:
    failed = transfer(granting, "other.test.")

    assert isinstance(failed, Failure)
    assert failed.words == "refuses (NOTAUTH)"


def reply(*records: tuple[str, str, str]) -> Callable[[dns.message.Message, Question], dns.message.Message]:
    def answer(query: dns.message.Message, _: Question) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        for name, rdtype, value in records:
            response.answer.append(dns.rrset.from_text(name, 300, "IN", rdtype, value))
        return response

    return answer


def other_id(query: dns.message.Message, _: Question) -> bytes:
    wire = bytearray(reply(("old.test.", "SOA", SOA))(query, _).to_wire())
    wire[0] ^= 0xFF
    return bytes(wire)


def bomb(query: dns.message.Message, _: Question) -> bytes:
    """A name that points at itself."""
    head = struct.pack("!HHHHHH", query.id, 0x8400, 1, 1, 0, 0)
    return head + b"\x03old\x04test\x00\x00\xfc\x00\x01" + b"\xc0\x1a\x00\x01\x00\x01" + b"\x00" * 6


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(), Reason.REFUSED),
        (reply(("other.test.", "SOA", SOA)), Reason.REFUSED),
        (reply(("www.old.test.", "A", "192.0.2.1")), Reason.REFUSED),
        (reply(("old.test.", "SOA", SOA)), Reason.UNREACHABLE),
        (other_id, Reason.REFUSED),
        (bomb, Reason.MALFORMED),
        (lambda *_: b"", Reason.MALFORMED),
        (lambda *_: b"\xff" * 300, Reason.MALFORMED),
        (lambda *_: None, Reason.UNREACHABLE),
    ],
    ids=["empty", "another SOA", "no SOA", "no end", "another id", "bomb", "nothing", "noise", "silence"],
)
def test_what_is_no_transfer_is_not_taken_for_one(answer: object, reason: Reason) -> None:
    port = free_port(("127.0.54.2",))
    with odd_server("127.0.54.2", port, answer) as server:  # type: ignore[arg-type]
        failed = transfer(server, "old.test.", limits=TransferLimits(seconds=2))

    assert isinstance(failed, Failure)
    assert failed.reason is reason


def test_a_server_that_drips_is_given_up_in_time() -> None:
    port = free_port(("127.0.54.2",))
    with dripping_server("127.0.54.2", port, b"\xff\xff" + b"\x00" * 10, pause=0.1) as server:
        failed = transfer(server, "old.test.", limits=TransferLimits(seconds=0.4))

    assert isinstance(failed, Failure)
    assert failed.reason is Reason.TIMEOUT


def test_a_closed_port_is_a_reason(tmp_path: Path) -> None:
    del tmp_path
    failed = transfer(Server("127.0.54.2", free_port(("127.0.54.2",))), "old.test.")

    assert isinstance(failed, Failure)
    assert failed.words == "cannot be reached (Connection refused)"
