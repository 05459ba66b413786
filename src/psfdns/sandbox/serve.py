"""The sandbox over HTTP on loopback, so that any tool with an endpoint setting can talk to it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from psfdns.errors import PsfdnsError
from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.sandbox import Sandbox

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a request; the longest that can pass the rules is far below."""
CLOSING_SECONDS = 5.0
"""How long a stop waits for requests that are being answered."""


class SandboxServer:
    """A sandbox behind a port of its own; `port` 0 takes a free one. Raises PsfdnsError where it is taken."""

    def __init__(self, sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._active = 0
        self._idle = threading.Condition()
        try:
            self._server = _Server((host, port), _Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise PsfdnsError(
                f"cannot listen on {host} port {port}: {reason}", hint="choose another --port"
            ) from error
        self._server.owner = self
        self.sandbox = sandbox
        self.url = f"http://{host}:{self._server.server_port}"

    def run(self) -> None:
        """Answer requests until `stop` is called, then let those that are being answered end."""
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._server.server_close()
            with self._idle:
                self._idle.wait_for(lambda: self._active == 0, timeout=CLOSING_SECONDS)

    def stop(self) -> None:
        """Make `run` return; may be called from a signal handler or another thread."""
        threading.Thread(target=self._server.shutdown, daemon=True).start()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Around each request, so that a stop waits for it."""
        with self._idle:
            self._active += 1
        try:
            yield
        finally:
            with self._idle:
                self._active -= 1
                self._idle.notify_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: SandboxServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is no matter."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "psfdns-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    """Headers and body leave in one packet; two would meet the delay of TCP's acknowledgements."""

    server: _Server

    def _answer(self) -> None:
        with self.server.owner.answering():
            url = urlsplit(self.path)
            body = self._read_body()
            if body is None:
                return
            sandbox = self.server.owner.sandbox
            try:
                response = sandbox.handle(self.command, url.path, url.query, dict(self.headers), body)
            except PsfdnsError as error:
                response = sandbox.refuse(ApiError("SandboxStateUnreadable", error.summary))
            status, headers, content = response
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in {"content-length", "date", "server"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

    def _read_body(self) -> bytes | None:
        """The request's body, or None where it was refused for its length."""
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY:
            self.close_connection = True
            self.send_error(413)
            return None
        return self.rfile.read(int(length))

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it so
        """Nothing is logged: clients tell what they were told."""
