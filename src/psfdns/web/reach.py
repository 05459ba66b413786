"""Which addresses strangers may send us to: public ones, never this machine or the network around it. Pure.

What a zone file names was written by anybody. A name may lead to 169.254.169.254, where clouds keep
credentials, or to a host behind our firewall; so an address is judged before anything is sent to it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from psfdns.checks.addresses import range_of

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::ffff:0:0:0/96"))
"""The last 32 bits are the IPv4 address that is reached: NAT64 (RFC 6052 §2.1), SIIT (RFC 2765 §2.1)."""

_OF_THE_HOST = ipaddress.ip_address("168.63.129.16")
"""Public by its number, but within Azure, where GitHub's runners are, the machine's own host answers it."""


def is_public(address: str) -> bool:
    """Whether the whole internet means the same host by this address, in whatever spelling."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(map(_is_global, (given, *_embedded(given))))


def _is_global(address: Address) -> bool:
    """By our own table and by Python's, which know of different ones."""
    is_ours = address == _OF_THE_HOST or address.is_multicast
    return address.is_global and not is_ours and range_of(str(address)) is None


def _embedded(address: Address) -> Iterator[Address]:
    """The IPv4 addresses that an IPv6 address stands for where it is translated or tunnelled."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    if any(address in network for network in _TRANSLATED):
        yield ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    yield from (each for each in (address.ipv4_mapped, address.sixtofour) if each is not None)
    yield from address.teredo or ()
