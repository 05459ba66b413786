"""The store on the disk: certbot's layout, one swap, modes; and no fault at any step mixes or loses a set."""

from __future__ import annotations

import datetime
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from psfdns.certs.ari import Ari, Window
from psfdns.certs.handover import hand_over
from psfdns.certs.pem import CertificateSet
from psfdns.certs.set_files import Shape
from psfdns.certs.state import Deployment, State
from psfdns.certs.store import DamagedSetError, Store, StoreError
from psfdns.certs.stored import Issuance
from psfdns.errors import LockedError
from tests.certs.certificates import BEGIN, day
from tests.certs.issuing import issue

NAME = "a.example"
OLD, NEW = issue(serial=1), issue(serial=2, number=1)
FILES = {"cert.pem", "chain.pem", "fullchain.pem", "privkey.pem", "about.json"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "certs")


def read(folder: Path) -> CertificateSet:
    return CertificateSet(*((folder / f"{file}.pem").read_bytes() for file in ("cert", "chain", "privkey")))


def modes(root: Path) -> set[tuple[bool, int]]:
    found = [path for path in (root, *root.rglob("*")) if not path.is_symlink() and path.name != "lock"]
    return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in found}


def test_a_store_that_is_not_there_holds_nothing(store: Store) -> None:
    assert (store.names(), store.load(NAME), store.versions(NAME)) == ((), None, ())
    assert store.load_state(NAME) == State()
    assert not store.folder.exists()


def test_a_set_lies_where_certbots_users_look_for_it(store: Store) -> None:
    put = store.put(NAME, OLD, issuance=Issuance("letsencrypt", "tlsserver", "one"))

    live = store.folder / "live" / NAME
    assert read(live) == OLD
    assert (live / "fullchain.pem").read_bytes() == OLD.certificate + OLD.chain
    assert {path.name for path in live.iterdir()} == FILES
    assert live.readlink() == Path("../archive/a.example/1")
    assert store.load(NAME) == put
    assert store.load_set(NAME) == OLD
    assert put.issuance == Issuance("letsencrypt", "tlsserver", "one")
    assert (store.names(), store.live(NAME)) == ((NAME,), live)


def test_a_new_set_takes_the_place_whole_and_the_older_ones_stay(store: Store) -> None:
    store.put(NAME, OLD)
    store.put(NAME, NEW)
    assert read(store.live(NAME)) == NEW
    assert store.versions(NAME) == (1, 2)
    assert read(store.folder / "archive" / NAME / "1") == OLD
    assert {path.name for path in (store.folder / "live").iterdir()} == {NAME}


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_keys_are_for_their_owner_alone(store: Store, mask: int) -> None:
    before = os.umask(mask)
    try:
        store.put(NAME, OLD, shape=Shape(combined=True))
        store.save_state(NAME, State())
    finally:
        os.umask(before)
    assert modes(store.folder) == {(True, 0o700), (False, 0o600)}


def test_a_folder_that_was_open_to_others_is_closed(store: Store) -> None:
    (store.folder / "live").mkdir(parents=True, mode=0o777)
    (store.folder / "live").chmod(0o777)
    store.folder.chmod(0o755)
    store.put(NAME, OLD)
    assert (True, 0o750) in modes(store.folder)
    assert all(mode & 0o027 == 0 for _, mode in modes(store.folder))


def test_a_combined_file_is_written_where_it_is_wanted_and_from_then_on(store: Store) -> None:
    store.put(NAME, OLD)
    assert not (store.live(NAME) / "combined.pem").exists()
    for new in (OLD, NEW):
        store.put(NAME, new, shape=Shape(combined=True) if new is OLD else None)
        assert (store.live(NAME) / "combined.pem").read_bytes() == new.full_chain + new.key
    store.put(NAME, OLD, shape=Shape())
    assert not (store.live(NAME) / "combined.pem").exists()


def test_owner_and_group_are_handed_on_to_later_sets(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: dict[str, tuple[int, int]] = {}
    monkeypatch.setattr(os, "fchown", lambda handle, *whose: handed.update({path_of(handle): whose}))
    store.put(NAME, OLD, shape=Shape(group=os.getegid()))
    assert modes(store.folder) == {(True, 0o750), (False, 0o640)}
    assert set(handed.values()) == {(-1, os.getegid())}
    assert str(store.folder / "archive" / NAME / "1" / "privkey.pem") in handed
    handed.clear()

    store.put(NAME, NEW)
    assert modes(store.folder) == {(True, 0o750), (False, 0o640)}
    assert str(store.folder / "archive" / NAME / "2" / "privkey.pem") in handed
    with store.held():
        store.put("b.example", OLD, shape=Shape(owner=12))
    assert handed[str(store.folder / "lock")] == (12, -1)
    assert handed[str(store.folder / "archive" / "b.example" / "1" / "cert.pem")] == (12, -1)


def path_of(handle: int) -> str:
    return str(Path(f"/proc/self/fd/{handle}").readlink())


@pytest.mark.parametrize("place", ["archive/a.example", "archive", "live"])
def test_nothing_behind_a_link_in_a_store_that_was_given_away_is_touched(store: Store, place: str) -> None:
    """Whoever owns the store may put links there, and root gives away nothing that lies behind one."""
    shape = Shape(group=os.getegid())
    store.put(NAME, OLD, shape=shape)
    outside = store.folder.parent / "outside"
    (outside / NAME).mkdir(parents=True)
    for folder in (outside, outside / NAME):
        folder.chmod(0o755)
    (store.folder / place).rename(store.folder / "old")
    (store.folder / place).symlink_to(outside)
    with pytest.raises(StoreError, match=f"{place} is a link|is a folder and not a link"):
        store.put(NAME, NEW, shape=shape)
    assert [each.name for each in outside.rglob("*")] == [NAME]
    assert modes(outside) == {(True, 0o755)}


def test_files_with_two_names_and_links_are_handed_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("theirs")
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "hard").hardlink_to(tmp_path / "secret")
    (tmp_path / "soft").symlink_to("secret")
    (tmp_path / "far").symlink_to(tmp_path)
    for path in ("hard", "soft", "far/secret"):
        with pytest.raises(OSError, match=r"[Ll]ink|Not a directory"):
            hand_over(tmp_path, Path(path), owner=None, group=os.getegid())
    assert modes(tmp_path) >= {(False, 0o600)}


def test_who_may_not_hand_over_is_told_and_the_old_set_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(NAME, OLD)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refuse)
    with pytest.raises(StoreError, match="cannot be written: Operation not permitted"):
        store.put(NAME, NEW, shape=Shape(owner=1))
    assert read(store.live(NAME)) == OLD


def test_a_set_that_does_not_belong_together_is_refused(store: Store) -> None:
    store.put(NAME, OLD)
    with pytest.raises(StoreError, match=r"a\.example: the private key is not the certificate's"):
        store.put(NAME, CertificateSet(NEW.certificate, NEW.chain, OLD.key))
    assert read(store.live(NAME)) == OLD
    assert store.versions(NAME) == (1,)


def test_a_folder_of_certbots_is_read_and_never_replaced(store: Store) -> None:
    live = store.live(NAME)
    live.mkdir(parents=True)
    (live / "cert.pem").write_bytes(OLD.certificate)
    loaded = store.load(NAME)
    assert loaded is not None
    assert (loaded.serial, loaded.issuance) == ("01", None)
    with pytest.raises(StoreError, match="is a folder and not a link"):
        store.put(NAME, NEW)
    assert (live / "cert.pem").read_bytes() == OLD.certificate


def test_what_about_json_says_counts_only_for_the_very_certificate(store: Store) -> None:
    store.put(NAME, OLD, issuance=Issuance("own"))
    live = store.live(NAME)
    about = (live / "about.json").read_text()

    (live / "about.json").write_text(about.replace('"01"', '"ff"'))
    loaded = store.load(NAME)
    assert loaded is not None
    assert loaded.serial == "ff", "it is read instead of the certificate"
    (live / "cert.pem").write_bytes(NEW.certificate)
    loaded = store.load(NAME)
    assert loaded is not None
    assert (loaded.serial, loaded.issuance) == ("02", None)


@pytest.mark.parametrize("text", ["", "{}", "[]", "[" * 100_000, '{"format": "psfdns-certificate/2"}'])
def test_a_damaged_about_json_is_passed_over(store: Store, text: str) -> None:
    put = store.put(NAME, OLD)
    (store.live(NAME) / "about.json").write_text(text)
    assert store.load(NAME) == put


def test_a_known_certificate_is_loaded_without_reading_it(store: Store) -> None:
    put = store.put(NAME, OLD)
    code = (
        "import sys\nfrom pathlib import Path\nfrom psfdns.certs.store import Store\n"
        f"print(Store(Path({str(store.folder)!r})).load({NAME!r}).fingerprint)\n"
        "assert 'cryptography' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == put.fingerprint


def _make_folder(live: Path) -> None:
    (live / "cert.pem").unlink()
    (live / "cert.pem").mkdir()


DAMAGE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no certificate": (lambda live: (live / "cert.pem").unlink(), "cannot be read: No such file"),
    "an empty certificate": (lambda live: (live / "cert.pem").write_bytes(b""), "holds no certificate"),
    "no set": (lambda live: (live.parent / live.readlink()).rename(live.parent / "x"), "No such file"),
    "a folder": (_make_folder, "cannot be read: Is a directory"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_set_is_said_and_not_taken_for_missing(store: Store, case: str) -> None:
    damage, why = DAMAGE[case]
    store.put(NAME, OLD)
    damage(store.live(NAME))
    with pytest.raises(DamagedSetError, match=why) as caught:
        store.load(NAME)
    assert caught.value.hint == f"psfdns certs issue {NAME} replaces it; the sets in archive/ stay"
    store.put(NAME, NEW)
    assert read(store.live(NAME)) == NEW


STATE = State(
    Ari("x.y", Window(day(1), day(2)), day(1.5), day(0.5), "https://ca.example/why"),
    frozenset({"ab"}),
    (Deployment("salt", "ab", BEGIN), Deployment("cdn", "ab", BEGIN, "refused")),
)


def test_what_is_remembered_is_read_again(store: Store) -> None:
    for state in (STATE, State()):
        store.save_state(NAME, state)
        assert store.load_state(NAME) == state
    assert store.load_state("b.example") == State()
    assert [each.ok for each in STATE.deployed] == [True, False]
    assert (STATE.deployment("cdn"), STATE.deployment("x")) == (STATE.deployed[1], None)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: "[]",
        lambda text: text.replace("state/1", "state/2"),
        lambda text: text.replace('"selected": "2026', '"selected": "x2026'),
        lambda text: text.replace("+00:00", ""),
        lambda text: text.replace('"target"', '"tarmac"'),
        lambda text: "[" * 100_000,
    ],
)
def test_a_damaged_state_is_said_with_what_to_do(store: Store, change: Callable[[str], str]) -> None:
    store.save_state(NAME, STATE)
    path = store.folder / "state" / f"{NAME}.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(StoreError) as caught:
        store.load_state(NAME)
    assert str(path) in caught.value.summary
    assert caught.value.hint is not None
    assert "remove it" in caught.value.hint


def test_times_of_another_zone_are_utc(store: Store) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=5))
    store.save_state(NAME, State(deployed=(Deployment("x", "ab", BEGIN.astimezone(zone)),)))
    at = store.load_state(NAME).deployed[0].at
    assert (at, at.tzinfo) == (BEGIN, datetime.UTC)


def test_one_writer_at_a_time(store: Store) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom psfdns.certs.store import Store\n"
        f"with Store(Path({str(store.folder)!r})).held():\n"
        "    print('held', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(LockedError, match="another psfdns writes there"), store.held():
            pass
        other.stdin.close()
    with store.held():
        store.put(NAME, OLD)
    assert stat.S_IMODE((store.folder / "lock").stat().st_mode) == 0o600


def test_a_store_that_cannot_be_read_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Iterator[Any]:
        raise PermissionError(13, "Permission denied")

    store.put(NAME, OLD)
    monkeypatch.setattr(os, "scandir", refuse)
    for ask in (store.names, lambda: store.versions(NAME)):
        with pytest.raises(StoreError, match="cannot be read: Permission denied"):
            ask()
    store.folder.joinpath("file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"), Store(store.folder / "file").held():
        pass
    with pytest.raises(StoreError, match="cannot be written"):
        Store(store.folder / "file").save_state(NAME, State())


CALLS = (
    "open",
    "write",
    "fsync",
    "mkdir",
    "rename",
    "replace",
    "symlink",
    "fchown",
    "fchmod",
    "chmod",
    "unlink",
    "rmdir",
)


class Step:
    """Counts calls of the system, and does something before one of them."""

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        self.at = at
        self.act = act
        self.count = 0

    def watch(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                self.act()
            return real(*arguments, **options)

        return call


def put_watched(store: Store, step: Step) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, step.watch(getattr(os, name)))
        store.put(NAME, NEW, shape=Shape(combined=True, group=os.getegid()))


def steps() -> int:
    """How many calls a put makes; at least those that write six files, two folders and a link."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "certs")
        store.put(NAME, OLD)
        step = Step(0, lambda: None)
        put_watched(store, step)
    assert step.count > 30
    return step.count


STEPS = steps()


def assert_whole(store: Store) -> None:
    """The old set or the new one, and a next write that succeeds and leaves nothing unfinished."""
    assert read(store.live(NAME)) in (OLD, NEW)
    assert store.load_set(NAME) == read(store.live(NAME))
    store.put(NAME, NEW)
    assert read(store.live(NAME)) == NEW
    assert not list(store.folder.rglob(".new-*"))
    assert all(
        len(list((store.folder / "archive" / NAME / str(n)).iterdir())) >= len(FILES)
        for n in store.versions(NAME)
    )


@pytest.mark.parametrize("at", range(1, STEPS + 1))
def test_a_call_that_fails_leaves_the_old_set_or_the_new_one(store: Store, at: int) -> None:
    store.put(NAME, OLD)

    def fail() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match="No space left on device"):
        put_watched(store, Step(at, fail))
    assert_whole(store)


@pytest.mark.parametrize("at", range(1, STEPS + 1))
def test_a_kill_at_any_step_leaves_the_old_set_or_the_new_one(store: Store, at: int) -> None:
    store.put(NAME, OLD)
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        try:
            put_watched(store, Step(at, lambda: os.kill(os.getpid(), signal.SIGKILL)))
        finally:
            os._exit(99)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert_whole(store)


def test_the_new_set_is_whole_on_the_disk_before_it_counts(store: Store) -> None:
    store.put(NAME, OLD)
    seen: list[CertificateSet] = []
    made = store.folder / "archive" / NAME / "2"

    def look() -> None:
        seen.append(read(store.live(NAME)))
        if seen[-1] == NEW:
            assert read(made) == NEW

    def looking(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            look()
            return real(*arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, looking(getattr(os, name)))
        store.put(NAME, NEW)
    olds = seen.count(OLD)
    assert seen == [OLD] * olds + [NEW] * (len(seen) - olds)
    assert 0 < len(seen) - olds <= 3, "only the folder of links is written after the swap"
