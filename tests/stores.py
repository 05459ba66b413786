"""Object stores to test on: one in memory whose clock and faults a test sets, and S3 as moto plays it.

moto plays it inside the process, or behind a port so that other processes meet there.
"""

from __future__ import annotations

import datetime
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber
from moto.s3.models import s3_backends

from psfdns.aws.s3 import S3Objects, open_objects
from psfdns.errors import HostError
from psfdns.objects import StoredObject
from tests.http_serving import answering

BUCKET = "a-bucket"


@dataclass
class MemoryStore:
    """S3's rules: versions are made of the bytes alone, times are whole seconds of the store's clock.

    `fault` is called with the name of each method before it does anything, `lose` after it has written.
    """

    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(tz=datetime.UTC)
    tells_time: bool = True
    url: str = "memory://store"
    fault: Callable[[str], None] = lambda _: None
    lose: Callable[[str], None] = lambda _: None
    objects: dict[str, tuple[bytes, datetime.datetime]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def get(self, key: str) -> StoredObject | None:
        self.fault("get")
        with self.lock:
            if key not in self.objects:
                return None
            data, modified = self.objects[key]
            now = self.now().replace(microsecond=0) if self.tells_time else None
            return StoredObject(key, data, version_of(data), modified, now)

    def put(self, key: str, data: bytes) -> str:
        self.fault("put")
        return self._write("put", key, data)

    def put_new(self, key: str, data: bytes) -> str | None:
        self.fault("put_new")
        with self.lock:
            return None if key in self.objects else self._write("put_new", key, data)

    def replace(self, key: str, data: bytes, version: str) -> str | None:
        self.fault("replace")
        with self.lock:
            return self._write("replace", key, data) if self._version(key) == version else None

    def delete(self, key: str, version: str | None = None) -> bool:
        self.fault("delete")
        with self.lock:
            if version is not None and self._version(key) not in {None, version}:
                return False
            self.objects.pop(key, None)
            self.lose("delete")
            return True

    def list(self, prefix: str = "") -> list[str]:
        self.fault("list")
        return sorted((key for key in self.objects if key.startswith(prefix)), key=str.encode)

    def versions(self, prefix: str = "") -> dict[str, str]:
        self.fault("versions")
        with self.lock:
            keys = sorted((key for key in self.objects if key.startswith(prefix)), key=str.encode)
            return {key: version_of(self.objects[key][0]) for key in keys}

    def _write(self, action: str, key: str, data: bytes) -> str:
        with self.lock:
            self.objects[key] = data, self.now().replace(microsecond=0)
        self.lose(action)
        return version_of(data)

    def _version(self, key: str) -> str | None:
        return version_of(self.objects[key][0]) if key in self.objects else None


def version_of(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def unreachable(action: str) -> None:
    raise HostError("the store", action, "cannot be reached", retryable=True, uncertain=True)


@dataclass
class Moto:
    """S3 in this process. moto checks a condition and writes in two steps: here requests go one by one."""

    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, prefix: str = "", bucket: str = BUCKET) -> S3Objects:
        store = open_objects(bucket, prefix)
        events: Any = store._client.meta.events
        events.unregister("before-send", botocore_stubber)
        events.register("before-send.s3", self._answer)
        return store

    def age(self, seconds: float) -> None:
        """Everything was written that much longer ago."""
        for item in s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys.values():
            item.last_modified -= datetime.timedelta(seconds=seconds)

    def _answer(self, request: Any, event_name: str, **_: Any) -> Any:
        with self.lock:
            answer = botocore_stubber(event_name, request)
        assert answer is not None
        now = datetime.datetime.now(tz=datetime.UTC)
        answer.headers["Date"] = format_datetime(now, usegmt=True)
        return answer


@contextmanager
def playing_s3() -> Iterator[Moto]:
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
        yield Moto()


@contextmanager
def serving_s3(spoil: Callable[[str], str | None] = lambda _: None) -> Iterator[str]:
    """moto's S3 on the loopback; gives the endpoint.

    `spoil` is told method and path of each request, and may name one of the ways in which an answer fails.
    """
    with playing_s3():
        handler = type("Handler", (_Handler,), {"spoil": staticmethod(spoil)})
        with answering(handler) as port:
            yield f"http://127.0.0.1:{port}"


SPOILED = {
    "forbidden": (403, "AccessDenied"),
    "no bucket": (404, "NoSuchBucket"),
    "no key": (400, "KMS.NotFoundException"),
    "slow down": (503, "SlowDown"),
}
"""Answers of S3 itself. Besides: "cut" closes without an answer, "plain" does not say that it encrypted."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    turn = threading.Lock()
    spoil: Callable[[str], str | None]

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        way = self.spoil(f"{self.command} {self.path}")
        if way in SPOILED:
            status, code = SPOILED[way]
            self.say(status, {}, f"<Error><Code>{code}</Code><Message>words</Message></Error>".encode())
            return
        if way == "cut":
            self.close_connection = True
            return
        url = f"https://s3.amazonaws.com{self.path}"
        headers = HTTPHeaders()
        for name, value in self.headers.items():
            headers[name] = value
        with self.turn:
            answer = botocore_stubber.process_request(
                AWSPreparedRequest(self.command, url, headers, body, stream_output=False)
            )
        assert answer is not None
        status, said, data = answer
        data = data.encode() if isinstance(data, str) else data
        if way == "plain":
            said = {name: each for name, each in said.items() if "encryption" not in name.lower()}
        self.say(status, said, data)

    def say(self, status: int, said: Mapping[str, str], data: bytes) -> None:
        self.send_response(status)
        for name, value in said.items():
            if name.lower() not in {"content-length", "date"}:
                self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_DELETE = answer  # noqa: N815 - the server's names

    def log_message(self, *_: Any) -> None:
        pass
