"""What a server shows when TLS begins: the whole chain of certificates, whatever it is worth.

OpenSSL by pyOpenSSL, as the standard library gives the chain away from Python 3.13 on only. It speaks into
memory, and the socket is ours: it goes to the judged address only, all of an exchange has one time limit, and
no more is read than a handshake has. Nothing is sent but the name; nothing that is shown is trusted here.
"""

from __future__ import annotations

import contextlib
import enum
import errno
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from psfdns.urls import is_loopback
from psfdns.web.deadline import ending
from psfdns.web.reach import is_public

if TYPE_CHECKING:
    from OpenSSL import SSL

PORT = 443
SECONDS = 10.0
"""For all of one handshake, connecting included."""
THREADS = 16
"""Handshakes under way at a time."""
MAX_BYTES = 256 << 10
"""Read of one server; OpenSSL takes chains of up to 100 KiB."""
_CHUNK = 16 << 10
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EACCES, errno.EPERM})
"""Our own side has no way there."""
_CIPHERS = b"DEFAULT:@SECLEVEL=0"
"""Weak ones too: to say that a server is weak it has to be heard."""


class Silence(enum.Enum):
    """Why there is no chain."""

    NOT_PUBLIC = "the address is not public, and is not connected to"
    ELSEWHERE = "it is not on this machine, and --sandbox connects to no other"
    NO_ROUTE = "there is no way there from here"
    UNREACHABLE = "it cannot be reached"
    TIMEOUT = "it does not answer in time"
    REFUSED = "nothing listens there"
    NOT_TLS = "it does not shake hands"
    LATE = "the time for all was over"


@dataclass(frozen=True, slots=True)
class Unheard:
    """No chain; `detail` is for a person."""

    silence: Silence
    detail: str = ""

    @property
    def words(self) -> str:
        """Why, as half a sentence."""
        return self.silence.value + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Shown:
    """The certificates as DER in the order in which they came, and the version of TLS (`TLSv1.3`)."""

    chain: tuple[bytes, ...]
    protocol: str


Heard = Shown | Unheard


class Call(NamedTuple):
    """A host, without final dot, and one of its addresses."""

    host: str
    address: str


@dataclass(frozen=True, slots=True)
class Ways:
    """How to get there: the port, whom we may connect to, how long one handshake may take.

    `refused`: what is said of an address that we may not connect to.
    """

    port: int
    may_connect: Callable[[str], bool]
    seconds: float = SECONDS
    refused: Silence = Silence.NOT_PUBLIC


def open_ways() -> Ways:
    """The ways of the public web."""
    return Ways(PORT, is_public)


def keep_here(ways: Ways) -> Ways:
    """The same, to this machine alone."""
    return replace(ways, may_connect=is_loopback, refused=Silence.ELSEWHERE)


def shake_hands(calls: Sequence[Call], ways: Ways, *, threads: int = THREADS) -> list[Heard]:
    """What was heard, in the order of the calls."""
    if not calls:
        return []
    with ThreadPoolExecutor(min(threads, len(calls)), thread_name_prefix="handshake") as pool:
        return list(pool.map(lambda call: shake_hand(call, ways), calls))


def shake_hand(call: Call, ways: Ways) -> Heard:
    """The chain that one address shows for the host."""
    if not ways.may_connect(call.address):
        return Unheard(ways.refused)
    try:
        connected = socket.create_connection((call.address, ways.port), timeout=ways.seconds)
    except OSError as error:
        return Unheard(_silence_of(error), "" if isinstance(error, TimeoutError) else error.strerror or "")
    with connected:
        try:
            with ending(connected, ways.seconds):
                return _exchange(connected, call.host)
        except TimeoutError:
            return Unheard(Silence.TIMEOUT)
        except OSError as error:
            return Unheard(Silence.NOT_TLS, error.strerror or "")


def _silence_of(error: OSError) -> Silence:
    if isinstance(error, TimeoutError):
        return Silence.TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return Silence.REFUSED
    return Silence.NO_ROUTE if error.errno in _NO_ROUTE else Silence.UNREACHABLE


def _exchange(connected: socket.socket, host: str) -> Heard:
    """A handshake; raises OSError. A server that shows its chain and then wants ours has shown its chain."""
    from OpenSSL import SSL

    speaking = _begin(host)
    detail = ""
    try:
        _complete(speaking, connected)
    except SSL.Error as error:
        detail = _words_of(error)
        if not _has_proved_its_key(speaking):
            return Unheard(Silence.NOT_TLS, detail)
    chain = _chain_of(speaking)
    return Shown(chain, speaking.get_protocol_version_name()) if chain else Unheard(Silence.NOT_TLS, detail)


def _begin(host: str) -> SSL.Connection:
    from OpenSSL import SSL

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_cipher_list(_CIPHERS)
    context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
    speaking = SSL.Connection(context, None)
    speaking.set_tlsext_host_name(host.encode("ascii"))
    speaking.set_connect_state()
    return speaking


def _complete(speaking: SSL.Connection, connected: socket.socket) -> None:
    """Carry what OpenSSL says and hears, until hands are shaken. Raises SSL.Error, OSError."""
    from OpenSSL import SSL

    left = MAX_BYTES
    while True:
        try:
            speaking.do_handshake()
        except SSL.WantReadError:
            _send(speaking, connected)
        else:
            return
        heard = connected.recv(_CHUNK)
        left -= len(heard)
        if not heard:
            raise ConnectionAbortedError(errno.ECONNABORTED, "it closes the connection")
        if left < 0:
            raise ConnectionAbortedError(errno.ECONNABORTED, "it does not come to an end")
        speaking.bio_write(heard)


def _has_proved_its_key(speaking: SSL.Connection) -> bool:
    """Whether it has signed before the handshake failed: the certificate alone anybody can show.

    We have sent our last message, which we do after its signature fits. With RSA's own exchange of keys
    nothing is signed, and only its last message proves anything.
    """
    signed = (speaking.get_cipher_name() or "").startswith(("TLS_", "ECDHE-", "DHE-"))
    return signed and speaking.get_finished() is not None


def _send(speaking: SSL.Connection, connected: socket.socket) -> None:
    from OpenSSL import SSL

    with contextlib.suppress(SSL.WantReadError):
        while True:
            connected.sendall(speaking.bio_read(_CHUNK))


def _chain_of(speaking: SSL.Connection) -> tuple[bytes, ...]:
    from OpenSSL import crypto

    shown = speaking.get_peer_cert_chain() or ()
    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, each) for each in shown)


def _words_of(error: Exception) -> str:
    """OpenSSL's own words for what went wrong, such as `wrong version number`; those about TLS first."""
    said = [each for reasons in error.args if isinstance(reasons, list) for each in reasons if each[2]]
    of_tls = [each for each in said if each[0] == "SSL routines"]
    return next((str(reason) for _, _, reason in (*of_tls, *said)), "")
