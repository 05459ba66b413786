"""What servers show, as values: certificates by their fields, and how far a chain leads. Pure values."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

SERVERS = "serverAuth"


@dataclass(frozen=True, slots=True)
class Link:
    """One certificate of a chain. Times are aware UTC; `serial` and `fingerprint` lower-case hex.

    `names` are its alternative names in lower case: nobody reads the common name any more (RFC 9525 §2).
    `issuers` are the issuer's organisations and common names, `weaknesses` ends of the sentence "it has".
    `purposes` is what its key is for (extendedKeyUsage, RFC 5280 §4.2.1.12), None: whatever one likes.
    """

    names: tuple[str, ...]
    not_before: datetime.datetime
    not_after: datetime.datetime
    serial: str
    fingerprint: str
    issuers: tuple[str, ...]
    weaknesses: tuple[str, ...] = ()
    purposes: tuple[str, ...] | None = None
    is_root: bool = False

    @property
    def issuer(self) -> str:
        """Organisation and common name of its issuer."""
        return ", ".join(self.issuers) or "an issuer without a name"

    @property
    def is_for_servers(self) -> bool:
        """Whether clients take it from a server.

        anyExtendedKeyUsage alone is not enough: some do, what uses OpenSSL does not.
        """
        return self.purposes is None or SERVERS in self.purposes

    def is_for(self, host: str) -> bool:
        """Whether it covers the host."""
        return covers_any(self.names, host)


@dataclass(frozen=True, slots=True)
class Chain:
    """The certificate that is served, and those above it as far as they lead, in whatever order they came.

    `leads_to_root`: the last one is a root, or a root that is known has issued it. `end` is the issuer's
    name of the last one, as DER.
    """

    path: tuple[Link, ...]
    leads_to_root: bool = False
    is_self_signed: bool = False
    end: bytes = field(default=b"", repr=False)

    @property
    def leaf(self) -> Link:
        """The certificate itself."""
        return self.path[0]


def covers(name: str, host: str) -> bool:
    """Whether a certificate's name is the host's: a wildcard stands for one whole label (RFC 9525 §6.3)."""
    if not name.startswith("*."):
        return name == host
    label, _, above = host.partition(".")
    return bool(label) and above == name[2:]


def covers_any(names: Iterable[str], host: str) -> bool:
    """Whether one of the names covers the host."""
    return any(covers(name, host) for name in names)
