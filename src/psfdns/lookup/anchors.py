"""Where trust begins: IANA's keys of the root (data.iana.org/root-anchors), or those of a file."""

from __future__ import annotations

from pathlib import Path

import dns.exception
import dns.name
import dns.rdatatype
import dns.zonefile
from dns.rdata import Rdata
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

from psfdns.errors import LookupFailedError

Anchor = DS | DNSKEY

IANA_ANCHORS = """\
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
"""
"""The key of 2017, and that of 2024, which signs from 2026 on."""


def iana_anchors() -> tuple[Anchor, ...]:
    """The anchors that everybody has."""
    return _parse(IANA_ANCHORS)


def load_anchors(path: Path) -> tuple[Anchor, ...]:
    """The DS and DNSKEY lines of a file, all of the root's; raises LookupFailedError."""
    try:
        anchors = _parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _unusable(path, "it is not UTF-8") from error
    except (dns.exception.DNSException, ValueError) as error:
        raise _unusable(path, str(error) or type(error).__name__) from error
    if not anchors:
        raise _unusable(path, "it holds no DS or DNSKEY")
    return anchors


def _parse(text: str) -> tuple[Anchor, ...]:
    """Raises DNSException or ValueError."""
    found: list[Anchor] = []
    for rrset in dns.zonefile.read_rrsets(text, rdclass=None, default_ttl=0, origin=dns.name.root):
        if rrset.name != dns.name.root:
            raise ValueError(f"{rrset.name} is not the root")
        found += map(_anchor, rrset)
    return tuple(found)


def _anchor(rdata: Rdata) -> Anchor:
    if isinstance(rdata, DS | DNSKEY):
        return rdata
    kind = dns.rdatatype.to_text(rdata.rdtype)
    raise ValueError(f"it holds a {kind}, which is no DS or DNSKEY")


def _unusable(path: Path, why: str) -> LookupFailedError:
    return LookupFailedError(
        "the trust anchor",
        f"read {path}",
        why,
        hint="write a DS or DNSKEY line of the root a line, and name the file: [resolver] trust_anchor",
    )
