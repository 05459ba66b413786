"""The embedded Route 53: one function from request to answer, put inside a boto3 client or served over HTTP.

Our own layer decides all that concerns hosted zones, record sets, changes, signing, tags and delegation
sets, by the rules that Route 53 enforces and moto does not; moto answers the rest (`sandbox.embedded`). KMS's
keys are here as well (`sandbox.kms`), since zones are signed with them.
"""

from __future__ import annotations

import datetime
import functools
import importlib.util
import io
import os
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from psfdns.errors import PsfdnsError
from psfdns.sandbox import (
    account_actions,
    embedded,
    identity,
    kms,
    protections,
    record_actions,
    signing_actions,
    zone_actions,
)
from psfdns.sandbox.cloud import ACCOUNT, MAX_RECORD_SETS, MAX_ZONES, Cloud, Params, Result
from psfdns.sandbox.disk_store import DiskStore
from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.store import MemoryStore
from psfdns.sandbox.throttle import Throttle
from psfdns.sandbox.wire import Request, Response, Wire

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

ROUTE53 = "route-53"
"""Route 53 in the names of botocore's events."""

INSYNC_AFTER = 0.5
"""Seconds for which a change of the sandbox is PENDING; Route 53 takes up to 60."""

_ACTIONS: dict[str, Callable[[Cloud, Params], Result]] = {
    "ActivateKeySigningKey": signing_actions.activate_key_signing_key,
    "AssociateVPCWithHostedZone": embedded.associate_vpc,
    "ChangeResourceRecordSets": record_actions.change_resource_record_sets,
    "ChangeTagsForResource": account_actions.change_tags_for_resource,
    "CreateHostedZone": zone_actions.create_hosted_zone,
    "CreateKeySigningKey": signing_actions.create_key_signing_key,
    "CreateResourceRecordSetProtections": protections.create_protections,
    "CreateReusableDelegationSet": account_actions.create_reusable_delegation_set,
    "DeactivateKeySigningKey": signing_actions.deactivate_key_signing_key,
    "DeleteHostedZone": zone_actions.delete_hosted_zone,
    "DeleteKeySigningKey": signing_actions.delete_key_signing_key,
    "DeleteResourceRecordSetProtections": protections.delete_protections,
    "DeleteReusableDelegationSet": account_actions.delete_reusable_delegation_set,
    "DisableHostedZoneDNSSEC": signing_actions.disable_hosted_zone_dnssec,
    "DisassociateVPCFromHostedZone": embedded.disassociate_vpc,
    "EnableHostedZoneDNSSEC": signing_actions.enable_hosted_zone_dnssec,
    "GetAccountLimit": zone_actions.get_account_limit,
    "GetChange": zone_actions.get_change,
    "GetDNSSEC": signing_actions.get_dnssec,
    "GetHealthCheckCount": account_actions.get_health_check_count,
    "GetHostedZone": zone_actions.get_hosted_zone,
    "GetHostedZoneCount": zone_actions.get_hosted_zone_count,
    "GetHostedZoneLimit": zone_actions.get_hosted_zone_limit,
    "GetReusableDelegationSet": account_actions.get_reusable_delegation_set,
    "ListHealthChecks": account_actions.list_health_checks,
    "ListHostedZones": zone_actions.list_hosted_zones,
    "ListHostedZonesByName": zone_actions.list_hosted_zones_by_name,
    "ListResourceRecordSetProtections": protections.list_protections,
    "ListResourceRecordSets": record_actions.list_resource_record_sets,
    "ListReusableDelegationSets": account_actions.list_reusable_delegation_sets,
    "ListTagsForResource": account_actions.list_tags_for_resource,
    "ListTagsForResources": account_actions.list_tags_for_resources,
    "UpdateHostedZoneComment": zone_actions.update_hosted_zone_comment,
}


class Sandbox:
    """One embedded Route 53 account, kept in `state_dir`, or in memory where that is None.

    `insync_after`, `busy_for` and `find_parent_ds` are explained by `Cloud`, `clock` gives aware UTC
    times, `throttle` refuses requests as Route 53's token buckets do, `randomness` makes ids reproducible.
    Raises PsfdnsError where moto is not installed.
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
        find_parent_ds: Callable[[str], tuple[str, ...] | None] | None = None,
    ) -> None:
        if importlib.util.find_spec("moto") is None:
            raise PsfdnsError(
                "the sandbox needs moto", hint="install psfdns with it: pip install 'psfdns[sandbox]'"
            )
        self.cloud = Cloud(
            store=MemoryStore() if state_dir is None else DiskStore(state_dir),
            now=clock or _utc_now,
            randomness=randomness or random.SystemRandom(),
            insync_after=insync_after,
            busy_for=busy_for,
            max_zones=max_zones,
            max_record_sets=max_record_sets,
            find_parent_ds=find_parent_ds,
        )
        self._throttle = throttle
        self._wire: Wire | None = None

    def handle(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """Answer one request: status, headers, body. Raises PsfdnsError where the state is damaged."""
        if any(name.lower() == "x-amz-target" for name in headers or ()):
            return kms.answer(self.cloud, headers or {}, body, self._new_request_id())
        if path in {"", "/"}:
            form = parse_qs(f"{query}&{body.decode('utf-8', 'replace')}")
            return identity.answer(form, self._new_request_id())
        try:
            request = self._get_wire().read(method, path, query, body)
            self._admit(request)
            action = _ACTIONS.get(request.action)
            if action is not None:
                result = action(self.cloud, request.params)
                return _identified(self._get_wire().write(request.action, result), self._new_request_id())
            url = f"https://route53.amazonaws.com{path}" + (f"?{query}" if query else "")
            return embedded.answer(self.cloud, request, (method, url, headers or {}, body))
        except ApiError as error:
            return self.refuse(error)

    def refuse(self, error: ApiError) -> Response:
        """The answer that says an error."""
        request_id = self._new_request_id()
        return _identified(self._get_wire().write_error(error, request_id), request_id)

    def _new_request_id(self) -> str:
        return str(uuid.UUID(int=self.cloud.randomness.getrandbits(128), version=4))

    def _admit(self, request: Request) -> None:
        if self._throttle is not None:
            self._throttle.admit(request.action, request.params, self.cloud.now())

    def _get_wire(self) -> Wire:
        return self._wire or _route53_wire()

    def attach(self, client: Any) -> None:
        """Make a boto3 client talk to this sandbox instead of the network; credentials do not matter."""
        service = client.meta.service_model.service_id.hyphenize()
        if service == ROUTE53:
            # The client has read the service model already: that costs more than a hundred answers.
            self._wire = Wire(client.meta.service_model)
        client.meta.events.register(f"before-send.{service}", self._answer_in_process)

    def _answer_in_process(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        from botocore.awsrequest import AWSResponse

        url = urlsplit(request.url)
        headers = {name: _text(value) for name, value in request.headers.items()}
        status, answered, answer = self.handle(
            request.method or "GET", url.path, url.query, headers, _content_of(request.body)
        )
        return AWSResponse(request.url, status, _http_headers(answered), _Raw(answer))

    def client(self, service: str = "route53", **settings: Any) -> Any:
        """A boto3 client of this sandbox: no credentials, profile or network; `settings` as boto3's."""
        import botocore.session

        session = botocore.session.Session(session_vars=_MACHINE_IGNORED)
        client = session.create_client(
            service,
            region_name="us-east-1",
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key=ACCOUNT,
            **settings,
        )
        self.attach(client)
        return client


_MACHINE_IGNORED = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""botocore's session variables (file key, environment, default, conversion): a profile of the machine that
is not there would stop the client being made."""


def _identified(response: Response, request_id: str) -> Response:
    status, headers, body = response
    return status, {**headers, "x-amzn-RequestId": request_id}, body


class _Raw(io.BytesIO):
    """A body as urllib3 hands it out."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read()


def _http_headers(headers: Mapping[str, str]) -> Any:
    from botocore.compat import HTTPHeaders

    made = HTTPHeaders()
    for name, value in headers.items():
        made[name] = value
    return made


def _content_of(body: object) -> bytes:
    """The body of a request; no action of Route 53 or STS streams one."""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else b""


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


@functools.cache
def _route53_wire() -> Wire:
    """The wire where no client has brought Route 53's service model: behind HTTP."""
    import botocore.session

    return Wire(botocore.session.get_session().get_service_model("route53"))


def _utc_now() -> datetime.datetime:
    # The sandbox plays the outside, which has a clock of its own.
    return datetime.datetime.now(tz=datetime.UTC)  # noqa: TID251
