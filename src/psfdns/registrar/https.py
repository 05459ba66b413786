"""The door to registrars, registries and the service of check-ins: one request, one answer, within bounds.

The standard library's client, because all of an exchange has one time limit, however slowly the other side
drips, and because whether a request may have arrived has to be known for sure: a renewal costs money. Nothing
here writes a header anywhere: one of them may be a secret.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult

from psfdns.urls import read_url
from psfdns.web.deadline import ending

SECONDS = 30.0
"""For all of one exchange, once there is a connection."""
CONNECT_SECONDS = 10.0
MAX_BODY = 8 << 20
"""Bytes; a thousand domains of Gandi's list are below one million."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; headers may hold secrets and stand in no repr."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; the names of headers are in lower case, of equal ones the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer; `why` is the end of a sentence whose subject is the other side.

    `sent`: the request may have arrived, and may have been carried out.
    """

    why: str
    sent: bool


Answered = Reply | Silence


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long one exchange may take, and how many bytes its answer may have."""

    seconds: float = SECONDS
    octets: int = MAX_BODY


class _TooLongError(ValueError):
    """An answer without end."""


def exchange(request: Request, bounds: Bounds = Bounds()) -> Answered:
    """Send one request; whatever goes wrong is a Silence."""
    parts = read_url(request.url)
    if parts is None:
        return Silence("has a URL that is not https", sent=False)
    try:
        connected = _connect(parts, bounds)
    except (OSError, ValueError) as error:
        return Silence(f"cannot be reached ({_words_of(error)})", sent=False)
    try:
        with ending(connected, bounds.seconds):
            return _ask(request, parts, connected, bounds)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Silence(_failure(error), sent=True)


def _connect(parts: SplitResult, bounds: Bounds) -> socket.socket:
    """A socket on which nothing was said yet, with TLS where the scheme has it. Raises OSError."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connected = socket.create_connection((host, port), timeout=min(CONNECT_SECONDS, bounds.seconds))
    if parts.scheme != "https":
        return connected
    # Not yet shaking hands, so that what ends in time is the socket that shakes them.
    wrapped = _tls().wrap_socket(connected, server_hostname=host, do_handshake_on_connect=False)
    try:
        with ending(wrapped, bounds.seconds):
            wrapped.do_handshake()
    except OSError:
        wrapped.close()
        raise
    return wrapped


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _ask(request: Request, parts: SplitResult, connected: socket.socket, bounds: Bounds) -> Reply:
    """Raises OSError, HTTPException, ValueError."""
    client = http.client.HTTPConnection(parts.hostname or "", parts.port)
    client.sock = connected
    connected.settimeout(bounds.seconds)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc, "Connection": "close", "User-Agent": "psfdns", **request.headers}
    with contextlib.closing(client):
        client.request(request.method, target, body=request.body, headers=headers)
        with client.getresponse() as response:
            body = response.read(bounds.octets + 1)
            if len(body) > bounds.octets:
                raise _TooLongError(f"answers with more than {bounds.octets:,} bytes")
            if response.length:
                raise http.client.IncompleteRead(body, response.length)
            named = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, named, body)


def _words_of(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no connection in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "TLS fails"
    if isinstance(error, socket.gaierror):
        return "its name has no address"
    return getattr(error, "strerror", None) or "the connection fails"


def _failure(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "does not answer in time"
    if isinstance(error, http.client.IncompleteRead | OSError):
        return "was cut off before the answer was whole"
    if isinstance(error, http.client.HTTPException):
        return "answers with something that is not HTTP"
    # Other errors of value may quote a header.
    return str(error) if isinstance(error, _TooLongError) else "cannot be asked"
