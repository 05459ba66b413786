"""One entry of the journal as a value: what was to be done, by whom, with all that undoing it takes. Pure.

The document has the format `psfdns-journal/1`. A change carries `read`: the record set as Route 53
spelled it, so that undoing gives back exactly that, and not only what means the same.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.plans.desired import zone_label
from psfdns.plans.plan import Change, ChangeAction, Setting
from psfdns.plans.shapes import Json, optional_text, rrset_from_json, rrset_to_json, text
from psfdns.records import RRset, RRsetKey

FORMAT = "psfdns-journal/1"
STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"

Api = Mapping[str, Any]
"""A ResourceRecordSet as the API spells it."""


class JournalError(PsfdnsError):
    """The journal cannot be written or read."""


class Kind(enum.StrEnum):
    """Which command an entry is of."""

    APPLY = "apply"
    ROLLBACK = "rollback"
    ZONE_DELETE = "zone-delete"


@dataclass(frozen=True, slots=True)
class Who:
    """AWS identity (ARN, None where it cannot be learnt), local user and host."""

    aws: str | None
    user: str
    host: str


@dataclass(frozen=True, slots=True)
class EntryZone:
    """What was to be done to one zone; `id` None: it was to be created.

    `read` holds the API's spelling of each record set that is changed or deleted; `contents` is all
    that a zone held, API spelling, where the zone itself was to be deleted.
    """

    name: str
    view: str | None
    id: str | None
    tenant: str
    private: bool
    changes: tuple[Change, ...] = ()
    settings: tuple[Setting, ...] = ()
    read: Mapping[RRsetKey, Api] = field(default_factory=dict)
    batches: int = 0
    contents: tuple[Api, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The zone's name, with its view where it has one."""
        return zone_label(self.name, self.view)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `plan` is the digest of the saved plan it was made from, `undoes` the id it undoes."""

    id: str
    kind: Kind
    created: datetime
    who: Who
    account: str | None
    commit: str | None
    version: str
    zones: tuple[EntryZone, ...]
    plan: str | None = None
    undoes: str | None = None

    def count(self, action: ChangeAction) -> int:
        """How many record sets were to be created, updated or deleted."""
        return sum(change.action is action for zone in self.zones for change in zone.changes)


def entry_to_json(entry: Entry) -> Json:
    """The document of an entry."""
    return {
        "format": FORMAT,
        "id": entry.id,
        "kind": entry.kind.value,
        "created": stamp(entry.created),
        "who": {"aws": entry.who.aws, "user": entry.who.user, "host": entry.who.host},
        "account": entry.account,
        "commit": entry.commit,
        "version": entry.version,
        "plan": entry.plan,
        "undoes": entry.undoes,
        "zones": [_zone_to_json(zone) for zone in entry.zones],
    }


def entry_from_json(document: Any) -> Entry:
    """The entry again; raises JournalError for any other shape."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise JournalError(f"this is not a journal entry of format {FORMAT}")
    try:
        return Entry(
            id=text(document["id"]),
            kind=Kind(document["kind"]),
            created=parse_stamp(document["created"]),
            who=_who_from_json(document["who"]),
            account=optional_text(document["account"]),
            commit=optional_text(document["commit"]),
            version=text(document["version"]),
            zones=tuple(_zone_from_json(zone) for zone in document["zones"]),
            plan=optional_text(document["plan"]),
            undoes=optional_text(document["undoes"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise JournalError(f"the journal entry has an unexpected shape: {error!r}") from error


def stamp(moment: datetime) -> str:
    """ISO 8601, UTC, microseconds."""
    return moment.astimezone(UTC).strftime(STAMP)


def parse_stamp(written: str) -> datetime:
    """The moment again; ValueError for anything else."""
    return datetime.strptime(written, STAMP).replace(tzinfo=UTC)


def key_to_json(key: RRsetKey) -> Json:
    """Name, type and set identifier."""
    return {"name": key.name, "type": key.type, "set_identifier": key.set_identifier}


def key_from_json(shape: Mapping[str, Any]) -> RRsetKey:
    """The key again."""
    return RRsetKey(text(shape["name"]), text(shape["type"]), optional_text(shape["set_identifier"]))


def _zone_to_json(zone: EntryZone) -> Json:
    return {
        "name": zone.name,
        "view": zone.view,
        "id": zone.id,
        "tenant": zone.tenant,
        "private": zone.private,
        "batches": zone.batches,
        "settings": [{"name": s.name, "before": s.before, "after": s.after} for s in zone.settings],
        "changes": [_change_to_json(change, zone.read.get(change.key)) for change in zone.changes],
        "contents": [dict(rrset) for rrset in zone.contents],
        "details": dict(zone.details),
    }


def _change_to_json(change: Change, read: Api | None) -> Json:
    return {
        "action": change.action.value,
        **key_to_json(change.key),
        "before": None if change.before is None else rrset_to_json(change.before),
        "after": None if change.after is None else rrset_to_json(change.after),
        "read": None if read is None else dict(read),
    }


def _who_from_json(shape: Json) -> Who:
    return Who(optional_text(shape["aws"]), text(shape["user"]), text(shape["host"]))


def _zone_from_json(shape: Json) -> EntryZone:
    changes = [_change_from_json(change) for change in shape["changes"]]
    return EntryZone(
        name=text(shape["name"]),
        view=optional_text(shape["view"]),
        id=optional_text(shape["id"]),
        tenant=shape["tenant"],
        private=shape["private"],
        changes=tuple(change for change, _ in changes),
        settings=tuple(Setting(s["name"], s["before"], s["after"]) for s in shape["settings"]),
        read={change.key: read for change, read in changes if read is not None},
        batches=shape["batches"] + 0,
        contents=tuple(dict(rrset.items()) for rrset in shape["contents"]),
        details=dict(shape["details"].items()),
    )


def _change_from_json(shape: Json) -> tuple[Change, Api | None]:
    key = key_from_json(shape)

    def side(name: str) -> RRset | None:
        return None if shape[name] is None else rrset_from_json(key, shape[name])

    return Change(side("before"), side("after")), shape["read"]
