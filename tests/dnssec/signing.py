"""Zones that are signed as a test wants, well or badly: keys, signatures and proofs by dnspython.

A zone is made right, and then spoilt where its test says so.
"""

from __future__ import annotations

import base64
import datetime
import functools
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import dns.dnssec
import dns.name
import dns.node
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.NSEC3 import NSEC3

NOW = datetime.datetime.now(tz=datetime.UTC).replace(microsecond=0)
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
KSK, ZSK = 257, 256
ANY = dns.dnssec.allow_all_policy
Set = dns.rrset.RRset


@dataclass(frozen=True)
class Key:
    """A key pair; equal arguments give the same one, which is made once a run."""

    private: Any
    public: DNSKEY

    @property
    def tag(self) -> int:
        return dns.dnssec.key_id(self.public)


@functools.cache
def make_key(algorithm: int = 13, flags: int = KSK, number: int = 0, bits: int = 2048) -> Key:
    del number
    private: Any
    if algorithm in {13, 14}:
        private = ec.generate_private_key(ec.SECP256R1() if algorithm == 13 else ec.SECP384R1())
    elif algorithm == 15:
        private = ed25519.Ed25519PrivateKey.generate()
    else:
        private = rsa.generate_private_key(65537, bits)
    public = dns.dnssec.make_dnskey(private.public_key(), algorithm, flags)
    return Key(private, public)


@dataclass(frozen=True)
class Recipe:
    """How a zone is signed: `ksks` sign the keys, `zsks` the rest; `lifetime` from, to, relative to NOW.

    `published` are further keys; `spoil` is done to the zone at the end. `proof`: nsec, nsec3, compact, none.
    """

    ksks: tuple[Key, ...] = ()
    zsks: tuple[Key, ...] = ()
    published: tuple[DNSKEY, ...] = ()
    lifetime: tuple[datetime.timedelta, datetime.timedelta] = (-DAY, 13 * DAY)
    proof: str = "nsec"
    iterations: int = 0
    salt: bytes = b""
    opt_out: bool = False
    lines: str = ""
    spoil: Callable[[Zone], None] | None = None


@dataclass
class Zone:
    """Record sets with signatures, by name and type, and what proves that there are no others."""

    origin: dns.name.Name
    recipe: Recipe
    sets: dict[tuple[dns.name.Name, int], Set] = field(default_factory=dict)
    signatures: dict[tuple[dns.name.Name, int], Set] = field(default_factory=dict)
    nsec3: dict[bytes, Set] = field(default_factory=dict)
    signer: Callable[[Set], Set | None] | None = None

    def names(self) -> set[dns.name.Name]:
        """Every name that exists, empty ones between included."""
        found = set()
        for owner, _ in self.sets:
            name = owner
            while name != self.origin and name.is_subdomain(self.origin):
                found.add(name)
                name = name.parent()
        return found | {self.origin}

    def cuts(self) -> set[dns.name.Name]:
        return {name for name, rdtype in self.sets if rdtype == dns.rdatatype.NS and name != self.origin}

    def at(self, name: str, rdtype: str) -> tuple[dns.name.Name, int]:
        return dns.name.from_text(name, self.origin), dns.rdatatype.from_text(rdtype)

    def add(self, name: str, ttl: int, rdtype: str, *values: str) -> None:
        key = self.at(name, rdtype)
        self.sets[key] = dns.rrset.from_text_list(
            key[0], ttl, "IN", rdtype, list(values), origin=self.origin, relativize=False
        )

    def sign(self, key: tuple[dns.name.Name, int]) -> None:
        assert self.signer is not None
        signed = self.signer(self.sets[key])
        if signed is not None:
            self.signatures[key] = signed


def make_zone(origin: str, text: str, recipe: Recipe, *, delegated: Iterable[tuple[str, Set]] = ()) -> Zone:
    """The zone of master file lines `name ttl TYPE value`; `delegated` are DS sets of children."""
    zone = Zone(dns.name.from_text(origin), recipe)
    for line in (text + recipe.lines).splitlines():
        name, ttl, rdtype, value = line.split(maxsplit=3)
        key = zone.at(name, rdtype)
        if key in zone.sets:
            zone.sets[key].add(dns.rdata.from_text("IN", rdtype, value, origin=zone.origin, relativize=False))
        else:
            zone.add(name, int(ttl), rdtype, value)
    for name, ds in delegated:
        zone.sets[zone.at(name, "DS")] = ds
    if recipe.ksks or recipe.zsks or recipe.published:
        _sign(zone)
    if recipe.spoil:
        recipe.spoil(zone)
    return zone


def _sign(zone: Zone) -> None:
    recipe = zone.recipe
    keys = dns.rrset.from_rdata_list(
        zone.origin, 3600, [*(each.public for each in (*recipe.ksks, *recipe.zsks)), *recipe.published]
    )
    keys = dns.rrset.from_rdata_list(zone.origin, 3600, list(dict.fromkeys(keys)))
    zone.sets[zone.origin, dns.rdatatype.DNSKEY] = keys
    zone.signer = functools.partial(sign_set, recipe=recipe, origin=zone.origin)
    if recipe.proof == "nsec":
        _make_nsec(zone)
    cuts = zone.cuts()
    for name, rdtype in list(zone.sets):
        below = any(name.is_subdomain(cut) for cut in cuts)
        if not below or (name in cuts and rdtype in {dns.rdatatype.DS, dns.rdatatype.NSEC}):
            zone.sign((name, rdtype))
    if recipe.proof == "nsec3":
        _make_nsec3(zone)


def sign_set(rrset: Set, *, recipe: Recipe, origin: dns.name.Name) -> Set | None:
    """Its signatures."""
    signers = recipe.zsks or recipe.ksks
    if rrset.rdtype == dns.rdatatype.DNSKEY:
        signers = recipe.ksks
    found = [sign_with(rrset, key, origin, recipe.lifetime) for key in signers]
    return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, found) if found else None


def sign_with(
    rrset: Set,
    key: Key,
    origin: dns.name.Name,
    lifetime: tuple[datetime.timedelta, datetime.timedelta] = (-DAY, 13 * DAY),
) -> dns.rdata.Rdata:
    inception, expiration = (NOW + each for each in lifetime)
    return dns.dnssec.sign(
        rrset, key.private, origin, key.public, inception=inception, expiration=expiration, policy=ANY
    )


def types_at(zone: Zone, name: dns.name.Name, *, further: Iterable[int] = ()) -> set[int]:
    held = {rdtype for owner, rdtype in zone.sets if owner == name}
    if any(name.is_subdomain(cut) for cut in zone.cuts()):
        held &= {dns.rdatatype.NS, dns.rdatatype.DS}
    signed = {dns.rdatatype.RRSIG} if held - {dns.rdatatype.NS} or name not in zone.cuts() else set()
    return {int(each) for each in held | (signed if held else set()) | set(further)}


def bitmap(types: Iterable[int]) -> str:
    return " ".join(dns.rdatatype.to_text(dns.rdatatype.RdataType.make(each)) for each in sorted(types))


def nsec_set(owner: dns.name.Name, following: dns.name.Name, types: Iterable[int], ttl: int = 300) -> Set:
    return dns.rrset.from_text(owner, ttl, "IN", "NSEC", f"{following} {bitmap(types)}")


def _make_nsec(zone: Zone) -> None:
    cuts = zone.cuts()
    owners = {name for name, _ in zone.sets}
    chain = sorted(name for name in owners if not any(name.is_subdomain(cut) and name != cut for cut in cuts))
    for name, following in itertools.pairwise([*chain, chain[0]]):
        types = types_at(zone, name, further=(dns.rdatatype.NSEC, dns.rdatatype.RRSIG))
        zone.sets[name, dns.rdatatype.NSEC] = nsec_set(name, following, types)


def hash_of(zone: Zone, name: dns.name.Name) -> bytes:
    recipe = zone.recipe
    return base64.b32hexdecode(dns.dnssec.nsec3_hash(name, recipe.salt, recipe.iterations, 1))


def _make_nsec3(zone: Zone) -> None:
    recipe = zone.recipe
    cuts = zone.cuts()
    names = [
        name for name in zone.names() if not any(name.is_subdomain(each) and name != each for each in cuts)
    ]
    if recipe.opt_out:
        names = [name for name in names if name not in cuts or (name, dns.rdatatype.DS) in zone.sets]
    hashed = {hash_of(zone, name): name for name in names}
    order = sorted(hashed)
    for here, following in itertools.pairwise([*order, order[0]]):
        owner = dns.name.Name((base64.b32hexencode(here).lower(), *zone.origin.labels))
        windows = _windows(types_at(zone, hashed[here]))
        rdata = NSEC3(  # type: ignore[no-untyped-call]
            dns.rdataclass.IN,
            dns.rdatatype.NSEC3,
            1,
            1 if recipe.opt_out else 0,
            recipe.iterations,
            recipe.salt,
            following,
            windows,
        )
        rrset = dns.rrset.from_rdata(owner, 300, rdata)
        zone.nsec3[here] = rrset
        zone.sets[owner, dns.rdatatype.NSEC3] = rrset
        zone.sign((owner, dns.rdatatype.NSEC3))
        del zone.sets[owner, dns.rdatatype.NSEC3]


def _windows(types: Iterable[int]) -> Any:
    from dns.rdtypes.util import Bitmap

    return Bitmap.from_rdtypes([dns.rdatatype.RdataType.make(each) for each in types]).windows


def ds_of(zone: str, *keys: DNSKEY, digest: str = "SHA256", ttl: int = 3600) -> Set:
    """The DS set that a parent should have."""
    name = dns.name.from_text(zone)
    found = [dns.dnssec.make_ds(name, key, digest, policy=ANY) for key in keys]
    return dns.rrset.from_rdata_list(name, ttl, found)


def changed_ds(ds: Set, **fields: Any) -> Set:
    """The set with fields of each record replaced."""
    return dns.rrset.from_rdata_list(ds.name, ds.ttl, [each.replace(**fields) for each in ds])


def both(one: Set, other: Set) -> Set:
    return dns.rrset.from_rdata_list(one.name, one.ttl, [*one, *other])
