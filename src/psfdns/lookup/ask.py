"""One question to one server, and many to many: UDP with EDNS, TCP where that is cut short. Bounded in time.

No dnspython exception leaves this module: what goes wrong is a Failure. A server that does not answer is not
waited for again and again: after `MAX_SILENCES` failures in a row, with no answer ever since, what is left
for it fails at once.
"""

from __future__ import annotations

import enum
import socket
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query

from psfdns.lookup.answer import Answer, Failure, Question, Reason, read_answer
from psfdns.lookup.server import Server
from psfdns.names import labels_of

EDNS_PAYLOAD = 1232
"""Bytes that pass every path without being fragmented (DNS Flag Day 2020; RFC 9715 §3.2)."""
MAX_SILENCES = 6
MANY_THREADS = 32
PROBES = 32
"""Questions that are asked before all others, to see whether the way is open."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one question may take: `tries` of `seconds` each over UDP, and again over TCP if need be."""

    seconds: float = 2.0
    tries: int = 2


class Way(enum.Enum):
    """How a question travels: as it usually does, or in one way alone, to see whether that one works."""

    USUAL = "UDP with EDNS, then TCP where the answer was cut short"
    UDP = "UDP with EDNS"
    PLAIN = "UDP without EDNS"
    TCP = "TCP without EDNS"
    SIGNED = "as usual, with the signatures (DO, RFC 3225)"


Asked = Answer | Failure
Pair = tuple[Server, Question]
Told = TypeVar("Told")


def ask(
    server: Server,
    question: Question,
    *,
    recursive: bool = False,
    patience: Patience | None = None,
    way: Way = Way.USUAL,
) -> Asked:
    """Ask one server; `recursive` wants a resolver to find the answer for us."""
    return ask_for(server, question, read_answer, recursive=recursive, patience=patience, way=way)


def ask_for(
    server: Server,
    question: Question,
    read: Callable[[dns.message.Message, Server, Question], Told],
    *,
    recursive: bool = False,
    patience: Patience | None = None,
    way: Way = Way.USUAL,
) -> Told | Failure:
    """Ask one server, and have the response read."""
    patience = patience or Patience()
    query = make_query(question, recursive=recursive, way=way)
    failure = Failure(server, question, Reason.TIMEOUT)
    for _ in range(patience.tries):
        try:
            message = _exchange(query, server, patience.seconds, way)
        except (dns.exception.DNSException, OSError, EOFError, ValueError) as error:
            failure = Failure(server, question, _reason_of(error), _detail_of(error))
        else:
            return read(message, server, question)
    return failure


def _exchange(
    query: dns.message.QueryMessage, server: Server, seconds: float, way: Way
) -> dns.message.Message:
    """The response that came the way."""
    where: dict[str, Any] = {"where": server.address, "timeout": seconds, "port": server.port}
    if way is Way.TCP:
        return dns.query.tcp(query, **where)
    where |= {"ignore_unexpected": True, "ignore_errors": True}
    with _connect(server) as connected:
        if way in {Way.USUAL, Way.SIGNED}:
            return dns.query.udp_with_fallback(query, udp_sock=connected, **where)[0]
        return dns.query.udp(query, sock=connected, **where)


def _connect(server: Server) -> socket.socket:
    """A connected UDP socket, which learns of a closed port at once."""
    family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
    connected = socket.socket(family, socket.SOCK_DGRAM)
    try:
        connected.setblocking(False)  # noqa: FBT003 - the standard library's own signature
        connected.connect((server.address, server.port))
    except OSError:
        connected.close()
        raise
    return connected


def make_query(
    question: Question, *, recursive: bool = False, way: Way = Way.USUAL
) -> dns.message.QueryMessage:
    """The query message."""
    return dns.message.make_query(
        dns.name.Name((*labels_of(question.name), b"")),
        question.type,
        use_edns=-1 if way in {Way.PLAIN, Way.TCP} else 0,
        payload=EDNS_PAYLOAD,
        want_dnssec=way is Way.SIGNED,
        flags=dns.flags.RD if recursive else 0,
    )


def ask_many(
    pairs: Sequence[Pair],
    *,
    recursive: bool = False,
    patience: Patience | None = None,
    way: Way = Way.USUAL,
    threads: int = MANY_THREADS,
    ask_one: Callable[..., Asked] = ask,
) -> list[Asked]:
    """The answers in the order of the pairs, `threads` questions under way at a time."""

    def ask_pair(server: Server, question: Question) -> Asked:
        return ask_one(server, question, recursive=recursive, patience=patience, way=way)

    return ask_each(pairs, ask_pair, threads=threads)


def ask_each(
    pairs: Sequence[Pair], ask_pair: Callable[[Server, Question], Told | Failure], *, threads: int
) -> list[Told | Failure]:
    """What `ask_pair` tells of each, in the order of the pairs; who keeps silent is not asked for ever."""
    silences = _Silences()

    def ask_next(pair: Pair) -> Told | Failure:
        server, question = pair
        given_up = silences.given_up(server, question)
        if given_up is not None:
            return given_up
        asked = ask_pair(server, question)
        silences.note(server, asked)
        return asked

    if not pairs:
        return []
    with ThreadPoolExecutor(min(threads, len(pairs)), thread_name_prefix="ask") as pool:
        return list(pool.map(ask_next, pairs))


def ask_while_open(
    pairs: Sequence[Pair], ask_pairs: Callable[[Sequence[Pair]], Sequence[Asked]], *, probes: int = PROBES
) -> list[Asked]:
    """The answers of `ask_pairs`; but where none of the first ones comes, the way is closed and all fail."""
    first = ask_pairs(pairs[:probes])
    failed = [asked for asked in first if isinstance(asked, Failure)]
    if failed and len(failed) == len(first):
        closed = failed[0]
        return [*first, *(Failure(*pair, closed.reason, closed.detail) for pair in pairs[probes:])]
    return [*first, *ask_pairs(pairs[probes:])]


class _Silences:
    """Which servers have stopped answering."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: Counter[Server] = Counter()
        self._last: dict[Server, Failure] = {}

    def note(self, server: Server, asked: object) -> None:
        with self._lock:
            if isinstance(asked, Failure):
                self._failures[server] += 1
                self._last[server] = asked
            else:
                self._failures[server] = 0

    def given_up(self, server: Server, question: Question) -> Failure | None:
        """The failure to hand back without asking."""
        with self._lock:
            if self._failures[server] < MAX_SILENCES:
                return None
            last = self._last[server]
        return Failure(server, question, last.reason, last.detail)


def _reason_of(error: Exception) -> Reason:
    if isinstance(error, dns.exception.Timeout | TimeoutError):
        return Reason.TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return Reason.REFUSED
    if isinstance(error, OSError | EOFError):
        return Reason.UNREACHABLE
    return Reason.MALFORMED


def _detail_of(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or ""
    return "" if isinstance(error, dns.exception.Timeout) else type(error).__name__
