"""The plan as Markdown: no text from outside can be markup, and it always fits a comment."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan_markdown import LIMIT, code, render_markdown
from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.plans.document import to_document
from psfdns.plans.plan import Plan, Refusal, Setting, UnmanagedZone, ZonePlan
from tests.plans.samples import addresses, plan_of, whole_plan

READER = MarkdownIt("commonmark").enable("table")


def document_of(plan: Plan) -> dict[str, Any]:
    return to_document(plan, created=datetime(2026, 11, 20, 18, 0, tzinfo=UTC), commit="0123")


MARKUP = st.text(alphabet="`|\\<>&*_[]()!#-~ab \n\x1b\"'", max_size=25) | st.text(max_size=25)


@given(MARKUP)
@example("`")
@example("``` | ```")
@example("a\\|b")
@example(" ")
@example("&lt;b&gt;")
@example("</code><img src=x>")
def test_a_code_span_in_a_table_shows_exactly_the_text(text: str) -> None:
    page = READER.render(f"| a | b |\n|---|---|\n| {code(text)} | end |\n")
    cells = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
    assert cells[1:] == ["end"]
    shown = re.fullmatch(r"<code>([^<]*)</code>", cells[0])
    assert shown is not None
    assert html.unescape(shown[1]) == escape(text)


@given(MARKUP, MARKUP)
def test_a_plan_holds_no_markup_but_its_own(one: str, other: str) -> None:
    zone = plan_of(addresses(1), addresses(2))
    finding = Diagnostic("x", Severity.WARNING, one, None, other)
    plan = Plan(
        one,
        (replace(zone, findings=(finding,), tenant=other or "x"),),
        (UnmanagedZone(one, other),),
        (Refusal(one, Diagnostic("apex", Severity.ERROR, other, None, one)),),
    )
    page = READER.render(render_markdown(document_of(plan)))
    tags = set(re.findall(r"<(\w+)", page))
    assert tags <= set("h2 h3 p ul li code strong table thead tbody tr th td br details summary".split())


def test_a_very_long_value_is_cut_and_says_how_long_it_is() -> None:
    assert code("x" * 4000) == f"`{'x' * 600}… (4,000 characters)`"


def big_zone(number: int, size: int) -> ZonePlan:
    origin = f"zone{number}.example."
    lines = [f'name{index}.{origin} 300 TXT "{"x" * 60}"' for index in range(size)]
    return replace(plan_of([], lines), origin=origin)


@pytest.mark.parametrize(("zones", "size"), [(1, 10_000), (300, 20), (1, 1)])
def test_the_plan_fits_a_comment_and_says_what_is_missing(zones: int, size: int) -> None:
    text = render_markdown(document_of(whole_plan(*(big_zone(number, size) for number in range(zones)))))
    assert len(text) <= LIMIT
    assert text.count("<details>") == text.count("</details>")
    is_cut = zones * size > 100
    assert ("longer than a comment may be" in text) == is_cut
    assert (len(text) > LIMIT * 0.9) == is_cut, "cut no sooner than needed"


def test_what_is_risky_stands_before_the_tables() -> None:
    before = ["old.example.org. 60 A 192.0.2.1", "mail.example.org. 60 MX 10 a.example."]
    after = ["mail.example.org. 60 MX 10 b.example.", "new.example.org. 60 A 192.0.2.1"]
    text = render_markdown(document_of(whole_plan(plan_of(before, after))))
    risks = text[text.index("### Look here first") : text.index("| | record set")]
    assert "**deleted**: `old.example.org. A`" in risks
    assert "**changed**: `mail.example.org. MX`" in risks
    assert "new.example.org." not in risks


def test_many_risks_are_counted() -> None:
    text = render_markdown(document_of(whole_plan(plan_of(addresses(60), []))))
    assert "- and 10 more, below" in text


def test_a_zone_with_many_changes_is_folded() -> None:
    text = render_markdown(document_of(whole_plan(plan_of([], addresses(16)))))
    assert "<details><summary>16 changes</summary>" in text
    assert "<details>" not in render_markdown(document_of(whole_plan(plan_of([], addresses(15)))))


@pytest.mark.parametrize("settings", [(), (Setting("comment", None, "ours"),)])
@pytest.mark.parametrize("changes", [0, 3, 16])
def test_a_table_is_one_whatever_stands_before_it(changes: int, settings: tuple[Setting, ...]) -> None:
    zone = replace(plan_of([], addresses(changes)), settings=settings)
    page = READER.render(render_markdown(document_of(whole_plan(zone))))
    assert page.count("<table>") == (changes > 0)
    assert page.count("<li>zone <code>comment</code>: none to <code>ours</code></li>") == len(settings)
    assert "|" not in page


def test_nothing_to_do_is_short() -> None:
    text = render_markdown(document_of(whole_plan(plan_of([], []))))
    assert text.startswith("## Plan: nothing to do: 1 zone in sync\n")
    assert "###" not in text


def test_zones_with_errors_come_first() -> None:
    fault = Diagnostic("bad-rdata", Severity.ERROR, "no address", Span("z.zone", 3), "write one")
    nowhere = Diagnostic("x", Severity.WARNING, "somewhere")
    broken = replace(plan_of(None, []), origin="zz.example.", findings=(fault, nowhere))
    text = render_markdown(document_of(whole_plan(plan_of([], addresses(1)), broken)))
    assert "- error **bad-rdata** at `z.zone:3`<br>`no address`<br>hint: `write one`\n" in text
    assert "- warning **x**<br>`somewhere`\n" in text
    assert text.index("### `zz.example.`: errors, no plan") < text.index("### `example.org.`")


def test_the_usual_file_is_named_once_and_others_where_they_are() -> None:
    document = document_of(whole_plan(plan_of([], addresses(3))))
    first, *others = document["zones"][0]["changes"]
    first["source"] = {"path": "zones/psf/mail.inc", "line": 7}
    text = render_markdown(document)
    assert text.count(f"`{others[0]['source']['path']}`") == 1
    assert f"| {others[0]['source']['line']} |\n" in text
    assert "| `zones/psf/mail.inc:7` |\n" in text
