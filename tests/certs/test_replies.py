"""What CAs answer, as the `acme` library does not hand it on."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from psfdns.certs.replies import (
    Reply,
    describe_problem,
    explain_problem,
    problem_kind,
    read_retry_after,
    refused_names,
)

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
PREFIX = "urn:ietf:params:acme:error:"


def reply(status: int = 200, document: Any = None, **headers: str) -> Reply:
    body = b"" if document is None else json.dumps(document).encode()
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("Fri, 20 Nov 2026 12:10:00 GMT", 600),
        ("Fri, 20 Nov 2026 13:10:00 +0100", 600),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ("999999999", 30 * 86400),
        ("Fri, 20 Nov 2099 11:00:00 GMT", 30 * 86400),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_past_nor_absurd(text: str, seconds: int) -> None:
    when = read_retry_after(reply(retry_after=text), now=NOW)

    assert when == NOW + datetime.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "-5", "1.5", "²", "9" * 40),
        "Fri, 31 Dec 9999 23:00:00 -0500",
        f"Fri, 20 Nov 2026 12:00:00 +{'9' * 40}",
    ],
)
def test_a_retry_after_that_says_nothing_is_none(text: str) -> None:
    assert read_retry_after(reply(retry_after=text), now=NOW) is None


def test_a_409_keeps_its_type_and_a_429_its_retry_after() -> None:
    conflict = reply(409, {"type": f"{PREFIX}alreadyReplaced", "detail": "it was"})
    limited = reply(429, {"type": f"{PREFIX}rateLimited", "detail": "too many"}, retry_after="3600")

    assert explain_problem(conflict, who="CA", doing="order", now=NOW).kind == "alreadyReplaced"
    error = explain_problem(limited, who="CA", doing="order", now=NOW)
    assert (error.status, error.kind) == (429, "rateLimited")
    assert error.retry_at == NOW + datetime.timedelta(hours=1)
    assert error.retryable
    assert str(error) == "CA: order: too many (rateLimited)"


@pytest.mark.parametrize(
    ("status", "kind", "retryable", "uncertain"),
    [
        (400, "badCSR", False, False),
        (403, "unauthorized", False, False),
        (500, "serverInternal", True, True),
        (503, None, True, True),
        (429, None, True, False),
        (400, "dns", True, False),
    ],
)
def test_what_may_go_away_by_itself_is_retryable(
    status: int, kind: str | None, retryable: bool, uncertain: bool
) -> None:
    document = {"type": PREFIX + kind} if kind else None

    error = explain_problem(reply(status, document), who="CA", doing="order", now=NOW)

    assert (error.retryable, error.uncertain) == (retryable, uncertain)


def test_subproblems_are_told_with_their_names_and_within_bounds() -> None:
    below = [{"type": "x", "detail": "no", "identifier": {"type": "dns", "value": f"a{n}"}} for n in range(9)]
    text = describe_problem({"type": f"{PREFIX}compound", "detail": "d" * 999, "subproblems": below})

    assert "a0: no; a1: no" in text
    assert "a5" not in text
    assert text.endswith("(compound)")
    assert len(text) < 400


def below(*names: object) -> dict[str, Any]:
    several = [{"type": "x", "identifier": {"type": "dns", "value": each}} for each in names]
    return {"subproblems": several}


REFUSED: dict[str, tuple[str | None, dict[str, Any], tuple[str, ...]]] = {
    "one, in its words": (
        "rejectedIdentifier",
        {"detail": 'Cannot issue for "New.internal": it ends in no public suffix'},
        ("new.internal", "*.new.internal"),
    ),
    "a wildcard, in its words": (
        "rejectedIdentifier",
        {"detail": 'forbidden by policy: "*.new.example"'},
        ("*.new.example",),
    ),
    "the first of a sentence": (
        "caa",
        {"detail": "While processing CAA for www.new.example: CAA record for new.example prevents issuance"},
        ("www.new.example", "*.www.new.example"),
    ),
    "several, in subproblems": (
        "compound",
        below("a.example", "*.b.example"),
        ("a.example", "*.a.example", "*.b.example"),
    ),
    "one subproblem is about no name": ("compound", below("a.example", 5), ()),
    "a word that is no name": ("rejectedIdentifier", {"detail": "no."}, ()),
    "a name in what is said of the account": ("unauthorized", {"detail": "see ca.example.org/terms"}, ()),
    "a limit": ("rateLimited", below("a.example"), ()),
    "nothing": (None, {}, ()),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_names_that_a_refusal_is_about(case: str) -> None:
    kind, more, expected = REFUSED[case]
    document = {"type": PREFIX + kind, **more} if kind else more

    assert refused_names(document) == expected
    assert explain_problem(reply(400, document), who="CA", doing="order", now=NOW).names == expected
    for status in (429, 500):
        assert explain_problem(reply(status, document), who="CA", doing="order", now=NOW).names == ()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"[" * 100_000, b'{"type": 5, "detail": []}'])
def test_a_body_that_is_no_problem_document_is_a_status(body: bytes) -> None:
    odd = Reply(502, {}, body)

    assert problem_kind(odd) is None
    assert str(explain_problem(odd, who="CA", doing="order", now=NOW)) == "CA: order: HTTP 502"


def test_a_type_that_a_terminal_would_obey_is_no_type() -> None:
    assert problem_kind(reply(400, {"type": f"{PREFIX}\x1b[2J"})) is None


@pytest.mark.parametrize(
    ("kind", "detail", "helps"),
    [
        ("accountDoesNotExist", "Account not found", True),
        ("unauthorized", "Account has been deactivated", True),
        ("unauthorized", 'Account is not valid, has status "deactivated"', True),
        ("unauthorized", "the authorization was deactivated", False),
        ("unauthorized", "the order is of another account", False),
    ],
)
def test_of_an_account_that_is_no_more_it_is_said_what_helps(kind: str, detail: str, helps: bool) -> None:
    error = explain_problem(
        reply(401, {"type": f"{PREFIX}{kind}", "detail": detail}), who="zero", doing="order", now=NOW
    )

    hint = "psfdns certs account deactivate zero puts it aside; the next certificate makes another one"
    assert error.hint == (hint if helps else None)


def test_what_a_ca_says_is_cut_to_what_a_person_reads() -> None:
    long = "x" * 5000
    said = {"type": long, "detail": long, "subproblems": [{"detail": long, "identifier": {"value": long}}]}

    assert len(describe_problem(said)) < 1250
