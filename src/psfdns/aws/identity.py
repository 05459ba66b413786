"""Who we are to AWS: optional, and never waited for longer than three seconds."""

from __future__ import annotations

import threading

import boto3
import botocore.exceptions as botocore_errors
from botocore.config import Config
from botocore.parsers import ResponseParserError

IDENTITY_SECONDS = 3.0
"""How long learning the account's id may take (docs/contract.md §5)."""


def look_up_account() -> str | None:
    """The account's id from STS, or None where it cannot be learnt in three seconds."""
    found: list[str] = []
    asking = threading.Thread(target=_ask_identity, args=(found,), daemon=True)
    asking.start()
    asking.join(IDENTITY_SECONDS)
    return found[0] if found else None


def _ask_identity(found: list[str]) -> None:
    config = Config(
        region_name="us-east-1",
        retries={"total_max_attempts": 1},
        connect_timeout=IDENTITY_SECONDS,
        read_timeout=IDENTITY_SECONDS,
        user_agent_extra="psfdns",
    )
    try:
        found.append(boto3.session.Session().client("sts", config=config).get_caller_identity()["Account"])
    except (botocore_errors.BotoCoreError, botocore_errors.ClientError, ResponseParserError, ValueError):
        return
