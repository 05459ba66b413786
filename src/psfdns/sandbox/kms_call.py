"""One request to the sandbox's KMS: whose keys it sees, and the key that it means."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psfdns.sandbox.cloud import ACCOUNT, Cloud
from psfdns.sandbox.faults import ApiError
from psfdns.sandbox.kms_keys import PENDING, KmsKey

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the account, the region that it was signed for, and its parameters."""

    cloud: Cloud
    region: str
    params: Params

    def keys(self) -> dict[str, KmsKey]:
        """The region's keys by id."""
        now = self.cloud.now()
        return {
            key.id: key
            for key in self.cloud.store.keys().values()
            if key.region == self.region and key.is_there(now)
        }

    def find(self, name: str = "KeyId", *, by_alias: bool = False) -> KmsKey:
        """The key that a parameter means: an id or ARN, or an alias too; raises NotFoundException."""
        text = self.params[name]
        wanted = text.rpartition(":")[2] if text.startswith("arn:") else text
        for key in self.keys().values():
            if wanted.removeprefix("key/") == key.id and text in {key.id, key.arn}:
                return key
            if by_alias and wanted in key.aliases and text in {wanted, self.arn(wanted)}:
                return key
        kind = "Alias" if wanted.startswith("alias/") else "Key"
        shown = text if text.startswith("arn:") else self.arn(text if kind == "Alias" else f"key/{text}")
        raise ApiError("NotFoundException", f"{kind} '{shown}' does not exist")

    def arn(self, resource: str) -> str:
        """The ARN of a key or alias of this account and region."""
        return f"arn:aws:kms:{self.region}:{ACCOUNT}:{resource}"

    def store(self, key: KmsKey, **changes: Any) -> KmsKey:
        """Keep a key, changed."""
        now = self.cloud.now()
        if {"state", "policy"} & changes.keys():
            changes["changed_at"] = now
        kept = {each.id: each for each in self.cloud.store.keys().values() if each.is_there(now)}
        changed = kept[key.id] = dataclasses.replace(key, **changes)
        self.cloud.store.store_keys(kept)
        return changed


def refuse_pending(key: KmsKey) -> None:
    """Nothing is changed in a key that is about to go; raises KMSInvalidStateException."""
    if key.state == PENDING:
        raise ApiError("KMSInvalidStateException", f"{key.arn} is pending deletion.")


def read_tags(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags as a mapping; raises TagException."""
    return dict(_pairs(tags))


def _pairs(tags: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for tag in tags:
        if tag["TagKey"].startswith("aws:"):
            raise ApiError("TagException", "tags that begin with aws: are AWS's own")
        yield tag["TagKey"], tag["TagValue"]
