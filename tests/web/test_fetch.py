"""One page of a stranger's host: what is sent, what is read of it, and what is never connected to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from psfdns.web.fetch import MAX_BODY, Page, Unfetched, Visit, Ways, fetch_page, fetch_pages, open_ways
from tests.web.servers import HOME, page, saying, self_signed, serving

HOST = "www.example.com"
CLOSED = 1
"""A port of the loopback at which nobody listens."""


def ways(http: int, https: int = CLOSED, *, seconds: float = 5.0) -> Ways:
    return Ways({"http": http, "https": https}, lambda address: address.startswith("127."), seconds)


def visit(*addresses: str, host: str = HOST) -> Visit:
    return Visit(host, addresses or (HOME,))


def why(fetched: Page | Unfetched) -> str:
    assert isinstance(fetched, Unfetched)
    return fetched.why


def test_a_page_is_asked_for_by_our_name_and_nothing_else_is_sent() -> None:
    with serving(saying(page(404, "isn&#39;t here"))) as (port, requests):
        assert fetch_page(visit(), ways(port)) == Page(404, "isn't here")
    (request,) = requests
    first, *headers = request.decode().strip().split("\r\n")
    assert first == "GET / HTTP/1.1"
    assert f"Host: {HOST}" in headers
    assert {line.partition(":")[0] for line in headers} == {
        "Host",
        "User-Agent",
        "Accept",
        "Connection",
        "Accept-Encoding",
    }


def test_tls_is_given_our_name_and_a_certificate_of_another_is_no_obstacle(tmp_path: Path) -> None:
    names: list[str | None] = []
    tls = self_signed(tmp_path, names)
    with serving(saying(page(404, "nobody")), tls=tls) as (port, _):
        assert fetch_page(visit(), ways(CLOSED, port)) == Page(404, "nobody")
    assert names == [HOST]


def test_a_redirect_to_https_of_the_same_host_is_followed(tmp_path: Path) -> None:
    tls = self_signed(tmp_path, [])
    there = page(301, "", Location=f"https://{HOST}/a?b")
    with (
        serving(saying(there)) as (http, _),
        serving(saying(page(200, "well")), tls=tls) as (https, requests),
    ):
        assert fetch_page(visit(), ways(http, https)) == Page(200, "well")
    assert requests[0].startswith(b"GET /a?b HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "location",
    [
        "http://other.example.org/",
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.1/",
        f"http://{HOST}:8080/",
        f"http://{HOST}@127.0.0.1/",
        "file:///etc/passwd",
        "gopher://www.example.com/",
        f"http://{HOST}:x/",
        "http://[::1",
        "http://www.ex\u00e4mple.com/",
        "/a b",
        "/a\tb\x7f",
        "/" + "a" * 2001,
    ],
)
def test_a_redirect_elsewhere_is_not_followed(location: str) -> None:
    there = page(302, "moved", Location=location)
    with serving(saying(there)) as (port, requests):
        assert fetch_page(visit(), ways(port)) == Page(302, "moved")
    assert len(requests) == 1


def test_redirects_have_an_end() -> None:
    with serving(saying(page(302, "", Location="/again"))) as (port, requests):
        assert why(fetch_page(visit(), ways(port))) == "redirects more than 3 times"
    assert len(requests) == 1 + 3


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.1", "127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_no_socket_is_opened_to_what_is_not_public(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert why(fetch_page(visit(address), open_ways())) == f"is not fetched: {address} is not public"
    assert why(fetch_page(Visit(HOST, ()), open_ways())) == "is not fetched: no address is not public"


def test_of_several_addresses_only_public_ones_are_tried_and_two_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []

    def connect(place: tuple[str, int], *, timeout: float) -> socket.socket:
        del timeout
        tried.append(place[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "create_connection", connect)
    fetch_page(visit("10.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3"), ways(1, 2))
    assert tried == ["127.0.0.1", "127.0.0.2"] * 2


@pytest.mark.parametrize(
    "host", ["a\r\nx: y.example", "a b.example", "example", "", ".", "a..b", "x" * 64 + ".b"]
)
def test_what_is_no_host_is_not_asked_for(host: str) -> None:
    assert (
        why(fetch_page(visit(host=host), ways(CLOSED))) == "cannot be fetched: no web server has such a name"
    )


def test_of_an_endless_body_the_beginning_is_read() -> None:
    def drown(client: socket.socket, _: bytes) -> None:
        client.sendall(b"HTTP/1.1 200 X\r\n\r\n")
        while True:
            client.sendall(b"x" * MAX_BODY)

    with serving(drown) as (port, _):
        fetched = fetch_page(visit(), ways(port))
    assert isinstance(fetched, Page)
    assert len(fetched.text) == MAX_BODY


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 X\r\nA: ", b"HTTP/1.1 200 X\r\n\r\n"])
def test_a_body_or_a_header_that_drips_for_ever_is_given_up(begin: bytes) -> None:
    hung_up = threading.Event()

    def drip(client: socket.socket, request: bytes) -> None:
        assert request
        client.sendall(begin)
        try:
            for _ in range(150):
                time.sleep(0.02)
                client.sendall(b"x")
        except OSError:
            hung_up.set()

    with serving(drip) as (port, _):
        assert "by HTTP: it does not answer in time" in why(fetch_page(visit(), ways(port, seconds=0.3)))
    assert hung_up.is_set()


def test_a_tls_handshake_that_never_ends_is_given_up() -> None:
    def accept(server: socket.socket, kept: list[socket.socket]) -> None:
        kept.append(server.accept()[0])

    kept: list[socket.socket] = []
    with socket.create_server((HOME, 0)) as server:
        thread = threading.Thread(target=accept, args=(server, kept), daemon=True)
        thread.start()
        said = why(fetch_page(visit(), ways(CLOSED, server.getsockname()[1], seconds=0.2)))
        thread.join()
        kept[0].close()
    assert said.endswith("cannot be fetched from 127.0.0.1 by HTTPS: it does not answer in time")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nhalf", "the page is cut short"),
        (b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", "what it answers is not HTTP"),
        (b"SSH-2.0-OpenSSH\r\n", "what it answers is not HTTP"),
        (b"", "the connection fails"),
    ],
)
def test_what_is_no_whole_page_is_none(answer: bytes, words: str) -> None:
    with serving(saying(answer)) as (port, _):
        assert f"by HTTP: {words};" in why(fetch_page(visit(), ways(port)))


def test_bytes_that_are_no_text_are_read_as_far_as_they_go() -> None:
    with serving(saying(b"HTTP/1.1 404 X\r\nContent-Length: 4\r\n\r\n\xffabc")) as (port, _):
        assert fetch_page(visit(), ways(port)) == Page(404, "\ufffdabc")


@pytest.fixture
def quiet() -> Iterator[int]:
    with serving(saying(page(200, "well"))) as (port, _):
        yield port


def test_many_pages_come_in_the_order_of_the_visits(quiet: int) -> None:
    visits = [visit(), visit("10.0.0.1"), visit()]
    found = fetch_pages(visits, ways(quiet))
    assert [type(each) for each in found] == [Page, Unfetched, Page]
    assert fetch_pages([], ways(quiet)) == []
