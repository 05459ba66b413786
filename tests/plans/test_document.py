"""The plan document: the contract's shape, a digest over what matters, and back again."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given

from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.plans.desired import DesiredZone
from psfdns.plans.document import PlanDocumentError, digest_document, parse_document, to_document
from psfdns.plans.host import Foreign, LiveZone
from psfdns.plans.make import plan_live_zone
from psfdns.plans.plan import Plan, Refusal, UnmanagedZone
from psfdns.records import Alias, RRset, RRsetKey, Zone
from psfdns.routing import Weighted
from psfdns.settings import ZoneSettings
from tests.plans.samples import desired, hosted, live, plan_of, whole_plan, with_rrsets, zone, zones

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def document_of(plan: Plan, commit: str | None = "abc") -> dict[str, Any]:
    return to_document(plan, created=NOW, commit=commit)


def rich_plan() -> Plan:
    """One of everything that a document can hold."""
    warning = Diagnostic(
        "reserved-name", Severity.WARNING, "reserved", Span("z.zone", 1, 2), "hint", "RFC 2606"
    )
    place = desired("www.example.org. 60 A 192.0.2.1", "www.example.org. 60 A 192.0.2.2")
    want = DesiredZone(
        place.origin, None, "psf", place.path, ZoneSettings(comment="new"), place.zone, (warning,)
    )
    assert want.zone is not None
    alias = Alias("lb.example.net.", "Z35SXDOTRQ7X7K", evaluate_target_health=True)
    routed = RRset(RRsetKey("a.example.org.", "A", "one"), None, (), alias, Weighted(0), "hc-1")
    before = live(
        "www.example.org. 86400 A 192.0.2.1",
        row=hosted(comment="old"),
        foreign=(Foreign(RRsetKey("x.example.org.", "A", "two"), "traffic policy"),),
    )
    plan = plan_live_zone(want, with_rrsets(want.zone, routed), before)
    new = plan_of(None, ['b.example.org. 60 TXT "x"'])
    refused = Refusal("example.org.", Diagnostic("apex", Severity.ERROR, "no", None, "--allow apex"))
    return Plan("111122223333", (plan, new), (UnmanagedZone("example.net.", "Z9"),), (refused,))


def test_the_document_has_the_contracts_shape() -> None:
    document = document_of(rich_plan())
    assert list(document) == [
        "format",
        "digest",
        "created",
        "commit",
        "account",
        "summary",
        "zones",
        "unmanaged_zones",
        "refused",
    ]
    assert document["format"] == "psfdns-plan/1"
    assert (document["created"], document["commit"]) == ("2026-11-20T18:00:00Z", "abc")
    assert document["summary"] == {"create": 2, "update": 1, "delete": 0, "zones_create": 1}
    assert document["unmanaged_zones"] == [{"name": "example.net.", "id": "Z9"}]
    assert document["refused"] == [
        {
            "zone": "example.org.",
            "code": "apex",
            "severity": "error",
            "summary": "no",
            "path": None,
            "line": None,
            "hint": "--allow apex",
            "reference": None,
        }
    ]


def test_a_zone_has_the_contracts_shape() -> None:
    zone_shape = document_of(rich_plan())["zones"][0]
    digests = {name: zone_shape.pop(name) for name in ("desired_digest", "live_digest")}
    assert all(text.startswith("sha256:") and len(text) == 71 for text in digests.values())
    changes = zone_shape.pop("changes")
    assert zone_shape == {
        "name": "example.org.",
        "view": None,
        "id": "Z1",
        "tenant": "psf",
        "private": False,
        "action": "change",
        "settings": [{"name": "comment", "before": "old", "after": "new"}],
        "foreign": [
            {"name": "x.example.org.", "type": "A", "set_identifier": "two", "reason": "traffic policy"}
        ],
        "findings": [
            {
                "code": "reserved-name",
                "severity": "warning",
                "summary": "reserved",
                "path": "z.zone",
                "line": 1,
                "hint": "hint",
                "reference": "RFC 2606",
            }
        ],
    }
    assert changes == [
        {
            "action": "create",
            "name": "a.example.org.",
            "type": "A",
            "set_identifier": "one",
            "before": None,
            "after": {
                "ttl": None,
                "values": [],
                "alias": {
                    "name": "lb.example.net.",
                    "zone_id": "Z35SXDOTRQ7X7K",
                    "evaluate_target_health": True,
                },
                "routing": {"policy": "weighted", "weight": 0},
                "health_check": "hc-1",
            },
            "source": None,
            "cached_for": 900,
        },
        {
            "action": "update",
            "name": "www.example.org.",
            "type": "A",
            "set_identifier": None,
            "before": {
                "ttl": 86400,
                "values": ["192.0.2.1"],
                "alias": None,
                "routing": None,
                "health_check": None,
            },
            "after": {
                "ttl": 60,
                "values": ["192.0.2.1", "192.0.2.2"],
                "alias": None,
                "routing": None,
                "health_check": None,
            },
            "source": {"path": "zones/psf/example.org.zone", "line": 2},
            "cached_for": 86400,
        },
    ]


def test_an_in_sync_zone_is_listed_without_changes() -> None:
    (shape,) = document_of(whole_plan(plan_of([], [])))["zones"]
    assert (shape["action"], shape["changes"]) == ("none", [])
    assert shape["desired_digest"] == shape["live_digest"]


def test_the_digest_covers_everything_but_itself_the_time_and_the_commit() -> None:
    document = document_of(rich_plan())
    later = to_document(rich_plan(), created=NOW + timedelta(days=1), commit=None)
    assert later["digest"] == document["digest"]
    covered = {key: value for key, value in document.items() if key not in ("digest", "created", "commit")}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"))
    assert document["digest"] == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    document = to_document(whole_plan(), created=NOW.astimezone(timezone(timedelta(hours=9))), commit=None)
    assert document["created"] == "2026-11-20T18:00:00Z"


def test_a_document_reads_back_as_the_same_document() -> None:
    document = document_of(rich_plan())
    plan, again = parse_document(json.dumps(document))
    assert again == document
    assert document_of(plan) == document
    assert str(plan.zones[0].changes[1].after.span) == "zones/psf/example.org.zone:2"  # type: ignore[union-attr]


@given(zones(), zones())
def test_any_two_zones_plan_reads_back(want: Zone, there: Zone) -> None:
    place = desired()
    plan = whole_plan(plan_live_zone(place, want, LiveZone(hosted(), there, {})))
    document = document_of(plan)
    read, _ = parse_document(json.dumps(document))
    assert [zone.changes for zone in read.zones] == [zone.changes for zone in plan.zones]
    assert document_of(read) == document


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"format": "psfdns-plan/2"}',
        '{"format": "psfdns-plan/1"}',
        "\x00",
    ],
)
def test_what_is_no_plan_is_refused_in_words(text: str) -> None:
    with pytest.raises(PlanDocumentError):
        parse_document(text)


def test_an_edited_plan_is_refused() -> None:
    document = document_of(rich_plan())
    document["zones"][0]["changes"][1]["after"]["values"] = ["192.0.2.66"]
    with pytest.raises(PlanDocumentError, match="damaged or edited"):
        parse_document(json.dumps(document))


@pytest.mark.parametrize("spoiled", ["zones", "account", "refused"])
def test_a_plan_of_another_shape_is_refused_even_with_a_right_digest(spoiled: str) -> None:
    document = document_of(rich_plan())
    del document[spoiled]
    document["digest"] = digest_document(document)
    with pytest.raises(PlanDocumentError, match="unexpected shape"):
        parse_document(json.dumps(document))


@pytest.mark.parametrize(
    ("place", "forged"),
    [
        (("name",), ["example.org."]),
        (("view",), {}),
        (("settings", 0, "name"), ["tags"]),
        (("changes", 0, "name"), 5),
        (("changes", 0, "type"), {"A": 1}),
        (("changes", 0, "set_identifier"), ["one"]),
        (("changes", 0, "after", "values", 0), 10**30),
        (("changes", 0, "after", "values", 0), None),
    ],
)
def test_what_is_no_text_where_text_belongs_is_refused_even_with_a_right_digest(
    place: tuple[str | int, ...], forged: object
) -> None:
    new_zone = plan_of(None, ["a.example.org. 60 A 192.0.2.1"])
    document = document_of(Plan("sandbox", (new_zone,)))
    holder: Any = document["zones"][0]
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = forged
    document["digest"] = digest_document(document)
    with pytest.raises(PlanDocumentError, match="unexpected shape"):
        parse_document(json.dumps(document))


def test_two_zones_that_hold_the_same_have_the_same_digest() -> None:
    lines = ["a.example.org. 60 A 192.0.2.1", "b.example.org. 60 A 192.0.2.1"]
    assert plan_of(lines, lines[::-1]).desired_digest == plan_of(lines, lines).live_digest
    assert zone(*lines).rrsets.keys() == zone(*lines[::-1]).rrsets.keys()
