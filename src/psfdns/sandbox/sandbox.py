"""The embedded Route 53: one function from request to answer, put inside a boto3 client or served over HTTP.

Our own layer decides all that concerns hosted zones, record sets, changes, tags and delegation sets, by the
rules that Route 53 enforces and moto does not; moto answers the rest (`psfdns.sandbox.embedded`).
"""

from __future__ import annotations

import datetime
import importlib.util
import io
import random
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from psfdns.errors import PsfdnsError
from psfdns.sandbox import account_actions, embedded, identity, record_actions, zone_actions
from psfdns.sandbox.cloud import MAX_RECORD_SETS, MAX_ZONES, Cloud, Params, Result
from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.store import DiskStore, MemoryStore
from psfdns.sandbox.throttle import Throttle
from psfdns.sandbox.wire import Request, Response, Wire

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

ACCOUNT = embedded.ACCOUNT
"""The account id that GetCallerIdentity answers."""

INSYNC_AFTER = 0.5
"""Seconds for which a change of the sandbox is PENDING; Route 53 takes up to 60."""

_ACTIONS: dict[str, Callable[[Cloud, Params], Result]] = {
    "AssociateVPCWithHostedZone": embedded.associate_vpc,
    "ChangeResourceRecordSets": record_actions.change_resource_record_sets,
    "ChangeTagsForResource": account_actions.change_tags_for_resource,
    "CreateHostedZone": zone_actions.create_hosted_zone,
    "CreateReusableDelegationSet": account_actions.create_reusable_delegation_set,
    "DeleteHostedZone": zone_actions.delete_hosted_zone,
    "DeleteReusableDelegationSet": account_actions.delete_reusable_delegation_set,
    "DisassociateVPCFromHostedZone": embedded.disassociate_vpc,
    "GetAccountLimit": zone_actions.get_account_limit,
    "GetChange": zone_actions.get_change,
    "GetHealthCheckCount": account_actions.get_health_check_count,
    "GetHostedZone": zone_actions.get_hosted_zone,
    "GetHostedZoneCount": zone_actions.get_hosted_zone_count,
    "GetHostedZoneLimit": zone_actions.get_hosted_zone_limit,
    "GetReusableDelegationSet": account_actions.get_reusable_delegation_set,
    "ListHealthChecks": account_actions.list_health_checks,
    "ListHostedZones": zone_actions.list_hosted_zones,
    "ListHostedZonesByName": zone_actions.list_hosted_zones_by_name,
    "ListResourceRecordSets": record_actions.list_resource_record_sets,
    "ListReusableDelegationSets": account_actions.list_reusable_delegation_sets,
    "ListTagsForResource": account_actions.list_tags_for_resource,
    "ListTagsForResources": account_actions.list_tags_for_resources,
    "UpdateHostedZoneComment": zone_actions.update_hosted_zone_comment,
}


class Sandbox:
    """One embedded Route 53 account, kept in `state_dir`, or in memory where that is None.

    `insync_after` and `busy_for` are seconds (see `Cloud`), `clock` gives aware UTC times, `throttle`
    refuses requests as Route 53's token buckets do, `randomness` makes ids reproducible. Raises
    PsfdnsError where moto is not installed.
    """

    def __init__(
        self,
        state_dir: Path | None,
        *,
        insync_after: float = INSYNC_AFTER,
        busy_for: float = 0.0,
        clock: Callable[[], datetime.datetime] | None = None,
        throttle: Throttle | None = None,
        randomness: random.Random | None = None,
        max_zones: int = MAX_ZONES,
        max_record_sets: int = MAX_RECORD_SETS,
    ) -> None:
        if importlib.util.find_spec("moto") is None:
            raise PsfdnsError("the sandbox needs moto", hint="install psfdns with it: pip install 'psfdns[sandbox]'")
        self.cloud = Cloud(
            store=MemoryStore() if state_dir is None else DiskStore(state_dir),
            now=clock or _utc_now,
            randomness=randomness or random.SystemRandom(),
            insync_after=insync_after,
            busy_for=busy_for,
            max_zones=max_zones,
            max_record_sets=max_record_sets,
        )
        self._throttle = throttle
        self._wire: Wire | None = None
        self._making_wire = threading.Lock()

    def handle(
        self, method: str, path: str, query: str = "", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """Answer one request: status, headers, body. Raises PsfdnsError where the state is damaged."""
        if path in {"", "/"}:
            return identity.answer(parse_qs(f"{query}&{body.decode('utf-8', 'replace')}"), self._request_id())
        wire = self._get_wire()
        try:
            request = wire.read(method, path, query, body)
            self._admit(request)
            action = _ACTIONS.get(request.action)
            if action is not None:
                response = wire.write(request.action, action(self.cloud, request.params))
            else:
                embedded.check_health_check_request(self.cloud, request.action, request.params)
                url = f"https://route53.amazonaws.com{path}" + (f"?{query}" if query else "")
                response = embedded.answer(self.cloud, (method, url, headers or {}, body), request.action)
        except ApiError as error:
            response = wire.write_error(error, self._request_id())
        response[1].setdefault("x-amzn-RequestId", self._request_id())
        return response

    def _admit(self, request: Request) -> None:
        if self._throttle is not None:
            self._throttle.admit(request.action, request.params, self.cloud.now())

    def _request_id(self) -> str:
        return str(uuid.UUID(int=self.cloud.randomness.getrandbits(128), version=4))

    def _get_wire(self) -> Wire:
        if self._wire is None:
            with self._making_wire:
                self._wire = self._wire or Wire(_route53_model())
        return self._wire

    def attach(self, client: Any) -> None:  # noqa: ANN401 - any boto3 client of Route 53 or STS
        """Make a boto3 client talk to this sandbox instead of the network; its credentials are not looked at."""
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"before-send.{service}", self._answer_in_process)

    def _answer_in_process(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:  # noqa: ANN401 - botocore's
        from botocore.awsrequest import AWSResponse

        url = urlsplit(request.url)
        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        status, headers, answer = self.handle(
            request.method, url.path, url.query, {name: _text(value) for name, value in request.headers.items()}, body
        )
        return AWSResponse(request.url, status, _http_headers(headers), _Raw(answer))

    def client(self, service: str = "route53", **settings: Any) -> Any:  # noqa: ANN401 - a boto3 client
        """A boto3 client of this sandbox: no credentials, profile or network; `settings` as boto3's."""
        import os

        import botocore.session

        # No configuration of the machine has a say: a missing profile would stop the client being made.
        unset = {name: (None, None, value, None) for name, value in _SESSION.items()}
        session = botocore.session.Session(session_vars={**unset, "config_file": (None, None, os.devnull, None)})
        client = session.create_client(
            service, region_name="us-east-1", aws_access_key_id=ACCOUNT, aws_secret_access_key=ACCOUNT, **settings
        )
        self.attach(client)
        return client


_SESSION: dict[str, str | None] = {"profile": None, "credentials_file": "/dev/null"}


class _Raw(io.BytesIO):
    """A body as urllib3 hands it out."""

    def stream(self, **_: Any) -> Iterator[bytes]:  # noqa: ANN401 - urllib3's own keywords
        """All of it at once."""
        yield self.read()


def _http_headers(headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - botocore's HTTPHeaders
    from botocore.compat import HTTPHeaders

    made = HTTPHeaders()
    for name, value in headers.items():
        made[name] = value
    return made


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _route53_model() -> Any:  # noqa: ANN401 - botocore's ServiceModel
    """The service model; a client has one too, but it is read once and the server has no client."""
    import botocore.session

    return botocore.session.get_session().get_service_model("route53")


def _utc_now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)
