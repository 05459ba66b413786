"""What is asked of every store of certificates: on the disk, in an object store, in S3 as moto plays it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from psfdns.certs.certificate_store import CertificateStore
from psfdns.certs.pem import CertificateSet
from psfdns.certs.set_files import Shape
from psfdns.certs.state import Deployment, State
from psfdns.certs.store import Store, StoreError
from psfdns.certs.stored import Issuance
from psfdns.errors import LockedError
from tests.certs.certificates import BEGIN
from tests.certs.hosts import open_host
from tests.certs.issuing import issue
from tests.stores import MemoryStore, Moto, playing_s3

NAME = "a.example"
OLD, NEW = issue(serial=1), issue(serial=2, number=1)
STATE = State(
    revoked=frozenset({"ab"}),
    deployed=(Deployment("cdn", "ab", BEGIN, "refused"), Deployment("salt", "ab", BEGIN)),
)


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
        with playing_s3() as found:
            yield found


@pytest.fixture(params=["disk", "memory", "moto"])
def store(request: pytest.FixtureRequest, tmp_path: Path, moto: Moto) -> CertificateStore:
    if request.param == "disk":
        return Store(tmp_path / "certs", me="certs renew by alice on one (pid 4242)")
    if request.param == "memory":
        return open_host(MemoryStore(), tmp_path)
    return open_host(moto.open(tmp_path.name), tmp_path)


def put(store: CertificateStore, new: CertificateSet, name: str = NAME) -> None:
    with store.held():
        store.put(name, new)


def read(folder: Path) -> CertificateSet:
    return CertificateSet(*((folder / f"{file}.pem").read_bytes() for file in ("cert", "chain", "privkey")))


def test_a_copy_is_what_was_brought_and_a_store_on_the_disk_has_none(store: CertificateStore) -> None:
    put(store, OLD)
    assert store.load_copy(NAME) is None
    if store.bring(NAME):
        put(store, NEW)
        copy, current = store.load_copy(NAME), store.load(NAME)
        assert copy is not None
        assert current is not None
        assert (copy.serial, current.serial) == ("01", "02")
    assert (store.load_copy(NAME) is not None) is store.is_shared


def test_a_store_that_is_not_there_holds_nothing(store: CertificateStore) -> None:
    assert (store.names(), store.load(NAME), store.versions(NAME)) == ((), None, ())
    assert store.load_state(NAME) == State()
    assert not store.bring(NAME)
    assert not store.folder.exists()


def test_what_was_put_is_what_counts(store: CertificateStore) -> None:
    with store.held():
        made = store.put(NAME, OLD, issuance=Issuance("letsencrypt", "tlsserver"))
        store.put("b.example", NEW)
    assert store.names() == (NAME, "b.example")
    assert store.load(NAME) == made
    assert made.issuance == Issuance("letsencrypt", "tlsserver")
    assert store.load_set(NAME) == OLD
    assert store.versions(NAME) == (1,)


def test_a_new_set_takes_the_place_whole_and_the_older_ones_stay(store: CertificateStore) -> None:
    put(store, OLD)
    put(store, NEW)
    loaded = store.load(NAME)
    assert loaded is not None
    assert loaded.serial == "02"
    assert store.load_set(NAME) == NEW
    assert store.versions(NAME) == (1, 2)


def test_a_set_from_before_is_kept_and_does_not_count(store: CertificateStore) -> None:
    with store.held():
        store.keep(NAME, OLD)
        assert store.load(NAME) is None
        store.put(NAME, NEW)
    assert store.versions(NAME) == (1, 2)
    assert store.load_set(NAME) == NEW


def test_each_set_that_is_there_can_be_read_and_no_other(store: CertificateStore) -> None:
    with store.held():
        store.keep(NAME, OLD)
        now = store.put(NAME, NEW)
    assert [store.load_version(NAME, version).serial for version in store.versions(NAME)] == ["01", "02"]
    assert store.load_version(NAME, 2).fingerprint == now.fingerprint
    assert store.load_version(NAME, 1).names == ("a.example",)
    for name, version in ((NAME, 3), ("b.example", 1)):
        with pytest.raises(StoreError, match=rf"{name}/{version}\b"):
            store.load_version(name, version)


def test_a_set_that_does_not_belong_together_is_refused(store: CertificateStore) -> None:
    put(store, OLD)
    with store.held(), pytest.raises(StoreError, match="the private key is not the certificate's"):
        store.put(NAME, CertificateSet(NEW.certificate, NEW.chain, OLD.key))
    assert store.load_set(NAME) == OLD
    assert store.versions(NAME) == (1,)


def test_the_set_that_counts_is_a_folder_of_this_machine_for_its_owner_alone(store: CertificateStore) -> None:
    for new in (OLD, NEW):
        put(store, new)
        store.bring(NAME)
        assert read(store.live(NAME)) == new
        assert not store.bring(NAME), "once is enough"
    paths = [path for path in store.folder.rglob("*") if not path.is_symlink()]
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (store.folder, *paths)}
    assert {mode for is_folder, mode in modes if is_folder} == {0o700}
    assert {mode for is_folder, mode in modes if not is_folder} == {0o600}


def test_a_combined_file_is_written_from_then_on(store: CertificateStore) -> None:
    with store.held():
        store.put(NAME, OLD, shape=Shape(combined=True))
    store.bring(NAME)
    assert (store.live(NAME) / "combined.pem").read_bytes() == OLD.full_chain + OLD.key
    put(store, NEW)
    store.bring(NAME)
    assert (store.live(NAME) / "combined.pem").read_bytes() == NEW.full_chain + NEW.key


def test_what_is_remembered_is_read_again(store: CertificateStore) -> None:
    for state in (STATE, State()):
        with store.held():
            store.save_state(NAME, state)
        assert store.load_state(NAME) == state
    assert store.load_state("b.example") == State()


def test_one_writer_at_a_time_and_the_second_is_told_who_it_is(store: CertificateStore) -> None:
    with store.held(), pytest.raises(LockedError, match="by alice on one") as caught, store.held():
        pass
    assert caught.value.hint is not None
    assert "wait until it" in caught.value.hint
    put(store, OLD)
    assert store.load_set(NAME) == OLD
