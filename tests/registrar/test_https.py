"""One request, one answer, within bounds; and whether a request may have arrived."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from psfdns.registrar import https
from psfdns.registrar.https import Bounds, Reply, Request, Silence, exchange
from tests.registrar.loopback import Asked, Said, Server, serving

QUICK = Bounds(seconds=0.4, octets=1000)


class Web(Server):
    said = Said(200, b"hello", (("X-Odd", "1"), ("x-odd", "2")))

    def answer(self, asked: Asked) -> Said:
        return self.said


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    with serving(server):
        yield server


@contextmanager
def raw(*chunks: bytes, every: float = 0.0) -> Iterator[str]:
    """A server that says these bytes to whoever connects, and then nothing."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def serve() -> None:
            while not done.is_set():
                try:
                    connected, _ = listening.accept()
                except TimeoutError:
                    continue
                with connected:
                    try:
                        for chunk in chunks:
                            connected.sendall(chunk)
                            done.wait(every)
                        if every:
                            done.wait()
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            done.set()
            thread.join()


def test_a_request_arrives_as_it_is_and_the_answer_comes_back(web: Web) -> None:
    request = Request("PUT", f"{web.url}/a%2Fb?c=d", {"X-Test": "yes"}, b"body")
    assert exchange(request) == Reply(200, web_headers(exchange(request)), b"hello")
    (first, _) = web.asked
    assert (first.method, first.path, first.query, first.body) == ("PUT", "/a%2Fb", {"c": "d"}, b"body")
    assert first.headers["x-test"] == "yes"
    assert first.headers["connection"] == "close"


def web_headers(answered: Reply | Silence) -> dict[str, str]:
    assert isinstance(answered, Reply)
    assert answered.headers["x-odd"] == "2"
    return dict(answered.headers)


def test_redirects_and_errors_are_answers_and_are_not_followed(web: Web) -> None:
    web.said = Said(302, b"", (("Location", "http://127.0.0.1:1/"),))
    answered = exchange(Request("GET", web.url))
    assert isinstance(answered, Reply)
    assert (answered.status, answered.headers["location"]) == (302, "http://127.0.0.1:1/")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Said(200, b"x" * 1001), "answers with more than 1,000 bytes"),
        (Said(200, b"x" * 10, cut=True), "was cut off before the answer was whole"),
        (Said(200, b"x" * 100, drip=0.05), "does not answer in time"),
        (None, "was cut off before the answer was whole"),
    ],
)
def test_what_has_no_end_or_no_time_or_is_cut_may_have_arrived(web: Web, said: Said | None, why: str) -> None:
    web.fail("GET", "/", said)
    assert exchange(Request("GET", f"{web.url}/"), QUICK) == Silence(why, sent=True)


@pytest.mark.parametrize(
    ("chunks", "every", "why"),
    [
        ((b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 100), 0.05, "does not answer in time"),
        ((b"",), 0.05, "does not answer in time"),
        ((b"SSH-2.0-OpenSSH\r\n\r\n",), 0.0, "answers with something that is not HTTP"),
        (
            (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",),
            0.0,
            "answers with something that is not HTTP",
        ),
        (
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",),
            0.0,
            "was cut off before the answer was whole",
        ),
        (
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",),
            0.0,
            "was cut off before the answer was whole",
        ),
    ],
)
def test_what_is_dripped_or_no_http_is_told_as_such(
    chunks: tuple[bytes, ...], every: float, why: str
) -> None:
    with raw(*chunks, every=every) as url:
        assert exchange(Request("GET", url), QUICK) == Silence(why, sent=True)


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    answered = exchange(Request("POST", f"http://127.0.0.1:{port}/"))
    assert answered == Silence("cannot be reached (Connection refused)", sent=False)


def test_a_header_that_cannot_be_sent_is_not_quoted(web: Web) -> None:
    answered = exchange(Request("GET", web.url, {"Authorization": "Bearer a-secret\nX: y"}))
    assert answered == Silence("cannot be asked", sent=True)
    assert web.asked == []


def test_no_repr_holds_headers_or_bodies() -> None:
    request = Request("POST", "https://a.test/", {"Authorization": "a-secret"}, b"a-secret")
    assert "a-secret" not in repr(request)


def test_what_is_no_url_of_ours_is_not_asked() -> None:
    for url in ("http://192.0.2.1/", "https://user@a.test/", "https://a.test/\n", ""):
        assert exchange(Request("GET", url)) == Silence("has a URL that is not https", sent=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine's, and its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    further = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(["openssl", *words.split(), *further], cwd=folder, check=True, capture_output=True)
    path = folder / "both.pem"
    path.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return path


@contextmanager
def tls(certificate: Path, answer: bytes) -> Iterator[str]:
    """A server with this certificate; one that is left in the middle of the handshake goes on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def serve() -> None:
            while not done.is_set():
                try:
                    connected, _ = listening.accept()
                    connected.settimeout(2)
                    with context.wrap_socket(connected, server_side=True) as wrapped:
                        wrapped.recv(65536)
                        wrapped.sendall(answer)
                except OSError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            done.set()
            thread.join()


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


def test_a_certificate_is_judged_before_anything_is_said(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tls(certificate, ANSWER) as url:
        answered = exchange(Request("GET", url))
        assert isinstance(answered, Silence)
        assert not answered.sent
        assert "its certificate is not trusted: self-signed certificate" in answered.why
        monkeypatch.setattr(https, "_tls", lambda: ssl.create_default_context(cafile=str(certificate)))
        trusted = exchange(Request("GET", url))
        assert isinstance(trusted, Reply)
        assert trusted.body == b"hi"


def test_a_handshake_that_has_no_end_ends_in_time_and_nothing_was_sent() -> None:
    with raw(b"\x16", *[b"\x03"] * 100, every=0.05) as url:
        answered = exchange(Request("GET", url.replace("http:", "https:")), QUICK)
    assert isinstance(answered, Silence)
    assert not answered.sent


def test_the_door_does_not_follow_the_environments_proxies(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    assert isinstance(exchange(Request("GET", web.url)), Reply)
    assert http.client.HTTPConnection.debuglevel == 0
