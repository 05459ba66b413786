"""`type = "directory"`: a folder of somebody else's choice that holds certificates as the store does.

PATH/<name>                  a link to the set that counts: cert.pem, chain.pem, fullchain.pem, privkey.pem
PATH/.psfdns/<name>/<n>/     that set, and the one before it for those who have just resolved the link

The one link is replaced, so that a reader meets the old set or the new one. Others may write to the folder
above: everything below PATH is reached from one open folder to the next, and never through a link.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.set_files import CERTIFICATE, CHAIN, COMBINED, FULL_CHAIN, KEY
from psfdns.certs.settings import DeployTarget
from psfdns.errors import DeployError
from psfdns.journal.disk import make_parents, write_all

SETS = ".psfdns"
KEPT_SETS = 2
_UNFINISHED = ".new-"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PASSAGE_MODE = 0o755


@dataclass(frozen=True, slots=True)
class _Rights:
    """Whose the files are (-1: as they are made), and what certificates and keys permit."""

    owner: int
    group: int
    mode: int

    @property
    def key_mode(self) -> int:
        """Never for everybody."""
        return self.mode & ~0o007

    @property
    def folder_mode(self) -> int:
        """Whoever may read what is inside may go in; its owner may write."""
        return 0o700 | self.mode & 0o044 | (self.mode & 0o044) >> 2


def copy_set(target: DeployTarget, parcel: Parcel) -> Arrival:
    """Make the set the one that PATH/<name> leads to; raises DeployError, with the old set as it was."""
    path = target.path
    assert path is not None  # noqa: S101 - psfdns.toml has it for this type
    rights = _Rights(_find_owner(target.owner), _find_group(target.group), target.mode)
    try:
        with _open_top(path) as top:
            _refuse_stranger(top, path, parcel.name)
            with _open_below(top, SETS) as sets, _open_below(sets, parcel.name) as folder:
                number = _write_set(folder, _files(target, parcel), rights)
                _swap(top, parcel.name, number)
                _prune(folder)
    except OSError as error:
        raise DeployError(f"{path}: cannot be written: {error.strerror or error}") from error
    return Arrival(place=str(path / parcel.name))


def _files(target: DeployTarget, parcel: Parcel) -> dict[str, bytes]:
    found = parcel.set
    files = {CERTIFICATE: found.certificate, CHAIN: found.chain, FULL_CHAIN: found.full_chain, KEY: found.key}
    return {**files, COMBINED: found.full_chain + found.key} if target.combined else files


@contextlib.contextmanager
def _open_top(path: Path) -> Iterator[int]:
    """The folder of the settings, made where it is missing. Raises DeployError, OSError."""
    make_parents(path)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=_PASSAGE_MODE)
    if path.is_symlink() or not path.is_dir():
        raise DeployError(f"{path} is not a folder", hint="name the folder itself, not a link to it")
    with _opened(os.open(path, _FOLDER)) as top:
        if os.fstat(top).st_mode & stat.S_IWOTH:
            hint = f"chmod o-w {path}"
            raise DeployError(f"{path}: everybody may write there, keys do not belong there", hint=hint)
        yield top


@contextlib.contextmanager
def _open_below(parent: int, name: str) -> Iterator[int]:
    """A folder of ours within another. Raises DeployError for one of somebody else, OSError for a link."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, _PASSAGE_MODE, dir_fd=parent)
    with _opened(os.open(name, _FOLDER, dir_fd=parent)) as folder:
        about = os.fstat(folder)
        if about.st_uid != os.geteuid() or about.st_mode & 0o022:
            hint = "remove it, or let the user own it who runs psfdns"
            raise DeployError(f"{name}: somebody else may write in this folder of psfdns's", hint=hint)
        # Whatever the umask: only names stand in it, which anybody may know.
        os.fchmod(folder, _PASSAGE_MODE)
        yield folder


@contextlib.contextmanager
def _opened(handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        os.close(handle)


def _refuse_stranger(top: int, path: Path, name: str) -> None:
    """What stands under the name has to be a link that psfdns made."""
    try:
        leads_to = os.readlink(name, dir_fd=top)
    except FileNotFoundError:
        return
    except OSError:
        leads_to = ""
    if not re.fullmatch(rf"{re.escape(SETS)}/{re.escape(name)}/[0-9]+", leads_to):
        hint = "move it away, or name another folder in psfdns.toml"
        raise DeployError(f"{path / name} is not of psfdns's making and is kept as it is", hint=hint)


def _numbers(folder: int) -> list[int]:
    return sorted(int(each) for each in os.listdir(folder) if each.isascii() and each.isdecimal())


def _write_set(folder: int, files: dict[str, bytes], rights: _Rights) -> int:
    """A new complete set that nothing leads to yet; its number."""
    for name in os.listdir(folder):
        if name.startswith(_UNFINISHED):
            shutil.rmtree(name, dir_fd=folder)
    number = max(_numbers(folder), default=0) + 1
    unfinished = f"{_UNFINISHED}{number}"
    os.mkdir(unfinished, 0o700, dir_fd=folder)
    try:
        with _opened(os.open(unfinished, _FOLDER, dir_fd=folder)) as made:
            for name, content in files.items():
                is_secret = name in {KEY, COMBINED}
                _write(made, name, content, rights, rights.key_mode if is_secret else rights.mode)
            os.fchown(made, rights.owner, rights.group)
            os.fchmod(made, rights.folder_mode)
            os.fsync(made)
        os.rename(unfinished, str(number), src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True, dir_fd=folder)
        raise
    os.fsync(folder)
    return number


def _write(folder: int, name: str, content: bytes, rights: _Rights, mode: int) -> None:
    """For its owner alone until it has its group."""
    with _opened(os.open(name, _NEW_FILE, 0o600, dir_fd=folder)) as handle:
        write_all(handle, content)
        os.fchown(handle, rights.owner, rights.group)
        os.fchmod(handle, mode)
        os.fsync(handle)


def _swap(top: int, name: str, number: int) -> None:
    """The one step that counts."""
    unfinished = f"{_UNFINISHED}{name}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(unfinished, dir_fd=top)
    os.symlink(f"{SETS}/{name}/{number}", unfinished, dir_fd=top)
    os.rename(unfinished, name, src_dir_fd=top, dst_dir_fd=top)
    os.fsync(top)


def _prune(folder: int) -> None:
    """Keys that nobody uses any more do not stay; one that cannot be removed does no harm."""
    for number in _numbers(folder)[:-KEPT_SETS]:
        shutil.rmtree(str(number), ignore_errors=True, dir_fd=folder)


def _find_owner(owner: str | None) -> int:
    import pwd

    if owner is None or owner.isdecimal():
        return -1 if owner is None else int(owner)
    try:
        return pwd.getpwnam(owner).pw_uid
    except KeyError:
        raise DeployError(f"there is no user {owner}") from None


def _find_group(group: str | None) -> int:
    import grp

    if group is None or group.isdecimal():
        return -1 if group is None else int(group)
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise DeployError(f"there is no group {group}") from None
