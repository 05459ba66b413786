"""What NSEC and NSEC3 prove, beside records that nearly prove it."""

from __future__ import annotations

import base64

import dns.dnssec
import dns.name
import dns.rdatatype
import dns.rrset
import pytest
from dns.rdtypes.ANY.NSEC3 import NSEC3

from psfdns.dnssec.proofs import Link3, Proofs, make_proofs
from psfdns.lookup.answer import canonical_name
from psfdns.lookup.signed import SignedSet
from tests.dnssec.signing import Recipe, make_key, make_zone

ZONE = dns.name.from_text("z.test.")
A, CNAME, DS = dns.rdatatype.A, dns.rdatatype.CNAME, dns.rdatatype.DS


def name(text: str) -> dns.name.Name:
    return dns.name.from_text(text, ZONE)


def proofs(*lines: str) -> Proofs:
    """Of `owner next TYPES`, names relative to the zone."""
    sets = []
    for line in lines:
        owner, following, types = line.split(maxsplit=2)
        rrset = dns.rrset.from_text(name(owner), 300, "IN", "NSEC", f"{name(following)} {types}")
        sets.append(SignedSet(canonical_name(rrset.name), "NSEC", rrset))
    return make_proofs(ZONE, sets)


APEX = "@ b SOA NS DNSKEY RRSIG NSEC"
LAST = "y @ A RRSIG NSEC"


@pytest.mark.parametrize(
    ("lines", "asked", "lacking"),
    [
        ((APEX,), "a", ()),
        (("b m A", APEX), "c", ()),
        ((LAST, APEX), "zz", ()),
        ((), "a", ("MISSING_NSEC_FOR_NXDOMAIN",)),
        (("b m A",), "a", ("SNAME_NOT_COVERED",)),
        (("b m A",), "b", ("SNAME_NOT_COVERED",)),
        (("b m A",), "m", ("SNAME_NOT_COVERED",)),
        (("b m A",), "c", ("WILDCARD_NOT_COVERED",)),
        (("sub y NS", APEX), "x.sub", ("SNAME_NOT_COVERED",)),
        (("sub y NS DNAME", APEX), "suc", ()),
        (("d y DNAME", APEX), "x.d", ("SNAME_NOT_COVERED",)),
        (("b x.w A",), "a.w", ()),
        (("b x.w A",), "v", ("WILDCARD_NOT_COVERED",)),
    ],
)
def test_nsec_denies_a_name(lines: tuple[str, ...], asked: str, lacking: tuple[str, ...]) -> None:
    assert proofs(*lines).deny_name(name(asked)) == lacking


@pytest.mark.parametrize(
    ("lines", "asked", "rdtype", "lacking"),
    [
        ((APEX,), "@", A, ()),
        ((APEX,), "@", CNAME, ()),
        (("b m A",), "b", A, ("STYPE_IN_BITMAP",)),
        (("b m CNAME",), "b", A, ("STYPE_IN_BITMAP",)),
        (("b m A",), "a", A, ("MISSING_NSEC_FOR_NODATA",)),
        (("b x.c A",), "c", A, ()),
        (("b m A", "* b TXT"), "c", A, ()),
        (("b m A", "* b A"), "c", A, ("STYPE_IN_BITMAP",)),
        (("b m A",), "c", A, ("MISSING_NSEC_FOR_NODATA",)),
        ((), "b", A, ("MISSING_NSEC_FOR_NODATA",)),
    ],
)
def test_nsec_denies_a_type(
    lines: tuple[str, ...], asked: str, rdtype: int, lacking: tuple[str, ...]
) -> None:
    assert proofs(*lines).deny_type(name(asked), rdtype) == lacking


@pytest.mark.parametrize(
    ("lines", "lacking"),
    [
        (("sub y NS RRSIG NSEC",), ()),
        (("sub y NS DS RRSIG NSEC",), ("REFERRAL_WITH_DS",)),
        (("sub y A RRSIG NSEC",), ("REFERRAL_WITHOUT_NS",)),
        (("sub y NS SOA RRSIG NSEC",), ("REFERRAL_WITH_SOA",)),
        (("b m A",), ("MISSING_NSEC_FOR_DS",)),
        (("b x.sub A",), ("MISSING_NSEC_FOR_DS",)),
        (("b y A", "* b NS"), ("MISSING_NSEC_FOR_DS",)),
        ((), ("MISSING_NSEC_FOR_DS",)),
    ],
)
def test_nsec_denies_a_ds(lines: tuple[str, ...], lacking: tuple[str, ...]) -> None:
    assert proofs(*lines).deny_ds(name("sub")) == lacking


@pytest.mark.parametrize(
    ("lines", "lacking"), [(("b m A",), ()), (("m y A",), ("MISSING_NSEC_FOR_WILDCARD",))]
)
def test_nsec_shows_that_a_wildcard_answered(lines: tuple[str, ...], lacking: tuple[str, ...]) -> None:
    assert proofs(*lines).deny_expansion(name("c"), 2) == lacking


LINES = (
    "@ 300 SOA ns. hm. 1 2 3 4 300\n@ 300 NS ns.\na 300 A 192.0.2.1\nw.x.y 300 A 192.0.2.1\nsub 300 NS ns.\n"
)


def hashed(*, without: int | None = None, opt_out: bool = False) -> Proofs:
    """The whole NSEC3 chain of a zone, or all of it but one record."""
    recipe = Recipe((make_key(),), proof="nsec3", opt_out=opt_out)
    zone = make_zone("z.test.", LINES, recipe)
    records = [zone.nsec3[each] for each in sorted(zone.nsec3)]
    if without is not None:
        del records[without]
    return make_proofs(ZONE, [SignedSet(canonical_name(each.name), "NSEC3", each) for each in records])


def test_nsec3_denies_names_types_and_ds() -> None:
    chain = hashed()
    assert chain.deny_name(name("nothing")) == ()
    assert chain.deny_name(name("b.a.nothing")) == ()
    assert chain.deny_name(name("a")) == ("SNAME_NOT_COVERED",)
    assert chain.deny_type(name("a"), dns.rdatatype.TXT) == ()
    assert chain.deny_type(name("a"), A) == ("STYPE_IN_BITMAP",)
    assert chain.deny_type(name("x.y"), A) == ()
    assert chain.deny_type(name("nothing"), A) == ("MISSING_NSEC_FOR_NODATA",)
    assert chain.deny_ds(name("sub")) == ()
    assert chain.deny_ds(name("nothing")) == ("MISSING_NSEC_FOR_DS",)
    assert chain.deny_ds(name("a")) == ("REFERRAL_WITHOUT_NS",), "it is there, and no delegation"


def test_a_name_that_exists_is_not_denied_however_long_it_is() -> None:
    """Records that match it and cover it too are a lie, and no wildcard below it would be a name."""
    longest = name(".".join(("a" * 61, "b" * 61, "c" * 60, "d" * 60)))
    assert sum(len(label) + 1 for label in longest.labels) == 254
    own = base64.b32hexdecode(dns.dnssec.nsec3_hash(longest, b"", 0, "SHA1"))
    around = [(int.from_bytes(own) + step).to_bytes(20) for step in (-1, 1)]
    rdata = hashed().nsec3[0].rdata
    covering = rdata.replace(next=around[1])
    assert isinstance(covering, NSEC3)
    lies = (Link3(own, rdata), Link3(around[0], covering))
    assert Proofs(ZONE, (), lies).deny_name(longest) == ("SNAME_NOT_COVERED",)


def test_every_record_of_an_nsec3_chain_is_needed_by_some_proof() -> None:
    size = len(hashed().nsec3)
    asked = [
        name(text) for text in ("n", "n1", "n2", "n3", "n4", "n5", "m.a", "m.x.y", "m.y", "k", "j", "q", "r")
    ]
    for missing in range(size):
        chain = hashed(without=missing)
        assert any(chain.deny_name(each) for each in asked)


def test_opt_out_denies_the_ds_of_a_delegation_that_has_no_record() -> None:
    assert hashed(opt_out=True).deny_ds(name("sub")) == ()
    assert hashed(opt_out=True).matching3(name("sub")) is None


def test_what_costs_too_much_is_not_computed() -> None:
    recipe = Recipe((make_key(),), proof="nsec3", iterations=151)
    zone = make_zone("z.test.", LINES, recipe)
    sets = [SignedSet(canonical_name(each.name), "NSEC3", each) for each in zone.nsec3.values()]
    assert make_proofs(ZONE, sets).is_beyond_reach
    assert not hashed().is_beyond_reach


def test_an_nsec3_whose_name_is_no_hash_is_left_out() -> None:
    rrset = dns.rrset.from_text(
        "not-a-hash.z.test.", 300, "IN", "NSEC3", "1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s A"
    )
    assert make_proofs(ZONE, [SignedSet("not-a-hash.z.test.", "NSEC3", rrset)]).nsec3 == ()
