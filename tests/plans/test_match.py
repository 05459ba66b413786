"""Which hosted zone belongs to which file: never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.plans.desired import HeldZone
from psfdns.plans.host import HostedZone
from psfdns.plans.match import Matching, caller_reference, is_ours, match_zones
from psfdns.plans.plan import UnmanagedZone
from tests.plans.samples import held, hosted, settings

ACCOUNT = "111122223333"


def reference(view: str | None = None, generation: int = 0, name: str = "example.org.") -> str:
    return caller_reference(account=ACCOUNT, name=name, view=view, generation=generation)


def matched(matching: Matching) -> dict[str, str]:
    return {label: zone.id for label, zone in matching.hosted.items()}


def codes(matching: Matching) -> dict[str, list[str]]:
    return {label: [finding.code for finding in found] for label, found in matching.findings.items()}


def test_a_reference_is_ours_fits_and_depends_on_everything_it_is_made_of() -> None:
    made = {
        caller_reference(account=account, name=name, view=view, generation=generation)
        for account in (None, "1", "2")
        for name in ("example.org.", "example.net.")
        for view in (None, "internal")
        for generation in (0, 1)
    }
    assert len(made) == 24
    assert all(is_ours(hosted(reference=text)) and len(text) <= 128 for text in made)
    assert reference() == reference()


def test_a_zone_is_found_by_its_name() -> None:
    matching = match_zones([held()], [hosted("example.net.", zone_id="Z9"), hosted()], account=ACCOUNT)
    assert matched(matching) == {"example.org.": "Z1"}
    assert matching.unmanaged == (UnmanagedZone("example.net.", "Z9"),)
    assert codes(matching) == {}


def test_a_zone_that_is_not_live_has_no_match_and_no_error() -> None:
    matching = match_zones([held()], [], account=ACCOUNT)
    assert (matched(matching), codes(matching), matching.unmanaged) == ({}, {}, ())


def test_public_and_private_zones_of_one_name_are_told_apart() -> None:
    files = [held(), held(view="internal", of=settings(private=True))]
    zones = [hosted(zone_id="ZPRIV", private=True, reference="x"), hosted(zone_id="ZPUB", reference="y")]
    matching = match_zones(files, zones, account=ACCOUNT)
    assert matched(matching) == {"example.org.": "ZPUB", "example.org.@internal": "ZPRIV"}
    assert codes(matching) == {}


def test_a_private_zone_does_not_stand_in_for_a_public_one() -> None:
    matching = match_zones([held()], [hosted(private=True)], account=ACCOUNT)
    assert matched(matching) == {}
    assert [zone.id for zone in matching.unmanaged] == ["Z1"]


def test_views_of_one_name_are_told_apart_by_our_references_of_any_generation() -> None:
    private = settings(private=True)
    files = [held(view="a", of=private), held(view="b", of=private)]
    zones = [
        hosted(zone_id="ZB", private=True, reference=reference("b", 7)),
        hosted(zone_id="ZA", private=True, reference=reference("a")),
    ]
    matching = match_zones(files, zones, account=ACCOUNT)
    assert matched(matching) == {"example.org.@a": "ZA", "example.org.@b": "ZB"}
    assert codes(matching) == {}


def test_two_live_zones_of_one_name_are_an_error_that_names_both() -> None:
    zones = [hosted(zone_id="Z1", reference="x"), hosted(zone_id="Z2", reference="y")]
    matching = match_zones([held()], zones, account=ACCOUNT)
    (finding,) = matching.findings["example.org."]
    assert finding.code == "ambiguous-zone"
    assert "Z1 and Z2" in finding.summary
    assert finding.hint is not None
    assert '[zones."example.org"] id' in finding.hint
    assert str(finding.span) == "zones/psf/example.org.zone"


def test_a_zone_made_by_hand_beside_ours_is_an_error_too() -> None:
    zones = [hosted(zone_id="ZHAND", reference="x"), hosted(zone_id="ZOURS", reference=reference())]
    assert codes(match_zones([held()], zones, account=ACCOUNT)) == {"example.org.": ["ambiguous-zone"]}


def test_a_zone_of_ours_whose_view_has_no_file_any_more_is_unmanaged() -> None:
    zones = [
        hosted(zone_id="ZOLD", reference=reference("old")),
        hosted(zone_id="ZOURS", reference=reference()),
    ]
    matching = match_zones([held()], zones, account=ACCOUNT)
    assert (matched(matching), codes(matching)) == ({"example.org.": "ZOURS"}, {})
    assert [zone.id for zone in matching.unmanaged] == ["ZOLD"]


def test_an_id_decides_between_two_live_zones() -> None:
    zones = [hosted(zone_id="Z1", reference="x"), hosted(zone_id="Z2", reference="y")]
    matching = match_zones([held(of=settings(zone_id="Z2"))], zones, account=ACCOUNT)
    assert (matched(matching), codes(matching)) == ({"example.org.": "Z2"}, {})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (hosted(zone_id="Z9"), "no hosted zone Z1"),
        (hosted("example.net."), "hosted zone Z1 is example.net."),
        (hosted(private=True), "hosted zone Z1 is private"),
    ],
)
def test_an_id_that_is_not_that_zones_is_an_error(row: HostedZone, said: str) -> None:
    matching = match_zones([held(of=settings(zone_id="Z1"))], [row], account=ACCOUNT)
    (finding,) = matching.findings["example.org."]
    assert finding.code == "zone-id"
    assert said in finding.summary
    assert matched(matching) == {}


def test_one_id_for_two_views_is_an_error_of_the_second() -> None:
    files = [held(of=settings(zone_id="Z1")), held(view="b", of=settings(zone_id="Z1"))]
    matching = match_zones(files, [hosted()], account=ACCOUNT)
    assert codes(matching) == {"example.org.@b": ["zone-id"]}


def test_a_zone_in_two_files_is_an_error_that_names_both() -> None:
    matching = match_zones([held(), held(tenant="pypa")], [hosted()], account=ACCOUNT)
    (finding,) = matching.findings["example.org."]
    assert finding.code == "zone-twice"
    assert "zones/psf/example.org.zone and zones/pypa/example.org.zone" in finding.summary


def test_a_zone_of_another_service_is_left_alone() -> None:
    matching = match_zones([held()], [hosted(linked_service="servicediscovery.example")], account=ACCOUNT)
    assert codes(matching) == {"example.org.": ["linked-service"]}


def test_a_second_view_without_a_zone_of_its_own_is_still_to_be_created() -> None:
    matching = match_zones([held(), held(view="b")], [hosted(reference="x")], account=ACCOUNT)
    assert matched(matching) == {"example.org.": "Z1"}
    assert codes(matching) == {}


def test_unmanaged_zones_stand_in_canonical_order() -> None:
    names = ["b.example.", "a.b.example.", "a.example."]
    zones = [hosted(name, zone_id=f"Z{number}") for number, name in enumerate(names)]
    matching = match_zones([], zones, account=None)
    assert [zone.name for zone in matching.unmanaged] == ["a.example.", "b.example.", "a.b.example."]


_rows = st.builds(
    hosted,
    st.sampled_from(["example.org.", "example.net."]),
    zone_id=st.sampled_from([f"Z{number}" for number in range(6)]),
    reference=st.sampled_from(["by hand", reference(), reference("a"), reference("b", 3), "psfdns:other"]),
    private=st.booleans(),
    linked_service=st.sampled_from([None, None, "servicediscovery.example"]),
)
_files = st.builds(
    held,
    st.sampled_from(["example.org.", "example.net."]),
    view=st.sampled_from([None, "a", "b"]),
    of=st.builds(settings, zone_id=st.sampled_from([None, None, "Z1", "Z2"]), private=st.booleans()),
)


@given(
    st.lists(_files, max_size=5, unique_by=lambda file: file.label),
    st.lists(_rows, max_size=6, unique_by=lambda row: row.id),
)
def test_no_hosted_zone_is_used_twice_or_forgotten(files: list[HeldZone], rows: list[HostedZone]) -> None:
    matching = match_zones(files, rows, account=ACCOUNT)
    used = [zone.id for zone in matching.hosted.values()]
    assert len(used) == len(set(used))
    assert sorted([*used, *(zone.id for zone in matching.unmanaged)]) == sorted(row.id for row in rows)
    for file in files:
        zone = matching.hosted.get(file.label)
        if zone is not None:
            assert (zone.name, zone.private) == (file.origin, file.private)
            assert file.settings.id in (None, zone.id)
        elif not any((row.name, row.private) == (file.origin, file.private) for row in rows):
            assert file.label not in matching.findings or file.settings.id is not None
        elif file.settings.id is not None:
            assert file.label in matching.findings, "an id never ends in a new zone"
