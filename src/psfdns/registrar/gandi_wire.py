"""How Gandi's API is spoken to: its token, its rate, its pages, and its ways of saying no.

What is read is asked again where that may help; what is ordered never is, and an answer that does not say
whether it was done is told as such (`RegistrarError.uncertain`). The token goes to the configured host only.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from psfdns.budget import TokenBucket
from psfdns.errors import RegistrarError
from psfdns.registrar.gandi_answers import read_reasons
from psfdns.registrar.https import Answered, Reply, Request, Silence, exchange
from psfdns.urls import same_place

WHO = "Gandi"
PER_PAGE = 500
MAX_PAGES = 200
RATE, BURST = 14.0, 100
"""Requests a second and at once: below the 1,000 a minute that Gandi grants an address."""
TRIES = 3
MAX_WAIT = 60.0
"""Seconds that a 429 may have us wait; who wants more is asked another day."""
MAX_FAILURES = 3
"""Requests without an answer in a row, after which nothing more is asked."""

_HINT = (
    "make a personal access token in Gandi's administration (Organizations, Sharing; it may see and manage "
    "domains, and see billing), and put it in GANDI_PAT; tokens expire"
)
_NEXT = re.compile(r'<([^<>]{1,2000})>\s*;[^,]*\brel="?next"?')


class Pace:
    """Keeps requests below the API's rate; clock and sleep are arguments."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        rate: float = RATE,
        burst: float = BURST,
    ) -> None:
        self._bucket = TokenBucket(rate, burst, clock)
        self._lock = threading.Lock()
        self.sleep = sleep

    def wait(self) -> None:
        """Return when one more request may be sent."""
        with self._lock:
            while (seconds := self._bucket.seconds_until(1)) > 0:
                self.sleep(seconds)
            self._bucket.take(1)


@dataclass(frozen=True, slots=True)
class Order:
    """A request that changes something; `kind` counts it."""

    kind: str
    method: str
    path: str
    body: Mapping[str, Any]


@dataclass
class Wire:
    """The API at a URL (with `/v5`, without a final slash), for whom a token speaks.

    `sent` counts requests by kind.
    """

    url: str
    token: str = field(repr=False)
    pace: Pace
    ask: Callable[[Request], Answered] = exchange
    sent: Counter[str] = field(default_factory=Counter)
    _failures: int = field(default=0, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def send_order(self, order: Order, doing: str, *, dry_run: bool) -> Reply:
        """The answer, a successful one. Raises RegistrarError."""
        headers = {"Content-Type": "application/json", **({"Dry-Run": "1"} if dry_run else {})}
        body = json.dumps(order.body).encode()
        kind = f"{order.kind} (dry run)" if dry_run else order.kind
        answered = self._send(
            kind, Request(order.method, self.url + order.path, self._headers(headers), body)
        )
        if isinstance(answered, Silence):
            raise RegistrarError(WHO, doing, f"it {answered.why}", retryable=True, uncertain=answered.sent)
        if answered.status >= 500 or 300 <= answered.status < 400 or answered.status < 200:
            why = f"it answers {answered.status}"
            raise RegistrarError(WHO, doing, why, status=answered.status, retryable=True, uncertain=True)
        if answered.status >= 400:
            raise self._refusal(answered, doing)
        return answered

    def pages(self, kind: str, path: str, doing: str) -> Iterator[Any]:
        """Every item of a list, as Link says, else as Total-Count does. Raises RegistrarError."""
        page, seen = 1, 0
        url = f"{self.url}{path}?{urlencode({'page': page, 'per_page': PER_PAGE})}"
        for _ in range(MAX_PAGES):
            reply = self._fetch(kind, url, doing)
            items = _json(reply, doing)
            if not isinstance(items, list):
                raise RegistrarError(WHO, doing, "what it answers is no list", status=reply.status)
            yield from items
            seen += len(items)
            total = _count(reply.headers.get("total-count"))
            following = _next_url(reply.headers.get("link"), url)
            if following is None and (total is None or seen >= total):
                return
            if not items:
                why = f"it lists {seen} of {total}" if total is not None else "its pages have no end"
                raise RegistrarError(WHO, doing, why, status=reply.status, retryable=True)
            page += 1
            url = following or f"{self.url}{path}?{urlencode({'page': page, 'per_page': PER_PAGE})}"
            if not same_place(urlsplit(url), urlsplit(self.url)):
                raise RegistrarError(WHO, doing, "its next page is on another server", status=reply.status)
        raise RegistrarError(WHO, doing, f"it has more than {MAX_PAGES} pages")

    def get(self, kind: str, path: str, doing: str) -> Any:
        """The JSON of one answer. Raises RegistrarError."""
        return _json(self._fetch(kind, self.url + path, doing), doing)

    def _fetch(self, kind: str, url: str, doing: str) -> Reply:
        """A successful answer to a GET, asked for again where that may help. Raises RegistrarError."""
        failure = RegistrarError(WHO, doing, "it does not answer", retryable=True)
        for attempt in range(TRIES if self._failures < MAX_FAILURES else 0):
            answered = self._send(kind, Request("GET", url, self._headers()))
            if isinstance(answered, Reply) and answered.status < 300 and answered.status != 202:
                self._note(failed=False)
                return answered
            if isinstance(answered, Reply) and answered.status not in _WORTH_ANOTHER_TRY:
                self._note(failed=False)
                raise self._refusal(answered, doing)
            failure = self._failure(answered, doing)
            wait = _wait_of(answered, attempt)
            if wait is None or attempt == TRIES - 1:
                break
            self.pace.sleep(wait)
        self._note(failed=True)
        raise failure

    def _send(self, kind: str, request: Request) -> Answered:
        self.pace.wait()
        with self._lock:
            self.sent[kind] += 1
        return self.ask(request)

    def _note(self, *, failed: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if failed else 0

    def _headers(self, further: Mapping[str, str] | None = None) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            **(further or {}),
        }

    def _failure(self, answered: Answered, doing: str) -> RegistrarError:
        if isinstance(answered, Silence):
            return RegistrarError(WHO, doing, f"it {answered.why}", retryable=True)
        return self._refusal(answered, doing)

    def _refusal(self, reply: Reply, doing: str) -> RegistrarError:
        """A no in words: of errors that are pages for people, the number alone."""
        said = self.hide(read_reasons(json_or_none(reply)))
        why = _MEANINGS.get(reply.status, f"it answers {reply.status}") + (f" ({said})" if said else "")
        hint = _HINT if reply.status in {401, 403} else None
        return RegistrarError(
            WHO, doing, why, hint=hint, status=reply.status, retryable=reply.status in _WORTH_ANOTHER_TRY
        )

    def hide(self, text: str) -> str:
        """What others say, without our secret in it."""
        return text.replace(self.token, "***") if self.token else text


_WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})
_MEANINGS = {
    401: "the token of GANDI_PAT is missing or unknown there",
    403: "the token of GANDI_PAT has expired, or may not do this",
    404: "it is not there",
    409: "it conflicts with something under way",
    429: "there were too many requests",
}


def _json(reply: Reply, doing: str) -> Any:
    body = json_or_none(reply)
    if body is None:
        raise RegistrarError(WHO, doing, "what it answers is not JSON", status=reply.status)
    return body


def json_or_none(reply: Reply) -> Any:
    """None for what is no JSON, such as an error page."""
    try:
        return json.loads(reply.body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _wait_of(answered: Answered, attempt: int) -> float | None:
    """Seconds until the next try; None: not today."""
    after = None
    if isinstance(answered, Reply):
        after = _count(answered.headers.get("retry-after"))
    wait = float(after) if after is not None else 2.0**attempt
    return wait if wait <= MAX_WAIT else None


def _count(text: str | None) -> int | None:
    """A whole number in a header."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None


def _next_url(link: str | None, url: str) -> str | None:
    """The next page by Link (RFC 8288); where it names the page that we have, there is none."""
    found = _NEXT.search(link or "")
    if found is None:
        return None
    following = urljoin(url, found[1])
    asked, told = (parse_qsl(urlsplit(each).query) for each in (url, following))
    return following if asked != told else None
