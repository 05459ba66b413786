"""Orders against a real CA, proved in zones of the sandbox: alone, many at once, with faults, and killed."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from psfdns.certs.ari import Window
from psfdns.certs.authority import Authority
from psfdns.certs.desk import Draft
from psfdns.certs.keys import kind_of, make_key
from psfdns.certs.limits import ACCOUNT, LETS_ENCRYPT, Event, Wait, subject_of
from psfdns.certs.order import Issued, Outcome, Wish, issue_all
from psfdns.certs.pem import read_certificate
from psfdns.certs.resources import Order, Status
from psfdns.errors import CaError, PsfdnsError
from psfdns.proofs import place_of
from tests.certs.world import World, now, wish
from tests.fault_proxy import Fault, Proxy

Through = tuple[Proxy, str]
DAY = datetime.timedelta(days=1)


class KilledError(BaseException):
    """The process ends here: nothing catches it."""


def delegated(at: World, *names: str, **settings: Any) -> Wish:
    for name in names:
        at.delegate(name)
    return wish(*names, **settings)


def only(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def issue(at: World, *wishes: Wish, **settings: Any) -> list[Outcome]:
    return issue_all(wishes, at.means(**settings))


def why(outcome: Outcome) -> str:
    assert outcome.issued is None
    return " | ".join(fault.why for fault in outcome.faults)


def leaf(issued: Issued | None) -> x509.Certificate:
    assert issued is not None
    return x509.load_pem_x509_certificate(issued.set.certificate)


def fingerprint(issued: Issued) -> str:
    return read_certificate(issued.set.certificate, name="x").fingerprint


def identifier(certificate: x509.Certificate) -> str | None:
    return read_certificate(certificate.public_bytes(Encoding.PEM), name="x").identifier


def der_of(issued: Issued) -> bytes:
    return leaf(issued).public_bytes(Encoding.DER)


def names_of(certificate: x509.Certificate) -> set[str]:
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return set(extension.value.get_values_for_type(x509.DNSName))


def test_a_name_and_its_wildcard_through_the_validation_zone(at_ca: World) -> None:
    outcome = only(issue(at_ca, delegated(at_ca, "a.test", "*.a.test")))

    assert outcome.faults == ()
    assert names_of(leaf(outcome.issued)) == {"a.test", "*.a.test"}
    assert at_ca.kept == [outcome.issued]
    assert at_ca.challenges() == []
    assert not list((at_ca.folder / "state" / "orders").iterdir())


def test_a_name_in_a_zone_of_ours_without_an_alias(at_ca: World) -> None:
    outcome = only(issue(at_ca, wish("www.direct.example", delegated=False)))

    assert outcome.issued is not None
    assert at_ca.challenges() == []


@pytest.mark.parametrize("kind", ["ecdsa-p384", "rsa-2048"])
def test_the_key_is_of_the_kind_that_is_wanted(at_ca: World, kind: str) -> None:
    outcome = only(issue(at_ca, delegated(at_ca, "a.test", key=kind)))

    assert outcome.issued is not None
    assert kind_of(outcome.issued.set.key) == kind


def test_a_key_is_reused_where_that_is_wanted_and_else_is_new(at_ca: World) -> None:
    key = make_key("ecdsa-p256")
    first = only(issue(at_ca, delegated(at_ca, "a.test", reused_key=key))).issued
    second, third = (only(issue(at_ca, wish("a.test"))).issued for _ in range(2))

    assert first is not None
    assert second is not None
    assert third is not None
    assert first.set.key == key
    assert len({key, second.set.key, third.set.key}) == 3


def test_a_profile_is_asked_for_and_one_that_there_is_not_is_named(at_ca: World) -> None:
    at_ca.ca.need("profiles")
    good, bad = (
        only(issue(at_ca, delegated(at_ca, "a.test", profile=name))) for name in ("short", "tlsserver")
    )

    certificate = leaf(good.issued)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc < 7 * DAY
    assert "no profile tlsserver: it has default, short" in why(bad)


def test_twenty_certificates_are_proved_in_one_change_and_one_failure_costs_the_others_nothing(
    at_ca: World,
) -> None:
    wishes = [delegated(at_ca, f"w{number}.test", f"*.w{number}.test") for number in range(18)]
    nowhere, blocked = wish("nowhere.test"), delegated(at_ca, "x.blocked.test")
    calls: list[str] = []

    class Counting:
        def call(self, action: str, doing: str, /, **parameters: Any) -> Any:
            calls.append(action)
            return at_ca.account.api.call(action, doing, **parameters)

    at_ca.api = Counting()
    outcomes = issue(at_ca, nowhere, *wishes, blocked)

    assert [outcome.issued is not None for outcome in outcomes] == [False, *[True] * 18, False]
    assert "has to lead to" in why(outcomes[0])
    assert "there is no CNAME" in why(outcomes[0])
    assert "blocked" in why(outcomes[-1]).lower() or "rejected" in why(outcomes[-1]).lower()
    assert calls.count("ChangeResourceRecordSets") == 2, "once to put in place, once to take away"


def test_a_renewal_replaces_what_the_ca_advised(at_ca: World) -> None:
    at_ca.ca.need("renewalInfo")
    first = leaf(only(issue(at_ca, delegated(at_ca, "a.test"))).issued)
    known = identifier(first)

    again = wish("a.test", replaces=known, replaces_at="pebble")
    second = only(issue(at_ca, again)).issued

    assert second is not None
    assert second.replaces
    third = only(issue(at_ca, again)).issued
    assert third is not None, "alreadyReplaced: the same order without it"
    assert not third.replaces


def test_a_ca_that_wants_to_be_left_alone_is_not_asked_again_without_what_is_replaced(
    at_ca: World, through: Through
) -> None:
    proxy, url = through
    proxy.faults = [Fault("order", "broken", kind="serverInternal", headers={"Retry-After": "7200"})]
    again = wish(*delegated(at_ca, "a.test").names, replaces="eHh4.eHh4", replaces_at="pebble")

    outcome = only(issue(at_ca, again, open_authority=lambda _: at_ca.authority(url)))

    assert "a test says so (serverInternal)" in why(outcome)
    assert proxy.count("order") == 1


def test_an_order_for_other_names_than_those_asked_for_is_not_gone_on_with(
    at_ca: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = delegated(at_ca, "a.test")
    read = Authority._read_order

    def reading(self: Authority, *answer: Any) -> Order:
        return replace(read(self, *answer), names=("a.test", "b.test"))

    monkeypatch.setattr(Authority, "_read_order", reading)

    assert "its order is for other names than those asked for" in why(only(issue(at_ca, again)))


def test_a_certificate_of_another_ca_is_not_replaced(at_ca: World, through: Through) -> None:
    first = leaf(only(issue(at_ca, delegated(at_ca, "a.test"))).issued)

    second = only(issue(at_ca, wish("a.test", replaces=identifier(first), replaces_at="other"))).issued

    assert second is not None
    assert not second.replaces


def test_the_next_ca_is_asked_where_one_fails_and_both_are_told(at_ca: World, through: Through) -> None:
    proxy, url = through
    proxy.faults = [Fault("GET /dir", "down", times=99, headers={"Retry-After": "3600"})]
    opened: list[str] = []

    def open_authority(name: str) -> Authority:
        opened.append(name)
        return at_ca.authority(url if name == "first" else None)

    wishes = [delegated(at_ca, f"{name}.test", authorities=("first", "second")) for name in "ab"]
    outcomes = issue(at_ca, *wishes, open_authority=open_authority)

    assert [outcome.issued.ca if outcome.issued else None for outcome in outcomes] == ["second", "second"]
    assert [fault.ca for fault in outcomes[0].faults] == ["first"]
    assert opened == ["first", "second"], "each is opened once, whatever it says"
    history = at_ca.desk().load_history()
    assert list(history.waits) == [("first", ACCOUNT)]
    assert issue(at_ca, wishes[0], open_authority=open_authority)[0].faults[0].why.startswith("not before ")


def test_a_limit_of_these_names_is_kept_for_them_alone_across_runs(at_ca: World, through: Through) -> None:
    proxy, url = through
    proxy.faults = [Fault("POST /order-plz", "limited", headers={"Retry-After": "7200"})]
    a, b = delegated(at_ca, "a.test"), delegated(at_ca, "b.test")
    settings = {"open_authority": lambda _: at_ca.authority(url)}

    assert "rateLimited" in why(only(issue(at_ca, a, **settings)))
    assert list(at_ca.desk().load_history().waits) == [("pebble", subject_of(["a.test"]))]

    orders = proxy.count("POST /order-plz")
    outcomes = issue(at_ca, a, b, **settings)
    assert why(outcomes[0]).startswith("not before ")
    assert outcomes[0].faults[0].retry_at is not None
    assert outcomes[1].issued is not None
    assert 0 < proxy.count("POST /order-plz") - orders <= 11

    later = now() + datetime.timedelta(hours=3)
    assert only(issue(at_ca, a, now=lambda: later, **settings)).issued is not None


def full_week(at: World, name: str) -> None:
    history = at.desk().load_history()
    history.issued = [Event("pebble", name, now() - DAY, str(number)) for number in range(5)]
    at.desk().store_history(history)


def test_our_own_history_keeps_below_the_limits_unless_the_ca_wants_it_replaced_now(at_ca: World) -> None:
    at_ca.ca.need("renewalInfo")
    again = delegated(at_ca, "a.test")
    known = identifier(leaf(only(issue(at_ca, again)).issued))
    full_week(at_ca, "a.test")
    rules = {"pebble": LETS_ENCRYPT}

    assert "5 certificates of just these names" in why(only(issue(at_ca, again, rules=rules)))
    advised: dict[str, Any] = {"replaces": known, "replaces_at": "pebble"}
    for window in (None, Window(now() + DAY, now() + 2 * DAY), Window(now() - 2 * DAY, now() - DAY)):
        early = wish("a.test", **advised, window=window)
        assert "5 certificates of just these names" in why(only(issue(at_ca, early, rules=rules)))
    exempt = wish("a.test", **advised, window=Window(now() - DAY, now() + DAY))
    assert only(issue(at_ca, exempt, rules=rules)).issued is not None


def test_what_the_ca_does_not_take_as_a_replacement_is_held_back_by_the_limits(
    at_ca: World, through: Through
) -> None:
    proxy, url = through
    at_ca.ca.need("renewalInfo")
    full_week(at_ca, "a.test")
    at_ca.delegate("a.test")
    window = Window(now() - DAY, now() + DAY)
    unknown = wish("a.test", replaces="eHh4.eHh4", replaces_at="pebble", window=window)
    settings = {"rules": {"pebble": LETS_ENCRYPT}, "open_authority": lambda _: at_ca.authority(url)}

    outcome = only(issue(at_ca, unknown, **settings))

    assert "not before" in why(outcome)
    assert proxy.good("POST /order-plz") == 0
    assert at_ca.desk().load_history().waits == {}, "the CA has asked for no wait"


def test_where_limits_leave_room_for_some_those_have_it_that_end_first(at_ca: World) -> None:
    history = at_ca.desk().load_history()
    history.domains = [Event("pebble", "few.test", now() - DAY, str(number)) for number in range(49)]
    at_ca.desk().store_history(history)
    ends = {"a.few.test": 20, "b.few.test": 2, "c.few.test": None}
    wishes = [
        delegated(at_ca, name, urgent_from=None if days is None else now() + days * DAY)
        for name, days in ends.items()
    ]

    outcomes = issue(at_ca, *wishes, rules={"pebble": LETS_ENCRYPT})

    assert {each.wish.name for each in outcomes if each.issued is not None} == {"b.few.test"}


def test_names_that_fail_again_and_again_are_left_alone_in_time(at_ca: World, through: Through) -> None:
    """Whatever an order that failed has left on the disk: the CA would refuse a sixth failure."""
    proxy, url = through
    again = delegated(at_ca, "a.test")
    rules = {"pebble": LETS_ENCRYPT}
    settings = {"rules": rules, "prover": Blind(), "open_authority": lambda _: at_ca.authority(url)}

    told = [why(only(issue(at_ca, again, **settings))) for _ in range(7)]

    assert proxy.good("POST /order-plz") == 5
    assert "5 failed validations of a.test in 1 h" in told[5]
    assert told[5] == told[6]


def test_a_wait_of_the_ca_holds_for_an_order_under_way_too(at_ca: World, through: Through) -> None:
    proxy, url = through
    again = delegated(at_ca, "a.test")
    proxy.faults = [Fault("POST /finalize-order", "down", headers={"Retry-After": "7200"})]
    settings = {"open_authority": lambda _: at_ca.authority(url)}
    assert "HTTP 503" in why(only(issue(at_ca, again, **settings)))
    asked = len(proxy.requests)

    assert why(only(issue(at_ca, again, **settings))).startswith("not before ")
    assert len(proxy.requests) == asked

    later = now() + datetime.timedelta(hours=3)
    assert only(issue(at_ca, again, now=lambda: later, **settings)).issued is not None


def test_a_wait_that_would_outlast_the_certificate_is_not_believed(at_ca: World, through: Through) -> None:
    proxy, url = through
    at_ca.delegate("a.test")
    month = str(30 * 24 * 3600)
    proxy.faults = [Fault("POST /order-plz", "down", times=1, headers={"Retry-After": month})]
    settings: dict[str, Any] = {"open_authority": lambda _: at_ca.authority(url)}
    urgent = wish("a.test", urgent_from=now() + DAY)
    assert "HTTP 503" in why(only(issue(at_ca, urgent, **settings)))
    for hours in (1, 23):
        settings["now"] = lambda hours=hours: now() + datetime.timedelta(hours=hours)
        assert why(only(issue(at_ca, urgent, **settings))).startswith("not before ")

    settings["now"] = lambda: now() + datetime.timedelta(hours=25)
    assert only(issue(at_ca, urgent, **settings)).issued is not None


def test_what_is_about_to_be_issued_is_counted_before_the_ca_hears_of_it(
    at_ca: World, through: Through
) -> None:
    proxy, url = through
    again = delegated(at_ca, "a.test")
    proxy.faults = [Fault("POST /finalize-order", "down", times=99)]
    settings = {"open_authority": lambda _: at_ca.authority(url)}

    for _ in range(2):
        assert only(issue(at_ca, again, sleep=lambda _: None, **settings)).issued is None
        assert len(at_ca.desk().load_history().issued) == 1, "one order is one certificate"
    proxy.faults = []

    assert only(issue(at_ca, again, **settings)).issued is not None
    assert [each.subject for each in at_ca.desk().load_history().issued] == ["a.test"]


class Blind:
    """Says that all is in place, and puts nothing there."""

    kind = "dns-01"

    def check(self, places: Any) -> Any:
        return dict.fromkeys(places)

    def present(self, proofs: Any) -> Any:
        return dict.fromkeys(proofs)

    def clean(self) -> Any:
        return ()


def test_a_failed_validation_counts_and_says_what_the_ca_saw(at_ca: World) -> None:
    again = delegated(at_ca, "a.test")

    outcome = only(issue(at_ca, again, prover=Blind()))

    assert "a.test: " in why(outcome)
    assert [(each.ca, each.subject) for each in at_ca.desk().load_history().failed] == [("pebble", "a.test")]
    assert only(issue(at_ca, again)).issued is not None


@pytest.mark.parametrize(
    ("caa", "reason"),
    [
        ('0 issue "other.example"', "pebble.letsencrypt.org is not among those who may issue"),
        ('0 issue "pebble.letsencrypt.org; validationmethods=http-01"', "by http-01 only"),
        ('0 issue "pebble.letsencrypt.org; accounturi=https://ca.example/acct/1"', "another account only"),
    ],
)
def test_a_caa_that_forbids_it_is_told_before_the_ca_is_asked(
    at_ca: World, through: Through, caa: str, reason: str
) -> None:
    proxy, url = through
    at_ca.recursor.elsewhere["test.", "CAA"] = (caa,)
    settings = {"pebble": ("pebble.letsencrypt.org",)}

    outcome = only(
        issue(
            at_ca,
            delegated(at_ca, "a.test"),
            issuers=settings,
            open_authority=lambda _: at_ca.authority(url),
        )
    )

    assert reason in why(outcome)
    assert proxy.count("POST /order-plz") == 0


def test_a_caa_of_this_very_account_permits_it(at_ca: World) -> None:
    account = at_ca.authority().account
    value = f'0 issue "pebble.letsencrypt.org; accounturi={account}; validationmethods=dns-01"'
    at_ca.recursor.elsewhere["a.test.", "CAA"] = (value,)

    assert only(issue(at_ca, delegated(at_ca, "a.test"))).issued is not None


def test_a_caa_that_nobody_could_look_up_is_told_only_where_the_ca_refuses(
    at_ca: World, through: Through
) -> None:
    proxy, url = through
    at_ca.recursor.broken = {"test."}
    again = delegated(at_ca, "a.test")

    assert only(issue(at_ca, again)).issued is not None
    proxy.faults = [Fault("POST /order-plz", "forbidden", kind="caa")]
    outcome = only(issue(at_ca, again, open_authority=lambda _: at_ca.authority(url)))
    assert "the CAA of test. could not be looked up (SERVFAIL)" in why(outcome)


def test_another_tenant_cannot_have_a_name_that_leads_to_ours(at_ca: World) -> None:
    at_ca.delegate("a.test", tenant="one")
    place = {"a.test": place_of("a.test", tenant="two", zone="acme.example.")}

    assert "has to lead to" in why(only(issue(at_ca, wish("a.test", places=place))))


STEPS = {
    "before the order": (Fault("POST /order-plz", "drop"), True),
    "after the order, before its answer": (Fault("POST /order-plz", "lose"), True),
    "while authorizations are read": (Fault("POST /authZ", "pass"), False),
    "before the challenge is answered": (Fault("POST /chalZ", "drop"), False),
    "after the challenge is answered": (Fault("POST /chalZ", "lose"), False),
    "while the order is looked at": (Fault("POST /my-order", "pass"), False),
    "before it is finalized": (Fault("POST /finalize-order", "drop"), False),
    "after it is finalized": (Fault("POST /finalize-order", "lose"), False),
    "before the download": (Fault("POST /certZ", "drop"), False),
    "after the download": (Fault("POST /certZ", "lose"), False),
}


def killed(at: World, url: str, again: Wish, **settings: Any) -> None:
    """A run that ends at a `KilledError`, wherever that is raised: it takes no proof away."""
    prover = at.prover()
    prover.clean = lambda: ()  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        issue(at, again, prover=prover, open_authority=lambda _: at.authority(url), **settings)


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_is_killed_is_completed_by_the_next_with_no_second_order(
    at_ca: World, through: Through, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, url = through
    again = delegated(at_ca, "a.test", "*.a.test")
    fault, is_new = STEPS[step]
    proxy.faults = [fault]
    _kill_when_taken(fault, proxy, monkeypatch)
    killed(at_ca, url, again)
    monkeypatch.undo()
    draft = at_ca.desk().load_draft("a.test")
    assert draft is not None
    assert (draft.order is None) is is_new
    made = _orders(proxy)

    outcome = only(issue(at_ca, again, open_authority=lambda _: at_ca.authority(url)))

    assert outcome.issued is not None, outcome.faults
    assert outcome.issued.set.key == draft.key_pem or is_new
    assert _orders(proxy) == made + is_new
    assert at_ca.challenges() == []
    assert at_ca.desk().load_draft("a.test") is None


def _kill_when_taken(fault: Fault, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client dies at the request that the fault is for: before or after it is sent."""
    from psfdns.certs.client import Client

    send = Client._send

    def dying(self: Client, method: str, url: str, *args: Any, **settings: Any) -> Any:
        is_it = fault.where in f"{method} /{url.split('/', 3)[3]}"
        if is_it and fault.do == "drop":
            raise KilledError
        reply = send(self, method, url, *args, **settings)
        # A refused nonce is no step.
        if is_it and b"badNonce" not in reply.body:
            raise KilledError
        return reply

    if fault.do == "lose":
        fault.do = "pass"
    monkeypatch.setattr(Client, "_send", dying)


def _orders(proxy: Proxy) -> int:
    """Orders that the CA made: those requests that it did not refuse for their nonce."""
    return proxy.good("POST /order-plz")


def test_a_run_that_is_killed_while_it_keeps_the_certificate_gets_the_same_one_again(
    at_ca: World, through: Through
) -> None:
    _, url = through
    again = delegated(at_ca, "a.test")
    seen: list[str] = []

    def die(issued: Issued) -> None:
        seen.append(fingerprint(issued))
        raise KilledError

    killed(at_ca, url, again, keep=die)

    outcome = only(issue(at_ca, again, open_authority=lambda _: at_ca.authority(url)))
    assert outcome.issued is not None
    assert fingerprint(outcome.issued) == seen[0]


def test_a_finished_order_whose_certificate_is_kept_already_is_not_taken_for_a_new_one(at_ca: World) -> None:
    again = delegated(at_ca, "a.test")
    drafts: list[Draft | None] = []
    first = only(
        issue(at_ca, again, keep=lambda issued: drafts.append(at_ca.desk().load_draft("a.test")))
    ).issued
    assert first is not None
    (draft,) = drafts
    assert draft is not None
    at_ca.desk().store_draft(draft)

    renewed = only(issue(at_ca, wish("a.test", current=fingerprint(first)))).issued

    assert renewed is not None
    assert fingerprint(renewed) != fingerprint(first)


KEY = make_key("ecdsa-p256")


@pytest.mark.parametrize("again", [{"reused_key": None}, {"reused_key": KEY, "tenant": "other"}])
def test_a_key_that_must_not_be_had_again_comes_back_by_no_order_under_way(
    at_ca: World, through: Through, again: dict[str, Any]
) -> None:
    """It was revoked since, or the certificate has become another tenant's."""
    _, url = through
    at_ca.delegate("a.test")
    killed(at_ca, url, replace(wish("a.test", reused_key=KEY), tenant="one"), keep=_die)
    draft = at_ca.desk().load_draft("a.test")
    assert draft is not None
    assert draft.is_reused
    made = proxy_orders(through)

    changed = replace(wish("a.test"), **{"tenant": "one", **again})
    outcome = only(issue(at_ca, changed, open_authority=lambda _: at_ca.authority(url)))

    assert outcome.issued is not None
    assert proxy_orders(through) == made + 1
    assert (outcome.issued.set.key == KEY) is (again["reused_key"] == KEY)


def proxy_orders(through: Through) -> int:
    return _orders(through[0])


@pytest.mark.parametrize(
    "other",
    [
        {"names": ("a.test", "*.a.test")},
        {"key": "ecdsa-p384"},
        {"reused_key": make_key("ecdsa-p256")},
    ],
)
def test_an_order_under_way_for_something_else_is_not_completed(
    at_ca: World, through: Through, other: dict[str, Any]
) -> None:
    _, url = through
    killed(at_ca, url, delegated(at_ca, "a.test"), keep=_die)
    names = other.get("names", ("a.test",))
    changed = wish(*names, **{key: value for key, value in other.items() if key != "names"})

    outcome = only(issue(at_ca, changed, open_authority=lambda _: at_ca.authority(url)))

    assert names_of(leaf(outcome.issued)) == set(names)
    assert outcome.issued is not None
    assert kind_of(outcome.issued.set.key) == other.get("key", "ecdsa-p256")


def _die(issued: Issued) -> None:
    raise KilledError


def test_an_order_of_another_account_or_that_the_ca_forgot_is_opened_anew(
    at_ca: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one of another account is not even asked for: its URL may be another CA's."""
    again = delegated(at_ca, "a.test")
    fetch, asked = Authority.fetch_order, set()

    def fetching(self: Authority, url: str) -> Order:
        asked.add(url)
        return fetch(self, url)

    monkeypatch.setattr(Authority, "fetch_order", fetching)
    key = make_key("ecdsa-p256")
    draft = Draft(
        "a.test", "pebble", at_ca.ca.url, at_ca.authority().account, ("a.test",), None, key, b"", None
    )
    ours, theirs = f"{at_ca.ca.url}/none", f"{at_ca.ca.url}/theirs"
    for order, account in ((ours, draft.account), (theirs, "https://x")):
        stored = Draft(**{**_fields(draft), "account": account}).placed(order, replaces=False)
        at_ca.desk().store_draft(stored)

        assert only(issue(at_ca, again)).issued is not None
    assert ours in asked
    assert theirs not in asked


def _fields(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in Draft.__slots__}


def test_a_certificate_that_cannot_be_kept_is_told_and_not_lost(at_ca: World) -> None:
    again = delegated(at_ca, "a.test")

    def full(issued: Issued) -> None:
        raise PsfdnsError("the store: no space left on device")

    outcome = only(issue(at_ca, again, keep=full))

    assert "no space left" in why(outcome)
    assert at_ca.desk().load_draft("a.test") is not None
    assert only(issue(at_ca, again)).issued is not None


def test_a_certificate_that_is_kept_is_there_whatever_fails_after_it(at_ca: World) -> None:
    desk = at_ca.desk()

    def full(name: str, *, is_kept: bool = False) -> None:
        raise PsfdnsError("orders: the disk is full")

    desk.forget_draft = full  # type: ignore[method-assign]
    outcome = only(issue(at_ca, delegated(at_ca, "a.test"), desk=desk))

    assert (outcome.issued is not None, outcome.faults) == (True, ())
    assert "a.test: orders: the disk is full" in at_ca.said


def test_proofs_that_could_not_be_taken_away_are_told(at_ca: World) -> None:
    prover = at_ca.prover()

    def fail() -> Any:
        raise PsfdnsError("the disk is full")

    prover.clean = fail  # type: ignore[method-assign]
    assert only(issue(at_ca, delegated(at_ca, "a.test"), prover=prover)).issued is not None
    assert at_ca.said[-1] == "proofs were left in DNS: the disk is full"
    at_ca.prover().clean()


def test_a_ca_that_hangs_for_ever_is_given_up_in_bounded_time(
    at_ca: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time is an argument: the order stays pending, and only sleeping moves the clock."""
    again = delegated(at_ca, "a.test")
    clock = _Sleeping()
    authority = at_ca.authority()
    pending = Order("https://ca.example/order/1", Status.PENDING, ("a.test",), (), "https://ca.example/f")
    monkeypatch.setattr(authority, "fetch_order", lambda _: pending)
    outcome = only(issue(at_ca, again, now=clock.now, sleep=clock.sleep, open_authority=lambda _: authority))

    assert "the order is still pending" in why(outcome)
    assert 290 < clock.seconds <= 300
    assert at_ca.desk().load_draft("a.test") is not None
    assert only(issue(at_ca, again)).issued is not None


class _Sleeping:
    def __init__(self) -> None:
        self.began = now()
        self.seconds = 0.0

    def now(self) -> datetime.datetime:
        return self.began + datetime.timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_a_limit_within_half_a_minute_is_waited_for_within_the_run(at_ca: World, through: Through) -> None:
    proxy, url = through
    proxy.faults = [Fault("POST /order-plz", "limited", headers={"Retry-After": "1"})]

    outcome = only(issue(at_ca, delegated(at_ca, "a.test"), open_authority=lambda _: at_ca.authority(url)))

    assert outcome.issued is not None
    assert at_ca.desk().load_history().waits == {}


def test_a_wait_of_an_account_holds_up_all_of_its_orders(at_ca: World) -> None:
    history = at_ca.desk().load_history()
    history.waits["pebble", ACCOUNT] = Wait(now() + DAY, "too many orders")
    at_ca.desk().store_history(history)

    outcomes = issue(at_ca, delegated(at_ca, "a.test"), delegated(at_ca, "b.test"))

    assert all("too many orders" in why(outcome) for outcome in outcomes)


def test_revoking_twice_is_no_failure_and_the_ca_knows_it(at_ca: World) -> None:
    issued = only(issue(at_ca, delegated(at_ca, "a.test"))).issued
    assert issued is not None
    authority = at_ca.authority()
    certificate = leaf(issued)

    assert authority.revoke(der_of(issued), 4) is True
    assert authority.revoke(der_of(issued), 4) is False
    assert at_ca.ca.is_revoked(certificate.serial_number)


def test_when_to_renew_is_asked_of_the_ca(at_ca: World) -> None:
    at_ca.ca.need("renewalInfo")
    certificate = leaf(only(issue(at_ca, delegated(at_ca, "a.test"))).issued)
    known = identifier(certificate)
    assert known is not None

    info = at_ca.authority().renewal_info(known)

    assert info is not None
    window = info.window
    assert certificate.not_valid_before_utc < window.start < window.end < certificate.not_valid_after_utc
    assert info.retry_after is not None
    with pytest.raises(CaError):
        at_ca.authority().renewal_info("bm9uZQ.bm9uZQ")
