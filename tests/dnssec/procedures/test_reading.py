"""What DNS was heard to say, as what a procedure goes by: silence is never a no."""

from __future__ import annotations

import base64

import dns.rrset
import pytest
from dns.dnssectypes import DSDigest

from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.digests import HELD, SHOWN, ds_of, keys_behind, known_as, own_ds
from psfdns.dnssec.procedures.reading import read_parents, read_servers, read_ttls
from psfdns.dnssec.procedures.seen import ACTIVE, Ksk, ParentSaid, ServerSaid
from psfdns.lookup.answer import Failure, Question, Reason
from psfdns.lookup.hearing import At, ZoneHeard
from psfdns.lookup.parents import Delegation, NameServer, ParentView
from psfdns.lookup.server import Server
from psfdns.lookup.signed import Reply, SignedSet
from psfdns.lookup.survey import Heard, Survey
from tests.dnssec.signing import DAY, NOW, Key, make_key, sign_with

ZONE = "ours.test."
ONE, TWO = (NameServer(f"ns{number}.test.", Server(f"192.0.2.{number}")) for number in (1, 2))
KSK, OTHER, ZSK = make_key(13, 257, 950), make_key(13, 257, 951), make_key(13, 256, 952)
SILENCE = Failure(ONE.server, Question(ZONE, "SOA"), Reason.TIMEOUT)


def keys_at(at: NameServer, published: tuple[Key, ...], signers: tuple[Key, ...], ttl: int = 3600) -> At:
    rrset = dns.rrset.from_rdata_list(ZONE, ttl, [key.public for key in published])
    signatures = tuple(sign_with(rrset, key, rrset.name) for key in signers)
    found = SignedSet(ZONE, "DNSKEY", rrset, signatures)  # type: ignore[arg-type]
    return at, Reply(at.server, Question(ZONE, "DNSKEY"), "NOERROR", authoritative=True, answer=(found,))


def soa_at(at: NameServer, zone: str, ttl: int, minimum: int) -> At:
    rrset = dns.rrset.from_text(zone, ttl, "IN", "SOA", f"a. b. 1 2 3 4 {minimum}")
    found = SignedSet(zone, "SOA", rrset)
    return at, Reply(at.server, Question(zone, "SOA"), "NOERROR", authoritative=True, answer=(found,))


def survey(*places: NameServer, parents: ParentView | None = None) -> Survey:
    named = Delegation(tuple(place.name for place in places), 3600)
    view = parents or ParentView(ZONE, "test.", ((ONE, named),))
    heard = tuple(Heard(place, *[SILENCE] * 5) for place in places)
    return Survey(ZONE, view, heard=heard)


def test_a_parent_that_is_silent_or_has_no_address_says_nothing_of_a_ds() -> None:
    view = ParentView(
        ZONE,
        "test.",
        ((ONE, Delegation(("ns1.test.",), 60, ("1 13 2 aa",), 60)), (TWO, SILENCE)),
        (("ns3.test.", SILENCE),),
    )
    assert read_parents(view, {}) == (
        ParentSaid(str(ONE), frozenset({"1 13 2 aa"})),
        ParentSaid(str(TWO), None),
        ParentSaid("ns3.test.", None),
    )
    assert read_parents(None, {}) == ()


@pytest.mark.parametrize(
    ("published", "signers", "keys", "signing"),
    [
        ((KSK, ZSK), (KSK,), {KSK}, {KSK}),
        ((KSK, OTHER, ZSK), (KSK, OTHER), {KSK, OTHER}, {KSK, OTHER}),
        ((KSK, OTHER, ZSK), (KSK,), {KSK, OTHER}, {KSK}),
        ((KSK, ZSK), (ZSK,), {KSK}, set()),
        ((KSK, ZSK), (OTHER,), {KSK}, set()),
        ((KSK, ZSK), (), {KSK}, set()),
    ],
)
def test_a_key_counts_where_it_signs_the_keys_itself(
    published: tuple[Key, ...], signers: tuple[Key, ...], keys: set[Key], signing: set[Key]
) -> None:
    heard = ZoneHeard(ZONE, {Question(ZONE, "DNSKEY"): (keys_at(ONE, published, signers),)})
    (said,) = read_servers(survey(ONE), heard, NOW)
    assert said.keys == frozenset(ds_of(ZONE, key.public) for key in keys)
    assert said.signing == frozenset(ds_of(ZONE, key.public) for key in signing)


def test_a_signature_that_has_ended_is_none() -> None:
    heard = ZoneHeard(ZONE, {Question(ZONE, "DNSKEY"): (keys_at(ONE, (KSK,), (KSK,)),)})
    (said,) = read_servers(survey(ONE), heard, NOW + 20 * DAY)
    assert (len(said.keys or ()), said.signing) == (1, frozenset())


def test_an_address_that_nobody_heard_is_not_left_out() -> None:
    heard = ZoneHeard(ZONE, {Question(ZONE, "DNSKEY"): (keys_at(ONE, (KSK,), (KSK,)),)})
    assert read_servers(survey(ONE, TWO), heard, NOW)[1] == ServerSaid(str(TWO), None)
    assert read_servers(survey(ONE), ZoneHeard(ZONE, {}), NOW) == (ServerSaid(str(ONE), None),)


def test_the_longest_ttl_of_each_kind_counts_and_of_denials_the_smaller_of_two() -> None:
    view = ParentView(
        ZONE,
        "test.",
        (
            (ONE, Delegation(("ns1.test.",), 60, ("1 13 2 aa",), 7200)),
            (TWO, Delegation(("ns1.test.",), 600)),
        ),
    )
    heard = ZoneHeard(
        ZONE,
        {
            Question(ZONE, "DNSKEY"): (keys_at(ONE, (KSK,), ()), keys_at(TWO, (KSK,), (), 1800)),
            Question(ZONE, "SOA"): (soa_at(ONE, ZONE, 900, 86_400), soa_at(TWO, ZONE, 9000, 300)),
        },
    )
    found = read_ttls(survey(ONE, parents=view), heard, (soa_at(ONE, "test.", 3600, 1200),))
    assert found == {
        timing.DS: 7200,
        timing.PARENT_NS: 600,
        timing.PARENT_NEGATIVE: 1200,
        timing.NEGATIVE: 900,
        timing.DNSKEY: 3600,
    }


def test_a_key_is_known_by_any_digest_that_counts() -> None:
    one, other = KSK.public, OTHER.public
    texts = {kind: ds_of(ZONE, one, kind) for kind in (DSDigest.SHA1, DSDigest.SHA256, DSDigest.SHA384)}
    others = {ds_of(ZONE, other, kind) for kind in texts}
    assert own_ds(ZONE, [one], HELD).keys() == {texts[DSDigest.SHA1], texts[DSDigest.SHA384]}
    known = known_as([*texts.values(), *others], own_ds(ZONE, [one], HELD))
    assert known == {texts[DSDigest.SHA256], *others}
    shown = known_as(texts.values(), own_ds(ZONE, [one], SHOWN))
    assert shown == {texts[DSDigest.SHA256], texts[DSDigest.SHA1]}
    view = ParentView(ZONE, "test.", ((ONE, Delegation(("ns1.test.",), 60, (texts[DSDigest.SHA384],), 60)),))
    (said,) = read_parents(view, own_ds(ZONE, [one], SHOWN))
    assert said.ds == frozenset({texts[DSDigest.SHA256]})


def test_the_key_behind_what_route_53_tells_is_the_one_that_signs() -> None:
    text = ds_of(ZONE, KSK.public)
    public = base64.b64encode(KSK.public.key).decode()
    (key,) = keys_behind([Ksk("one", ACTIVE, text, public), Ksk("untold", ACTIVE, text)])
    assert ds_of(ZONE, key) == text
