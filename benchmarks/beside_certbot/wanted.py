"""The certificates of the benchmark: a hundred with 250 names, in three zones, twenty of them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

TENANTS = ("one", "two", "three")
VALIDATION = "acme.test"
TENANT = """\
name = "Tenant {name}"
kind = "working-group"
approved = "a benchmark"
billing = "psf"
[[liaison]]
name = "Liaison"
email = "dns@example.net"
"""
CONFIG = """\
[route53]
requests_per_second = 0
changes_per_second = 0
[resolver]
servers = ["127.0.0.1:{resolver}"]
root_hints = ["127.0.0.1"]
port = {dns}
[acme]
order = ["pebble"]
{zone}
[acme.ca.pebble]
directory = "{directory}"
ca_bundle = "{bundle}"
"""


@dataclass(frozen=True)
class Wanted:
    """One certificate; `delegated` is that its names lie in no zone of ours."""

    name: str
    tenant: str
    names: tuple[str, ...]
    delegated: bool = False


def hundred() -> list[Wanted]:
    """30 of one name, 30 of a name and its wildcard, 40 of four names; four names are on two of them."""
    found = []
    for number in range(100):
        tenant = TENANTS[number % 3]
        elsewhere = number % 5 == 4
        zone = f"site{number}.example" if elsewhere else f"{tenant}.test"
        found.append(Wanted(f"certificate-{number}", tenant, tuple(_names(number, zone)), elsewhere))
    for number in (93, 96, 97, 98):
        first, second = found[number], found[number - 30]
        found[number] = replace(first, names=(second.names[0], *first.names[1:]))
    return found


def _names(number: int, zone: str) -> Iterator[str]:
    if number % 10 < 3:
        yield f"www{number}.{zone}"
    elif number % 10 < 6:
        yield f"app{number}.{zone}"
        yield f"*.app{number}.{zone}"
    else:
        yield from (f"{host}{number}.{zone}" for host in ("docs", "wiki", "lists", "mail"))


def write_repository(root: Path, wanted: Sequence[Wanted], world: dict[str, str], *, delegated: bool) -> None:
    """psfdns.toml, zones and manifests; `delegated`: all are proved through the validation zone."""
    zone = f'validation_zone = "{VALIDATION}"'
    (root / "psfdns.toml").write_text(CONFIG.format(**world, zone=zone))
    for tenant in TENANTS:
        folder = root / "zones" / tenant
        folder.mkdir(parents=True)
        (folder / "tenant.toml").write_text(TENANT.format(name=tenant))
        aliases = _aliases(wanted, f"{tenant}.test") if delegated else ()
        lines = ["$TTL 300", "@ A 192.0.2.1", *aliases]
        (folder / f"{tenant}.test.zone").write_text("".join(f"{line}\n" for line in lines))
        own = [each for each in wanted if each.tenant == tenant]
        text = "".join(_manifest(each, direct=not (delegated or each.delegated)) for each in own)
        (root / "certs").mkdir(exist_ok=True)
        (root / "certs" / f"{tenant}.toml").write_text(text)
    (root / "zones" / "one" / f"{VALIDATION}.zone").write_text("$TTL 300\n@ TXT here\n")


def _manifest(wanted: Wanted, *, direct: bool) -> str:
    names = ", ".join(f'"{name}"' for name in wanted.names)
    challenge = 'challenge = "direct"\n' if direct else ""
    return f'[[certificate]]\nname = "{wanted.name}"\nnames = [{names}]\n{challenge}\n'


def _aliases(wanted: Iterable[Wanted], zone: str) -> Iterator[str]:
    owners = {owner: target for owner, target in targets(wanted).items() if owner.endswith(f".{zone}.")}
    return (f"{owner} CNAME {target}" for owner, target in owners.items())


def targets(wanted: Iterable[Wanted]) -> dict[str, str]:
    """What each challenge has to lead to, by its owner."""
    from psfdns.proofs import challenge_owner, challenge_target

    return {
        challenge_owner(name): challenge_target(name, tenant=each.tenant, zone=f"{VALIDATION}.")
        for each in wanted
        for name in each.names
    }
