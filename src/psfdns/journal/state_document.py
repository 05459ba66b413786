"""Documents of JSON that psfdns keeps for itself, each of one format, whole or not there.

What is damaged, too large or of a newer psfdns is told in the same words everywhere. What follows from that
is for whoever reads it: some begin anew, some do not go on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_folder, read_file, write_file

MAX_BYTES = 128 << 20
"""More than any of them takes."""

_FORMAT = re.compile(r"(?P<family>psfdns-[a-z-]+)/(?P<version>[1-9][0-9]{0,3})")

T = TypeVar("T")


class DamagedError(ValueError):
    """What is wrong with a document, in words that follow its place and a colon."""


def parse_document(data: bytes, form: str, read: Callable[[dict[str, Any]], T]) -> T:
    """What `read` makes of a document of this format. Raises DamagedError.

    `read` may raise what comes of a field that is missing or something else, or a ValueError with words.
    """
    if len(data) > MAX_BYTES:
        raise DamagedError("it is too large")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise DamagedError("it is damaged: it is no JSON") from None
    found = document.get("format") if isinstance(document, dict) else None
    if found != form:
        raise DamagedError(_why_another(found, form))
    try:
        return read(document)
    except KeyError as error:
        raise DamagedError(f"it is damaged: it has no {error}") from error
    except (TypeError, AttributeError, RecursionError) as error:
        raise DamagedError("it is damaged: a field is no such thing") from error
    except ValueError as error:
        raise DamagedError(f"it is damaged: {error}") from error


def _why_another(found: object, form: str) -> str:
    ours = _FORMAT.fullmatch(form)
    theirs = _FORMAT.fullmatch(found) if isinstance(found, str) else None
    if ours and theirs and theirs["family"] == ours["family"]:
        return f"it was written by another version of psfdns: {theirs[0]}, where this one knows {form}"
    return f"it is not of format {form}"


def render_document(document: Mapping[str, Any]) -> bytes:
    """The bytes of one, with its format among its fields."""
    return (json.dumps(document, indent=1, ensure_ascii=True) + "\n").encode()


def read_document(path: Path) -> bytes:
    """The bytes of one that is kept in a file. Raises OSError."""
    return read_file(path, at_most=MAX_BYTES)


def load_document(path: Path, form: str, read: Callable[[dict[str, Any]], T], *, hint: str) -> T | None:
    """The document of a file, None where there is none. Raises PsfdnsError with this hint."""
    try:
        return parse_document(read_document(path), form, read)
    except FileNotFoundError:
        return None
    except (OSError, DamagedError) as error:
        raise unreadable(path, error, hint=hint) from error


def store_document(path: Path, document: Mapping[str, Any], *, hint: str | None = None) -> None:
    """Replace it in one step, in a folder for the owner alone. Raises PsfdnsError."""
    try:
        make_folder(path.parent)
        write_file(path, render_document(document))
    except OSError as error:
        raise unwritable(path, error, hint=hint) from error


def unreadable(place: Path | str, error: Exception, *, hint: str) -> PsfdnsError:
    """What to say of a document that is there and cannot be used."""
    return PsfdnsError(f"{place}: cannot be read: {_words(error)}", hint=hint)


def unwritable(place: Path | str, error: Exception, *, hint: str | None = None) -> PsfdnsError:
    """What to say where nothing can be kept."""
    return PsfdnsError(f"{place}: cannot be written: {_words(error)}", hint=hint)


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
