"""Guards: what a plan is refused for, what never counts, and what lifts a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from psfdns.errors import UsageError
from psfdns.plans.desired import HeldZone
from psfdns.plans.guards import GUARDS, Allowance, Policy, judge, parse_allowance, without_allowed
from psfdns.plans.plan import Refusal, ZonePlan
from psfdns.settings import Apex, ZoneSettings
from tests.plans.samples import AUTHORITY, ORIGIN, addresses, held, plan_of, settings, whole_plan


def refusals(
    plan: ZonePlan,
    *others: HeldZone,
    of: ZoneSettings | None = None,
    policy: Policy | None = None,
    account: str | None = "sandbox",
) -> tuple[Refusal, ...]:
    known = (held(plan.origin, tenant=plan.tenant, of=of), *others)
    return judge(whole_plan(plan, account=account), held=known, policy=policy or Policy())


def codes(found: tuple[Refusal, ...]) -> list[str]:
    return [refusal.finding.code for refusal in found]


def changed(live: int, losses: int) -> ZonePlan:
    """A zone of `live` record sets of which the first `losses` get another address."""
    after = addresses(live)
    after[:losses] = addresses(losses, address="192.0.2.2")
    return plan_of(addresses(live), after)


@pytest.mark.parametrize(
    ("live", "losses", "refused"),
    [
        (10, 3, False),
        (10, 4, True),
        (9, 8, False),
        (200, 50, False),
        (200, 51, True),
        (51, 51, True),
        (20, 7, True),
    ],
)
def test_many_changes_is_more_than_30_percent_of_ten_or_more_or_more_than_50(
    live: int, losses: int, *, refused: bool
) -> None:
    assert codes(refusals(changed(live, losses))) == (["many-changes"] if refused else [])


def test_deletes_count_as_changes_do() -> None:
    assert codes(refusals(plan_of(addresses(10), addresses(6)))) == ["many-changes"]
    assert codes(refusals(plan_of(addresses(10), addresses(7)))) == []


def test_creates_never_count() -> None:
    assert codes(refusals(plan_of(addresses(10), addresses(400)))) == []
    assert codes(refusals(plan_of(None, addresses(400)))) == []


def test_the_apex_authority_and_foreign_record_sets_are_no_part_of_the_share() -> None:
    of = settings(ignore=["x* A"])
    ignored = [f"x{number}.{ORIGIN} 60 A 192.0.2.9" for number in range(30)]
    plan = plan_of([*AUTHORITY, *addresses(10), *ignored], addresses(6), of=of)
    assert codes(refusals(plan, of=of)) == ["many-changes"]


def test_a_zone_with_nothing_left_is_emptied() -> None:
    assert codes(refusals(plan_of(addresses(3), []))) == ["zone-emptied"]
    assert codes(refusals(plan_of(addresses(3), addresses(1)))) == []
    assert codes(refusals(plan_of([], []))) == []


def test_changing_the_zones_own_ns_or_soa_is_refused_at_its_line() -> None:
    of = settings(apex=Apex.MANAGED)
    soa, ns = AUTHORITY
    (refusal,) = refusals(plan_of(AUTHORITY, [soa, f"{ORIGIN} 60 NS ns-2.example.net."], of=of), of=of)
    assert refusal.finding.code == "apex"
    assert str(refusal.finding.span) == "zones/psf/example.org.zone:2"
    assert codes(refusals(plan_of(None, [soa, ns], of=of), of=of)) == []


def test_other_apex_record_sets_are_ordinary() -> None:
    plan = plan_of([f"{ORIGIN} 60 MX 10 a.example."], [f"{ORIGIN} 60 MX 10 b.example."])
    assert codes(refusals(plan)) == []


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        ([f"{ORIGIN} 60 MX 10 a.example."], [f"{ORIGIN} 60 MX 10 b.example."], True),
        (
            [f"{ORIGIN} 60 MX 10 a.example.", "www.example.org. 60 A 192.0.2.1"],
            ["www.example.org. 60 A 192.0.2.1"],
            True,
        ),
        ([], [f"{ORIGIN} 60 MX 10 b.example."], False),
        (["www.example.org. 60 A 192.0.2.1"], ["www.example.org. 60 A 192.0.2.2"], False),
    ],
)
def test_protected_record_sets_are_neither_changed_nor_deleted_but_may_be_created(
    before: list[str], after: list[str], *, refused: bool
) -> None:
    of = settings(protect=["@ MX", "mail.** *"])
    found = refusals(plan_of(before, after, of=of), of=of)
    assert codes(found) == (["protected"] if refused else [])
    if refused:
        assert '"@ MX"' in found[0].finding.summary


CHILD = "fr.example.org."
CHILD_CHANGES = (["www.fr.example.org. 60 A 192.0.2.1"], ["www.fr.example.org. 60 A 192.0.2.2"])


def test_what_lies_in_another_tenants_zone_is_not_changed_from_above() -> None:
    (refusal,) = refusals(plan_of(*CHILD_CHANGES), held(CHILD, tenant="afpy"))
    assert refusal.finding.code == "other-tenant"
    assert "fr.example.org. of tenant afpy" in refusal.finding.summary


def test_the_delegation_of_another_tenants_zone_counts_too_unless_it_is_new() -> None:
    one, two = [f"{CHILD} 60 NS ns-1.example."], [f"{CHILD} 60 NS ns-2.example."]
    assert codes(refusals(plan_of(one, two), held(CHILD, tenant="afpy"))) == ["other-tenant"]
    assert codes(refusals(plan_of([], two), held(CHILD, tenant="afpy"))) == []


def test_a_delegated_subzone_is_its_tenants_before_it_has_a_file() -> None:
    of = settings(delegated={"fr.example.org": "afpy"})
    assert codes(refusals(plan_of(*CHILD_CHANGES, of=of), of=of)) == ["other-tenant"]


def test_ones_own_subzone_and_a_neighbour_of_like_name_are_no_matter() -> None:
    assert codes(refusals(plan_of(*CHILD_CHANGES), held(CHILD))) == []
    assert codes(refusals(plan_of(*CHILD_CHANGES), held("r.example.org.", tenant="afpy"))) == []


@pytest.mark.parametrize(
    ("delegated", "refused"),
    [
        ({}, True),
        ({"fr.example.org": "afpy"}, False),
        ({"FR.example.org.": "afpy"}, False),
        ({"fr.example.org": "x"}, True),
    ],
)
def test_a_zone_inside_another_tenants_needs_its_delegation(
    delegated: dict[str, str], *, refused: bool
) -> None:
    plan = replace(plan_of(*CHILD_CHANGES), origin=CHILD, tenant="afpy")
    parent = held(ORIGIN, of=settings(delegated=delegated))
    assert codes(refusals(plan, parent)) == (["other-tenant"] if refused else [])


def test_a_zone_that_is_not_ours_is_refused_for_creates_as_well() -> None:
    plan = replace(plan_of([], addresses(1)), adopted=False)
    (refusal,) = refusals(plan)
    assert refusal.finding.code == "not-adopted"
    assert refusal.finding.hint is not None
    assert 'id = "Z1"' in refusal.finding.hint
    assert "zones/psf/tenant.toml" in refusal.finding.hint
    assert codes(refusals(plan, policy=Policy(adopted_only=False))) == []


@pytest.mark.parametrize(
    ("accounts", "account", "refused"),
    [
        (None, None, False),
        (("sandbox",), "sandbox", False),
        (("sandbox",), "111122223333", True),
        (("sandbox",), None, True),
        ((), "sandbox", True),
    ],
)
def test_only_the_accounts_that_are_named_are_written_to(
    accounts: tuple[str, ...] | None, account: str | None, *, refused: bool
) -> None:
    found = refusals(plan_of(None, addresses(1)), policy=Policy(accounts), account=account)
    assert codes(found) == (["account"] if refused else [])


def test_the_wrong_account_is_said_with_the_right_ones() -> None:
    (one,) = refusals(plan_of(None, addresses(1)), policy=Policy(("1", "2")), account="3")
    (none,) = refusals(plan_of(None, addresses(1)), policy=Policy(()), account=None)
    assert one.finding.summary.endswith("this is account 3; psfdns writes to: 1, 2")
    assert none.finding.summary.endswith(
        "this is an account that could not be learnt; psfdns writes to: none"
    )


def test_the_closest_zone_above_decides() -> None:
    deep = replace(
        plan_of(["www.a.fr.example.org. 60 A 192.0.2.1"], []), origin="a.fr.example.org.", tenant="afpy"
    )
    staff = held(ORIGIN)
    assert "other-tenant" in codes(refusals(deep, staff))
    assert "other-tenant" not in codes(refusals(deep, staff, held(CHILD, tenant="afpy")))


def test_a_zone_with_nothing_to_do_is_not_judged() -> None:
    plan = replace(plan_of(addresses(1), addresses(1)), adopted=False)
    assert codes(refusals(plan, policy=Policy(()))) == []


def test_every_refusal_names_what_lifts_it() -> None:
    of = settings(protect=["@ NS"], apex=Apex.MANAGED)
    plan = replace(plan_of([*AUTHORITY, *addresses(10)], [], of=of), adopted=False)
    found = refusals(plan, held(f"h0.{ORIGIN}", tenant="afpy"), of=of, policy=Policy(()))
    assert codes(found) == list(GUARDS)
    for refusal in found[:-1]:
        assert f"--allow {refusal.finding.code}=example.org" in (refusal.finding.hint or "")
        assert refusal.finding.summary.startswith("example.org.: ")


def resolve(text: str) -> str:
    return text.lower().rstrip(".") + "."


@pytest.mark.parametrize("code", sorted(set(GUARDS) - {"account"}))
def test_an_allowance_lifts_its_guard_everywhere_or_in_one_zone(code: str) -> None:
    of = settings(protect=["@ NS"], apex=Apex.MANAGED)
    plan = replace(plan_of([*AUTHORITY, *addresses(10)], [], of=of), adopted=False)
    found = refusals(plan, held(f"h0.{ORIGIN}", tenant="afpy"), of=of)
    for text in (code, f"{code}=EXAMPLE.org"):
        left = without_allowed(found, [parse_allowance(text, resolve=resolve)])
        assert codes(left) == [other for other in codes(found) if other != code]
    assert without_allowed(found, [Allowance(code, "example.net.")]) == found


def test_nothing_lifts_the_wrong_account() -> None:
    found = refusals(plan_of(None, addresses(1)), policy=Policy(()))
    assert without_allowed(found, [parse_allowance("account", resolve=resolve)]) == found


def test_an_unknown_code_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="no such guard") as caught:
        parse_allowance("everything", resolve=resolve)
    assert "many-changes" in (caught.value.hint or "")
