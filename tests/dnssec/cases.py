"""Delegations below `lab.`, each valid or broken in one way, and what has to be said of each. Data."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from tests.dnssec.answering import Manner
from tests.dnssec.signing import (
    ANY,
    DAY,
    HOUR,
    KSK,
    ZSK,
    Key,
    Recipe,
    Set,
    Zone,
    both,
    changed_ds,
    ds_of,
    make_key,
    nsec_set,
    sign_with,
    types_at,
)

SECURE, INSECURE, BOGUS = "secure", "insecure", "bogus"
INDETERMINATE, NOT_DELEGATED = "indeterminate", "not-delegated"


@dataclass(frozen=True)
class Case:
    """A child of `lab.`, or of the zone that `below` names.

    `codes` are those at warning or above, and `told` those at info: all of them, and no other. `ds` makes
    the parent's DS from the zone's name; `delegated` False leaves the delegation out; `manners` are those
    of its two servers; `second` is the recipe of its second server; `odd_ds`: the parent denies the name;
    `bits` are types that the parent's NSEC of the name lacks, and has too many.
    """

    name: str
    status: str
    codes: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    recipe: Recipe = field(default_factory=Recipe)
    second: Recipe | None = None
    ds: Callable[[str], Set] | None = None
    manners: tuple[Manner | None, Manner | None] = (None, None)
    delegated: bool = True
    dead: bool = False
    serial: tuple[int, int] = (1, 1)
    ns: tuple[str, ...] | None = None
    below: str = "lab."
    unproven: bool = False
    odd_ds: bool = False
    bits: tuple[frozenset[int], frozenset[int]] | None = None

    @property
    def zone(self) -> str:
        return f"{self.name}.{self.below}"


def ksk(number: int = 0, algorithm: int = 13) -> Key:
    return make_key(algorithm, KSK, number)


def zsk(number: int = 0, algorithm: int = 13) -> Key:
    return make_key(algorithm, ZSK, number)


def two(algorithm: int = 13, **fields: object) -> Recipe:
    """A key-signing and a zone-signing key."""
    return Recipe((ksk(0, algorithm),), (zsk(0, algorithm),), **fields)  # type: ignore[arg-type]


def one(**fields: object) -> Recipe:
    """One key for everything, as most signers have it."""
    return Recipe((ksk(),), (), **fields)  # type: ignore[arg-type]


def ds(*keys: Key, digest: str = "SHA256") -> Callable[[str], Set]:
    return lambda zone: ds_of(zone, *(key.public for key in keys), digest=digest)


def unsigned(name: str, rdtype: str) -> Callable[[Zone], None]:
    def spoil(zone: Zone) -> None:
        del zone.signatures[zone.at(name, rdtype)]

    return spoil


def resigned(
    name: str, rdtype: str, key: Key, lifetime: tuple[datetime.timedelta, datetime.timedelta]
) -> Callable[[Zone], None]:
    """One set signed again, with another key or for another time."""

    def spoil(zone: Zone) -> None:
        where = zone.at(name, rdtype)
        made = sign_with(zone.sets[where], key, zone.origin, lifetime)
        zone.signatures[where] = dns.rrset.from_rdata(where[0], 300, made)

    return spoil


def altered(name: str, rdtype: str, **fields: object) -> Callable[[Zone], None]:
    """Signatures with fields changed after signing."""

    def spoil(zone: Zone) -> None:
        where = zone.at(name, rdtype)
        zone.signatures[where] = changed_ds(zone.signatures[where], **fields)

    return spoil


def foreign_signer(zone: Zone) -> None:
    where = zone.at("www", "A")
    made = sign_with(zone.sets[where], ksk(), dns.name.from_text("lab."))
    zone.signatures[where] = dns.rrset.from_rdata(where[0], 300, made)


def longer_ttl(zone: Zone) -> None:
    where = zone.at("www", "A")
    zone.sets[where] = dns.rrset.from_rdata_list(where[0], 9000, list(zone.sets[where]))


def with_cds(*keys: DNSKEY, cdnskey: bool = True, by: Key | None = None) -> Callable[[Zone], None]:
    """CDS and CDNSKEY of the keys, signed as is right, by the key-signing key, or `by` another."""

    def spoil(zone: Zone) -> None:
        found = [cds for key in keys for cds in _cds(zone, key)]
        zone.sets[zone.at("@", "CDS")] = dns.rrset.from_rdata_list(zone.origin, 300, found)
        if cdnskey:
            rdatas = [_cdnskey(key) for key in keys]
            zone.sets[zone.at("@", "CDNSKEY")] = dns.rrset.from_rdata_list(zone.origin, 300, rdatas)
        _complete_cds(zone, by or ksk())

    return spoil


def _complete_cds(zone: Zone, signer: Key) -> None:
    """Their signatures, and the proof at the apex that names them."""
    for rdtype in ("CDS", "CDNSKEY"):
        where = zone.at("@", rdtype)
        if where in zone.sets:
            made = sign_with(zone.sets[where], signer, zone.origin)
            zone.signatures[where] = dns.rrset.from_rdata_list(where[0], 300, [made])
    bits()(zone)


def _cds(zone: Zone, key: DNSKEY) -> list[dns.rdata.Rdata]:
    made = dns.dnssec.make_ds(zone.origin, key, "SHA256", policy=ANY)
    return [dns.rdata.from_text("IN", "CDS", made.to_text())]


def _cdnskey(key: DNSKEY) -> dns.rdata.Rdata:
    return dns.rdata.from_text("IN", "CDNSKEY", key.to_text())


def delete_request(zone: Zone) -> None:
    zone.add("@", 300, "CDS", "0 0 0 00")
    _complete_cds(zone, ksk())


def without_proofs(zone: Zone) -> None:
    for where in [where for where in zone.sets if where[1] == dns.rdatatype.NSEC]:
        del zone.sets[where]


def gap(zone: Zone) -> None:
    """Every NSEC leads to a name just behind its own."""
    for where, rrset in list(zone.sets.items()):
        if where[1] == dns.rdatatype.NSEC:
            behind = dns.name.Name((b"\0", *where[0].labels))
            zone.sets[where] = nsec_set(where[0], behind, types_at(zone, where[0], further=(46, 47)))
            zone.sign(where)
            del rrset


def bits(*, without: tuple[int, ...] = (), extra: tuple[int, ...] = ()) -> Callable[[Zone], None]:
    """The NSEC of the apex with other types."""

    def spoil(zone: Zone) -> None:
        where = zone.at("@", "NSEC")
        types = (types_at(zone, zone.origin, further=(46, 47)) | set(extra)) - set(without)
        zone.sets[where] = nsec_set(where[0], zone.sets[where][0].next, types)
        zone.sign(where)

    return spoil


def second_signature(zone: Zone) -> None:
    """As a change of keys leaves it behind."""
    where = zone.at("www", "A")
    made = sign_with(zone.sets[where], zsk(9), zone.origin)
    zone.signatures[where].add(made)


def revoked(key: Key) -> DNSKEY:
    changed = key.public.replace(flags=key.public.flags | 0x80)
    assert isinstance(changed, DNSKEY)
    return changed


def no_zone_flag(key: Key) -> DNSKEY:
    changed = key.public.replace(flags=0)
    assert isinstance(changed, DNSKEY)
    return changed


def stray_algorithm(zone: str) -> Set:
    return both(ds_of(zone, ksk().public), changed_ds(ds_of(zone, ksk(7).public), algorithm=8))


UNKNOWN_KEY = dns.rdata.from_text("IN", "DNSKEY", "257 3 200 AAECAwQFBgcICQ==")
assert isinstance(UNKNOWN_KEY, DNSKEY)
QUICK = (-HOUR, 6 * HOUR)
PAST, FUTURE = (-30 * DAY, -2 * DAY), (2 * DAY, 16 * DAY)
OTHER_RSA = make_key(8, KSK, 3, 1024)


def case(
    name: str,
    status: str,
    codes: str = "",
    told: str = "",
    **fields: object,
) -> Case:
    return Case(name, status, frozenset(codes.split()), frozenset(told.split()), **fields)  # type: ignore[arg-type]


CASES = (
    # All is well.
    case("csk", SECURE, recipe=one(), ds=ds(ksk())),
    case("twokeys", SECURE, recipe=two(), ds=ds(ksk())),
    case("nsec3", SECURE, recipe=two(proof="nsec3"), ds=ds(ksk())),
    case("rsa", SECURE, recipe=two(8), ds=ds(ksk(0, 8))),
    case("p384", SECURE, recipe=two(14), ds=ds(ksk(0, 14), digest="SHA384")),
    case("ed25519", SECURE, recipe=two(15), ds=ds(ksk(0, 15))),
    case("twoksks", SECURE, recipe=Recipe((ksk(), ksk(1)), (zsk(),)), ds=ds(ksk(), ksk(1))),
    case("prepublished", SECURE, recipe=two(published=(zsk(1).public,)), ds=ds(ksk())),
    case("cds", SECURE, recipe=two(spoil=with_cds(ksk().public)), ds=ds(ksk())),
    case("route53", SECURE, told="COMPACT_DENIAL", recipe=two(proof="compact", lifetime=QUICK), ds=ds(ksk())),
    case("wildcard", SECURE, recipe=two(lines="*.any 300 A 192.0.2.9\n"), ds=ds(ksk())),
    case("wild3", SECURE, recipe=two(proof="nsec3", lines="* 300 A 192.0.2.9\n"), ds=ds(ksk())),
    case("between", SECURE, recipe=two(lines="a.b.c 300 A 192.0.2.9\n"), ds=ds(ksk())),
    case("subzones", SECURE, recipe=two(lines="sub 300 NS ns.other.lab.\n"), ds=ds(ksk())),
    case("subzones3", SECURE, recipe=two(proof="nsec3", lines="sub 300 NS ns.x.lab.\n"), ds=ds(ksk())),
    case("glueless", SECURE, recipe=two(), ds=ds(ksk()), ns=("ns1.csk.lab.", "ns2.csk.lab.")),
    case("fresh", SECURE, recipe=two(lifetime=(-HOUR, 14 * DAY)), ds=ds(ksk())),
    case("plain", INSECURE),
    # Secure, and not as it should be.
    case("soon", SECURE, "SIGNATURE_EXPIRES_SOON", recipe=two(lifetime=(-13 * DAY, DAY / 2)), ds=ds(ksk())),
    case(
        "quicksoon",
        SECURE,
        "SIGNATURE_EXPIRES_SOON",
        recipe=two(spoil=resigned("www", "A", zsk(), (-6 * HOUR, HOUR / 20))),
        ds=ds(ksk()),
    ),
    case(
        "iterations",
        SECURE,
        "NONZERO_NSEC3_ITERATION_COUNT",
        recipe=two(proof="nsec3", iterations=10),
        ds=ds(ksk()),
    ),
    case("salt", SECURE, "NONEMPTY_NSEC3_SALT", recipe=two(proof="nsec3", salt=b"salt"), ds=ds(ksk())),
    case("optout", SECURE, "NSEC3_OPT_OUT", recipe=two(proof="nsec3", opt_out=True), ds=ds(ksk())),
    case(
        "many",
        SECURE,
        "NSEC3_ITERATIONS_UNSUPPORTED",
        recipe=two(proof="nsec3", iterations=200),
        ds=ds(ksk()),
    ),
    case("sha1", SECURE, "ALGORITHM_NOT_RECOMMENDED", recipe=two(5), ds=ds(ksk(0, 5))),
    case("sha1ds", SECURE, "DIGEST_ALGORITHM_PROHIBITED", recipe=two(), ds=ds(ksk(), digest="SHA1")),
    case("extrads", SECURE, "EXTRA_DS", recipe=two(), ds=ds(ksk(), ksk(5))),
    case("strayalg", SECURE, "MISSING_SEP_FOR_ALG", recipe=two(), ds=stray_algorithm),
    case(
        "cdsother",
        SECURE,
        "CDS_INCONSISTENT_WITH_DS CDS_WITHOUT_DNSKEY",
        recipe=two(spoil=with_cds(ksk(6).public)),
        ds=ds(ksk()),
    ),
    case(
        "cdssigner",
        SECURE,
        "CDS_SIGNER_INVALID",
        recipe=two(spoil=with_cds(ksk().public, by=zsk())),
        ds=ds(ksk()),
    ),
    case("cdsdelete", SECURE, "CDS_DELETE_REQUEST", recipe=two(spoil=delete_request), ds=ds(ksk())),
    case(
        "onealg",
        SECURE,
        "MISSING_RRSIG_FOR_ALG",
        recipe=two(published=(zsk(0, 14).public,)),
        ds=ds(ksk()),
    ),
    case("rsa1024", SECURE, "DNSKEY_BAD_LENGTH", recipe=Recipe((OTHER_RSA,)), ds=ds(OTHER_RSA)),
    case("revoked", SECURE, told="DNSKEY_REVOKED", recipe=two(published=(revoked(ksk(1)),)), ds=ds(ksk())),
    case(
        "noflag", SECURE, "DNSKEY_NOT_ZONE_KEY", recipe=two(published=(no_zone_flag(ksk(1)),)), ds=ds(ksk())
    ),
    case(
        "long", SECURE, told="SIGNATURE_LIFETIME_LONG", recipe=two(lifetime=(-DAY, 300 * DAY)), ds=ds(ksk())
    ),
    case("leftover", SECURE, told="NO_KEY_FOR_SIGNATURE", recipe=two(spoil=second_signature), ds=ds(ksk())),
    case("ttl", SECURE, "ORIGINAL_TTL_EXCEEDED", recipe=two(spoil=longer_ttl), ds=ds(ksk())),
    case("bitmap", SECURE, "EXISTING_TYPE_DENIED", recipe=two(spoil=bits(without=(2,))), ds=ds(ksk())),
    # Nobody can validate it, and everybody accepts it.
    case("island", INSECURE, "SECURITY_ISLAND", recipe=two()),
    case(
        "brokenisland",
        INSECURE,
        "SECURITY_ISLAND EXPIRATION_IN_PAST",
        recipe=two(lifetime=PAST),
    ),
    case(
        "bootstrap",
        INSECURE,
        "SECURITY_ISLAND",
        "CDS_INCONSISTENT_WITH_DS",
        recipe=two(spoil=with_cds(ksk().public)),
    ),
    case(
        "unknownalg",
        INSECURE,
        "ALGORITHM_NOT_SUPPORTED MISSING_RRSIG",
        recipe=Recipe(published=(UNKNOWN_KEY,), proof="none"),
        ds=lambda zone: ds_of(zone, UNKNOWN_KEY),
    ),
    case(
        "unknowndigest",
        INSECURE,
        "DIGEST_ALGORITHM_NOT_SUPPORTED",
        recipe=two(),
        ds=lambda zone: changed_ds(ds_of(zone, ksk().public), digest_type=200),
    ),
    # Gone for all who validate.
    case(
        "wrongdigest",
        BOGUS,
        "DIGEST_INVALID",
        recipe=two(),
        ds=lambda zone: changed_ds(ds_of(zone, ksk().public), digest=b"\1" * 32),
    ),
    case("wrongkey", BOGUS, "NO_SEP", recipe=two(), ds=ds(ksk(5))),
    case(
        "wrongalg",
        BOGUS,
        "NO_SEP",
        recipe=two(),
        ds=lambda zone: changed_ds(ds_of(zone, ksk().public), algorithm=8),
    ),
    case("orphan", BOGUS, "ORPHANED_DS", ds=ds(ksk())),
    case(
        "revokedds",
        BOGUS,
        "DNSKEY_REVOKED_DS",
        "DNSKEY_REVOKED",
        recipe=Recipe((ksk(1),), (zsk(),), published=(revoked(ksk()),)),
        ds=ds(ksk()),
    ),
    case(
        "expired",
        BOGUS,
        "EXPIRATION_IN_PAST",
        recipe=two(lifetime=PAST),
        ds=ds(ksk()),
    ),
    case(
        "future",
        BOGUS,
        "INCEPTION_IN_FUTURE",
        recipe=two(lifetime=FUTURE),
        ds=ds(ksk()),
    ),
    case(
        "wwwexpired",
        BOGUS,
        "EXPIRATION_IN_PAST",
        recipe=two(spoil=resigned("www", "A", zsk(), PAST)),
        ds=ds(ksk()),
    ),
    case(
        "backwards",
        BOGUS,
        "EXPIRATION_BEFORE_INCEPTION",
        recipe=two(spoil=altered("www", "A", inception=2_000_000_000, expiration=1_900_000_000)),
        ds=ds(ksk()),
    ),
    case("wwwunsigned", BOGUS, "MISSING_RRSIG", recipe=two(spoil=unsigned("www", "A")), ds=ds(ksk())),
    case("keysunsigned", BOGUS, "MISSING_RRSIG", recipe=two(spoil=unsigned("@", "DNSKEY")), ds=ds(ksk())),
    case(
        "corrupt",
        BOGUS,
        "SIGNATURE_INVALID",
        recipe=two(spoil=altered("www", "A", signature=b"\2" * 64)),
        ds=ds(ksk()),
    ),
    case(
        "strangekey",
        BOGUS,
        "NO_KEY_FOR_SIGNATURE",
        recipe=two(spoil=resigned("www", "A", zsk(9), (-DAY, 13 * DAY))),
        ds=ds(ksk()),
    ),
    case(
        "zskonly",
        BOGUS,
        "DNSKEY_NOT_SIGNED_BY_SEP",
        recipe=Recipe((zsk(),), (zsk(),), published=(ksk().public,)),
        ds=ds(ksk()),
    ),
    case("signer", BOGUS, "SIGNER_NOT_ZONE", recipe=two(spoil=foreign_signer), ds=ds(ksk())),
    case(
        "labels",
        BOGUS,
        "RRSIG_LABELS_EXCEED_OWNER",
        recipe=two(spoil=altered("www", "A", labels=7)),
        ds=ds(ksk()),
    ),
    case(
        "noproof",
        BOGUS,
        "MISSING_NSEC_FOR_NXDOMAIN MISSING_NSEC_FOR_NODATA",
        recipe=two(spoil=without_proofs),
        ds=ds(ksk()),
    ),
    case(
        "wildunproven",
        BOGUS,
        "MISSING_NSEC_FOR_WILDCARD MISSING_NSEC_FOR_NODATA",
        recipe=two(lines="* 300 A 192.0.2.9\n", spoil=without_proofs),
        ds=ds(ksk()),
    ),
    case("gap", BOGUS, "SNAME_NOT_COVERED", recipe=two(spoil=gap), ds=ds(ksk())),
    case("cname", BOGUS, "STYPE_IN_BITMAP", recipe=two(spoil=bits(extra=(5,))), ds=ds(ksk())),
    case("deniedds", BOGUS, "DS_NXDOMAIN", odd_ds=True),
    case("noproofofds", BOGUS, "MISSING_NSEC_FOR_DS", unproven=True),
    case("nocut", BOGUS, "REFERRAL_WITHOUT_NS", bits=(frozenset({2}), frozenset())),
    case("apexcut", BOGUS, "REFERRAL_WITH_SOA", bits=(frozenset(), frozenset({6}))),
    case("lostds", BOGUS, "REFERRAL_WITH_DS", bits=(frozenset(), frozenset({43}))),
    case("inner", BOGUS, "CHAIN_BROKEN_ABOVE", below="expired.lab.", recipe=two(), ds=ds(ksk())),
    case("inner", INSECURE, "SECURITY_ISLAND", "INSECURE_ABOVE", below="plain.lab.", recipe=two()),
    # One server is not as the other.
    case("onerefuses", SECURE, "SERVER_REFUSES", recipe=two(), ds=ds(ksk()), manners=(None, Manner.REFUSES)),
    case(
        "oneunsure",
        SECURE,
        "SERVER_NOT_AUTHORITATIVE",
        recipe=two(),
        ds=ds(ksk()),
        manners=(None, Manner.UNSURE),
    ),
    case(
        "strips",
        SECURE,
        "MISSING_RRSIG MISSING_NSEC_FOR_NXDOMAIN MISSING_NSEC_FOR_NODATA",
        recipe=two(),
        ds=ds(ksk()),
        manners=(None, Manner.STRIPS),
    ),
    case("noedns", SECURE, "ERROR_WITH_EDNS", recipe=two(), ds=ds(ksk()), manners=(None, Manner.NO_EDNS)),
    case(
        "notcp", SECURE, "SERVER_UNRESPONSIVE_TCP", recipe=two(), ds=ds(ksk()), manners=(None, Manner.NO_TCP)
    ),
    case("serials", SECURE, "SERIAL_MISMATCH", recipe=two(), ds=ds(ksk()), serial=(1, 2)),
    case(
        "keysdiffer",
        SECURE,
        "DNSKEY_MISSING_FROM_SERVERS",
        recipe=two(),
        second=two(published=(zsk(1).public,)),
        ds=ds(ksk()),
    ),
    case(
        "onlyone", SECURE, "MISSING_RRSIG", recipe=two(), second=two(spoil=unsigned("@", "SOA")), ds=ds(ksk())
    ),
    case("denials", SECURE, "NSEC_AND_NSEC3", recipe=two(), second=two(proof="nsec3"), ds=ds(ksk())),
    case(
        "otherns", SECURE, "NS_NAME_NOT_IN_CHILD", recipe=two(lines="@ 3600 NS ns3.csk.lab.\n"), ds=ds(ksk())
    ),
    # Nobody can tell.
    case(
        "lame",
        INDETERMINATE,
        "SERVER_REFUSES",
        "NO_SERVER_ANSWERS CHAIN_UNKNOWN",
        recipe=two(),
        ds=ds(ksk()),
        manners=(Manner.REFUSES, Manner.REFUSES),
    ),
    case(
        "plainlame",
        INDETERMINATE,
        "SERVER_REFUSES",
        "NO_SERVER_ANSWERS",
        manners=(Manner.REFUSES, Manner.REFUSES),
    ),
    case(
        "dead",
        INDETERMINATE,
        "SERVER_UNRESPONSIVE",
        "NO_SERVER_ANSWERS CHAIN_UNKNOWN",
        ds=ds(ksk()),
        dead=True,
    ),
    case("nowhere", NOT_DELEGATED, "NO_NS_IN_PARENT", delegated=False),
)
