"""A network between psfdns and the sandbox that fails by plan, and a witness of every state in between."""

from __future__ import annotations

import enum
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.sandbox import Sandbox
from tests.route53.accounts import Time


class Fault(enum.StrEnum):
    """What can become of one attempt to send a request."""

    CUT = "cut before it arrived"
    LOST = "done, answer lost"
    TIMEOUT = "done, answer too late"
    TRUNCATED = "done, answer cut in the middle"
    EMPTY = "done, answer empty"
    STRANGER = "not done, a proxy's page instead"
    INTERNAL_500 = "not done, 500"
    UNAVAILABLE_503 = "not done, 503"
    DONE_500 = "done, 500"
    DONE_503 = "done, 503"
    THROTTLED = "Throttling"
    BUSY = "PriorRequestNotComplete"
    SLOW = "slow"
    LATE = "arrives after the next one, answer lost"


DONE = frozenset(
    {Fault.LOST, Fault.TIMEOUT, Fault.TRUNCATED, Fault.EMPTY, Fault.DONE_500, Fault.DONE_503, Fault.SLOW}
)
"""Faults of requests that reach Route 53 all the same."""

SLOW_SECONDS = 50.0

FaultPlan = Callable[[int, str], Fault | None]
"""The number of an attempt, from 1, and its action -> what goes wrong with it."""


def nothing(number: int, action: str) -> Fault | None:
    """A network without faults."""
    del number, action
    return None


@dataclass
class Network:
    """What a client is attached to instead of the sandbox; counts attempts, and faults by kind."""

    sandbox: Sandbox
    time: Time
    plan: FaultPlan = nothing
    before_request: Callable[[int, str], None] = lambda number, action: None
    after_request: Callable[[int, str], None] = lambda number, action: None
    attempts: list[str] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _late: list[tuple[int, str, Any]] = field(default_factory=list)

    def attach(self, client: Any) -> None:
        """As Sandbox.attach."""
        client.meta.events.register("before-send.route-53", self.answer)

    def answer(self, request: Any, **_: Any) -> Any:
        """One attempt."""
        url = urlsplit(request.url)
        action = action_of(request.method, url.path)
        with self._lock:
            self.attempts.append(action)
            number = len(self.attempts)
            fault = self.plan(number, action)
            if fault is not None:
                self.injected[fault] += 1
        self.before_request(number, action)
        if fault is Fault.SLOW:
            self.time.sleep(SLOW_SECONDS)
        answered = None
        if fault is None or fault in DONE:
            answered = self.sandbox._answer_in_process(request)
            self.after_request(number, action)
        self._deliver_late()
        if fault is Fault.LATE:
            self._late.append((number, action, request))
        return _spoil(self.sandbox, fault, request, answered)

    def _deliver_late(self) -> None:
        """What was on its way for so long that its sender has gone on."""
        late, self._late = self._late, []
        for number, action, request in late:
            self.sandbox._answer_in_process(request)
            self.after_request(number, action)


def action_of(method: str, path: str) -> str:
    """A short name of what a request asks for: `POST hostedzone/rrset`."""
    kinds = ("hostedzone", "rrset", "change", "tags", "associatevpc", "rrset-protections")
    return " ".join((method, "/".join(part for part in path.split("/") if part in kinds)))


def _spoil(sandbox: Sandbox, fault: Fault | None, request: Any, answered: Any) -> Any:
    """The answer after what the network did to it."""
    if fault is None or fault is Fault.SLOW:
        return answered
    if fault in {Fault.CUT, Fault.LOST, Fault.LATE}:
        raise ConnectionClosedError(endpoint_url=request.url)
    if fault is Fault.TIMEOUT:
        raise ReadTimeoutError(endpoint_url=request.url)
    status, headers, body = _other_answer(sandbox, fault, answered)
    return _response(request.url, status, headers, body)


_STATUS = {
    Fault.INTERNAL_500: 500,
    Fault.UNAVAILABLE_503: 503,
    Fault.DONE_500: 500,
    Fault.DONE_503: 503,
}


def _other_answer(sandbox: Sandbox, fault: Fault, answered: Any) -> tuple[int, Mapping[str, str], bytes]:
    if fault is Fault.TRUNCATED:
        content: bytes = answered.raw.read()
        return answered.status_code, {"Content-Type": "text/xml"}, content[: len(content) // 2]
    if fault is Fault.EMPTY:
        return 200, {"Content-Type": "text/xml"}, b""
    if fault is Fault.STRANGER:
        return 200, {"Content-Type": "text/html"}, b"<html><body>Sign in to the network</body></html>"
    if fault is Fault.THROTTLED:
        return sandbox.refuse(ApiError("Throttling", "Rate exceeded"))
    if fault is Fault.BUSY:
        words = "The request was rejected because Route 53 was still processing a prior request."
        return sandbox.refuse(ApiError("PriorRequestNotComplete", words))
    return _STATUS[fault], {}, b""


def _response(url: str, status: int, headers: Mapping[str, str], body: bytes) -> AWSResponse:
    from psfdns.sandbox.sandbox import _http_headers, _Raw

    return AWSResponse(url, status, _http_headers(headers), _Raw(body))


Names = Mapping[str, frozenset[str]]
"""Owner name -> its record sets, each as JSON, with the zone's own id as $self."""


def zone_names(sandbox: Sandbox, zone_id: str) -> dict[str, frozenset[str]]:
    """What one zone holds."""
    found = sandbox.cloud.store.fetch_zone(zone_id)
    if found is None:
        return {}
    names: dict[str, set[str]] = {}
    for record_set in found[1]:
        text = json.dumps(_without_order(record_set), sort_keys=True).replace(f'"{zone_id}"', '"$self"')
        names.setdefault(record_set["Name"], set()).add(text)
    return {name: frozenset(texts) for name, texts in names.items()}


def _without_order(record_set: Mapping[str, Any]) -> dict[str, Any]:
    """Values sorted: their order has no meaning."""
    values = record_set.get("ResourceRecords")
    if values is None:
        return dict(record_set)
    return {**record_set, "ResourceRecords": sorted(values, key=lambda value: value["Value"])}


def account_state(sandbox: Sandbox) -> dict[str, Any]:
    """All of an account that must come out right, by zone name: record sets, comment, tags, VPCs, locks."""
    state: dict[str, Any] = {}
    for zone_id, zone in sandbox.cloud.store.zones().items():
        assert zone.name not in state, f"two zones of the name {zone.name}"
        names = zone_names(sandbox, zone_id)
        names[zone.name] = frozenset(
            text for text in names[zone.name] if json.loads(text)["Type"] not in {"SOA", "NS"}
        )
        state[zone.name] = {
            "names": {name: sets for name, sets in names.items() if sets},
            "comment": zone.comment,
            "tags": dict(zone.tags),
            "vpcs": sorted(vpc["VPCId"] for vpc in zone.vpcs),
            "protections": [" ".join(sorted(each.values())) for each in zone.protections],
        }
    return state


@dataclass
class Witness:
    """Looks after every request: each name holds what it held before, or what it shall hold, all of it."""

    sandbox: Sandbox
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    violations: list[str] = field(default_factory=list)
    looks: int = 0

    def look(self, number: int, action: str) -> None:
        """Compare every name of every zone."""
        self.looks += 1
        for zone, now in account_state(self.sandbox).items():
            old = self.before.get(zone, {}).get("names", {})
            new = self.after.get(zone, {}).get("names", {})
            for name in {*old, *new, *now["names"]}:
                found = now["names"].get(name, frozenset())
                if found not in (old.get(name, frozenset()), new.get(name, frozenset())):
                    self.violations.append(f"after request {number} ({action}): {name}: {sorted(found)}")
