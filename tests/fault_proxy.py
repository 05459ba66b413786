"""Stands in front of a CA and spoils requests on purpose: limits, outages, answers that are lost or late.

The Host header is handed on, so that the CA's URLs, which are signed, lead through here.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from tests.http_serving import answering

ERROR = "urn:ietf:params:acme:error:"


@dataclass
class Fault:
    """`do` is one of the ways below, for requests whose method and path contain `where`, `times` often."""

    where: str
    do: str
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    kind: str | None = None
    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None
    """Called before anything is done, and once the CA was asked: a kill, for one."""


STATUSES = {"limited": 429, "down": 503, "conflict": 409, "broken": 500, "moved": 302, "forbidden": 403}
"""What is answered without asking the CA. Besides: "drop" closes before, "lose" after the CA was asked,
"hang" answers nothing until the end, "flood" never ends."""


class Proxy:
    def __init__(self, target: str, bundle: Path) -> None:
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.answered: list[tuple[str, int]] = []
        self.done = threading.Event()
        self._target = urlsplit(target)
        self._context = ssl.create_default_context(cafile=str(bundle))
        self._lock = threading.Lock()

    def count(self, where: str) -> int:
        return sum(where in request for request in self.requests)

    def good(self, where: str) -> int:
        """How many of these requests the CA has answered well."""
        return sum(where in request and status < 300 for request, status in self.answered)

    def take(self, line: str) -> Fault | None:
        with self._lock:
            self.requests.append(line)
            for fault in self.faults:
                if fault.times and fault.where in line:
                    fault.times -= 1
                    return fault
        return None

    def forward(
        self, handler: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPSConnection(
            self._target.hostname or "", self._target.port, context=self._context
        )
        try:
            connection.request(handler.command, handler.path, body, dict(handler.headers))
            answer = connection.getresponse()
            self.answered.append((f"{handler.command} {handler.path}", answer.status))
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        fault = self.proxy.take(f"{self.command} {self.path}")
        if fault is not None and fault.before is not None:
            fault.before()
        if fault is None or fault.do == "pass":
            self._send(*self.proxy.forward(self, body))
        elif fault.do in STATUSES:
            self._refuse(fault)
        else:
            self._spoil(fault, body)

    def _refuse(self, fault: Fault) -> None:
        kind = fault.kind or ("rateLimited" if fault.do == "limited" else None)
        document = {"type": f"{ERROR}{kind}", "detail": "a test says so"} if kind else {}
        headers = [("Content-Type", "application/problem+json"), *fault.headers.items()]
        self._send(STATUSES[fault.do], headers, json.dumps(document).encode())

    def _spoil(self, fault: Fault, body: bytes) -> None:
        self.close_connection = True
        if fault.do == "lose":
            self.proxy.forward(self, body)
            if fault.after is not None:
                fault.after()
        elif fault.do == "hang":
            self.proxy.done.wait(30)
        elif fault.do == "flood":
            self.send_response(200)
            self.end_headers()
            for _ in range(64):
                self.wfile.write(b"x" * 65536)
        elif fault.do != "drop":
            raise AssertionError(fault.do)

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it so
        """The proxy keeps a list of its own."""


@contextmanager
def fault_proxy(target: str, bundle: Path, key: Path) -> Iterator[tuple[Proxy, str]]:
    """The proxy, and the URL of the directory through it."""
    proxy = Proxy(target, bundle)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bundle, key)
    with answering(handler, tls=context) as port:
        try:
            yield proxy, f"https://127.0.0.1:{port}{urlsplit(target).path}"
        finally:
            proxy.done.set()
