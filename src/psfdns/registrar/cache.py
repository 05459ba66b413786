"""What registrars and registries said, kept between runs below `.psfdns/cache`: only ever a copy.

A file that is damaged, or of another format, counts as none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_folder, read_file, write_file

Document = dict[str, Any]


class Cache:
    """The folder `cache` of the state folder; it need not exist to be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, name: str, form: str) -> Document:
        """The document of this name and format, empty where there is none that can be used."""
        try:
            document = json.loads(read_file(self.folder / f"{name}.json"))
        except (OSError, ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) and document.get("format") == form else {}

    def store(self, name: str, form: str, document: Mapping[str, Any]) -> None:
        """Keep a document, at once or not at all. Raises PsfdnsError."""
        path = self.folder / f"{name}.json"
        text = json.dumps({**document, "format": form}, indent=1, sort_keys=True) + "\n"
        try:
            make_folder(self.folder)
            write_file(path, text.encode())
        except OSError as error:
            raise PsfdnsError(f"{path}: cannot be written: {error.strerror or error}") from error
