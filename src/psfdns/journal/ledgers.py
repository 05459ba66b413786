"""Entries that grow by events, a document each: `.psfdns/journal/<room>/<subject>/<id>.json`, and a store.

An entry is on the disk before what it tells of is done, and under the same name in the store of
`[journal] s3` where there is one. Rooms say what their entries are (`Form`).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from psfdns.errors import OutsideError, PsfdnsError
from psfdns.journal.disk import make_folder
from psfdns.journal.state_document import (
    DamagedError,
    parse_document,
    read_document,
    render_document,
    store_document,
    unreadable,
    unwritable,
)
from psfdns.objects import ObjectStore

E = TypeVar("E")

_UNSENT = ".unsent"
"""Beside an entry whose newest state is not in the store."""


@dataclass(frozen=True, slots=True)
class Form(Generic[E]):
    """What the entries of a room are.

    `name` is what a person calls them, `place` the folder in the store, `name_of` an entry's subject (a name
    with its final dot) and id, `undone` the entry of something that was not even tried, with the reason.
    `unreadable` and `unwritable` are hints.
    """

    name: str
    format: str
    place: str
    ids: re.Pattern[str]
    name_of: Callable[[E], tuple[str, str]]
    undone: Callable[[E, str], E]
    to_json: Callable[[E], dict[str, Any]]
    from_json: Callable[[dict[str, Any]], E]
    unreadable: str
    unwritable: str


@dataclass(frozen=True, slots=True)
class Kept(Generic[E]):
    """An entry as it was found; `fault` says why it cannot be read. `elsewhere`: only the store has it."""

    id: str
    subject: str
    entry: E | None
    fault: str | None = None
    elsewhere: bool = False


class SharedLedger(Generic[E]):
    """A room's folder in the journal, which need not exist to be read, and its store."""

    def __init__(self, folder: Path, form: Form[E], store: ObjectStore | None = None) -> None:
        self.folder = folder
        self._form = form
        self._store = store

    @property
    def name(self) -> str:
        """What a person calls its entries."""
        return self._form.name

    def own(self, subject: str) -> list[E]:
        """This machine's entries of a subject that can be read, the newest first.

        Raises PsfdnsError where the folder cannot be.
        """
        folder = _folder(subject)
        kept = [self._keep(path.name, folder, path) for path in sorted(self._paths(subject), reverse=True)]
        return [each.entry for each in kept if each.entry is not None]

    def of(self, subject: str) -> list[E]:
        """The entries of a subject of all machines, the newest first. Raises where one cannot be read."""
        own = {path.name: self._load(path) for path in self._paths(subject)}
        for key in self._store.list(self._key(subject, "")) if self._store else ():
            name = key.rpartition("/")[2]
            if name not in own and self._is_id(name):
                own[name] = self._fetch(key)
        return [own[name] for name in sorted(own, reverse=True)]

    def listed(self, *, subjects: Collection[str] | None = None, limit: int | None = None) -> list[Kept[E]]:
        """The entries of all machines on these subjects (None: all), the newest first; damaged ones, too.

        Raises PsfdnsError where the folder, or the store, cannot be listed.
        """
        found: dict[tuple[str, str], Path | str] = {}
        for key in self._store.list(self._form.place) if self._store else ():
            folder, _, name = key.rpartition("/")
            found[name, folder.rpartition("/")[2]] = key
        for folder in self._folders():
            found |= {(path.name, folder): path for path in self._paths(_subject(folder))}
        names = sorted((name for name in found if self._is_id(name[0])), reverse=True)
        meant = [name for name in names if subjects is None or _subject(name[1]) in subjects]
        return [self._keep(*name, found[name]) for name in meant[: limit or None]]

    def begin(self, entry: E) -> None:
        """Keep an entry of what is about to be done. Raises PsfdnsError; then it must not be."""
        try:
            self._put(entry)
            self._write(entry)
        except PsfdnsError as error:
            # Nobody elsewhere is to wait for what is not done; the store may have it though no answer came.
            with contextlib.suppress(OutsideError):
                self._put(self._form.undone(entry, error.summary))
            raise

    def note(self, entry: E) -> bool:
        """Keep how far it came. Raises PsfdnsError where the disk cannot take it.

        False: the store cannot be reached, and keeps what it has: there it looks as if it were under way,
        until `resend`.
        """
        self._write(entry)
        if self._store is None:
            return True
        unsent = self._path(entry).with_suffix(_UNSENT)
        with contextlib.suppress(OSError):
            unsent.touch()
        return self._try_to_put(entry, unsent)

    def resend(self) -> None:
        """Put into the store what could not be put there before; what still cannot be is left for later."""
        if self._store is None:
            return
        for folder in self._folders():
            for unsent in sorted((self.folder / folder).glob(f"*{_UNSENT}")):
                with contextlib.suppress(PsfdnsError):
                    if not self._try_to_put(self._load(unsent.with_suffix(".json")), unsent):
                        return

    def _try_to_put(self, entry: E, unsent: Path) -> bool:
        try:
            self._put(entry)
        except OutsideError:
            return False
        with contextlib.suppress(OSError):
            unsent.unlink(missing_ok=True)
        return True

    def _path(self, entry: E) -> Path:
        subject, entry_id = self._form.name_of(entry)
        return self.folder / _folder(subject) / f"{entry_id}.json"

    def _put(self, entry: E) -> None:
        if self._store is not None:
            subject, entry_id = self._form.name_of(entry)
            self._store.put(self._key(subject, f"{entry_id}.json"), render_document(self._document(entry)))

    def _write(self, entry: E) -> None:
        path = self._path(entry)
        try:
            make_folder(self.folder)
        except OSError as error:
            raise unwritable(path.parent, error, hint=self._form.unwritable) from error
        store_document(path, self._document(entry), hint=self._form.unwritable)

    def _document(self, entry: E) -> dict[str, Any]:
        return {"format": self._form.format, **self._form.to_json(entry)}

    def _folders(self) -> list[str]:
        try:
            return [path.name for path in self.folder.iterdir() if path.is_dir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreadable(self.folder, error, hint=self._form.unreadable) from error

    def _keep(self, name: str, folder: str, place: Path | str) -> Kept[E]:
        entry, fault = None, None
        try:
            entry = self._fetch(place) if isinstance(place, str) else self._load(place)
        except PsfdnsError as error:
            fault = error.summary
        return Kept(name.removesuffix(".json"), _subject(folder), entry, fault, isinstance(place, str))

    def _paths(self, subject: str) -> list[Path]:
        folder = self.folder / _folder(subject)
        try:
            return [path for path in folder.iterdir() if self._is_id(path.name)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreadable(folder, error, hint=self._form.unreadable) from error

    def _is_id(self, name: str) -> bool:
        return self._form.ids.fullmatch(name.removesuffix(".json")) is not None

    def _load(self, path: Path) -> E:
        try:
            return parse_document(read_document(path), self._form.format, self._form.from_json)
        except (OSError, DamagedError) as error:
            raise unreadable(path, error, hint=self._form.unreadable) from error

    def _fetch(self, key: str) -> E:
        assert self._store is not None  # noqa: S101 - the key came from it
        found = self._store.get(key)
        try:
            return parse_document(found.data if found else b"", self._form.format, self._form.from_json)
        except DamagedError as error:
            raise unreadable(f"{self._store.url}/{key}", error, hint=self._form.unreadable) from error

    def _key(self, subject: str, name: str) -> str:
        return f"{self._form.place}{_folder(subject)}/{name}"


def _folder(subject: str) -> str:
    return subject.removesuffix(".").replace("/", "%2F")


def _subject(folder: str) -> str:
    return folder.replace("%2F", "/") + "."
