"""docs/reminders.md is true: its mails are those that are written, and its thresholds those that count."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.domains.letters import Writing, as_message, write_letters, write_pages
from psfdns.notify.message import MAX_BODY, bounded
from psfdns.reminders.due import Due, Word
from psfdns.reminders.ending import Ending, Kind, Renewing, Stage
from psfdns.reminders.policy import OVERDUE_DAYS, Policy, certificate_days
from psfdns.tenants.tenant import Liaison, Tenant

GUIDE = (Path(__file__).parents[1] / "docs" / "reminders.md").read_text(encoding="utf-8")
NOW = datetime.datetime(2027, 4, 1, 6, tzinfo=datetime.UTC)
LIAISONS = ("dns@pyladies.example", "board@pyladies.example")
TENANT = Tenant(
    "pyladies",
    "zones/pyladies/tenant.toml",
    "PyLadies",
    "community-organisation",
    "Board resolution, 2026-03-11",
    "psf",
    tuple(Liaison("PyLadies", address) for address in LIAISONS),
    None,
    {},
)
AT_GANDI: dict[str, Any] = {
    "tenant_name": "PyLadies",
    "path": "zones/pyladies/tenant.toml",
    "billing": "psf",
    "registrar": "gandi",
    "price": "15.50 EUR",
    "years": 1,
    "balance": "100.00 EUR",
    "hold_until": "2027-06-15",
    "restore_until": "2027-07-15",
    "deleted_on": "2027-07-20",
}
ELSEWHERE = {
    **AT_GANDI,
    "registrar": "tenant",
    "registrar_name": "Example Registrar, Inc.",
    "billing": "tenant",
}
ELSEWHERE |= dict.fromkeys(("price", "balance", "hold_until", "restore_until", "deleted_on"))


def domain(end: str | None, facts: dict[str, Any] = AT_GANDI, **more: Any) -> Ending:
    day = datetime.date.fromisoformat(end) if end else None
    return Ending(Kind.DOMAIN, "pyladies.example", day, LIAISONS, "pyladies", facts=facts, **more)


PATH = {"path": "zones/pyladies/tenant.toml"}


def certificate(end: str, issuer: str, **more: Any) -> Ending:
    name = "www.pyladies.example"
    facts = {**PATH, "issuer": issuer, "names": [name, "pyladies.example"]}
    day = datetime.date.fromisoformat(end)
    return Ending(Kind.CERTIFICATE, name, day, LIAISONS, "pyladies", facts=facts, **more)


def key(problem: str, words: str) -> Ending:
    facts = {**PATH, "problem": problem, "words": words}
    stage = Stage.NEEDS_ACTION
    return Ending(Kind.KEY, "pyladies.example", None, LIAISONS, "pyladies", stage, facts=facts)


TOKEN = Ending(Kind.TOKEN, "GANDI_PAT", datetime.date(2027, 5, 1))


MAIL, STAFF = "mail:dns@pyladies.example", "staff:1"
AWAY = datetime.datetime(2027, 3, 29, 6, tzinfo=datetime.UTC)
MAILS: dict[str, list[Due]] = {
    "A domain at Gandi that nothing renews": [Due(Word.REMIND, domain("2027-05-01"), MAIL, ("30",))],
    "A domain at another registrar": [Due(Word.REMIND, domain("2027-04-15", ELSEWHERE), MAIL, ("14",))],
    "A domain that should have been renewed by itself": [
        Due(
            Word.REMIND,
            domain("2027-04-20", {**AT_GANDI, "payable": True}, renewing=Renewing.AUTOMATIC),
            MAIL,
            ("30",),
        )
    ],
    "The money is missing": [
        Due(
            Word.REMIND,
            domain(
                "2027-05-20",
                {**AT_GANDI, "balance": "3.20 EUR", "renews_on": "2027-04-19"},
                renewing=Renewing.UNPAID,
            ),
            STAFF,
            ("60", "short"),
        )
    ],
    "A domain on hold": [Due(Word.REMIND, domain("2027-03-30", stage=Stage.HOLD), MAIL, ("2027-04-01",))],
    "A domain in redemption": [
        Due(
            Word.REMIND,
            domain(
                "2027-02-10",
                {
                    **AT_GANDI,
                    "hold_until": "2027-03-27",
                    "restore_until": "2027-04-26",
                    "deleted_on": "2027-05-01",
                    "restore_price": "95.00 EUR",
                },
                stage=Stage.REDEMPTION,
            ),
            MAIL,
            ("2027-04-01",),
        )
    ],
    "A domain that is renewed": [Due(Word.RENEWED, domain("2028-05-01"), MAIL)],
    "Nothing has been known for three days": [
        Due(
            Word.REMIND,
            domain("2027-12-01", unknown="Gandi: list the domains: it answers 500", missing_since=AWAY),
            MAIL,
            (f"no-data {AWAY.isoformat()}",),
        )
    ],
    "A certificate that was not renewed": [
        Due(
            Word.REMIND,
            certificate(
                "2027-04-11", "Let's Encrypt, YE1", renewing=Renewing.OVERDUE, thresholds=OVERDUE_DAYS
            ),
            STAFF,
            ("overdue",),
        )
    ],
    "A certificate that somebody else renews": [
        Due(
            Word.REMIND,
            certificate(
                "2027-04-15", "GlobalSign nv-sa", thresholds=certificate_days(datetime.timedelta(100))
            ),
            MAIL,
            ("14",),
        )
    ],
    "A key that Route 53 cannot use": [
        Due(
            Word.REMIND,
            key("action-needed", "Route 53 says ACTION_NEEDED of key-signing key first (12345)"),
            MAIL,
            ("needs-action",),
        )
    ],
    "A DS that fits no key": [
        Due(
            Word.REMIND,
            key(
                "ds-mismatch",
                f"the registry has DS 12345 13 2 {'AB' * 32}, and Route 53 signs with key 54321",
            ),
            STAFF,
            ("needs-action",),
        )
    ],
    "The token for Gandi": [Due(Word.REMIND, TOKEN, STAFF, ("30",))],
}
WRITING = Writing(
    Policy(), NOW, {"pyladies": TENANT}, {STAFF: "[notify] staff (slack)", "page:1": "page"}, {}
)


def written(dues: list[Due]) -> str:
    (letter,) = write_letters(dues, WRITING)
    return f"Subject: {letter.subject}\n\n{letter.body}"


def shown(title: str, dues: list[Due]) -> str:
    return f"### {title}\n\n```text\n{written(dues)}```\n"


@pytest.mark.parametrize("title", MAILS)
def test_the_guide_shows_each_mail_as_it_is_written(title: str) -> None:
    assert shown(title, MAILS[title]) in GUIDE


def test_the_guide_shows_no_other_mail() -> None:
    assert re.findall(r"^### (.*)$", GUIDE, re.MULTILINE) == list(MAILS)


def test_the_guide_names_the_thresholds_that_count() -> None:
    assert f"days = {list(Policy().days)}" in GUIDE
    for name in ("staff_from", "page_from", "renewing_from"):
        assert f"{name} = {getattr(Policy(), name)}" in GUIDE


def test_no_line_is_wider_than_a_mail_and_nothing_forges_one() -> None:
    assert max(len(line) for dues in MAILS.values() for line in written(dues).splitlines()) <= 110
    evil = {
        **AT_GANDI,
        "tenant_name": "A\nSubject: x\x1b[2J",
        "billing": "tenant",
        "registrar_name": "\u202eR",
    }
    text = written([Due(Word.REMIND, domain("2027-05-01", evil), MAIL, ("30",))])
    assert "\nSubject: x" not in text.partition("\n\n")[2]
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_digest_of_three_hundred_domains_fits_in_a_mail() -> None:
    dues = [
        Due(
            Word.REMIND,
            Ending(Kind.DOMAIN, f"d{number}.example", None, unknown="away", missing_since=AWAY),
            STAFF,
            ("no-data x",),
        )
        for number in range(300)
    ]
    text = written(dues)
    assert "and 250 more things" in text
    assert len(text) < MAX_BODY
    assert bounded(text) == text


def test_the_same_reminder_is_the_same_message_and_another_one_is_not() -> None:
    def unique(dues: list[Due]) -> str | None:
        (letter,) = write_letters(dues, WRITING)
        return as_message(letter, {"pyladies": TENANT}).unique

    first = MAILS["A domain at Gandi that nothing renews"]
    assert unique(first) == unique(list(first))
    others = [unique(dues) for title, dues in MAILS.items()]
    assert len(set(others)) == len(MAILS)


def test_a_page_is_a_line_with_what_to_do_first() -> None:
    (letter,) = write_pages([Due(Word.REMIND, domain("2027-04-04"), "page:1", ("3",))], WRITING)
    assert letter.body == (
        "pyladies.example ends in 3 days (2027-04-04). staff: psfdns domains renew pyladies.example"
    )
    (letter,) = write_pages([Due(Word.RESOLVE, domain("2028-04-04"), "page:1")], WRITING)
    assert letter.body == "pyladies.example: resolved until 2028-04-04"
