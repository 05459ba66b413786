"""What the protocol of a CA asks of whoever sends its requests: a protocol. `client` is the one that does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from psfdns.certs.replies import Reply


class Sender(Protocol):
    """Signed requests (`psfdns.certs.client.Client`); all of it raises CaError."""

    account: str | None
    new_nonce: str | None

    @property
    def who(self) -> str:
        """What the CA is called in messages."""

    @property
    def directory_url(self) -> str:
        """Where the CA begins."""

    def now(self) -> Any:
        """The time, aware."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def get(self, url: str, *, doing: str) -> Reply:
        """An unsigned request."""

    def post(
        self,
        url: str,
        payload: Mapping[str, Any] | None,
        *,
        doing: str,
        by_key: bool = False,
        retry: bool = True,
        accept: str | None = None,
    ) -> Reply:
        """A signed request."""

    def bind(self, kid: str, hmac_key: str, new_account: str) -> Mapping[str, Any]:
        """An external account binding."""

    def change_of_key(self, new_key_pem: bytes, url: str) -> Mapping[str, Any]:
        """What a new key signs to take over."""

    def dns01_value(self, token: str) -> str:
        """What the TXT record of a challenge says."""
