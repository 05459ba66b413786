"""One page of one host, from an address that was found before: no name is resolved here, and none is trusted.

The standard library's client, because the socket has to be ours: it goes to the judged address only, all of
a visit has one time limit, however slowly the other side drips, and a body is not read to an end that it may
not have. Nothing secret is sent, so certificates are not judged: a name that nobody holds has none.
"""

from __future__ import annotations

import contextlib
import html
import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from psfdns.web.deadline import ending
from psfdns.web.reach import is_public

USUAL_PORTS: Mapping[str, int] = {"http": 80, "https": 443}
PORTS = USUAL_PORTS
"""Where we connect; what a redirect may name are the usual ones."""
MAX_BODY = 64 << 10
"""Bytes; the page that says that there is nothing is a small one."""
MAX_REDIRECTS = 3
"""Followed for one page, all within the host."""
MAX_ADDRESSES = 2
"""Of a host that are tried: providers have many, and all say the same."""
SECONDS = 10.0
"""For all of one request, connecting included."""
THREADS = 8
"""Pages on the way at a time, over all providers."""

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+", re.ASCII)
_PATH = re.compile(r"/[!-~]{0,2000}")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"User-Agent": "psfdns check --online", "Accept": "*/*", "Connection": "close"}


class Visit(NamedTuple):
    """A host, without final dot, and the addresses at which it is to be asked for its page."""

    host: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What a host shows: HTTP's status, and the beginning of the text with character references resolved."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Unfetched:
    """No page; why, as the end of a sentence whose subject is the page."""

    why: str


Fetched = Page | Unfetched


@dataclass(frozen=True, slots=True)
class Ways:
    """How to get there: ports by scheme, whom we may connect to, and how long a request may take."""

    ports: Mapping[str, int]
    may_connect: Callable[[str], bool]
    seconds: float = SECONDS


def open_ways() -> Ways:
    """The ways of the public web."""
    return Ways(PORTS, is_public)


def fetch_pages(visits: Sequence[Visit], ways: Ways, *, threads: int = THREADS) -> list[Fetched]:
    """The pages in the order of the visits."""
    if not visits:
        return []
    with ThreadPoolExecutor(min(threads, len(visits)), thread_name_prefix="page") as pool:
        return list(pool.map(lambda visit: fetch_page(visit, ways), visits))


def fetch_page(visit: Visit, ways: Ways) -> Fetched:
    """The page of `/`, by HTTP, and by HTTPS where that leads there or nobody answers."""
    if not _HOST.fullmatch(visit.host):
        return Unfetched("cannot be fetched: no web server has such a name")
    addresses = [address for address in visit.addresses if ways.may_connect(address)][:MAX_ADDRESSES]
    if not addresses:
        shown = ", ".join(visit.addresses[:MAX_ADDRESSES]) or "no address"
        return Unfetched(f"is not fetched: {shown} is not public")
    first = _request(_Request("http", visit.host, "/"), addresses, ways)
    if isinstance(first, _Response):
        return _follow(first, _Request("http", visit.host, "/"), addresses, ways)
    second = _request(_Request("https", visit.host, "/"), addresses, ways)
    if isinstance(second, _Response):
        return _follow(second, _Request("https", visit.host, "/"), addresses, ways)
    return Unfetched(f"{first.why}; {second.why}")


def _follow(response: _Response, request: _Request, addresses: Sequence[str], ways: Ways) -> Fetched:
    """The page behind redirects within the host; another host's page says nothing of this one."""
    for _ in range(MAX_REDIRECTS):
        onward = _onward(response, request)
        if onward is None:
            return Page(response.status, response.text)
        request = onward
        answer = _request(request, addresses, ways)
        if isinstance(answer, Unfetched):
            return answer
        response = answer
    if _onward(response, request) is None:
        return Page(response.status, response.text)
    return Unfetched(f"redirects more than {MAX_REDIRECTS} times")


class _Request(NamedTuple):
    scheme: str
    host: str
    path: str


class _Response(NamedTuple):
    status: int
    text: str
    location: str


def _onward(response: _Response, request: _Request) -> _Request | None:
    """The request that a redirect asks for, where it stays with the host and at the usual ports."""
    if response.status not in _REDIRECTS:
        return None
    try:
        target = urlsplit(response.location)
        named, port = target.hostname, target.port
    except ValueError:
        return None
    scheme = target.scheme or request.scheme
    if scheme not in USUAL_PORTS or (named or request.host).rstrip(".") != request.host:
        return None
    path = f"/{target.path.removeprefix('/')}" + (f"?{target.query}" if target.query else "")
    is_usual = port in {None, USUAL_PORTS[scheme]} and _PATH.fullmatch(path)
    return _Request(scheme, request.host, path) if is_usual else None


def _request(request: _Request, addresses: Sequence[str], ways: Ways) -> _Response | Unfetched:
    """The first answer that one of the addresses gives."""
    failure = Unfetched("cannot be fetched")
    for address in addresses:
        try:
            return _exchange(request, address, ways)
        except (OSError, http.client.HTTPException, ValueError) as error:
            how = f"from {address} by {request.scheme.upper()}"
            failure = Unfetched(f"cannot be fetched {how}: {_words_of(error)}")
    return failure


def _words_of(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, ssl.SSLError):
        return "TLS fails"
    if isinstance(error, OSError):
        return error.strerror or "the connection fails"
    return "what it answers is not HTTP"


def _exchange(request: _Request, address: str, ways: Ways) -> _Response:
    """One GET; raises OSError, HTTPException, ValueError."""
    with _connected(request, address, ways) as connected:
        client = http.client.HTTPConnection(request.host)
        client.sock = connected
        client.request("GET", request.path, headers={"Host": request.host, **_HEADERS})
        with client.getresponse() as response:
            body = response.read(MAX_BODY)
            if response.length and len(body) < MAX_BODY:
                raise ConnectionAbortedError(0, "the page is cut short")
            text = html.unescape(body.decode("utf-8", "replace"))
            return _Response(response.status, text, response.getheader("Location") or "")


@contextlib.contextmanager
def _connected(request: _Request, address: str, ways: Ways) -> Iterator[socket.socket]:
    """A socket to this very address, with TLS where the scheme has it, which ends when the time is over."""
    connected = socket.create_connection((address, ways.ports[request.scheme]), timeout=ways.seconds)
    try:
        if request.scheme == "https":
            # Not yet shaking hands, so that what ends in time is the socket that shakes them.
            connected = _without_judging().wrap_socket(
                connected, server_hostname=request.host, do_handshake_on_connect=False
            )
        with ending(connected, ways.seconds):
            if isinstance(connected, ssl.SSLSocket):
                connected.do_handshake()
            yield connected
    finally:
        connected.close()


def _without_judging() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
