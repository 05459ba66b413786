"""What the store says of certificates that are served: which set it is, and where its chain leads."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from psfdns.certs import holdings
from psfdns.certs.chains import read_chain
from psfdns.certs.coverage import Spot
from psfdns.certs.faults import Ours
from psfdns.certs.holdings import gather_holdings
from psfdns.certs.pem import CertificateSet
from psfdns.certs.state import State
from psfdns.certs.status import Standing
from psfdns.certs.store import Store, StoreError
from psfdns.certs.stored import StoredCertificate
from psfdns.certs.verifying import Holdings, Look, Seen
from tests.certs.certificates import day, wanted
from tests.certs.farm import OTHER, ROOT, make

SETS = [make("a.example", serial=number + 1, begin=60.0 * number) for number in range(4)]


class Counting(Store):
    """A store that remembers what was read of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.read: list[str] = []
        self.locked: set[str] = set()

    def load(self, name: str) -> StoredCertificate | None:
        self._refuse(name)
        return super().load(name)

    def load_set(self, name: str) -> CertificateSet:
        self.read.append(f"{name} set")
        self._refuse(f"{name} set")
        return super().load_set(name)

    def load_version(self, name: str, version: int) -> StoredCertificate:
        self.read.append(f"{name} {version}")
        self._refuse(f"{name} {version}")
        return super().load_version(name, version)

    def _refuse(self, what: str) -> None:
        if what in self.locked:
            raise StoreError(f"{what}: no permission")


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    """a.example, renewed twice, and b.example."""
    store = Counting(tmp_path / "store")
    for each in SETS[:3]:
        store.put("a.example", each)
    store.put("b.example", make("b.example"))
    return store


def gather(store: Store, *shown: CertificateSet, name: str = "a.example", chain: bool = True) -> Holdings:
    standing = Standing(wanted(name=name, names=("a.example",)))
    spot = Spot("a.example", "one", standing.wanted, "a.example")
    looks = []
    for each in shown:
        pems = [each.certificate, *([each.chain] if chain else [])]
        ders = [ssl.PEM_cert_to_DER_cert(pem.decode()) for pem in pems]
        looks.append(Look(spot, (Seen("192.0.2.1", read_chain(ders)),)))
    return gather_holdings(store, [standing], looks)


def fingerprint(each: CertificateSet) -> str:
    return read_chain([ssl.PEM_cert_to_DER_cert(each.certificate.decode())]).leaf.fingerprint


def test_the_newest_is_known_without_a_look_at_older_ones(store: Counting) -> None:
    found = gather(store, SETS[2])
    assert found.ours[fingerprint(SETS[2])] == Ours("a.example")
    assert found.current == {"a.example", "b.example"}
    assert store.read == ["a.example set"]


@pytest.mark.parametrize(("number", "newer"), [(0, 60), (1, 120)])
def test_an_older_one_is_known_with_the_moment_of_the_next(
    store: Counting, number: int, newer: float
) -> None:
    found = gather(store, SETS[number])
    assert found.ours[fingerprint(SETS[number])] == Ours("a.example", number + 1, day(newer))


def test_what_was_never_the_one_that_counts_is_none_of_ours(store: Counting) -> None:
    store.keep("a.example", SETS[3])
    found = gather(store, SETS[3], SETS[1])
    assert fingerprint(SETS[3]) not in found.ours
    assert found.ours[fingerprint(SETS[1])] == Ours("a.example", 2, day(120))


def test_one_that_was_kept_out_of_order_is_told_by_its_date(store: Counting) -> None:
    between = make("a.example", serial=77, begin=90)
    store.keep("a.example", between)
    found = gather(store, between)
    assert found.ours[fingerprint(between)] == Ours("a.example", 4, day(120))
    assert found.ours[fingerprint(SETS[1])] == Ours("a.example", 2, day(90))


def test_a_strangers_certificate_is_looked_for_among_those_with_its_names(store: Counting) -> None:
    found = gather(store, make("c.example", issuer=OTHER))
    assert store.read[:3] == ["a.example 1", "a.example 2", "a.example 3"]
    assert not any(each.startswith("b.example ") for each in store.read)
    assert set(found.ours.values()) == {
        Ours("a.example"),
        Ours("b.example"),
        Ours("a.example", 1, day(60)),
        Ours("a.example", 2, day(120)),
    }


def test_of_many_sets_the_newest_are_looked_through(store: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdings, "MAX_VERSIONS", 2)
    assert fingerprint(SETS[0]) not in gather(store, SETS[0]).ours
    assert store.read[:2] == ["a.example 2", "a.example 3"]


def test_the_chain_is_read_where_no_public_root_ends_what_is_shown(
    store: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gather(store, SETS[2]).ends == {ROOT.subject.public_bytes()}
    store.read.clear()
    roots = {ROOT.subject.public_bytes(): [ROOT.certificate]}
    monkeypatch.setattr("psfdns.certs.chains._roots", lambda: roots)
    assert gather(store, SETS[2]).ends == frozenset()
    assert store.read == []
    assert gather(store, SETS[2], chain=False).ends == {ROOT.subject.public_bytes()}


@pytest.mark.parametrize("locked", ["a.example", "a.example set", "a.example 2"])
def test_what_cannot_be_read_is_said(store: Counting, locked: str) -> None:
    store.locked.add(locked)
    found = gather(store, SETS[1])
    assert found.unreadable == {"a.example": f"{locked}: no permission"}


def test_a_revoked_one_is_marked(store: Counting) -> None:
    revoked = State(revoked=frozenset({fingerprint(SETS[2])}))
    found = gather_holdings(store, [Standing(wanted(), state=revoked)], [])
    assert found.ours[fingerprint(SETS[2])] == Ours("a.example", is_revoked=True)


def test_an_empty_store_has_nothing(tmp_path: Path) -> None:
    assert gather(Store(tmp_path), SETS[0]) == Holdings()
