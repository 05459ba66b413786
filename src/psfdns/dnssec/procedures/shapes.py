"""A record as a document, `psfdns-dnssec-state/1`, and back. Pure.

Read strictly: a field that this version does not know may be one that forbids what it is about to do.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from psfdns.dnssec.procedures.record import Action, Deed, Event, KeyRef, Kind, Record, Sent
from psfdns.dnssec.procedures.seen import Ksk
from psfdns.dnssec.procedures.timing import KINDS, Ttl
from psfdns.moments import read_moment, write_moment

FORMAT = "psfdns-dnssec-state/1"
Json = Any


def to_json(record: Record) -> dict[str, Json]:
    """The document."""
    return {
        "format": FORMAT,
        "zone": record.zone,
        "zone_id": record.zone_id,
        "account": record.account,
        "kind": record.kind.value,
        "back": record.back,
        "by_gandi": record.by_gandi,
        "begun": write_moment(record.begun),
        "finished": _written(record.finished),
        "key": _key_to_json(record.key),
        "old": _key_to_json(record.old),
        "ttls": {
            kind: {"seconds": ttl.seconds, "seen": write_moment(ttl.seen)}
            for kind, ttl in record.ttls.items()
        },
        "tried": sorted(record.tried),
        "unseen": _written(record.unseen),
        "stale_until": _written(record.stale_until),
        "done": [{"step": step, "at": write_moment(at)} for step, at in record.done.items()],
        "sent": [_sent_to_json(action, sent) for action, sent in record.sent.items()],
        "log": [{"at": write_moment(each.at), "who": each.who, "what": each.what} for each in record.log],
    }


def from_json(value: Json) -> Record:
    """The reverse. Raises ValueError."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        found = value.get("format") if isinstance(value, dict) else None
        raise ValueError(f"its format is {found!r}, and {FORMAT} is what this version knows")
    try:
        return _record(_Fields(value, "format"))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a field is missing or no such thing: {error}") from error


class _Fields:
    """The fields of an object, each taken once; what is left over is not known."""

    def __init__(self, value: Json, *known: str) -> None:
        if not isinstance(value, dict):
            raise TypeError("no object")
        self._left = {name: each for name, each in value.items() if name not in known}

    def take(self, name: str) -> Json:
        return self._left.pop(name)

    def text(self, name: str) -> str:
        value = self.take(name)
        if not isinstance(value, str):
            raise TypeError(f"{name} is no text")
        return value

    def flag(self, name: str) -> bool:
        value = self.take(name)
        if not isinstance(value, bool):
            raise TypeError(f"{name} is neither true nor false")
        return value

    def moment(self, name: str) -> datetime.datetime:
        moment = read_moment(self.take(name))
        if moment is None:
            raise TypeError(f"{name} is no moment")
        return moment

    def maybe(self, name: str, read: Callable[[str], Json]) -> Json:
        """None, or what `read` makes of it."""
        if self._left[name] is None:
            self.take(name)
            return None
        return read(name)

    def end(self) -> None:
        if self._left:
            raise ValueError(f"it has fields that this version does not know: {', '.join(self._left)}")


def _record(fields: _Fields) -> Record:
    record = Record(
        zone=fields.text("zone"),
        zone_id=fields.text("zone_id"),
        account=fields.maybe("account", fields.text),
        kind=Kind(fields.text("kind")),
        back=fields.flag("back"),
        by_gandi=fields.flag("by_gandi"),
        begun=fields.moment("begun"),
        finished=fields.maybe("finished", fields.moment),
        key=fields.maybe("key", lambda name: _key_from_json(fields.take(name))),
        old=fields.maybe("old", lambda name: _key_from_json(fields.take(name))),
        ttls=_ttls(fields.take("ttls")),
        tried=frozenset(map(str, fields.take("tried"))),
        unseen=fields.maybe("unseen", fields.moment),
        stale_until=fields.maybe("stale_until", fields.moment),
        done=dict(map(_done, fields.take("done"))),
        sent=dict(map(_sent, fields.take("sent"))),
        log=tuple(map(_event, fields.take("log"))),
    )
    fields.end()
    return record


def _key_to_json(key: KeyRef | None) -> Json:
    if key is None:
        return None
    ksk = None
    if key.ksk is not None:
        ksk = {name: getattr(key.ksk, name) for name in _KSK_FIELDS}
    return {"name": key.name, "arn": key.arn, "ksk": ksk}


_KSK_FIELDS = ("name", "status", "ds", "public_key", "arn", "message")


def _key_from_json(value: Json) -> KeyRef:
    fields = _Fields(value)
    name, arn = fields.text("name"), fields.text("arn")
    ksk = fields.maybe("ksk", lambda field: _ksk(_Fields(fields.take(field))))
    fields.end()
    return KeyRef(name, arn, ksk)


def _ksk(fields: _Fields) -> Ksk:
    ksk = Ksk(**{name: fields.text(name) for name in _KSK_FIELDS})
    fields.end()
    return ksk


def _ttls(value: Mapping[str, Json]) -> dict[str, Ttl]:
    found = {}
    for kind, each in value.items():
        fields = _Fields(each)
        seconds, seen = fields.take("seconds"), fields.moment("seen")
        fields.end()
        if kind not in KINDS or not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
            raise ValueError(f"it has a TTL that is none: {kind}")
        found[kind] = Ttl(seconds, seen)
    return found


def _done(value: Json) -> tuple[str, datetime.datetime]:
    fields = _Fields(value)
    found = fields.text("step"), fields.moment("at")
    fields.end()
    return found


def _sent_to_json(action: Action, sent: Sent) -> dict[str, Json]:
    return {
        "deed": action.deed.value,
        "of": action.of,
        "intended": write_moment(sent.intended),
        "taken": _written(sent.taken),
        "change": sent.change,
    }


def _sent(value: Json) -> tuple[Action, Sent]:
    fields = _Fields(value)
    action = Action(Deed(fields.text("deed")), fields.text("of"))
    intended, taken = fields.moment("intended"), fields.maybe("taken", fields.moment)
    sent = Sent(intended, taken, fields.maybe("change", fields.text))
    fields.end()
    return action, sent


def _event(value: Json) -> Event:
    fields = _Fields(value)
    event = Event(fields.moment("at"), fields.text("who"), fields.text("what"))
    fields.end()
    return event


def _written(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else write_moment(moment)
