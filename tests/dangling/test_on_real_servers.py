"""What BIND as a resolver tells of a small internet, and what Knot as the server of delegations says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from psfdns.checks.check import Subject
from psfdns.dangling.judge import judge
from psfdns.dangling.listen import Contacts, listen
from psfdns.dangling.pointers import find_pointers
from psfdns.lookup.ask import Patience, ask_many
from psfdns.lookup.resolve import Resolver
from psfdns.settings import ZoneSettings
from psfdns.web.fetch import Ways, fetch_pages
from psfdns.zonefile.parse import parse_zone
from tests.mini_internet import MiniInternet, mini_internet, resolver


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contacts]:
    folder = tmp_path_factory.mktemp("internet")
    with mini_internet(folder) as internet, resolver(folder, internet) as server:
        yield _means(internet, Resolver((server,), internet.port, Patience(4.0, 2)))


def _means(internet: MiniInternet, resolving: Resolver) -> Contacts:
    ways = Ways({"http": 1, "https": 1}, lambda address: address.startswith("127."))
    return Contacts(
        resolving.resolve_many,
        ask_many,
        lambda visits: fetch_pages(visits, ways),
        ways.may_connect,
        _below_test,
        lambda: False,
        lambda *_: None,
        internet.port,
    )


def _below_test(name: str) -> str:
    """`test` is no registry of the public list."""
    return ".".join(name.split(".")[-3:])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("a CNAME www.child.test.", None),
        ("a CNAME gone.child.test.", "dangling-target"),
        ("a CNAME to-gone.child.test.", "dangling-target"),
        ("a CNAME to-www.child.test.", None),
        ("a CNAME circle.child.test.", {"target-without-data", "target-unchecked"}),
        ("a CNAME anything.wild.child.test.", None),
        ("a MX 10 anything.wild.child.test.", None),
        ("a MX 10 text.child.test.", "target-without-data"),
        ("a CNAME www.nobody.test.", "unregistered-domain"),
        ("a CNAME www.silent.test.", "target-unchecked"),
        ("child NS ns1.child.test.", "lame-delegation"),
        ("child NS gone.child.test.", "lame-delegation"),
        ("child NS ns.nobody.test.", "unregistered-domain"),
    ],
)
def test_what_real_servers_say_is_understood(
    contacts: Contacts, line: str, code: str | set[str] | None
) -> None:
    assert _codes(contacts, line, "example.com.") <= ({code} if isinstance(code, str) else code or set())
    assert bool(_codes(contacts, line, "example.com.")) is (code is not None)


@pytest.mark.parametrize("zone", ["deep.co.test.", "child.test."])
def test_a_delegation_that_is_served_is_well(contacts: Contacts, zone: str) -> None:
    """The parent's zone file as we would have it."""
    label, _, origin = zone.partition(".")
    assert _codes(contacts, f"{label} NS ns1.child.test.", origin) == set()


def _codes(contacts: Contacts, line: str, origin: str) -> set[str]:
    zone = parse_zone(f"$TTL 300\n{line}\n".encode(), origin=origin, path="z").zone
    report = listen(find_pointers(origin, Subject(zone, ZoneSettings())), contacts)
    return {each.rule.code for each in judge(report, {})}
