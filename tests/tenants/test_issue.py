"""The body of an issue: what GitHub makes of the form is read, and nothing else is."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from psfdns.tenants.issue import (
    CERTIFICATE_FORM,
    MAX_BYTES,
    ZONE_FORM,
    IssueError,
    read_form,
    read_zone_request,
)
from psfdns.tenants.questions import VALUES, read_answer

FORMS = Path(__file__).parents[2] / ".github" / "ISSUE_TEMPLATE"
ANSWERS = {
    "zone": "pyladies.example",
    "tenant": "pyladies",
    "name": "PyLadies",
    "kind": "Community Organisation",
    "approved": "Board resolution, 2026-03-11",
    "billing": "The tenant",
    "liaison": "Web team <web@pyladies.example> @octocat\n\nSecond <two@example.net>",
    "registrar": "By the tenant, at a registrar of its own",
    "dnssec": "Yes",
    "comment": "Website & mail",
    "records": "```text\nwww 300 IN A 192.0.2.1\n```",
}


def body(**changed: str) -> str:
    """As GitHub renders the form: a heading, an empty line, the answer, an empty line."""
    answers = {**ANSWERS, **changed}
    parts = [f"### {question.label}\n\n{answers[question.id] or '_No response_'}" for question in ZONE_FORM]
    return "\n\n".join(parts) + "\n"


def fields(name: str) -> list[dict[str, Any]]:
    form = yaml.safe_load((FORMS / name).read_text(encoding="utf-8"))
    assert (
        {"name", "description", "body"} <= form.keys() <= {"name", "description", "title", "labels", "body"}
    )
    return [each for each in form["body"] if each["type"] != "markdown"]


def test_the_zone_form_asks_exactly_what_is_read() -> None:
    asked = {each["id"]: each for each in fields("zone-request.yml")}

    assert {id_: each["attributes"]["label"] for id_, each in asked.items()} == {
        question.id: question.label for question in ZONE_FORM
    }
    for question in ZONE_FORM:
        each = asked[question.id]
        assert each.get("attributes", {}).get("options", []) == list(question.choices)
        lines = question.many or question.id == "records"
        assert each["type"] == ("dropdown" if question.choices else "textarea" if lines else "input")
        assert each["validations"]["required"] is (question.id in {"zone", "tenant"})
    assert asked["records"]["attributes"]["render"] == "text"


def test_every_choice_of_the_form_is_an_answer() -> None:
    for question in ZONE_FORM:
        for value in question.choices.values():
            text = str(value).lower() if isinstance(value, bool) else value
            assert read_answer(question, text, stem="a.example") == value
            assert question.id == "dnssec" or value in VALUES[question.id]


def test_the_certificate_form_asks_exactly_what_is_read() -> None:
    asked = {each["id"]: each["attributes"]["label"] for each in fields("certificate-request.yml")}

    assert asked == CERTIFICATE_FORM
    text = "\n\n".join(f"### {label}\n\n{id_}" for id_, label in CERTIFICATE_FORM.items())
    assert read_form(text.encode(), CERTIFICATE_FORM) == {id_: id_ for id_ in CERTIFICATE_FORM}


def test_a_form_that_was_filled_in_is_read() -> None:
    for text in (body(), body().replace("\n", "\r\n"), "\ufeff" + body()):
        assert read_zone_request(text.encode()) == {
            "zone": ["pyladies.example"],
            "tenant": ["pyladies"],
            "name": ["PyLadies"],
            "kind": ["community-organisation"],
            "approved": ["Board resolution, 2026-03-11"],
            "billing": ["tenant"],
            "liaison": ["Web team <web@pyladies.example> @octocat", "Second <two@example.net>"],
            "registrar": ["tenant"],
            "dnssec": ["true"],
            "comment": ["Website & mail"],
            "records": ["www 300 IN A 192.0.2.1\n"],
        }


def test_a_heading_inside_of_a_code_block_is_none() -> None:
    read = read_zone_request(body(records="```text\n### Tenant\n```").encode())
    assert (read["tenant"], read["records"]) == (["pyladies"], ["### Tenant\n"])


def test_what_was_left_empty_is_no_answer() -> None:
    empty = dict.fromkeys(ANSWERS, "")
    assert read_zone_request(body(**empty).encode()) == {}
    assert "records" not in read_zone_request(body(records="```text\n\n```").encode())


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(IssueError) as caught:
        read_zone_request(text if isinstance(text, bytes) else text.encode())
    return [f"body{f':{line}' if line else ''}: {summary}" for line, summary in caught.value.faults]


def test_every_heading_stands_there_once() -> None:
    assert faults(body().replace("### Purpose", "### Porpoise")) == [
        "body:39: 'Porpoise' is no heading of the form",
        'body: the heading "### Purpose" is missing',
    ]
    assert faults(body(comment="x\n### Tenant\n\npsf")) == [
        'body:42: the heading "### Tenant" stands here twice'
    ]
    assert faults("hello\n" + body()) == ["body:1: text before the first heading"]
    assert len(faults("")) == len(ZONE_FORM)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"kind": "Club"}, "Kind of tenant: 'Club' is none of the choices"),
        ({"kind": "working-group"}, "Kind of tenant: 'working-group' is none of the choices"),
        ({"name": "Two\nlines"}, "Name of the tenant: one line is wanted"),
        ({"zone": "a.example\nb.example"}, "Zone: one line is wanted"),
        ({"records": "```text\nwww A 192.0.2.1\n```\nmore"}, "Records: the code block does not end"),
        ({"records": "```text\nwww A 192.0.2.1\n"}, "Records: the code block does not end"),
        ({"records": "```text\na\n```\n```\nb\n```"}, "Records: the code block does not end"),
    ],
)
def test_an_answer_that_is_none_is_told(changed: dict[str, str], fault: str) -> None:
    assert any(fault in each for each in faults(body(**changed)))


def test_nothing_that_moves_a_cursor_or_turns_text_gets_in() -> None:
    for char in ("\x00", "\x1b", "\x07", "\x7f", "\u202e", "\u2066", "\u200b", "\x85", "\u2028", "\r"):
        (fault,) = faults(body(comment=f"a{char}b"))
        assert fault == f"body:41: holds the control character U+{ord(char):04X}"
    assert faults(b"### Zone\n\xff") == ["body:2: is not UTF-8"]
    assert faults(b" " * (MAX_BYTES + 1)) == ["body: larger than 256 KiB"]


def test_a_line_of_blanks_keeps_nothing_busy() -> None:
    """Nothing here goes back and forth: a pattern that did would take hours."""
    blanks = "### " + " " * (MAX_BYTES // 2) + "x"
    assert "is no heading of the form" in faults(blanks)[0]


def test_a_request_for_a_certificate_is_told_from_one_for_a_zone() -> None:
    text = "".join(f"### {label}\n\nx\n\n" for label in CERTIFICATE_FORM.values())
    assert faults(text) == ["body: this is a request for a certificate, not for a zone"]


@given(st.dictionaries(st.sampled_from(sorted(ANSWERS)), st.text(max_size=60)))
def test_whatever_stands_there_no_answer_reaches_another_question(changed: dict[str, str]) -> None:
    text = body(**changed)
    with contextlib.suppress(IssueError):
        read = read_zone_request(text.encode("utf-8", "replace"))
        sound = read_zone_request(body().encode())
        assert {id_: read[id_] for id_ in sound if id_ not in changed} == {
            id_: answers for id_, answers in sound.items() if id_ not in changed
        }
        for question in ZONE_FORM:
            if question.id in changed and not question.choices:
                answered = "".join("".join(read.get(question.id, ())).split())
                assert answered in "".join(changed[question.id].split())
