from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.diagnostics import Span
from psfdns.errors import UnpackableError
from psfdns.plans.diff import diff_zones
from psfdns.plans.plan import Change
from psfdns.records import SELF_ZONE, Alias, RRset, RRsetKey, Zone
from psfdns.route53.batches import Batch, pack_changes
from psfdns.route53.packing import LIMITS, Limits
from psfdns.routing import Weighted
from psfdns.rrsets import to_api

ORIGIN = "example.org."
ZONE_ID = "Z1"
NAMES = [f"{label}.{ORIGIN}" for label in "abcdef"]


def address(name: str, *values: str, ttl: int = 300) -> RRset:
    return RRset(RRsetKey(name, "A"), ttl, tuple(sorted(values or ("192.0.2.1",))))


def alias(name: str, target: str, *, zone_id: str = SELF_ZONE) -> RRset:
    return RRset(RRsetKey(name, "A"), None, alias=Alias(target, zone_id, evaluate_target_health=False))


def canonical_name(name: str, target: str) -> RRset:
    return RRset(RRsetKey(name, "CNAME"), 300, (target,))


def weighted(name: str, identifier: str, *, ttl: int) -> RRset:
    return RRset(RRsetKey(name, "A", identifier), ttl, ("192.0.2.1",), routing=Weighted(1))


def create(rrset: RRset) -> Change:
    return Change(None, rrset)


def delete(rrset: RRset) -> Change:
    return Change(rrset, None)


def pack(
    changes: Sequence[Change], limits: Limits = LIMITS, spelled: dict[RRsetKey, Any] | None = None
) -> tuple[Batch, ...]:
    given_spelling = {c.key: to_api(c.before, zone_id=ZONE_ID) for c in changes if c.before is not None}
    return pack_changes(
        changes,
        spelled=given_spelling if spelled is None else spelled,
        origin=ORIGIN,
        zone_id=ZONE_ID,
        limits=limits,
    )


def said(batch: Batch) -> list[str]:
    """`CREATE a A` for each entry."""
    return [
        f"{entry['Action']} {entry['ResourceRecordSet']['Name'].removesuffix('.' + ORIGIN)}"
        f" {entry['ResourceRecordSet']['Type']}"
        for entry in batch.entries()
    ]


def test_an_update_deletes_exactly_what_was_read_and_creates_what_is_wanted() -> None:
    change = Change(address("a.example.org."), address("a.example.org.", "192.0.2.9"))
    read = {"Name": "a.example.org.", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "192.0.2.001"}]}
    (batch,) = pack([change], spelled={change.key: read})
    assert batch.entries()[0] == {"Action": "DELETE", "ResourceRecordSet": read}
    assert batch.entries()[1]["Action"] == "CREATE"
    assert batch.entries()[1]["ResourceRecordSet"]["ResourceRecords"] == [{"Value": "192.0.2.9"}]
    assert (batch.elements, batch.characters) == (2, 20)


def test_only_the_apex_authority_is_upserted_and_counts_double() -> None:
    servers = RRset(RRsetKey(ORIGIN, "NS"), 300, ("ns1.example.net.", "ns2.example.net."))
    below = RRset(RRsetKey("sub.example.org.", "NS"), 300, ("ns1.example.net.",))
    (batch,) = pack([create(servers), create(below)])
    assert said(batch) == ["UPSERT example.org. NS", "CREATE sub NS"]
    assert (batch.elements, batch.characters) == (2 * 2 + 1, 2 * 32 + 16)


def test_deletes_stand_before_everything_else() -> None:
    changes = [
        create(address("a.example.org.")),
        delete(canonical_name("a.example.org.", "x.example.net.")),
        Change(address("b.example.org."), address("b.example.org.", ttl=60)),
        delete(address("c.example.org.")),
    ]
    (batch,) = pack(changes)
    assert said(batch) == ["DELETE a CNAME", "DELETE b A", "DELETE c A", "CREATE a A", "CREATE b A"]


def test_a_swap_of_types_at_a_name_is_never_split() -> None:
    changes = [
        change
        for name in NAMES
        for change in (delete(canonical_name(name, "x.example.net.")), create(address(name)))
    ]
    batches = pack(changes, Limits(elements=5))
    assert len(batches) == 3
    for batch in batches:
        assert {f"CREATE {e[7]} A" for e in said(batch) if e.startswith("DELETE")} <= set(said(batch))


def test_a_weighted_group_whose_ttl_changes_is_never_split() -> None:
    group = [
        Change(weighted("w.example.org.", str(n), ttl=60), weighted("w.example.org.", str(n), ttl=300))
        for n in range(4)
    ]
    batches = pack([*group, *(create(address(name)) for name in NAMES)], Limits(elements=8))
    assert len([batch for batch in batches if any("w A" in entry for entry in said(batch))]) == 1


def test_a_new_alias_comes_after_its_new_target_in_the_batch() -> None:
    changes = [
        create(alias("a.example.org.", "b.example.org.")),
        create(alias("b.example.org.", "c.example.org.")),
        create(address("c.example.org.")),
    ]
    (batch,) = pack(changes)
    assert said(batch) == ["CREATE c A", "CREATE b A", "CREATE a A"]


def test_a_new_alias_comes_after_its_updated_target_in_the_batch() -> None:
    target = Change(address("z.example.org."), address("z.example.org.", ttl=60))
    (batch,) = pack([create(alias("a.example.org.", "z.example.org.")), target])
    assert said(batch) == ["DELETE z A", "CREATE z A", "CREATE a A"]


def test_an_alias_is_deleted_before_its_target() -> None:
    changes = [
        delete(address("a.example.org.")),
        delete(alias("b.example.org.", "a.example.org.")),
        delete(alias("c.example.org.", "b.example.org.", zone_id=ZONE_ID)),
    ]
    (batch,) = pack(changes)
    assert said(batch) == ["DELETE c A", "DELETE b A", "DELETE a A"]


def test_aliases_and_targets_keep_their_order_across_batches() -> None:
    new = [create(alias(NAMES[n], NAMES[n + 1])) for n in range(5)] + [create(address(NAMES[5]))]
    order = [line for batch in pack(new, Limits(elements=1)) for line in said(batch)]
    assert order == [f"CREATE {label} A" for label in "fedcba"]
    old = [Change(change.after, None) for change in reversed(new)]
    order = [line for batch in pack(old, Limits(elements=1)) for line in said(batch)]
    assert order == [f"DELETE {label} A" for label in "abcdef"]


def test_an_alias_into_another_zone_waits_for_nothing() -> None:
    elsewhere = alias("a.example.org.", "b.example.org.", zone_id="Z2FDTNDATAQYW2")
    batches = pack([create(elsewhere), create(address("b.example.org."))], Limits(elements=1))
    assert said(batches[0]) == ["CREATE a A"]


def test_names_that_wait_for_each_other_stay_together() -> None:
    """b's new alias needs a's A; b's AAAA may go only after the alias a AAAA that points at it."""

    def other(rrset: RRset) -> RRset:
        return RRset(
            RRsetKey(rrset.name, "AAAA"), rrset.ttl, ("2001:db8::1",) if not rrset.alias else (), rrset.alias
        )

    changes = [
        create(address("a.example.org.")),
        create(alias("b.example.org.", "a.example.org.")),
        delete(other(alias("b.example.org.", "a.example.org."))),
        delete(other(address("a.example.org."))),
        create(other(alias("c.example.org.", "d.example.org."))),
        create(alias("d.example.org.", "c.example.org.")),
        create(other(address("d.example.org."))),
        create(address("c.example.org.")),
    ]
    batches = pack(changes, Limits(elements=4))
    assert [sorted(line.split()[1] for line in said(batch)) for batch in batches] in (
        [["a", "a", "b", "b"], ["c", "c", "d", "d"]],
        [["c", "c", "d", "d"], ["a", "a", "b", "b"]],
    )


def test_aliases_in_a_circle_are_left_for_route53_to_refuse() -> None:
    circle = [
        create(alias("a.example.org.", "b.example.org.")),
        create(alias("b.example.org.", "a.example.org.")),
    ]
    (batch,) = pack(circle)
    assert len(batch.entries()) == 2


def test_what_cannot_be_made_in_one_request_is_refused_by_name_and_place() -> None:
    values = tuple(f'"{number:04} {"x" * 200}"' for number in range(160))
    big = RRset(
        RRsetKey("big.example.org.", "TXT"), 300, values, spans=(Span("zones/t/example.org.zone", 7, 7),)
    )
    small = create(address("a.example.org."))
    with pytest.raises(UnpackableError) as caught:
        pack([create(big), small])
    (finding,) = caught.value.diagnostics
    assert finding.code == "too-big-for-one-request"
    assert finding.summary.startswith(
        "big.example.org. TXT: the change holds 160 values of 33,120 characters"
    )
    assert str(finding.span) == "zones/t/example.org.zone:7"


def test_limits_count_route53s_spelling_of_values() -> None:
    text = RRset(RRsetKey("a.example.org.", "TXT"), 300, ('"' + "\\228" * 60 + '"', '"a;b"'))
    (batch,) = pack([create(text)])
    sent = [record["Value"] for record in batch.entries()[0]["ResourceRecordSet"]["ResourceRecords"]]
    assert batch.characters == sum(map(len, sent))


@st.composite
def zones(draw: st.DrawFn) -> Zone:
    """Six names, each absent, addresses, a CNAME, a weighted group, or an alias to an earlier name."""
    rrsets: list[RRset] = []
    with_address: list[str] = []
    for name in NAMES:
        kind = draw(st.sampled_from(["none", "address", "cname", "weighted", "alias", "alias"]))
        if kind == "alias" and with_address:
            rrsets.append(alias(name, draw(st.sampled_from(with_address))))
        elif kind == "address":
            count = draw(st.integers(1, 2))
            rrsets.append(
                address(name, *(f"192.0.2.{n}" for n in range(count)), ttl=draw(st.sampled_from([60, 300])))
            )
        elif kind == "cname":
            rrsets.append(canonical_name(name, draw(st.sampled_from(["x.example.net.", "y.example.net."]))))
            continue
        elif kind == "weighted":
            ttl = draw(st.sampled_from([60, 300]))
            rrsets += [weighted(name, str(n), ttl=ttl) for n in range(draw(st.integers(1, 2)))]
        else:
            continue
        with_address.append(name)
    return Zone(ORIGIN, {rrset.key: rrset for rrset in rrsets})


def reversed_names(zone: Zone) -> Zone:
    """The same zone with the names swapped end for end, so that aliases point the other way."""
    other = dict(zip(NAMES, reversed(NAMES), strict=True))
    rrsets = [
        RRset(
            RRsetKey(other[rrset.name], *rrset.key[1:]),
            rrset.ttl,
            rrset.values,
            rrset.alias and Alias(other[rrset.alias.name], SELF_ZONE, evaluate_target_health=False),
            rrset.routing,
        )
        for rrset in zone.rrsets.values()
    ]
    return Zone(zone.origin, {rrset.key: rrset for rrset in rrsets})


Live = dict[RRsetKey, dict[str, Any]]


def targets(live: Live) -> Iterator[tuple[str, str]]:
    for entry in live.values():
        if "AliasTarget" in entry:
            yield entry["AliasTarget"]["DNSName"], entry["Type"]


def make(live: Live, batch: Batch) -> None:
    """What Route 53 does with a batch, with its rules about names and aliases."""
    for entry in batch.entries():
        rrset = dict(entry["ResourceRecordSet"])
        key = RRsetKey(rrset["Name"], rrset["Type"], rrset.get("SetIdentifier"))
        if entry["Action"] == "DELETE":
            assert live.pop(key) == rrset
        else:
            assert key not in live
            if "AliasTarget" in rrset:
                target = (rrset["AliasTarget"]["DNSName"], rrset["Type"])
                assert target in {other[:2] for other in live}, "an alias needs its target"
            live[key] = rrset
    places = {key[:2] for key in live}
    assert set(targets(live)) <= places, "a target may not go before its alias"
    for name, kind in places:
        assert kind != "CNAME" or len([other for other in places if other[0] == name]) == 1
        group = [entry for key, entry in live.items() if key[:2] == (name, kind) and "TTL" in entry]
        assert len({entry["TTL"] for entry in group}) <= 1
        assert len({"SetIdentifier" in entry for entry in group}) <= 1


@given(
    before=zones(),
    after=st.one_of(zones(), zones().map(reversed_names)),
    elements=st.sampled_from([4, 6, 1000]),
)
def test_the_batches_of_any_difference_are_each_acceptable_and_end_at_what_is_wanted(
    before: Zone, after: Zone, elements: int
) -> None:
    changes = diff_zones(desired=after, live=before)
    live: Live = {key: to_api(rrset, zone_id=ZONE_ID) for key, rrset in before.rrsets.items()}
    try:
        batches = pack(changes, Limits(elements=elements))
    except UnpackableError:
        return
    for batch in batches:
        assert batch.elements <= elements
        make(live, batch)
    assert live == {key: to_api(rrset, zone_id=ZONE_ID) for key, rrset in after.rrsets.items()}
    made = [change for batch in batches for change in batch.changes]
    assert sorted(made, key=lambda change: str(change.key)) == sorted(
        changes, key=lambda change: str(change.key)
    )
    names = [{change.key.name for change in batch.changes} for batch in batches]
    assert sum(map(len, names)) == len(set().union(*names)), "a name is in one batch only"
