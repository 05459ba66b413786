"""AWS as moto plays it, with every call noted, and with answers of our own where a test wants them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto import mock_aws
from moto.core.models import botocore_stubber

from psfdns.aws.calls import Calls, Services

REGION = "us-east-1"
BUCKET = "a-bucket"


@dataclass
class Cloud:
    """`asked` are the calls so far as `service:Action`."""

    asked: list[str] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)

    def open(self, service: str, region: str | None = REGION) -> Any:
        cloud, calls = self, _services().open(service, region)

        class Noting:
            def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
                cloud.asked.append(f"{service}:{action}")
                return calls.call(action, doing, **parameters)

        return Noting()

    def opener(self, service: str) -> Callable[..., Any]:
        return lambda region=REGION: self.open(service, region)

    def client(self, service: str, region: str | None = REGION) -> Any:
        """The client behind it, to put answers in front of."""
        calls: Calls = _services().open(service, region)
        return calls._client

    def answer(self, service: str, action: str, status: int, code: str, *, times: int = 1000) -> list[int]:
        """Refuse so many of these requests; gives the list that grows with each."""
        refused: list[int] = []

        def answer(request: Any, event_name: str, **_: Any) -> Any:
            if not event_name.endswith(f".{action}") or len(refused) >= times:
                return botocore_stubber(event_name, request)
            refused.append(status)
            return _refusal(service, status, code)

        # moto carries out what it is asked even where another handler has answered before.
        events = self.client(service).meta.events
        place = f"before-send.{service.replace('secretsmanager', 'secrets-manager')}"
        events.unregister("before-send", botocore_stubber)
        events.register(place, answer)
        self.undo.append(lambda: events.unregister(place, answer))
        self.undo.append(lambda: events.register("before-send", botocore_stubber))
        return refused


class _Body:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


def _refusal(service: str, status: int, code: str) -> AWSResponse:
    if service == "s3":
        body = f"<Error><Code>{code}</Code><Message>says {code}</Message></Error>"
    else:
        body = f'{{"__type": "{code}", "message": "says {code}"}}'
    raw: Any = _Body(body.encode())
    return AWSResponse("http://x/", status, HTTPHeaders(), raw)


@functools.cache
def _services() -> Services:
    """Clients take a while to make, and hold nothing of what moto does behind them."""
    return Services()


@contextmanager
def playing_aws() -> Iterator[Cloud]:
    with mock_aws():
        cloud = Cloud()
        cloud.client("s3").create_bucket(Bucket=BUCKET)
        yield cloud
        for step in cloud.undo:
            step()
