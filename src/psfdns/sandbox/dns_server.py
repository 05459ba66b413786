"""The sandbox's DNS over UDP and TCP on loopback."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.sandbox.dns_messages import DnsService

IDLE_SECONDS = 5.0
"""How long a TCP connection may be silent (RFC 7766 §6.2.3)."""
_TRIES = 20
"""How often a free UDP port is looked for that is free over TCP too."""


class DnsServer:
    """A DnsService behind a port of its own; `port` 0 takes a free one. Raises PsfdnsError if it is taken."""

    def __init__(self, service: DnsService, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._udp, self._tcp = _bind(host, port)
        self._udp.answer = self._tcp.answer = service.answer
        self.address = host
        self.port: int = self._udp.server_address[1]
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            for server in (self._udp, self._tcp)
        ]

    def start(self) -> None:
        """Answer from now on, in threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Answer no longer and give the port back."""
        for server, thread in zip((self._udp, self._tcp), self._threads, strict=True):
            if thread.ident is not None:
                server.shutdown()
                thread.join()
            server.server_close()


Answering = Callable[..., bytes | None]


class _UdpServer(socketserver.UDPServer):
    max_packet_size = 0xFFFF
    answer: Answering

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is no matter."""


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    """CAs validate many names at a time, and some ask over TCP alone; a full queue costs each a second."""
    answer: Answering

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is no matter."""


class _UdpHandler(socketserver.BaseRequestHandler):
    server: _UdpServer

    def handle(self) -> None:
        data, listening = self.request
        answer = self.server.answer(data, datagram=True)
        if answer is not None:
            listening.sendto(answer, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    server: _TcpServer

    def handle(self) -> None:
        """One query after the other, each behind its length (RFC 1035 §4.2.2)."""
        while len(length := self.rfile.read(2)) == 2:
            answer = self.server.answer(self.rfile.read(int.from_bytes(length, "big")), datagram=False)
            if answer is None:
                return
            self.wfile.write(len(answer).to_bytes(2, "big") + answer)


def _bind(host: str, port: int) -> tuple[_UdpServer, _TcpServer]:
    """Both on one port."""
    for attempt in range(_TRIES):
        try:
            tcp = _TcpServer((host, port), _TcpHandler)
            try:
                return _UdpServer((host, tcp.server_address[1]), _UdpHandler), tcp
            except OSError:
                tcp.server_close()
                raise
        except (OSError, OverflowError) as error:
            if port == 0 and attempt < _TRIES - 1:
                continue
            reason = getattr(error, "strerror", None) or str(error)
            raise PsfdnsError(
                f"cannot listen for DNS on {host} port {port}: {reason}", hint="choose another --dns-port"
            ) from error
    raise AssertionError  # the last attempt returns or raises
