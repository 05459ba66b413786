"""Whether a domain may be pointed at servers: they answer, and no DS breaks."""

from __future__ import annotations

import dns.dnssec
import dns.name
import dns.rdata
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.parents import Delegation, NameServer, ParentView
from psfdns.lookup.server import Server
from psfdns.lookup.survey import Heard, Survey
from psfdns.registrar.nameservers import Move, fits, judge_move, shows_everywhere, told
from tests.registrar.fake_gandi import key_of

ZONE = "a.test."
NEW = ("ns1.new.example.", "ns2.new.example.")
_, KEY, DS = key_of("a.test")
OTHER = key_of("a.test", b"o" * 64)[2]


def answer(rdtype: str, *values: str, rcode: str = "NOERROR", authoritative: bool = True) -> Answer:
    sets = (HeardSet(ZONE, rdtype, 60, values),) if values else ()
    return Answer(Server("192.0.2.1"), Question(ZONE, rdtype), rcode, authoritative, answer=sets)


def silence(rdtype: str) -> Failure:
    return Failure(Server("192.0.2.1"), Question(ZONE, rdtype), Reason.TIMEOUT)


SOA = answer("SOA", "ns hostmaster 1 2 3 4 5")
REFUSES = answer("SOA", rcode="REFUSED")


def heard(
    name: str, soa: Answer | Failure = SOA, keys: Answer | Failure | None = None, address: str = "192.0.2.1"
) -> Heard:
    said = answer("DNSKEY") if keys is None else keys
    return Heard(NameServer(name, Server(address)), soa, soa, soa, answer("NS", *NEW), said)


SIGNED = [heard(name, keys=answer("DNSKEY", KEY)) for name in NEW]
UNSIGNED = [heard(name) for name in NEW]


def parents(*ds: str, said: tuple[Delegation | Failure, ...] | None = None) -> ParentView:
    server = NameServer("a.nic.test.", Server("192.0.2.9"))
    says = (Delegation(("ns.old.example.",), 60, ds, 60),) if said is None else said
    return ParentView(ZONE, "test.", tuple((server, each) for each in says))


def move(
    places: list[Heard], view: ParentView | None, *registrar_ds: str, servers: tuple[str, ...] = NEW
) -> list[str]:
    found = judge_move(
        Move(ZONE, servers, Survey(ZONE, view, "the way is closed", heard=tuple(places)), registrar_ds)
    )
    return [each.code for each in found]


@pytest.mark.parametrize(
    ("places", "codes"),
    [
        (UNSIGNED, []),
        (UNSIGNED[:1], ["not-served"]),
        ([], ["not-served"] * 2),
        ([heard(NEW[0], REFUSES), UNSIGNED[1]], ["not-served"]),
        ([heard(NEW[0], silence("SOA")), UNSIGNED[1]], ["not-served"]),
        # An address that this machine cannot reach, such as one of IPv6, while the other answers.
        ([*UNSIGNED, heard(NEW[0], silence("SOA"), address="2001:db8::1")], []),
        ([*UNSIGNED, heard(NEW[0], REFUSES, address="2001:db8::1")], ["not-served"]),
        ([heard(NEW[0], answer("SOA", "x", authoritative=False)), UNSIGNED[1]], ["not-served"]),
    ],
)
def test_each_server_has_to_answer_for_the_zone(places: list[Heard], codes: list[str]) -> None:
    assert move(places, parents()) == codes


@pytest.mark.parametrize(
    ("places", "view", "registrar_ds", "codes"),
    [
        (UNSIGNED, parents(DS), (), ["ds-would-break"] * 2),
        (UNSIGNED, parents(), (DS,), ["ds-would-break"] * 2),
        (SIGNED, parents(DS), (DS,), []),
        (SIGNED, parents(), (DS,), []),
        (SIGNED, parents(DS, OTHER), (), []),
        (SIGNED, parents(f"0 13 2 {'ab' * 32}", DS, f"9 13 2 {'ab' * 32}"), (), []),
        (SIGNED, parents(OTHER), (), ["ds-would-break"] * 2),
        (SIGNED, parents(), (), []),
        ([SIGNED[0], UNSIGNED[1]], parents(DS), (), ["ds-would-break"]),
        ([*SIGNED, heard(NEW[0], address="192.0.2.2")], parents(DS), (), ["ds-would-break"]),
        ([SIGNED[0], heard(NEW[1], keys=silence("DNSKEY"))], parents(DS), (), ["ds-would-break"]),
        (
            [SIGNED[0], heard(NEW[1], keys=answer("DNSKEY", rcode="SERVFAIL"))],
            parents(DS),
            (),
            ["ds-would-break"],
        ),
        (UNSIGNED, None, (), ["parent-unknown"]),
        (UNSIGNED, parents(said=(silence("NS"),)), (), ["parent-unknown"]),
        (UNSIGNED, parents(said=(Delegation(),)), (), []),
        (UNSIGNED, parents(said=(Delegation(), Delegation(ds=(DS,)))), (), ["ds-would-break"] * 2),
    ],
)
def test_no_ds_breaks(
    places: list[Heard], view: ParentView | None, registrar_ds: tuple[str, ...], codes: list[str]
) -> None:
    assert move(places, view, *registrar_ds) == codes


def test_one_server_is_too_few() -> None:
    assert move(UNSIGNED, parents(), servers=NEW[:1]) == ["few-servers"]
    assert move(UNSIGNED, parents(), servers=(NEW[0], NEW[0])) == ["few-servers"]


@given(st.binary(min_size=64, max_size=64), st.sampled_from(["SHA1", "SHA256", "SHA384"]))
def test_a_ds_fits_its_key_as_dnspython_says(public_key: bytes, digest: str) -> None:
    text = key_of("a.test", public_key)[1]
    key = dns.rdata.from_text("IN", "DNSKEY", text)
    ds = dns.dnssec.make_ds(dns.name.from_text(ZONE), key, digest, policy=dns.dnssec.allow_all_policy)
    assert fits(ds.to_text(), key.to_text(), zone=ZONE)
    assert fits(ds.to_text().upper(), text, zone=ZONE)
    assert not fits(ds.to_text(), text, zone="b.test.")
    assert (
        not fits(ds.to_text(), key_of("a.test", b"x" + public_key[1:])[1], zone=ZONE)
        or public_key[:1] == b"x"
    )


@pytest.mark.parametrize(
    ("ds", "key"),
    [
        ("", KEY),
        ("1 13 9 ab", KEY),
        (DS, ""),
        (DS, "257 3"),
        (DS, "257 3 13 ???"),
        (DS, "99999999 3 13 aa"),
        (DS, "a b c d"),
    ],
)
def test_what_is_no_ds_or_no_key_fits_nothing(ds: str, key: str) -> None:
    assert not fits(ds, key, zone=ZONE)


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        (parents(said=(Delegation(NEW), Delegation(NEW[::-1]))), True),
        (parents(said=(Delegation(NEW), Delegation(("ns.old.example.",)))), False),
        (parents(said=(Delegation((*NEW, "ns.old.example.")),)), False),
        (parents(said=(Delegation(NEW[:1]),)), False),
        (parents(said=(Delegation(),)), False),
        (parents(said=()), False),
        (None, False),
    ],
)
def test_a_set_is_shown_where_every_server_names_exactly_it(view: ParentView | None, shown: bool) -> None:
    assert shows_everywhere(view, NEW) is shown


def test_a_server_of_the_parent_that_is_silent_shows_nothing() -> None:
    places = ((NameServer("a.nic.test.", Server("192.0.2.9")), Delegation(NEW)),)
    silent = ((NameServer("b.nic.test.", Server("192.0.2.8")), silence("NS")),)
    assert shows_everywhere(ParentView(ZONE, "test.", places), NEW)
    assert not shows_everywhere(ParentView(ZONE, "test.", places + silent), NEW)
    assert told(ParentView(ZONE, "test.", places + silent)) == (
        ("a.nic.test. (192.0.2.9)", NEW),
        ("b.nic.test. (192.0.2.8)", None),
    )
    assert told(None) == ()
