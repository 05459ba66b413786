"""The rules as docs/checks.md shows them. Pure."""

from __future__ import annotations

from psfdns.checks import RULES
from psfdns.checks.check import Rule

_HEAD = """\
# What `psfdns check` says about record sets

Made by `python -m psfdns.checks`, from the rules in `src/psfdns/checks`. What cannot be read at all, and
what is wrong with a tenant.toml, is said where it is read and is not listed here.

A warning about a record set is silenced by `; psfdns: ignore=CODE` on any of its lines, an error by nothing.

| code | severity | rule | source |
|---|---|---|---|
"""


def render_document() -> str:
    """The whole of docs/checks.md."""
    return _HEAD + "".join(_render_row(rule) for rule in sorted(RULES, key=lambda rule: rule.code))


def _render_row(rule: Rule) -> str:
    cells = (f"`{rule.code}`", rule.severity.value, rule.what, rule.reference or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
