"""The door to CAs: signed requests over HTTPS. The only module that imports requests.

`signing` signs; sending, nonces and retries are here. Nothing is logged, and no redirect is followed. No
exception of requests leaves this module.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from psfdns.certs.replies import Reply, explain_problem, problem_kind
from psfdns.certs.signing import Signer
from psfdns.errors import CaError
from psfdns.urls import read_url

LONGEST_WAIT = 30.0
"""Seconds that a CA may make us wait within a run (docs/contract.md §4); a longer wait is an error."""
TIMEOUT = 45.0
"""Seconds without a byte; Boulder gives up on its own parts after less."""
MAX_BODY = 1 << 20
MAX_BAD_NONCES = 10
"""A CA throws nonces away when it restarts, or one of several servers does; Pebble does it on purpose."""
_TRIES = 4
_PAUSES = (0.5, 1.5, 4.0)
"""Seconds between tries where the CA says nothing of when."""

Clock = Callable[[], datetime.datetime]
Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Line:
    """How to reach one CA: the words for it, its directory, whom to trust, and what waiting is done with."""

    who: str
    directory: str
    clock: Clock
    sleep: Sleep
    ca_bundle: Path | None = None
    user_agent: str = "psfdns"
    timeout: float = TIMEOUT


@dataclass(slots=True)
class _Nonces:
    """Nonces that were given and not used yet; threads share them."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    known: list[str] = field(default_factory=list)

    def put(self, reply: Reply) -> None:
        nonce = reply.headers.get("replay-nonce")
        if nonce:
            with self.lock:
                self.known.append(nonce)

    def take(self) -> str | None:
        with self.lock:
            return self.known.pop() if self.known else None


class Client:
    """Requests to one CA, signed with one account key, if there is one; threads may share it.

    `new_nonce` is where nonces come from, `account` the account's URL, both set once they are known.
    """

    def __init__(self, line: Line, key_pem: bytes | None) -> None:
        self._line = line
        self._nonces = _Nonces()
        self._signer = Signer(line.who, key_pem)
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=32)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self.new_nonce: str | None = None
        self.account: str | None = None

    @property
    def who(self) -> str:
        """What the CA is called in messages."""
        return self._line.who

    @property
    def directory_url(self) -> str:
        """Where the CA begins."""
        return self._line.directory

    def now(self) -> datetime.datetime:
        """The clock that dates in Retry-After are held against."""
        return self._line.clock()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._line.sleep(seconds)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def get(self, url: str, *, doing: str) -> Reply:
        """An unsigned request. Raises CaError."""
        return self._persist(lambda: self._send("GET", url, doing), doing)

    def post(
        self,
        url: str,
        payload: Mapping[str, Any] | None,
        *,
        doing: str,
        by_key: bool = False,
        retry: bool = True,
        accept: str | None = None,
    ) -> Reply:
        """A request signed by the account; None is a POST-as-GET (RFC 8555 §6.3). Raises CaError.

        `by_key` names the key itself instead of the account. With `retry` false a lost answer is not asked
        for again.
        """
        body = b"" if payload is None else json.dumps(payload).encode()
        kid = None if by_key else self.account
        return self._persist(lambda: self._post_signed(url, body, kid, doing, accept), doing, retry=retry)

    def bind(self, kid: str, hmac_key: str, new_account: str) -> Mapping[str, Any]:
        """The external account binding of our key (RFC 8555 §7.3.4). Raises CaError."""
        return self._signer.bind(kid, hmac_key, new_account)

    def change_of_key(self, new_key_pem: bytes, url: str) -> Mapping[str, Any]:
        """What the new key signs to take the account over (RFC 8555 §7.3.5). Raises CaError."""
        return self._signer.change_of_key(self.account, new_key_pem, url)

    def dns01_value(self, token: str) -> str:
        """What the TXT record of a DNS-01 challenge says (RFC 8555 §8.4). Raises CaError."""
        return self._signer.dns01_value(token)

    def _post_signed(self, url: str, body: bytes, kid: str | None, doing: str, accept: str | None) -> Reply:
        """Sent with a new nonce for as long as the CA likes none (RFC 8555 §6.5)."""
        for _ in range(MAX_BAD_NONCES):
            nonce = self._fresh_nonce(doing)
            signed = self._signer.sign(body, nonce=nonce, url=url, kid=kid, doing=doing)
            reply = self._send("POST", url, doing, data=signed, accept=accept)
            if reply.is_good or problem_kind(reply) != "badNonce":
                return reply
        raise CaError(self.who, doing, f"it refused {MAX_BAD_NONCES} nonces of its own in a row")

    def _fresh_nonce(self, doing: str) -> str:
        """One left over from an answer, else one that is asked for (RFC 8555 §7.2)."""
        if self.new_nonce is None:
            raise CaError(self.who, doing, "its directory was not read yet")
        nonce = self._nonces.take()
        while nonce is None:
            reply = self._send("HEAD", self.new_nonce, doing)
            if not reply.is_good:
                raise explain_problem(reply, who=self.who, doing=doing, now=self.now())
            nonce = self._nonces.take()
            if nonce is None and "replay-nonce" not in reply.headers:
                raise CaError(self.who, doing, "it gives no nonce", retryable=True)
        return nonce

    def _persist(self, send: Callable[[], Reply], doing: str, *, retry: bool = True) -> Reply:
        """Send, and again after a while where that may help. Raises CaError for all but a good answer."""
        for attempt in range(_TRIES):
            error = self._try(send, doing)
            if isinstance(error, Reply):
                return error
            wait = self._wait_before_next(error, attempt)
            if wait is None or not (retry or (error.kind == "rateLimited" and not error.uncertain)):
                raise error
            self.sleep(wait)
        raise AssertionError  # the last attempt returns or raises

    def _try(self, send: Callable[[], Reply], doing: str) -> Reply | CaError:
        try:
            reply = send()
        except CaError as error:
            return error
        return reply if reply.is_good else explain_problem(reply, who=self.who, doing=doing, now=self.now())

    def _wait_before_next(self, error: CaError, attempt: int) -> float | None:
        """Seconds until the next try; None where another is no use, or has to wait too long."""
        if attempt == _TRIES - 1 or not error.retryable:
            return None
        if error.retry_at is None:
            limited = error.status == 429
            return None if limited or error.kind in {"dns", "connection"} else _PAUSES[attempt]
        seconds = (error.retry_at - self.now()).total_seconds()
        return max(seconds, 0.0) if seconds <= LONGEST_WAIT else None

    def _send(
        self, method: str, url: str, doing: str, *, data: bytes | None = None, accept: str | None = None
    ) -> Reply:
        """One request and its answer, whatever it says. Raises CaError where there is none."""
        self._refuse_plain(url, doing)
        headers = {"User-Agent": self._line.user_agent, "Accept-Language": "en"}
        headers |= {"Content-Type": "application/jose+json"} if data is not None else {}
        headers |= {"Accept": accept} if accept else {}
        with self._translated(doing):
            response = self._session.request(
                method,
                url,
                data=data,
                headers=headers,
                timeout=self._line.timeout,
                verify=str(self._line.ca_bundle) if self._line.ca_bundle else True,
                allow_redirects=False,
                stream=True,
            )
            with response:
                reply = _read(response)
        if reply is None:
            raise CaError(self.who, doing, "the answer is too long")
        self._nonces.put(reply)
        return reply

    @contextlib.contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        """What goes wrong on the way, as a CaError."""
        try:
            yield
        except requests.exceptions.SSLError as error:
            why = f"its certificate is not trusted: {_brief(error)}"
            raise CaError(self.who, doing, why, hint="a CA of your own needs ca_bundle") from error
        except requests.exceptions.ConnectTimeout as error:
            raise CaError(self.who, doing, "cannot be reached: no answer", retryable=True) from error
        except requests.exceptions.Timeout as error:
            raise CaError(self.who, doing, "does not answer", retryable=True, uncertain=True) from error
        except (requests.exceptions.RequestException, OSError) as error:
            why = f"cannot be reached: {_brief(error)}"
            raise CaError(self.who, doing, why, retryable=True, uncertain=True) from error

    def _refuse_plain(self, url: str, doing: str) -> None:
        """Only https, except on the loopback (docs/contract.md §5), whoever names the URL."""
        if read_url(url) is None:
            raise CaError(self.who, doing, "it sends us to a URL that is not https")


def _read(response: requests.Response) -> Reply | None:
    """None where it is longer than any answer of a CA."""
    body = response.raw.read(MAX_BODY + 1, decode_content=True)
    if len(body) > MAX_BODY:
        return None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, body, tuple(_links(response)))


def _links(response: requests.Response) -> Iterator[tuple[str, str]]:
    for link in requests.utils.parse_header_links(response.headers.get("Link", "")):
        if "rel" in link and "url" in link:
            yield link["rel"], urljoin(response.url, link["url"])


def _brief(error: BaseException) -> str:
    """The innermost reason: what is around it names addresses of objects and whole URLs."""
    inner = error
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
    return getattr(inner, "strerror", None) or type(inner).__name__
