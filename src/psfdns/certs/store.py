"""The store of certificates on the disk, laid out as certbot's users know it.

live/<name>             a link to the set that counts: cert.pem, chain.pem, fullchain.pem, privkey.pem
archive/<name>/<n>/     every set there was, by number, with about.json and, where wanted, combined.pem
state/<name>.json       what is remembered beside: the CA's suggestion, where it was brought
lock, holder            held by whoever writes, and who that is

A set is complete on the disk before the one link is replaced, so that a reader, or a crash at any step,
meets the old set or the new one. Folders are 0700 and files 0600; where a group was named it may read.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from psfdns.certs.about import parse_about
from psfdns.certs.handover import hand_over
from psfdns.certs.pem import MAX_BYTES, CertificateSet, PemError, check_set, read_certificate
from psfdns.certs.set_files import ABOUT, CERTIFICATE, CHAIN, KEY, Shape, read_shape, render_files
from psfdns.certs.state import State, StateError, parse_state, render_state
from psfdns.certs.stored import Issuance, StoredCertificate
from psfdns.errors import LockedError, PsfdnsError
from psfdns.journal.disk import make_parents, sync_folder, write_file, write_folder

LIVE, ARCHIVE, STATE, LOCK, HOLDER = "live", "archive", "state", "lock", "holder"
_UNFINISHED = ".new-"
_LONGEST_NOTE = 300
_FOLDER_MODE = 0o700


class StoreError(PsfdnsError):
    """The store cannot be read or written; nothing of the certificate was changed."""


class DamagedSetError(StoreError):
    """What should be the set that counts is none; another can be put in its place."""


class Store:
    """A folder of certificates; it need not exist to be read. `me` is what another writer is told of us."""

    is_shared = False

    def __init__(self, folder: Path, *, me: str = "another psfdns") -> None:
        self.folder = folder
        self._me = me

    @property
    def where(self) -> str:
        """What a person calls it: its folder."""
        return str(self.folder)

    def live(self, name: str) -> Path:
        """The folder of the set that counts: certbot's RENEWED_LINEAGE."""
        return self.folder / LIVE / name

    def names(self) -> tuple[str, ...]:
        """The certificates that are there. Raises StoreError."""
        try:
            found = sorted(entry.name for entry in os.scandir(self.folder / LIVE))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _failed(self.folder / LIVE, "cannot be read", error) from error
        return tuple(name for name in found if not name.startswith(".") and name != "README")

    def load(self, name: str) -> StoredCertificate | None:
        """The certificate that counts, None where there is none. Raises StoreError."""
        folder = self.live(name)
        if not os.path.lexists(folder):
            return None
        # One look at the link: a set that is replaced meanwhile must not be mixed with the new one.
        try:
            return _load(folder.resolve(), name)
        except StoreError as error:
            if isinstance(error.__cause__, PermissionError):
                raise
            hint = f"psfdns certs issue {name} replaces it; the sets in archive/ stay"
            raise DamagedSetError(error.summary, hint=hint) from error

    def load_copy(self, name: str) -> StoredCertificate | None:
        """There is none: the store is here."""
        del name
        return None

    def load_set(self, name: str) -> CertificateSet:
        """Certificate, chain and key of the set that counts. Raises StoreError."""
        folder = self.live(name).resolve()
        return CertificateSet(*(_read(folder / file) for file in (CERTIFICATE, CHAIN, KEY)))

    def versions(self, name: str) -> tuple[int, ...]:
        """The numbers of all complete sets, oldest first. Raises StoreError."""
        try:
            found = [entry.name for entry in os.scandir(self.folder / ARCHIVE / name)]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _failed(self.folder / ARCHIVE / name, "cannot be read", error) from error
        return tuple(sorted(int(each) for each in found if each.isascii() and each.isdecimal()))

    def load_version(self, name: str, version: int) -> StoredCertificate:
        """The certificate of one of `versions`. Raises StoreError."""
        return _load(self.folder / ARCHIVE / name / str(version), name)

    def load_state(self, name: str) -> State:
        """What is remembered. Raises StoreError."""
        path = self.folder / STATE / f"{name}.json"
        try:
            return parse_state(_read(path)) if os.path.lexists(path) else State()
        except StateError as error:
            hint = "remove it: psfdns then asks the CA for its suggestion again, and deploys again"
            raise StoreError(f"{path}: {error}", hint=hint) from error

    def save_state(self, name: str, state: State) -> None:
        """Remember it, at once or not at all. Raises StoreError."""
        path = self.folder / STATE / f"{name}.json"
        try:
            for folder in (self.folder, path.parent):
                _make_folder(folder)
            write_file(path, render_state(state))
        except OSError as error:
            raise _failed(path, "cannot be written", error) from error

    def put(
        self, name: str, new: CertificateSet, *, issuance: Issuance | None = None, shape: Shape | None = None
    ) -> StoredCertificate:
        """Make a set the one that counts. Raises StoreError, with the old set as it was.

        Without `shape` it is written as the set before. The caller holds the lock.
        """
        stored = judge_set(new, name, issuance)
        live = self.live(name)
        try:
            if live.is_dir() and not live.is_symlink():
                raise StoreError(
                    f"{live} is a folder and not a link of psfdns's",
                    hint="keep the store apart from certbot's folders, and adopt those: psfdns certs import",
                )
            self._swap(name, self._write(name, new, stored, shape or self.shape_of(name)))
        except OSError as error:
            raise _failed(live, "cannot be written", error) from error
        return stored

    def keep(self, name: str, old: CertificateSet, *, shape: Shape | None = None) -> None:
        """Add a set that does not count, such as one from before. Raises StoreError. As `put` otherwise."""
        stored = judge_set(old, name, None)
        try:
            self._write(name, old, stored, shape or self.shape_of(name))
        except OSError as error:
            raise _failed(self.folder / ARCHIVE / name, "cannot be written", error) from error

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes to the store within the block. Raises LockedError, StoreError."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / LOCK, timeout=0, mode=0o600)
        try:
            _make_folder(self.folder)
            lock.acquire()
        except Timeout as error:
            hint = "wait until it is done; the lock goes with its process"
            raise LockedError(f"{self.folder}: {self._holder()} writes there", hint=hint) from error
        except OSError as error:
            raise _failed(self.folder, "cannot be written", error) from error
        # Who it is decides nothing, so that a disk that takes it not is no reason to stop.
        note = self.folder / HOLDER
        try:
            with contextlib.suppress(OSError):
                write_file(note, self._me.encode())
            yield
        finally:
            with contextlib.suppress(OSError):
                note.unlink(missing_ok=True)
            lock.release()

    def _holder(self) -> str:
        try:
            return (self.folder / HOLDER).read_bytes()[:_LONGEST_NOTE].decode() or "another psfdns"
        except (OSError, UnicodeDecodeError):
            return "another psfdns"

    def bring(self, name: str) -> bool:
        """It is here: nothing has to be written."""
        del name
        return False

    def shape_of(self, name: str) -> Shape:
        """That of the set that counts."""
        return read_shape(self.live(name))

    def _tidy(self, name: str) -> None:
        """Remove what a crash has left: unfinished sets, and an unfinished link."""
        for path in (self.folder / ARCHIVE / name).glob(f"{_UNFINISHED}*"):
            shutil.rmtree(path)
        (self.folder / LIVE / f"{_UNFINISHED}{name}").unlink(missing_ok=True)

    def _write(self, name: str, new: CertificateSet, stored: StoredCertificate, shape: Shape) -> int:
        """A new complete set that nobody sees yet; its number."""
        files = render_files(new, stored, shape)
        folder = self.folder / ARCHIVE / name
        below = (self.folder / LIVE, self.folder / ARCHIVE, folder)
        for place in below:
            _refuse_link(place)
        self._tidy(name)
        for place in (self.folder, *below):
            _make_folder(place)
            self._hand_over(place, shape)
        if (self.folder / LOCK).exists():
            self._hand_over(self.folder / LOCK, Shape(owner=shape.owner))
        version = max(self.versions(name), default=0) + 1
        made = folder / str(version)
        write_folder(made, files)
        for path in (*(made / file for file in files), made):
            self._hand_over(path, shape)
        return version

    def _hand_over(self, path: Path, shape: Shape) -> None:
        """Owner and group, where they were named; a group may read then. Raises OSError."""
        if shape.owner is not None or shape.group is not None:
            hand_over(self.folder, path.relative_to(self.folder), owner=shape.owner, group=shape.group)

    def _swap(self, name: str, version: int) -> None:
        """The one step that counts."""
        unfinished = self.folder / LIVE / f"{_UNFINISHED}{name}"
        unfinished.symlink_to(Path("..", ARCHIVE, name, str(version)))
        unfinished.replace(self.live(name))
        sync_folder(self.folder / LIVE)


def judge_set(new: CertificateSet, name: str, issuance: Issuance | None) -> StoredCertificate:
    """What the certificate of a set says. Raises StoreError where the set does not belong together."""
    try:
        check_set(new)
        return read_certificate(new.certificate, name=name, issuance=issuance)
    except PemError as error:
        raise StoreError(f"{name}: {error}") from error


def _load(folder: Path, name: str) -> StoredCertificate:
    text = _read(folder / CERTIFICATE)
    about = _read(folder / ABOUT) if (folder / ABOUT).exists() else b""
    known = parse_about(about, text, name=name)
    if known is not None:
        return known
    try:
        return read_certificate(text, name=name)
    except PemError as error:
        raise StoreError(f"{folder / CERTIFICATE}: {error}") from error


def _read(path: Path) -> bytes:
    """A file of the store, of at most MAX_BYTES."""
    try:
        with path.open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise StoreError(f"{path} is not a regular file")
            return file.read(MAX_BYTES)
    except OSError as error:
        raise _failed(path, "cannot be read", error) from error


def _make_folder(folder: Path) -> None:
    """The folder; in one that is there already nobody but its owner, and a group that reads, has a say."""
    if not folder.is_dir():
        make_parents(folder)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o027:
        folder.chmod(mode & ~0o027)


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        hint = "remove it: psfdns makes the folder anew"
        raise StoreError(f"{path} is a link, where a folder of psfdns's should be", hint=hint)


def _failed(path: Path, what: str, error: OSError) -> StoreError:
    return StoreError(f"{path}: {what}: {error.strerror or error}")
