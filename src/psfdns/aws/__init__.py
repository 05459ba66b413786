"""The door to AWS: the only botocore outside the sandbox; no botocore exception leaves this package."""

import sys

# botocore imports pyOpenSSL where there is one, takes a class of the standard library from it, and uses no
# more of it. The acme library brings it: a tenth of a second and 15 MB that no plan has to pay.
sys.modules.setdefault("urllib3.contrib.pyopenssl", None)  # type: ignore[arg-type]

from psfdns.aws.calls import Services  # noqa: E402 - as above
from psfdns.aws.identity import Identity, look_up_account, look_up_identity  # noqa: E402 - as above
from psfdns.aws.route53 import PRIOR_REQUEST, SANDBOX_ACCOUNT, Api, AwsApi, open_route53  # noqa: E402
from psfdns.aws.s3 import open_objects  # noqa: E402 - as above
from psfdns.aws.session import Session  # noqa: E402 - as above

__all__ = [
    "PRIOR_REQUEST",
    "SANDBOX_ACCOUNT",
    "Api",
    "AwsApi",
    "Identity",
    "Services",
    "Session",
    "look_up_account",
    "look_up_identity",
    "open_objects",
    "open_route53",
]
