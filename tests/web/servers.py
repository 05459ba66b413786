"""Web servers on the loopback that answer whatever bytes a test wants, with TLS or without."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Serve = Callable[[socket.socket, bytes], None]
HOME = "127.0.0.1"


def saying(*parts: bytes) -> Serve:
    """Answer with these bytes, whatever is asked."""

    def serve(client: socket.socket, _: bytes) -> None:
        client.sendall(b"".join(parts))

    return serve


def page(status: int, text: str, **headers: str) -> bytes:
    """A whole response."""
    body = text.encode()
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Length: {len(body)}",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def serving(serve: Serve, *, tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A server's port, and the requests that it has read."""
    requests: list[bytes] = []
    with socket.create_server((HOME, 0)) as server:
        thread = threading.Thread(target=_accept, args=(server, serve, tls, requests), daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], requests
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(server: socket.socket, serve: Serve, tls: ssl.SSLContext | None, requests: list[bytes]) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with suppress(OSError), client:
            speaking = tls.wrap_socket(client, server_side=True) if tls else client
            with speaking:
                requests.append(_read_head(speaking))
                serve(speaking, requests[-1])


def _read_head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (more := client.recv(4096)):
        head += more
    return head


def self_signed(folder: Path, names: list[str | None]) -> ssl.SSLContext:
    """The context of a server with a certificate of its own; the names that clients ask for are noted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider.example")])
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.sni_callback = lambda _, server_name, __: names.append(server_name)
    return context
