"""DNS messages as they come over sockets, hostile ones included."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from typing import Any

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import pytest

from psfdns.errors import PsfdnsError
from psfdns.lookup import ask as lookup
from psfdns.lookup.answer import Answer, Question
from psfdns.lookup.server import Server
from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.dns_server import DnsServer
from psfdns.sandbox.sandbox import Sandbox
from tests.sandbox.api import a, change, create, make_zone, record


@pytest.fixture
def server(sandbox: Sandbox, client: Any) -> Iterator[DnsServer]:
    zone = make_zone(client)
    big = [f'"{number:03} {"x" * 240}"' for number in range(20)]
    change(client, zone, create(a("www.z.test.")), create(record("big.z.test.", "TXT", *big)))
    made = DnsServer(DnsService(sandbox.cloud))
    made.start()
    yield made
    made.stop()


def ask(server: DnsServer, query: dns.message.Message, *, tcp: bool = False) -> dns.message.Message:
    exchange = dns.query.tcp if tcp else dns.query.udp
    return exchange(query, server.address, port=server.port, timeout=5)


def query(name: str = "www.z.test.", rdtype: str = "A", **settings: Any) -> dns.message.QueryMessage:
    return dns.message.make_query(name, rdtype, flags=0, **settings)


@pytest.mark.parametrize("tcp", [False, True])
def test_both_transports_answer(server: DnsServer, tcp: bool) -> None:
    response = ask(server, query(), tcp=tcp)
    assert response.flags & dns.flags.AA
    assert str(response.answer[0]) == "www.z.test. 300 IN A 192.0.2.1"


def test_what_is_too_large_for_a_datagram_is_cut_and_whole_over_tcp(server: DnsServer) -> None:
    for settings in ({}, {"use_edns": 0, "payload": 1232}, {"use_edns": 0, "payload": 65535}):
        cut = ask(server, query("big.z.test.", "TXT", **settings))
        assert cut.flags & dns.flags.TC
        assert len(cut.to_wire()) <= (1232 if settings else 512)
    whole = ask(server, query("big.z.test.", "TXT"), tcp=True)
    assert not whole.flags & dns.flags.TC
    assert len(whole.answer[0]) == 20


def test_edns_is_answered_with_edns_and_only_version_zero_is_known(server: DnsServer) -> None:
    assert ask(server, query()).edns == -1
    response = ask(server, query(use_edns=0, payload=4096))
    assert (response.edns, response.payload) == (0, 1232)
    assert ask(server, query(use_edns=1)).rcode() == dns.rcode.BADVERS


def test_what_is_no_ordinary_question_is_refused_by_its_kind(server: DnsServer) -> None:
    notify = query()
    notify.set_opcode(dns.opcode.NOTIFY)
    assert ask(server, notify).rcode() == dns.rcode.NOTIMP
    assert ask(server, query("z.test.", "AXFR"), tcp=True).rcode() == dns.rcode.REFUSED
    chaos = dns.message.make_query("version.bind.", "TXT", "CH")
    assert ask(server, chaos).rcode() == dns.rcode.REFUSED
    empty = dns.message.QueryMessage()
    assert ask(server, empty).rcode() == dns.rcode.FORMERR


def test_several_questions_come_over_one_connection(server: DnsServer) -> None:
    with socket.create_connection((server.address, server.port)) as connection:
        for _ in range(3):
            wire = query().to_wire()
            connection.sendall(len(wire).to_bytes(2, "big") + wire)
            length = int.from_bytes(connection.recv(2), "big")
            assert dns.message.from_wire(connection.recv(length)).answer


def test_garbage_gets_a_format_error_or_nothing_and_the_server_lives(server: DnsServer) -> None:
    rng = random.Random(53)
    wire = query(use_edns=0).to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        for _ in range(300):
            damaged = bytearray(wire[: rng.randrange(len(wire) + 1)])
            for _ in range(rng.randrange(4)):
                if damaged:
                    damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            outward.sendto(bytes(damaged), (server.address, server.port))
    with socket.create_connection((server.address, server.port)) as connection:
        connection.sendall(b"\x00\x20short")
    # So many at once may fill the socket's buffer, and a datagram that is dropped is sent again.
    asked = lookup.ask(
        Server(server.address, server.port), Question("www.z.test.", "A"), patience=lookup.Patience(1, 5)
    )
    assert isinstance(asked, Answer)


def test_a_header_without_its_question_gets_a_format_error(server: DnsServer) -> None:
    answer = server_answer(server, b"\x12\x34\x01\x00\x00\x01" + bytes(6))
    assert answer[:4] == b"\x12\x34\x80\x01"


def server_answer(server: DnsServer, data: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        outward.settimeout(5)
        outward.sendto(data, (server.address, server.port))
        return outward.recv(4096)


def test_a_response_is_never_answered(sandbox: Sandbox) -> None:
    service = DnsService(sandbox.cloud)
    response = dns.message.make_response(query())
    assert service.answer(response.to_wire(), datagram=True) is None
    assert service.answer(b"\x12\x34\x81", datagram=True) is None


def test_damaged_state_is_a_servers_failure(tmp_path: Any) -> None:
    sandbox = Sandbox(tmp_path)
    make_zone(sandbox.client())
    (document,) = tmp_path.glob("Z*.json")
    document.write_text("{")
    answer = DnsService(sandbox.cloud).answer(query().to_wire(), datagram=True)
    assert answer is not None
    assert dns.message.from_wire(answer).rcode() == dns.rcode.SERVFAIL


def test_a_port_that_is_taken_is_one_clear_error(server: DnsServer, sandbox: Sandbox) -> None:
    with pytest.raises(PsfdnsError, match=f"port {server.port}") as caught:
        DnsServer(DnsService(sandbox.cloud), port=server.port)
    assert caught.value.hint == "choose another --dns-port"


def test_a_server_that_never_started_gives_its_port_back(sandbox: Sandbox) -> None:
    unused = DnsServer(DnsService(sandbox.cloud))
    unused.stop()
    DnsServer(DnsService(sandbox.cloud), port=unused.port).stop()


def test_a_port_that_is_taken_over_udp_alone_is_taken(sandbox: Sandbox) -> None:
    assert any(is_given_back(sandbox) for _ in range(5)), "somebody else may take a port, but not five"


def is_given_back(sandbox: Sandbox) -> bool:
    """Whether the TCP port of an attempt that failed can be used afterwards."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(PsfdnsError, match=f"port {port}"):
            DnsServer(DnsService(sandbox.cloud), port=port)
    try:
        DnsServer(DnsService(sandbox.cloud), port=port).stop()
    except PsfdnsError:
        return False
    return True


def test_a_response_over_tcp_ends_the_connection(server: DnsServer) -> None:
    wire = dns.message.make_response(query()).to_wire()
    with socket.create_connection((server.address, server.port), timeout=5) as connection:
        connection.sendall(len(wire).to_bytes(2, "big") + wire)
        assert connection.recv(2) == b""
