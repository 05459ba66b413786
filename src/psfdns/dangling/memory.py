"""What was seen to dangle, kept between runs: `dangling.json` in the folder `cache`.

It is data of this machine. What cannot be read is as good as nothing: then all is seen for the first time
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from psfdns.dangling.strikes import Key, Memory, Seen, parse_moment, to_text
from psfdns.journal.disk import make_folder, write_file
from psfdns.journal.state_document import DamagedError, parse_document, read_document, render_document

FORMAT = "psfdns-dangling/1"
FILE = "dangling.json"
PATIENCE = 10.0
"""Seconds that another run is waited for; it needs a fraction of one."""
_MAX_TEXT = 2048
_TEXTS = ("zone", "name", "target", "kind")


def update_memory(folder: Path, change: Callable[[Memory], Memory]) -> tuple[Memory, str | None]:
    """Read, change and keep it, one run at a time; the memory now, and what went wrong if anything did."""
    from filelock import FileLock, Timeout

    path = folder / FILE
    try:
        make_folder(folder)
        with FileLock(folder / f"{FILE}.lock", timeout=PATIENCE, mode=0o600):
            known, fault = _load(path)
            memory = change(known)
            write_file(path, _render(memory))
            return memory, fault
    except Timeout:
        why = "another psfdns holds it"
    except (OSError, NotImplementedError) as error:
        why = getattr(error, "strerror", None) or str(error)
    # What is known counts, though nothing is added to it.
    return change(_load(path)[0]), f"{path}: {why}, so this run is not remembered"


def _load(path: Path) -> tuple[Memory, str | None]:
    try:
        return parse_document(read_document(path), FORMAT, lambda found: dict(_read(found.get("seen")))), None
    except FileNotFoundError:
        return {}, None
    except (OSError, DamagedError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        return {}, f"{path}: {why}: it begins anew, and what dangles is seen for the first time again"


def _read(entries: Any) -> Iterator[tuple[Key, Seen]]:
    """The entries that are sound; raises ValueError where they are no list of entries."""
    if not isinstance(entries, list):
        raise ValueError("it holds no list")  # noqa: TRY004 - as every other fault of the file
    for entry in entries:
        if isinstance(entry, dict) and all(_is_text(entry.get(name)) for name in _TEXTS):
            try:
                seen = Seen(parse_moment(entry.get("first")), parse_moment(entry.get("last")))
            except ValueError:
                continue
            yield Key(*(entry[name] for name in _TEXTS)), seen


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_TEXT


def _render(memory: Memory) -> bytes:
    seen = [
        {**key._asdict(), "first": to_text(each.first), "last": to_text(each.last)}
        for key, each in sorted(memory.items())
    ]
    return render_document({"format": FORMAT, "seen": seen})
