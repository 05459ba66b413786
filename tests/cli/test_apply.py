"""`psfdns apply` on a repository and the embedded Route 53, from the command line down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import Any

import pytest

import psfdns.cli.planning
import psfdns.cli.wiring
from psfdns.budget import Budget
from psfdns.cli.apply.view import render_progress
from psfdns.cli.main import run
from psfdns.errors import HostError
from psfdns.route53.apply import Progress
from tests.cli.ground import Ground

ALL = ['alpha.test. TXT "hello"', "www.alpha.test. A 192.0.2.1", "www.beta.test. A 192.0.2.3"]


def test_after_an_apply_planning_finds_nothing(ground: Ground) -> None:
    code, out, err = ground.run("apply", "--yes")
    assert (code, err) == (0, "")
    assert "Plan: 2 zones to create; record sets: 3 to create." in out
    assert "alpha.test.: created as Z" in out
    assert ground.live() == ALL
    assert ground.run("plan", "--detailed-exitcode")[0] == 0
    code, out, err = ground.run("apply")
    assert (code, err) == (0, ""), "with nothing to do nobody is asked"
    assert "nothing to do" in out


def test_the_name_servers_of_new_zones_are_printed_for_the_parent(ground: Ground) -> None:
    out = ground.run("apply", "alpha.test", "--yes")[1]
    zone = ground.call("ListHostedZones")["HostedZones"][0]
    servers = ground.call("GetHostedZone", Id=zone["Id"])["DelegationSet"]["NameServers"]
    lines = [line for line in out.splitlines() if line.startswith("alpha.test. 172800 IN NS ")]
    assert sorted(line.split()[-1] for line in lines) == sorted(f"{name}." for name in servers)


def test_the_document_tells_what_was_done_in_each_zone(ground: Ground) -> None:
    ground.apply("beta.test")
    ground.write("two", "beta.test", "www A 192.0.2.4")
    document = json.loads(ground.run("apply", "--yes", "--json")[1])
    assert document["format"] == "psfdns-apply/1"
    assert document["summary"] == {"create": 2, "update": 1, "delete": 0, "zones_create": 1}
    assert document["refused"] == []
    alpha, beta = document["zones"]
    assert alpha["created"] is True
    assert len(alpha["name_servers"]) == 4
    assert {key: beta[key] for key in ("name", "action", "planned", "applied", "batches")} == {
        "name": "beta.test.",
        "action": "change",
        "planned": 1,
        "applied": 1,
        "batches": 1,
    }
    assert [len(zone["change_ids"]) for zone in (alpha, beta)] == [2, 1]
    assert [(zone["insync"], zone["verified"], zone["errors"]) for zone in (alpha, beta)] == [
        (True, True, [])
    ] * 2


def test_zones_are_chosen_by_name_and_tenant(ground: Ground) -> None:
    assert [zone["name"] for zone in ground.apply("--tenant", "two")["zones"]] == ["beta.test."]
    assert ground.live() == ALL[2:]
    assert ground.run("apply", "--yes", "gamma.test")[0] == 64


def test_without_a_terminal_and_a_yes_nothing_is_done(ground: Ground) -> None:
    code, out, err = ground.run("apply")
    assert code == 1
    assert "Plan: 2 zones to create" in out
    assert err == "error: nothing was applied: there is no terminal to ask on\nhint: --yes applies unasked\n"
    assert ground.call("ListHostedZones")["HostedZones"] == []


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_one_is_asked(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("psfdns.cli.wiring.is_interactive", lambda: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: answer)
    assert ground.run("apply")[0] == code
    assert ground.live() == (ALL if code == 0 else [])


def test_yes_and_allow_are_never_taken_from_the_environment(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSFDNS_YES", "1")
    assert ground.run("apply")[0] == 1


def test_an_error_in_one_zone_stops_them_all(ground: Ground) -> None:
    ground.write("one", "alpha.test", "www A not-an-address")
    code, out, err = ground.run("apply", "--no-wait", "--yes")
    assert code == 1
    assert "zones/one/alpha.test.zone:2" in out
    assert err.startswith("error: nothing was applied: errors in alpha.test.\n")
    assert ground.live() == []
    assert ground.run("apply", "--no-wait", "--yes", "beta.test")[0] == 0


def test_a_refusal_stops_all_zones_until_it_is_allowed(ground: Ground) -> None:
    ground.apply()
    ground.write("one", "alpha.test")
    ground.write("two", "beta.test", "www A 192.0.2.9")
    code, out, err = ground.run("apply", "--no-wait", "--yes", "--json")
    assert code == 1
    assert "[zone-emptied]" in err
    assert "hint: --allow zone-emptied=alpha.test" in err
    document = json.loads(out)
    assert document["zones"] == []
    assert [(no["zone"], no["code"]) for no in document["refused"]] == [("alpha.test.", "zone-emptied")]
    assert ground.live() == ALL
    assert ground.run("apply", "--no-wait", "--yes", "--allow", "zone-emptied=BETA.test")[0] == 1
    assert ground.run("apply", "--no-wait", "--yes", "--allow", "zone-emptied=Alpha.Test")[0] == 0
    assert ground.live() == ["www.beta.test. A 192.0.2.9"]


def test_an_unknown_guard_is_wrong_usage(ground: Ground) -> None:
    assert ground.run("apply", "--yes", "--allow", "everything")[0] == 64


def test_another_account_is_refused_once_and_for_all_zones(ground: Ground) -> None:
    (ground.root / "psfdns.toml").write_text('[route53]\naccounts = ["123456789012"]\n')
    code, _, err = ground.run("apply", "--yes", "--allow", "account")
    assert code == 1
    assert err.count("this is account sandbox") == 1
    assert ground.live() == []


def test_what_is_too_big_for_one_request_is_refused_before_anything_is_done(ground: Ground) -> None:
    many = [f'big {kind} "{number:03}{"x" * 200}"' for kind in ("TXT", "SPF") for number in range(100)]
    ground.write("one", "alpha.test", *many)
    code, _, err = ground.run("apply", "--yes")
    assert code == 1
    assert (
        "error: big.alpha.test. SPF, big.alpha.test. TXT: the change holds 200 values of 41,000 char" in err
    )
    assert "zones/one/alpha.test.zone:" in err
    assert ground.live() == []


def test_a_conflict_is_named_and_running_again_plans_anew(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.apply()
    ground.write("one", "alpha.test", "www A 192.0.2.7", "@ TXT hello")
    ground.write("two", "beta.test", "www A 192.0.2.7")

    def meddle(*_: Any, **__: Any) -> None:
        zones = {zone["Name"]: zone["Id"] for zone in ground.call("ListHostedZones")["HostedZones"]}
        rrset = {
            "Name": "www.alpha.test.",
            "Type": "A",
            "TTL": 5,
            "ResourceRecords": [{"Value": "203.0.113.1"}],
        }
        batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": rrset}]}
        ground.call("ChangeResourceRecordSets", HostedZoneId=zones["alpha.test."], ChangeBatch=batch)

    with monkeypatch.context() as patched:
        patched.setattr("psfdns.cli.apply.applying.ask", meddle)
        code, out, err = ground.run("apply", "--no-wait", "--yes")
    assert code == 1
    assert "error: alpha.test.: changed by someone else since it was read: www.alpha.test. A\n" in err
    assert "alpha.test.: 0 of 1 record set applied in 0 requests" in out
    assert ground.live() == [
        'alpha.test. TXT "hello"',
        "www.alpha.test. A 203.0.113.1",
        "www.beta.test. A 192.0.2.7",
    ]
    assert ground.run("apply", "--no-wait", "--yes")[0] == 0
    assert "www.alpha.test. A 192.0.2.7" in ground.live()


def test_what_another_writer_did_while_we_applied_is_an_error_afterwards(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psfdns.route53 import apply as applying

    real = applying.apply_plan

    def then_meddle(*arguments: Any) -> Any:
        outcome = real(*arguments)
        zone = ground.call("ListHostedZones")["HostedZones"][0]
        rrset = {
            "Name": f"more.{zone['Name']}",
            "Type": "A",
            "TTL": 5,
            "ResourceRecords": [{"Value": "203.0.113.1"}],
        }
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": rrset}]}
        ground.call("ChangeResourceRecordSets", HostedZoneId=zone["Id"], ChangeBatch=batch)
        return outcome

    monkeypatch.setattr(applying, "apply_plan", then_meddle)
    code, _, err = ground.run("apply", "--no-wait", "--yes", "alpha.test")
    assert code == 1
    assert "alpha.test.: Route 53 took the changes, but planning again finds 1 more" in err


def test_an_account_that_cannot_be_read_again_is_an_error_after_the_outcome(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise HostError("Route 53", "list the hosted zones", "cannot be reached")

    monkeypatch.setattr("psfdns.cli.planning.plan_again", fail)
    code, out, err = ground.run("apply", "--no-wait", "--yes")
    assert code == 1
    assert "alpha.test.: created as Z" in out
    assert err == "error: Route 53: list the hosted zones: cannot be reached\n"


def test_a_file_that_is_edited_meanwhile_is_the_next_plans_matter(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = psfdns.cli.planning.plan_again

    def edit_first(*arguments: Any) -> Any:
        path = ground.root / "zones" / "one" / "alpha.test.zone"
        path.write_text(path.read_text() + "late 300 IN A 192.0.2.77\n")
        return real(*arguments)

    monkeypatch.setattr("psfdns.cli.planning.plan_again", edit_first)
    code, _, err = ground.run("apply", "--no-wait", "--yes")
    assert (code, err) == (0, "")
    assert "create late.alpha.test. A" in ground.run("plan")[1]


def test_changes_that_do_not_reach_all_servers_in_time_are_an_error(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.route53.insync.PATIENCE_SECONDS", -1.0)
    code, out, err = ground.run("apply", "--yes", "alpha.test")
    assert code == 1
    assert "2 record sets applied in 1 request, not on all servers yet" in out
    assert err.startswith("error: not on all of Route 53's servers after ten minutes: alpha.test.\nhint: ")


def test_verbose_counts_the_requests(ground: Ground) -> None:
    err = ground.run("apply", "--yes", "-v")[2]
    assert "requests: 2 ChangeResourceRecordSets, 2 ChangeTagsForResource, 2 CreateHostedZone," in err


def test_what_was_applied_is_told_after_an_interrupt(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal comes while the first batch is under way: that one is finished, no other begins."""
    ground.write("one", "alpha.test", *(f"h{number} A 192.0.2.1" for number in range(1500)))
    from psfdns.aws import AwsApi

    real = AwsApi.call

    def interrupted(api: AwsApi, action: str, doing: str, /, **parameters: Any) -> Any:
        answer = real(api, action, doing, **parameters)
        if action == "ChangeResourceRecordSets":
            os.kill(os.getpid(), signal.SIGINT)
            stopped.wait(10)
        return answer

    stopped = threading.Event()
    stop = Budget.stop

    def note(budget: Budget) -> None:
        stop(budget)
        stopped.set()

    monkeypatch.setattr(Budget, "stop", note)
    monkeypatch.setattr(AwsApi, "call", interrupted)
    before = signal.getsignal(signal.SIGINT)
    code, out, err = ground.run("apply", "--yes", "alpha.test")
    assert signal.getsignal(signal.SIGINT) is before
    assert code == 1
    assert "stopping after the requests in flight" in err
    assert "750 of 1,500 record sets applied in 1 request, not on all servers yet" in out
    assert "error: stopped before the next request" in err
    (zone,) = ground.call("ListHostedZones")["HostedZones"]
    assert zone["ResourceRecordSetCount"] == 2 + 750


def test_progress_fits_on_a_line() -> None:
    assert render_progress(Progress(1200, 5000, 0, 2)) == "applied: 1,200 of 5,000 record sets"
    assert render_progress(Progress(5000, 5000, 3, 6)) == "on all servers: 3 of 6 requests"


def test_progress_is_written_over_on_a_terminal_only(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "on all servers" not in ground.run("apply", "--yes", "alpha.test")[2]
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    err = ground.run("apply", "--yes", "beta.test")[2]
    assert "\r\x1b[K" in err
    assert "on all servers: 2 of 2 requests" in err
    assert err.endswith("\r\x1b[K")


def test_the_user_and_the_commit_stand_with_the_change(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psfdns.cli.wiring, "who_acts", lambda: "a-person")
    sent: list[str] = []
    from psfdns.aws import AwsApi

    real = AwsApi.call

    def watch(api: AwsApi, action: str, doing: str, /, **parameters: Any) -> Any:
        if action == "ChangeResourceRecordSets":
            sent.append(parameters["ChangeBatch"]["Comment"])
        return real(api, action, doing, **parameters)

    monkeypatch.setattr(AwsApi, "call", watch)
    ground.run("apply", "--no-wait", "--yes", "alpha.test")
    for words in (
        ["init", "-q"],
        ["add", "zones"],
        ["-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], check=True, cwd=ground.root)
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=ground.root, text=True).strip()
    ground.run("apply", "--no-wait", "--yes", "beta.test")
    assert sent == ["psfdns apply by a-person", f"psfdns apply by a-person at {commit}+dirty"]


def test_without_the_sandbox_and_without_credentials_nothing_is_implied(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["apply", "--yes"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no usable credentials" in captured.err
    assert "--sandbox" in captured.err
    assert ground.live() == []
