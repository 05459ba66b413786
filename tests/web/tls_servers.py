"""Servers on the loopback that show certificates, or misbehave before they would: by address, on one port."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from psfdns.certs.pem import CertificateSet
from tests.mini_internet import free_port

Manner = Callable[[socket.socket], None]
FORGET = 30.0
"""Seconds after which a connection that a test has left is closed."""


def make_context(shown: CertificateSet, *, chain: bytes | None = None) -> ssl.SSLContext:
    """A server that shows the certificate and its chain, or another chain; weak keys are all right."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "server.pem")
        above = shown.chain if chain is None else chain
        path.write_bytes(shown.certificate + above + shown.key)
        context.load_cert_chain(path)
    return context


def showing(shown: CertificateSet, *, chain: bytes | None = None) -> Manner:
    return speaking(make_context(shown, chain=chain))


def by_host(contexts: Mapping[str, ssl.SSLContext]) -> Manner:
    """Each host by its name, as SNI has it; who asks for none of them is refused."""
    first = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def choose(connected: ssl.SSLObject | ssl.SSLSocket, host: str | None, _: object) -> int | None:
        if host is None or host not in contexts:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connected.context = contexts[host]
        return None

    first.sni_callback = choose
    return speaking(first)


def speaking(context: ssl.SSLContext) -> Manner:
    def serve(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as connected:
            connected.recv(1)

    return serve


def impostor(context: ssl.SSLContext, instead: bytes) -> Manner:
    """Shows the certificate in TLS 1.2, as anybody can, then a signature that does not fit, or bytes."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    def serve(client: socket.socket) -> None:
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        real = context.wrap_bio(heard, said, server_side=True)
        heard.write(client.recv(4096))
        with contextlib.suppress(ssl.SSLWantReadError):
            real.do_handshake()
        for kind, record in _messages(said.read()):
            if kind == _SERVER_KEY_EXCHANGE:
                client.sendall(instead or record[:-1] + bytes([record[-1] ^ 1]))
            else:
                client.sendall(record)
        client.recv(1)

    return serve


_SERVER_KEY_EXCHANGE = 12


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Handshake messages (RFC 5246 §7.4), each in a record of its own."""
    flight = b""
    while data:
        size = int.from_bytes(data[3:5], "big")
        flight, data = flight + data[5 : 5 + size], data[5 + size :]
    while flight:
        size = 4 + int.from_bytes(flight[1:4], "big")
        yield flight[0], b"\x16\x03\x03" + size.to_bytes(2, "big") + flight[:size]
        flight = flight[size:]


def saying(*parts: bytes) -> Manner:
    """These bytes at once, whatever is asked, and then nothing."""

    def serve(client: socket.socket) -> None:
        client.recv(4096)
        for part in parts:
            client.sendall(part)
        client.recv(1)

    return serve


def silent(client: socket.socket) -> None:
    while client.recv(4096):
        pass


def closing(client: socket.socket) -> None:
    client.recv(4096)


def dripping(client: socket.socket) -> None:
    """A record of TLS, a byte at a time, that never ends."""
    client.recv(4096)
    pause = threading.Event()
    for byte in b"\x16\x03\x03\x3f\xff" + bytes(16 << 10):
        client.sendall(bytes([byte]))
        pause.wait(0.02)


@contextmanager
def serving(manners: Mapping[str, Manner]) -> Iterator[int]:
    """They listen inside the block, each at its address, on the port that is given."""
    port = free_port(tuple(each for each in manners if ":" not in each))
    with ExitStack() as stack:
        threads: list[threading.Thread] = []
        for address, manner in manners.items():
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listening = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((address, port))
            listening.listen(64)
            thread = threading.Thread(target=_accept, args=(listening, manner), daemon=True)
            thread.start()
            threads.append(thread)
            stack.callback(thread.join)
            stack.callback(listening.shutdown, socket.SHUT_RDWR)
        yield port


def _accept(listening: socket.socket, manner: Manner) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        client.settimeout(FORGET)
        threading.Thread(target=_serve, args=(client, manner), daemon=True).start()


def _serve(client: socket.socket, manner: Manner) -> None:
    with contextlib.suppress(OSError), client:
        manner(client)
