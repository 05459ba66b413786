"""Where the tree of DNS begins: IANA's root servers (iana.org/domains/root/servers), or others."""

from __future__ import annotations

from pathlib import Path

from psfdns.errors import LookupFailedError
from psfdns.zonefile.parse import parse_zone

IANA_ROOTS = (
    *("198.41.0.4", "170.247.170.2", "192.33.4.12", "199.7.91.13", "192.203.230.10", "192.5.5.241"),
    *("192.112.36.4", "198.97.190.53", "192.36.148.17", "192.58.128.30", "193.0.14.129", "199.7.83.42"),
    *("202.12.27.33", "2001:503:ba3e::2:30", "2801:1b8:10::b", "2001:500:2::c", "2001:500:2d::d"),
    *("2001:500:a8::e", "2001:500:2f::f", "2001:500:12::d0d", "2001:500:1::53", "2001:7fe::53"),
    *("2001:503:c27::2:30", "2001:7fd::1", "2001:500:9f::42", "2001:dc3::35"),
)
"""The addresses of a to m.root-servers.net, IPv4 before IPv6."""


def load_hints(path: Path) -> tuple[str, ...]:
    """The addresses in a hints file, a master file of the root (RFC 8109); raises LookupFailedError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    rrsets = parse_zone(data, origin=".", path=str(path)).zone.rrsets
    found = [(key.type, value) for key, rrset in rrsets.items() for value in rrset.values]
    addresses = [value for rdtype in ("A", "AAAA") for kind, value in found if kind == rdtype]
    if not addresses:
        raise _unusable(path, "it holds no address of a root server")
    return tuple(addresses)


def _unusable(path: Path, why: str) -> LookupFailedError:
    return LookupFailedError(
        "root hints", f"read {path}", why, hint="correct [resolver] root_hints in psfdns.toml"
    )
