"""What is said of a name from what all of its addresses show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from psfdns.certs.coverage import Spot
from psfdns.certs.faults import Ours
from psfdns.certs.served import Chain
from psfdns.certs.verifying import Holdings, Look, Seen, Status, Verdict, judge_looks, summarise_unknown
from psfdns.web.handshake import Silence, Unheard
from tests.certs.certificates import day, wanted
from tests.certs.test_faults import CHAIN, LEAF

SPOT = Spot("a.example", "one", wanted(), "a.example")
FREE = Spot("free.example", "one", zone="example.")
HOLDINGS = Holdings({LEAF.fingerprint: Ours("a.example")}, frozenset({b"Root R1"}), frozenset({"a.example"}))
V4, V6 = "192.0.2.1", "2001:db8::1"
WELL = Seen(V4, CHAIN, "TLSv1.3")
WELL_V6 = Seen(V6, CHAIN, "TLSv1.3")


def other(fingerprint: str = "99" * 32) -> Chain:
    return replace(CHAIN, path=(replace(LEAF, fingerprint=fingerprint), *CHAIN.path[1:]))


def unheard(silence: Silence, address: str = V4) -> Seen:
    return Seen(address, unheard=Unheard(silence))


def judge(
    *seen: Seen, spot: Spot = SPOT, unknown: str | None = None, beside: tuple[Look, ...] = ()
) -> Verdict:
    looks = (Look(spot, seen, unknown), *beside)
    return judge_looks(looks, HOLDINGS, now=day(60))[0]


def codes(verdict: Verdict) -> list[str]:
    return [f"{each.diagnostic.code} {','.join(each.addresses)}".strip() for each in verdict.found]


@pytest.mark.parametrize(
    ("seen", "status", "expected"),
    [
        pytest.param([WELL], Status.OK, [], id="well"),
        pytest.param([], Status.NONE, ["name-without-address"], id="no address"),
        pytest.param([unheard(Silence.REFUSED)], Status.WARNING, [f"served-nowhere {V4}"], id="refused"),
        pytest.param([unheard(Silence.TIMEOUT)], Status.WARNING, [f"served-nowhere {V4}"], id="too slow"),
        pytest.param([unheard(Silence.UNREACHABLE)], Status.WARNING, [f"served-nowhere {V4}"], id="no host"),
        pytest.param([unheard(Silence.NOT_TLS)], Status.ERROR, [f"served-without-tls {V4}"], id="no TLS"),
        pytest.param([Seen(V4, unreadable="noise")], Status.ERROR, [f"served-without-tls {V4}"], id="noise"),
        pytest.param([unheard(Silence.NO_ROUTE)], Status.UNKNOWN, [], id="no route"),
        pytest.param([unheard(Silence.NOT_PUBLIC)], Status.UNKNOWN, [], id="not public"),
        pytest.param([WELL, unheard(Silence.NO_ROUTE, V6)], Status.UNKNOWN, [], id="half of it"),
        pytest.param(
            [replace(WELL, protocol="TLSv1.1")], Status.WARNING, [f"served-weak {V4}"], id="old TLS"
        ),
        pytest.param([replace(WELL, protocol="TLSv1.2")], Status.OK, [], id="TLS 1.2"),
        pytest.param(
            [WELL, Seen(V6, other(), "TLSv1.3")],
            Status.WARNING,
            [f"served-foreign {V6}", "served-unequal"],
            id="one of two",
        ),
        pytest.param(
            [Seen(V4, other(), "TLSv1.3"), Seen(V6, other(), "TLSv1.3")],
            Status.WARNING,
            [f"served-foreign {V4},{V6}"],
            id="both alike",
        ),
    ],
)
def test_a_name_and_its_addresses(seen: list[Seen], status: Status, expected: list[str]) -> None:
    verdict = judge(*seen)
    assert (verdict.status, codes(verdict)) == (status, expected)


def test_a_name_that_could_not_be_looked_up_is_unknown_and_has_no_missing_address() -> None:
    verdict = judge(unknown="could not be looked up (resolver 192.0.2.53 says SERVFAIL)")
    assert (verdict.status, codes(verdict)) == (Status.UNKNOWN, [])


def test_ipv6_is_judged_only_where_one_address_of_it_has_answered() -> None:
    silent = unheard(Silence.TIMEOUT, V6)
    assert (judge(WELL, silent).status, codes(judge(WELL, silent))) == (Status.UNKNOWN, [])
    for answering in (WELL_V6, unheard(Silence.REFUSED, V6), unheard(Silence.NOT_TLS, V6)):
        verdict = judge(WELL, silent, beside=(Look(SPOT, (replace(answering, address="2001:db8::2"),)),))
        assert codes(verdict) == [f"served-nowhere {V6}"]
    beside = (Look(SPOT, (unheard(Silence.TIMEOUT, "2001:db8::2"), WELL)),)
    assert codes(judge(WELL, silent, beside=beside)) == []
    assert codes(judge(unheard(Silence.REFUSED, V6))) == [f"served-nowhere {V6}"]


def test_where_the_store_cannot_be_read_a_chain_is_judged_and_unknown() -> None:
    holdings = Holdings(unreadable={"a.example": "no permission"})
    (verdict,) = judge_looks([Look(SPOT, (WELL,))], holdings, now=day(60))
    assert (verdict.status, codes(verdict)) == (Status.UNKNOWN, [])
    (verdict,) = judge_looks([Look(SPOT, (WELL,))], holdings, now=day(90))
    assert (verdict.status, codes(verdict)) == (Status.ERROR, [f"served-expired {V4}"])
    watched = replace(SPOT, wanted=wanted(issuer="Example Trust"))
    (verdict,) = judge_looks([Look(watched, (WELL,))], holdings, now=day(60))
    assert verdict.status is Status.OK


def test_all_addresses_with_one_fault_stand_in_one_finding() -> None:
    seen = [Seen(f"192.0.2.{number}", other()) for number in range(1, 8)]
    verdict = judge(*seen)
    (found,) = verdict.found
    assert len(found.addresses) == 7
    assert "192.0.2.5 and 2 more: its certificate" in found.diagnostic.summary


def test_what_differs_is_said_by_address_and_end() -> None:
    later = replace(LEAF, fingerprint="99" * 32, not_after=day(120))
    verdict = judge(WELL, Seen(V6, replace(CHAIN, path=(later,))))
    assert [each.diagnostic.summary for each in verdict.found if not each.addresses] == [
        f"a.example differs between addresses: {V4} one until 2027-01-30; {V6} one until 2027-03-01"
    ]


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        pytest.param(CHAIN, "what it shows is for a.example, *.a.example", id="another host's"),
        pytest.param(
            replace(CHAIN, path=(replace(LEAF, names=("free.example",)),)),
            "what it shows is valid until 2027-01-30 and is of Example Trust, E1",
            id="somebody renews it",
        ),
        pytest.param(
            replace(CHAIN, path=(replace(LEAF, names=("free.example",), not_after=day(60)),)),
            "what it shows expired 2026-12-31 and is of Example Trust, E1",
            id="nobody did",
        ),
        pytest.param(
            replace(CHAIN, path=(replace(LEAF, names=("free.example",)),), is_self_signed=True),
            "what it shows is self-signed",
            id="self-signed",
        ),
    ],
)
def test_a_name_that_is_served_and_covered_by_none(chain: Chain, words: str) -> None:
    verdict = judge(Seen(V4, chain), unheard(Silence.REFUSED, V6), spot=FREE)
    assert (verdict.status, codes(verdict)) == (Status.WARNING, [f"name-not-covered {V4}"])
    assert verdict.found[0].diagnostic.summary == (
        f"free.example is served at {V4} and covered by no certificate of certs/: {words}"
    )


@pytest.mark.parametrize("silence", Silence)
def test_a_name_that_is_not_served_is_nobodys_to_cover(silence: Silence) -> None:
    assert codes(judge(unheard(silence), spot=FREE)) == []


def test_what_could_not_be_checked_is_told_once_for_each_reason() -> None:
    looks = [
        Look(replace(SPOT, host=f"{number}.a.example"), (unheard(Silence.NO_ROUTE),)) for number in range(7)
    ]
    looks += [Look(SPOT, unknown="nobody answers"), Look(FREE, (unheard(Silence.NO_ROUTE),))]
    told = [each.summary for each in summarise_unknown(judge_looks(looks, HOLDINGS, now=day(60)))]
    first = ", ".join(f"{number}.a.example at {V4}" for number in range(5))
    assert told == [
        f"could not be checked: there is no way there from here: {first} and 2 more",
        "could not be checked: nobody answers: a.example",
    ]
