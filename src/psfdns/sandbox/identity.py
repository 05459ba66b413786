"""STS as far as psfdns asks it: who am I? The sandbox is an account of its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psfdns.sandbox.cloud import ACCOUNT
from psfdns.sandbox.wire import Response

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def answer(form: Mapping[str, Sequence[str]], request_id: str) -> Response:
    """The answer to a request of the query protocol."""
    action = form.get("Action", [""])[0]
    if action != "GetCallerIdentity":
        return _refuse(request_id)
    text = (
        f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}"><GetCallerIdentityResult>'
        f"<Arn>arn:aws:iam::{ACCOUNT}:root</Arn><UserId>{ACCOUNT}</UserId><Account>{ACCOUNT}</Account>"
        f"</GetCallerIdentityResult><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        "</GetCallerIdentityResponse>"
    )
    return 200, {"Content-Type": "text/xml"}, text.encode()


def _refuse(request_id: str) -> Response:
    text = (
        f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type><Code>InvalidAction</Code>'
        "<Message>The sandbox knows Route 53, and of STS GetCallerIdentity alone.</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return 400, {"Content-Type": "text/xml"}, text.encode()
