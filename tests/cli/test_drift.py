"""`psfdns drift` for a cron job: silent while all is well, and never silent about anything else."""

from __future__ import annotations

import json
import shutil

import pytest

import psfdns.cli.wiring
from psfdns.errors import HostError
from tests.cli.ground import Ground


@pytest.fixture
def applied(ground: Ground) -> Ground:
    ground.apply()
    return ground


def edit_by_hand(ground: Ground) -> None:
    """Somebody deletes www.alpha.test in the console."""
    zones = {zone["Name"]: zone["Id"] for zone in ground.call("ListHostedZones")["HostedZones"]}
    record = {"Name": "www.alpha.test.", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    change = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]}
    ground.call("ChangeResourceRecordSets", HostedZoneId=zones["alpha.test."], ChangeBatch=change)


def test_nothing_is_said_while_nothing_differs(applied: Ground) -> None:
    assert applied.run("drift") == (0, "", "")


def test_what_somebody_did_by_hand_is_shown_with_its_line(applied: Ground) -> None:
    edit_by_hand(applied)
    code, out, err = applied.run("drift")
    assert (code, err) == (2, "")
    assert "create www.alpha.test. A" in out
    assert "zones/one/alpha.test.zone:2" in out
    assert "beta.test" not in out
    assert out.endswith("Drift: 1 zone differs from its file, 1 in sync.\n")


def test_a_monitor_reads_each_zone_and_its_status(applied: Ground) -> None:
    edit_by_hand(applied)
    code, out, _ = applied.run("drift", "--json")
    document = json.loads(out)
    assert code == 2
    assert document["format"] == "psfdns-drift/1"
    assert document["summary"] == {"in-sync": 1, "drifted": 1, "unknown": 0}
    alpha, beta = document["zones"]
    assert (alpha["name"], alpha["status"], beta["status"]) == ("alpha.test.", "drifted", "in-sync")
    assert [change["action"] for change in alpha["changes"]] == ["create"]


def test_a_zone_that_is_not_there_differs(ground: Ground) -> None:
    ground.apply("alpha.test")
    code, out, _ = ground.run("drift", "--json")
    assert code == 2
    beta = json.loads(out)["zones"][1]
    assert (beta["status"], beta["why"]) == ("drifted", "there is no such zone at Route 53")


def test_a_broken_file_is_unknown_and_worse_than_nothing_but_not_than_drift(applied: Ground) -> None:
    applied.write("two", "beta.test", "www A 192.0.2.300")
    code, out, _ = applied.run("drift")
    assert code == 3
    assert "zones/two/beta.test.zone:2: error:" in out
    edit_by_hand(applied)
    assert applied.run("drift")[0] == 2


def test_an_account_that_cannot_be_read_is_unknown_never_fine(
    applied: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise HostError("Route 53", "list the hosted zones", "not allowed", hint="ask\x1b for more")

    monkeypatch.setattr(psfdns.cli.wiring, "open_access", refuse)
    code, out, _ = applied.run("drift")
    assert code == 3
    assert out.startswith("error: Route 53: list the hosted zones: not allowed\nhint: ask\\x1b for more\n")
    code, out, _ = applied.run("drift", "--json")
    assert code == 3
    assert json.loads(out)["summary"] == {"in-sync": 0, "drifted": 0, "unknown": 2}


def test_zones_and_tenants_are_selected(applied: Ground) -> None:
    edit_by_hand(applied)
    assert applied.run("drift", "beta.test")[0] == 0
    assert applied.run("drift", "--tenant", "one")[0] == 2
    assert applied.run("drift", "gamma.test")[0] == 64


def test_what_was_done_by_hand_since_our_last_apply_is_told_apart_from_an_edited_file(
    applied: Ground,
) -> None:
    edit_by_hand(applied)
    applied.write("two", "beta.test", "www A 192.0.2.99")
    _, out, _ = applied.run("drift")
    alpha, beta = out.split("beta.test.  (tenant", 1)
    assert "Changed at Route 53 since the last apply from here" in alpha
    assert "  - DELETE www.alpha.test. A" in alpha
    assert "nobody changed it there" in beta


def test_another_writers_record_sets_are_no_news(applied: Ground) -> None:
    zones = {zone["Name"]: zone["Id"] for zone in applied.call("ListHostedZones")["HostedZones"]}
    record = {
        "Name": "_acme-challenge.alpha.test.",
        "Type": "TXT",
        "TTL": 60,
        "ResourceRecords": [{"Value": '"token"'}],
    }
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    applied.call("ChangeResourceRecordSets", HostedZoneId=zones["alpha.test."], ChangeBatch=change)
    assert applied.run("drift") == (0, "", "")
    edit_by_hand(applied)
    _, out, _ = applied.run("drift", "--json")
    since = json.loads(out)["zones"][0]["since_apply"]
    assert [(change["action"], change["name"]) for change in since["changes"]] == [
        ("delete", "www.alpha.test.")
    ]


def test_without_a_journal_nothing_is_claimed_about_what_was(applied: Ground) -> None:
    shutil.rmtree(applied.root / ".psfdns" / "journal")
    edit_by_hand(applied)
    code, out, _ = applied.run("drift", "--json")
    assert code == 2
    assert json.loads(out)["zones"][0]["since_apply"] is None
    assert "last apply" not in applied.run("drift")[1]
