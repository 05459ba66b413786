"""Channels of `[notify]`: apprise reads their URLs and carries messages to all that is no mail server.

apprise is imported when a channel is used, which takes a third of a second. What it would log may hold
secrets: nothing of it is let through but the status that a server answered.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psfdns.errors import NotifyError
from psfdns.urls import is_loopback

Plugin = Any
"""What apprise makes of a URL: each service has attributes of its own."""

LOGGER = "apprise"
MAX_FILE = 64 * 1024
"""Characters of a file that holds URLs."""

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")
_STATUS = re.compile(r"\berror=(\d{3})\b")


@dataclass(frozen=True, slots=True)
class Channel:
    """One URL, and the name by which it may be spoken of: `[notify] staff 1 (slack)`."""

    name: str
    url: str = field(repr=False)


def make_channels(
    setting: str, urls: Sequence[str], file: Path | None, environment: Mapping[str, str]
) -> tuple[Channel, ...]:
    """The channels of one setting, and of the file beside it, which holds a URL a line as it is.

    Raises NotifyError where the file cannot be read or a variable is not set.
    """
    name = f"[notify] {setting}"
    filled = [fill_in(url, environment, name=name) for url in urls]
    found = filled + (_read_file(file, name=name) if file is not None else [])
    single = len(found) == 1
    return tuple(
        Channel(name_channel(setting if single else f"{setting} {number}", url), url)
        for number, url in enumerate(found, start=1)
    )


def _read_file(path: Path, *, name: str) -> list[str]:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MAX_FILE)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise NotifyError(name, f"read {path}", why) from error
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise NotifyError(name, f"read {path}", "it holds no URL")
    return found


def fill_in(url: str, environment: Mapping[str, str], *, name: str) -> str:
    """The URL with the environment's values; one that is a part of it is percent-encoded for its place.

    Raises NotifyError for a variable that is not set, or is no text.
    """
    from urllib.parse import quote

    def value(found: re.Match[str]) -> str:
        variable = found[1] or found[2]
        if not environment.get(variable):
            raise NotifyError(name, "read its URL", f"the environment has no {variable}")
        if not _is_text(environment[variable]):
            raise NotifyError(name, "read its URL", f"{variable} of the environment is not UTF-8")
        whole = found[0] == url
        return environment[variable].strip() if whole else quote(environment[variable], safe="")

    return _VARIABLE.sub(value, url)


def _is_text(value: str) -> bool:
    """Whether all bytes of a variable could be read; Python keeps the others as surrogates (PEP 383)."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def name_channel(setting: str, url: str) -> str:
    """The setting and the kind of service; whatever else stands in the URL may be a secret."""
    scheme = _SCHEME.match(url)
    return f"[notify] {setting}" + (f" ({scheme[1]})" if scheme else "")


def read_url(channel: Channel) -> Plugin:
    """What apprise makes of the URL. Raises NotifyError: unknown, incomplete, or not encrypted.

    Only loopback is spoken to in the clear, and only there a certificate may go unchecked.
    """
    with _tamed(channel, "read its URL"):
        from apprise import Apprise, AppriseAsset

        asset = AppriseAsset(app_id="psfdns", async_mode=False)
        plugin: Plugin = Apprise.instantiate(channel.url, asset=asset)
    if plugin is None:
        why = "apprise cannot read it, or something is missing from it"
        hint = "see appriseit.com for the service's form; a mail server without a user needs ?from=ADDRESS"
        raise NotifyError(channel.name, "read its URL", why, hint=hint)
    if not _is_safe(plugin, channel.url):
        why = "only loopback is reached without encryption or with verify=no"
        hint = "write mailtos:// for mailto://, jsons:// for json:// and so on, without verify=no"
        raise NotifyError(channel.name, "use it", why, hint=hint)
    return plugin


@dataclass(frozen=True, slots=True)
class Incident:
    """What a page is about: pages of one key are one incident, which the last of them resolves."""

    key: str
    resolved: bool = False


def keeps_incidents(channel: Channel) -> bool:
    """Whether the service opens and resolves incidents by a key, as PagerDuty does. Raises NotifyError."""
    return _keeps_incidents(read_url(channel))


def _keeps_incidents(plugin: Plugin) -> bool:
    return hasattr(plugin, "dedup") and hasattr(plugin, "action")


def post(channel: Channel, *, subject: str, body: str, incident: Incident | None = None) -> None:
    """Send one message to a channel; a service without incidents gets the words only. Raises NotifyError."""
    plugin = read_url(channel)
    if incident is not None and _keeps_incidents(plugin):
        # "map": a failure opens, a success resolves.
        plugin.dedup, plugin.action = incident.key, "map"
    with _tamed(channel, "send a message") as answers:
        from apprise import Apprise, NotifyFormat, NotifyType

        kinds = {None: NotifyType.INFO, False: NotifyType.FAILURE, True: NotifyType.SUCCESS}
        sent = Apprise(plugin).notify(
            title=subject,
            body=body,
            body_format=NotifyFormat.TEXT,
            notify_type=kinds[incident.resolved if incident else None],
        )
    if not sent:
        why = f"it answered {answers[-1]}" if answers else "it cannot be reached, or took no message"
        raise NotifyError(channel.name, "send a message", why, retryable=True)


def _is_safe(plugin: Plugin, url: str) -> bool:
    """A mail server says itself how; of other services the scheme does, where it names a host at all."""
    host = str(getattr(plugin, "smtp_host", None) or plugin.host or "")
    if is_loopback(host):
        return True
    if not plugin.verify_certificate:
        return False
    mode = getattr(plugin, "secure_mode", None)
    if mode is not None:
        return str(mode) != "insecure"
    clear = plugin.protocol if isinstance(plugin.protocol, tuple | list) else (plugin.protocol,)
    names_host = any("{host}" in template for template in plugin.templates)
    return not (names_host and url.partition("://")[0].lower() in clear)


class _Statuses(logging.Handler):
    """Keeps the numbers that servers answered, and drops everything else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take the status out of one record."""
        self.found += _STATUS.findall(record.getMessage())


@contextmanager
def _tamed(channel: Channel, doing: str) -> Iterator[list[str]]:
    """Let nothing of apprise reach anybody: no log, no warning, and what it raises as a NotifyError.

    Yields the statuses that servers answered.
    """
    logger, statuses = logging.getLogger(LOGGER), _Statuses()
    before = logger.handlers, logger.propagate, logger.level
    logger.handlers, logger.propagate = [statuses], False
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield statuses.found
    except Exception as error:  # noqa: BLE001 - a hundred services, whose errors may hold the URL
        raise NotifyError(channel.name, doing, f"apprise failed: {type(error).__name__}") from None
    finally:
        logger.handlers, logger.propagate = before[0], before[1]
        logger.setLevel(before[2])
