"""The rules as docs/checks.md shows them. Pure."""

from __future__ import annotations

from psfdns.checks import RULES
from psfdns.diagnostics import Rule

_HEAD = """\
# What `psfdns check` says

Made by `python -m psfdns.checks` from the rules themselves. A finding ends with its code in brackets; here
stands what each code means, what happens if nothing is done, and how to mend it.

A warning about a record set is silenced by `; psfdns: ignore=CODE` on any of its lines, an error by nothing.

| code | severity | rule |
|---|---|---|
"""


def render_document() -> str:
    """The whole of docs/checks.md: a table of all codes, then a section each."""
    rules = sorted(RULES, key=lambda rule: rule.code)
    return _HEAD + "".join(map(_render_row, rules)) + "".join(map(_render_section, rules))


def _render_row(rule: Rule) -> str:
    cells = (f"[`{rule.code}`](#{rule.code})", rule.severity.value, rule.what)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _render_section(rule: Rule) -> str:
    source = f" ({rule.reference})" if rule.reference else ""
    parts = [f"## {rule.code}", f"*{rule.severity.value.capitalize()}.* {rule.what}{source}"]
    if rule.why:
        parts.append(f"*Why:* {rule.why}")
    if rule.mend:
        parts.append(f"*To mend it:* {rule.mend}")
    return "".join(f"\n{part}\n" for part in parts)
