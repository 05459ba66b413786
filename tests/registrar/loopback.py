"""Servers on the loopback that speak HTTP, and misbehave once where a test wants it."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.http_serving import answering


class Asked(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Said(NamedTuple):
    """An answer. `cut`: the connection ends after the headers; `drip`: a byte every so many seconds."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    drip: float = 0.0


@dataclass
class Fault:
    """What becomes of `times` requests that fit; `after`: once they are carried out."""

    method: str
    path: str
    said: Said | None
    times: int = 1
    after: bool = False

    def fits(self, asked: Asked) -> bool:
        return self.times > 0 and asked.method == self.method and bool(re.fullmatch(self.path, asked.path))


@dataclass
class Server:
    """Answers by `answer`; `faults` come first."""

    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, asked: Asked) -> Said:
        raise NotImplementedError

    def handle(self, asked: Asked) -> Said | None:
        """None: the connection ends without a word."""
        with self.lock:
            self.asked.append(asked)
            fault = next((each for each in self.faults if each.fits(asked)), None)
            if fault is None:
                return self.answer(asked)
            fault.times -= 1
            if fault.after:
                self.answer(asked)
            return fault.said

    def fail(self, method: str, path: str, said: Said | None, *, times: int = 1, after: bool = False) -> None:
        self.faults.append(Fault(method, path, said, times, after))

    @property
    def counted(self) -> Counter[str]:
        return Counter(f"{each.method} {each.path}" for each in self.asked)

    def changes(self) -> list[Asked]:
        """What was sent that changes something: no GET, and no rehearsal."""
        return [each for each in self.asked if each.method != "GET" and "dry-run" not in each.headers]


@contextmanager
def serving(server: Server, path: str = "") -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query))
            said = server.handle(Asked(self.command, parts.path, query, headers, self.rfile.read(size)))
            with contextlib.suppress(OSError):
                if said is not None:
                    self.say(said)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - their names

        def say(self, said: Said) -> None:
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body) + said.cut))
            self.end_headers()
            for start in range(0, len(said.body), 1 if said.drip else max(1, len(said.body))):
                self.wfile.write(said.body[start:] if not said.drip else said.body[start : start + 1])
                self.wfile.flush()
                time.sleep(said.drip)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with answering(Handler) as port:
        server.url = f"http://127.0.0.1:{port}{path}"
        yield
