"""`protect` of tenant.toml as Route 53's own protections, through the command line."""

from __future__ import annotations

import json
from typing import Any

from psfdns.cli.options import Options
from psfdns.cli.planning import plan_zones
from psfdns.cli.repository import select_zones
from psfdns.cli.wiring import open_access, open_repository, open_workspace
from tests.cli.ground import Ground

PROTECT = '[zones."alpha.test"]\nprotect = ["www A", "** MX"]\n'


def protect(ground: Ground) -> None:
    manifest = ground.root / "zones" / "one" / "tenant.toml"
    manifest.write_text(manifest.read_text() + PROTECT)


def plan(ground: Ground) -> list[dict[str, Any]]:
    code, out, err = ground.run("plan", "--json")
    assert (code, err) == (0, "")
    zones: list[dict[str, Any]] = json.loads(out)["zones"]
    return zones


def protections(ground: Ground, zone: str) -> list[tuple[str, str, str]]:
    (zone_id,) = [z["Id"] for z in ground.call("ListHostedZones")["HostedZones"] if z["Name"] == zone]
    answer = ground.call("ListResourceRecordSetProtections", HostedZoneId=zone_id.rpartition("/")[2])
    rows = answer["ResourceRecordSetProtections"]
    return [(row["RecordName"], row["RecordType"], row.get("Comment", "")) for row in rows]


def sent_by_a_plan(ground: Ground) -> dict[str, int]:
    workspace = open_workspace(Options(sandbox=True))
    repository = open_repository(workspace)
    access = open_access(workspace)
    plan_zones(workspace, repository, select_zones(repository), access.host)
    return dict(access.budget.sent)


COMMENT = 'psfdns: protect = "www A" in zones/one/tenant.toml'


def test_an_exact_pattern_is_set_shown_kept_and_taken_away(ground: Ground) -> None:
    ground.apply()
    protect(ground)

    alpha, _ = plan(ground)
    assert alpha["settings"] == [{"name": "protection www.alpha.test. A", "before": None, "after": COMMENT}]
    ground.apply()
    assert protections(ground, "alpha.test.") == [("www.alpha.test.", "A", COMMENT)]
    assert [zone["action"] for zone in plan(ground)] == ["none", "none"]

    manifest = ground.root / "zones" / "one" / "tenant.toml"
    manifest.write_text(manifest.read_text().replace('"www A"', '"@ TXT"'))
    ground.apply()
    assert [row[:2] for row in protections(ground, "alpha.test.")] == [("alpha.test.", "TXT")]


def test_a_protected_set_changes_only_with_allow_and_is_protected_afterwards(ground: Ground) -> None:
    protect(ground)
    ground.apply()
    ground.write("one", "alpha.test", "www A 192.0.2.9", "@ TXT hello")

    code, _, err = ground.run("apply", "--yes")
    assert code == 1
    assert "--allow protected=alpha.test" in err

    ground.apply("--allow", "protected=alpha.test")
    assert "www.alpha.test. A 192.0.2.9" in ground.live()
    assert protections(ground, "alpha.test.") == [("www.alpha.test.", "A", COMMENT)]


def test_a_lock_that_was_left_off_is_put_back_by_the_next_apply(ground: Ground) -> None:
    protect(ground)
    ground.apply()
    (zone_id,) = [z["Id"] for z in ground.call("ListHostedZones")["HostedZones"] if "alpha" in z["Name"]]
    ground.call(
        "DeleteResourceRecordSetProtections",
        HostedZoneId=zone_id.rpartition("/")[2],
        Protections=[{"RecordName": "www.alpha.test", "RecordType": "A"}],
    )

    assert plan(ground)[0]["settings"][0]["after"] == COMMENT
    ground.apply()
    assert len(protections(ground, "alpha.test.")) == 1


def test_only_zones_with_exact_patterns_or_changes_cost_a_request_more(ground: Ground) -> None:
    ground.apply()
    plain = {"ListHostedZones": 1, "ListResourceRecordSets": 2}
    assert sent_by_a_plan(ground) == plain

    protect(ground)
    assert sent_by_a_plan(ground) == {**plain, "ListResourceRecordSetProtections": 1}

    ground.write("two", "beta.test", "www A 192.0.2.4")
    assert sent_by_a_plan(ground) == {**plain, "ListResourceRecordSetProtections": 2}
