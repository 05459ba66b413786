"""The text of a new tenant.toml, with comments for whoever changes it next. Pure."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ABOUT = {
    "kind": "psf, working-group or community-organisation",
    "approved": "the decision that approved or recognised it",
    "billing": "who pays for registrations: tenant or psf",
}
_LIAISONS = "Whom to talk to: at least one; a role address is welcome. `github` may act for the tenant."
_ZONES = "Settings of a zone; docs/contract.md §1 names them all."


def compose_tenant(answers: Mapping[str, Any], zones: Mapping[str, Mapping[str, Any]]) -> str:
    """A whole tenant.toml; `zones` maps the keys of zones (`pyladies.example`) to their settings."""
    return "".join(f"{line}\n" for line in _lines(answers, zones))


def _lines(answers: Mapping[str, Any], zones: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for key in ("name", "kind", "approved", "billing"):
        if key in answers:
            line = f"{key} = {toml_value(answers[key])}"
            yield f"{line:<45}  # {_ABOUT[key]}" if key in _ABOUT else line
    yield from ("", f"# {_LIAISONS}")
    for liaison in answers.get("liaison", ()):
        yield "[[liaison]]"
        yield from pairs(liaison)
        yield ""
    if "team" in answers:
        yield from ("[owners]", f"team = {toml_value(answers['team'])}", "")
    if any(zones.values()):
        yield f"# {_ZONES}"
    for stem, settings in zones.items():
        if settings:
            yield f"[zones.{json.dumps(stem)}]"
            yield from pairs(settings)


def pairs(settings: Mapping[str, Any]) -> Iterator[str]:
    """`key = value` lines."""
    return (f"{key} = {toml_value(value)}" for key, value in settings.items())


def toml_value(value: object) -> str:
    """A value as TOML: text, switch, date, list or inline table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_text(str(key))} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    return _text(str(value))


def _text(text: str) -> str:
    """A JSON string is a TOML basic string as well, once DEL is escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
