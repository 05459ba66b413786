"""Findings for a person, a program, GitHub or a code scanner, each made from the same JSON-able dict."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from psfdns.cli.views.escape import escape
from psfdns.diagnostics import Diagnostic, Rule, Severity

FORMAT = "psfdns-check/1"

_GITHUB_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_NOT_IN_URI = re.compile(r"[^A-Za-z0-9._~/!$&'()*+,;=@-]")


def finding_document(finding: Diagnostic) -> dict[str, Any]:
    """One finding as every JSON document shows it (docs/contract.md §4, DIAGNOSTIC)."""
    span = finding.span
    since = {} if finding.since is None else {"since": finding.since}
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "summary": finding.summary,
        "path": None if span is None else span.path,
        "line": None if span is None else span.first_line,
        "hint": finding.hint,
        "reference": finding.reference,
        **since,
    }


def check_document(
    findings: Iterable[Diagnostic],
    *,
    baseline: Mapping[str, int] | None = None,
    online: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The document of `check --format json`.

    `baseline` counts what is old, and what of it is gone; `online` says what was asked, where anything was.
    """
    documents = [finding_document(finding) for finding in findings]
    summary = {severity.value: 0 for severity in Severity}
    for document in documents:
        summary[document["severity"]] += 1
    document = {"format": FORMAT, "findings": documents, "summary": summary}
    further = {"baseline": baseline, "online": online}
    return {**document, **{key: dict(value) for key, value in further.items() if value is not None}}


def render(document: Mapping[str, Any], form: str, *, colour: bool = False, version: str = "0") -> str:
    """A check document in one of the forms of `check --format`; ends with a newline unless empty."""
    if form == "json":
        return _dump(document)
    if form == "sarif":
        from psfdns.rulebook import RULES

        return _dump(sarif_document(document, version=version, rules=RULES))
    if form == "github":
        return render_github(document)
    return "".join(_render_line(finding, colour=colour) for finding in document["findings"])


def _dump(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def render_text(findings: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """A line a finding, `path:line: severity: text [code]`, its hint on the next line."""
    return "".join(_render_line(finding_document(finding), colour=colour) for finding in findings)


def summarise(document: Mapping[str, Any]) -> str:
    """`2 errors, 1 warning`, or that all is well."""
    counts = document["summary"]
    said = [_count(counts[severity.value], severity) for severity in Severity if counts[severity.value]]
    return ", ".join(said) or "no findings"


def render_github(document: Mapping[str, Any]) -> str:
    """Workflow commands of GitHub Actions, a line a finding."""
    return "".join(_render_annotation(finding) + "\n" for finding in document["findings"])


def sarif_document(document: Mapping[str, Any], *, version: str, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """The findings as SARIF 2.1.0, for code scanning; `rules` describes the codes that it knows."""
    findings = document["findings"]
    codes = list(dict.fromkeys(finding["code"] for finding in findings))
    driver = {
        "name": "psfdns",
        "version": version,
        "rules": [_sarif_rule(rules[code]) if code in rules else {"id": code} for code in codes],
    }
    results = [_sarif_result(finding, codes.index(finding["code"])) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _render_line(finding: Mapping[str, Any], *, colour: bool) -> str:
    severity = finding["severity"]
    shown = f"\x1b[{_COLOURS[Severity(severity)]}m{severity}\x1b[0m" if colour else severity
    place = _place(finding)
    line = f"{place}{shown}: {escape(finding['summary'])} [{finding['code']}]\n"
    return line if finding["hint"] is None else f"{line}hint: {escape(finding['hint'])}\n"


def _place(finding: Mapping[str, Any]) -> str:
    if finding["path"] is None:
        return ""
    line = "" if finding["line"] is None else f"{finding['line']}:"
    return f"{escape(finding['path'])}:{line} "


def _count(number: int, severity: Severity) -> str:
    if severity is Severity.INFO:
        return f"{number} for information"
    return f"{number} {severity.value}{'' if number == 1 else 's'}"


def _render_annotation(finding: Mapping[str, Any]) -> str:
    """GitHub's own escaping (actions/toolkit): %, CR and LF; in properties `:` and `,` too."""
    properties = {"file": finding["path"], "line": finding["line"], "title": finding["code"]}
    shown = ",".join(
        f"{key}={_github_property(str(value))}" for key, value in properties.items() if value is not None
    )
    message = escape(finding["summary"])
    if finding["hint"] is not None:
        message += f"\nhint: {escape(finding['hint'])}"
    return f"::{_GITHUB_COMMANDS[Severity(finding['severity'])]} {shown}::{_github_data(message)}"


def _github_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_data(escape(text)).replace(":", "%3A").replace(",", "%2C")


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    parts = (rule.why, rule.mend and f"To mend it: {rule.mend}", rule.reference)
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": f"{rule.what} {rule.why}".rstrip()},
        "help": {"text": "\n\n".join(part for part in parts if part) or rule.what},
        "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
    }


def _sarif_result(finding: Mapping[str, Any], rule_index: int) -> dict[str, Any]:
    text = finding["summary"] if finding["hint"] is None else f"{finding['summary']}\nhint: {finding['hint']}"
    result: dict[str, Any] = {
        "ruleId": finding["code"],
        "ruleIndex": rule_index,
        "level": _SARIF_LEVELS[Severity(finding["severity"])],
        "message": {"text": text},
    }
    if finding["path"] is not None:
        location: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding["path"])}}
        if finding["line"] is not None:
            location["region"] = {"startLine": finding["line"]}
        result["locations"] = [{"physicalLocation": location}]
    return result


def _uri(path: str) -> str:
    """A path as a relative URI reference (RFC 3986): `%` of a file name is escaped as well."""
    return _NOT_IN_URI.sub(
        lambda match: "".join(f"%{octet:02X}" for octet in match[0].encode("utf-8", "surrogateescape")), path
    )
