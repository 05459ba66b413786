"""Where a name server listens, as a value and as text. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

DNS_PORT = 53


@dataclass(frozen=True, slots=True, order=True)
class Server:
    """An address to ask: IPv4 or IPv6 as text, and a port."""

    address: str
    port: int = DNS_PORT

    def __str__(self) -> str:
        """The address, with the port where it is not 53 (RFC 5952 §6 for IPv6)."""
        if self.port == DNS_PORT:
            return self.address
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def parse_server(text: str, *, port: int = DNS_PORT) -> Server:
    """`192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; raises ValueError."""
    address, given = text, ""
    if text.startswith("["):
        address, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError(f"{text!r} is not an address")
        given = rest[1:] if rest else str(port)
    elif text.count(":") == 1:
        address, _, given = text.partition(":")
    return Server(parse_address(address), _port(given, text) if given or address != text else port)


def parse_address(text: str) -> str:
    """An IPv4 or IPv6 address in its usual spelling; raises ValueError."""
    try:
        # A scope ("%eth0") is this machine's own matter.
        return str(ipaddress.ip_address(text.replace("%", "/")))
    except ValueError:
        raise ValueError(f"{text!r} is not an address") from None


def _port(text: str, whole: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) < 1 << 16):
        raise ValueError(f"{whole!r} has no port from 1 to 65535")
    return int(text)
