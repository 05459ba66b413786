"""`$GENERATE` as BIND's reference manual has it: ranges and templates. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from psfdns.rdata import MAX_TTL

MAX_WIDTH = 127
"""Characters of one number: BIND's buffer."""

_RANGE = re.compile(r"([0-9]{1,10})-([0-9]{1,10})(?:/([0-9]{1,10}))?")
_PART = re.compile(
    r"(?P<literal>\$\$)|\$\{(?P<offset>[+-]?[0-9]{1,10})(?:,(?P<width>[0-9]{1,5})(?:,(?P<base>[doxXnN]))?)?\}"
    r"|(?P<plain>\$)(?!\{)|(?P<escape>\\.)|(?P<text>[^$\\]+)",
    re.DOTALL,
)


class GenerateError(ValueError):
    """A range or template is wrong; the message says why."""


def parse_range(text: str, *, limit: int) -> range:
    """The numbers of `start-stop[/step]`, stop included; more than `limit` is an error."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise GenerateError("the range is not of the form START-STOP or START-STOP/STEP")
    start, stop, step = int(match[1]), int(match[2]), int(match[3] or 1)
    if start > stop or step < 1 or stop > MAX_TTL:
        raise GenerateError("the range does not count up from its start to its stop")
    numbers = range(start, stop + 1, step)
    if len(numbers) > limit:
        raise GenerateError(f"the range makes {len(numbers)} records; one directive makes at most {limit}")
    return numbers


def compile_template(text: str) -> Callable[[int], str]:
    """A function from a number to the text with its `$`, `${offset,width,base}` and `$$` filled in."""
    parts = list(_parts(text))

    def fill(number: int) -> str:
        return "".join(part if isinstance(part, str) else part(number) for part in parts)

    return fill


def _parts(text: str) -> Iterator[str | Callable[[int], str]]:
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            raise GenerateError(
                "a modifier is not of the form ${OFFSET,WIDTH,BASE} with base d, o, x, X, n or N"
            )
        yield _part(match)
        position = match.end()


def _part(match: re.Match[str]) -> str | Callable[[int], str]:
    if match["literal"]:
        return "$"
    if match["escape"] or match["text"]:
        return match[0]
    if match["plain"]:
        return str
    width = int(match["width"] or 0)
    if width > MAX_WIDTH:
        raise GenerateError(f"a number of {width} characters; at most {MAX_WIDTH}")
    return _number(int(match["offset"]), width, match["base"] or "d")


def _number(offset: int, width: int, base: str) -> Callable[[int], str]:
    def fill(number: int) -> str:
        value = number + offset
        if value < 0:
            raise GenerateError(f"the offset {offset} makes {number} negative")
        if value > MAX_TTL:
            raise GenerateError(f"the offset {offset} makes {number} more than {MAX_TTL}")
        return _nibbles(value, width, base) if base in "nN" else format(value, f"0{width}{base}")

    return fill


def _nibbles(value: int, width: int, base: str) -> str:
    """Hexadecimal digits from the lowest up, dots between; an even `width` (dots counted) ends in one."""
    text = ""
    while True:
        text += format(value & 0xF, "x" if base == "n" else "X")
        value >>= 4
        width -= 1
        if width > 0 or value:
            text += "."
            width -= 1
        if width <= 0 and not value:
            return text
