"""Moto behind the sandbox: its Route 53 backend answers every action that our own layer does not.

Moto is right about health checks and the VPCs of private zones, and wrong about record sets, batches,
names, listings and the first record sets of a zone (docs/decisions/0003); those never reach
it. So moto holds no state of its own between two requests: each gets a backend made from the store, with
the health checks as they are and stand-ins for the hosted zones, and what it left there is stored. That
keeps one truth, lets processes take turns, and costs nothing where moto is not asked: it is imported
when it is first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psfdns.sandbox.cloud import ACCOUNT, Cloud, Params, Result
from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.store import Account
from psfdns.sandbox.wire import Request, Response
from psfdns.sandbox.zones import HostedZone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.route53.models import FakeZone, HealthCheck, Route53Backend


_MAX_HEALTH_CHECKS = 200

_CONFIG_ARGUMENTS = {
    "IPAddress": "ip_address",
    "Port": "port",
    "Type": "type",
    "ResourcePath": "resource_path",
    "FullyQualifiedDomainName": "fqdn",
    "SearchString": "search_string",
    "RequestInterval": "request_interval",
    "FailureThreshold": "failure_threshold",
    "HealthThreshold": "health_threshold",
    "MeasureLatency": "measure_latency",
    "Inverted": "inverted",
    "Disabled": "disabled",
    "EnableSNI": "enable_sni",
}
"""Field of HealthCheckConfig -> argument of moto's HealthCheck."""


def answer(cloud: Cloud, request: Request, raw: tuple[str, str, Mapping[str, str], bytes]) -> Response:
    """Moto's own answer to a request (method, URL, headers, body); raises ApiError where it knows none."""
    _check_health_check_request(cloud, request.action, request.params)
    from moto.route53.responses import Route53

    with cloud.store.writing():
        account = cloud.store.account()
        backend = _make_backend(account, cloud.store.zones())

        class Embedded(Route53):
            """Moto's dispatcher over this request's backend instead of its global ones."""

            @property
            def backend(self) -> Route53Backend:
                return backend

        try:
            status, headers, body = Embedded.dispatch(_moto_request(*raw))
        except NotImplementedError:
            raise _unknown(request.action) from None
        checks = [_check_as_api(check) for check in backend.health_checks.values()]
        if checks != account.health_checks:
            account.health_checks = checks
            cloud.store.store_account(account)
    return status, {name: str(value) for name, value in headers.items()}, _as_bytes(body)


def _check_health_check_request(cloud: Cloud, action: str, params: Params) -> None:
    """What moto lets pass: a used reference, too many, deleting what is not there; raises ApiError."""
    checks = cloud.store.account().health_checks
    if action == "CreateHealthCheck":
        if any(check["CallerReference"] == params["CallerReference"] for check in checks):
            raise ApiError(
                "HealthCheckAlreadyExists", "A health check with this caller reference already exists."
            )
        if len(checks) >= _MAX_HEALTH_CHECKS:
            raise ApiError("TooManyHealthChecks", "Limits Exceeded: MAX_HEALTH_CHECKS_BY_OWNER")
    elif "HealthCheckId" in params and all(check["Id"] != params["HealthCheckId"] for check in checks):
        missing = params["HealthCheckId"]
        raise ApiError("NoSuchHealthCheck", f"No health check exists with the specified ID: {missing}")


def _unknown(action: str) -> ApiError:
    # Not 500 to 504: botocore would send those again.
    return ApiError("NotImplemented", f"The sandbox does not know the action {action}.", status=501)


def _as_bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body


def _moto_request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Any:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.compat import HTTPHeaders
    from moto.core.request import normalize_request

    kept = HTTPHeaders()
    for name, value in headers.items():
        kept[name] = value
    return normalize_request(AWSPreparedRequest(method, url, kept, body, stream_output=False))


def associate_vpc(cloud: Cloud, params: Params) -> Result:
    """Give a private zone one more VPC."""
    vpc = params["VPC"]
    return _change_vpcs(
        cloud,
        params,
        lambda backend, zone_id: backend.associate_vpc_with_hosted_zone(
            zone_id, vpc["VPCId"], vpc["VPCRegion"]
        ),
    )


def disassociate_vpc(cloud: Cloud, params: Params) -> Result:
    """Take a VPC from a private zone; never its last."""
    vpc_id = params["VPC"]["VPCId"]
    zone = cloud.zone(params["HostedZoneId"])
    if all(vpc["VPCId"] != vpc_id for vpc in zone.vpcs):
        raise ApiError("VPCAssociationNotFound", f"The VPC {vpc_id} is not associated with {zone.id}")
    return _change_vpcs(
        cloud, params, lambda backend, zone_id: backend.disassociate_vpc_from_hosted_zone(zone_id, vpc_id)
    )


def _change_vpcs(cloud: Cloud, params: Params, act: Any) -> Result:
    from moto.core.exceptions import ServiceException

    with cloud.store.writing():
        zone, record_sets = cloud.zone_with_record_sets(params["HostedZoneId"])
        backend = _make_backend(Account(), {zone.id: zone})
        try:
            changed: FakeZone = act(backend, zone.id)
        except ServiceException as error:
            raise ApiError(str(error.code), str(error.message)) from error
        change = cloud.new_change(params.get("Comment"))
        vpcs = {
            vpc["vpc_id"]: {"VPCRegion": vpc["vpc_region"], "VPCId": vpc["vpc_id"]} for vpc in changed.vpcs
        }
        cloud.store.store_zone(zone.with_change(change, vpcs=tuple(vpcs.values())), record_sets)
    return {"ChangeInfo": cloud.change_info(change)}


def _make_backend(account: Account, zones: Mapping[str, HostedZone]) -> Route53Backend:
    """A backend of moto's that knows what the store knows."""
    from moto.route53.models import Route53Backend

    backend = Route53Backend("aws", ACCOUNT)
    backend.zones = {zone_id: _stand_in(zone) for zone_id, zone in zones.items()}
    backend.health_checks = {check["Id"]: _check_of_moto(check) for check in account.health_checks}
    return backend


def _stand_in(zone: HostedZone) -> FakeZone:
    """A hosted zone as moto knows it, without its record sets."""
    from moto.route53.models import FakeZone

    made = FakeZone(  # type: ignore[abstract]
        zone.name, zone.id, zone.private, zone.caller_reference, zone.comment
    )
    made.vpcs = [{"vpc_id": vpc["VPCId"], "vpc_region": vpc["VPCRegion"]} for vpc in zone.vpcs]
    return made


def _check_of_moto(check: Mapping[str, Any]) -> HealthCheck:
    from moto.route53.models import HealthCheck

    config = check["HealthCheckConfig"]
    arguments = {name: config.get(field) for field, name in _CONFIG_ARGUMENTS.items()}
    made = HealthCheck(  # type: ignore[abstract]
        check["Id"], check["CallerReference"], arguments
    )
    made.set_children(config.get("ChildHealthChecks", []))
    made.set_regions(config.get("Regions", []))
    made.health_check_version = check["HealthCheckVersion"]
    return made


def _check_as_api(check: HealthCheck) -> dict[str, Any]:
    config = {field: value for field, value in check.health_check_config.items() if value is not None}
    return {
        "Id": check.id,
        "CallerReference": check.caller_reference,
        "HealthCheckConfig": config,
        "HealthCheckVersion": check.health_check_version,
    }
