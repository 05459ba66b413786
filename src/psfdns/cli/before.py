"""The tenants' files before a change: where it began, and in the revision that it is to become part of."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from psfdns.cli.revision import find_commit, find_merge_base, run_git
from psfdns.errors import PsfdnsError

MAX_TOTAL = 1 << 30
"""Bytes of all files together."""

_KEPT = ("zones", "certs")
_ENTRY = re.compile(rb"([0-7]{6}) (blob|commit) ([0-9a-f]{40,64}) +([0-9]+|-)\t([^\0]*)\0", re.DOTALL)
_LINK = b"120000"


@dataclass(frozen=True, slots=True)
class _Blob:
    name: bytes
    size: int
    path: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class Before:
    """Folders with zones/ and certs/: of the merge base, where the change began, and of the revision itself.

    What the change did is told by the first, who owns what by the second: who lost a right meanwhile has
    lost it, however old the branch is.
    """

    merge_base: Path
    revision: Path


@contextlib.contextmanager
def before_change(root: Path, revision: str) -> Iterator[Before]:
    """What stood before the change since `revision`, gone afterwards. Raises PsfdnsError.

    A link is laid out as a link to nothing, so that whoever reads the folder refuses it as it would the
    real one.
    """
    begun, now = find_merge_base(root, revision), find_commit(root, revision)
    with tempfile.TemporaryDirectory(prefix="psfdns-before-", ignore_cleanup_errors=True) as folder:
        first = Path(folder, "begun")
        _lay_out(root, _list(root, begun), first)
        second = first if now == begun else Path(folder, "now")
        if second != first:
            _lay_out(root, _list(root, now), second)
        yield Before(first, second)


def _list(root: Path, commit: str) -> list[_Blob]:
    listed = run_git(root, "ls-tree", "-r", "-l", "-z", commit, "--", *_KEPT)
    blobs = [
        _Blob(name, int(size), path.decode("utf-8", "surrogateescape"), mode == _LINK)
        for mode, kind, name, size, path in _ENTRY.findall(listed)
        if kind == b"blob"
    ]
    if sum(blob.size for blob in blobs) > MAX_TOTAL:
        raise PsfdnsError(f"zones/ of the base revision is larger than {MAX_TOTAL >> 30} GiB")
    return blobs


def _lay_out(root: Path, blobs: Iterable[_Blob], base: Path) -> None:
    base.mkdir()
    files: list[_Blob] = []
    for blob in blobs:
        place = base / PurePosixPath(blob.path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if blob.is_link:
            place.symlink_to("nowhere")
        else:
            files.append(blob)
    contents = run_git(root, "cat-file", "--batch", stdin=b"".join(blob.name + b"\n" for blob in files))
    at = 0
    for blob in files:
        begin = contents.index(b"\n", at) + 1
        (base / PurePosixPath(blob.path)).write_bytes(contents[begin : begin + blob.size])
        at = begin + blob.size + 1
