"""The door to AWS: the only boto3 outside the sandbox; no botocore exception leaves this package."""

from psfdns.aws.identity import Identity, look_up_account, look_up_identity
from psfdns.aws.route53 import PRIOR_REQUEST, SANDBOX_ACCOUNT, Api, AwsApi, open_route53
from psfdns.aws.s3 import open_objects

__all__ = [
    "PRIOR_REQUEST",
    "SANDBOX_ACCOUNT",
    "Api",
    "AwsApi",
    "Identity",
    "look_up_account",
    "look_up_identity",
    "open_objects",
    "open_route53",
]
