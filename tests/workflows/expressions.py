"""GitHub's expressions, as far as our workflows use them: paths, texts, ==, !=, &&, ||, !, always().

What is not known is an error here, where GitHub would take it for an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Facts = Mapping[str, Any]

_WORD = re.compile(r"\s*(==|!=|&&|\|\||!|\(|\)|'(?:[^']|'')*'|[A-Za-z_][\w.-]*)")
_INSIDE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def fill(text: str, facts: Facts) -> str:
    """The text with each `${{ … }}` replaced by what it comes to."""
    return _INSIDE.sub(lambda match: _as_text(evaluate(match[1], facts)), text)


def evaluate(expression: str, facts: Facts) -> Any:
    """What an expression comes to; raises LookupError for what the facts do not hold."""
    reader = _Reader(_words(expression), facts)
    value = reader.read_or()
    assert not reader.words, f"left over in {expression!r}: {reader.words}"
    return value


def _words(expression: str) -> list[str]:
    words, at = [], 0
    while expression[at:].strip():
        match = _WORD.match(expression, at)
        assert match is not None, f"cannot read {expression[at:]!r}"
        words.append(match[1])
        at = match.end()
    return words


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


class _Reader:
    def __init__(self, words: list[str], facts: Facts) -> None:
        self.words = words
        self._facts = facts

    def read_or(self) -> Any:
        value = self._read_and()
        while self._take("||"):
            other = self._read_and()
            value = value or other
        return value

    def _read_and(self) -> Any:
        value = self._read_comparison()
        while self._take("&&"):
            other = self._read_comparison()
            value = value and other
        return value

    def _read_comparison(self) -> Any:
        value = self._read_value()
        for sign in ("==", "!="):
            if self._take(sign):
                return (_as_text(value) == _as_text(self._read_value())) == (sign == "==")
        return value

    def _read_value(self) -> Any:
        word = self.words.pop(0)
        if word == "!":
            return not self._read_value()
        if word == "(":
            value = self.read_or()
            assert self._take(")")
            return value
        if word.startswith("'"):
            return word[1:-1].replace("''", "'")
        if self._take("("):
            assert self._take(")")
            assert word == "always", word
            return True
        return self._look_up(word)

    def _look_up(self, path: str) -> Any:
        value: Any = self._facts
        for part in path.split("."):
            if not isinstance(value, Mapping) or part not in value:
                raise LookupError(f"nothing is known of {path}")
            value = value[part]
        return value

    def _take(self, word: str) -> bool:
        if self.words[:1] != [word]:
            return False
        self.words.pop(0)
        return True
