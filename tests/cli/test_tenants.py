"""`psfdns tenants` and `psfdns tenants announce`, with a mail server on the loopback."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.ground import Ground
from tests.outbox import MailBox, Webhook, free_port, name_liaisons

ANNOUNCE = ("tenants", "announce", "--subject", "The load balancer moves", "--file", "notice.txt")


def configure(ground: Ground, *lines: str) -> None:
    text = '[route53]\naccounts = ["sandbox"]\n[notify]\nsandbox = true\n'
    (ground.root / "psfdns.toml").write_text(text + "".join(f"{line}\n" for line in lines))


@pytest.fixture
def mailing(ground: Ground, box: MailBox) -> Ground:
    configure(ground, f'mail = "{box.url}"')
    name_liaisons(ground.root, "one", "a@one.example", "b@one.example")
    name_liaisons(ground.root, "two", "c@two.example")
    (ground.root / "notice.txt").write_text("The load balancer moves.\nNothing is asked of you.\n")
    return ground


def document(ground: Ground, *words: str) -> dict[str, Any]:
    code, out, _ = ground.run("-q", *words, "--json")
    found: dict[str, Any] = json.loads(out)
    return {"code": code, **found}


def test_tenants_are_listed_with_what_is_known_of_them(ground: Ground) -> None:
    code, out, err = ground.run("tenants")
    assert (code, err) == (0, "")
    header, one, two = out.splitlines()
    assert header.split() == [
        "TENANT", "KIND", "APPROVED", "BILLING", "LIAISONS", "ZONES", "CERTIFICATES", "DOMAINS",
    ]  # fmt: skip
    assert one.split("  ")[0] == "one"
    for text in ("working-group", "Board resolution, 2026-03-11", "psf", "dns@example.net", "alpha.test"):
        assert text in one
    assert "beta.test" in two


def test_the_document_has_liaisons_zones_domains_and_certificates(ground: Ground) -> None:
    path = ground.root / "zones" / "one" / "tenant.toml"
    settings = '\n[zones."alpha.test"]\nregistrar = "gandi"\n[zones."sub.alpha.test"]\nregistrar = "none"\n'
    path.write_text(path.read_text() + settings)
    ground.write("one", "sub.alpha.test", "@ A 192.0.2.1")
    (ground.root / "certs").mkdir()
    (ground.root / "certs" / "one.toml").write_text('[[certificate]]\nnames = ["alpha.test"]\n')

    found = document(ground, "tenants", "one")

    assert (found["code"], found["format"]) == (0, "psfdns-tenants/1")
    (one,) = found["tenants"]
    assert one["liaisons"] == [{"name": "Liaison of one", "email": "dns@example.net", "github": None}]
    assert [zone["name"] for zone in one["zones"]] == ["alpha.test.", "sub.alpha.test."]
    assert one["domains"] == [{"name": "alpha.test", "registrar": "gandi"}]
    assert one["certificates"] == ["alpha.test"]
    assert one["findings"] == []


def test_everything_of_those_that_are_named(ground: Ground) -> None:
    for words in (("tenants", "two"), ("tenants", "list", "two")):
        code, out, _ = ground.run(*words)
        assert code == 0
        assert "  liaisons:     Liaison of two <dns@example.net>\n" in out
        assert "  domains:      beta.test (registrar: tenant)\n" in out
        assert "alpha" not in out
    code, _, err = ground.run("tenants", "tow")
    assert code == 64
    assert "did you mean 'two'?" in err


def test_what_is_wrong_with_a_tenant_stands_below_the_table(ground: Ground) -> None:
    name_liaisons(ground.root, "one")
    code, out, _ = ground.run("tenants")
    assert code == 0
    assert "[no-liaison]" in out
    assert [each["code"] for each in document(ground, "tenants", "one")["tenants"][0]["findings"]] == [
        "no-liaison"
    ]
    assert "[no-liaison]" not in ground.run("tenants", "two")[1]


def test_an_announcement_reaches_the_liaisons_of_a_zone(mailing: Ground, box: MailBox) -> None:
    code, out, err = mailing.run(*ANNOUNCE, "alpha.test", "--when", "2026-12-01 18:00 UTC", "--yes")
    assert (code, err) == (0, "")
    assert "  one: a@one.example, b@one.example\n" in out
    assert out.endswith("sent to 1 of 1 tenant\n")
    ((to, mail),) = box.mails
    assert sorted(to) == ["a@one.example", "b@one.example"]
    assert mail["Subject"] == "[psfdns] The load balancer moves"
    assert mail["Auto-Submitted"] is None, "a person wrote it"
    text = mail.get_content()
    assert text.startswith(
        "The load balancer moves.\nNothing is asked of you.\n\nWhen: 2026-12-01 18:00 UTC\n"
    )
    assert "This concerns, of one: alpha.test\n" in text


SELECTED = {
    (): ["one", "two"],
    ("beta.test",): ["two"],
    ("--tenant", "one"): ["one"],
    ("--matching", "192.0.2.3"): ["two"],
    ("--matching", "192.0.2.0/24"): ["one", "two"],
    ("--matching", "LB.example.net"): ["one"],
    ("--matching", "lb.example.net", "--matching", "192.0.2.3"): ["one", "two"],
    ("--matching", "192.0.2.0/24", "beta.test"): ["two"],
    ("--matching", "192.0.2.0/24", "--tenant", "one"): ["one"],
}


@pytest.mark.parametrize("words", SELECTED)
def test_zones_tenants_and_targets_narrow_each_other(mailing: Ground, words: tuple[str, ...]) -> None:
    mailing.write("one", "alpha.test", "www A 192.0.2.1", "web CNAME lb.example.net.")
    found = document(mailing, *ANNOUNCE, "--dry-run", *words)
    assert [one["tenant"] for one in found["tenants"]] == SELECTED[words]


def test_the_record_sets_concerned_are_named_and_only_ones_own(mailing: Ground, box: MailBox) -> None:
    mailing.write("one", "alpha.test", "lb A 192.0.2.1", "web CNAME lb", "else A 192.0.2.9")
    mailing.write("two", "beta.test", "www CNAME web.alpha.test.")

    assert mailing.run(*ANNOUNCE, "--matching", "192.0.2.1", "--yes")[0] == 0

    (_, one), (_, two) = box.mails
    assert "  lb.alpha.test. A: 192.0.2.1\n  web.alpha.test. CNAME: lb.alpha.test.\n" in one.get_content()
    assert "else" not in one.get_content()
    assert "beta" not in one.get_content()
    assert "  www.beta.test. CNAME: web.alpha.test.\n" in two.get_content()


def test_without_a_terminal_and_a_yes_it_is_shown_and_not_sent(mailing: Ground, box: MailBox) -> None:
    code, out, err = mailing.run(*ANNOUNCE)
    assert code == 1
    assert "To 2 tenants:\n" in out
    assert "  | The load balancer moves.\n" in out
    assert err.startswith("error: nothing was sent: there is no terminal to ask on\n")
    code, _, err = mailing.run("tenants", "announce", "--subject", "x", "--yes")
    assert code == 1
    assert "there is no text" in err
    assert box.mails == []


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_on_a_terminal_one_writes_and_is_asked(
    mailing: Ground, box: MailBox, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("psfdns.cli.wiring.is_interactive", lambda: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: answer)
    monkeypatch.setattr("click.edit", lambda text, **_: f"From the editor.{text}")
    assert mailing.run("tenants", "announce", "--subject", "x")[0] == code
    assert len(box.mails) == (2 if code == 0 else 0)
    for _, mail in box.mails:
        assert mail.get_content().startswith("From the editor.\n\nThis concerns")


def test_an_editor_that_is_left_without_a_word_sends_nothing(
    mailing: Ground, box: MailBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.cli.wiring.is_interactive", lambda: True)
    monkeypatch.setattr("click.edit", lambda *_, **__: None)
    code, _, err = mailing.run("tenants", "announce", "--subject", "x", "--yes")
    assert (code, err) == (1, "error: nothing was sent: the text is empty\n")
    assert box.mails == []


def test_nobody_gets_a_notice_twice_unless_again(mailing: Ground, box: MailBox) -> None:
    assert mailing.run(*ANNOUNCE, "alpha.test", "--yes")[0] == 0
    code, out, err = mailing.run(*ANNOUNCE, "alpha.test", "--yes")
    assert code == 1
    assert "told already: one: a@one.example, b@one.example\n" in out
    assert "hint: --again sends it once more\n" in err
    assert len(box.mails) == 1

    assert mailing.run(*ANNOUNCE, "--yes")[0] == 0
    assert box.recipients[1:] == [["c@two.example"]], "the others hear of it now"
    assert mailing.run(*ANNOUNCE, "alpha.test", "--yes", "--when", "tomorrow")[0] == 0, "another notice"
    assert mailing.run(*ANNOUNCE, "alpha.test", "--yes", "--again")[0] == 0
    assert len(box.mails) == 4
    assert len({mail["Message-ID"] for _, mail in box.mails}) >= 3


def test_who_was_not_reached_is_said_and_reached_by_the_next_try(mailing: Ground, box: MailBox) -> None:
    box.refuses["c@two.example"] = "550 5.1.1 gone"
    code, out, err = mailing.run(*ANNOUNCE, "--yes")
    assert code == 1
    assert "sent to 1 of 2 tenants\n" in out
    assert "two: told nobody; c@two.example refused: 550 5.1.1 gone" in err
    assert "mail to c@two.example was refused" in mailing.run("tenants")[1]
    box.refuses.clear()
    box.mails.clear()

    assert mailing.run(*ANNOUNCE, "--yes")[0] == 0
    assert box.recipients == [["c@two.example"]]


def test_a_server_that_is_away_reached_nobody(mailing: Ground) -> None:
    configure(mailing, f'mail = "mailto://127.0.0.1:{free_port()}?from=dns@psf.example"')
    code, out, err = mailing.run(*ANNOUNCE, "--yes")
    assert code == 1
    assert "sent to 0 of 2 tenants\n" in out
    assert err.count("the mail server cannot be reached: Connection refused") == 2


def test_staff_get_a_copy_and_a_failing_channel_is_exit_1(
    mailing: Ground, box: MailBox, hook: Webhook
) -> None:
    configure(mailing, f'mail = "{box.url}"', f'staff = ["{hook.url}"]')
    assert mailing.run(*ANNOUNCE, "--yes")[0] == 0
    (post,) = hook.posts
    assert post["title"] == "Announced: The load balancer moves"
    assert "two: told c@two.example" in post["message"]
    hook.status = 500
    code, _, err = mailing.run(*ANNOUNCE, "--yes", "--again")
    assert (code, err) == (1, "error: [notify] staff (json): send a message: it answered 500\n")
    assert len(box.mails) == 4


def test_dry_run_and_sandbox_send_nothing(mailing: Ground, box: MailBox) -> None:
    code, out, _ = mailing.run(*ANNOUNCE, "--dry-run", "--yes")
    assert code == 0
    assert out.endswith("nothing was sent: --dry-run\n")
    text = (mailing.root / "psfdns.toml").read_text().replace("sandbox = true\n", "")
    (mailing.root / "psfdns.toml").write_text(text)
    found = document(mailing, *ANNOUNCE, "--yes")
    assert (found["code"], found["sent"], found["why_not"]) == (0, False, "this is the sandbox")
    assert box.mails == []
    assert not (mailing.root / ".psfdns" / "notices").exists()


REFUSED = {
    ("--subject", "two\nlines", "--file", "notice.txt"): (64, "--subject: one line"),
    ("--subject", "x" * 201, "--file", "notice.txt"): (64, "--subject: one line"),
    ("--subject", "x", "--when", "\x1b[1m", "--file", "notice.txt"): (64, "--when: one line"),
    ("--subject", "x", "--file", "absent.txt"): (1, "absent.txt: cannot be read: No such file"),
    ("--subject", "x", "--file", "bytes.txt"): (1, "bytes.txt: is not UTF-8"),
    ("--subject", "x", "--file", "empty.txt"): (1, "the text is empty"),
    ("--subject", "x", "--file", "long.txt"): (1, "more than 32,768 characters"),
    ("--subject", "x", "--file", "notice.txt", "gamma.test"): (64, "unknown zone"),
    ("--subject", "x", "--file", "notice.txt", "--tenant", "tow"): (64, "unknown tenant"),
    ("--subject", "x", "--file", "notice.txt", "--matching", "a..b"): (64, "neither a name nor an address"),
    ("--subject", "x", "--file", "notice.txt", "--matching", "lb.example.net"): (1, "it concerns nobody"),
    ("--file", "notice.txt"): (64, "Missing option '--subject'"),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_makes_no_notice_is_refused(mailing: Ground, box: MailBox, words: tuple[str, ...]) -> None:
    (mailing.root / "bytes.txt").write_bytes(b"\xff")
    (mailing.root / "empty.txt").write_text("\n \n")
    (mailing.root / "long.txt").write_text("x" * 40_000)
    code, _, err = mailing.run("tenants", "announce", "--yes", *words)
    assert code == REFUSED[words][0]
    assert REFUSED[words][1] in err
    assert box.mails == []


def test_a_zone_that_cannot_be_read_leaves_open_whom_it_concerns(mailing: Ground, box: MailBox) -> None:
    mailing.write("two", "beta.test", "www A nonsense")
    code, _, err = mailing.run(*ANNOUNCE, "--matching", "192.0.2.1", "--yes")
    assert code == 1
    assert "zones/two/beta.test.zone:2" in err
    assert "whom it concerns cannot be told" in err
    assert box.mails == []


def test_a_tenant_without_a_liaison_is_named_as_not_reached(mailing: Ground, box: MailBox) -> None:
    name_liaisons(mailing.root, "one")
    code, out, err = mailing.run(*ANNOUNCE, "--yes")
    assert code == 1
    assert "nobody to tell: one names no liaison\n" in out
    assert "warning: one: told nobody; no liaison is named\n" in err
    assert box.recipients == [["c@two.example"]]


def test_without_a_mail_server_nothing_is_sent(mailing: Ground) -> None:
    configure(mailing)
    code, _, err = mailing.run(*ANNOUNCE, "--yes")
    assert code == 1
    assert "psfdns.toml names no mail server" in err


def test_a_damaged_memory_sends_nothing(mailing: Ground, box: MailBox) -> None:
    folder = mailing.root / ".psfdns" / "notices"
    folder.mkdir(parents=True)
    (folder / "announced.json").write_text("[]")
    code, _, err = mailing.run(*ANNOUNCE, "--yes")
    assert code == 1
    assert "psfdns then forgets who was told already" in err
    assert box.mails == []
