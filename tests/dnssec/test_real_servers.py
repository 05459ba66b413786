"""Zones that BIND's tools signed and Knot serves: others' signatures, proofs and referrals."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from psfdns.cli.descent import Descent
from psfdns.cli.dnssec.signing import Asked, follow_chain
from psfdns.dnssec.cloud import Cloud
from psfdns.dnssec.verdict import Verdict, judge
from psfdns.lookup.anchors import load_anchors
from psfdns.lookup.answer import Failure, Question, Reason
from psfdns.lookup.ask import Patience, ask_many
from psfdns.lookup.hearing import ChainMeans
from psfdns.lookup.hosts import Host
from psfdns.lookup.parents import Walk
from psfdns.lookup.signed import ask_signed
from psfdns.lookup.survey import Means, survey_delegation
from tests.dnssec.signing import DAY, NOW
from tests.mini_internet import LEAF, TOP, MiniInternet, mini_internet

QUICK = Patience(0.5, 1)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniInternet]:
    folder: Path = tmp_path_factory.mktemp("internet")
    with mini_internet(folder) as made:
        yield made


def examine(real: MiniInternet, zone: str, *sets: tuple[str, str], days: int = 0) -> Verdict:
    walk = Walk(
        real.roots,
        lambda names: {
            name: (real.server(LEAF[0]),)
            if name.endswith("child.test.")
            else Failure(None, Question(name, "A"), Reason.NO_ADDRESS)
            for name in names
        },
        QUICK,
    )
    means = Means(
        walk.find_parents,
        lambda names: {
            name: Host(name, (real.server((TOP if name.endswith(".nic.test.") else LEAF)[0]),))
            for name in names
        },
        functools.partial(ask_many, patience=QUICK),
        real.port,
    )
    asked = Asked(
        survey_delegation(zone, (), means), [Question(*each) for each in sets], Cloud(is_hosted=False), True
    )
    chain = ChainMeans(walk.find_cut, functools.partial(ask_signed, patience=QUICK))
    return judge(follow_chain(asked, Descent(chain, load_anchors(real.anchor), NOW + days * DAY))[1])


SETS = (
    ("www.child.test.", "A"),
    ("www.child.test.", "AAAA"),
    ("big.child.test.", "TXT"),
    ("text.child.test.", "TXT"),
    ("ns1.child.test.", "A"),
)


def test_a_zone_that_bind_signed_is_secure_and_clean(real: MiniInternet) -> None:
    verdict = examine(real, "child.test.", *SETS)
    assert (verdict.status, verdict.findings) == ("secure", ())


def test_a_zone_without_ds_below_a_signed_one_is_proven_insecure(real: MiniInternet) -> None:
    verdict = examine(real, "co.test.")
    assert (verdict.status, verdict.findings) == ("insecure", ())


def test_below_an_unsigned_zone_everything_is_insecure(real: MiniInternet) -> None:
    verdict = examine(real, "deep.co.test.")
    assert verdict.status == "insecure"
    assert [each.code for each in verdict.findings] == ["INSECURE_ABOVE"]


def test_a_month_later_its_signatures_are_over(real: MiniInternet) -> None:
    verdict = examine(real, "child.test.", days=40)
    assert verdict.status == "bogus"
    assert "EXPIRATION_IN_PAST" in {each.code for each in verdict.findings}


def test_where_no_server_is_the_status_is_not_known(real: MiniInternet) -> None:
    assert examine(real, "silent.test.").status == "indeterminate"
    assert examine(real, "nobody.test.").status == "not-delegated"
