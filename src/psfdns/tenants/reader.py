"""Reads values out of a parsed TOML document and collects what is wrong with them, at their lines. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from psfdns.diagnostics import Diagnostic, Rule, Span
from psfdns.tenants.lines import KeyPath
from psfdns.tenants.rules import BAD_SETTING, UNKNOWN_SETTING

MAX_TEXT = 1_000
"""Characters of a name or of any other sentence."""

Value = TypeVar("Value")
_NAMES_OF_TYPES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a table",
}


class Reader:
    """The findings of one document; `lines` tells where each key stands."""

    def __init__(self, path: str, lines: Mapping[KeyPath, int]) -> None:
        self.path = path
        self.lines = lines
        self.faults: list[tuple[KeyPath, Diagnostic]] = []

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """Everything found, in the order in which it was read."""
        return tuple(finding for _, finding in self.faults)

    def span(self, where: KeyPath) -> Span:
        """The line of a key, or of the nearest thing around it."""
        for end in range(len(where), 0, -1):
            line = self.lines.get(where[:end])
            if line is not None:
                return Span(self.path, line, line)
        return Span(self.path)

    def fault(
        self,
        where: KeyPath,
        summary: str,
        *,
        rule: Rule = BAD_SETTING,
        hint: str | None = None,
        mildly: bool = False,
    ) -> None:
        """Remember one finding; what is wrong with a setting's value says its summary."""
        said = "" if hint is None and rule is BAD_SETTING else hint
        self.faults.append((where, rule.broken(self.span(where), summary, hint=said, mildly=mildly)))

    def refuse_unknown(self, where: KeyPath, table: Mapping[str, Any], known: Collection[str]) -> None:
        """A key that nothing reads is an error: a misspelt `protect` would protect nothing."""
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key[:MAX_TEXT], known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
                self.fault((*where, key), f"{shown(key)} is not a setting", rule=UNKNOWN_SETTING, hint=hint)

    def table(self, where: KeyPath, value: object) -> Mapping[str, Any]:
        """A table, or an empty one and a finding."""
        if isinstance(value, dict):
            return value
        self.wrong_type(where, "a table", value)
        return {}

    def items(self, where: KeyPath, value: object, *, of: str, at_most: int) -> list[Any]:
        """The items of a list, or none and a finding."""
        if not isinstance(value, list):
            self.wrong_type(where, f"a list of {of}", value)
            return []
        if len(value) > at_most:
            self.fault((*where, at_most), f"{where[-1]}: {len(value)} {of}, at most {at_most}")
        return value[:at_most]

    def text(self, where: KeyPath, value: object, *, at_most: int = MAX_TEXT) -> str | None:
        """One line of text, or None and a finding."""
        if not isinstance(value, str):
            self.wrong_type(where, "text in quotes", value)
            return None
        if not value.strip() or not value.isprintable():
            self.fault(where, f"{_name(where)} must be one line of text, not empty")
            return None
        if len(value) > at_most:
            self.fault(where, f"{_name(where)} has {len(value)} characters, at most {at_most}")
            return None
        return value

    def parsed(
        self, where: KeyPath, value: object, parse: Callable[[str], Value], wanted: str
    ) -> Value | None:
        """Text that `parse` understands (it raises ValueError), or None and a finding that says `wanted`."""
        if not isinstance(value, str):
            self.wrong_type(where, wanted, value)
            return None
        try:
            return parse(value)
        except ValueError as error:
            self.fault(where, f"{_name(where)}: {shown(value)} is not {wanted}", hint=str(error) or None)
            return None

    def boolean(self, where: KeyPath, value: object) -> bool:
        """True or false; False and a finding for anything else."""
        if not isinstance(value, bool):
            self.wrong_type(where, "true or false", value)
        return value is True

    def wrong_type(self, where: KeyPath, wanted: str, value: object) -> None:
        """A finding that says what was wanted and what is there."""
        there = _NAMES_OF_TYPES.get(type(value), "a date or time")
        self.fault(where, f"{_name(where)} must be {wanted}, not {there}")


def shown(text: str) -> str:
    """Text of the file in quotes, cut where it is long."""
    return repr(text if len(text) <= 100 else f"{text[:97]}…")


def _name(where: KeyPath) -> str:
    """The key as a person knows it: `email`, or `ignore` for an item of it."""
    return next((part for part in reversed(where) if isinstance(part, str)), "the file")
