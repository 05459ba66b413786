"""What is remembered beside a certificate: the CA's suggestion, revocation, where it was brought. Pure.

`issued` and `deployed` are states of their own: a deploy that failed is tried again, whatever was issued.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any

from psfdns.certs.ari import Ari, Window

FORMAT = "psfdns-certificate-state/1"


@dataclass(frozen=True, slots=True)
class Deployment:
    """The last try to bring a certificate to a target: which (SHA-256), when, and why it failed.

    `place` is what the target calls it (an ARN, an id), where it has a name of its own for it.
    """

    target: str
    fingerprint: str
    at: datetime.datetime
    fault: str | None = None
    place: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it arrived."""
        return self.fault is None


@dataclass(frozen=True, slots=True)
class State:
    """`revoked` are fingerprints of certificates that are known to be revoked."""

    ari: Ari | None = None
    revoked: frozenset[str] = frozenset()
    deployed: tuple[Deployment, ...] = ()

    def deployment(self, target: str) -> Deployment | None:
        """The last one to a target."""
        return next((each for each in self.deployed if each.target == target), None)


class StateError(ValueError):
    """The document is damaged, or of a newer psfdns."""


def render_state(state: State) -> bytes:
    """The document."""
    document = {
        "format": FORMAT,
        "ari": None if state.ari is None else _ari_to_json(state.ari),
        "revoked": sorted(state.revoked),
        "deployed": [
            {
                "target": each.target,
                "fingerprint": each.fingerprint,
                "at": each.at.isoformat(),
                "fault": each.fault,
                "place": each.place,
            }
            for each in state.deployed
        ],
    }
    return (json.dumps(document, indent=1, ensure_ascii=True) + "\n").encode()


def parse_state(text: bytes) -> State:
    """Raises StateError."""
    try:
        document = json.loads(text)
        if document["format"] == FORMAT:
            return _from_json(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StateError("it is damaged") from error
    raise StateError(f"it is not of format {FORMAT}")


def _from_json(document: Any) -> State:
    return State(
        None if document["ari"] is None else _ari_from_json(document["ari"]),
        frozenset(str(each) for each in document["revoked"]),
        tuple(_deployment(each) for each in document["deployed"]),
    )


def _ari_to_json(ari: Ari) -> dict[str, Any]:
    return {
        "certificate": ari.certificate,
        "start": ari.window.start.isoformat(),
        "end": ari.window.end.isoformat(),
        "selected": ari.selected.isoformat(),
        "next_check": ari.next_check.isoformat(),
        "explanation": ari.explanation,
    }


def _ari_from_json(value: Any) -> Ari:
    explanation = value["explanation"]
    return Ari(
        str(value["certificate"]),
        Window(_moment(value["start"]), _moment(value["end"])),
        _moment(value["selected"]),
        _moment(value["next_check"]),
        None if explanation is None else str(explanation),
    )


def _deployment(value: Any) -> Deployment:
    fault, place = value["fault"], value.get("place")
    return Deployment(
        str(value["target"]),
        str(value["fingerprint"]),
        _moment(value["at"]),
        None if fault is None else str(fault),
        None if place is None else str(place),
    )


def _moment(text: str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(datetime.UTC)
