"""One rule of docs/checks.md for a person at a terminal, or as a document."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from psfdns.diagnostics import Rule

FORMAT = "psfdns-rule/1"
WIDTH = 90


def rule_document(rule: Rule) -> dict[str, Any]:
    """The document of `check --explain` (docs/contract.md §4)."""
    return {
        "format": FORMAT,
        "code": rule.code,
        "severities": [severity.value for severity in rule.severities],
        "what": rule.what,
        "why": rule.why or None,
        "mend": rule.mend or None,
        "reference": rule.reference,
    }


def render_rule(document: Mapping[str, Any]) -> str:
    """The section of docs/checks.md."""
    rows = {"why": document["why"], "to mend it": document["mend"], "source": document["reference"]}
    head = f"{document['code']} ({' or '.join(document['severities'])})"
    return f"{head}\n\n{_fill(document['what'])}\n\n" + "".join(
        _fill(text, title=f"{title}:") for title, text in rows.items() if text
    )


def _fill(text: str, *, title: str = "") -> str:
    """Lines of at most WIDTH characters; a title stands in a column of its own."""
    begin, rest = (f"{title:12}", " " * 12) if title else ("", "")
    return textwrap.fill(
        text, WIDTH, initial_indent=begin, subsequent_indent=rest, break_on_hyphens=False
    ) + ("\n" if title else "")
