"""Findings in their four forms, whatever stands in them."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import check_document, render, render_text, summarise
from psfdns.diagnostics import Diagnostic, Severity, Span

_texts = st.text(st.characters(), max_size=40)
_spans = st.one_of(
    st.none(), st.builds(Span, _texts.filter(bool), st.one_of(st.none(), st.integers(1, 10**6)))
)
_findings = st.builds(
    Diagnostic,
    code=st.from_regex(r"[a-z]+(-[a-z]+)*", fullmatch=True),
    severity=st.sampled_from(Severity),
    summary=_texts,
    span=_spans,
    hint=st.one_of(st.none(), _texts),
    reference=st.one_of(st.none(), _texts),
)


@given(_texts)
def test_escaped_text_cannot_steer_a_terminal(text: str) -> None:
    shown = escape(text)
    categories = {unicodedata.category(character) for character in shown}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert len(shown.splitlines()) <= 1


def test_what_can_be_read_stays_as_it_is() -> None:
    assert escape("Bücher — 例え \\ ok") == "Bücher — 例え \\ ok"
    assert escape("a\x1b[31m\n\x9b\u202e\U000e0001") == "a\\x1b[31m\\x0a\\x9b\\u202e\\U000e0001"


@given(st.lists(_findings, max_size=4))
def test_every_finding_has_its_line_in_every_form(findings: list[Diagnostic]) -> None:
    document = check_document(findings)
    hints = sum(finding.hint is not None for finding in findings)
    assert render(document, "text").count("\n") == len(findings) + hints
    assert render(document, "text") == render_text(findings)
    assert render(document, "github").count("\n") == len(findings)
    assert json.loads(render(document, "json")) == document
    (run,) = json.loads(render(document, "sarif"))["runs"]
    assert [result["ruleId"] for result in run["results"]] == [finding.code for finding in findings]
    assert sum(document["summary"].values()) == len(findings)


@given(_findings)
@example(Diagnostic("x", Severity.ERROR, "50 % :: , \r\n", Span("a,b:c%2Cd\n", 1)))
def test_an_annotation_can_be_read_back(finding: Diagnostic) -> None:
    """By the rules of actions/runner: properties end at `::`, and are separated by commas."""
    line = render(check_document([finding]), "github").removesuffix("\n")
    head, _, message = line.removeprefix("::").partition("::")
    command, _, listed = head.partition(" ")
    properties = dict(item.split("=", 1) for item in listed.split(","))
    assert command in {"error", "warning", "notice"}
    assert properties.pop("title") == finding.code
    if finding.span is not None:
        path = properties.pop("file")
        for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
            path = path.replace(code, character)
        assert path == escape(finding.span.path)
    assert set(properties) <= {"line"}
    assert message.startswith(escape(finding.summary).replace("%", "%25"))


def test_a_line_says_place_severity_text_and_code() -> None:
    findings = [
        Diagnostic("one", Severity.ERROR, "first", Span("a", 3), "mend it", "RFC 1"),
        Diagnostic("two", Severity.WARNING, "second", Span("a")),
        Diagnostic("three", Severity.INFO, "third"),
    ]
    text = render_text(findings)
    assert text == "a:3: error: first [one]\nhint: mend it\na: warning: second [two]\ninfo: third [three]\n"
    assert render_text(findings, colour=True).replace("\x1b[31m", "").count("\x1b[0m") == 3
    assert summarise(check_document(findings)) == "1 error, 1 warning, 1 for information"
    assert summarise(check_document([])) == "no findings"


def test_a_path_is_a_reference_that_code_scanning_can_follow() -> None:
    finding = Diagnostic("x", Severity.ERROR, "…", Span("zones/t/0%2F25.ü#?.zone", 1))
    (run,) = json.loads(render(check_document([finding]), "sarif"))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "zones/t/0%252F25.%C3%BC%23%3F.zone"
