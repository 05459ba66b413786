"""Keys of KMS that Route 53 signs zones with: made, named, and looked at (AWS KMS API reference).

Nothing here disables or deletes a key: while a DS in the parent leads to it, that makes a zone bogus. The
endpoint can be moved with AWS_ENDPOINT_URL_KMS (botocore reads it itself).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import botocore.exceptions as botocore_errors
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
from psfdns.aws.route53 import SANDBOX_ACCOUNT, is_amazons
from psfdns.aws.session import Session
from psfdns.budget import Budget
from psfdns.errors import HostError
from psfdns.key_policies import REGION, SPEC, USAGE
from psfdns.plans.host import ManagedKey

ATTEMPTS = 5
SECONDS = 20

_KMS = Service(
    name="KMS",
    iam="kms",
    variable="AWS_ENDPOINT_URL_KMS",
    attempts=ATTEMPTS,
    gentler="others use this account's KMS too: try again",
    instead="use the embedded one: --sandbox",
)
_MISSING = "NotFoundException"
_DENIED = "AccessDeniedException"
_TAKEN = "AlreadyExistsException"
_HINTS = {
    "LimitExceededException": "the account has as many keys or aliases as it may: ask AWS for more",
    "MalformedPolicyDocumentException": "KMS does not take the key's policy; does it lock out who makes it?",
    "KMSInvalidStateException": "the key is disabled or about to be deleted: look at its state first",
    _TAKEN: "the alias leads to another key already: choose another, or move it by hand",
}
_LOST = "the key may be there all the same: look in KMS for one with these tags before trying again"


class Kms:
    """The account's keys in us-east-1; every request is counted by the budget. Threads may share it."""

    def __init__(
        self,
        *,
        budget: Budget,
        attach: Callable[[Any], None] | None = None,
        session: Session | None = None,
    ) -> None:
        self._budget = budget
        self._attach = attach
        self._session = session or Session(sandboxed=attach is not None)

    @property
    def is_amazons(self) -> bool:
        """Whether requests go to Amazon's own endpoint, not to a stand-in. Raises HostError."""
        return is_amazons(self._client)

    def create_key(self, *, description: str, policy: str, tags: Mapping[str, str]) -> ManagedKey:
        """A new key that Route 53 can sign with (CreateKey); `policy` is JSON (`key_policies`).

        Sent once, because KMS makes one for every request that reaches it. Raises HostError, which is
        `uncertain` where no answer came.
        """
        try:
            answer = self._call(
                self._client_for_one,
                "CreateKey",
                "make a key",
                Description=description,
                KeySpec=SPEC,
                KeyUsage=USAGE,
                MultiRegion=False,
                Policy=policy,
                Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()],
            )
        except HostError as error:
            if error.uncertain:
                error.hint = _LOST
            raise
        return _read_key(answer["KeyMetadata"])

    def create_alias(self, name: str, key_id: str) -> None:
        """Name a key `alias/…` (CreateAlias); done where that alias leads to it already. Raises HostError."""
        try:
            self._call(self._client, "CreateAlias", f"name a key {name}", AliasName=name, TargetKeyId=key_id)
        except HostError as error:
            if error.code != _TAKEN or not self._leads_to(name, key_id):
                raise

    def _leads_to(self, name: str, key_id: str) -> bool:
        there = self.describe_key(name)
        return there is not None and key_id in {there.id, there.arn}

    def describe_key(self, key: str) -> ManagedKey | None:
        """A key by id, ARN or `alias/…` (DescribeKey); None where there is none. Raises HostError."""
        try:
            answer = self._call(self._client, "DescribeKey", f"look at key {key}", KeyId=key)
        except HostError as error:
            if error.code == _MISSING:
                return None
            raise
        return _read_key(answer["KeyMetadata"])

    def find_keys(self, tags: Mapping[str, str]) -> Iterator[ManagedKey]:
        """The account's keys that have these tags, of those that may be looked at. Raises HostError.

        KMS does not search by tags: every key of the region is asked for its own.
        """
        for key in self._list_keys():
            if tags.items() <= self._fetch_tags(key).items():
                found = self.describe_key(key)
                if found is not None:
                    yield found

    def _list_keys(self) -> Iterator[str]:
        marker: dict[str, str] = {}
        while True:
            answer = self._call(self._client, "ListKeys", "list the keys", Limit=1000, **marker)
            yield from (key["KeyId"] for key in answer["Keys"])
            if not answer.get("Truncated"):
                return
            marker = {"Marker": answer["NextMarker"]}

    def _fetch_tags(self, key: str) -> Mapping[str, str]:
        """None of a key that is gone, or whose policy lets nobody look: it is none that we made."""
        try:
            answer = self._call(self._client, "ListResourceTags", f"read the tags of key {key}", KeyId=key)
        except HostError as error:
            if error.code in {_MISSING, _DENIED}:
                return {}
            raise
        return {tag["TagKey"]: tag["TagValue"] for tag in answer["Tags"]}

    def fetch_policy(self, key: str) -> str:
        """The policy of a key by id or ARN, as JSON (GetKeyPolicy). Raises HostError."""
        answer = self._call(
            self._client, "GetKeyPolicy", f"read the policy of key {key}", KeyId=key, PolicyName="default"
        )
        policy: str = answer["Policy"]
        return policy

    def _call(self, client: Any, action: str, doing: str, **parameters: Any) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = getattr(client, xform_name(action))(**parameters)
        except botocore_errors.ClientError as error:
            refusal = explain_refusal(error, action, doing, _KMS)
            refusal.hint = refusal.hint or _HINTS.get(refusal.code or "")
            raise refusal from error
        except (botocore_errors.BotoCoreError, ResponseParserError) as error:
            raise explain_silence(error, doing, _KMS) from error
        return answer

    @functools.cached_property
    def _client(self) -> Any:
        return self._open(ATTEMPTS)

    @functools.cached_property
    def _client_for_one(self) -> Any:
        """Sends a request once, whatever becomes of it."""
        return self._open(1)

    def _open(self, attempts: int) -> Any:
        try:
            client = self._make_client(attempts)
        except (botocore_errors.BotoCoreError, ValueError) as error:
            raise explain_opening(error, _KMS) from error
        refuse_plain_endpoint(client.meta.endpoint_url, _KMS)

        def count(operation_name: str, **_: object) -> None:
            self._budget.count(f"kms:{operation_name}")

        client.meta.events.register_first("request-created.kms", count)
        if self._attach is not None:
            self._attach(client)
        return client

    def _make_client(self, attempts: int) -> Any:
        config = Config(
            region_name=REGION,
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=SECONDS,
            read_timeout=SECONDS,
            user_agent_extra="psfdns",
        )
        sandboxed: dict[str, str] = {}
        if self._attach is not None:
            sandboxed = {
                "endpoint_url": f"https://kms.{REGION}.amazonaws.com",
                "aws_access_key_id": SANDBOX_ACCOUNT,
                "aws_secret_access_key": SANDBOX_ACCOUNT,
            }
        return self._session.create_client("kms", config=config, **sandboxed)


def _read_key(shape: Mapping[str, Any]) -> ManagedKey:
    return ManagedKey(
        id=shape["KeyId"],
        arn=shape["Arn"],
        state=shape.get("KeyState", ""),
        spec=shape.get("KeySpec", ""),
        usage=shape.get("KeyUsage", ""),
        multi_region=shape.get("MultiRegion", False),
        deleted_at=shape.get("DeletionDate"),
    )
