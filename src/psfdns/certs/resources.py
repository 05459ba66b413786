"""RFC 8555's objects as values, read from a CA's JSON; what is not of that form is a CaError. Pure."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psfdns.certs.ari import RenewalInfo, Window
from psfdns.certs.replies import Reply, describe_problem, refused_names
from psfdns.errors import CaError

_URLS = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")


@dataclass(frozen=True, slots=True)
class Directory:
    """Where a CA takes what (RFC 8555 §7.1.1). `profiles` is name -> description, None where it has none.

    `renewal_info` is None where the CA has no ARI (RFC 9773 §4.1); `caa` are the domains of its own in CAA.
    """

    new_nonce: str
    new_account: str
    new_order: str
    revoke_cert: str
    key_change: str
    renewal_info: str | None = None
    profiles: Mapping[str, str] | None = None
    caa: tuple[str, ...] = ()
    wants_binding: bool = False
    terms: str | None = None


class Status(enum.StrEnum):
    """The states of orders, authorizations and challenges (RFC 8555 §7.1.6)."""

    PENDING = "pending"
    READY = "ready"
    PROCESSING = "processing"
    VALID = "valid"
    INVALID = "invalid"
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Order:
    """An order (RFC 8555 §7.1.3); names as the CA spells them.

    `error` is why it is invalid, `refused` the names that this is about, as those of `CaError`.
    """

    url: str
    status: Status
    names: tuple[str, ...]
    authorizations: tuple[str, ...]
    finalize: str
    certificate: str | None = None
    error: str | None = None
    profile: str | None = None
    expires: datetime.datetime | None = None
    retry_at: datetime.datetime | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to prove an identifier; `error` is why it failed. A token is no secret once it is published."""

    type: str
    url: str
    status: Status
    token: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """Whether the account may have certificates of `name`, of a wildcard without `*.` (RFC 8555 §7.1.4)."""

    url: str
    status: Status
    name: str
    wildcard: bool
    challenges: tuple[Challenge, ...]
    retry_at: datetime.datetime | None = None

    @property
    def full_name(self) -> str:
        """The name as certificates have it."""
        return f"*.{self.name}" if self.wildcard else self.name

    def challenge(self, kind: str) -> Challenge | None:
        """The challenge of a type, where it is offered."""
        return next((each for each in self.challenges if each.type == kind), None)

    @property
    def error(self) -> str | None:
        """Why it is not valid: what its challenges say, else its state."""
        said = next((each.error for each in self.challenges if each.error), None)
        return said or f"the authorization is {self.status.value}"


class Reading:
    """Reads one reply; every fault is a CaError that names who and what."""

    def __init__(self, reply: Reply, *, who: str, doing: str) -> None:
        self.who = who
        self.doing = doing
        self.reply = reply
        document = reply.document()
        if document is None:
            raise self.fault("the answer is no JSON object")
        self.document: Mapping[str, Any] = document

    def fault(self, why: str) -> CaError:
        """What is wrong with the answer."""
        return CaError(self.who, self.doing, why, retryable=True)

    def text(self, table: Mapping[str, Any], key: str) -> str:
        """A field that must be there."""
        value = table.get(key)
        if isinstance(value, str) and value.isprintable() and value:
            return value
        raise self.fault(f"the answer has no {key}")

    def optional(self, table: Mapping[str, Any], key: str) -> str | None:
        """A field that may be missing or null."""
        return None if table.get(key) is None else self.text(table, key)

    def time(self, table: Mapping[str, Any], key: str) -> datetime.datetime:
        """An RFC 3339 time."""
        try:
            when = datetime.datetime.fromisoformat(self.text(table, key))
            moment = when.astimezone(datetime.UTC)
        except (ValueError, OverflowError):
            raise self.fault(f"{key} is no time") from None
        if when.tzinfo is None:
            raise self.fault(f"{key} has no time zone")
        return moment

    def items(self, table: Mapping[str, Any], key: str) -> list[Any]:
        """A list that may be missing."""
        value = table.get(key)
        return value if isinstance(value, list) else []

    def status(self, table: Mapping[str, Any]) -> Status:
        """A state."""
        try:
            return Status(self.text(table, "status"))
        except ValueError:
            raise self.fault("the answer has an unknown status") from None


def read_directory(reading: Reading) -> Directory:
    """RFC 8555 §7.1.1, RFC 9773 §4.1, draft-ietf-acme-profiles."""
    nonce, account, order, revoke, key = (reading.text(reading.document, url) for url in _URLS)
    meta = reading.document.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    profiles = meta.get("profiles")
    return Directory(
        nonce,
        account,
        order,
        revoke,
        key,
        reading.optional(reading.document, "renewalInfo"),
        {str(name): str(words) for name, words in profiles.items()} if isinstance(profiles, dict) else None,
        tuple(each.lower() for each in reading.items(meta, "caaIdentities") if isinstance(each, str)),
        meta.get("externalAccountRequired") is True,
        reading.optional(meta, "termsOfService"),
    )


def read_order(reading: Reading, url: str, *, retry_at: datetime.datetime | None = None) -> Order:
    """RFC 8555 §7.1.3."""
    document = reading.document
    identifiers = [each for each in reading.items(document, "identifiers") if isinstance(each, dict)]
    error = document.get("error")
    return Order(
        url,
        reading.status(document),
        tuple(reading.text(each, "value").lower() for each in identifiers),
        tuple(each for each in reading.items(document, "authorizations") if isinstance(each, str)),
        reading.text(document, "finalize"),
        reading.optional(document, "certificate"),
        describe_problem(error) if isinstance(error, dict) else None,
        reading.optional(document, "profile"),
        reading.time(document, "expires") if document.get("expires") else None,
        retry_at,
        refused_names(error) if isinstance(error, dict) else (),
    )


def read_authorization(
    reading: Reading, url: str, *, retry_at: datetime.datetime | None = None
) -> Authorization:
    """RFC 8555 §7.1.4; challenges of kinds that we do not know are read too."""
    identifier = reading.document.get("identifier")
    if not isinstance(identifier, dict):
        raise reading.fault("the answer has no identifier")
    challenges = [each for each in reading.items(reading.document, "challenges") if isinstance(each, dict)]
    return Authorization(
        url,
        reading.status(reading.document),
        reading.text(identifier, "value").lower(),
        reading.document.get("wildcard") is True,
        tuple(_challenge(reading, each) for each in challenges),
        retry_at,
    )


def _challenge(reading: Reading, table: Mapping[str, Any]) -> Challenge:
    error = table.get("error")
    return Challenge(
        reading.text(table, "type"),
        reading.text(table, "url"),
        reading.status(table),
        reading.optional(table, "token"),
        describe_problem(error) if isinstance(error, dict) else None,
    )


def read_renewal_info(reading: Reading, *, retry_after: datetime.timedelta | None = None) -> RenewalInfo:
    """RFC 9773 §4.2; whether the window makes sense is for `psfdns.certs.ari` to say."""
    window = reading.document.get("suggestedWindow")
    if not isinstance(window, dict):
        raise reading.fault("the answer has no suggestedWindow")
    moments = Window(reading.time(window, "start"), reading.time(window, "end"))
    return RenewalInfo(moments, reading.optional(reading.document, "explanationURL"), retry_after)
