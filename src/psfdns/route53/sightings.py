"""What psfdns saw of delegations, kept between runs: `delegations.json` in the folder `cache`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_folder, write_file
from psfdns.route53.parting import Sighting

FORMAT = "psfdns-delegations/1"
FILE = "delegations.json"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


def load_sightings(folder: Path) -> dict[str, Sighting]:
    """By zone; none where there is no file. Raises PsfdnsError where it cannot be read."""
    try:
        document = json.loads((folder / FILE).read_bytes())
        return _read(document)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PsfdnsError(
            f"{folder / FILE}: cannot be read: {error}",
            hint="remove it: psfdns then counts the time since a delegation is gone from the next look on",
        ) from error


def store_sightings(folder: Path, sightings: Mapping[str, Sighting]) -> None:
    """Keep them, at once or not at all. Raises PsfdnsError."""
    zones = {
        zone: {"seen": _text(each.seen), "ns_ttl": each.ns_ttl, "gone": _text(each.gone)}
        for zone, each in sorted(sightings.items())
    }
    document = json.dumps({"format": FORMAT, "zones": zones}, indent=1) + "\n"
    try:
        make_folder(folder)
        write_file(folder / FILE, document.encode())
    except OSError as error:
        raise PsfdnsError(f"{folder / FILE}: cannot be written: {error.strerror or error}") from error


def _read(document: Any) -> dict[str, Sighting]:
    if document["format"] != FORMAT:
        raise ValueError(f"its format is {document['format']!r}")
    return {
        zone: Sighting(_moment(each["seen"]), each["ns_ttl"], _moment(each["gone"]))
        for zone, each in document["zones"].items()
    }


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.strptime(text, _STAMP).replace(tzinfo=UTC)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime(_STAMP)
