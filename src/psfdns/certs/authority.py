"""What an account asks of a CA, by RFC 8555 and RFC 9773, over anything that sends signed requests."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psfdns.certs.ari import RenewalInfo
from psfdns.certs.replies import Reply, read_retry_after
from psfdns.certs.resources import (
    Authorization,
    Challenge,
    Directory,
    Order,
    Reading,
    Status,
    read_authorization,
    read_directory,
    read_order,
    read_renewal_info,
)
from psfdns.certs.sender import Sender
from psfdns.errors import CaError

PEM_CHAIN = "application/pem-certificate-chain"
MAX_CHAINS = 8
DNS01 = "dns-01"
IGNORABLE_REPLACES = frozenset({"alreadyReplaced", "malformed", "serverInternal", "unauthorized"})
"""Errors of an order that may be due to `replaces` alone: it is sent again without it, once (RFC 9773 §5)."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the CA says of an account: its URL, state, contacts."""

    url: str
    status: str
    contact: tuple[str, ...]


class Authority:
    """One CA as one of its accounts sees it; every method may raise CaError. Threads may share it."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @property
    def who(self) -> str:
        """What the CA is called in messages."""
        return self._sender.who

    @property
    def directory_url(self) -> str:
        """Where the CA begins."""
        return self._sender.directory_url

    @property
    def account(self) -> str:
        """The account's URL; it has to be opened before."""
        if self._sender.account is None:
            raise CaError(self.who, "use the account", "it was not opened yet")
        return self._sender.account

    @functools.cached_property
    def directory(self) -> Directory:
        """Read once (RFC 8555 §7.1.1)."""
        doing = "read the directory"
        reply = self._sender.get(self._sender.directory_url, doing=doing)
        found = read_directory(Reading(reply, who=self.who, doing=doing))
        self._sender.new_nonce = found.new_nonce
        return found

    def open_account(self, url: str | None) -> None:
        """Use an account that is known."""
        _ = self.directory
        self._sender.account = url

    def find_account(self) -> str | None:
        """The URL of the account of our key, None where the CA knows none (RFC 8555 §7.3.1)."""
        payload = {"onlyReturnExisting": True}
        try:
            reply = self._sender.post(
                self.directory.new_account, payload, doing="look for the account", by_key=True
            )
        except CaError as error:
            if error.kind == "accountDoesNotExist":
                return None
            raise
        return reply.location

    def register(self, contact: Sequence[str], binding: tuple[str, str] | None = None) -> str:
        """The account of our key, made where there is none (RFC 8555 §7.3); agrees to the CA's terms.

        `binding` is an external account's key id and key.
        """
        doing = "open an account"
        payload: dict[str, Any] = {"termsOfServiceAgreed": True}
        if contact:
            payload["contact"] = [f"mailto:{address}" for address in contact]
        if binding is not None:
            payload["externalAccountBinding"] = self._sender.bind(*binding, self.directory.new_account)
        elif self.directory.wants_binding:
            hint = "set eab_kid and eab_key_file of the CA in psfdns.toml"
            raise CaError(self.who, doing, "it wants an external account", hint=hint)
        reply = self._sender.post(self.directory.new_account, payload, doing=doing, by_key=True)
        if reply.location is None:
            raise CaError(self.who, doing, "the answer does not say where the account is")
        self._sender.account = reply.location
        return reply.location

    def fetch_account(self) -> AccountState:
        """The account as the CA has it."""
        return self._account(None, "look at the account")

    def update_contact(self, contact: Sequence[str]) -> AccountState:
        """Other contacts (RFC 8555 §7.3.2)."""
        return self._account({"contact": [f"mailto:{address}" for address in contact]}, "set the contacts")

    def deactivate_account(self) -> AccountState:
        """End the account for good (RFC 8555 §7.3.6)."""
        return self._account({"status": "deactivated"}, "deactivate the account")

    def _account(self, payload: Mapping[str, Any] | None, doing: str) -> AccountState:
        reply = self._sender.post(self.account, payload, doing=doing)
        reading = Reading(reply, who=self.who, doing=doing)
        contact = (each for each in reading.items(reading.document, "contact") if isinstance(each, str))
        return AccountState(self.account, reading.text(reading.document, "status"), tuple(contact))

    def change_key(self, new_key_pem: bytes) -> None:
        """Give the account another key (RFC 8555 §7.3.5); a lost answer is an `uncertain` CaError."""
        url = self.directory.key_change
        payload = self._sender.change_of_key(new_key_pem, url)
        self._sender.post(url, payload, doing="change the account's key", retry=False)

    def new_order(
        self,
        names: Sequence[str],
        *,
        profile: str | None = None,
        replaces: str | None = None,
        before: Callable[[str | None], None] = lambda _: None,
    ) -> tuple[Order, bool]:
        """An order, and whether it counts as one that replaces `replaces` (RFC 8555 §7.4, RFC 9773 §5).

        `before` is told right before each order that is asked for, and of what it says that it replaces.
        """
        if replaces is not None and self.directory.renewal_info is not None:
            before(replaces)
            try:
                return self._order(names, profile, replaces), True
            except CaError as error:
                if error.kind not in IGNORABLE_REPLACES or error.retry_at is not None:
                    raise
        before(None)
        return self._order(names, profile, None), False

    def _order(self, names: Sequence[str], profile: str | None, replaces: str | None) -> Order:
        doing = f"order {names[0]}"
        payload: dict[str, Any] = {"identifiers": [{"type": "dns", "value": name} for name in names]}
        payload |= {"profile": profile} if profile else {}
        payload |= {"replaces": replaces} if replaces else {}
        reply = self._sender.post(self.directory.new_order, payload, doing=doing)
        order = self._read_order(reply, reply.location, doing)
        if sorted(order.names) != sorted(names):
            raise CaError(self.who, doing, "its order is for other names than those asked for")
        return order

    def fetch_order(self, url: str) -> Order:
        """How far an order is."""
        doing = "look at an order"
        return self._read_order(self._sender.post(url, None, doing=doing), url, doing)

    def _read_order(self, reply: Reply, url: str | None, doing: str) -> Order:
        reading = Reading(reply, who=self.who, doing=doing)
        if url is None:
            raise reading.fault("the answer does not say where the order is")
        return read_order(reading, url, retry_at=read_retry_after(reply, now=self._sender.now()))

    def fetch_authorization(self, url: str) -> Authorization:
        """How far an authorization is."""
        doing = "look at an authorization"
        reply = self._sender.post(url, None, doing=doing)
        retry_at = read_retry_after(reply, now=self._sender.now())
        return read_authorization(Reading(reply, who=self.who, doing=doing), url, retry_at=retry_at)

    def dns01_value(self, challenge: Challenge) -> str:
        """What the TXT record has to say."""
        if challenge.token is None:
            raise CaError(self.who, "read a challenge", "it has no token")
        return self._sender.dns01_value(challenge.token)

    def answer(self, challenge: Challenge, *, name: str) -> None:
        """Say that the proof is in place (RFC 8555 §7.5.1)."""
        doing = f"have {name} validated"
        try:
            self._sender.post(challenge.url, {}, doing=doing)
        except CaError as error:
            # An answer that was lost, and the request sent again: the challenge tells how it stands.
            if error.kind != "malformed":
                raise
            reading = Reading(self._sender.post(challenge.url, None, doing=doing), who=self.who, doing=doing)
            if reading.status(reading.document) is Status.PENDING:
                raise

    def finalize(self, order: Order, csr_der: bytes) -> Order:
        """Hand the CSR in (RFC 8555 §7.4); the order may be in the making then."""
        doing = f"finalize the order of {order.names[0]}"
        try:
            reply = self._sender.post(order.finalize, {"csr": _base64url(csr_der)}, doing=doing)
        except CaError as error:
            # An answer that was lost, and the request sent again: the order tells how it stands.
            if error.kind != "orderNotReady":
                raise
            found = self.fetch_order(order.url)
            if found.status not in {Status.PROCESSING, Status.VALID}:
                raise
            return found
        return self._read_order(reply, order.url, doing)

    def download(self, order: Order) -> tuple[bytes, ...]:
        """The chains in PEM, the CA's own choice first (RFC 8555 §7.4.2)."""
        doing = f"download the certificate of {order.names[0]}"
        if order.certificate is None:
            raise CaError(self.who, doing, "the order does not say where it is", retryable=True)
        first = self._sender.post(order.certificate, None, doing=doing, accept=PEM_CHAIN)
        others = first.related("alternate")[:MAX_CHAINS]
        chains = [first, *(self._sender.post(url, None, doing=doing, accept=PEM_CHAIN) for url in others)]
        return tuple(reply.body for reply in chains)

    def revoke(self, certificate_der: bytes, reason: int) -> bool:
        """Whether it was not revoked before (RFC 8555 §7.6); without an account, by the certificate's key."""
        payload = {"certificate": _base64url(certificate_der), "reason": reason}
        try:
            self._sender.post(
                self.directory.revoke_cert,
                payload,
                doing="revoke a certificate",
                by_key=self._sender.account is None,
            )
        except CaError as error:
            if error.kind == "alreadyRevoked":
                return False
            raise
        return True

    def renewal_info(self, certificate_id: str) -> RenewalInfo | None:
        """When the CA wants a certificate renewed; None where it has no such advice (RFC 9773 §4.1)."""
        base = self.directory.renewal_info
        if base is None:
            return None
        doing = "ask when to renew"
        reply = self._sender.get(f"{base.removesuffix('/')}/{certificate_id}", doing=doing)
        now = self._sender.now()
        retry_at = read_retry_after(reply, now=now)
        wait = None if retry_at is None else retry_at - now
        return read_renewal_info(Reading(reply, who=self.who, doing=doing), retry_after=wait)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
