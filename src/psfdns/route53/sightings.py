"""What psfdns saw of delegations, kept between runs: `delegations.json` in the folder `cache`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psfdns.journal.state_document import load_document, store_document
from psfdns.route53.parting import Sighting

FORMAT = "psfdns-delegations/1"
FILE = "delegations.json"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


def load_sightings(folder: Path) -> dict[str, Sighting]:
    """By zone; none where there is no file. Raises PsfdnsError where it cannot be read."""
    hint = "remove it: psfdns then counts the time since a delegation is gone from the next look on"
    return load_document(folder / FILE, FORMAT, _read, hint=hint) or {}


def store_sightings(folder: Path, sightings: Mapping[str, Sighting]) -> None:
    """Keep them, at once or not at all. Raises PsfdnsError."""
    zones = {
        zone: {"seen": _text(each.seen), "ns_ttl": each.ns_ttl, "gone": _text(each.gone)}
        for zone, each in sorted(sightings.items())
    }
    store_document(folder / FILE, {"format": FORMAT, "zones": zones})


def _read(document: Any) -> dict[str, Sighting]:
    return {
        zone: Sighting(_moment(each["seen"]), each["ns_ttl"], _moment(each["gone"]))
        for zone, each in document["zones"].items()
    }


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.strptime(text, _STAMP).replace(tzinfo=UTC)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime(_STAMP)
