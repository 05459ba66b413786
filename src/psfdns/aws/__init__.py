"""The door to AWS: the only botocore outside the sandbox; no botocore exception leaves this package."""

from psfdns.aws.identity import Identity, look_up_account, look_up_identity
from psfdns.aws.route53 import PRIOR_REQUEST, SANDBOX_ACCOUNT, Api, AwsApi, open_route53
from psfdns.aws.s3 import open_objects
from psfdns.aws.session import Session

__all__ = [
    "PRIOR_REQUEST",
    "SANDBOX_ACCOUNT",
    "Api",
    "AwsApi",
    "Identity",
    "Session",
    "look_up_account",
    "look_up_identity",
    "open_objects",
    "open_route53",
]
