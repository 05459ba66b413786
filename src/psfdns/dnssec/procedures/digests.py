"""One key, several DS: those of a key that is known, whatever their digest, are known as its own. Pure.

Route 53 names the DS with SHA-256; a registrar, or a person, may have made it with another digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dns.dnssec
import dns.rdata
from dns.dnssectypes import DSDigest
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from psfdns.dnssec.procedures.seen import Ksk
from psfdns.lookup.signed import wire_name
from psfdns.rdata import canonical_rdata

SHOWN = (DSDigest.SHA384,)
"""As good as SHA-256 to validators (RFC 9904 §3); a DS with SHA-1 is none that a step may be built on."""
HELD = (DSDigest.SHA384, DSDigest.SHA1)
"""With either the registrar has the key already, and is not told of it again."""
_KSK, _DNSSEC = 257, 3


def own_ds(zone: str, keys: Iterable[DNSKEY], digests: Iterable[DSDigest]) -> dict[str, str]:
    """From a key's DS with these digests to the one by which it is known, that with SHA-256."""
    kinds = tuple(digests)
    return {ds_of(zone, key, kind): ds_of(zone, key) for key in keys for kind in kinds}


def known_as(texts: Iterable[str], own: Mapping[str, str]) -> frozenset[str]:
    """Each DS as it is known; one of another's key as it is."""
    return frozenset(own.get(text, text) for text in texts)


def ds_of(zone: str, key: DNSKEY, digest: DSDigest = DSDigest.SHA256) -> str:
    """The DS of a key, as canonical text."""
    made = dns.dnssec.make_ds(wire_name(zone), key, digest, policy=dns.dnssec.allow_all_policy)
    return canonical_rdata("DS", made.to_text())


def keys_behind(ksks: Iterable[Ksk]) -> Iterator[DNSKEY]:
    """The keys of Route 53's, of those that it tells."""
    for ksk in ksks:
        if ksk.public_key:
            text = f"{_KSK} {_DNSSEC} {ksk.ds.split()[1]} {ksk.public_key}"
            read: Any = dns.rdata.from_text("IN", "DNSKEY", text)
            yield read
