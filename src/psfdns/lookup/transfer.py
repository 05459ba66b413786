"""A whole zone from one server (AXFR, RFC 5936) over TCP: bounded in records, bytes and time.

No dnspython exception leaves this module: what goes wrong is a Failure.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rrset

from psfdns.lookup.answer import Failure, HeardSet, Question, Reason, canonical_name, read_answer
from psfdns.lookup.server import Server
from psfdns.names import labels_of


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """What is taken of a zone; whoever sends more is not believed."""

    records: int = 200_000
    octets: int = 16 << 20
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Transfer:
    """A zone as a server handed it over; record sets may come in pieces."""

    server: Server
    sets: tuple[HeardSet, ...]


class _RefusedError(Exception):
    """The server does not hand the zone over, or hands over something else; the message says so."""


def transfer(server: Server, zone: str, *, limits: TransferLimits | None = None) -> Transfer | Failure:
    """The zone, or why there is none."""
    question = Question(zone, "AXFR")
    try:
        return Transfer(server, tuple(_records(server, zone, limits or TransferLimits())))
    except TimeoutError:
        return Failure(server, question, Reason.TIMEOUT)
    except _RefusedError as error:
        return Failure(server, question, Reason.REFUSED, str(error))
    except (OSError, EOFError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        return Failure(server, question, Reason.UNREACHABLE, detail)
    except (dns.exception.DNSException, ValueError) as error:
        return Failure(server, question, Reason.MALFORMED, type(error).__name__)


def _records(server: Server, zone: str, limits: TransferLimits) -> Iterator[HeardSet]:
    """Everything between the first SOA and the last (RFC 5936 §2.2)."""
    apex = dns.name.Name((*labels_of(zone), b""))
    query = dns.message.make_query(apex, "AXFR")
    begun = False
    count = 0
    for message in _messages(server, query, limits):
        if message.id != query.id or message.rcode() != dns.rcode.NOERROR:
            rcode = dns.rcode.to_text(message.rcode())
            raise _RefusedError("" if rcode == "REFUSED" else rcode)
        for heard in read_answer(message, server, Question(zone, "AXFR")).answer:
            count += 1
            if count > limits.records:
                raise _RefusedError(f"more than {limits.records:,} records")
            is_soa = (heard.name, heard.type) == (canonical_name(apex), "SOA")
            if begun and is_soa:
                return
            if not begun and not is_soa:
                raise _RefusedError("the transfer does not begin with the zone's SOA")
            begun = True
            yield heard
        if not begun:
            raise _RefusedError("an empty answer")


def _messages(
    server: Server, query: dns.message.QueryMessage, limits: TransferLimits
) -> Iterator[dns.message.Message]:
    """Messages as they come, each behind its length (RFC 1035 §4.2.2)."""
    until = time.monotonic() + limits.seconds
    room = limits.octets
    family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(min(limits.seconds, 5.0))
        connection.connect((server.address, server.port))
        wire = query.to_wire()
        connection.sendall(len(wire).to_bytes(2, "big") + wire)
        while True:
            size = int.from_bytes(_receive(connection, 2, until), "big")
            room -= size
            if room < 0:
                raise _RefusedError(f"more than {limits.octets:,} bytes")
            data = _receive(connection, size, until)
            yield dns.message.from_wire(data, xfr=True, one_rr_per_rrset=True)


def _receive(connection: socket.socket, size: int, until: float) -> bytes:
    """Exactly so many bytes before the time is over; raises TimeoutError, EOFError."""
    parts = bytearray()
    while len(parts) < size:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        part = connection.recv(size - len(parts))
        if not part:
            raise EOFError("the connection ended in the middle")
        parts += part
    return bytes(parts)
