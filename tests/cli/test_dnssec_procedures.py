"""`psfdns dnssec enable`, `rotate` and `disable`: the sandbox below a signed root, with a registrar."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dns.dnssec
import dns.rdata
import pytest

from psfdns.aws import Kms
from psfdns.cli.dnssec.acting import Hands, refuse_unfit_key
from psfdns.dnssec.procedures.advance import NotDoneError, Outcome
from psfdns.dnssec.procedures.record import Action, Record
from psfdns.dnssec.procedures.store import Shelf
from psfdns.key_policies import write_policy
from psfdns.plans.host import ManagedKey
from psfdns.sandbox.sandbox import Sandbox
from tests.cli.another_validator import ask_unbound
from tests.cli.registry import Registry
from tests.cli.signed_scene import LAG, NAME, Scene, signed_scene
from tests.registrar.fake_gandi import key_of
from tests.registrar.loopback import Said
from tests.sandbox.keys import make_kms_key

ZONE = f"{NAME}."


class KilledError(BaseException):
    """The process ends here."""


@pytest.fixture
def scene(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with signed_scene(registry, monkeypatch) as scene:
        yield scene


@pytest.fixture
def tenants(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The same zone, registered by its tenant."""
    with signed_scene(registry, monkeypatch, registrar="tenant") as scene:
        yield scene


def state_file(scene: Scene) -> Path:
    return scene.shop.root / ".psfdns" / "dnssec" / "sandbox" / f"{NAME}.json"


def kill_around_each_deed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each deed ends the process before it is done, and when it is tried again after it is done.

    Both times the journal has been told what is about to be done, and not what became of it.
    """
    act = Hands._do
    tried: list[str] = []

    def deadly(self: Hands, action: Action, record: Record) -> Outcome:
        tried.append(str(action))
        if tried.count(str(action)) == 1:
            raise KilledError
        outcome = act(self, action, record)
        if tried.count(str(action)) == 2:
            raise KilledError
        return outcome

    monkeypatch.setattr(Hands, "_do", deadly)
    _kill_before_a_key_has_its_name(monkeypatch)
    return tried


def _kill_before_a_key_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    name_it, named = Kms.create_alias, set[str]()

    def deadly(self: Kms, name: str, key_id: str) -> None:
        if name not in named:
            named.add(name)
            raise KilledError
        name_it(self, name, key_id)

    monkeypatch.setattr(Kms, "create_alias", deadly)


def keys_in_kms(scene: Scene) -> list[str]:
    kms = Sandbox(scene.shop.root / ".psfdns" / "sandbox").client("kms")
    return [key["KeyId"] for key in kms.list_keys()["Keys"]]


def journal_of(scene: Scene, *words: str) -> list[dict[str, Any]]:
    """What `history` has of the zone, the oldest first."""
    code, document = scene.shop.document("history", "--zone", NAME, "--limit", "0", *words, sandbox=True)
    assert code == 0
    return [entry for entry in reversed(document["entries"]) if entry["kind"] != "apply"]


def assert_the_newest_is_cut_short(scene: Scene, deed: str) -> None:
    kind, _, of = deed.partition(" ")
    newest = journal_of(scene)[-1]
    if not kind.endswith("-ds"):
        assert (newest["kind"], newest["signing"]["key"] or "") == (kind, of)
        assert newest["state"] == "interrupted"


_STATUSES = {"create-ksk": "ACTIVE", "activate-ksk": "ACTIVE", "deactivate-ksk": "INACTIVE"}
_SIGNS = {"enable-signing": "SIGNING", "disable-signing": "NOT_SIGNING"}


def assert_the_journal_agrees(scene: Scene) -> None:
    """What was done, taken together, is what the sandbox, KMS and Gandi show."""
    entries = journal_of(scene)
    assert {entry["state"] for entry in entries} == {"done", "failed"}
    done = [(entry["kind"], entry) for entry in entries if entry["state"] == "done"]
    keys = {entry["signing"]["key"]: _STATUSES.get(kind) for kind, entry in done if kind.endswith("-ksk")}
    kms = {entry["signing"]["kms"].rpartition("/")[2] for kind, entry in done if kind == "make-kms-key"}
    held = [entry["order"] for kind, entry in done if kind in {"add-ds", "remove-ds"}]
    assert [each["after"] for each in held[:-1]] == [each["before"] for each in held[1:]]
    shown = Sandbox(scene.shop.root / ".psfdns" / "sandbox").client("route53")
    (zone,) = shown.list_hosted_zones()["HostedZones"]
    live = shown.get_dnssec(HostedZoneId=zone["Id"])
    assert {name: status for name, status in keys.items() if status} == {
        each["Name"]: each["Status"] for each in live["KeySigningKeys"]
    }
    assert [_SIGNS[kind] for kind, _ in done if kind in _SIGNS][-1] == live["Status"]["ServeSignature"]
    assert kms == set(keys_in_kms(scene))
    assert held[-1]["after"]["ds"] == list(scene.wanted_ds())


def finish_although_killed(scene: Scene, tried: list[str], *words: str) -> None:
    """As cron goes on; after each deed, and each step, nobody who asks finds the zone bogus."""
    following: tuple[str, ...] = (*words, "--yes")
    procedure: dict[str, Any] | None = None
    for _ in range(150):
        code = 0
        try:
            code, procedure = scene.step(*following)
        except KilledError:
            procedure = None
            assert_the_newest_is_cut_short(scene, tried[-1])
        following = ("continue", NAME, "--yes") if state_file(scene).exists() else following
        if procedure is None:
            assert tried.count(tried[-1]) == 1 or scene.status()["status"] in {"secure", "insecure"}
            scene.later(hours=1)
            continue
        assert code == 0, procedure
        if procedure["state"] == "done":
            return
        scene.wait(procedure)
        # Every other procedure refuses to go on with a zone that is bogus.
        assert procedure["kind"] != "disable" or scene.status()["status"] in {"secure", "insecure"}
    raise AssertionError(f"it never ends: {procedure}")


def test_a_zone_is_enabled_rotated_and_disabled_though_every_deed_kills_the_process(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """unbound says the same once each has ended."""
    tried = kill_around_each_deed(monkeypatch)
    finish_although_killed(scene, tried, "enable", NAME)
    assert (scene.status()["status"], ask_unbound(scene, tmp_path)) == ("secure", "secure")
    assert_the_journal_agrees(scene)
    finish_although_killed(scene, tried, "rotate", NAME)
    assert (scene.status()["status"], ask_unbound(scene, tmp_path)) == ("secure", "secure")
    (key,) = scene.status()["chain"][-1]["ds"]
    assert key["status"] == "valid"
    assert_the_journal_agrees(scene)
    finish_although_killed(scene, tried, "disable", NAME)
    assert (scene.status()["status"], ask_unbound(scene, tmp_path)) == ("insecure", "insecure")
    assert scene.status()["chain"][-1]["keys"] == []
    assert scene.shop.gandi.domains[NAME].keys == []

    assert {each.partition(" ")[0] for each in tried} == {
        "make-kms-key",
        "create-ksk",
        "enable-signing",
        "add-ds",
        "remove-ds",
        "deactivate-ksk",
        "delete-ksk",
        "disable-signing",
    }
    made = [line for line in scene.shop.gandi.changes() if "dnskeys" in str(line)]
    assert len(made) == 4, "two keys came, and two went: nothing was ordered twice"
    assert len(keys_in_kms(scene)) == 2, "nor was a key made that nothing uses"
    kinds = [order["kind"] for order in scene.shop.orders(NAME)]
    assert kinds == ["add-ds", "add-ds", "remove-ds", "remove-ds"]
    assert_the_journal_agrees(scene)
    ends: dict[tuple[str, str | None], list[str]] = {}
    for each in journal_of(scene):
        if each["signing"]:
            ends.setdefault((each["kind"], each["signing"]["key"]), []).append(each["state"])
    assert ends.pop(("dnssec-begin", None)) == ["done"] * 3
    for (kind, _), states in ends.items():
        found_by_its_tags = ["done"] if kind == "make-kms-key" else []
        assert states == ["failed", "done", *found_by_its_tags], "killed before it, then after it"


def test_without_a_terminal_nothing_is_begun(scene: Scene) -> None:
    code, out, err = scene.run("enable", NAME)
    assert (code, out) == (1, "")
    assert "--yes begins unasked" in err
    assert not state_file(scene).exists()
    assert scene.step("enable", NAME, "--dry-run")[1]["state"] == "due"
    assert not state_file(scene).exists()
    assert scene.shop.gandi.changes() == []
    assert scene.run("continue", "--yes") == (0, "", "")


def test_the_time_line_says_when_what_may_be_done(scene: Scene) -> None:
    _, procedure = scene.step("enable", NAME, "--dry-run")
    at = {step["name"]: step["at"] for step in procedure["steps"]}
    begun = scene.now
    assert at["signing"] == begun.strftime("%Y-%m-%dT%H:%M:%SZ")
    scene.later(seconds=172_800)
    assert at["ds"] == scene.now.strftime("%Y-%m-%dT%H:%M:%SZ"), "the NS of Route 53's zones have two days"
    assert any("172800" in text for text in procedure["advice"])
    code, out, _ = scene.run("enable", NAME, "--dry-run")
    assert code == 0
    assert "waited out: answers without signatures" in out


def answer_on_a_terminal(monkeypatch: pytest.MonkeyPatch, *answers: bool) -> list[str]:
    """A person who is asked; returns the questions."""
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return answers[len(asked) - 1]

    monkeypatch.setattr("psfdns.cli.wiring.is_interactive", lambda: True)
    monkeypatch.setattr("click.confirm", confirm)
    return asked


def test_a_person_is_asked_before_it_begins_and_before_each_change(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer_on_a_terminal(monkeypatch, False, True, True, False)
    code, out, err = scene.run("enable", NAME)
    assert (code, out) == (1, "")
    assert "[ ] not before" in err
    assert not state_file(scene).exists()
    code, procedure = scene.step("enable", NAME)
    assert (code, procedure["state"], procedure["step"]) == (1, "due", "ksk")
    assert [text.split(" ")[0] for text in asked] == ["Begin:", "Begin:", "make", "create"]
    assert scene.status()["status"] == "insecure"


def test_ttls_that_were_lowered_just_before_are_waited_out(scene: Scene) -> None:
    """The file had a TTL of five days until an hour ago; answers may be cached with it."""
    path = scene.shop.root / "zones" / "one" / f"{NAME}.zone"
    text = path.read_text()
    for days in (5, 0):
        path.write_text(text.replace("www A", f"www {days * 86400 or 60} A"))
        assert scene.shop.run("-q", "apply", "--yes", "--no-wait", sandbox=True)[0] == 0
    scene.step("enable", NAME, "--yes")
    begun = scene.now
    scene.later(minutes=10)
    _, procedure = scene.step("continue", "--yes")
    assert procedure["until"] is not None
    until = datetime.datetime.fromisoformat(procedure["until"])
    assert datetime.timedelta(days=5) <= until - begun <= datetime.timedelta(days=5, hours=1)


def test_what_is_under_way_is_told_and_no_fault(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    scene.later(hours=1)
    scene.step("continue", "--yes")
    found = {each["code"]: each for each in scene.status()["findings"]}
    said = found["PROCEDURE_OPEN"]["summary"]
    assert "enable is under way" in said
    assert re.search(r"; next, not before 20..-..-..T..:..:..Z: answers without signatures", said)
    assert found["SECURITY_ISLAND"]["severity"] == "info"
    assert found["DNSSEC_NOT_WANTED"]["severity"] == "info"
    assert scene.run("status", NAME)[0] == 0
    code, out, err = scene.run("continue", "--yes")
    assert (code, err) == (0, "")
    assert f"{ZONE}: enable: waits until " in out
    assert scene.run("continue", "--yes", "-q") == (0, "", ""), "for cron"


def test_status_holds_what_gandi_has_against_zone_and_parent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.shop.gandi.domains[NAME].keys.append(key_of(NAME)[0])
    scene.now += LAG
    found = {each["code"] for each in scene.status()["findings"]}
    assert {"REGISTRAR_KEY_NOT_IN_ZONE", "ORPHANED_DS"} <= found
    assert "REGISTRAR_DS_NOT_IN_PARENT" not in found
    monkeypatch.delenv("GANDI_PAT")
    told = {each["code"]: each for each in scene.status()["findings"]}
    assert told["REGISTRAR_UNKNOWN"]["severity"] == "info"
    assert "GANDI_PAT is not set" in told["REGISTRAR_UNKNOWN"]["summary"]
    code, _, err = scene.run("enable", NAME, "--yes")
    assert (code, "GANDI_PAT" in err) == (1, True)


def test_an_unfinished_enable_is_undone(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    scene.later(hours=60)
    code, procedure = scene.step("continue", "--yes")
    scene.later(hours=60)
    code, procedure = scene.step("continue", "--yes")
    assert (code, procedure["step"]) == (0, "ds-everywhere")
    _, procedure = scene.step("enable", NAME, "--back", "--yes")
    assert (procedure["kind"], procedure["step"]) == ("disable", "no-ds")
    _, procedure = scene.step("enable", NAME, "--back", "--yes")
    assert procedure["kind"] == "disable", "however often it is said"
    waited = scene.finish("disable", NAME)
    assert "ds-gone" in waited
    assert scene.status()["status"] == "insecure"


def test_what_is_left_in_kms_is_named_with_what_deletes_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where nothing but the key in KMS was made: the second answer is no."""
    answer_on_a_terminal(monkeypatch, True, True, False)
    _, procedure = scene.step("enable", NAME)
    made = procedure["key"]["kms"]
    code, out, _ = scene.run("disable", NAME, "--yes")
    assert code == 0
    assert f"schedule-key-deletion --region us-east-1 --pending-window-in-days 30 --key-id {made}" in out
    assert "once no other zone is signed with it" in out


def test_a_rotation_goes_back_to_the_old_key(scene: Scene) -> None:
    scene.enabled()
    before = scene.wanted_ds()
    scene.step("rotate", NAME, "--yes")
    for hours in (1, 3, 6):
        scene.later(hours=hours)
        scene.step("continue", "--yes")
    assert len(scene.wanted_ds()) == 2
    for words, back in (((), False), (("--back",), True), (("--back",), True)):
        code, procedure = scene.step("rotate", NAME, *words, "--yes")
        assert (code, procedure["kind"], procedure["back"]) == (0, "rotate", back), "however often it is said"
    scene.finish("continue", NAME)
    assert scene.wanted_ds() == before
    assert scene.status()["status"] == "secure"
    code, _, err = scene.run("rotate", NAME, "--back", "--yes")
    assert code == 1
    assert "no procedure is open" in err


def test_a_tenant_is_given_the_text_and_waited_for(tenants: Scene) -> None:
    tenants.step("enable", NAME, "--yes")
    tenants.later(hours=1)
    tenants.step("continue", "--yes")
    tenants.later(hours=48)
    code, procedure = tenants.step("continue", "--yes", "-q")
    assert (code, procedure["state"], procedure["step"], procedure["news"]) == (0, "waiting", "ds", True)
    ds, key = procedure["key"]["ds"], procedure["key"]["public_key"]
    assert ds.split()[3] in procedure["ask"]
    assert key in procedure["ask"]
    code, out, _ = tenants.run("continue", "--yes")
    assert "Subject: Please add a DS record for ours.test" in out
    assert tenants.run("continue", "--yes", "-q") == (0, "", ""), "it was told once"
    tenants.later(days=8)
    assert "Subject: Please add" in tenants.run("continue", "--yes", "-q")[1], "and is again after a week"
    assert tenants.run("continue", "--yes", "-q") == (0, "", "")
    assert tenants.by_hand is not None
    tenants.by_hand.add(ds)
    waited = tenants.finish("continue", NAME)
    assert waited[-1] == "everybody-validates"
    assert tenants.status()["status"] == "secure"

    code, procedure = tenants.step("disable", NAME, "--yes")
    assert "Please remove a DS record" in procedure["ask"]
    tenants.later(days=30)
    code, procedure = tenants.step("continue", "--yes")
    assert (code, procedure["state"]) == (0, "waiting"), "nothing is disabled while a DS stands"
    assert tenants.status()["status"] == "secure"
    tenants.by_hand.clear()
    tenants.finish("continue", NAME)
    assert tenants.status()["status"] == "insecure"


def test_a_ds_that_was_asked_for_and_never_came_may_come_for_a_week(tenants: Scene) -> None:
    tenants.step("enable", NAME, "--yes")
    tenants.later(hours=1)
    tenants.step("continue", "--yes")
    tenants.later(hours=48)
    _, asked = tenants.step("continue", "--yes")
    code, procedure = tenants.step("enable", NAME, "--back", "--yes")
    assert (code, procedure["step"]) == (0, "ds-gone")
    assert "Please do not set a DS record" in procedure["ask"]
    assert tenants.by_hand is not None
    tenants.later(days=6)
    assert tenants.step("continue", "--yes")[1]["step"] == "ds-gone"
    tenants.by_hand.add(asked["key"]["ds"])
    tenants.later(hours=3)
    code, procedure = tenants.step("continue", "--yes")
    assert (procedure["step"], procedure["state"]) == ("ds-removed", "waiting")
    assert tenants.status()["status"] == "secure"
    tenants.by_hand.clear()
    tenants.finish("continue", NAME)
    assert tenants.status()["status"] == "insecure"


def test_a_zone_that_is_delegated_elsewhere_is_not_begun(scene: Scene) -> None:
    scene.servers = ("ns1.other.example.", "ns2.other.example.")
    code, _, err = scene.run("enable", NAME, "--yes")
    assert code == 1
    assert "[not-ready]" in err
    assert not state_file(scene).exists()


def test_what_cannot_be_asked_is_three(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    scene.later(hours=1)
    scene.step("continue", "--yes")
    scene.later(hours=48)
    scene.shop.gandi.fail("GET", f"/v5/domain/domains/{NAME}/dnskeys", Said(403))
    code, procedure = scene.step("continue", "--yes")
    assert (code, procedure["state"]) == (3, "unknown")
    assert "Gandi" in procedure["why"]


def test_without_parents_nothing_begins_and_that_is_three(scene: Scene) -> None:
    config = scene.shop.root / "psfdns.toml"
    config.write_text(config.read_text().partition("[resolver]")[0])
    for kind in ("enable", "rotate"):
        code, procedure = scene.step(kind, NAME, "--yes")
        assert (code, procedure["state"]) == (3, "unknown")
        assert "has no parents" in procedure["why"]
    assert not state_file(scene).exists()


def test_gandi_says_no_and_it_is_said(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psfdns.cli.dnssec.acting.SHOWS_WITHIN", 0.0)
    scene.step("enable", NAME, "--yes")
    scene.later(hours=1)
    scene.step("continue", "--yes")
    scene.later(hours=48)
    scene.shop.gandi.no = "the registry is closed"
    code, procedure = scene.step("continue", "--yes")
    assert (code, procedure["state"]) == (1, "failed")
    assert "the registry is closed" in procedure["why"]
    scene.shop.gandi.no = None
    scene.shop.gandi.delay = 1_000_000
    assert scene.step("continue", "--yes")[1]["state"] == "waiting"
    orders = len(scene.shop.gandi.changes())
    scene.later(hours=23)
    _, procedure = scene.step("continue", "--yes")
    assert (procedure["state"], procedure["news"]) == ("waiting", False)
    assert len(scene.shop.gandi.changes()) == orders, "taken, and not shown yet: it is not ordered twice"
    scene.later(hours=2)
    scene.shop.gandi.delay = 0
    assert scene.step("continue", "--yes")[0] == 0
    assert len(scene.wanted_ds()) == 1
    scene.shop.gandi.domains[NAME].keys.clear()
    scene.later(days=2)
    assert scene.run("continue", "--yes", "-q")[1].startswith(f"{ZONE}: enable: waits since ")
    assert scene.run("continue", "--yes", "-q") == (0, "", "")


def test_a_bogus_zone_stops_everything_but_its_rescue(scene: Scene, tmp_path: Path) -> None:
    scene.enabled()
    scene.step("rotate", NAME, "--yes")
    (key,) = scene.shop.gandi.domains[NAME].keys
    key["digest"] = "ab" * 32
    scene.later(hours=9)
    scene.bring_to_parents()
    scene.later(hours=9)
    assert (scene.status()["status"], ask_unbound(scene, tmp_path)) == ("bogus", "bogus")
    code, procedure = scene.step("continue", "--yes")
    assert (code, procedure["state"], procedure["code"]) == (1, "refused", "bogus")
    assert f"dnssec disable {NAME}" in procedure["hint"]
    scene.finish("disable", NAME)
    assert scene.status()["status"] == "insecure"


def test_a_state_that_is_not_understood_is_not_gone_on_with(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    whole = json.loads(state_file(scene).read_text())
    for spoilt, words in (
        ({"format": "psfdns-dnssec-state/2"}, "where this one knows psfdns-dnssec-state/1"),
        ({"pace": "slow"}, "does not know: pace"),
        ({"zone": "other.test."}, "it is about other.test."),
        ({"done": 7}, "a field is missing or no such thing"),
    ):
        state_file(scene).write_text(json.dumps(whole | spoilt))
        code, procedure = scene.step("continue", "--yes")
        assert (code, procedure["state"]) == (1, "failed")
        assert words in procedure["why"]
        assert "move it away" in procedure["hint"]
    assert scene.run("disable", NAME, "--yes")[0] == 1
    found = {each["code"]: each["summary"] for each in scene.status()["findings"]}
    assert words in found["PROCEDURE_OPEN"]
    state_file(scene).unlink()
    code, _, err = scene.run("disable", NAME, "--yes")
    assert (code, "[elsewhere]" in err, "--take-over" in err) == (1, True, True)
    code, procedure = scene.step("disable", NAME, "--yes", "--take-over")
    assert (code, procedure["step"]) == (0, "ds-gone")


def test_a_zone_that_is_gone_is_not_gone_on_with(scene: Scene) -> None:
    scene.step("enable", NAME, "--yes")
    (scene.shop.root / "zones" / "one" / f"{NAME}.zone").unlink()
    code, procedure = scene.step("continue", "--yes")
    assert (code, procedure["state"]) == (1, "failed")
    assert str(state_file(scene)) in procedure["hint"]


def test_gandi_has_a_key_already_whatever_the_digest_of_its_ds(scene: Scene) -> None:
    """It is not ordered again, and goes with both of its DS."""
    scene.enabled()
    (held,) = scene.shop.gandi.domains[NAME].keys
    public = dns.rdata.from_text("IN", "DNSKEY", f"257 3 13 {held['public_key']}")
    digest = dns.dnssec.make_ds(ZONE, public, "SHA384").digest.hex()
    other = {**held, "id": 77, "digest_type": 4, "digest": digest}
    scene.shop.gandi.domains[NAME].keys.append(other)
    scene.later(days=1)
    scene.bring_to_parents()
    scene.later(days=1)
    before = len(scene.shop.gandi.changes())
    assert not {"REGISTRAR_DS_NOT_IN_PARENT", "REGISTRAR_KEY_NOT_IN_ZONE"} & {
        each["code"] for each in scene.status()["findings"]
    }
    code, procedure = scene.step("disable", NAME, "--yes")
    assert (code, procedure["step"]) == (0, "no-ds")
    assert scene.shop.gandi.domains[NAME].keys == []
    assert len(scene.shop.gandi.changes()) == before + 2


def test_one_process_at_a_time_has_a_zone_in_hand(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psfdns.dnssec.procedures.store.PATIENCE", 0.0)
    scene.step("enable", NAME, "--yes")
    with Shelf(state_file(scene).parent).held(ZONE):
        code, procedure = scene.step("continue", "--yes")
    assert code == 1
    assert "another psfdns has its procedure in hand" in procedure["why"]


def test_whose_zone_it_is_and_which_account(scene: Scene) -> None:
    scene.shop.claim("one", "private.test", 'private = ["us-east-1:vpc-0123"]')
    code, _, err = scene.run("enable", "private.test", "--yes")
    assert (code, "is private" in err) == (64, True)
    assert scene.run("enable", "nobody.test", "--yes")[0] == 64
    assert scene.run("continue", NAME)[0] == 64
    config = scene.shop.root / "psfdns.toml"
    config.write_text(config.read_text().replace('["sandbox"]', '["123456789012"]'))
    code, _, err = scene.run("enable", NAME, "--yes")
    assert (code, "[account]" in err) == (1, True)


def test_a_zone_that_is_secure_needs_no_enabling(scene: Scene) -> None:
    scene.enabled()
    assert scene.step("enable", NAME, "--yes")[1]["state"] == "nothing"
    assert scene.run("continue", "--yes") == (0, "", ""), "for cron"
    assert scene.run("continue", NAME, NAME, "--yes") == (0, f"{ZONE}: nothing to do\n", "")
    code, _, err = scene.run("enable", NAME, "--back", "--yes")
    assert (code, "[nothing-open]" in err) == (1, True)
    assert "hint: psfdns dnssec status ours.test says how it stands" in err


def test_nothing_to_disable_is_nothing_to_do(scene: Scene) -> None:
    code, procedure = scene.step("disable", NAME, "--yes")
    assert (code, procedure["state"]) == (0, "nothing")
    assert scene.run("disable", NAME, "--yes")[1] == f"{ZONE}: nothing to do\n"
    code, _, err = scene.run("rotate", NAME, "--yes")
    assert (code, "[no-key-to-rotate]" in err) == (1, True)


def test_a_key_of_kms_that_route_53_cannot_sign_with_is_refused_before_anything_is_done(scene: Scene) -> None:
    kms = Sandbox(scene.shop.root / ".psfdns" / "sandbox").client("kms")
    zone_id = scene.document("status", NAME)[1]["zones"][0]["id"]
    disabled, doomed = make_kms_key(kms, zone_id), make_kms_key(kms, zone_id)
    kms.disable_key(KeyId=disabled)
    kms.schedule_key_deletion(KeyId=doomed)
    unfit = {
        disabled: "it is Disabled",
        doomed: "it is PendingDeletion",
        make_kms_key(kms, zone_id, KeySpec="ECC_NIST_P384"): "it is ECC_NIST_P384, not ECC_NIST_P256",
        make_kms_key(kms, zone_id, KeySpec="SYMMETRIC_DEFAULT", KeyUsage="ENCRYPT_DECRYPT"): (
            "it is for ENCRYPT_DECRYPT, not SIGN_VERIFY"
        ),
        make_kms_key(kms, zone_id, MultiRegion=True): "it is of several regions",
        make_kms_key(kms, "Z1OTHER"): "its policy does not let Route 53 use",
    }
    for arn, why in unfit.items():
        code, _, err = scene.run("enable", NAME, "--yes", "--kms-key", arn)
        assert (code, "is not fit for signing: " in err, why in err) == (1, True, True), err
        assert "without --kms-key let psfdns make one" in err
    assert not state_file(scene).exists()
    assert scene.status()["chain"][-1]["keys"] == []


@pytest.mark.parametrize(("region", "is_fit"), [("us-east-1", True), ("eu-west-1", False)])
def test_a_key_of_another_region_is_refused_whoever_tells_of_it(region: str, is_fit: bool) -> None:
    """KMS in us-east-1 has no such key; an endpoint of one's own might."""
    account = "123456789012"
    site: Any = SimpleNamespace(
        access=SimpleNamespace(
            host=SimpleNamespace(look_up_account=lambda: account),
            kms=SimpleNamespace(fetch_policy=lambda _: write_policy(account=account, zone_ids=["Z1"])),
        ),
        hosted=SimpleNamespace(id="Z1"),
    )
    key = ManagedKey("k", f"arn:aws:kms:{region}:{account}:key/k", "Enabled", "ECC_NIST_P256", "SIGN_VERIFY")
    if is_fit:
        refuse_unfit_key(site, key)
    else:
        with pytest.raises(NotDoneError, match="it is in eu-west-1, not us-east-1"):
            refuse_unfit_key(site, key)


def test_a_key_of_kms_that_is_given_is_used(scene: Scene) -> None:
    assert scene.run("enable", NAME, "--yes", "--kms-key", "alias/nobody")[0] == 64
    scene.step("enable", NAME, "--yes")
    scene.later(minutes=10)
    scene.finish("enable", NAME, "--back")
    made = json.loads(state_file(scene).read_text())["key"]["arn"]
    code, procedure = scene.step("enable", NAME, "--yes", "--kms-key", "alias/psfdns/psfdns_ours_test_1")
    assert (code, procedure["key"]["kms"]) == (0, made)
    assert procedure["key"]["name"] == "psfdns_ours_test_2"
    kms = Sandbox(scene.shop.root / ".psfdns" / "sandbox").client("kms")
    other = make_kms_key(kms, procedure["id"])
    code, _, err = scene.run("enable", NAME, "--yes", "--kms-key", other)
    assert (code, "[other-key]" in err, "dnssec rotate ours.test --kms-key" in err) == (1, True, True)
    assert scene.step("enable", NAME, "--yes", "--kms-key", made)[0] == 0, "the same again"
