"""One apply at a time on this machine: the kernel's lock on a file, which goes with the process.

Beside `apply-<account>.lock` stands `apply-<account>.json`, who holds it, for whoever is refused. It
decides nothing: what a killed process left there is told and written over.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psfdns.errors import LockedError, PsfdnsError
from psfdns.journal.disk import make_parents
from psfdns.locks.holder import Holder, parse_holder, to_json

PATIENCE = 0.5
"""Seconds: more than lie between taking the lock and having written who did."""


@contextmanager
def hold_disk_lock(folder: Path, account: str, me: Holder, *, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of `account` in `folder`; raises LockedError, or PsfdnsError where it cannot be tried."""
    from filelock import FileLock, Timeout

    path, note = folder / f"apply-{account}.lock", folder / f"apply-{account}.json"
    try:
        make_parents(folder)
        folder.mkdir(mode=0o755, exist_ok=True)
        lock = FileLock(path, timeout=PATIENCE, mode=0o600)
        lock.acquire()
    except Timeout as error:
        raise _locked(account, _read(note)) from error
    except (OSError, NotImplementedError) as error:
        raise _unusable(path, error) from error
    try:
        left = _read(note)
        if left is not None:
            say(f"the lock of {account} was left by a process that died: {left}")
        _write(note, to_json(me))
        yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _locked(account: str, holder: Holder | None) -> LockedError:
    who = holder or "another psfdns that does not say who it is"
    return LockedError(
        f"the account {account} is locked on this machine: {who}",
        hint="wait until it ends; the lock goes with its process",
    )


def _unusable(path: Path, error: Exception) -> PsfdnsError:
    reason = getattr(error, "strerror", None) or str(error)
    return PsfdnsError(
        f"the lock {path} cannot be taken: {reason}",
        hint="it needs a folder on a local disk that you may write to: [state] dir in psfdns.toml",
    )


def _read(note: Path) -> Holder | None:
    try:
        return parse_holder(note.read_bytes())
    except OSError:
        return None


def _write(note: Path, data: bytes) -> None:
    """Replaced at once, so that nobody reads the half of it; raises PsfdnsError."""
    try:
        number, name = tempfile.mkstemp(dir=note.parent, prefix=note.name)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
            Path(name).replace(note)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unusable(note, error) from error
