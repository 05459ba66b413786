"""Puts settings of a zone into the text of a tenant.toml and leaves every other byte alone. Pure."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.tenants.compose import pairs


def adopt_zone(text: str, stem: str, settings: Mapping[str, Any], *, path: str) -> str:
    """`text` with `settings` in `[zones."stem"]`, which is made at the end where it is missing.

    `stem` is the zone's key (`python.org`, `python.org@internal`), `path` is for messages. A setting that
    stands there already is kept; raises PsfdnsError where it says another thing, or where the text is
    no TOML.
    """
    before = _parse(text, path)
    zones = before.get("zones", {})
    there = zones.get(stem) if isinstance(zones, dict) else zones
    if there is not None and not isinstance(there, dict):
        raise PsfdnsError(f"{path}: zones holds a table for each zone", hint="correct it by hand")
    missing = {key: value for key, value in settings.items() if not _is_said(there, key, value, stem, path)}
    if not missing:
        return text
    after = _append(text, stem, missing) if there is None else _insert(text, stem, missing)
    expected = {**before, "zones": {**zones, stem: {**(there or {}), **missing}}}
    if _parse(after, path) != expected:
        raise PsfdnsError(
            f"{path}: [zones.{json.dumps(stem)}] cannot be changed by psfdns", hint=_lines(missing)
        )
    return after


def _parse(text: str, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # What we made ourselves may fail too: a `zones` that is an inline table takes no [zones."x"].
        raise PsfdnsError(f"{path} cannot be changed: {error}", hint="correct it by hand") from error


def _is_said(there: Mapping[str, Any] | None, key: str, value: object, stem: str, path: str) -> bool:
    said = None if there is None else there.get(key)
    if said is not None and said != value:
        raise PsfdnsError(
            f"{path}: {stem} has {key} = {said!r} already, which is not {value!r}",
            hint="correct tenant.toml by hand: a file never changes to another hosted zone in passing",
        )
    return said is not None


def _append(text: str, stem: str, settings: Mapping[str, object]) -> str:
    gap = "" if not text or text.endswith(("\n\n", "\n\r\n")) else "\n" if text.endswith("\n") else "\n\n"
    # A JSON string is a TOML basic string as well.
    table = f"{gap}[zones.{json.dumps(stem)}]\n{_lines(settings)}\n"
    return text + (table.replace("\n", "\r\n") if "\r\n" in text else table)


def _lines(settings: Mapping[str, object]) -> str:
    return "\n".join(pairs(settings))


def _insert(text: str, stem: str, settings: Mapping[str, object]) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    table: Any = document["zones"]
    for key, value in settings.items():
        table[stem][key] = value
    return tomlkit.dumps(document)
