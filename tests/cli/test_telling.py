"""Who hears of an apply: the tenants' mail and staff's channels, both on the loopback."""

from __future__ import annotations

import json
import subprocess
import threading
from typing import Any

import pytest

from psfdns.cli.main import run
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.serve import SandboxServer
from tests.cli.ground import Ground
from tests.outbox import MailBox, Webhook, free_port, name_liaisons


def configure(ground: Ground, *lines: str) -> None:
    text = '[route53]\naccounts = ["sandbox"]\n[notify]\nsandbox = true\n'
    (ground.root / "psfdns.toml").write_text(text + "".join(f"{line}\n" for line in lines))


@pytest.fixture
def mailing(ground: Ground, box: MailBox) -> Ground:
    """Both tenants with liaisons of their own, and a server that takes mail to them."""
    configure(ground, f'mail = "{box.url}"')
    name_liaisons(ground.root, "one", "a@one.example", "b@one.example")
    name_liaisons(ground.root, "two", "c@two.example")
    return ground


def apply(ground: Ground, *words: str) -> tuple[int, dict[str, Any], str]:
    code, out, err = ground.run("-q", "apply", "--yes", "--json", "--no-wait", *words)
    return code, json.loads(out), err


def test_each_tenant_gets_one_message_to_all_its_liaisons(mailing: Ground, box: MailBox) -> None:
    code, document, err = apply(mailing)

    assert (code, err) == (0, "")
    assert box.recipients == [["a@one.example", "b@one.example"], ["c@two.example"]]
    (_, first), (_, second) = box.mails
    assert first["To"] == "a of one <a@one.example>, b of one <b@one.example>"
    assert first["From"] == "PSF DNS <dns@psf.example>"
    assert first["Reply-To"] == "staff@psf.example"
    assert first["List-Id"] == '"DNS of one" <one.psfdns.psf.example>'
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Subject"] == "[psfdns] alpha.test: new, 2 record sets"
    assert first.get_content_type() == "text/plain"
    assert "www.alpha.test. A" in first.get_content()
    assert "beta" not in first.as_string()
    assert "alpha" not in second.as_string()
    assert [(one["tenant"], one["to"]) for one in document["told"]] == [
        ("one", ["a@one.example", "b@one.example"]),
        ("two", ["c@two.example"]),
    ]


def test_what_was_not_touched_is_not_told(mailing: Ground, box: MailBox) -> None:
    apply(mailing)
    box.mails.clear()
    mailing.write("two", "beta.test", "www A 192.0.2.4")

    apply(mailing)
    assert box.recipients == [["c@two.example"]]
    assert apply(mailing)[0] == 0
    assert len(box.mails) == 1, "with nothing to do nobody is told"


def test_the_message_says_what_changed_as_the_plan_does_and_why(mailing: Ground, box: MailBox) -> None:
    apply(mailing)
    box.mails.clear()
    mailing.write("two", "beta.test", "www A 192.0.2.4")
    for words in (
        ["init", "-q"],
        ["config", "user.name", "Tester"],
        ["config", "user.email", "tester@example.org"],
        ["add", "zones", "psfdns.toml"],
        ["commit", "-q", "-m", "Point www at the new host\n\nIn two lines."],
    ):
        subprocess.run(["git", *words], cwd=mailing.root, check=True)

    apply(mailing)

    ((_, mail),) = box.mails
    text = mail.get_content()
    assert mail["Subject"] == "[psfdns] beta.test: 1 record set changed"
    assert "beta.test: record sets: 1 updated\n  ~ update www.beta.test. A\n" in text
    assert "      - 192.0.2.3\n      + 192.0.2.4\n        old answers live up to 5 min\n" in text
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=mailing.root, check=True, capture_output=True, text=True
    ).stdout
    assert f"why:   commit {head[:12]}: Point www at the new host\n" in text
    entry = json.loads(mailing.run("history", "--json")[1])["entries"][0]
    assert f"who:   {entry['who']['user']}@{entry['who']['host']}\n" in text
    assert f"entry: {entry['id']} " in text


def test_the_journal_says_who_was_told(mailing: Ground, box: MailBox) -> None:
    box.refuses["b@one.example"] = "550 5.1.1 no such user"
    entry = apply(mailing)[1]["zones"][0]["journal"]

    (found,) = json.loads(mailing.run("history", entry, "--json")[1])["entries"]
    first, second = found["told"]
    assert found["state"] == "done"
    assert (first["tenant"], first["to"], first["fault"]) == ("one", ["a@one.example"], None)
    assert first["refused"] == [{"address": "b@one.example", "why": "550 5.1.1 no such user"}]
    assert (second["tenant"], second["to"]) == ("two", ["c@two.example"])
    out = mailing.run("history", entry)[1]
    assert "told:      one: told a@one.example; b@one.example refused: 550 5.1.1 no such user\n" in out


def test_rollback_tells_too_and_says_what_it_undoes(mailing: Ground, box: MailBox) -> None:
    apply(mailing)
    mailing.write("two", "beta.test", "www A 192.0.2.4")
    undone = apply(mailing)[1]["zones"][0]["journal"]
    box.mails.clear()

    code, out, err = mailing.run("-q", "rollback", "--yes", "--json")

    assert (code, err) == (0, "")
    assert [one["tenant"] for one in json.loads(out)["told"]] == ["two"]
    ((_, mail),) = box.mails
    assert mail["Subject"] == "[psfdns] beta.test: 1 record set changed back"
    assert f"why:   rollback, undoes {undone}\n" in mail.get_content()


@pytest.mark.parametrize("words", [("apply", "--yes"), ("rollback", "--yes")])
def test_no_notify_tells_nobody(mailing: Ground, box: MailBox, words: tuple[str, ...], hook: Webhook) -> None:
    apply(mailing, "--no-notify")
    mailing.write("two", "beta.test", "www A 192.0.2.4")
    apply(mailing, "--no-notify")
    code, out, _ = mailing.run(*words, "--no-notify", "--json")
    assert (code, json.loads(out)["told"]) == (0, [])
    assert box.mails == []


def test_the_sandbox_tells_nobody_and_says_whom_it_would(mailing: Ground, box: MailBox) -> None:
    text = (mailing.root / "psfdns.toml").read_text().replace("sandbox = true\n", "")
    (mailing.root / "psfdns.toml").write_text(text)

    code, _, err = mailing.run("-v", "apply", "--yes", "--no-wait")

    assert code == 0
    assert "not told, this is the sandbox: one (a@one.example, b@one.example)\n" in err
    assert box.mails == []
    assert not (mailing.root / ".psfdns" / "notices").exists()


def test_a_refused_address_is_remembered_until_it_is_taken_or_gone(mailing: Ground, box: MailBox) -> None:
    box.refuses["b@one.example"] = "550 5.1.1 no such user"
    code, document, err = apply(mailing)
    assert code == 0
    assert "warning: one: told a@one.example; b@one.example refused: 550 5.1.1 no such user\n" in err
    assert document["told"][0]["refused"][0]["address"] == "b@one.example"

    told = "one: mail to b@one.example was refused on "
    assert told in mailing.run("tenants")[1]
    assert told in mailing.run("apply", "--yes")[2], "the next apply says it, also with nothing to do"
    assert told not in mailing.run("apply", "--yes", "beta.test")[2], "and not to others"

    name_liaisons(mailing.root, "one", "a@one.example")
    assert told not in mailing.run("tenants")[1]
    name_liaisons(mailing.root, "one", "a@one.example", "b@one.example")
    box.refuses.clear()
    mailing.write("one", "alpha.test", "www A 192.0.2.1", "@ TXT hello", "new A 192.0.2.5")
    apply(mailing)
    assert told not in mailing.run("tenants")[1]


def test_what_may_work_later_is_no_bad_address(mailing: Ground, box: MailBox) -> None:
    box.refuses["b@one.example"] = "451 4.7.1 try again later"
    assert "b@one.example refused: 451" in apply(mailing)[2]
    assert "[address-refused]" not in mailing.run("tenants")[1]


def test_who_was_not_told_hears_of_it_with_the_next_message(mailing: Ground, box: MailBox) -> None:
    box.refuses["c@two.example"] = "450 4.2.1 mailbox busy"
    missed = apply(mailing)[1]["zones"][0]["journal"]
    assert f"two was not told of {missed}" in mailing.run("tenants", "two")[1]
    box.refuses.clear()
    box.mails.clear()
    mailing.write("two", "beta.test", "www A 192.0.2.4")

    apply(mailing)

    ((_, mail),) = box.mails
    assert f"You could not be told before of:\n  {missed} (" in mail.get_content()
    assert "not-told" not in mailing.run("tenants")[1]


def test_a_tenant_without_a_liaison_is_a_finding_and_no_failure(mailing: Ground, box: MailBox) -> None:
    name_liaisons(mailing.root, "one")
    code, document, err = apply(mailing)
    assert code == 0
    assert "warning: one: told nobody; no liaison is named\n" in err
    assert [(one["tenant"], one["to"]) for one in document["told"]] == [
        ("two", ["c@two.example"]),
        ("one", []),
    ]
    out = mailing.run("tenants")[1]
    assert "one was not told of " in out
    assert "[no-liaison]" in out


def test_a_silent_mail_server_never_fails_an_apply(mailing: Ground) -> None:
    configure(mailing, f'mail = "mailto://127.0.0.1:{free_port()}?from=dns@psf.example"')
    code, document, err = apply(mailing)
    assert code == 0
    assert [zone["applied"] for zone in document["zones"]] == [2, 1]
    assert "warning: one: told nobody; the mail server cannot be reached: Connection refused\n" in err
    assert len(document["told"]) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'mail = "$NO_SUCH_VARIABLE"',
            "[notify] mail: read its URL: the environment has no NO_SUCH_VARIABLE",
        ),
        ('mail_file = "absent"', "absent: No such file or directory"),
        (
            'mail = "mailto://user:s3cret@mail.example.org?from=a@b.example"',
            "only loopback is reached without",
        ),
        ('mail = "mailto://127.0.0.1:25"', "apprise cannot read it"),
    ],
)
def test_a_channel_that_cannot_be_used_is_a_warning_without_its_secret(
    mailing: Ground, line: str, said: str
) -> None:
    configure(mailing, line)
    code, _, err = apply(mailing)
    assert code == 0
    assert said in err
    assert "s3cret" not in err
    assert "two was not told of" in mailing.run("tenants")[1]


def test_staff_hear_which_zones_and_who_was_told(mailing: Ground, box: MailBox, hook: Webhook) -> None:
    box.refuses["c@two.example"] = "550 5.1.1 gone"
    configure(mailing, f'mail = "{box.url}"', f'staff = ["{hook.url}"]')
    assert apply(mailing)[0] == 0
    (post,) = hook.posts
    assert post["title"] == "psfdns apply: alpha.test, beta.test"
    assert "one: told a@one.example, b@one.example" in post["message"]
    assert "two: told nobody; c@two.example refused: 550 5.1.1 gone" in post["message"]


def test_a_failing_webhook_is_a_warning_that_keeps_its_token(
    mailing: Ground, box: MailBox, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.status = 401
    monkeypatch.setenv("STAFF_URL", hook.url)
    configure(mailing, f'mail = "{box.url}"', 'staff = ["$STAFF_URL"]')
    code, _, err = apply(mailing)
    assert code == 0
    assert err == "warning: [notify] staff (json): send a message: it answered 401\n"
    assert len(box.mails) == 2


def test_another_tenants_zone_below_ones_own_is_told_to_its_holder(mailing: Ground, box: MailBox) -> None:
    mailing.write("one", "alpha.test", "www A 192.0.2.1", "sub A 192.0.2.8", "host.sub A 192.0.2.8")
    path = mailing.root / "zones" / "one" / "tenant.toml"
    path.write_text(path.read_text() + '\n[zones."alpha.test"]\ndelegated = { "sub.alpha.test" = "two" }\n')

    apply(mailing, "alpha.test", "--allow", "other-tenant")

    (_, first), (_, second) = box.mails
    assert "www.alpha.test. A" in first.get_content()
    assert "www.alpha.test. A" not in second.get_content()
    assert "host.sub.alpha.test. A" in second.get_content()


def test_nothing_in_a_zone_or_a_name_can_forge_a_header_or_a_line(mailing: Ground, box: MailBox) -> None:
    path = mailing.root / "zones" / "two" / "tenant.toml"
    path.write_text(path.read_text().replace('name = "two"', 'name = "Two\\" <x@evil.example>, Ünï"'))
    mailing.write("two", "beta.test", r'@ TXT "one\010Bcc: evil@evil.example\010.\010"')

    apply(mailing, "beta.test")

    ((to, mail),) = box.mails
    assert to == ["c@two.example"]
    assert mail["Bcc"] is None
    assert mail["To"] == "c of two <c@two.example>"
    assert not any(line.startswith(("Bcc", ".")) for line in mail.get_content().splitlines())


def test_a_large_change_is_a_bounded_message(mailing: Ground, box: MailBox) -> None:
    lines = [f"h{number} A 192.0.2.{number}" for number in range(1, 60)]
    long = " ".join(f'"{"x" * 255}"' for _ in range(8))
    mailing.write("two", "beta.test", f"a TXT {long}", *lines)

    apply(mailing, "beta.test")

    ((_, mail),) = box.mails
    text = mail.get_content()
    assert "\n  and 30 more record sets\n" in text
    assert max(map(len, text.splitlines())) <= 200
    assert len(text) < 8_000


def test_zone_delete_tells_its_tenant(mailing: Ground, box: MailBox, monkeypatch: pytest.MonkeyPatch) -> None:
    from psfdns.cli import resolving, wiring
    from tests.cli.test_zone_delete import Outside, wait_out

    outside = Outside()
    monkeypatch.setattr(resolving, "open_walk", lambda *_: outside)
    monkeypatch.setattr(wiring, "now", lambda: outside.now)
    apply(mailing)
    box.mails.clear()
    wait_out(mailing, outside)

    code, out, _ = mailing.run("zone", "delete", "alpha.test", "--yes", "--json")

    assert code == 0
    assert [one["tenant"] for one in json.loads(out)["told"]] == ["one"]
    ((_, mail),) = box.mails
    assert mail["Subject"] == "[psfdns] alpha.test: zone deleted"
    assert "the zone was deleted, with all that it held" in mail.get_content()


def test_an_account_that_is_no_sandbox_needs_no_setting_to_tell(
    mailing: Ground, box: MailBox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = mailing.root / "psfdns.toml"
    path.write_text(path.read_text().replace("sandbox = true\n", ""))
    server = SandboxServer(Sandbox(mailing.root / "served"))
    thread = threading.Thread(target=server.run)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    try:
        assert run(["-q", "apply", "--yes", "--no-wait"]) == 0
    finally:
        server.stop()
        thread.join()
    assert capsys.readouterr().err == ""
    assert box.recipients == [["a@one.example", "b@one.example"], ["c@two.example"]]
