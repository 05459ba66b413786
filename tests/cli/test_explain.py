"""`psfdns check --explain CODE`: one section of docs/checks.md on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from psfdns.cli.main import run
from psfdns.cli.views.findings import check_document, render
from psfdns.cli.views.rules import WIDTH, render_rule, rule_document
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.rulebook import RULES


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No repository, no zone."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("written", ["missing-final-dot", "[missing-final-dot]", "Missing-Final-Dot"])
def test_a_code_is_explained_without_any_file(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--explain", written]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("missing-final-dot (warning)\n\nA target that ")
    assert (
        "\nto mend it: end the target with a dot; if a name of the zone is meant, write its records\n"
        in said.out
    )
    assert said.out.endswith("source:     RFC 1035 §5.1\n")
    assert said.err == ""


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_every_section_says_all_and_fits_a_terminal(rule: Rule) -> None:
    text = render_rule(rule_document(rule))
    assert all(len(line) <= WIDTH for line in text.splitlines())
    words = " ".join(text.split())
    assert all(
        " ".join(part.split()) in words for part in (rule.what, rule.why, rule.mend, rule.reference or "")
    )
    assert all(severity in words for severity in rule.severities)


def test_what_a_rule_does_not_say_has_no_line() -> None:
    text = render_rule(rule_document(Rule("x", Severity.INFO, "X.")))
    assert text == "x (info)\n\nX.\n\n"


@pytest.mark.parametrize("words", [["--json"], ["--format", "json"]])
def test_a_program_gets_a_document(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--explain", "smart-quotes", *words]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["format"], document["code"]) == ("psfdns-rule/1", "smart-quotes")
    assert document["severities"] == ["error", "warning"]
    assert document["reference"] == "RFC 1035 §5.1"


def test_an_unknown_code_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--explain", "missing-final-dott"]) == 64
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "error: unknown code 'missing-final-dott'\nhint: did you mean 'missing-final-dot'?\n"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["zones"], "PATH"),
        (["--changed-since", "main"], "--changed-since"),
        (["--fail-on", "warning"], "--fail-on"),
    ],
)
def test_explaining_goes_without_what_checking_takes(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--explain", "bad-ttl", *words]) == 64
    assert f"goes without {named}\n" in capsys.readouterr().err


def test_the_environment_of_a_workflow_does_not_hinder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PSFDNS_CHANGED_SINCE", "main")
    monkeypatch.setenv("PSFDNS_FORMAT", "github")
    assert run(["check", "--explain", "bad-ttl"]) == 0
    assert capsys.readouterr().out.startswith("bad-ttl (error)\n")


def test_code_scanning_gets_the_rules_words() -> None:
    findings = [Diagnostic("bad-ttl", Severity.ERROR, "…"), Diagnostic("none-of-ours", Severity.INFO, "…")]
    (sarif_run,) = json.loads(render(check_document(findings), "sarif"))["runs"]
    known, unknown = sarif_run["tool"]["driver"]["rules"]
    rule = RULES["bad-ttl"]
    assert known["shortDescription"] == {"text": rule.what}
    assert known["fullDescription"] == {"text": f"{rule.what} {rule.why}"}
    assert known["help"]["text"].endswith(f"To mend it: {rule.mend}\n\n{rule.reference}")
    assert known["defaultConfiguration"] == {"level": "error"}
    assert unknown == {"id": "none-of-ours"}
