"""What registrars and registries said, kept between runs below `.psfdns/cache`: only ever a copy.

A file that is damaged, or of another format, counts as none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.journal.state_document import DamagedError, parse_document, read_document, store_document

Document = dict[str, Any]


class Cache:
    """The folder `cache` of the state folder; it need not exist to be read.

    `complain` hears of what cannot be kept, which is then asked for again next time; None: it is raised.
    """

    def __init__(self, folder: Path, complain: Callable[[PsfdnsError], None] | None = None) -> None:
        self.folder = folder
        self._complain = complain

    def load(self, name: str, form: str) -> Document:
        """The document of this name and format, empty where there is none that can be used."""
        try:
            return parse_document(read_document(self.folder / f"{name}.json"), form, dict)
        except (OSError, DamagedError):
            return {}

    def store(self, name: str, form: str, document: Mapping[str, Any]) -> None:
        """Keep a document, at once or not at all. Raises PsfdnsError where nobody hears complaints."""
        try:
            store_document(self.folder / f"{name}.json", {"format": form, **document})
        except PsfdnsError as error:
            if self._complain is None:
                raise
            self._complain(error)
