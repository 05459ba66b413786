"""Where a name is proved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.names import parse_name
from psfdns.proofs import challenge_owner, challenge_target, place_of

ZONE = "acme.example."
WORDS = st.text(alphabet='ab.-,"[]', min_size=1, max_size=12)


def test_a_wildcard_is_proved_where_its_name_is() -> None:
    for name in ("www.example.org", "*.www.example.org"):
        assert challenge_owner(name) == "_acme-challenge.www.example.org."
    one, wild = (challenge_target(name, tenant="one", zone=ZONE) for name in ("a.example", "*.a.example"))
    assert one == wild


def test_the_target_is_the_same_on_every_machine() -> None:
    assert challenge_target("www.example.org", tenant="one", zone=ZONE) == (
        "tlxzsknnfitnwxbhac3xsg7d5b.acme.example."
    )


@pytest.mark.parametrize(
    "other",
    [
        {"name": "mail.example.org"},
        {"tenant": "two"},
        {"zone": "other.example."},
    ],
)
def test_another_name_tenant_or_zone_has_another_target(other: dict[str, str]) -> None:
    usual = {"name": "www.example.org", "tenant": "one", "zone": ZONE}

    first, second = (
        challenge_target(each["name"], tenant=each["tenant"], zone=each["zone"])
        for each in (usual, usual | other)
    )

    assert first.partition(".")[0] != second.partition(".")[0]


@given(WORDS, WORDS, WORDS, WORDS)
def test_no_two_tenants_meet_however_their_names_are_cut(a: str, b: str, c: str, d: str) -> None:
    one, two = challenge_target(a, tenant=b, zone=ZONE), challenge_target(c, tenant=d, zone=ZONE)

    assert (one == two) == ((a, b) == (c, d))


def test_the_longest_name_has_a_target_too() -> None:
    name = ".".join(["a" * 63] * 3 + ["b" * 50])

    assert parse_name(challenge_target(name, tenant="one", zone=ZONE)).endswith(ZONE)


def test_a_place_without_a_zone_is_proved_at_its_owner() -> None:
    assert place_of("www.example.org", tenant="one", zone=None).target is None
