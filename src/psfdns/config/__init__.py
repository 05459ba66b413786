"""psfdns.toml as a value (docs/contract.md §1, §5): only the command line reads it, rooms take arguments."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from psfdns.budget import Rates
from psfdns.certs.settings import AcmeSettings
from psfdns.config.acme import read_acme
from psfdns.config.deploy import read_deploy
from psfdns.config.reading import BAD_CONFIG, Reader, is_number, read_path, read_s3, read_strings
from psfdns.diagnostics import Span
from psfdns.errors import InvalidInputError
from psfdns.lookup.server import DNS_PORT, Server, parse_address, parse_server
from psfdns.notify.settings import NotifyConfig, find_notify_faults, read_notify
from psfdns.registrar.places import Places, find_faults, read_places
from psfdns.reminders.policy import Policy, find_policy_faults, read_policy

CONFIG_NAME = "psfdns.toml"
DEFAULT_TTL = 3600
MAX_TTL = 2**31 - 1

RULES = (BAD_CONFIG,)

_TABLES = frozenset(
    {
        "default_ttl",
        "state",
        "route53",
        "resolver",
        "journal",
        "notify",
        "reminders",
        "acme",
        "deploy",
        "gandi",
        "rdap",
    }
)


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
    acme: AcmeSettings = field(default_factory=lambda: AcmeSettings(Path(".psfdns/certs")))


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
    reader = Reader(path.name)
    reader.known("", document, _TABLES)
    route53 = reader.table(document, "route53")
    reader.known("route53", route53, set(_ROUTE53_KEYS))
    values = {key: read(reader, route53[key], key) for key, read in _ROUTE53_KEYS.items() if key in route53}
    folder = path.resolve().parent
    resolver = _read_resolver(reader, reader.table(document, "resolver"), folder)
    journal = _read_journal(reader, reader.table(document, "journal"))
    notify = _read_notify(reader, reader.table(document, "notify"), folder)
    registrars = _read_registrars(reader, document, folder)
    reminders = _read_reminders(reader, reader.table(document, "reminders"))
    default_ttl = _read_default_ttl(reader, document)
    state_dir = folder / _read_state(reader, reader.table(document, "state"))
    targets = read_deploy(reader, reader.table(document, "deploy"), folder)
    acme = read_acme(reader, reader.table(document, "acme"), folder, store=state_dir / "certs")
    if reader.findings:
        raise InvalidInputError(reader.findings, summary=f"{path} has errors")
    wanted = Route53Config(**values)
    acme = replace(acme, targets=targets)
    return Config(
        folder, path, state_dir, default_ttl, wanted, resolver, journal, notify, registrars, reminders, acme
    )


def _read_default_ttl(reader: Reader, document: Mapping[str, Any]) -> int:
    value = document.get("default_ttl", DEFAULT_TTL)
    if is_number(value, int) and 0 <= value <= MAX_TTL:
        return int(value)
    reader.fault(f"default_ttl must be a whole number of seconds from 0 to {MAX_TTL}")
    return DEFAULT_TTL


def _read_state(reader: Reader, state: Mapping[str, Any]) -> str:
    reader.known("state", state, {"dir"})
    directory = state.get("dir", ".psfdns")
    if isinstance(directory, str) and directory:
        return directory
    reader.fault("state.dir must be the path of a folder")
    return ".psfdns"


def _strings(reader: Reader, value: object, key: str) -> tuple[str, ...]:
    return read_strings(reader, value, f"route53.{key}", "account ids in quotes")


def _boolean(reader: Reader, value: object, key: str) -> bool:
    if not isinstance(value, bool):
        reader.fault(f"route53.{key} must be true or false")
    return value is True


def _identifier(reader: Reader, value: object, key: str) -> str | None:
    if not isinstance(value, str) or not value.isalnum() or not value.isascii():
        reader.fault(f"route53.{key} must be the id of a reusable delegation set (N…)")
        return None
    return value


def _number(kind: type[int | float]) -> Callable[[Reader, object, str], Any]:
    def read(reader: Reader, value: object, key: str) -> Any:
        if not is_number(value, kind) or value < 0:  # type: ignore[operator]
            reader.fault(f"route53.{key} must be a number, 0 or more (0: unlimited)")
            return kind(0)
        return value

    return read


def _read_resolver(reader: Reader, table: Mapping[str, Any], folder: Path) -> ResolverConfig:
    reader.known("resolver", table, {"servers", "root_hints", "trust_anchor", "port"})
    port = table.get("port", DNS_PORT)
    if not is_number(port, int) or not 0 < port < 1 << 16:
        reader.fault("resolver.port must be a port from 1 to 65535")
    hints = table.get("root_hints")
    anchor = table.get("trust_anchor")
    return ResolverConfig(
        _addresses(reader, table.get("servers", []), "servers", parse_server),
        _root_hints(reader, hints, folder) if hints is not None else None,
        read_path(reader, anchor, "resolver.trust_anchor", folder) if anchor is not None else None,
        port,
    )


def _read_journal(reader: Reader, table: Mapping[str, Any]) -> JournalConfig:
    reader.known("journal", table, {"s3"})
    if "s3" not in table:
        return JournalConfig()
    location = read_s3(reader, table["s3"], "journal.s3")
    return JournalConfig() if location is None else JournalConfig(*location)


def _read_notify(reader: Reader, table: Mapping[str, Any], folder: Path) -> NotifyConfig:
    reader.known("notify", table, set(NotifyConfig.__slots__))
    for summary, hint in find_notify_faults(table):
        reader.fault(summary, hint)
    return read_notify(table, folder)


def _read_reminders(reader: Reader, table: Mapping[str, Any]) -> Policy:
    reader.known("reminders", table, set(Policy.__slots__))
    for summary, hint in find_policy_faults(table):
        reader.fault(summary, hint)
    return read_policy(table)


def _read_registrars(reader: Reader, document: Mapping[str, Any], folder: Path) -> Places:
    gandi, rdap = reader.table(document, "gandi"), reader.table(document, "rdap")
    reader.known("gandi", gandi, {"url", "token_expires"})
    reader.known("rdap", rdap, {"bootstrap"})
    for summary, hint in find_faults(gandi, rdap):
        reader.fault(summary, hint)
    return read_places(gandi, rdap, folder)


Address = TypeVar("Address")


def _addresses(
    reader: Reader, value: object, key: str, parse: Callable[[str], Address]
) -> tuple[Address, ...]:
    found = []
    for item in value if isinstance(value, list) else [value]:
        try:
            found.append(parse(item if isinstance(item, str) else repr(item)))
        except ValueError as error:
            reader.fault(f"resolver.{key}: {error}", 'write a list of addresses: ["192.0.2.1"]')
    return tuple(found)


def _root_hints(reader: Reader, value: object, folder: Path) -> tuple[str, ...] | Path | None:
    if isinstance(value, list):
        return _addresses(reader, value, "root_hints", parse_address)
    return read_path(reader, value, "resolver.root_hints", folder)


_ROUTE53_KEYS: dict[str, Callable[[Reader, Any, str], Any]] = {
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
