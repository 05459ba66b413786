"""The wording is Route 53's, as collected from its answers; only the names are ours."""

from __future__ import annotations

import pytest

from psfdns.diagnostics import Span
from psfdns.errors import HostError, StalePlanError
from psfdns.plans.plan import Change
from psfdns.records import RRset, RRsetKey
from psfdns.route53.batches import Batch, Forms
from psfdns.route53.refusals import explain_refusal, find_conflicts

PATH = "zones/example/example.org.zone"


def batch(*rrsets: RRset) -> Batch:
    changes = tuple(Change(None, rrset) for rrset in rrsets)
    return Batch(changes, 0, 0, "example.org.", Forms({}, {}, "Z1"))


def rrset(name: str, kind: str, line: int, value: str = "192.0.2.1") -> RRset:
    return RRset(RRsetKey(f"{name}.example.org.", kind), 300, (value,), spans=(Span(PATH, line, line),))


BATCH = batch(
    rrset("a", "A", 1),
    rrset("b", "TXT", 2, '"x\\228"'),
    rrset("b", "AAAA", 3, "2001:db8::1"),
    rrset("c", "A", 4),
)


def refusal(message: str, code: str = "InvalidChangeBatch") -> HostError:
    return HostError("Route 53", "change example.org.", f"{message} ({code})", code=code, attempts=3)


def test_every_conflict_of_the_message_is_found_once() -> None:
    message = (
        "[Tried to create resource record set [name='a.example.org.', type='A'] but it already exists, "
        "Tried to delete resource record set [name='\\052.example.org.', type='A', set identifier='it''s, x']"
        " but the values provided do not match the current values, "
        "Tried to delete resource record set [name='b.example.org.', type='TXT'] but it was not found, "
        "Tried to delete resource record set [name='b.example.org.', type='TXT'] but it was not found]"
    )
    assert find_conflicts(message) == (
        RRsetKey("a.example.org.", "A"),
        RRsetKey("*.example.org.", "A", "it''s, x"),
        RRsetKey("b.example.org.", "TXT"),
    )


def test_a_conflict_makes_the_plan_stale() -> None:
    message = "[Tried to create resource record set [name='a.example.org.', type='A'] but it already exists]"
    error = explain_refusal(refusal(message), BATCH, zone="example.org.")
    assert isinstance(error, StalePlanError)
    assert "a.example.org. A" in error.summary


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ("[RRSet with DNS name c.example.org. is not permitted in zone other.example.]", [4]),
        ("[RRSet of type A with DNS name a.example.org. is not permitted as it conflicts with others]", [1]),
        ("[RRSet of type TXT with DNS name a.example.org. is not permitted]", []),
        ("[RRSet with DNS name b.example.org. is not permitted in zone other.example.]", [2, 3]),
        ("The request contains an invalid set of changes for a resource record set 'A c.example.org.'", [4]),
        (
            "[Tried to create an alias that targets z.example.org., type A in zone Z1, but it was not found]",
            [],
        ),
        ("[Invalid Resource Record: 'FATAL problem: Bad (Too long) encountered with '\"x\\344\"'']", [2]),
        ("Expected exactly one of [X, Y], but found none in Change with [Name=c.example.org., Type=A]", [4]),
        ("[Exceeded limit on number of weighted RRSets for a.example.org., type A in this zone.]", [1]),
        ("[Number of records limit of 1000 exceeded.]", []),
    ],
)
def test_other_refusals_name_the_lines_that_they_are_about(message: str, lines: list[int]) -> None:
    error = explain_refusal(refusal(message), BATCH, zone="example.org.")
    assert isinstance(error, HostError)
    places = ", ".join(f"{PATH}:{line}" for line in lines)
    expected = f"Route 53: change example.org.: {message} (InvalidChangeBatch)"
    assert error.summary == (f"{expected}, at {places}" if places else expected)
    assert (error.code, error.attempts) == ("InvalidChangeBatch", 3)


def test_of_many_lines_the_first_few_are_named() -> None:
    many = batch(*(rrset("a", "A", line) for line in range(1, 9)))
    error = explain_refusal(refusal("[RRSet with DNS name a.example.org. is not]"), many, zone="example.org.")
    assert error.summary.endswith(f"{PATH}:5 and more")


def test_a_name_that_is_none_matches_nothing() -> None:
    error = explain_refusal(
        refusal("[RRSet with DNS name a..b is not permitted]"), BATCH, zone="example.org."
    )
    assert error.summary.endswith("(InvalidChangeBatch)")
