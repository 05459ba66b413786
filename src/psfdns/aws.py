"""The door to AWS: the only boto3 outside the sandbox; no botocore exception leaves this module.

Every attempt, botocore's own retries included, passes the budget before it is signed. The endpoint
can be moved with AWS_ENDPOINT_URL_ROUTE_53 (botocore reads it itself).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import boto3
import botocore.exceptions as botocore_errors
import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.parsers import ResponseParserError

from psfdns.budget import Budget
from psfdns.errors import HostError

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

REGION = "us-east-1"
"""Route 53 is one global service whose requests are signed for this region."""

ATTEMPTS = 10
"""A safety net: the budget should leave nothing to be throttled."""

IDENTITY_SECONDS = 3.0
"""How long learning the account's id may take (docs/contract.md §5)."""

SANDBOX_ACCOUNT = "sandbox"

PRIOR_REQUEST = "PriorRequestNotComplete"
"""The code that says another change of the zone is still being taken in."""

_WHO = "Route 53"
_LOOPBACK = re.compile(r"127(?:\.[0-9]{1,3}){3}")
_CREDENTIALS_HINT = "sign in to AWS (aws sso login, AWS_PROFILE, …), or use the embedded Route 53: --sandbox"
_REFUSED_CREDENTIALS = frozenset(
    "ExpiredToken ExpiredTokenException IncompleteSignature InvalidClientTokenId InvalidSignatureException"
    " MissingAuthenticationToken RequestExpired SignatureDoesNotMatch UnrecognizedClientException".split()
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_THROTTLED = frozenset("Throttling ThrottlingException RequestLimitExceeded TooManyRequestsException".split())
_NO_CREDENTIALS = (
    botocore_errors.NoCredentialsError,
    botocore_errors.PartialCredentialsError,
    botocore_errors.CredentialRetrievalError,
    botocore_errors.ProfileNotFound,
    botocore_errors.NoAuthTokenError,
    botocore_errors.SSOError,
    botocore_errors.TokenRetrievalError,
)


class Api(Protocol):
    """Route 53's actions by their names in the API reference."""

    def call(self, action: str, doing: str, /, **parameters: Any) -> Mapping[str, Any]:
        """Send one request; raises HostError, whose words begin with `doing`."""


class AwsApi:
    """Route 53 through boto3."""

    def __init__(self, client: Route53Client) -> None:
        self._client = client

    def call(self, action: str, doing: str, /, **parameters: Any) -> Mapping[str, Any]:
        """Send one request; raises HostError, or StoppedError where the budget is stopped."""
        try:
            answer: Mapping[str, Any] = getattr(self._client, xform_name(action))(**parameters)
        except botocore_errors.ClientError as error:
            raise _refused(error, action, doing) from error
        except (botocore_errors.BotoCoreError, ResponseParserError) as error:
            raise _unanswered(error, doing) from error
        return answer


def open_route53(
    *, budget: Budget, threads: int, attach: Callable[[Route53Client], None] | None = None
) -> AwsApi:
    """Route 53 behind `budget`, for `threads` requests at a time.

    With `attach` (the sandbox's) the client gets made-up credentials and no endpoint of the
    environment, and whatever `attach` does to it. Raises HostError.
    """
    try:
        client = _make_client(threads, sandboxed=attach is not None)
    except _NO_CREDENTIALS as error:
        raise _unanswered(error, "read the AWS configuration") from error
    except (botocore_errors.BotoCoreError, ValueError) as error:
        raise HostError("AWS", "read the AWS configuration", str(error)) from error
    _refuse_plain_endpoint(client.meta.endpoint_url)

    def spend(request: Any, operation_name: str, **_: object) -> None:
        body = request.data
        budget.spend(operation_name, body.encode() if isinstance(body, str) else body or b"")

    client.meta.events.register_first("request-created.route-53", spend)
    if attach is not None:
        attach(client)
    return AwsApi(client)


def look_up_account() -> str | None:
    """The account's id from STS, or None where it cannot be learnt in three seconds."""
    found: list[str] = []
    asking = threading.Thread(target=_ask_identity, args=(found,), daemon=True)
    asking.start()
    asking.join(IDENTITY_SECONDS)
    return found[0] if found else None


def _make_client(threads: int, *, sandboxed: bool) -> Route53Client:
    config = Config(
        region_name=REGION,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=threads,
        connect_timeout=10,
        read_timeout=60,
        user_agent_extra="psfdns",
    )
    if not sandboxed:
        return boto3.session.Session().client("route53", config=config)
    # No profile, file or endpoint of the environment may take part in the sandbox.
    session = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    return boto3.session.Session(botocore_session=session, region_name=REGION).client(
        "route53",
        config=config,
        endpoint_url="https://route53.amazonaws.com",
        aws_access_key_id=SANDBOX_ACCOUNT,
        aws_secret_access_key=SANDBOX_ACCOUNT,
    )


def _refuse_plain_endpoint(url: str) -> None:
    """Only https, except on the loopback (docs/contract.md §5)."""
    parts = urlsplit(url)
    is_near = parts.hostname in {"localhost", "::1"} or _LOOPBACK.fullmatch(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_near):
        raise HostError(
            _WHO,
            "read the AWS configuration",
            f"the endpoint {url} is not https",
            hint="only a server on this machine may be reached by http (AWS_ENDPOINT_URL_ROUTE_53)",
        )


def _ask_identity(found: list[str]) -> None:
    config = Config(
        region_name=REGION,
        retries={"total_max_attempts": 1},
        connect_timeout=IDENTITY_SECONDS,
        read_timeout=IDENTITY_SECONDS,
        user_agent_extra="psfdns",
    )
    try:
        found.append(boto3.session.Session().client("sts", config=config).get_caller_identity()["Account"])
    except (botocore_errors.BotoCoreError, botocore_errors.ClientError, ResponseParserError, ValueError):
        return


def _refused(error: botocore_errors.ClientError, action: str, doing: str) -> HostError:
    """The service's no. Its text is shown, but not where it speaks of credentials."""
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "") or code
    metadata = error.response.get("ResponseMetadata", {})
    attempts = metadata.get("RetryAttempts", 0) + 1
    broken = metadata.get("HTTPStatusCode", 0) >= 500
    why, hint = f"{message} ({code})", None
    if code in _REFUSED_CREDENTIALS:
        why, hint = f"the credentials are refused ({code})", _CREDENTIALS_HINT
    elif code in _DENIED:
        why, hint = f"not allowed ({code})", f"the IAM identity in use needs route53:{action}"
    elif code in _THROTTLED:
        why = f"throttled {attempts} times ({code})"
        hint = "others use this account too: try later, or lower requests_per_second in [route53]"
    return HostError(
        _WHO,
        doing,
        why,
        hint=hint,
        code=code,
        attempts=attempts,
        retryable=broken or code in _THROTTLED or code == PRIOR_REQUEST,
        uncertain=broken,
    )


def _unanswered(error: Exception, doing: str) -> HostError:
    """No answer: nothing to sign with, nobody there, or the connection was cut."""
    if isinstance(error, _NO_CREDENTIALS):
        return HostError("AWS", doing, f"no usable credentials: {error}", hint=_CREDENTIALS_HINT)
    if isinstance(error, (botocore_errors.ConnectionError, botocore_errors.HTTPClientError)):
        why = f"cannot be reached: {error}"
        hint = "is the network up? AWS_ENDPOINT_URL_ROUTE_53 and the proxy's variables say where requests go"
        return HostError(_WHO, doing, why, hint=hint, retryable=True, attempts=ATTEMPTS, uncertain=True)
    sent = isinstance(error, (ResponseParserError, botocore_errors.IncompleteReadError))
    return HostError(_WHO, doing, str(error), attempts=ATTEMPTS if sent else 1, uncertain=sent)
