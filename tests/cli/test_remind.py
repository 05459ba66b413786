"""`psfdns domains remind`, with Gandi, a registry, a mail server, and channels on the loopback."""

from __future__ import annotations

import datetime
import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from psfdns.certs.store import Store
from psfdns.cli.main import run
from psfdns.errors import HostError
from tests.certs.issuing import issue
from tests.cli.clocks import set_clock
from tests.cli.top import name_servers
from tests.outbox import MailBox, Service, Webhook, free_port, name_liaisons
from tests.registrar.fake_gandi import TOKEN, FakeGandi, fake_gandi, key_of
from tests.registrar.fake_rdap import FakeRdap
from tests.registrar.loopback import Asked, Said, Server, serving

NOW = datetime.datetime(2027, 1, 1, 6, tzinfo=datetime.UTC)
TENANT = """\
name = "{name}"
kind = "working-group"
approved = "Board resolution, 2026-03-11"
billing = "{billing}"
[[liaison]]
name = "Liaison"
email = "dns@example.net"
"""


def days(number: float) -> datetime.datetime:
    return NOW + datetime.timedelta(days=number)


@dataclass
class Land:
    """Two tenants with a domain each: alpha.test at Gandi, beta.test elsewhere."""

    root: Path
    gandi: FakeGandi
    rdap: FakeRdap
    box: MailBox
    hook: Webhook
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def configure(self, *notify: str, mail: bool = True, staff: bool = True, more: str = "") -> None:
        lines = [
            f'[gandi]\nurl = "{self.gandi.url}"',
            f'[rdap]\nbootstrap = "{self.rdap.url}/dns.json"',
            more,
        ]
        lines += ["[notify]"]
        lines += [f'mail = "{self.box.url}"'] if mail else []
        lines += [f'staff = ["{self.hook.url}"]'] if staff else []
        (self.root / "psfdns.toml").write_text("\n".join([*lines, *notify, ""]))

    def at(self, day: float) -> None:
        set_clock(self.monkeypatch, lambda: days(day))

    def run(self, *words: str, day: float | None = None) -> tuple[int, str, str]:
        if day is not None:
            self.at(day)
        self.capsys.readouterr()
        return (run(["domains", "remind", *words]), *self.capsys.readouterr())

    def document(self, *words: str, day: float | None = None) -> dict[str, Any]:
        code, out, _ = self.run(*words, "--json", day=day)
        found: dict[str, Any] = json.loads(out)
        return {"code": code, **found}

    def subjects(self) -> list[tuple[str, str]]:
        """Who got what since the last time."""
        found = [(to[0], mail["Subject"]) for to, mail in self.box.mails]
        found += [("staff", post["title"]) for post in self.hook.posts]
        self.box.mails.clear()
        self.hook.posts.clear()
        return found


@pytest.fixture
def land(
    tmp_path: Path,
    box: MailBox,
    hook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Land]:
    rdap = FakeRdap()
    for slug, zone, registrar, billing in (
        ("one", "alpha.test", "gandi", "psf"),
        ("two", "beta.test", "tenant", "tenant"),
    ):
        folder = tmp_path / "zones" / slug
        folder.mkdir(parents=True)
        (folder / f"{zone}.zone").write_text("$TTL 300\n@ A 192.0.2.1\n")
        setting = f'[zones."{zone}"]\nregistrar = "{registrar}"\n'
        text = TENANT.format(name=slug.title(), billing=billing)
        (folder / "tenant.toml").write_text(text.replace("[[liaison]]", f"{setting}[[liaison]]"))
        name_liaisons(tmp_path, slug, f"a@{slug}.example")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANDI_PAT", TOKEN)
    monkeypatch.setattr("psfdns.cli.wiring.sleep", lambda _: None)
    with fake_gandi() as gandi, serving(rdap):
        gandi.add("alpha.test", days(400))
        rdap.add("beta.test", f"{days(400):%Y-%m-%dT%H:%M:%SZ}")
        land = Land(tmp_path, gandi, rdap, box, hook, monkeypatch, capsys)
        land.configure()
        land.at(0)
        yield land


def test_nothing_is_said_while_nothing_ends(land: Land) -> None:
    assert land.run() == (0, "", "")
    assert land.subjects() == []


def test_a_mail_says_who_pays_what_it_costs_what_happens_when_and_what_to_do(land: Land) -> None:
    land.gandi.add("alpha.test", days(30), autorenew=False)
    code, out, err = land.run()
    assert (code, out, err) == (0, "1 of 1 message accepted\n", "")
    ((to, mail),) = land.box.mails
    assert to == ["a@one.example"]
    headers = {name: mail[name] for name in ("Subject", "To", "References", "List-Id", "Auto-Submitted")}
    assert headers == {
        "Subject": "[psfdns] alpha.test ends in 30 days (2027-01-31)",
        "To": "a of one <a@one.example>",
        "References": "<domain.alpha.test@psf.example>",
        "List-Id": '"DNS of One" <one.psfdns.psf.example>',
        "Auto-Submitted": "auto-generated",
    }
    text = " ".join(mail.get_content().split())
    for words in (
        "the Python Software Foundation; Gandi takes it from the prepaid balance, which holds 100.00 EUR",
        "15.50 EUR for 1 year, taxes included",
        "2027-01-31 it ends",
        "2027-03-17 it is deleted",
        "2027-04-16 until then it can be restored, for a fee",
        "staff: psfdns domains renew alpha.test",
        "zones/one/tenant.toml",
    ):
        assert words in text
    assert land.run() == (0, "", "")
    assert len(land.box.mails) == 1


def test_a_life_from_sixty_days_before_to_the_renewal(land: Land) -> None:
    land.gandi.add("alpha.test", days(61), autorenew=False)
    heard = {}
    for day in range(70):
        assert land.run(day=day)[0] == 0
        said = land.subjects()
        if said:
            heard[day] = sorted(to for to, _ in said)
    mail, both = ["a@one.example"], ["a@one.example", "staff"]
    assert heard == {
        1: mail,
        31: mail,
        47: mail,
        54: both,
        58: both,
        60: both,
        61: both,
        **dict.fromkeys(range(62, 70), both),
    }
    land.gandi.domains["alpha.test"].ends = days(61 + 365)
    assert land.run(day=70)[0] == 0
    subject = "[psfdns] alpha.test is renewed until 2028-03-02"
    assert land.subjects() == [("a@one.example", subject), ("staff", subject)]
    assert land.run(day=71) == (0, "", "")


def test_one_mail_for_all_that_a_person_answers_for(land: Land) -> None:
    name_liaisons(land.root, "two", "a@one.example", "b@two.example")
    land.gandi.add("alpha.test", days(60), autorenew=False)
    land.rdap.add("beta.test", "2027-01-31T00:00:00Z")
    land.run()
    (first, mail), (second, _) = land.box.mails
    assert (first, second) == (["a@one.example"], ["b@two.example"])
    assert mail["Subject"] == "[psfdns] beta.test ends in 30 days (2027-01-31), and 1 more"
    assert mail["List-Id"] == '"DNS of several tenants" <several.psfdns.psf.example>'
    assert mail["References"] == "<domain.alpha.test@psf.example> <domain.beta.test@psf.example>"
    text = mail.get_content()
    assert text.index("beta.test ends") < text.index("alpha.test ends")
    assert "Written to as well: b@two.example." in text


def test_money_that_is_short_is_told_to_staff_at_once(land: Land) -> None:
    land.gandi.domains["alpha.test"].price = 500.0
    assert land.run()[0] == 0
    end = days(400).date()
    assert land.subjects() == [
        ("staff", f"[psfdns] alpha.test ends in 400 days ({end}); the money to renew it is missing")
    ]
    assert land.run(day=1) == (0, "", "")


def test_while_gandi_is_away_what_renews_by_itself_is_still_trusted(land: Land) -> None:
    """One run without an answer once had everybody hear that nothing renews it."""
    land.gandi.add("alpha.test", days(25), autorenew=True)
    land.gandi.add("unclaimed.test", days(40), autorenew=True)
    assert land.run()[0] == 0
    land.gandi.fail("GET", ".*", Said(500), times=10**6)
    for day in (0, 1, 2.9):
        assert land.run(day=day)[0] == 0
        assert land.subjects() == []
    asked = len(land.gandi.asked)
    land.run(day=2.9)
    assert len(land.gandi.asked) - asked <= 3, "and nobody asks it for prices"
    text = land.document(day=7)["messages"][0]["text"]
    assert "alpha.test ends in 18 days" in text
    assert "beware:  this is what was last known" in text
    assert "renewal: by itself, at Gandi" in text
    assert "nothing renews it" not in text


def test_while_gandi_is_away_what_cannot_be_paid_is_not_trusted(land: Land) -> None:
    land.gandi.add("alpha.test", days(65), autorenew=True, price=500.0)
    assert land.run()[0] == 0
    assert [to for to, _ in land.subjects()] == ["staff"]
    land.gandi.fail("GET", ".*", Said(500), times=10**6)
    assert land.run("--nagios", "--dry-run", day=1)[0] == 2
    assert land.run(day=1)[0] == 0
    assert land.subjects() == []
    assert land.run(day=5)[0] == 0
    said = f"alpha.test ends in 60 days ({days(65):%Y-%m-%d}); the money to renew it is missing"
    assert ("a@one.example", f"[psfdns] {said}") in land.subjects()


def test_a_run_without_gandi_brings_nothing_back_from_deletion(land: Land) -> None:
    land.gandi.add("alpha.test", days(-77), autorenew=False)
    assert land.run()[0] == 0
    assert len(land.subjects()) == 2
    land.gandi.fail("GET", ".*", Said(500), times=10**6)
    assert (land.run(day=1)[0], land.subjects()) == (0, [])
    land.gandi.faults.clear()
    assert (land.run(day=1.1)[0], land.subjects()) == (0, [])


def test_an_outage_of_gandi_is_said_once_after_three_days(land: Land) -> None:
    land.run()
    land.gandi.fail("GET", ".*", Said(500), times=10**6)
    for day, count in ((1, 0), (2.9, 0), (3, 2), (4, 0), (9, 0)):
        code, _, err = land.run(day=day)
        assert (code, len(land.subjects())) == (0, count), day
        assert "Gandi was not asked: list the domains: it answers 500; what" in err
    land.gandi.faults.clear()
    assert land.run(day=10) == (0, "", "")


def test_what_was_known_counts_while_gandi_is_away(land: Land) -> None:
    land.gandi.add("unclaimed.test", days(31), autorenew=False)
    assert land.run()[0] == 0
    assert [to for to, _ in land.subjects()] == ["staff"]
    land.gandi.fail("GET", ".*", Said(500), times=10**6)
    assert land.run(day=1)[0] == 0
    assert land.subjects() == [("staff", "[psfdns] unclaimed.test ends in 30 days (2027-02-01)")]


def test_on_a_full_disk_nothing_is_sent_and_that_is_said(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not remembered would be said again by each run."""
    land.gandi.add("alpha.test", days(7), autorenew=False)

    def write(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr("psfdns.journal.state_document.write_file", write)
        code, _, err = land.run()
    assert (code, land.subjects()) == (1, [])
    assert "reminders.json: cannot be written: No space left on device\n" in err
    assert (
        "hint: nothing more is sent that cannot be remembered: mend that, and run this again today\n" in err
    )
    assert land.run()[0] == 0
    assert [to for to, _ in land.subjects()] == ["a@one.example", "staff"]


def test_a_file_that_cannot_be_written_hides_no_failure_and_no_metrics(land: Land) -> None:
    """It once had nobody hear that a message was not accepted."""
    land.gandi.add("alpha.test", days(7), autorenew=False)
    land.hook.status = 500
    code, _, err = land.run("--ics", "none/ends.ics", "--metrics", "m.prom")
    assert code == 1
    assert "was not told" in err
    assert "error: none/ends.ics could not be written" in err
    assert "psfdns_remind_failed_messages 1.0\n" in (land.root / "m.prom").read_text()


def test_a_channel_that_fails_is_tried_again_and_the_other_is_not(land: Land) -> None:
    land.gandi.add("alpha.test", days(7), autorenew=False)
    land.hook.status = 500
    code, _, err = land.run()
    assert code == 1
    assert "was not told" in err
    assert "a-secret-token" not in err
    assert [to for to, _ in land.subjects()] == ["a@one.example"]
    land.hook.status = 200
    assert land.run()[0] == 0
    assert [to for to, _ in land.subjects()] == ["staff"]
    assert land.run() == (0, "", "")


def test_staff_hears_at_once_of_what_no_liaison_accepts(land: Land) -> None:
    land.gandi.add("alpha.test", days(60), autorenew=False)
    land.box.refuses = {"a@one.example": "550 no such user"}
    code, _, err = land.run()
    assert (code, [to for to, _ in land.subjects()]) == (1, ["staff"])
    assert "550 no such user" in err
    assert "550 no such user" in (land.root / ".psfdns/notices/findings.json").read_text()
    assert land.run()[0] == 1, "it is tried again"
    assert land.subjects() == []
    land.box.refuses = {}
    assert land.run()[0] == 0
    assert [to for to, _ in land.subjects()] == ["a@one.example"]


def test_one_liaison_who_accepts_is_enough(land: Land) -> None:
    name_liaisons(land.root, "one", "a@one.example", "b@one.example")
    land.gandi.add("alpha.test", days(60), autorenew=False)
    land.box.refuses = {"a@one.example": "550 no such user"}
    for expected in (["b@one.example"], []):
        assert land.run()[0] == 1
        assert [to for to, _ in land.subjects()] == expected


def test_a_mail_server_that_is_away_fails_and_loses_nothing(land: Land) -> None:
    land.gandi.add("alpha.test", days(60), autorenew=False)
    url, land.box.port = land.box.port, free_port()
    land.configure()
    assert land.run()[0] == 1
    assert [to for to, _ in land.subjects()] == ["staff"]
    land.box.port = url
    land.configure()
    assert land.run()[0] == 0
    assert [to for to, _ in land.subjects()] == ["a@one.example"]


def test_what_nobody_can_be_told_of_is_a_failure(land: Land) -> None:
    land.gandi.add("alpha.test", days(60), autorenew=False)
    land.configure(mail=False, staff=False)
    code, _, err = land.run()
    assert code == 1
    assert "alpha.test: there is nobody to tell that it ends on 2027-03-02" in err
    land.configure(mail=False)
    assert land.run()[0] == 0
    assert [to for to, _ in land.subjects()] == ["staff"]


def test_a_dry_run_shows_everything_and_sends_and_remembers_nothing(land: Land) -> None:
    land.gandi.add("alpha.test", days(7), autorenew=False)
    for _ in range(2):
        code, out, err = land.run("--dry-run")
        assert (code, err) == (0, "")
        assert out.startswith(
            "To: a@one.example (mail)\nSubject: [psfdns] alpha.test ends in 7 days (2027-01-08)\n"
        )
        assert "To: [notify] staff (json) (staff)\n" in out
        assert out.endswith("nothing was sent: --dry-run; 2 things watched, 2 messages to be sent\n")
    assert land.subjects() == []
    assert not (land.root / ".psfdns/notices").exists()


def test_the_document_says_what_became_of_each_message(land: Land) -> None:
    land.gandi.add("alpha.test", days(7), autorenew=False)
    land.hook.status = 500
    found = land.document()
    assert (found["code"], found["format"], found["sent"]) == (1, "psfdns-remind/1", True)
    assert found["summary"] == {"watched": 2, "messages": 2, "accepted": 1, "failed": 1}
    mail, staff = found["messages"]
    assert (mail["channel"], mail["to"], mail["accepted"], mail["fault"]) == (
        "mail",
        "a@one.example",
        True,
        None,
    )
    assert (staff["channel"], staff["accepted"]) == ("staff", False)
    (item,) = mail["items"]
    assert {key: item[key] for key in ("kind", "object", "tenant", "labels", "days_left", "level")} == {
        "kind": "domain", "object": "alpha.test", "tenant": "one", "labels": ["7"], "days_left": 7,
        "level": "critical",
    }  # fmt: skip


def test_the_token_for_gandi_is_spoken_of_before_it_ends(land: Land) -> None:
    land.configure(more="[reminders]\ndays = [10]")
    text = (land.root / "psfdns.toml").read_text()
    (land.root / "psfdns.toml").write_text(text.replace("[gandi]", "[gandi]\ntoken_expires = 2027-01-31"))
    heard = {}
    for day in range(33):
        assert land.run(day=day)[0] == 0
        said = land.subjects()
        if said:
            heard[day] = said
    assert list(heard) == [0, 23, 29, 31]
    assert heard[0] == [("staff", "[psfdns] the token GANDI_PAT ends in 30 days (2027-01-31)")]


NAGIOS: dict[str, tuple[float, dict[str, Any], int, str]] = {
    "well": (400, {}, 0, "PSFDNS OK - 2 looked at | 'alpha.test'=400;20:;8: 'beta.test'=400;31:;8:"),
    "soon": (30, {"autorenew": False}, 1, "PSFDNS WARNING - alpha.test 30 d | 'alpha.test'=30;31:;8: "),
    "renews": (20, {}, 0, "PSFDNS OK - 2 looked at | 'alpha.test'=20;20:;8: "),
    "late": (19, {}, 1, "PSFDNS WARNING - alpha.test 19 d | "),
    "very soon": (7, {}, 2, "PSFDNS CRITICAL - alpha.test 7 d | "),
    "no money": (90, {"price": 500.0}, 2, "PSFDNS CRITICAL - alpha.test 90 d, no money | "),
    "over": (-3, {"autorenew": False}, 2, "PSFDNS CRITICAL - alpha.test hold | 'alpha.test'=-3;31:;8: "),
}


@pytest.mark.parametrize("case", NAGIOS)
def test_nagios_reads_one_line(land: Land, case: str) -> None:
    ends, settings, code, line = NAGIOS[case]
    land.gandi.add("alpha.test", days(ends), **settings)
    found, out, _ = land.run("--nagios", "--dry-run")
    assert found == code
    assert out.startswith(line)
    assert out.count("\n") == 1


def test_nagios_knows_what_is_unknown_and_what_was_not_told(land: Land) -> None:
    land.gandi.fail("GET", ".*", Said(500), times=10**6)
    code, out, _ = land.run("--nagios", "--dry-run")
    assert (code, out.split(" - ")[1][:18]) == (3, "alpha.test unknown")
    (land.root / "psfdns.toml").write_text("[notify]\nmail = 1\n")
    code, out, _ = land.run("--nagios")
    assert code == 3
    assert out.startswith("PSFDNS UNKNOWN - ")
    land.gandi.faults.clear()
    land.gandi.add("alpha.test", days(60), autorenew=False)
    land.configure(mail=False, staff=False)
    code, out, _ = land.run("--nagios")
    assert (code, out.partition(" | ")[0]) == (1, "PSFDNS WARNING - nobody to tell of alpha.test")
    assert land.run("--nagios", "--json")[0] == 64


def test_check_ins_say_that_a_run_began_and_how_it_ended(land: Land) -> None:
    service = Service()
    with serving(service):
        land.configure('checkin = "$CHECKIN"')
        land.monkeypatch.setenv("CHECKIN", f"{service.url}/a-secret-uuid")
        assert land.run() == (0, "", "")
        assert service.steps() == ["/a-secret-uuid/start", "/a-secret-uuid"]
        assert land.run("--dry-run")[0] == 0
        assert service.steps() == []

        land.gandi.add("alpha.test", days(7), autorenew=False)
        land.hook.status = 500
        assert land.run()[0] == 1
        assert service.steps() == ["/a-secret-uuid/start", "/a-secret-uuid/fail"]

        (land.root / ".psfdns/notices/reminders.json").write_text("{}")
        assert land.run()[0] == 1
        assert service.steps() == ["/a-secret-uuid/start", "/a-secret-uuid/fail"]
        (land.root / ".psfdns/notices/reminders.json").unlink()

        land.monkeypatch.setenv("CHECKIN", f"{service.url}/api/7/cron/remind/a-secret-key/")
        land.hook.status, service.status = 200, 404
        code, _, err = land.run()
        path = "/api/7/cron/remind/a-secret-key/"
        assert service.steps() == [f"{path}?in_progress", f"{path}?ok"]
        assert code == 0
        assert err.count("warning: [notify] checkin answers 404\n") == 2
        assert "secret" not in err


def test_a_check_in_that_is_not_encrypted_is_refused(land: Land) -> None:
    land.configure('checkin = "http://example.org/a-secret"')
    code, _, err = land.run()
    assert code == 1
    assert "notify.checkin must be an https URL" in err
    land.configure('checkin = "${CHECKIN}"')
    land.monkeypatch.setenv("CHECKIN", "http://example.org/a-secret")
    code, _, err = land.run()
    assert code == 1
    assert "[notify] checkin" in err
    assert "a-secret" not in err


PAGERDUTY = 'page = ["pagerduty://integration-key@api-key/"]'


def test_pages_open_an_incident_and_the_renewal_resolves_it(land: Land) -> None:
    pages = Webhook(0)
    service = Events(pages)
    with serving(service):
        lookup = "apprise.plugins.pagerduty.PAGERDUTY_API_LOOKUP"
        land.monkeypatch.setattr(lookup, dict.fromkeys(("us", "eu"), f"{service.url}/v2/enqueue"))
        land.configure(PAGERDUTY)
        land.gandi.add("alpha.test", days(7), autorenew=False)
        for day, expected in ((0, ["trigger"]), (1, []), (4, ["trigger"])):
            assert land.run(day=day)[0] == 0
            assert [each["event_action"] for each in service.events()] == expected
        land.gandi.domains["alpha.test"].ends = days(372)
        service.status = 500
        assert land.run(day=5)[0] == 1
        service.status = 202
        service.events()
        assert land.run(day=6)[0] == 0
        (event,) = service.events()
        assert (event["event_action"], event["dedup_key"]) == ("resolve", "psfdns/domain/alpha.test")
        assert land.run(day=7) == (0, "", "")


class Events(Server):
    """PagerDuty's Events API v2."""

    def __init__(self, pages: Webhook) -> None:
        super().__init__()
        self.status = 202

    def answer(self, asked: Asked) -> Said:
        return Said(self.status, b"{}")

    def events(self) -> list[dict[str, Any]]:
        found = [json.loads(each.body) for each in self.asked]
        self.asked.clear()
        assert {each["dedup_key"] for each in found} <= {"psfdns/domain/alpha.test"}
        return found


def test_a_page_without_incidents_gets_the_words(land: Land) -> None:
    land.configure(f'page = ["{land.hook.url}"]', staff=False)
    land.gandi.add("alpha.test", days(3), autorenew=False)
    assert land.run()[0] == 0
    assert ("staff", "[psfdns] alpha.test ends in 3 days (2027-01-04)") in land.subjects()
    land.gandi.domains["alpha.test"].ends = days(368)
    assert land.run(day=1)[0] == 0
    assert ("staff", "[psfdns] alpha.test is renewed until 2028-01-04") in land.subjects()


SCRIPT = """
import datetime, sys
from psfdns.cli import wiring
from psfdns.cli.main import run
wiring.now = lambda: datetime.datetime(2027, 1, 1, 6, tzinfo=datetime.UTC)
sys.exit(run(["domains", "remind"]))
"""


def test_a_run_that_is_killed_after_a_mail_was_accepted_repeats_that_mail_and_loses_none(land: Land) -> None:
    """The repeat has the same Message-ID: mailboxes know it again."""
    name_liaisons(land.root, "one", "a@one.example", "b@one.example", "c@one.example")
    land.gandi.add("alpha.test", days(60), autorenew=False)
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], cwd=land.root, env={**os.environ})
    deliver = land.box.handle_DATA
    killed = threading.Event()

    async def deliver_and_kill(*given: Any) -> str:
        answer = await deliver(*given)
        if len(land.box.mails) == 2 and not killed.is_set():
            killed.set()
            process.send_signal(signal.SIGKILL)
            process.wait()
        return answer

    land.monkeypatch.setattr(land.box, "handle_DATA", deliver_and_kill)
    assert process.wait(60) == -signal.SIGKILL
    assert killed.is_set()
    assert land.run()[0] == 0
    ids = [(to[0], mail["Message-ID"]) for to, mail in land.box.mails]
    assert [to for to, _ in ids] == ["a@one.example", "b@one.example", "b@one.example", "c@one.example"]
    assert ids[1] == ids[2]
    assert len(set(ids)) == 3


def test_runs_side_by_side_say_everything_once(land: Land) -> None:
    name_liaisons(land.root, "one", *(f"{letter}@one.example" for letter in "abcdef"))
    land.gandi.add("alpha.test", days(7), autorenew=False)
    command = [sys.executable, "-c", SCRIPT]
    several = [subprocess.Popen(command, cwd=land.root, env={**os.environ}) for _ in range(3)]
    assert [each.wait(120) for each in several] == [0, 0, 0]
    assert sorted(to for to, _ in land.subjects()) == [
        *(f"{letter}@one.example" for letter in "abcdef"),
        "staff",
    ]


def test_a_run_that_waits_for_too_long_says_why(land: Land) -> None:
    from psfdns.reminders.memory import Memory

    land.monkeypatch.setattr("psfdns.reminders.memory.PATIENCE", 0.1)
    folder = land.root / ".psfdns" / "notices"
    land.monkeypatch.setattr(Memory.__init__, "__kwdefaults__", {"patience": 0.1})
    with Memory(folder).held():
        code, _, err = land.run()
    assert code == 1
    assert "another run is reminding at this moment" in err


def test_a_damaged_memory_says_what_to_do(land: Land) -> None:
    (land.root / ".psfdns" / "notices").mkdir(parents=True)
    (land.root / ".psfdns" / "notices" / "reminders.json").write_text('{"format": "psfdns-reminders/1"}')
    code, _, err = land.run()
    assert code == 1
    assert "hint: remove it: what is due now is then said once more" in err


def test_the_sandbox_sends_nothing_unless_it_shall(land: Land) -> None:
    land.gandi.add("alpha.test", days(7), autorenew=False)
    code, out, _ = land.run("--sandbox")
    assert code == 0
    assert "nothing was sent: this is the sandbox" in out
    assert land.subjects() == []
    land.configure("sandbox = true")
    assert land.run("--sandbox")[0] == 0
    assert len(land.subjects()) == 2


def restored(land: Land) -> str:
    """The text of the mail about a domain in redemption."""
    land.gandi.add("alpha.test", days(-50), autorenew=False, status=["redemptionPeriod"])
    assert land.run()[0] == 0
    return " ".join(land.box.mails[0][1].get_content().split())


def test_what_restoring_costs_is_a_price_where_gandi_tells_it(land: Land) -> None:
    land.gandi.add("alpha.test", days(-50), autorenew=False, status=["redemptionPeriod"], restore_price=95.0)
    assert land.run()[0] == 0
    text = " ".join(land.box.mails[0][1].get_content().split())
    assert "15.50 EUR for 1 year, taxes included, and 95.00 EUR for restoring on top of it" in text
    assert "until then it can be restored, for 95.00 EUR, taxes included" in text


@pytest.mark.parametrize("fails", [False, True])
def test_and_words_where_it_does_not(land: Land, *, fails: bool) -> None:
    if fails:
        land.gandi.fail("GET", "/v5/domain/check", Said(400), times=99)
    text = restored(land)
    assert "for a fee of many times the price" in text
    assert ("and a fee for restoring on top of it" in text) is not fails


def want_certificate(land: Land, text: str) -> None:
    (land.root / "certs").mkdir(exist_ok=True)
    (land.root / "certs" / "one.toml").write_text(text)


def put_certificate(land: Land, *, begin: float, lifetime: float, name: str = "www.alpha.test") -> None:
    new = issue((name,), begin=days(begin), days=lifetime, number=int(begin) + 1000)
    Store(land.root / ".psfdns" / "certs").put(name, new)


def test_a_certificate_is_spoken_of_when_it_is_overdue_and_when_it_is_renewed(land: Land) -> None:
    want_certificate(land, '[[certificate]]\nnames = ["www.alpha.test"]\n')
    put_certificate(land, begin=0, lifetime=45)
    heard = {}
    for day in (0, 29, *range(33, 46)):
        assert land.run(day=day)[0] == 0
        said = land.subjects()
        if said:
            heard[day] = sorted(to for to, _ in said)
    assert heard == {
        35: ["staff"],
        **{day: ["a@one.example", "staff"] for day in (38, 42, 44, 45)},
    }
    put_certificate(land, begin=45, lifetime=45)
    land.run(day=45.5)
    subject = "[psfdns] certificate www.alpha.test is renewed until 2027-04-01"
    assert land.subjects() == [("a@one.example", subject), ("staff", subject)]
    assert land.run(day=46) == (0, "", "")


def test_a_certificate_is_not_mistaken_for_the_domain_of_its_name(land: Land) -> None:
    want_certificate(land, '[[certificate]]\nnames = ["alpha.test"]\n')
    put_certificate(land, begin=0, lifetime=45, name="alpha.test")
    land.gandi.add("alpha.test", days(68), autorenew=False)
    land.run(day=38)
    ((_, mail),) = land.box.mails
    text = mail.get_content()
    assert (
        mail["Subject"]
        == "[psfdns] certificate alpha.test ends in 7 days (2027-02-15); it is overdue, and 1 more"
    )
    assert (text.count("  issuer: "), text.count("  pays:   ")) == (1, 1)
    assert "certificate alpha.test ends in 7 days" in text
    assert "\nalpha.test ends in 30 days" in text


def test_a_certificate_that_is_renewed_in_time_is_never_spoken_of(land: Land) -> None:
    want_certificate(land, '[[certificate]]\nnames = ["www.alpha.test"]\n')
    for begin in (0, 31, 62):
        put_certificate(land, begin=begin, lifetime=45)
        for day in (begin, begin + 20, begin + 30):
            assert land.run(day=day) == (0, "", "")
    assert land.subjects() == []


def test_a_certificate_that_others_renew_is_spoken_of_late_in_its_life(land: Land) -> None:
    want_certificate(land, '[[certificate]]\nnames = ["www.alpha.test"]\nissuer = "GlobalSign"\n')
    put_certificate(land, begin=0, lifetime=45)
    heard = [day for day in (0, 15, 30, *range(34, 46)) if land.run(day=day)[1]]
    assert heard == [38, 42, 44, 45]
    text = land.box.mails[0][1].get_content()
    assert "psfdns only watches it" in text
    assert "Of certificates, reminders come 7, 3, 1, 0 days before the end" in text


def test_certs_files_with_errors_make_nobody_believe_that_a_certificate_was_let_go(land: Land) -> None:
    want_certificate(land, '[[certificate]]\nnames = ["www.alpha.test"]\n')
    put_certificate(land, begin=0, lifetime=45)
    land.run(day=36)
    assert [to for to, _ in land.subjects()] == ["staff"]
    want_certificate(land, "[[certificate]]\nnames = 7\n")
    land.run(day=37)
    assert land.subjects() == []
    want_certificate(land, "")
    land.run(day=38)
    assert land.subjects() == [("staff", "[psfdns] certificate www.alpha.test is not watched any more")]


def test_a_certificate_has_a_place_in_calendar_metrics_and_nagios_line(land: Land) -> None:
    want_certificate(land, '[[certificate]]\nnames = ["www.alpha.test"]\n')
    put_certificate(land, begin=0, lifetime=45)
    code, out, _ = land.run("--dry-run", "--nagios", "--metrics", "m.prom", "--ics", "c.ics", day=36)
    assert (code, out.startswith("PSFDNS WARNING - certificate www.alpha.test 9 d, overdue")) == (1, True)
    assert "'certificate www.alpha.test'=9;8:;4:" in out
    metrics = (land.root / "m.prom").read_text()
    value = metrics.partition('psfdns_certificate_expiry_timestamp_seconds{certificate="www.alpha.test"} ')[2]
    assert float(value.splitlines()[0]) == days(45).timestamp()
    calendar = (land.root / "c.ics").read_text()
    assert "SUMMARY:certificate www.alpha.test ends" in calendar
    assert "It should have been renewed by itself by now." in calendar
    assert land.run("--dry-run", "--nagios", day=20)[0] == 0


KEY = {
    "Name": "first",
    "Status": "ACTIVE",
    "KeyTag": 12345,
    "SigningAlgorithmType": 13,
    "DigestAlgorithmType": 2,
    "DigestValue": "AB" * 32,
}


class Signing:
    """alpha.test in an embedded Route 53 that signs it, as a test says."""

    def __init__(self, land: Land) -> None:
        self.land = land
        land.configure("sandbox = true", more='[route53]\naccounts = ["sandbox"]')
        assert run(["--sandbox", "apply", "--yes", "-q", "--no-wait", "--no-notify"]) == 0
        self.name_servers = [name.removesuffix(".") for name in name_servers(land.root)["alpha.test."]]
        domain = land.gandi.domains["alpha.test"]
        domain.nameservers = self.name_servers
        entry, _, self.ds = key_of("alpha.test")
        domain.keys = [entry]

    def say(self, status: str = "SIGNING", **key: Any) -> None:
        folder = self.land.root / ".psfdns" / "sandbox"
        (path,) = [each for each in folder.glob("*.json") if '"alpha.test."' in each.read_text()]
        document = json.loads(path.read_text())
        document["DNSSEC"] = {"Status": {"ServeSignature": status}, "KeySigningKeys": [{**KEY, **key}]}
        path.write_text(json.dumps(document))

    def key_of_ds(self) -> dict[str, Any]:
        tag, algorithm, digest_type, digest = self.ds.split()
        fits = {"KeyTag": int(tag), "SigningAlgorithmType": int(algorithm)}
        return {**fits, "DigestAlgorithmType": int(digest_type), "DigestValue": digest}

    def run(self, day: float) -> list[tuple[str, str]]:
        self.land.at(day)
        assert run(["--sandbox", "domains", "remind", "-q"]) == 0
        return self.land.subjects()


NEEDS = "[psfdns] key alpha.test NEEDS ACTION"


def test_a_ds_that_fits_no_key_is_told_once_and_again_when_it_comes_back(land: Land) -> None:
    signing = Signing(land)
    told = [("a@one.example", NEEDS), ("staff", NEEDS)]
    signing.say(**signing.key_of_ds())
    assert signing.run(0) == []
    signing.say()
    assert signing.run(1) == told
    assert signing.run(2) == []
    signing.say(**signing.key_of_ds())
    assert signing.run(3) == []
    signing.say(**signing.key_of_ds(), Status="ACTION_NEEDED", StatusMessage="the key is gone")
    assert signing.run(4) == told


def test_a_ds_counts_only_where_the_domain_is_pointed_at_the_zone(land: Land) -> None:
    signing = Signing(land)
    signing.say("NOT_SIGNING")
    land.gandi.domains["alpha.test"].nameservers = ["ns1.old.example", "ns2.old.example"]
    assert signing.run(0) == []
    land.gandi.domains["alpha.test"].nameservers = signing.name_servers
    assert signing.run(1) == [("a@one.example", NEEDS), ("staff", NEEDS)]


def test_a_ds_of_long_ago_calls_nobody(land: Land) -> None:
    """Gandi is away, and who knows which DS the registry has by now."""
    signing = Signing(land)
    signing.say(**signing.key_of_ds())
    assert signing.run(0) == []
    land.gandi.fail("GET", ".*", Said(500), times=10**6)
    signing.say()
    assert NEEDS not in {subject for _, subject in signing.run(5)}
    land.gandi.faults.clear()
    assert NEEDS in {subject for _, subject in signing.run(6)}


def test_a_ds_of_before_gandi_was_away_calls_nobody(land: Land) -> None:
    """Meanwhile another machine may have taken it out at the registry."""
    signing = Signing(land)
    signing.say(**signing.key_of_ds())
    assert signing.run(0) == []
    land.gandi.fail("GET", ".*", Said(500), times=10**6)
    for status in ("NOT_SIGNING", "SIGNING"):
        signing.say(status)
        assert signing.run(1) == []
    signing.say(Status="ACTION_NEEDED")
    assert signing.run(1.1) == [("a@one.example", NEEDS), ("staff", NEEDS)]


def test_trouble_with_a_ds_is_not_over_because_gandi_is_away(land: Land) -> None:
    signing = Signing(land)
    path = land.root / "zones" / "one" / "tenant.toml"
    path.write_text(path.read_text().replace('registrar = "gandi"', 'registrar = "gandi"\ndnssec = true'))
    signing.say()
    assert len(signing.run(0)) == 2
    land.gandi.fail("GET", ".*", Said(500), times=10**6)
    assert signing.run(1) == []
    land.gandi.faults.clear()
    assert signing.run(2) == []


def test_what_cannot_be_asked_about_keys_is_no_reminder(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    signing = Signing(land)
    signing.say(Status="ACTION_NEEDED")
    assert len(signing.run(0)) == 2

    def refuse(*_: object) -> None:
        raise HostError("Route 53", "look at DNSSEC", "not allowed")

    with monkeypatch.context() as context:
        context.setattr("psfdns.route53.signing.fetch_signing", refuse)
        assert [signing.run(day) for day in (1, 2, 6)] == [[], [], []]
    with monkeypatch.context() as context:
        context.setattr("psfdns.route53.host.Route53Host.list_zones", refuse)
        assert signing.run(7) == []
    signing.say(**signing.key_of_ds())
    assert signing.run(8) == []


def test_without_a_signed_zone_route_53_is_asked_nothing(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("psfdns.cli.wiring.open_access", refuse)
    assert land.run() == (0, "", "")
