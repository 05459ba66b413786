"""Names that were added and cannot be had: what goes on without them, at which CA, and what does not."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.certs.attempts import Fault, Wish
from psfdns.certs.desk import Draft
from psfdns.certs.keeping import choose_authorities
from psfdns.certs.limits import Event, Rule, Rules
from psfdns.certs.order import Outcome, issue_all
from psfdns.certs.pem import read_certificate
from psfdns.errors import HostError, PsfdnsError
from psfdns.proofs import Proof, Unprovable
from tests.certs.world import World, now, wish
from tests.fault_proxy import Fault as Spoiling
from tests.fault_proxy import Proxy

Through = tuple[Proxy, str]
CAS = ("one", "two")
KEPT = wish("a.test", "*.b.test", authorities=CAS, is_kept=True)
WISH = wish("a.test", "*.b.test", "new.test", "b.test", authorities=CAS, kept=KEPT)


def about(ca: str | None, *names: str) -> Fault:
    return Fault(ca, "no", names=frozenset(names))


CASES: dict[str, tuple[list[Fault], str | None, tuple[str, ...]]] = {
    "DNS cannot prove the new name": ([about(None, "new.test")], None, CAS),
    "nor another new one": ([about(None, "new.test"), about(None, "b.test")], None, CAS),
    "nor one that there is": ([about(None, "new.test"), about(None, "a.test")], None, ()),
    "two in one, of which one is there": ([about(None, "new.test", "*.b.test")], None, ()),
    "Route 53 fails": ([about(None)], None, ()),
    "DNS cannot, and an order of all is under way": ([about(None, "new.test")], "one", CAS),
    "a CA refuses the new name": ([about("one", "new.test")], "one", ("one",)),
    "both do": ([about("one", "new.test"), about("two", "new.test")], "two", CAS),
    "a CA refuses one that there is": ([about("one", "a.test")], None, ()),
    "a CA is away": ([about("one"), about("two")], None, ()),
    "one refuses the new name, the other is away": (
        [about("one", "new.test"), about("two")],
        "one",
        ("one",),
    ),
    "the other has an order that is not done": ([about("one", "new.test"), about("two")], "two", ()),
    "one is away, and what the other wants DNS cannot prove": (
        [about("one"), about(None, "new.test")],
        "two",
        ("two",),
    ),
    "nothing failed": ([], None, ()),
}


@pytest.mark.parametrize("case", CASES)
def test_the_cas_at_which_it_goes_on(case: str) -> None:
    faults, under_way, expected = CASES[case]
    assert choose_authorities(WISH, faults, under_way=under_way) == expected
    assert choose_authorities(replace(WISH, kept=None), faults, under_way=under_way) == ()


NAMES = st.frozensets(st.sampled_from(["new.test", "b.test", "a.test", "*.b.test"]))
FAULTS = st.lists(
    st.builds(lambda ca, names: Fault(ca, "no", names=names), st.sampled_from([None, *CAS]), NAMES)
)


@given(FAULTS, st.sampled_from([None, *CAS]))
def test_it_goes_on_only_where_nothing_but_new_names_failed(
    faults: list[Fault], under_way: str | None
) -> None:
    chosen = choose_authorities(WISH, faults, under_way=under_way)
    there = set(KEPT.names)
    for ca in chosen:
        mattered = [fault for fault in faults if fault.ca in {None, ca}]
        assert mattered
        assert all(fault.names and not fault.names & there for fault in mattered)


# Orders at a real CA.


def names_of(outcome: Outcome) -> set[str]:
    assert outcome.got is not None
    return set(read_certificate(outcome.got.set.certificate, name="x").names)


def added(at: World, *names: str, **settings: Any) -> Wish:
    """a.test is there and due; these were added, and only a.test has its CNAME."""
    at.delegate("a.test")
    kept = wish("a.test", is_kept=True)
    return wish("a.test", *names, kept=kept, **settings)


def issue(at: World, *wishes: Wish, **settings: Any) -> list[Outcome]:
    return issue_all(wishes, at.means(**settings))


def drafts(at: World) -> tuple[Draft | None, Draft | None]:
    desk = at.desk()
    return desk.load_draft("a.test"), desk.load_draft("a.test", is_kept=True)


def test_what_dns_cannot_prove_is_left_out_and_all_is_proved_in_one_change(at_ca: World) -> None:
    changes: list[str] = []

    class Counting:
        def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
            changes.extend([doing] if action == "ChangeResourceRecordSets" else [])
            return at_ca.account.api.call(action, doing, **parameters)

    at_ca.api = Counting()
    at_ca.delegate("c.test")
    one, other = issue(at_ca, added(at_ca, "new.test", "*.new.test"), wish("c.test"))

    assert one.issued is None
    assert names_of(one) == {"a.test"}
    assert [(each.names, "there is no CNAME" in each.why) for each in one.faults] == [
        (frozenset({"new.test", "*.new.test"}), True)
    ]
    assert other.issued is not None
    assert len(changes) == 2, "the proofs of both are written at once, and taken away at once"
    assert drafts(at_ca) == (None, None)


def test_what_is_not_due_is_not_ordered_and_what_is_not_there_is_not_issued_in_part(at_ca: World) -> None:
    (outcome,) = issue(at_ca, replace(added(at_ca, "new.test"), kept=None))

    assert (outcome.got, outcome.kept, at_ca.kept) == (None, None, [])


def refuse_by_caa(at: World) -> None:
    at.recursor.elsewhere["new.test.", "CAA"] = ('0 issue "other.example"',)


def hide_proof(at: World) -> None:
    """From the CA alone."""
    at.recursor.elsewhere["_acme-challenge.new.test.", "TXT"] = ('"of another"',)


@pytest.mark.parametrize(
    ("name", "spoil", "expected"),
    [
        ("new.test", refuse_by_caa, ("the CAA of new.test. forbids it", 1)),
        ("new.test", hide_proof, ("new.test: ", 2)),
        ("x.blocked.test", lambda _: None, ("rejectedIdentifier", 1)),
    ],
)
def test_what_the_ca_refuses_is_left_out_in_the_same_run(
    at_ca: World, through: Through, name: str, spoil: Any, expected: tuple[str, int]
) -> None:
    proxy, url = through
    told, orders = expected
    again = added(at_ca, name)
    at_ca.delegate(name)
    spoil(at_ca)
    issuers = {"pebble": ("pebble.letsencrypt.org",)}

    (outcome,) = issue(at_ca, again, issuers=issuers, open_authority=lambda _: at_ca.authority(url))

    assert outcome.issued is None
    assert names_of(outcome) == {"a.test"}
    assert told in outcome.faults[0].why
    assert (outcome.faults[0].ca, outcome.faults[0].names) == ("pebble", frozenset({name}))
    assert proxy.good("POST /order-plz") == orders
    assert at_ca.challenges() == []

    at_ca.recursor.elsewhere.clear()
    for each in ("a.test", "new.test"):
        at_ca.delegate(each)
    (later,) = issue(at_ca, added(at_ca, "new.test"))
    assert names_of(later) == {"a.test", "new.test"}
    assert drafts(at_ca) == (None, None)


def fail_at_route53(at: World) -> dict[str, Any]:
    prover = at.prover()
    present = prover.present

    def refuse(proofs: Any) -> Any:
        new = [each for each in proofs if each.place.name == "new.test"]
        present([each for each in proofs if each not in new])
        return {**dict.fromkeys(proofs), **dict.fromkeys(new, "Route 53: not authorized")}

    prover.present = refuse  # type: ignore[method-assign]
    return {"prover": prover}


def fill_disk(at: World) -> dict[str, Any]:
    desk = at.desk()

    def refuse(draft: Draft) -> None:
        raise PsfdnsError(f"{draft.name}: no space left on device")

    desk.store_draft = refuse  # type: ignore[method-assign]
    return {"desk": desk}


def reach_limit(at: World) -> dict[str, Any]:
    history = at.desk().load_history()
    history.failed += [Event("pebble", "new.test", now(), str(number)) for number in range(5)]
    at.desk().store_history(history)
    return {"rules": {"pebble": Rules(failures=Rule(5, datetime.timedelta(hours=1)))}}


OTHERWISE: dict[str, tuple[list[Spoiling], Any]] = {
    "the CA is away": ([Spoiling("POST /order-plz", "down", times=99)], None),
    "the CA limits": ([Spoiling("POST /order-plz", "limited", headers={"Retry-After": "90000"})], None),
    "our own count says that it would": ([], reach_limit),
    "Route 53 refuses to write at the new name": ([], fail_at_route53),
    "the disk is full": ([], fill_disk),
    "the CA hands out nothing": ([Spoiling("POST /certZ", "down", times=99)], None),
}


@pytest.mark.parametrize("case", OTHERWISE)
def test_what_fails_otherwise_is_not_ordered_in_part(
    at_ca: World, through: Through, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.certs.client._PAUSES", (0, 0, 0))
    proxy, url = through
    again = added(at_ca, "new.test")
    at_ca.delegate("new.test")
    faults, spoil = OTHERWISE[case]
    settings = spoil(at_ca) if spoil else {}
    proxy.faults = faults

    (outcome,) = issue(at_ca, again, open_authority=lambda _: at_ca.authority(url), **settings)

    assert (outcome.got, outcome.kept) == (None, None)
    assert outcome.faults
    proxy.faults = []
    at_ca.desk().store_history(type(at_ca.desk().load_history())())
    placed = drafts(at_ca)[0]
    (later,) = issue(at_ca, again, open_authority=lambda _: at_ca.authority(url))
    assert names_of(later) == {"a.test", "new.test"}
    assert later.issued is not None
    if placed is not None and placed.order is not None:
        assert later.issued.set.key == placed.key_pem, "the order that was under way was completed"


def test_a_name_whose_servers_do_not_have_its_proof_is_left_out_and_its_order_stays(at_ca: World) -> None:
    """As of a zone that is at Route 53 and not delegated to it."""
    again = added(at_ca, "new.test")
    at_ca.delegate("new.test")
    prover = at_ca.prover()
    present = prover.present

    def behind(proofs: list[Proof]) -> dict[Proof, str | None]:
        verdicts = dict(present(proofs))
        new = (each for each in proofs if each.place.name == "new.test")
        return verdicts | dict.fromkeys(new, Unprovable("ns.elsewhere.test. has it not"))

    prover.present = behind  # type: ignore[method-assign, assignment]
    (outcome,) = issue(at_ca, again, prover=prover)

    assert names_of(outcome) == {"a.test"}
    assert [(each.ca, each.names) for each in outcome.faults] == [(None, frozenset({"new.test"}))]
    whole, kept = drafts(at_ca)
    assert whole is not None
    assert kept is None

    (later,) = issue(at_ca, again)

    assert later.issued is not None
    assert (names_of(later), later.issued.set.key) == ({"a.test", "new.test"}, whole.key_pem)


def test_what_goes_on_without_is_taken_up_by_the_next_run(
    at_ca: World, through: Through, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.certs.client._PAUSES", (0, 0, 0))
    proxy, url = through
    again = added(at_ca, "new.test")
    proxy.faults = [Spoiling("POST /certZ", "down", times=99)]
    settings: dict[str, Any] = {"open_authority": lambda _: at_ca.authority(url)}
    (first,) = issue(at_ca, again, **settings)
    assert first.kept is not None
    assert (first.got, first.kept.faults[0].ca) == (None, "pebble")
    _, draft = drafts(at_ca)
    assert draft is not None
    proxy.faults, made = [], proxy.good("POST /order-plz")

    (outcome,) = issue(at_ca, again, **settings)

    assert outcome.got is not None
    assert (names_of(outcome), outcome.got.set.key) == ({"a.test"}, draft.key_pem)
    assert proxy.good("POST /order-plz") == made
    assert drafts(at_ca) == (None, None)


def test_what_goes_on_without_is_taken_up_once_the_new_name_is_taken_out_again(
    at_ca: World, through: Through, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.certs.client._PAUSES", (0, 0, 0))
    proxy, url = through
    proxy.faults = [Spoiling("POST /certZ", "down", times=99)]
    settings: dict[str, Any] = {"open_authority": lambda _: at_ca.authority(url)}
    issue(at_ca, added(at_ca, "new.test"), **settings)
    _, draft = drafts(at_ca)
    assert draft is not None
    proxy.faults, made = [], proxy.good("POST /order-plz")

    (outcome,) = issue(at_ca, wish("a.test"), **settings)

    assert outcome.issued is not None
    assert outcome.issued.set.key == draft.key_pem
    assert proxy.good("POST /order-plz") == made
    assert drafts(at_ca) == (None, None)


def test_an_order_from_before_there_were_new_names_is_taken_up(
    at_ca: World, through: Through, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.certs.client._PAUSES", (0, 0, 0))
    proxy, url = through
    again = added(at_ca, "new.test")
    settings: dict[str, Any] = {"open_authority": lambda _: at_ca.authority(url)}
    proxy.faults = [Spoiling("POST /certZ", "down", times=99)]
    issue(at_ca, wish("a.test"), **settings)
    draft, _ = drafts(at_ca)
    assert draft is not None
    proxy.faults, made = [], proxy.good("POST /order-plz")

    (outcome,) = issue(at_ca, again, **settings)

    assert outcome.got is not None
    assert (names_of(outcome), outcome.got.set.key) == ({"a.test"}, draft.key_pem)
    assert proxy.good("POST /order-plz") == made
    assert drafts(at_ca) == (None, None)


def test_what_goes_on_without_may_fail_and_says_so(at_ca: World) -> None:
    """What it has is judged for itself: here a name that a wildcard is to take the place of."""
    kept = wish("a.test", "www.b.test", is_kept=True)
    at_ca.delegate("a.test")
    (outcome,) = issue(at_ca, wish("a.test", "*.b.test", kept=kept))

    assert outcome.kept is not None
    assert (outcome.got, at_ca.kept) == (None, [])
    assert "_acme-challenge.b.test. has to lead to" in outcome.faults[0].why
    assert "_acme-challenge.www.b.test. has to lead to" in outcome.kept.faults[0].why


def test_orders_that_cannot_be_read_stop_nobody_else(at_ca: World) -> None:
    desk = at_ca.desk()
    load = desk.load_draft

    def away(name: str, *, is_kept: bool = False) -> Draft | None:
        if is_kept:
            raise HostError("S3", "read an order", "it is away")
        return load(name)

    desk.load_draft = away  # type: ignore[method-assign]
    at_ca.delegate("c.test")
    one, other = issue(at_ca, added(at_ca, "new.test"), wish("c.test"), desk=desk)

    assert one.kept is not None
    assert (one.got, [each.why for each in one.kept.faults]) == (None, ["S3: read an order: it is away"])
    assert other.issued is not None
