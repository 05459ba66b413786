"""`psfdns zone delete` in the sandbox, with parents that say what a test wants."""

from __future__ import annotations

import datetime
import json
import shlex
from typing import Any

import pytest

from psfdns.cli import resolving, wiring
from psfdns.cli.zone import deleting
from psfdns.lookup.answer import Failure, Question, Reason
from psfdns.lookup.parents import Delegation, NameServer, ParentView
from psfdns.lookup.server import Server
from tests.cli.ground import Ground

START = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)


class Outside:
    """The parents of every zone, and the time."""

    def __init__(self) -> None:
        self.now = START
        self.said: dict[str, Delegation | Failure] = {"ns.parent.example.": Delegation()}

    def find_parents(self, zone: str) -> ParentView:
        heard = [(NameServer(name, Server("192.0.2.53")), said) for name, said in self.said.items()]
        return ParentView(zone, "test.", tuple(heard))

    def pass_(self, **time: float) -> None:
        self.now += datetime.timedelta(**time)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    made = Outside()
    monkeypatch.setattr(resolving, "open_walk", lambda *_: made)
    monkeypatch.setattr(wiring, "now", lambda: made.now)
    return made


def zones(ground: Ground) -> list[str]:
    return [zone["Name"] for zone in ground.call("ListHostedZones")["HostedZones"]]


def id_of(ground: Ground, name: str) -> str:
    (found,) = [z["Id"] for z in ground.call("ListHostedZones")["HostedZones"] if z["Name"] == name]
    return str(found.rpartition("/")[2])


def wait_out(ground: Ground, outside: Outside) -> None:
    """A first look that finds the delegation gone, and the two days after it."""
    assert ground.run("zone", "delete", "alpha.test", "--yes")[0] == 1
    outside.pass_(days=2)


def test_a_zone_that_was_let_go_is_deleted_whole_and_can_be_made_again(
    ground: Ground, outside: Outside
) -> None:
    ground.apply()
    before = [line for line in ground.live() if "alpha" in line]
    wait_out(ground, outside)

    code, out, err = ground.run("zone", "delete", "Alpha.test.", "--yes", "--json")

    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["format"] == "psfdns-zone-delete/1"
    assert (document["deleted"], document["record_sets_deleted"]) == (True, 2)
    assert zones(ground) == ["beta.test."]
    remembered = json.loads((ground.root / ".psfdns" / "cache" / "delegations.json").read_text())
    assert remembered["zones"] == {}
    entry = json.loads(ground.run("history", document["journal"], "--json")[1])
    assert "zone-delete" in json.dumps(entry)

    (ground.root / "zones" / "one" / "alpha.test.zone").unlink()
    importing, applying = (shlex.split(part) for part in document["restore"].split(" && "))
    assert ground.run(*importing[1:])[0] == 0
    assert ground.run("-q", *applying[1:], "--yes", "--no-wait")[0] == 0
    assert [line for line in ground.live() if "alpha" in line] == before


def test_text_says_what_was_done_how_to_undo_it_and_that_the_file_remains(
    ground: Ground, outside: Outside
) -> None:
    ground.apply()
    wait_out(ground, outside)

    code, out, _ = ground.run("zone", "delete", "alpha.test", "--yes")

    assert code == 0
    assert "deleted, with 2 record sets in 1 request" in out
    assert "psfdns history 2026" in out
    assert "remove zones/one/alpha.test.zone" in out


def test_nothing_is_changed_while_a_parent_delegates_and_all_reasons_are_said(
    ground: Ground, outside: Outside
) -> None:
    ground.apply()
    servers = ground.call("GetHostedZone", Id=id_of(ground, "alpha.test."))["DelegationSet"]["NameServers"]
    outside.said["other.parent.example."] = Delegation((f"{servers[0]}.",), 3600, ("1 13 2 AB",), 60)
    outside.said["silent.parent.example."] = Failure(None, Question("alpha.test.", "NS"), Reason.TIMEOUT)

    code, out, err = ground.run("zone", "delete", "alpha.test", "--yes", "--json")

    assert code == 1
    assert [finding["code"] for finding in json.loads(out)["refused"]] == [
        "delegated",
        "ds-at-parent",
        "parent-unknown",
    ]
    assert "error: alpha.test is not deleted" in err
    assert "alpha.test." in zones(ground)

    code, out, _ = ground.run("zone", "delete", "alpha.test", "--yes", "--json", "--allow", "parent-unknown")
    assert code == 1
    assert [f["code"] for f in json.loads(out)["refused"]] == ["delegated", "ds-at-parent"]


def test_the_ttl_seen_at_the_parent_is_waited_for_over_several_runs(ground: Ground, outside: Outside) -> None:
    ground.apply()
    (server, *_) = ground.call("GetHostedZone", Id=id_of(ground, "alpha.test."))["DelegationSet"][
        "NameServers"
    ]
    outside.said["ns.parent.example."] = Delegation((f"{server}.",), 7200)
    ground.run("zone", "delete", "alpha.test", "--yes")
    outside.pass_(hours=1)
    outside.said["ns.parent.example."] = Delegation()

    code, out, _ = ground.run("zone", "delete", "alpha.test", "--yes", "--json", "--allow", "parent-unknown")
    assert code == 1
    assert json.loads(out)["wait_until"] == "2026-11-21T15:00:00Z"
    outside.pass_(hours=2, seconds=-1)
    assert ground.run("zone", "delete", "alpha.test", "--yes")[0] == 1
    outside.pass_(seconds=1)
    assert ground.run("zone", "delete", "alpha.test", "--yes")[0] == 0


def test_a_zone_of_the_same_name_made_again_waits_anew(ground: Ground, outside: Outside) -> None:
    ground.apply()
    wait_out(ground, outside)
    assert ground.run("zone", "delete", "alpha.test", "--yes")[0] == 0
    ground.apply()
    assert "parent-ttl" in ground.run("zone", "delete", "alpha.test", "--yes")[2]


def test_record_sets_that_the_file_does_not_know_are_listed_and_kept(
    ground: Ground, outside: Outside
) -> None:
    ground.apply()
    wait_out(ground, outside)
    ground.write("one", "alpha.test", "www A 192.0.2.1")

    code, _, err = ground.run("zone", "delete", "alpha.test", "--yes")
    assert code == 1
    assert "1 record sets that its file does not know: alpha.test. TXT [unknown-records]" in err

    assert ground.run("zone", "delete", "alpha.test", "--yes", "--allow", "unknown-records")[0] == 0


def test_a_file_with_errors_knows_nothing_for_certain(ground: Ground, outside: Outside) -> None:
    ground.apply()
    ground.write("one", "alpha.test", "www A 192.0.2.1", "www A nonsense")
    code, _, err = ground.run("zone", "delete", "alpha.test", "--yes", "--allow", "unknown-records")
    assert code == 1
    assert "zones/one/alpha.test.zone:3" in err
    assert "alpha.test." in zones(ground)


def test_a_zone_without_a_file_is_deleted_by_name(ground: Ground, outside: Outside) -> None:
    ground.apply()
    (ground.root / "zones" / "one" / "alpha.test.zone").unlink()
    outside.said = {"ns.parent.example.": Delegation(("ns.other.example.",), 60)}
    wait_out(ground, outside)

    assert "no file knows" in ground.run("zone", "delete", "alpha.test", "--yes")[2]
    assert ground.run("zone", "delete", "alpha.test", "--yes", "--allow", "unknown-records")[0] == 0
    assert zones(ground) == ["beta.test."]


def test_several_zones_of_a_name_are_told_apart_by_id(ground: Ground, outside: Outside) -> None:
    for reference in ("psfdns:one", "psfdns:two"):
        ground.call("CreateHostedZone", Name="twin.test", CallerReference=reference)
    ids = [z["Id"].rpartition("/")[2] for z in ground.call("ListHostedZones")["HostedZones"]]

    code, _, err = ground.run("zone", "delete", "twin.test", "--yes")
    assert (code, "--id Z" in err) == (64, True)
    assert all(zone_id in err for zone_id in ids)

    assert ground.run("zone", "delete", "twin.test", "--id", ids[0], "--yes")[0] == 1
    outside.pass_(days=2)
    assert ground.run("zone", "delete", "twin.test", "--id", ids[0], "--yes")[0] == 0
    assert [z["Id"].rpartition("/")[2] for z in ground.call("ListHostedZones")["HostedZones"]] == ids[1:]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gamma.test"], "there is no hosted zone gamma.test."),
        (["alpha.test", "--id", "Z0"], "there is no hosted zone alpha.test. with the id Z0"),
        (["alpha.test", "--allow", "delegated"], "--allow delegated: lifts nothing here"),
        (["not a name..x"], "is not the name of a zone"),
    ],
)
def test_wrong_usage(ground: Ground, outside: Outside, words: list[str], said: str) -> None:
    ground.apply()
    code, _, err = ground.run("zone", "delete", *words)
    assert code == 64
    assert said in err


def test_the_name_has_to_be_typed(ground: Ground, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.apply()
    wait_out(ground, outside)

    code, _, err = ground.run("zone", "delete", "alpha.test")
    assert (code, "there is no terminal to ask on" in err) == (1, True)

    monkeypatch.setattr(wiring, "is_interactive", lambda: True)
    answers = iter(["beta.test", "alpha.test."])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    code, _, err = ground.run("zone", "delete", "alpha.test")
    assert (code, "another name was typed" in err) == (1, True)
    assert "holds 2 record sets beside its own SOA and NS" in err
    assert ground.run("zone", "delete", "alpha.test")[0] == 0


def test_a_sandbox_without_a_resolver_has_no_parents_to_ask(ground: Ground) -> None:
    ground.apply()
    code, _, err = ground.run("zone", "delete", "alpha.test", "--yes")
    assert code == 1
    assert "the sandbox has no parents, and psfdns.toml has no [resolver] [parent-unknown]" in err

    assert ground.run("zone", "delete", "alpha.test", "--yes", "--allow", "parent-unknown")[0] == 0


def test_a_private_zone_has_no_parents_and_one_of_others_needs_a_word(
    ground: Ground, outside: Outside
) -> None:
    ground.call(
        "CreateHostedZone",
        Name="inside.test",
        CallerReference="by hand",
        VPC={"VPCRegion": "us-east-1", "VPCId": "vpc-0123456789abcdef0"},
    )

    code, out, _ = ground.run("zone", "delete", "inside.test", "--yes", "--json")
    assert code == 1
    assert [f["code"] for f in json.loads(out)["refused"]] == ["not-adopted", "parent-unknown"]
    words = ["--allow", "not-adopted", "--allow", "parent-unknown"]
    assert ground.run("zone", "delete", "inside.test", "--yes", *words)[0] == 0


def test_another_account_is_never_written_to(ground: Ground, outside: Outside) -> None:
    ground.apply()
    wait_out(ground, outside)
    (ground.root / "psfdns.toml").write_text('[route53]\naccounts = ["123456789012"]\n')
    code, _, err = ground.run("zone", "delete", "alpha.test", "--yes")
    assert code == 1
    assert "[account]" in err


def test_a_failure_on_the_way_is_told_with_the_journal_and_the_next_run_goes_on(
    ground: Ground, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.apply()
    wait_out(ground, outside)
    locked = [{"RecordName": "beta.alpha.test", "RecordType": "A"}]
    real = deleting.carry_out

    def lock_first(*arguments: Any) -> Any:
        ground.call(
            "CreateResourceRecordSetProtections",
            HostedZoneId=id_of(ground, "alpha.test."),
            Protections=locked,
        )
        return real(*arguments)

    monkeypatch.setattr(deleting, "carry_out", lock_first)

    code, out, err = ground.run("zone", "delete", "alpha.test", "--yes", "--json")

    document = json.loads(out)
    assert code == 1
    assert (document["deleted"], document["record_sets_deleted"]) == (False, 2)
    assert document["journal"]
    assert "cannot be deleted" in err

    monkeypatch.setattr(deleting, "carry_out", real)
    assert "[foreign-protection]" in ground.run("zone", "delete", "alpha.test", "--yes")[2]
    ground.call(
        "DeleteResourceRecordSetProtections", HostedZoneId=id_of(ground, "alpha.test."), Protections=locked
    )
    assert ground.run("zone", "delete", "alpha.test", "--yes")[0] == 0
    assert zones(ground) == ["beta.test."]
