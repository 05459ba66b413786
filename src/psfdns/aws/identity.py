"""Who we are to AWS: optional, and never waited for longer than three seconds."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import botocore.exceptions as botocore_errors
from botocore.config import Config
from botocore.parsers import ResponseParserError

from psfdns.aws.session import Session

IDENTITY_SECONDS = 3.0
"""How long learning the account's id may take (docs/contract.md §5)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The account's id, and who of it asks."""

    account: str
    arn: str | None


def look_up_account() -> str | None:
    """The account's id from STS, or None where it cannot be learnt in three seconds."""
    found = look_up_identity()
    return found.account if found else None


def look_up_identity(session: Session | None = None) -> Identity | None:
    """Account and ARN from STS, or None where they cannot be learnt in three seconds.

    A `session` of which clients were made spares finding the credentials again.
    """
    found: list[Identity] = []
    asking = threading.Thread(target=_ask_identity, args=(found, session), daemon=True)
    asking.start()
    asking.join(IDENTITY_SECONDS)
    return found[0] if found else None


def _ask_identity(found: list[Identity], session: Session | None) -> None:
    config = Config(
        region_name="us-east-1",
        retries={"total_max_attempts": 1},
        connect_timeout=IDENTITY_SECONDS,
        read_timeout=IDENTITY_SECONDS,
        user_agent_extra="psfdns",
    )
    try:
        answer = (session or Session()).create_client("sts", config=config).get_caller_identity()
        found.append(Identity(answer["Account"], answer.get("Arn")))
    except (botocore_errors.BotoCoreError, botocore_errors.ClientError, ResponseParserError, ValueError):
        return
