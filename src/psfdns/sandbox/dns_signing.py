"""Signatures and denials made for the answer, as Route 53 makes them (RFC 4034, RFC 4035, RFC 9824).

Keys of KMS sign the DNSKEY set, the zone's own key all else. A name that is not there is denied as one
without records, by an NSEC of its own; an answer from a wildcard is signed as if the name were there. How
long Route 53's signatures last is not documented: ours outlive the TTL of what they cover.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.dnssecalgs.base import GenericPrivateKey
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from psfdns.sandbox.cloud import ACCOUNT
from psfdns.sandbox.kms_keys import KmsKey, load_private, why_unusable
from psfdns.sandbox.signing import (
    KSK_FLAGS,
    SIGNING,
    ZSK_FLAGS,
    Signing,
    dns_name,
    public_key_of,
    read_signing,
)
from psfdns.sandbox.zones import HostedZone

KEY_TTL = 3600
LONGEST_TTL = 604_800
"""In a signed zone Route 53 gives nothing a longer one (Developer Guide, "Configuring DNSSEC signing")."""

_BEFORE = datetime.timedelta(hours=1)
_MARGIN = datetime.timedelta(hours=1)
_KEYS_LAST = datetime.timedelta(days=1)
"""For so long a zone lives on when its key in KMS cannot be used any more."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One key and its private half, which is there `until` it is deleted in KMS.

    `as_of`: the moment of its signatures, None for that of the answer.
    """

    public: DNSKEY
    private: GenericPrivateKey
    as_of: datetime.datetime | None = None
    until: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class ZoneSigner:
    """What signs one zone: `published` is its DNSKEY set."""

    zone: dns.name.Name
    published: tuple[DNSKEY, ...]
    key_signers: tuple[Signer, ...]
    zone_signer: Signer

    def key_values(self) -> tuple[str, ...]:
        """The DNSKEY set as texts."""
        return tuple(each.to_text(chunksize=0) for each in self.published)

    def sign(self, rrset: dns.rrset.RRset, now: datetime.datetime) -> dns.rrset.RRset | None:
        """The signatures of a record set; None where no key is left that could sign."""
        of_keys = rrset.rdtype == dns.rdatatype.DNSKEY
        signers = self.key_signers if of_keys else (self.zone_signer,)
        lifetime = _KEYS_LAST if of_keys else datetime.timedelta(seconds=rrset.ttl) + _MARGIN
        made: list[dns.rdata.Rdata] = []
        for signer in signers:
            if signer.until is not None and now >= signer.until:
                continue
            at = signer.as_of or now
            made.append(
                dns.dnssec.sign(
                    rrset,
                    signer.private,
                    self.zone,
                    signer.public,
                    inception=at - _BEFORE,
                    expiration=at + lifetime,
                )
            )
        return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, made) if made else None

    def deny(self, name: dns.name.Name, types: Collection[str], ttl: int) -> dns.rrset.RRset:
        """The NSEC that says that a name has these types and no others, up to the very next name."""
        following = name.successor(self.zone)
        listed = sorted({*types, "RRSIG", "NSEC"}, key=dns.rdatatype.from_text)
        text = f"{following.to_text()} {' '.join(listed)}"
        return dns.rrset.from_text(name, ttl, "IN", "NSEC", text)


def open_signer(hosted: HostedZone, keys: Mapping[str, KmsKey]) -> ZoneSigner | None:
    """What signs a zone, None for one that is not signed; `keys` are KMS's by id."""
    signing = read_signing(hosted.signing)
    if signing.status != SIGNING or signing.zone_key is None:
        return None
    zone_key = public_key_of(signing.zone_key, ZSK_FLAGS)
    active = [_read_public(key) for key in signing.active]
    return ZoneSigner(
        dns_name(hosted.name),
        (*active, zone_key),
        tuple(_key_signers(hosted, signing, keys)),
        Signer(zone_key, load_private(signing.zone_key)),
    )


def _read_public(key: Mapping[str, Any]) -> DNSKEY:
    read: Any = dns.rdata.from_text("IN", "DNSKEY", key["DNSKEYRecord"])
    found: DNSKEY = read
    return found


def _key_signers(hosted: HostedZone, signing: Signing, keys: Mapping[str, KmsKey]) -> Iterator[Signer]:
    """Those of active keys; one that cannot be used any more has signed last when that began."""
    for key in signing.active:
        found = keys.get(key["KmsArn"].rpartition("key/")[2])
        if found is None or found.private is None:
            continue
        lame = why_unusable(found, account=ACCOUNT, zone_id=hosted.id) is not None
        public = public_key_of(found.private, KSK_FLAGS)
        as_of = found.changed_at if lame else None
        yield Signer(public, load_private(found.private), as_of, found.deleted_at)


def sign_all(
    section: list[dns.rrset.RRset], signer: ZoneSigner, now: datetime.datetime
) -> list[dns.rrset.RRset]:
    """Each record set of a section, with its signatures behind it."""
    signed: list[dns.rrset.RRset] = []
    for rrset in section:
        signatures = None if rrset.rdtype == dns.rdatatype.RRSIG else signer.sign(rrset, now)
        signed += [rrset] if signatures is None else [rrset, signatures]
    return signed
