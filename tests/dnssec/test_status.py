"""Every delegation of `tests.dnssec.cases`: its status, and exactly the findings that it deserves."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Sequence

import pytest

from psfdns.cli.descent import Descent
from psfdns.diagnostics import Severity
from psfdns.dnssec.chain import Security
from psfdns.dnssec.codes import CODES
from psfdns.dnssec.verdict import Verdict, judge
from psfdns.lookup.answer import Question
from psfdns.lookup.ask import Pair
from psfdns.lookup.hearing import ChainMeans
from psfdns.lookup.signed import Heard
from tests.dnssec.cases import CASES, Case
from tests.dnssec.conftest import Examine, gather
from tests.dnssec.internet import Internet
from tests.dnssec.signing import DAY, NOW, ds_of, make_key

BROKEN = [case for case in CASES if case.status == "bogus"]


def codes(verdict: Verdict, *severities: Severity) -> set[str]:
    wanted = severities or (Severity.ERROR, Severity.WARNING)
    return {finding.code for finding in verdict.findings if finding.severity in wanted}


def test_there_are_enough_cases_of_each_status() -> None:
    count = {
        status: sum(case.status == status for case in CASES) for status in {case.status for case in CASES}
    }
    assert len(CASES) >= 70
    assert set(count) == {"secure", "insecure", "bogus", "indeterminate", "not-delegated"}
    assert len({case.zone for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.zone)
def test_each_delegation_is_judged_for_what_it_is(case: Case, examine: Examine) -> None:
    verdict = examine(case.zone)
    assert verdict.status == case.status
    assert codes(verdict) == case.codes
    assert codes(verdict, Severity.INFO) == case.told


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.status == "bogus"], ids=lambda case: case.zone
)
def test_what_is_bogus_has_an_error_with_a_hint_and_an_extended_error(case: Case, examine: Examine) -> None:
    errors = [each for each in examine(case.zone).findings if each.severity is Severity.ERROR]
    assert errors
    assert all(each.hint and each.ede is not None for each in errors)


@pytest.mark.parametrize("case", [case for case in CASES if any(case.manners)], ids=lambda case: case.zone)
def test_what_is_wrong_with_one_server_names_that_one(case: Case, examine: Examine) -> None:
    guilty = [number for number, manner in enumerate(case.manners, 1) if manner is not None]
    findings = [each for each in examine(case.zone).findings if each.code in case.codes]
    assert findings
    for finding in findings:
        assert finding.servers
        for server in finding.servers:
            assert any(server.startswith(f"ns{number}.") for number in guilty)


def test_every_code_is_known_by_name() -> None:
    said = {code for case in CASES for code in case.codes | case.told}
    assert said <= set(CODES)


@pytest.mark.parametrize("zone", [".", "lab."])
def test_the_zones_above_are_zones_too(zone: str, examine: Examine) -> None:
    verdict = examine(zone)
    assert verdict.status == "secure"
    assert not codes(verdict, Severity.ERROR)


def test_time_is_an_argument(examine: Examine) -> None:
    """The clean zone, the day after its signatures end, and before they begin."""
    late = examine("twokeys.lab.", now=NOW + 20 * DAY)
    early = examine("twokeys.lab.", now=NOW - 2 * DAY)
    for verdict, words in ((late, "ended on"), (early, "begin on")):
        assert verdict.status == "bogus"
        first = verdict.findings[0]
        assert first.code == "ROOT_NOT_VALIDATED", "rather than anything that a zone has done"
        assert re.fullmatch(
            f"the root has keys whose signatures {words} .* UTC, by the clock of this machine", first.summary
        )
        assert "this machine's clock" in (first.hint or "")


def test_a_zone_above_that_is_broken_is_named_with_what_is_wrong_with_it(examine: Examine) -> None:
    (finding,) = [
        each for each in examine("inner.expired.lab.").findings if each.code == "CHAIN_BROKEN_ABOVE"
    ]
    assert finding.summary.startswith("expired.lab. has keys whose signatures ended on ")


@pytest.mark.parametrize(
    ("left", "warned"), [(datetime.timedelta(days=3, hours=1), False), (datetime.timedelta(days=2), True)]
)
def test_a_signature_that_was_made_ahead_has_to_be_replaced_in_time(
    left: datetime.timedelta, warned: bool, examine: Examine
) -> None:
    """Thirteen days before its end it is new; three days before it should be gone."""
    verdict = examine("csk.lab.", now=NOW + 13 * DAY - left)
    assert verdict.status == "secure"
    assert ("SIGNATURE_EXPIRES_SOON" in codes(verdict)) is warned


def test_route_53_signs_for_hours_and_that_is_no_alarm(examine: Examine) -> None:
    soon_over = examine("route53.lab.", now=NOW + datetime.timedelta(hours=5, minutes=50))
    assert "SIGNATURE_EXPIRES_SOON" in codes(soon_over), "less is left than the TTL"
    with_enough_left = examine("route53.lab.", now=NOW + datetime.timedelta(hours=4, minutes=30))
    assert not codes(with_enough_left)


def test_with_another_anchor_nothing_is_secure(net: Internet) -> None:
    other = tuple(ds_of(".", make_key(13, 257, 300).public))
    trust = Descent(net.chain_means, other, NOW).trust("lab.")
    assert trust.security is Security.BOGUS
    assert trust.is_lost_at_root
    assert trust.cause == "the root has no keys that an anchor leads to"


def test_a_key_is_an_anchor_as_well_as_its_digest(net: Internet) -> None:
    keys = tuple(key.public for key in (make_key(13, 257, 100),))
    assert Descent(net.chain_means, keys, NOW).trust("lab.").security is Security.SECURE


def test_the_zones_above_are_asked_once_for_all_below(net: Internet) -> None:
    asked: list[object] = []

    def ask(pairs: Sequence[Pair]) -> Sequence[Heard]:
        asked.extend(pairs)
        return net.chain_means.ask(pairs)

    descent = Descent(ChainMeans(net.walk.find_cut, ask), net.anchors, NOW)
    descent.path_to("lab.")
    first = len(asked)
    descent.path_to("lab.")
    assert len(asked) == first > 0


def test_a_set_that_the_file_has_and_the_server_lacks_is_said(net: Internet) -> None:
    verdict = gather(net, "csk.lab.", expected=True)[1]
    (finding,) = [each for each in verdict.findings if each.code == "SET_NOT_FOUND"]
    assert finding.summary == "not served, and in the zone file: A, AAAA"
    assert finding.severity is Severity.INFO


def test_what_is_bogus_for_milder_reasons_still_has_an_error(net: Internet) -> None:
    """Where a server sends so much that not all of it is tried, the zone is gone, and that is no warning."""
    evidence, _ = gather(net, "twokeys.lab.")
    lost = dataclasses.replace(evidence.sets, lost=(Question("www.twokeys.lab.", "A"),))
    verdict = judge(dataclasses.replace(evidence, sets=lost))
    assert verdict.status == "bogus"
    assert codes(verdict) == {"NOT_VALIDATED"}
    assert "www.twokeys.lab. A" in verdict.findings[0].summary
