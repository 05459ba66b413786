"""What a service of AWS says no with, in words: the same for Route 53 and S3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import botocore.exceptions as botocore_errors
from botocore.parsers import ResponseParserError

from psfdns.errors import HostError

PRIOR_REQUEST = "PriorRequestNotComplete"
"""The code that says another change of the zone is still being taken in."""

NO_CREDENTIALS = (
    botocore_errors.NoCredentialsError,
    botocore_errors.PartialCredentialsError,
    botocore_errors.CredentialRetrievalError,
    botocore_errors.ProfileNotFound,
    botocore_errors.NoAuthTokenError,
    botocore_errors.SSOError,
    botocore_errors.TokenRetrievalError,
)

_READING = "read the AWS configuration"
_LOOPBACK = re.compile(r"127(?:\.[0-9]{1,3}){3}")
_REFUSED_CREDENTIALS = frozenset(
    "ExpiredToken ExpiredTokenException IncompleteSignature InvalidAccessKeyId InvalidClientTokenId"
    " InvalidSignatureException InvalidToken MissingAuthenticationToken RequestExpired SignatureDoesNotMatch"
    " UnrecognizedClientException".split()
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "UnauthorizedOperation"})
_THROTTLED = frozenset(
    "Throttling ThrottlingException RequestLimitExceeded SlowDown TooManyRequestsException".split()
)


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its name for people, its prefix in IAM, its variable, and how often we try.

    `gentler` says what to do where it throttles; `instead` how to do without credentials.
    """

    name: str
    iam: str
    variable: str
    attempts: int
    gentler: str
    instead: str

    @property
    def credentials_hint(self) -> str:
        """What to do where there is nothing to sign with."""
        return f"sign in to AWS (aws sso login, AWS_PROFILE, …), or {self.instead}"


def is_loopback(url: str) -> bool:
    """Whether it leads to this machine."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or _LOOPBACK.fullmatch(host) is not None


def refuse_plain_endpoint(url: str, service: Service) -> None:
    """Only https, except on the loopback (docs/contract.md §5)."""
    scheme = urlsplit(url).scheme
    if scheme != "https" and not (scheme == "http" and is_loopback(url)):
        raise HostError(
            service.name,
            _READING,
            f"the endpoint {url} is not https",
            hint=f"only a server on this machine may be reached by http ({service.variable})",
        )


def explain_opening(error: Exception, service: Service) -> HostError:
    """Why there is no client."""
    if isinstance(error, NO_CREDENTIALS):
        return explain_silence(error, _READING, service)
    return HostError("AWS", _READING, str(error))


def explain_refusal(
    error: botocore_errors.ClientError, action: str, doing: str, service: Service
) -> HostError:
    """The service's no. Its text is shown, but not where it speaks of credentials."""
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "") or code
    metadata = error.response.get("ResponseMetadata", {})
    attempts = metadata.get("RetryAttempts", 0) + 1
    broken = metadata.get("HTTPStatusCode", 0) >= 500
    why, hint = f"{message} ({code})", None
    if code in _REFUSED_CREDENTIALS:
        why, hint = f"the credentials are refused ({code})", service.credentials_hint
    elif code in _DENIED:
        why, hint = f"not allowed ({code})", f"the IAM identity in use needs {service.iam}:{action}"
    elif code in _THROTTLED:
        why, hint = f"throttled {attempts} times ({code})", service.gentler
    return HostError(
        service.name,
        doing,
        why,
        hint=hint,
        code=code,
        attempts=attempts,
        retryable=broken or code in _THROTTLED or code == PRIOR_REQUEST,
        # An earlier attempt may have been made and its answer lost; botocore tells only how many there were.
        uncertain=broken or attempts > 1,
    )


def explain_silence(error: Exception, doing: str, service: Service) -> HostError:
    """No answer: nothing to sign with, nobody there, or the connection was cut."""
    if isinstance(error, NO_CREDENTIALS):
        return HostError("AWS", doing, f"no usable credentials: {error}", hint=service.credentials_hint)
    if isinstance(error, (botocore_errors.ConnectionError, botocore_errors.HTTPClientError)):
        return HostError(
            service.name,
            doing,
            f"cannot be reached: {error}",
            hint=f"is the network up? {service.variable} and the proxy's variables say where requests go",
            retryable=True,
            attempts=service.attempts,
            uncertain=True,
        )
    sent = isinstance(error, (ResponseParserError, botocore_errors.IncompleteReadError))
    return HostError(
        service.name, doing, str(error), attempts=service.attempts if sent else 1, uncertain=sent
    )
