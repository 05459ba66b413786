"""What is ordered at Gandi: rehearsed, asked about, journalled, sent once, waited for."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from psfdns.cli.domains import ordering
from psfdns.cli.main import run
from psfdns.errors import PsfdnsError
from psfdns.registrar.ledger import Entry, Ledger
from tests.cli.registry import Registry, in_days
from tests.registrar.fake_gandi import TOKEN, error
from tests.registrar.loopback import Said
from tests.stores import MemoryStore

NAME = "ours.test"
QUICK = ("--wait", "0")
RENEW = f"/v5/domain/domains/{NAME}/renew"


@pytest.fixture
def shop(registry: Registry) -> Registry:
    registry.claim("one", NAME, 'registrar = "gandi"')
    registry.gandi.add(NAME, in_days(20))
    return registry


def ends(shop: Registry) -> datetime.datetime:
    return shop.gandi.domains[NAME].ends


def age(shop: Registry, hours: float) -> None:
    """Make the newest order that much older."""
    folder = shop.root / ".psfdns" / "journal" / "registrar" / NAME
    path = max(folder.glob("*.json"))
    entry = json.loads(path.read_text())
    made = datetime.datetime.fromisoformat(entry["created"]) - datetime.timedelta(hours=hours)
    entry["created"] = made.strftime("%Y-%m-%dT%H:%M:%SZ")
    path.write_text(json.dumps(entry))


def test_a_renewal_is_rehearsed_written_down_sent_once_and_waited_for(shop: Registry) -> None:
    shop.gandi.delay = 3
    before = ends(shop)
    code, document = shop.document("domains", "renew", NAME, "--yes")
    assert code == 0
    assert ends(shop) == before.replace(year=before.year + 1)
    assert {key: document[key] for key in ("format", "kind", "name", "sent", "state")} == {
        "format": "psfdns-domain-order/1",
        "kind": "renew",
        "name": "ours.test.",
        "sent": True,
        "state": "done",
    }
    assert document["price"] == {"amount": "15.5", "currency": "EUR"}
    assert document["balance"] == {"amount": "100.00", "currency": "EUR"}
    assert document["expires"] == ends(shop).strftime("%Y-%m-%dT%H:%M:%SZ")
    (order,) = shop.orders(NAME)
    assert (order["id"], order["kind"]) == (document["journal"], "renew")
    assert [event["state"] for event in order["events"]] == ["sending", "accepted", "done"]
    assert order["before"] == {"expires": before.strftime("%Y-%m-%dT%H:%M:%SZ")}
    posts = [asked for asked in shop.gandi.asked if asked.method == "POST"]
    assert ["dry-run" in asked.headers for asked in posts] == [True, False]


def test_a_person_sees_price_and_balance_before_saying_yes(
    shop: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.cli.wiring.is_interactive", lambda: True)
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return False

    monkeypatch.setattr("click.confirm", confirm)
    code, out, err = shop.run("domains", "renew", NAME, "--years", "2")
    assert (code, out) == (1, "")
    assert asked == ["Order this at Gandi?"]
    assert "renew ours.test. for 2 years\n" in err
    assert f"  ends     {in_days(20).date()}\n" in err
    assert "  price    31.00 EUR, after taxes\n  balance  100.00 EUR; 69.00 EUR afterwards\n" in err
    assert "error: nothing was ordered: the answer was no\n" in err
    shop.gandi.balance = "30.00"
    assert "-1.00 EUR afterwards: NOT ENOUGH" in shop.run("domains", "renew", NAME, "--years", "2")[2]
    assert (shop.gandi.changes(), shop.orders(NAME)) == ([], [])


ORDERS = [
    ("renew", NAME),
    ("lock", NAME, "--off"),
    ("autorenew", NAME, "--off"),
]


@pytest.mark.parametrize("words", ORDERS, ids=lambda words: words[0])
def test_without_yes_and_without_a_terminal_nothing_but_reads_and_rehearsals_is_sent(
    shop: Registry, words: tuple[str, ...]
) -> None:
    code, out, err = shop.run("domains", *words)
    assert (code, out) == (1, "")
    assert "error: nothing was ordered: there is no terminal to ask on\nhint: --yes orders unasked\n" in err
    assert shop.gandi.changes() == []
    assert {asked.method for asked in shop.gandi.asked if "dry-run" not in asked.headers} == {"GET"}
    assert shop.orders(NAME) == []


@pytest.mark.parametrize("words", ORDERS, ids=lambda words: words[0])
def test_what_gandi_says_no_to_in_a_rehearsal_is_not_ordered(shop: Registry, words: tuple[str, ...]) -> None:
    shop.gandi.no = "not today"
    code, _, err = shop.run("domains", *words, "--yes")
    assert code == 1
    assert "it says no: duration: not today" in err
    assert (shop.gandi.changes(), shop.orders(NAME)) == ([], [])


@pytest.mark.parametrize("words", ORDERS, ids=lambda words: words[0])
def test_a_rehearsal_that_is_taken_for_an_order_is_no_reason_to_order_again(
    shop: Registry, words: tuple[str, ...]
) -> None:
    shop.gandi.ignores_dry_run = True
    code, _, err = shop.run("domains", *words, "--yes")
    assert code == 1
    assert "answers 202 to a rehearsal, as if it were none" in err
    assert "hint: it may have been carried out" in err
    assert [order["events"][-1]["state"] for order in shop.orders(NAME)] == ["uncertain"]
    assert shop.gandi.changes() == []


UNCLEAR: list[Said | None] = [None, Said(202, b"{", cut=True), Said(500), Said(504, b"<html>")]


@pytest.mark.parametrize("said", UNCLEAR)
@pytest.mark.parametrize("carried_out", [True, False])
def test_an_answer_that_is_lost_makes_nobody_pay_twice(
    shop: Registry, said: Said | None, carried_out: bool
) -> None:
    before = ends(shop)
    shop.gandi.fail("POST", RENEW, Said(200, b'{"status": "success"}'))
    shop.gandi.fail("POST", RENEW, said, after=carried_out)
    code, out, err = shop.run("domains", "renew", NAME, "--yes", *QUICK)
    assert "nobody knows yet whether it is done" in err
    assert code == (0 if carried_out else 3)
    assert (ends(shop) > before) is carried_out
    for _ in range(2):
        code, out, err = shop.run(
            "domains", "renew", NAME, "--yes", "--again" if not carried_out else "-q", *QUICK
        )
        assert code == (0 if carried_out else 3)
    if not carried_out:
        assert "it is not known whether Gandi has taken the order: run this again later" in out
        assert "a renewal was ordered at" in err
        assert "no other is sent before " in err
        assert "hint: Gandi's administration shows how it stands" in err
    assert len(shop.gandi.changes()) == 1
    assert len(shop.orders(NAME)) == 1


def test_a_renewal_that_shows_later_is_seen_by_the_next_call_which_sends_nothing(shop: Registry) -> None:
    shop.gandi.delay = 5
    assert shop.run("domains", "renew", NAME, "--yes", *QUICK)[0] == 3
    assert [event["state"] for event in shop.orders(NAME)[0]["events"]] == ["sending", "accepted"]
    shop.gandi.delay = 0
    code, document = shop.document("domains", "renew", NAME, "--yes")
    assert (code, document["sent"], document["state"]) == (0, False, "done")
    assert len(shop.gandi.changes()) == 1


def test_what_was_killed_while_it_was_sent_counts_as_sent(shop: Registry) -> None:
    shop.run("domains", "renew", NAME, "--yes")
    path = next((shop.root / ".psfdns" / "journal" / "registrar" / NAME).glob("*.json"))
    entry = json.loads(path.read_text())
    entry["events"] = entry["events"][:1]
    path.write_text(json.dumps(entry))
    shop.gandi.domains[NAME].ends = in_days(20)
    assert shop.run("domains", "renew", NAME, "--yes", *QUICK)[0] == 3
    assert len(shop.gandi.changes()) == 1


def test_after_a_day_the_order_that_never_showed_stands_in_nobodys_way(shop: Registry) -> None:
    shop.gandi.fail("POST", RENEW, Said(200, b'{"status": "success"}'))
    shop.gandi.fail("POST", RENEW, None)
    assert shop.run("domains", "renew", NAME, "--yes", *QUICK)[0] == 3
    age(shop, 23.9)
    assert shop.run("domains", "renew", NAME, "--yes", *QUICK)[0] == 3
    age(shop, 0.2)
    assert shop.run("domains", "renew", NAME, "--yes")[0] == 0
    assert len(shop.gandi.changes()) == 2


def test_what_was_renewed_today_is_renewed_again_only_where_that_is_said(shop: Registry) -> None:
    before = ends(shop)
    assert shop.run("domains", "renew", NAME, "--yes")[0] == 0
    code, out, err = shop.run("domains", "renew", NAME, "--yes")
    assert (code, out) == (0, f"ours.test.: renewed until {before.date().replace(year=before.year + 1)}\n")
    assert "--again renews it once more" in err
    assert len(shop.gandi.changes()) == 1
    assert shop.run("domains", "renew", NAME, "--yes", "--again")[0] == 0
    assert ends(shop).year == before.year + 2
    assert len(shop.gandi.changes()) == 2


def test_a_refusal_is_final_and_leaves_the_way_free(shop: Registry) -> None:
    shop.gandi.fail("POST", RENEW, Said(200, b'{"status": "success"}'))
    shop.gandi.fail("POST", RENEW, error(409, "HTTPConflict", "Conflict", "Another operation is under way."))
    code, _, err = shop.run("domains", "renew", NAME, "--yes")
    assert code == 1
    assert "it conflicts with something under way (Another operation is under way.)" in err
    assert [event["state"] for event in shop.orders(NAME)[0]["events"]] == ["sending", "refused"]
    assert shop.run("domains", "renew", NAME, "--yes")[0] == 0


def test_a_domain_that_cannot_be_renewed_is_said_without_asking(shop: Registry) -> None:
    shop.gandi.domains[NAME].prohibited = True
    code, _, err = shop.run("domains", "renew", NAME, "--yes")
    assert code == 1
    assert "Gandi does not renew it now" in err
    assert shop.run("domains", "renew", NAME, "--years", "10")[0] == 64
    assert {asked.method for asked in shop.gandi.asked} == {"GET"}


def test_an_unknown_price_is_said_and_is_the_persons_to_weigh(shop: Registry) -> None:
    shop.gandi.fail("GET", "/v5/domain/check", Said(500), times=99)
    shop.gandi.fail("GET", "/v5/billing/info.*", Said(403, b"{}"), times=99)
    code, _, err = shop.run("domains", "renew", NAME)
    assert code == 1
    assert "  price    unknown, after taxes\n  balance  unknown\n" in err


def test_a_journal_that_cannot_be_written_orders_nothing(shop: Registry) -> None:
    folder = shop.root / ".psfdns" / "journal"
    folder.mkdir(parents=True)
    (folder / "registrar").write_text("in the way")
    code, _, err = shop.run("domains", "renew", NAME, "--yes")
    assert code == 1
    assert "cannot be read" in err
    assert shop.gandi.changes() == []


def test_a_disk_that_fills_up_once_an_order_is_sent_stops_no_waiting(
    shop: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It once said that nothing is ordered which cannot be written down first."""

    def note(_: Ledger, entry: Entry) -> None:
        raise PsfdnsError(f"{entry.id}.json: cannot be written: No space left on device")

    before = ends(shop)
    monkeypatch.setattr(Ledger, "note", note)
    code, out, err = shop.run("domains", "renew", NAME, "--yes")
    assert (code, out) == (0, f"ours.test.: renewed until {before.date().replace(year=before.year + 1)}\n")
    assert "No space left on device: the journal does not say that the order is accepted\n" in err
    assert "nothing is ordered" not in err
    monkeypatch.undo()
    assert [order["events"][-1]["state"] for order in shop.orders(NAME)] == ["sending"]


def test_a_cache_that_cannot_be_written_stops_no_waiting(
    shop: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run("domains", "list")

    def store(path: Path, *_: object, **__: object) -> None:
        raise PsfdnsError(f"{path.name}: cannot be written")

    monkeypatch.setattr("psfdns.registrar.cache.store_document", store)
    code, out, err = shop.run("domains", "lock", NAME, "--off", "--yes")
    assert (code, out) == (0, "ours.test.: done\n")
    assert "warning: gandi.json: cannot be written\n" in err
    assert "hint: for up to six hours the domain may be shown as it was before the order\n" in err
    assert "asked for again" not in err


@pytest.mark.parametrize("said", UNCLEAR)
def test_a_rehearsal_without_an_answer_is_said_to_be_one(shop: Registry, said: Said | None) -> None:
    shop.gandi.fail("POST", RENEW, said)
    code, _, err = shop.run("domains", "renew", NAME, "--yes")
    assert code == 1
    assert "hint: nothing was ordered: this was the rehearsal; run it again\n" in err
    assert shop.orders(NAME) == []


def test_two_at_once_order_once(shop: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another command orders between the question and our order."""
    monkeypatch.setattr(ordering, "ask", _ask_after(ordering.ask))
    code, _, err = shop.run("domains", "renew", NAME, "--yes")
    assert code == 1
    assert "ours.test.: a renewal was ordered meanwhile; nothing was sent" in err
    assert len(shop.gandi.changes()) == len(shop.orders(NAME)) == 1


def _ask_after(real: Callable[..., None]) -> Callable[..., None]:
    busy: list[bool] = []

    def ask(*words: object, **settings: object) -> None:
        if not busy:
            busy.append(True)
            assert run(["-q", "domains", "renew", NAME, "--yes"]) == 0
        real(*words, **settings)

    return ask


def test_two_machines_at_once_pay_once(shop: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one's order comes into the shared store just after ours."""
    store = MemoryStore()
    monkeypatch.setattr("psfdns.cli.wiring.open_shared_store", lambda _: store)
    assert shop.run("domains", "renew", NAME, "--yes")[0] == 0
    ((key, (data, _)),) = store.objects.items()
    assert key.startswith(f"journal/registrar/{NAME}/")
    shutil.rmtree(shop.root / ".psfdns")
    code, _, err = shop.run("domains", "renew", NAME, "--yes")
    assert code == 0
    assert "--again renews it once more" in err
    store.objects.clear()

    def come_in(_: str) -> None:
        store.objects[key] = data, in_days(0)

    store.lose = come_in
    code, _, err = shop.run("domains", "renew", NAME, "--yes")
    assert code == 1
    assert "a renewal was ordered meanwhile; nothing was sent" in err
    assert [order["events"][-1]["state"] for order in shop.orders(NAME)] == ["refused"]
    assert len(shop.gandi.changes()) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("renew", "unknown.test"), 64, "is not in our account at Gandi, and no tenant has a zone of it"),
        (("renew", "theirs.test"), 1, "is not in our account at Gandi: two has it, registrar 'tenant'"),
        (("lock", "www.ours.test"), 64, "hint: its domain is ours.test"),
        (("renew", "org"), 64, "is no domain that can be registered"),
        (("renew", "a..b"), 64, "is not the name of a zone"),
        (("renew", "ours.test@view"), 64, "is no domain that can be registered"),
    ],
)
def test_only_domains_at_gandi_can_be_ordered_for(
    shop: Registry, words: tuple[str, ...], code: int, said: str
) -> None:
    shop.claim("two", "theirs.test")
    found, _, err = shop.run("domains", *words, "--yes")
    assert found == code
    assert said in err
    assert {asked.method for asked in shop.gandi.asked} <= {"GET"}


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "3601", "soon"])
def test_what_is_waited_for_has_an_end(shop: Registry, seconds: str) -> None:
    """With "nan" it once had none."""
    assert shop.run("domains", "renew", NAME, "--yes", "--wait", seconds)[0] == 64
    assert shop.gandi.asked == []


def test_a_name_is_taken_in_any_spelling(shop: Registry) -> None:
    assert shop.run("domains", "renew", "OURS.test.", "--yes")[0] == 0


def test_without_a_token_nothing_is_ordered(shop: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GANDI_PAT")
    code, _, err = shop.run("domains", "renew", NAME, "--yes")
    assert code == 1
    assert "error: GANDI_PAT is not set, so nothing can be ordered at Gandi\n" in err
    assert shop.gandi.asked == []


def test_the_sandbox_orders_nothing_at_the_real_gandi(shop: Registry) -> None:
    (shop.root / "psfdns.toml").write_text("")
    code, _, err = shop.run("domains", "lock", NAME, "--yes", sandbox=True)
    assert code == 1
    assert "with --sandbox nothing is ordered at the real Gandi" in err


def test_a_lock_goes_on_and_off_and_stays_as_it_is_where_it_is_so(shop: Registry) -> None:
    code, document = shop.document("domains", "lock", NAME, "--yes")
    assert (code, document["sent"], document["state"]) == (0, False, None)
    assert {asked.method for asked in shop.gandi.asked} == {"GET"}
    shop.gandi.delay = 2
    code, document = shop.document("domains", "lock", NAME, "--off", "--yes")
    assert (code, document["state"]) == (0, "done")
    assert (document["before"], document["after"]) == ({"locked": True}, {"locked": False})
    assert shop.gandi.domains[NAME].status == []
    assert shop.run("domains", "lock", NAME, "--yes")[1] == "ours.test.: done\n"
    assert shop.gandi.domains[NAME].status == ["clientTransferProhibited"]


def test_autorenew_goes_off_and_on_with_years_and_payer_kept(shop: Registry) -> None:
    shop.gandi.domains[NAME].years = 2
    assert shop.run("domains", "autorenew", NAME, "--off", "--yes")[0] == 0
    assert not shop.gandi.domains[NAME].autorenew
    assert json.loads(shop.gandi.changes()[0].body)["duration"] == 2
    said = shop.run("domains", "autorenew", NAME, "--off", "--yes")[1]
    assert said == "ours.test.: as wanted already; nothing was ordered\n"
    assert shop.run("domains", "autorenew", NAME, "--yes")[0] == 0
    assert shop.gandi.domains[NAME].autorenew


def test_a_list_after_an_order_shows_what_was_ordered(shop: Registry) -> None:
    assert shop.listing()[1]["ours.test."]["days_left"] == 20
    shop.run("domains", "renew", NAME, "--yes")
    shop.run("domains", "autorenew", NAME, "--off", "--yes")
    domain = shop.listing()[1]["ours.test."]
    assert domain["days_left"] > 380
    assert domain["autorenew"] is False


def test_no_order_puts_the_token_anywhere(shop: Registry, tmp_path: Path) -> None:
    shop.gandi.fail("PATCH", ".*", Said(422, f'{{"message": "{TOKEN}"}}'.encode()))
    code, _, err = shop.run("-v", "domains", "lock", NAME, "--off", "--yes")
    assert code == 1
    assert "(***)" in err
    assert not any(TOKEN in path.read_text() for path in (tmp_path / ".psfdns").rglob("*.json"))


def test_yes_is_said_each_time(shop: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSFDNS_YES", "1")
    assert shop.run("domains", "renew", NAME)[0] == 1
    assert shop.gandi.changes() == []


@pytest.mark.parametrize(
    ("words", "back"),
    [
        (("lock", "--off"), "psfdns domains lock ours.test sets"),
        (("lock",), "psfdns domains lock ours.test --off sets"),
        (("autorenew", "--off"), "psfdns domains autorenew ours.test sets"),
        (("autorenew",), "psfdns domains autorenew ours.test --off sets"),
    ],
)
def test_the_way_back_from_a_switch_is_the_other_way(
    shop: Registry, words: tuple[str, ...], back: str
) -> None:
    domain = shop.gandi.domains[NAME]
    domain.autorenew = "--off" in words
    domain.status = ["clientTransferProhibited"] if "--off" in words else []
    code, document = shop.document("domains", words[0], NAME, *words[1:], "--yes")
    assert (code, document["sent"]) == (0, True)
    (path,) = (shop.root / ".psfdns" / "journal" / "registrar" / NAME).glob("*.json")
    code, _, err = shop.run("rollback", path.stem, "--yes")
    assert code == 1
    assert f"hint: {back} it the other way" in err
