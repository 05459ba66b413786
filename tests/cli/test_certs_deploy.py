"""`certs deploy`, and what `certs renew` brings where: until it holds, and never in the way of the rest."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from psfdns.certs.pem import CertificateSet
from psfdns.certs.state import Deployment, State
from psfdns.certs.store import Store
from tests.certs.certificates import BEGIN, day
from tests.certs.deploy.fake_fastly import TOKEN, playing_fastly
from tests.certs.issuing import issue
from tests.cli.clocks import set_clock
from tests.cli.ground import Ground

NAMES = ("b.alpha.test", "*.b.alpha.test")
SITE, NEXT = issue(NAMES, serial=1), issue(NAMES, serial=2, number=1)
SHOP = issue(("shop.alpha.test",), serial=3, number=2)
WANTS = """\
[[certificate]]
name = "site"
names = ["b.alpha.test", "*.b.alpha.test"]
deploy = ["salt", "hook"]
[[certificate]]
names = ["shop.alpha.test"]
deploy = ["hook"]
"""
TARGETS = """
[deploy.salt]
type = "directory"
tenants = ["one"]
path = "salt"
[deploy.hook]
type = "exec"
tenants = ["*"]
command = ["{root}/hook"]
timeout = 30
"""
HOOK = """#!/bin/sh
echo "$RENEWED_LINEAGE $RENEWED_DOMAINS" >> {root}/calls
if [ -e {root}/broken ]; then cat "$RENEWED_LINEAGE/privkey.pem"; printf '\\033[31mno\\n'; exit 3; fi
if [ -e {root}/fatal ]; then rm {root}/fatal; kill -9 $PPID; fi
echo reloaded
"""


class Deploying(Ground):
    """A repository with two certificates in the store, ten days old, and two targets."""

    @property
    def store(self) -> Store:
        return Store(self.root / ".psfdns" / "certs")

    def put(self, name: str = "site", new: CertificateSet = SITE) -> str:
        return self.store.put(name, new).fingerprint

    def want(self, text: str = WANTS) -> None:
        (self.root / "certs").mkdir(exist_ok=True)
        (self.root / "certs" / "one.toml").write_text(text)

    def calls(self) -> list[str]:
        """The certificates for which the hook was run."""
        path = self.root / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [Path(line.split()[0]).name for line in lines]

    def document(self, *words: str) -> dict[str, Any]:
        code, out, _ = self.run("certs", *words, "--json")
        return {"code": code, **json.loads(out)}


@pytest.fixture
def ground(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Deploying:
    monkeypatch.chdir(tmp_path)
    set_clock(monkeypatch, lambda: day(10))
    ground = Deploying(tmp_path, capsys)
    with (tmp_path / "psfdns.toml").open("a") as file:
        file.write(TARGETS.format(root=tmp_path))
    (tmp_path / "hook").write_text(HOOK.format(root=tmp_path))
    (tmp_path / "hook").chmod(0o755)
    ground.want()
    ground.put()
    ground.put("shop.alpha.test", SHOP)
    return ground


def rows(found: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(each["name"], each["target"], each["ok"]) for each in found["deployed"]]


def test_renew_brings_what_is_not_there_and_then_says_nothing(ground: Deploying) -> None:
    code, out, err = ground.run("certs", "renew")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "site: deployed to salt",
        "site: deployed to hook",
        "shop.alpha.test: deployed to hook",
    ]
    assert (ground.root / "salt" / "site" / "privkey.pem").read_bytes() == SITE.key
    lineage = ground.root / ".psfdns" / "certs" / "live" / "site"
    assert f"{lineage} b.alpha.test *.b.alpha.test" in (ground.root / "calls").read_text().splitlines()
    assert ground.run("certs", "renew") == (0, "", "")
    assert sorted(ground.calls()) == ["shop.alpha.test", "site"]
    assert ground.document("list", "--fail-on", "info")["code"] == 0


def test_a_new_certificate_is_brought_everywhere_again(ground: Deploying) -> None:
    ground.run("certs", "renew")
    ground.put(new=NEXT)
    assert ground.run("certs", "renew")[1].splitlines() == [
        "site: deployed to salt",
        "site: deployed to hook",
    ]
    assert (ground.root / "salt" / "site" / "privkey.pem").read_bytes() == NEXT.key


def test_what_fails_is_tried_in_each_run_until_it_holds_and_stops_nothing_else(ground: Deploying) -> None:
    (ground.root / "broken").touch()
    for run in range(1, 4):
        code, out, err = ground.run("certs", "renew")
        assert code == 1
        assert out == ("site: deployed to salt\n" if run == 1 else "")
        assert err.splitlines() == [
            line
            for name in ("site", "shop.alpha.test")
            for line in (
                f"error: {name}: not deployed to hook: {ground.root}/hook: ended with exit code 3:",
                "    ***",
                "    \\x1b[31mno",
            )
        ]
        assert len(ground.calls()) == 2 * run, "once a run"
    (ground.root / "broken").unlink()
    code, out, _ = ground.run("certs", "renew")
    assert (code, len(out.splitlines())) == (0, 2)
    assert ground.run("certs", "renew") == (0, "", "")


def test_meanwhile_it_is_a_finding(ground: Deploying) -> None:
    found = ground.document("list")
    assert found["code"] == 0
    assert {(each["severity"], each["summary"]) for each in found["findings"]} == {
        ("warning", "site is not at salt"),
        ("warning", "site is not at hook"),
        ("warning", "shop.alpha.test is not at hook"),
    }
    assert found["findings"][0]["hint"] == (
        "the next psfdns certs renew brings it there; now: psfdns certs deploy site"
    )
    (ground.root / "broken").touch()
    ground.run("certs", "renew")
    for command in ("list", "plan"):
        found = ground.document(command)
        assert found["code"] == 2
        assert [(each["severity"], each["code"], each["certificate"]) for each in found["findings"]] == [
            ("error", "certificate-not-deployed", "site"),
            ("error", "certificate-not-deployed", "shop.alpha.test"),
        ]
        said, _, why = found["findings"][0]["summary"].partition(" UTC: ")
        assert re.fullmatch(r"site is not at hook, last tried 20\d\d-\d\d-\d\d \d\d:\d\d", said)
        assert why == f"{ground.root}/hook: ended with exit code 3: *** | \x1b[31mno"
        assert found["findings"][0]["hint"].endswith("tries again; now: psfdns certs deploy site")
        code, out, _ = ground.run("certs", command)
        assert code == 2
        assert "certs/one.toml:1: error: site is not at hook, last tried " in out
        assert "exit code 3: *** | \\x1b[31mno [certificate-not-deployed]\n" in out
        assert "\x1b" not in out
    deployed = {each["name"]: each["deployed"] for each in found["certificates"]}["site"]
    assert [(each["target"], each["ok"]) for each in deployed] == [("salt", True), ("hook", False)]


def test_no_key_is_in_output_log_or_state(ground: Deploying) -> None:
    (ground.root / "broken").touch()
    said = "".join(map(str, ground.run("-v", "certs", "renew")))
    said += "".join(map(str, ground.run("certs", "renew", "--json")))
    said += (ground.root / ".psfdns" / "certs" / "state" / "site.json").read_text()
    line = SITE.key.decode().splitlines()[1]
    assert "***" in said
    assert not [at for at in range(len(line) - 12) if line[at : at + 12] in said]


def test_a_revoked_certificate_is_brought_nowhere(ground: Deploying) -> None:
    fingerprint = ground.put()
    ground.store.save_state("site", State(revoked=frozenset({fingerprint})))
    code, _, err = ground.run("certs", "deploy", "site")
    assert code == 1
    assert "error: site is revoked: it is brought nowhere" in err
    codes = [(each["certificate"], each["code"]) for each in ground.document("list")["findings"]]
    assert ("site", "certificate-revoked") in codes
    assert ("site", "certificate-not-deployed") not in codes
    assert not (ground.root / "salt").exists()


def test_a_target_that_the_manifest_gave_up_is_forgotten_and_said_once(ground: Deploying) -> None:
    ground.run("certs", "renew")
    ground.want(WANTS.replace('"salt", "hook"', '"hook"'))
    code, out, err = ground.run("certs", "renew")
    assert (code, out) == (0, "")
    assert err == "site: salt is no target of it any more; what is there stays\n"
    assert ground.run("certs", "renew") == (0, "", "")
    assert (ground.root / "salt" / "site" / "cert.pem").exists()
    ground.want()
    assert ground.run("certs", "renew")[1] == "site: deployed to salt\n"


@pytest.mark.parametrize(
    "change", [('tenants = ["one"]', 'tenants = ["two"]'), ("[deploy.salt]", "[deploy.pepper]")]
)
def test_a_target_that_is_not_permitted_or_not_there_is_a_finding_and_gets_nothing(
    ground: Deploying, change: tuple[str, str]
) -> None:
    config = ground.root / "psfdns.toml"
    config.write_text(config.read_text().replace(*change))
    code, out, err = ground.run("certs", "renew")
    assert (code, out) == (1, "")
    assert "certs/one.toml:4: error: " in err
    assert "[deploy-not-permitted]\nhint: name a [deploy.*] of psfdns.toml" in err
    assert not (ground.root / "salt").exists()
    assert ground.calls() == []
    assert ground.document("plan")["code"] == 1


def test_without_a_way_to_renew_what_was_renewed_before_is_deployed(ground: Deploying) -> None:
    more = '[[certificate]]\nnames = ["new.alpha.test"]\nchallenge = "direct"\n'
    ground.want(WANTS + more)
    config = ground.root / "psfdns.toml"
    config.write_text(config.read_text().replace('["sandbox"]', '["111122223333"]'))
    code, out, err = ground.run("certs", "renew")
    assert code == 1
    assert "site: deployed to salt" in out
    assert "error: " in err
    assert (ground.root / "salt" / "site").exists()


def test_then_a_document_is_the_only_thing_on_stdout(ground: Deploying) -> None:
    more = '[[certificate]]\nnames = ["new.alpha.test"]\nchallenge = "direct"\n'
    ground.want(WANTS + more)
    config = ground.root / "psfdns.toml"
    config.write_text(config.read_text().replace('["sandbox"]', '["111122223333"]'))
    found = ground.document("renew")
    assert (found["code"], found["format"]) == (1, "psfdns-error/1")
    assert (ground.root / "salt" / "site").exists()


CDN = """
[deploy.cdn]
type = "fastly"
tenants = ["one"]
url = "{url}"
[deploy.far]
type = "acm"
tenants = ["one"]
region = "us-east-1"
"""


def test_a_service_that_comes_back_is_served_and_its_own_name_for_it_is_kept(
    ground: Deploying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTLY_API_TOKEN", TOKEN)
    ground.want(WANTS.replace('"salt", "hook"', '"cdn", "far"'))
    with playing_fastly() as fastly:
        with (ground.root / "psfdns.toml").open("a") as file:
            file.write(CDN.format(url=fastly.url))
        fastly.refuse["POST /tls/certificates"] = (429, {"msg": f"slow down, {TOKEN}"})
        code, out, err = ground.run("certs", "renew")
        assert (code, out) == (1, "shop.alpha.test: deployed to hook\n")
        slow, far, hint = err.splitlines()
        assert slow.startswith("error: site: not deployed to cdn: Fastly: make the certificate: ")
        assert slow.endswith("there were too many requests (slow down, ***)")
        assert far.startswith("error: site: not deployed to far: AWS Certificate Manager: ")
        assert far.endswith("is not written to with --sandbox")
        assert hint == "hint: AWS_ENDPOINT_URL_ACM may name a stand-in on this machine"
        fastly.refuse.clear()
        code, out, err = ground.run("certs", "renew")
        assert (code, out) == (1, "site: deployed to cdn\n")
        (place,) = fastly.certificates
    state = ground.store.load_state("site")
    assert [each.place for each in state.deployed if each.target == "cdn"] == [place]
    text = (ground.root / ".psfdns" / "certs" / "state" / "site.json").read_text()
    assert TOKEN not in text + err


# certs deploy


def test_deploy_brings_what_is_missing_and_says_what_holds(ground: Deploying) -> None:
    code, out, err = ground.run("certs", "deploy", "site", "--target", "salt")
    assert (code, out, err) == (0, "site: deployed to salt\n", "")
    code, out, _ = ground.run("certs", "deploy", "site")
    assert (code, out) == (0, "site: deployed to hook\nsite: is at salt already\n")
    assert ground.calls() == ["site"]
    code, out, _ = ground.run("certs", "deploy", "site", "--force")
    assert (code, out) == (0, "site: deployed to salt\nsite: deployed to hook\n")
    assert ground.calls() == ["site", "site"]


def test_what_a_program_says_is_shown_to_those_who_want_to_see_it(ground: Deploying) -> None:
    assert "site: hook: reloaded\n" in ground.run("-v", "certs", "deploy", "site")[2]


def test_a_person_is_told_what_is_waited_for(ground: Deploying, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psfdns.cli.wiring.is_interactive", lambda: True)
    code, _, err = ground.run("certs", "deploy", "site")
    assert (code, err) == (0, "bringing site to salt, site to hook\n")
    assert ground.run("-q", "certs", "deploy", "site", "--force")[2] == ""


def test_its_document(ground: Deploying) -> None:
    ground.run("certs", "deploy", "site", "--target", "salt")
    (ground.root / "broken").touch()
    ground.store.save_state("shop.alpha.test", State(deployed=(Deployment("old", "ab" * 32, BEGIN),)))
    found = ground.document("deploy", "site", "shop.alpha.test")
    assert (found["code"], found["format"]) == (1, "psfdns-certs-deploy/1")
    assert rows(found) == [
        ("site", "hook", False),
        ("shop.alpha.test", "hook", False),
        ("site", "salt", True),
    ]
    hook, _, salt = found["deployed"]
    assert hook["why"].startswith(f"{ground.root}/hook: ended with exit code 3")
    assert (hook["tried"], salt["tried"], salt["why"], salt["hint"]) == (True, False, None, None)
    assert salt["fingerprint"] == found["deployed"][0]["fingerprint"]
    assert found["forgotten"] == [{"name": "shop.alpha.test", "target": "old"}]


def test_renewals_document_says_what_was_deployed(ground: Deploying) -> None:
    found = ground.document("renew")
    assert (found["code"], found["format"], found["certificates"]) == (0, "psfdns-certs-issue/1", [])
    assert rows(found) == [("site", "salt", True), ("site", "hook", True), ("shop.alpha.test", "hook", True)]
    assert ground.document("renew")["deployed"] == []


WRONG = {
    ("sitee",): (64, "unknown certificate 'sitee'"),
    ("site", "--target", "slat"): (64, "unknown deploy target of site 'slat'"),
    ("bare.alpha.test",): (64, "bare.alpha.test has no deploy targets"),
    ("missing.alpha.test",): (1, "missing.alpha.test is not in the store"),
    ("watched.alpha.test",): (64, "watched.alpha.test is only watched"),
    (): (64, "Missing argument"),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_cannot_be_meant_is_refused(ground: Deploying, words: tuple[str, ...]) -> None:
    more = (
        '[[certificate]]\nnames = ["bare.alpha.test"]\n'
        '[[certificate]]\nnames = ["missing.alpha.test"]\ndeploy = ["hook"]\n'
        '[[certificate]]\nnames = ["watched.alpha.test"]\nissuer = "GlobalSign"\n'
    )
    ground.want(WANTS + more)
    ground.put("bare.alpha.test", issue(("bare.alpha.test",), serial=5))
    code, out, err = ground.run("certs", "deploy", *words)
    assert (code, out) == (WRONG[words][0], "")
    assert WRONG[words][1] in err
    assert ground.calls() == []


def test_two_runs_do_not_deploy_at_a_time(ground: Deploying) -> None:
    with ground.store.held():
        code, _, err = ground.run("certs", "deploy", "site")
    assert code == 1
    assert "another psfdns writes there" in err


# What a killed run leaves


def spawn(*words: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys, psfdns.cli.wiring as wiring; from tests.certs.certificates import day\n"
        "wiring.now = lambda: day(10)\n"
        "from psfdns.cli.main import run; code = run(sys.argv[1:])\n"
        "heavy = {'acme', 'boto3', 'botocore', 'requests', 'cryptography', 'subprocess'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"}
    command = [sys.executable, "-c", program, *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_kill_between_deploy_and_state_repeats_that_one_alone(ground: Deploying) -> None:
    (ground.root / "fatal").touch()
    assert spawn("certs", "renew").returncode == -signal.SIGKILL
    killed = ground.calls()
    assert len(killed) == 1, "the second was not begun"
    code, _, err = ground.run("certs", "renew")
    assert (code, err) == (0, "")
    assert sorted(ground.calls()) == sorted([*killed, "site", "shop.alpha.test"])
    assert ground.run("certs", "renew") == (0, "", "")


def test_nothing_due_costs_no_import_of_what_asks_anybody(ground: Deploying) -> None:
    ground.run("certs", "renew")
    done = spawn("--sandbox", "certs", "renew")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "[]\n")


@pytest.mark.parametrize("command", ["deploy", "renew"])
def test_a_key_that_another_tenant_left_in_the_store_is_brought_to_nobody(
    ground: Deploying, command: str
) -> None:
    """Whoever takes a name of the store that is free again takes no key with it."""
    ground.want(WANTS.replace('"b.alpha.test", "*.b.alpha.test"', '"c.alpha.test"'))
    code, out, err = ground.run("certs", command, *(["site"] if command == "deploy" else []))
    assert code == 1
    assert "site: deployed" not in out
    assert not (ground.root / "salt").exists()
    assert "site" not in ground.calls()
    if command == "deploy":
        assert "site: what the store holds is for b.alpha.test, *.b.alpha.test, which" in err
        assert "hint: psfdns certs issue site" in err


def test_what_is_due_here_needs_nothing_of_amazons(ground: Deploying) -> None:
    done = spawn("--sandbox", "certs", "renew")
    assert (done.returncode, done.stdout.count("deployed to")) == (0, 3)
    assert not {"botocore", "boto3", "acme"} & set(re.findall(r"\w+", done.stderr)), done.stderr
