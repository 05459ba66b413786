"""Forgetting a sandbox: its own files, and nothing else that may lie in the folder."""

from __future__ import annotations

from pathlib import Path

from psfdns.errors import PsfdnsError
from psfdns.sandbox.disk_store import ACCOUNT_FILE, KEYS_FILE, DiskStore


def forget(folder: Path) -> int:
    """Remove the state in a folder while nobody writes; returns how many hosted zones it held."""
    with DiskStore(folder).writing():
        documents = list(folder.glob("Z*.json"))
        try:
            for path in [*documents, folder / ACCOUNT_FILE, folder / KEYS_FILE, *folder.glob(".*.new")]:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise PsfdnsError(f"{folder}: cannot be removed: {error.strerror}") from error
    # The lock's file stays: another process may be waiting for it.
    return len(documents)
