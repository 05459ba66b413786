"""Route 53 through botocore: every attempt, botocore's own retries included, passes the budget first.

The endpoint can be moved with AWS_ENDPOINT_URL_ROUTE_53 (botocore reads it itself).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import botocore.exceptions as botocore_errors
from botocore import xform_name
from botocore.config import Config
from botocore.parsers import ResponseParserError

from psfdns.aws.answers import (
    PRIOR_REQUEST,
    Service,
    explain_opening,
    explain_refusal,
    explain_silence,
    refuse_plain_endpoint,
)
from psfdns.aws.session import Session
from psfdns.budget import Budget
from psfdns.errors import HostError

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

__all__ = ["PRIOR_REQUEST", "SANDBOX_ACCOUNT", "Api", "AwsApi", "open_route53"]

REGION = "us-east-1"
"""Route 53 is one global service whose requests are signed for this region."""

ATTEMPTS = 10
"""A safety net: the budget should leave nothing to be throttled."""

SANDBOX_ACCOUNT = "sandbox"

_AMAZON = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu")
_ROUTE53 = Service(
    name="Route 53",
    iam="route53",
    variable="AWS_ENDPOINT_URL_ROUTE_53",
    attempts=ATTEMPTS,
    gentler="others use this account too: try later, or lower requests_per_second in [route53]",
    instead="use the embedded Route 53: --sandbox",
)


class Api(Protocol):
    """Route 53's actions by their names in the API reference."""

    def call(self, action: str, doing: str, /, **parameters: Any) -> Mapping[str, Any]:
        """Send one request; raises HostError, whose words begin with `doing`."""


class AwsApi:
    """Route 53 through botocore."""

    def __init__(self, client: Route53Client) -> None:
        self._client = client

    @property
    def is_amazons(self) -> bool:
        """Whether requests go to Amazon's own endpoint; another one may stand for anything."""
        return is_amazons(self._client)

    def call(self, action: str, doing: str, /, **parameters: Any) -> Mapping[str, Any]:
        """Send one request; raises HostError, or StoppedError where the budget is stopped."""
        try:
            answer: Mapping[str, Any] = getattr(self._client, xform_name(action))(**parameters)
        except botocore_errors.ClientError as error:
            raise explain_refusal(error, action, doing, _ROUTE53) from error
        except (botocore_errors.BotoCoreError, ResponseParserError) as error:
            raise explain_silence(error, doing, _ROUTE53) from error
        self._refuse_hollow(answer, action, doing)
        return answer

    def _refuse_hollow(self, answer: Mapping[str, Any], action: str, doing: str) -> None:
        """An empty body, or another server's page, parses as an answer that holds nothing."""
        shape = self._client.meta.service_model.operation_model(action).output_shape
        wanted = set(shape.required_members) if shape is not None else set()
        metadata = answer["ResponseMetadata"]
        is_page = "html" in metadata["HTTPHeaders"].get("content-type", "")
        if is_page or (wanted and not wanted & answer.keys()):
            attempts = metadata.get("RetryAttempts", 0) + 1
            why = "the answer does not hold what was asked for"
            raise HostError(_ROUTE53.name, doing, why, attempts=attempts, retryable=True, uncertain=True)


def is_amazons(client: Any) -> bool:
    """Whether a client's endpoint is Amazon's own."""
    return (urlsplit(client.meta.endpoint_url).hostname or "").endswith(_AMAZON)


def open_route53(
    *,
    budget: Budget,
    threads: int,
    attach: Callable[[Route53Client], None] | None = None,
    session: Session | None = None,
) -> AwsApi:
    """Route 53 behind `budget`, for `threads` requests at a time, by `session` or one of its own.

    With `attach` (the sandbox's) the client gets made-up credentials and no profile or endpoint of the
    environment, and whatever `attach` does to it. Raises HostError.
    """
    try:
        client = _make_client(threads, session) if attach is None else _make_sandboxed_client(threads)
    except (botocore_errors.BotoCoreError, ValueError) as error:
        raise explain_opening(error, _ROUTE53) from error
    refuse_plain_endpoint(client.meta.endpoint_url, _ROUTE53)

    def spend(request: Any, operation_name: str, **_: object) -> None:
        body = request.data
        budget.spend(operation_name, body.encode() if isinstance(body, str) else body or b"")

    client.meta.events.register_first("request-created.route-53", spend)
    if attach is not None:
        attach(client)
    return AwsApi(client)


def _make_client(threads: int, session: Session | None) -> Route53Client:
    client: Route53Client = (session or Session()).create_client("route53", config=_config(threads))
    return client


def _make_sandboxed_client(threads: int) -> Route53Client:
    """No profile, file or endpoint of the environment may take part in the sandbox."""
    client: Route53Client = Session(sandboxed=True).create_client(
        "route53",
        region_name=REGION,
        config=_config(threads),
        endpoint_url="https://route53.amazonaws.com",
        aws_access_key_id=SANDBOX_ACCOUNT,
        aws_secret_access_key=SANDBOX_ACCOUNT,
    )
    return client


def _config(threads: int) -> Config:
    return Config(
        region_name=REGION,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=threads,
        connect_timeout=10,
        read_timeout=60,
        user_agent_extra="psfdns",
    )
