"""The signed internet, which all tests of this room share, and a way to examine a zone of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest

from psfdns.cli.descent import Descent
from psfdns.cli.dnssec.signing import Asked, follow_chain
from psfdns.delegation.verdict import judge as judge_delegation
from psfdns.delegation.wanted import Wanted
from psfdns.dnssec.cloud import Cloud
from psfdns.dnssec.verdict import Evidence, Verdict, judge
from psfdns.lookup.answer import Question
from psfdns.lookup.survey import survey_delegation
from tests.dnssec.internet import Internet, internet
from tests.dnssec.signing import NOW

NO_CLOUD = Cloud(is_hosted=False)
UNKNOWN = Wanted(why="nobody assigned any")
Examine = Callable[..., Verdict]


@pytest.fixture(scope="session")
def net() -> Iterator[Internet]:
    with internet() as made:
        yield made


def gather(
    net: Internet, zone: str, *, now: datetime.datetime = NOW, cloud: Cloud = NO_CLOUD, expected: bool = False
) -> tuple[Evidence, Verdict]:
    survey = survey_delegation(zone, (), net.means)
    sets = ("A", "AAAA", "MX", "TXT")
    questions = [Question(zone, rdtype) for rdtype in sets]
    if zone != ".":
        questions.append(Question(f"www.{zone}", "A"))
    asked = Asked(survey, questions, cloud, expected)
    _, evidence = follow_chain(asked, Descent(net.chain_means, net.anchors, now))
    found = judge_delegation(UNKNOWN, survey).findings if survey.parents else ()
    return evidence, judge(evidence, found)


@pytest.fixture
def examine(net: Internet) -> Examine:
    def one(zone: str, **settings: object) -> Verdict:
        return gather(net, zone, **settings)[1]  # type: ignore[arg-type]

    return one
