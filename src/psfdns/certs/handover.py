"""Files of the store are given to their owner and group, and nothing that lies behind a link.

Whoever was given the store may put links there, while root writes the next certificate: a path is walked
from one open folder to the next.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_FOLDER_MODE, _FILE_MODE = 0o750, 0o640
_WITHOUT_LINK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def hand_over(top: Path, path: Path, *, owner: int | None, group: int | None) -> None:
    """A file or folder below `top`, by its path there; a group that is named may read. Raises OSError."""
    with _opened(top, path) as handle:
        about = os.fstat(handle)
        is_folder = stat.S_ISDIR(about.st_mode)
        if not is_folder and about.st_nlink > 1:
            raise OSError(errno.EMLINK, os.strerror(errno.EMLINK), str(top / path))
        os.fchown(handle, -1 if owner is None else owner, -1 if group is None else group)
        if group is not None:
            os.fchmod(handle, _FOLDER_MODE if is_folder else _FILE_MODE)


@contextlib.contextmanager
def _opened(top: Path, path: Path) -> Iterator[int]:
    handle = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in path.parts:
            below = os.open(part, _WITHOUT_LINK, dir_fd=handle)
            os.close(handle)
            handle = below
        yield handle
    finally:
        os.close(handle)
