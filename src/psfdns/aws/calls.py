"""Single requests to AWS Certificate Manager, Secrets Manager and S3, in the region that they are for.

Endpoints can be moved with AWS_ENDPOINT_URL_ACM and its like (botocore reads them itself). What a request
holds may be a private key: nothing of it stands in an error.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import botocore.exceptions as botocore_errors
import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.parsers import ResponseParserError

from psfdns.aws.answers import (
    Service,
    explain_opening,
    explain_refusal,
    explain_silence,
    refuse_plain_endpoint,
)
from psfdns.errors import HostError
from psfdns.urls import is_loopback

ATTEMPTS = 4
SECONDS = 10
"""To connect, and to wait for an answer."""
_REGION = "us-east-1"
"""Asked first about a bucket where the environment names no region."""


def _describe(service: str, name: str) -> Service:
    return Service(
        name=name,
        iam=service,
        variable=f"AWS_ENDPOINT_URL_{service.upper().replace('SECRETSMANAGER', 'SECRETS_MANAGER')}",
        attempts=ATTEMPTS,
        gentler="others use this account too: the next run tries again",
        instead="take the target out of the certificate's deploy",
    )


SERVICES = {
    "acm": _describe("acm", "AWS Certificate Manager"),
    "secretsmanager": _describe("secretsmanager", "AWS Secrets Manager"),
    "s3": _describe("s3", "S3"),
}


class Calls:
    """One service in one region; may be used by several threads."""

    def __init__(self, client: Any, service: Service) -> None:
        self._client = client
        self._service = service

    def call(self, action: str, doing: str, /, **parameters: Any) -> Mapping[str, Any]:
        """Send one request, botocore's retries included; raises HostError."""
        try:
            answer: Mapping[str, Any] = getattr(self._client, xform_name(action))(**parameters)
        except botocore_errors.ClientError as error:
            raise explain_refusal(error, action, doing, self._service) from error
        except botocore_errors.ParamValidationError:
            # Its words quote what was sent.
            why = "what is sent has not the form that the service wants"
            raise HostError(self._service.name, doing, why) from None
        except (botocore_errors.BotoCoreError, ResponseParserError) as error:
            raise explain_silence(error, doing, self._service) from error
        return answer


class Services:
    """Clients by service and region, each made when it is used first; may be used by several threads.

    With `near_only` (the sandbox's) no request leaves this machine.
    """

    def __init__(self, *, near_only: bool = False) -> None:
        self._near_only = near_only
        self._turn = threading.Lock()
        self._known: dict[tuple[str, str | None], Calls] = {}

    def open(self, service: str, region: str | None = None) -> Calls:
        """A service of `SERVICES`; without a region that of the environment. Raises HostError."""
        with self._turn:
            if (service, region) not in self._known:
                self._known[service, region] = self._make(SERVICES[service], region)
            return self._known[service, region]

    def _make(self, service: Service, region: str | None) -> Calls:
        try:
            session = botocore.session.Session()
            config = Config(
                region_name=region or session.get_config_variable("region") or _REGION,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                connect_timeout=SECONDS,
                read_timeout=SECONDS,
                user_agent_extra="psfdns",
            )
            client: Any = session.create_client(service.iam, config=config)
        except (botocore_errors.BotoCoreError, ValueError) as error:
            raise explain_opening(error, service) from error
        refuse_plain_endpoint(client.meta.endpoint_url, service)
        if self._near_only and not is_loopback(urlsplit(client.meta.endpoint_url).hostname or ""):
            hint = f"{service.variable} may name a stand-in on this machine"
            raise HostError(service.name, "open", "is not written to with --sandbox", hint=hint)
        return Calls(client, service)
