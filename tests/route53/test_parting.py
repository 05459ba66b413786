"""What speaks against deleting a zone: parents, time, contents, owners; on values alone."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from psfdns.errors import PsfdnsError
from psfdns.lookup.answer import Failure, Question, Reason
from psfdns.lookup.parents import Delegation, NameServer, ParentView
from psfdns.lookup.server import Server
from psfdns.patterns import parse_pattern
from psfdns.plans.guards import Policy
from psfdns.plans.host import Foreign, LiveZone, Protection
from psfdns.records import RRsetKey
from psfdns.route53.parting import Parting, Sighting, judge_parting, note_sighting, wait_until
from psfdns.route53.sightings import FILE, load_sightings, store_sightings
from psfdns.settings import ZoneSettings
from tests.plans.samples import AUTHORITY, hosted, live, zone

NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
OURS = "ns-1.awsdns-01.org."
LONG_AGO = Sighting(gone=NOW - datetime.timedelta(days=30))
QUESTION = Question("example.org.", "NS")
SILENT = Failure(Server("192.0.2.53"), QUESTION, Reason.TIMEOUT)
NOTHING = Delegation()
TO_US = Delegation((OURS,), 3600)
ELSEWHERE = Delegation(("ns.other.example.",), 3600, ("1 13 2 AB",), 600)
CONTENTS = (*AUTHORITY, "www.example.org. 300 A 192.0.2.1")


def view(*said: Delegation | Failure) -> ParentView:
    heard = [
        (NameServer(f"{letter}.org-servers.example.", Server(f"192.0.2.{number}")), each)
        for number, (letter, each) in enumerate(zip("abcdef", said, strict=False), start=1)
    ]
    return ParentView("example.org.", "org.", tuple(heard))


def parting(*said: Delegation | Failure, **fields: Any) -> Parting:
    held = live(*CONTENTS)
    defaults: dict[str, Any] = {
        "label": "example.org.",
        "live": held,
        "desired": held.zone,
        "settings": ZoneSettings(),
        "parents": view(*(said or (NOTHING,))),
        "servers": frozenset({OURS}),
    }
    return Parting(**{**defaults, **fields})


def codes(found: Parting, sighting: Sighting = LONG_AGO) -> list[str]:
    return [finding.code for finding in judge_parting(found, sighting, now=NOW)]


def test_a_zone_whose_parents_let_go_long_ago_may_be_deleted() -> None:
    assert codes(parting(NOTHING, NOTHING)) == []


def test_one_parent_server_that_delegates_is_enough_to_refuse() -> None:
    (finding,) = judge_parting(parting(NOTHING, TO_US), LONG_AGO, now=NOW)

    assert finding.code == "delegated"
    assert (
        "b.org-servers.example. (192.0.2.2) of org. delegates to it: ns-1.awsdns-01.org." in finding.summary
    )


def test_a_delegation_to_others_alone_is_none_to_us_and_their_ds_is_theirs() -> None:
    assert codes(parting(ELSEWHERE)) == []
    assert codes(parting(replace(ELSEWHERE, ns=(OURS, "ns.other.example.")))) == ["delegated", "ds-at-parent"]


def test_a_ds_without_a_delegation_refuses() -> None:
    assert codes(parting(Delegation(ds=("1 13 2 AB",), ds_ttl=600))) == ["ds-at-parent"]


@pytest.mark.parametrize(
    "parents",
    [
        view(NOTHING, SILENT),
        view(SILENT),
        view(),
        replace(view(NOTHING), unaddressed=(("lost.example.", SILENT),)),
        "there is no DNS here",
    ],
)
def test_a_parent_that_was_not_heard_refuses_and_can_be_lifted(parents: ParentView | str) -> None:
    (finding,) = judge_parting(parting(parents=parents), LONG_AGO, now=NOW)

    assert finding.code == "parent-unknown"
    assert finding.hint == "--allow parent-unknown"


def test_the_ttl_of_the_delegation_is_waited_for_from_when_it_was_first_seen_gone() -> None:
    seen = note_sighting(
        Sighting(), parting(Delegation((OURS,), 3600, ("1",), 7200), TO_US), now=NOW, allowed=False
    )
    assert seen == Sighting(NOW, 7200, None)

    later = NOW + datetime.timedelta(hours=5)
    gone = note_sighting(seen, parting(NOTHING), now=later, allowed=False)
    assert gone == Sighting(NOW, 7200, later)
    again = note_sighting(gone, parting(NOTHING), now=later + datetime.timedelta(hours=1), allowed=False)
    assert again == gone

    end = later + datetime.timedelta(hours=2)
    assert wait_until(gone) == end
    (finding,) = judge_parting(parting(), gone, now=end - datetime.timedelta(seconds=1))
    assert finding.code == "parent-ttl"
    assert "2026-11-21T19:00:00Z" in finding.summary
    assert "--allow" not in (finding.hint or "")
    assert list(judge_parting(parting(), gone, now=end)) == []


def test_without_a_ttl_that_was_seen_two_days_are_waited() -> None:
    first = note_sighting(Sighting(), parting(NOTHING), now=NOW, allowed=False)
    assert wait_until(first) == NOW + datetime.timedelta(days=2)
    assert codes(parting(NOTHING), first) == ["parent-ttl"]


def test_a_delegation_that_came_back_begins_the_wait_anew() -> None:
    seen = note_sighting(LONG_AGO, parting(TO_US), now=NOW, allowed=False)
    assert (seen.gone, seen.seen) == (None, NOW)


def test_a_smaller_ttl_does_not_shorten_the_wait() -> None:
    before = Sighting(NOW, 86400)
    assert note_sighting(before, parting(TO_US), now=NOW, allowed=False).ns_ttl == 86400


def test_silence_does_not_start_the_wait_unless_it_is_allowed() -> None:
    half = parting(NOTHING, SILENT)
    assert note_sighting(Sighting(), half, now=NOW, allowed=False) == Sighting()
    assert note_sighting(Sighting(), half, now=NOW, allowed=True) == Sighting(gone=NOW)


def test_where_nobody_can_be_asked_only_what_was_seen_is_waited_for() -> None:
    unasked = parting(parents="no DNS")
    assert note_sighting(Sighting(), unasked, now=NOW, allowed=True) == Sighting()
    assert codes(unasked, Sighting()) == ["parent-unknown"]
    assert codes(unasked, Sighting(seen=NOW, ns_ttl=60)) == ["parent-unknown", "parent-ttl"]


def test_what_the_file_does_not_know_is_listed() -> None:
    other = zone(*AUTHORITY, "www.example.org. 300 A 192.0.2.9")
    (finding,) = judge_parting(parting(desired=other), LONG_AGO, now=NOW)

    assert finding.code == "unknown-records"
    assert "1 record sets that its file does not know: www.example.org. A" in finding.summary
    assert codes(parting(desired=None)) == ["unknown-records"]
    assert codes(parting(desired=zone(*CONTENTS, "more.example.org. 60 A 192.0.2.2"))) == []


def test_many_unknown_record_sets_are_counted() -> None:
    many = live(*(f"n{number}.example.org. 60 A 192.0.2.1" for number in range(30)))
    (finding,) = judge_parting(parting(live=many, desired=None), LONG_AGO, now=NOW)
    assert "and 10 more" in finding.summary


def test_what_cannot_be_written_down_is_never_deleted() -> None:
    odd = live(*CONTENTS, foreign=(Foreign(RRsetKey("odd.example.org.", "A"), "a traffic policy's"),))
    (finding,) = judge_parting(parting(live=odd), LONG_AGO, now=NOW)
    assert finding.code == "foreign-records"
    assert "odd.example.org. A (a traffic policy's)" in finding.summary


def test_protections_of_the_files_and_of_others_refuse() -> None:
    settings = ZoneSettings(protect=(parse_pattern("** A"),))
    locked = replace(
        live(*CONTENTS),
        protections=(
            Protection("www.example.org.", "A", "psfdns: ours"),
            Protection("example.org.", "NS", "theirs"),
        ),
    )
    found = list(judge_parting(parting(settings=settings, live=locked), LONG_AGO, now=NOW))
    assert [finding.code for finding in found] == ["protected", "foreign-protection"]
    assert "example.org. NS" in found[1].summary
    assert "www" not in found[1].summary


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"policy": Policy(("123456789012",)), "account": "210987654321"}, "account"),
        ({"policy": Policy(("123456789012",))}, "account"),
        ({"live": live(*CONTENTS, row=hosted(reference="by hand"))}, "not-adopted"),
        ({"live": live(*CONTENTS, row=hosted(linked_service="cloudmap"))}, "linked-service"),
        ({"signed": "its state is SIGNING"}, "dnssec"),
    ],
)
def test_whose_the_zone_is_counts(fields: dict[str, Any], code: str) -> None:
    assert codes(parting(**fields)) == [code]


def test_an_adopted_zone_or_one_that_need_not_be_is_ours() -> None:
    strange: LiveZone = live(*CONTENTS, row=hosted(reference="by hand"))
    assert codes(parting(live=strange, settings=ZoneSettings(id="Z1"))) == []
    assert codes(parting(live=strange, policy=Policy(None, adopted_only=False))) == []


def test_sightings_are_kept_between_runs_for_the_owner_alone(tmp_path: Path) -> None:
    kept = {"a. Z1": Sighting(NOW, 60, None), "b. Z2": Sighting(None, None, NOW)}
    assert load_sightings(tmp_path / "cache") == {}

    store_sightings(tmp_path / "cache", kept)

    assert load_sightings(tmp_path / "cache") == kept
    assert (tmp_path / "cache" / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "other"}', '{"format": "psfdns-delegations/1"}'])
def test_a_damaged_memory_is_an_error_with_its_path(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(PsfdnsError, match=r"delegations\.json: cannot be read"):
        load_sightings(tmp_path)


def test_a_memory_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(PsfdnsError, match="cannot be written"):
        store_sightings(tmp_path / "cache", {})
