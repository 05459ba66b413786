"""`[notify]` of psfdns.toml: where messages go (docs/contract.md §5). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psfdns.notify.checkin import may_be_url

_CHANNEL = re.compile(r"\$\{?\w+\}?|[a-z][a-z0-9+.-]*://[^\x00-\x1f]+", re.ASCII)
"""A URL of apprise's kind, or the environment variable that holds it."""

_MAIL = re.compile(r"\$\{?\w+\}?|mailtos?://[^\x00-\x1f]+", re.ASCII)
_FILES = ("mail_file", "staff_file", "page_file")
_LISTS = ("staff", "page")


@dataclass(frozen=True, slots=True)
class NotifyConfig:
    """`[notify]`: where messages go. `$NAME` in a URL is the environment's, files hold a URL a line.

    URLs may hold secrets: they stand in no message of ours, and in no repr. `sandbox`: what is done to
    the embedded Route 53 is told too. `checkin` hears that a scheduled run began and how it ended.
    """

    mail: str | None = field(default=None, repr=False)
    mail_file: Path | None = None
    staff: tuple[str, ...] = field(default=(), repr=False)
    staff_file: Path | None = None
    page: tuple[str, ...] = field(default=(), repr=False)
    page_file: Path | None = None
    sandbox: bool = False
    checkin: str | None = field(default=None, repr=False)


def read_notify(table: Mapping[str, Any], folder: Path) -> NotifyConfig:
    """What the table says; files are relative to the folder. What `find_notify_faults` names is left out."""
    mail, checkin = table.get("mail"), table.get("checkin")
    mail_file, staff_file, page_file = (_file(table.get(name), folder) for name in _FILES)
    staff, page = (tuple(table[name]) if _are_channels(table.get(name)) else () for name in _LISTS)
    return NotifyConfig(
        mail if _is_mail(mail) else None,
        mail_file,
        staff,
        staff_file,
        page,
        page_file,
        table.get("sandbox") is True,
        checkin if _is_checkin(checkin) else None,
    )


def find_notify_faults(table: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """What is wrong, and what to write instead; the value may be a secret, and is not shown."""
    if "mail" in table and "mail_file" in table:
        yield "notify.mail and notify.mail_file exclude each other", None
    for name, (is_right, wanted, hint) in _WANTED.items():
        if name in table and not is_right(table[name]):
            yield f"notify.{name} must be {wanted}", hint


def _is_mail(value: Any) -> bool:
    return isinstance(value, str) and bool(_MAIL.fullmatch(value))


def _are_channels(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, str) and _CHANNEL.fullmatch(item) for item in value
    )


def _is_checkin(value: Any) -> bool:
    return isinstance(value, str) and may_be_url(value)


def _file(value: Any, folder: Path) -> Path | None:
    return folder / value if isinstance(value, str) and value else None


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


_URLS = (_are_channels, "a list of URLs in apprise's form", '["slack://…", "$STAFF_URL"]')
_WANTED: dict[str, tuple[Callable[[Any], bool], str, str | None]] = {
    "mail": (_is_mail, "the URL of a mail server", '"mailtos://user:$PASSWORD@host?from=…"'),
    **dict.fromkeys(_FILES, (_is_path, "the path of a file", None)),
    **dict.fromkeys(_LISTS, _URLS),
    "sandbox": (_is_boolean, "true or false", None),
    "checkin": (
        _is_checkin,
        "an https URL, or one of this machine",
        '"https://…", or "$CHECKIN_URL" for the environment\'s',
    ),
}
"""By setting: whether a value is right, and in words what would be."""
