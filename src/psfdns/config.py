"""psfdns.toml as a value (docs/contract.md §1, §5): only the command line reads it, rooms take arguments.

Tables that belong to certificates are known by name; the commands that use them read them.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from psfdns.budget import Rates
from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.errors import InvalidInputError
from psfdns.lookup.server import DNS_PORT, Server, parse_address, parse_server
from psfdns.notify.settings import NotifyConfig, find_notify_faults, read_notify
from psfdns.registrar.places import Places, find_faults, read_places
from psfdns.reminders.policy import Policy, find_policy_faults, read_policy

CONFIG_NAME = "psfdns.toml"
DEFAULT_TTL = 3600
MAX_TTL = 2**31 - 1

BAD_CONFIG = Rule(
    "bad-config",
    Severity.ERROR,
    "psfdns.toml is TOML, and each of its settings is known and has a value of its kind.",
    "docs/contract.md §5",
    why="Every command goes by it. With a fault in it nothing is checked, planned or applied.",
    mend="correct the setting that the message names; README.md lists them all",
)
RULES = (BAD_CONFIG,)

_S3_LOCATION = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])"
    r"(?:/(?P<prefix>[\w-][\w.-]*(?:/[\w-][\w.-]*)*))?/?",
    re.ASCII,
)
"""A general purpose bucket (S3 User Guide, "Bucket naming rules"), and keys that nobody has to escape."""

_TABLES = frozenset(
    {"default_ttl", "state", "route53", "resolver", "journal", "notify", "reminders", "gandi", "rdap"}
)
_TABLES_ELSEWHERE = frozenset({"acme", "deploy"})


@dataclass(frozen=True, slots=True)
class Route53Config:
    """`[route53]`: which accounts may be written to, and the request budget (per second; 0: unlimited).

    `accounts` None means any. The defaults are nine tenths of what Route 53 allows an account
    (Developer Guide, "Throttling for Amazon Route 53 API requests").
    """

    accounts: tuple[str, ...] | None = None
    adopted_only: bool = True
    delegation_set: str | None = None
    requests_per_second: float = 9.0
    burst: int = 40
    changes_per_second: float = 90.0
    changes_burst: int = 1400

    @property
    def rates(self) -> Rates:
        """The request budget alone."""
        return Rates(self.requests_per_second, self.burst, self.changes_per_second, self.changes_burst)


@dataclass(frozen=True, slots=True)
class ResolverConfig:
    """`[resolver]`: which DNS is asked. Without `servers` the system's resolver, without hints IANA's roots.

    `root_hints` are addresses or a hints file; `port` is that of authoritative servers, roots included.
    """

    servers: tuple[Server, ...] = ()
    root_hints: tuple[str, ...] | Path | None = None
    trust_anchor: Path | None = None
    port: int = DNS_PORT


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """`[journal]`: the bucket and prefix ("" or "a/b") through which journal and lock are shared."""

    bucket: str | None = None
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration; `folder` is that of psfdns.toml, which findings are shown relative to."""

    folder: Path
    path: Path | None = None
    state_dir: Path = field(default=Path(".psfdns"))
    default_ttl: int = DEFAULT_TTL
    route53: Route53Config = field(default_factory=Route53Config)
    resolver: ResolverConfig = field(default_factory=ResolverConfig)
    journal: JournalConfig = field(default_factory=JournalConfig)
    notify: NotifyConfig = field(default_factory=NotifyConfig)
    registrars: Places = field(default_factory=Places)
    reminders: Policy = field(default_factory=Policy)


def find_config(start: Path) -> Path | None:
    """The nearest psfdns.toml at or above `start`, or None."""
    for folder in (start, *start.parents):
        candidate = folder / CONFIG_NAME
        if candidate.is_file():
            return candidate
    return None


def read_config(path: Path) -> Config:
    """Read and judge one psfdns.toml; raises InvalidInputError with every fault found."""
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise _invalid(path, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise _invalid(path, "is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _invalid(path, f"is not TOML: {error}") from error
    return parse_config(document, path=path)


def parse_config(document: Mapping[str, Any], *, path: Path) -> Config:
    """A parsed document as Config; raises InvalidInputError with every fault found."""
    reader = _Reader(path.name)
    reader.known("", document, _TABLES | _TABLES_ELSEWHERE)
    state = reader.table(document, "state")
    reader.known("state", state, {"dir"})
    route53 = reader.table(document, "route53")
    reader.known("route53", route53, set(_ROUTE53_KEYS))
    values = {key: read(reader, route53[key], key) for key, read in _ROUTE53_KEYS.items() if key in route53}
    folder = path.resolve().parent
    resolver = _read_resolver(reader, reader.table(document, "resolver"), folder)
    journal = _read_journal(reader, reader.table(document, "journal"))
    notify = _read_notify(reader, reader.table(document, "notify"), folder)
    registrars = _read_registrars(reader, document, folder)
    reminders = _read_reminders(reader, reader.table(document, "reminders"))
    default_ttl = document.get("default_ttl", DEFAULT_TTL)
    if not _is_number(default_ttl, int) or not 0 <= default_ttl <= MAX_TTL:
        reader.fault(f"default_ttl must be a whole number of seconds from 0 to {MAX_TTL}")
    directory = state.get("dir", ".psfdns")
    if not isinstance(directory, str) or not directory:
        reader.fault("state.dir must be the path of a folder")
        directory = ".psfdns"
    if reader.findings:
        raise InvalidInputError(reader.findings, summary=f"{path} has errors")
    wanted = Route53Config(**values)
    state_dir = folder / directory
    return Config(
        folder, path, state_dir, default_ttl, wanted, resolver, journal, notify, registrars, reminders
    )


class _Reader:
    """Collects the faults of one document."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Diagnostic] = []

    def fault(self, summary: str, hint: str | None = None) -> None:
        self.findings.append(BAD_CONFIG.broken(Span(self.path), summary, hint=hint or ""))

    def table(self, document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        table = document.get(key, {})
        if isinstance(table, dict):
            return table
        self.fault(f"[{key}] must be a table")
        return {}

    def known(self, where: str, table: Mapping[str, Any], names: Collection[str]) -> None:
        for key in table:
            if key not in names:
                near = difflib.get_close_matches(key, names, n=1)
                shown = f"[{where}] {key!r}" if where else repr(key)
                self.fault(f"{shown} is not a setting", f"did you mean {near[0]!r}?" if near else None)


def _strings(reader: _Reader, value: object, key: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    reader.fault(f"route53.{key} must be a list of account ids in quotes")
    return ()


def _boolean(reader: _Reader, value: object, key: str) -> bool:
    if not isinstance(value, bool):
        reader.fault(f"route53.{key} must be true or false")
    return value is True


def _identifier(reader: _Reader, value: object, key: str) -> str | None:
    if not isinstance(value, str) or not value.isalnum() or not value.isascii():
        reader.fault(f"route53.{key} must be the id of a reusable delegation set (N…)")
        return None
    return value


def _number(kind: type[int | float]) -> Callable[[_Reader, object, str], Any]:
    def read(reader: _Reader, value: object, key: str) -> Any:
        if not _is_number(value, kind) or value < 0:  # type: ignore[operator]
            reader.fault(f"route53.{key} must be a number, 0 or more (0: unlimited)")
            return kind(0)
        return value

    return read


def _read_resolver(reader: _Reader, table: Mapping[str, Any], folder: Path) -> ResolverConfig:
    reader.known("resolver", table, {"servers", "root_hints", "trust_anchor", "port"})
    port = table.get("port", DNS_PORT)
    if not _is_number(port, int) or not 0 < port < 1 << 16:
        reader.fault("resolver.port must be a port from 1 to 65535")
    hints = table.get("root_hints")
    anchor = table.get("trust_anchor")
    return ResolverConfig(
        _addresses(reader, table.get("servers", []), "servers", parse_server),
        _root_hints(reader, hints, folder) if hints is not None else None,
        _file(reader, anchor, "resolver.trust_anchor", folder) if anchor is not None else None,
        port,
    )


def _read_journal(reader: _Reader, table: Mapping[str, Any]) -> JournalConfig:
    reader.known("journal", table, {"s3"})
    if "s3" not in table:
        return JournalConfig()
    location = table["s3"]
    found = _S3_LOCATION.fullmatch(location) if isinstance(location, str) else None
    if found is None:
        reader.fault("journal.s3 must name a bucket and, if you like, a prefix", '"s3://bucket/prefix"')
        return JournalConfig()
    return JournalConfig(found["bucket"], found["prefix"] or "")


def _read_notify(reader: _Reader, table: Mapping[str, Any], folder: Path) -> NotifyConfig:
    reader.known("notify", table, set(NotifyConfig.__slots__))
    for summary, hint in find_notify_faults(table):
        reader.fault(summary, hint)
    return read_notify(table, folder)


def _read_reminders(reader: _Reader, table: Mapping[str, Any]) -> Policy:
    reader.known("reminders", table, set(Policy.__slots__))
    for summary, hint in find_policy_faults(table):
        reader.fault(summary, hint)
    return read_policy(table)


def _read_registrars(reader: _Reader, document: Mapping[str, Any], folder: Path) -> Places:
    gandi, rdap = reader.table(document, "gandi"), reader.table(document, "rdap")
    reader.known("gandi", gandi, {"url", "token_expires"})
    reader.known("rdap", rdap, {"bootstrap"})
    for summary, hint in find_faults(gandi, rdap):
        reader.fault(summary, hint)
    return read_places(gandi, rdap, folder)


Address = TypeVar("Address")


def _addresses(
    reader: _Reader, value: object, key: str, parse: Callable[[str], Address]
) -> tuple[Address, ...]:
    found = []
    for item in value if isinstance(value, list) else [value]:
        try:
            found.append(parse(item if isinstance(item, str) else repr(item)))
        except ValueError as error:
            reader.fault(f"resolver.{key}: {error}", 'write a list of addresses: ["192.0.2.1"]')
    return tuple(found)


def _root_hints(reader: _Reader, value: object, folder: Path) -> tuple[str, ...] | Path | None:
    if isinstance(value, list):
        return _addresses(reader, value, "root_hints", parse_address)
    return _file(reader, value, "resolver.root_hints", folder)


def _file(reader: _Reader, value: object, key: str, folder: Path) -> Path | None:
    if isinstance(value, str) and value:
        return folder / value
    reader.fault(f"{key} must be the path of a file")
    return None


def _is_number(value: object, kind: type[int | float]) -> bool:
    allowed = (int, float) if kind is float else int
    return isinstance(value, allowed) and not isinstance(value, bool)


_ROUTE53_KEYS: dict[str, Callable[[_Reader, Any, str], Any]] = {
    "accounts": _strings,
    "adopted_only": _boolean,
    "delegation_set": _identifier,
    "requests_per_second": _number(float),
    "burst": _number(int),
    "changes_per_second": _number(float),
    "changes_burst": _number(int),
}


def _invalid(path: Path, summary: str) -> InvalidInputError:
    finding = BAD_CONFIG.broken(Span(path.name), summary, hint="")
    return InvalidInputError([finding], summary=f"{path} has errors")
