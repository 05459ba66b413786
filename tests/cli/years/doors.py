"""The doors of `psfdns certs renew` in a simulation: clock, CA, Route 53, DNS, disk; and death at each.

Everything between the doors is the product. A process that was killed does nothing more: from then on every
door raises, so that no `finally` does what a dead process could not.
"""

from __future__ import annotations

import base64
import datetime
import errno
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import dns.message
import requests
from requests.structures import CaseInsensitiveDict

from psfdns.errors import DeployError, HostError
from psfdns.lookup.answer import Answer, HeardSet, Question
from psfdns.lookup.ask import Asked, Pair
from psfdns.lookup.server import Server
from psfdns.lookup.view import View
from psfdns.sandbox.cloud import Cloud
from psfdns.sandbox.dns_messages import DnsService
from tests.cli.years import ca as cas
from tests.cli.years.events import EXTRA, Run

VALIDATION = "acme.example."
TENANT = "one"
FAR = 1 << 30


class KilledError(BaseException):
    """The process ends here."""


class Serial:
    """In the place of a pool of threads: one after the other, so that a seed tells all."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, act: Callable[..., Any], /, *given: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(act(*given))
        except Exception as error:  # noqa: BLE001 - as a pool has it
            future.set_exception(error)
        return future

    def map(self, act: Callable[..., Any], items: Iterable[Any]) -> list[Any]:
        return [act(each) for each in items]

    def shutdown(self, **_: Any) -> None:
        pass


@dataclass
class Clock:
    """The true time, and what the machine believes."""

    true: datetime.datetime
    offset: datetime.timedelta = datetime.timedelta()

    def now(self) -> datetime.datetime:
        return self.true + self.offset

    def sleep(self, seconds: float) -> None:
        self.true += datetime.timedelta(seconds=seconds)

    def monotonic(self) -> float:
        return self.true.timestamp()


@dataclass
class Doors:
    """All of them for the run that is on; `steps` are counted; that numbered `run.kill_at` is the last."""

    clock: Clock
    ca: cas.Authority
    cloud: Cloud
    folder: Path
    run: Run
    steps: int = 0
    requests: int = 0
    dead: bool = False
    quiet: int = 0

    def begin(self, run: Run) -> None:
        self.run, self.steps, self.dead = run, 0, False
        self.clock.true = max(self.clock.true, run.at)
        self.clock.offset = run.offset
        limited = run.first("limited")
        self.ca.limited = limited.seconds if limited is not None else None
        self.ca.is_slow, self.ca.refuses_replacing = run.has("slow"), run.has("replaced")
        self.ca.has_advice = not run.has("no-advice")
        self.ca.asked, self.ca.waits = [], []

    def step(self) -> None:
        """One more thing that the process does outside of itself."""
        self.steps += 1
        if self.dead or self.steps == self.run.kill_at:
            self.dead = True
            raise KilledError

    # The CA.

    def fetch(self, method: str, url: str, body: bytes) -> cas.Answer:
        """What the CA answers in this run."""
        self.step()
        self.requests += 1
        outage = self.run.first("refused", "hang", "broken", "busy")
        if outage is not None:
            return self._fail(outage.kind, outage.seconds)
        spoiled = self._spoil(url)
        if spoiled is not None:
            return spoiled
        answer = self.ca.answer(method, url, body)
        self.step()
        if self.run.has("noise") and self._is_noisy() and "new-order" not in url:
            raise requests.exceptions.ConnectionError("the answer is lost")
        return answer

    def _fail(self, kind: str, seconds: int) -> cas.Answer:
        if kind == "refused":
            raise requests.exceptions.ConnectionError("refused")
        if kind == "hang":
            self.clock.sleep(45)
            raise requests.exceptions.ReadTimeout("nothing")
        if kind == "broken":
            return cas.Answer(500, {}, b"<html>")
        until = self.clock.true + datetime.timedelta(seconds=seconds)
        self.ca.waits.append((None, until))
        if self.run.number % 2:
            return cas.Answer(503, {"retry-after": f"{until:%a, %d %b %Y %H:%M:%S} GMT"}, b"")
        return cas.Answer(503, {"retry-after": str(seconds)}, b"")

    def _spoil(self, url: str) -> cas.Answer | None:
        if not self.run.has("noise") or not self._is_noisy():
            return None
        if self.requests % 2 and not url.endswith(("/directory", "nonce")) and "renewal-info" not in url:
            document = {"type": f"{cas.ERROR}badNonce", "detail": "it was forgotten"}
            return cas.Answer(400, {"replay-nonce": self.ca.new_nonce()}, json.dumps(document).encode())
        raise requests.exceptions.ConnectionError("dropped")

    def _is_noisy(self) -> bool:
        """Never twice within five requests: whoever tries again gets through."""
        self.quiet += 1
        digest = hashlib.sha256(f"{self.run.number}:{self.requests}".encode()).digest()
        if self.quiet < 8 or digest[0] > 30:
            return False
        self.quiet = 0
        return True

    def find_txt(self, name: str) -> frozenset[str]:
        """What the CA's own resolver finds; not through the room that is tried."""
        unseen = self.run.touched("bogus") | {f"{EXTRA}-{each}" for each in self.run.touched("unseen")}
        if self.run.has("blind") or name in unseen:
            return frozenset()
        service = DnsService(self.cloud)
        service.look()
        found = service.query(dns.message.make_query(target_of(name), "TXT"))
        return frozenset(
            string.decode() for rrset in found.answer for rdata in rrset for string in rdata.strings
        )

    # Route 53 and DNS.

    def call(self, call: Callable[..., Any], action: str, doing: str, /, **parameters: Any) -> Any:
        self.step()
        if self.run.has("away"):
            raise HostError("Route 53", doing, "Rate exceeded", code="Throttling", retryable=True)
        if self.run.has("denied") and action == "ChangeResourceRecordSets":
            raise HostError("Route 53", doing, "not authorized", code="AccessDenied")
        found = call(action, doing, **parameters)
        self.step()
        return found

    def resolve(self, questions: Sequence[Question]) -> Mapping[Question, Asked]:
        """The zones of others: each challenge leads into the validation zone."""
        return {each: self._resolve(each) for each in questions}

    def _resolve(self, question: Question) -> Answer:
        name = question.name.removeprefix("_acme-challenge.").rstrip(".")
        server = Server("192.0.2.53")
        if name in self.run.touched("bogus"):
            return Answer(server, question, "SERVFAIL", authoritative=False)
        undelegated = {f"{EXTRA}-{each}" for each in self.run.touched("undelegated")}
        if question.type == "CNAME" and question.name != f"{name}." and name not in undelegated:
            heard = HeardSet(question.name, "CNAME", 300, (target_of(name),))
            return Answer(server, question, "NOERROR", authoritative=False, answer=(heard,))
        return Answer(server, question, "NOERROR", authoritative=False)

    def view(self, view: View) -> View:
        """The view of psfdns, whose servers may be behind."""

        def ask_many(pairs: Sequence[Pair]) -> Sequence[Asked]:
            heard = view.ask_many(pairs)
            return [replace(each, answer=()) if isinstance(each, Answer) else each for each in heard]

        return replace(view, ask_many=ask_many) if self.run.has("stale") else view

    def carry(self, carry: Callable[..., Any], *given: Any) -> Any:
        """To where certificates are served."""
        self.step()
        if self.run.has("undeliverable"):
            raise DeployError("nobody takes it")
        found = carry(*given)
        self.step()
        return found

    # The disk.

    def write(self, write: Callable[..., None], path: Path, content: bytes, **more: int) -> None:
        self.step()
        if self.run.has("disk-full"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(path, content, **more)

    def guard(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """A function of `os` that changes the disk: a step where it is about our folder."""

        def guarded(*given: Any, **settings: Any) -> Any:
            if any(str(each).startswith(str(self.folder)) for each in given if isinstance(each, str | Path)):
                self.step()
            return act(*given, **settings)

        return guarded

    def fsync(self, handle: int) -> None:
        """A step; the disk of a simulation need not survive a power loss."""
        del handle
        self.step()


def target_of(name: str) -> str:
    """docs/contract.md, "Certificate rules"."""
    content = json.dumps([VALIDATION, TENANT, name], separators=(",", ":")).encode()
    return f"{base64.b32encode(hashlib.sha256(content).digest()).decode()[:26].lower()}.{VALIDATION}"


class Api:
    """Route 53 behind its door."""

    def __init__(self, api: Any, doors: Doors) -> None:
        self._api, self._doors = api, doors

    def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
        return self._doors.call(self._api.call, action, doing, **parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)


class Adapter(requests.adapters.BaseAdapter):
    """Where requests leave for the CA."""

    def __init__(self, doors: Doors) -> None:
        super().__init__()
        self._doors = doors

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        answer = self._doors.fetch(request.method or "", request.url or "", body)
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, request.url or "", request
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw = _Raw(answer.body)
        return response

    def close(self) -> None:
        pass


class _Raw(io.BytesIO):
    def read(self, size: int | None = -1, /, *, decode_content: bool = False) -> bytes:
        del decode_content
        return super().read(size)

    def release_conn(self) -> None:
        pass
