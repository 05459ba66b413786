"""Answers are judged by what reads tenant.toml, and a new tenant.toml says what was answered."""

from __future__ import annotations

import datetime
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.diagnostics import has_errors
from psfdns.tenants.compose import compose_tenant, toml_value
from psfdns.tenants.parse import _KEYS, parse_tenant
from psfdns.tenants.questions import (
    BY_ID,
    QUESTIONS,
    SETTINGS_QUESTIONS,
    TENANT_QUESTIONS,
    AnswerError,
    describe,
    gathered,
    read_answer,
)
from psfdns.tenants.zone_settings import _READERS

ANSWERS: dict[str, tuple[str, Any]] = {
    "name": (" PyLadies ", "PyLadies"),
    "kind": ("working-group", "working-group"),
    "approved": ("Board, 2026", "Board, 2026"),
    "billing": ("psf", "psf"),
    "liaison": (
        '"A, B" <a@example.net>  @octo-cat',
        {"name": "A, B", "email": "a@example.net", "github": "octo-cat"},
    ),
    "team": ("@org/team", "@org/team"),
    "registrar": ("gandi", "gandi"),
    "dnssec": ("true", True),
    "comment": ("What for", "What for"),
    "expires": ("2027-05-01", datetime.date(2027, 5, 1)),
    "ignore": ("dyn.** A", "dyn.** A"),
    "protect": ("@ MX", "@ MX"),
    "delegation_set": ("N0123", "N0123"),
    "private": ("us-east-1:vpc-0123", "us-east-1:vpc-0123"),
    "delegated": ("FR.a.example.=afpy", ("fr.a.example", "afpy")),
}


def test_every_key_of_a_tenant_and_of_a_zone_is_asked_for_or_left_to_other_commands() -> None:
    assert {question.id for question in TENANT_QUESTIONS} == {*_KEYS, "team"} - {"owners", "zones"}
    assert {question.id for question in SETTINGS_QUESTIONS} == _READERS.keys() - {"id", "apex"}
    assert ANSWERS.keys() == {question.id for question in (*TENANT_QUESTIONS, *SETTINGS_QUESTIONS)}
    assert len({question.option for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("id_", ANSWERS)
def test_an_answer_is_read_as_tenant_toml_holds_it(id_: str) -> None:
    text, value = ANSWERS[id_]

    assert read_answer(BY_ID[id_], text, stem="a.example") == value


WRONG = [
    ("name", "", "one line of text"),
    ("name", "a\x1bb", "one line of text"),
    ("kind", "club", "one of psf, working-group, community-organisation"),
    ("billing", "me", "one of tenant, psf"),
    ("liaison", "A a@example.net", "Name <mail@example.org>"),
    ("liaison", "A <a@example.net> octocat", "Name <mail@example.org>"),
    ("liaison", "A <a@example.net> @a--b", "github must be a handle"),
    ("team", "org/team", "team must be a GitHub team"),
    ("registrar", "elsewhere", "is not one of gandi, tenant, none"),
    ("dnssec", "maybe", "true or false"),
    ("comment", "x" * 257, "at most 256"),
    ("expires", "2027-02-30", "write a date"),
    ("ignore", "dyn", "is not a pattern"),
    ("delegation_set", "n", "delegation set"),
    ("private", "vpc-1", "is not a VPC"),
    ("delegated", "fr.b.example=afpy", "does not lie below a.example."),
    ("delegated", "fr.a.example=A B", "must name a tenant"),
]


@pytest.mark.parametrize(("id_", "text", "why"), WRONG)
def test_a_wrong_answer_is_told_why(id_: str, text: str, why: str) -> None:
    with pytest.raises(AnswerError) as caught:
        read_answer(BY_ID[id_], text, stem="a.example")
    assert why in str(caught.value)


def test_a_question_says_what_may_be_answered() -> None:
    assert describe(BY_ID["billing"]) == "Who pays for registrations. One of tenant, psf."
    assert describe(BY_ID["name"]) == BY_ID["name"].help


def test_delegated_names_are_a_table_and_others_a_list() -> None:
    assert gathered(BY_ID["delegated"], [("a.b", "t")]) == {"a.b": "t"}
    assert gathered(BY_ID["ignore"], ["a A"]) == ["a A"]


_line = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable() and bool(text.strip()))


@given(_line, _line, _line)
def test_a_new_tenant_toml_says_what_was_answered(name: str, approved: str, comment: str) -> None:
    answers = {
        **{id_: value for id_, (_, value) in ANSWERS.items() if BY_ID[id_] in TENANT_QUESTIONS},
        "name": name,
        "approved": approved,
        "liaison": [{"name": name, "email": "a@example.net"}],
    }
    settings = {"comment": comment, "delegated": {"b.a.example": "t"}, "ignore": ["x A"], "dnssec": True}

    text = compose_tenant(answers, {"a.example": settings})

    parsed = parse_tenant(text.encode(), slug="t", path="tenant.toml")
    assert not has_errors(parsed.findings)
    said = tomllib.loads(text)
    assert said.pop("owners") == {"team": answers.pop("team")}
    assert said.pop("zones") == {"a.example": settings}
    assert said == answers


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_is_written_as_toml(text: str) -> None:
    assert tomllib.loads(f"key = {toml_value(text)}")["key"] == text
