"""The journal as the document `psfdns-history/1` and as text from that document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.notice import say_told
from psfdns.cli.views.order_history import name_order, order_document, order_lines
from psfdns.cli.views.plan_words import SIGNS, count, describe_change, name_change, name_zone
from psfdns.cli.views.signing_history import name_signing, signing_document, signing_lines
from psfdns.cli.views.table import render_rows
from psfdns.dnssec.procedures.deeds import Entry as Deed
from psfdns.journal.entry import EntryZone, Kind, key_to_json, stamp
from psfdns.journal.ledgers import Kept
from psfdns.journal.progress import BATCH, MADE, Progress, State, Step, Told, state_of
from psfdns.journal.recorder import Fate
from psfdns.journal.store import Stored
from psfdns.plans.plan import Change
from psfdns.plans.shapes import rrset_to_json
from psfdns.registrar.ledger import Entry as Order

FORMAT = "psfdns-history/1"
DAMAGED = "damaged"

Shape = dict[str, Any]
Anything = Stored | Kept[Order] | Kept[Deed]

_STAMP = len("20261121T114426123")
_COMMIT_SHOWN = 10
_ZONES_SHOWN = 3
_NO_REQUEST = "not-sent"
_FATES = {
    Fate.DONE.value: "",
    Fate.RECOGNISED.value: "",
    Fate.UNKNOWN.value: "  (not known whether made)",
    Fate.REFUSED.value: "  (refused)",
    Fate.NOT_SENT.value: "  (not made)",
}


def to_document(
    entries: Iterable[Anything],
    settled: frozenset[str],
    *,
    running: frozenset[str] = frozenset(),
    whole: bool = False,
) -> Shape:
    """The document, in the order given; `whole`: with every change and every request."""
    rows = [
        _kept(one, running) if isinstance(one, Kept) else _entry(one, settled=one.id in settled, whole=whole)
        for one in entries
    ]
    return {"format": FORMAT, "entries": rows}


def _kept(kept: Kept[Order] | Kept[Deed], running: frozenset[str]) -> Shape:
    entry = kept.entry
    if entry is None:
        return {"id": kept.id, "state": DAMAGED, "fault": kept.fault, "elsewhere": kept.elsewhere}
    if isinstance(entry, Deed):
        return signing_document(kept, entry, running=kept.id in running)
    return order_document(kept, entry)


def in_order(entries: Iterable[Anything]) -> list[Anything]:
    """The newest first, by the moments that their ids begin with: those of orders have no milliseconds."""
    return sorted(
        entries, key=lambda one: (one.id.partition("Z")[0].ljust(_STAMP, "0"), one.id), reverse=True
    )


def _entry(stored: Stored, *, settled: bool, whole: bool) -> Shape:
    entry, progress = stored.entry, stored.progress
    shape: Shape = {"id": stored.id, "state": DAMAGED, "fault": stored.fault, "elsewhere": stored.elsewhere}
    if entry is None:
        return shape
    zones = [_zone(zone, progress, whole=whole) for zone in entry.zones]
    told = {"told": [_told(one) for one in progress.told]} if whole else {}
    return {
        **shape,
        "state": state_of(progress, running=stored.running, settled=settled).value,
        "kind": entry.kind.value,
        "created": stamp(entry.created),
        "who": {"aws": entry.who.aws, "user": entry.who.user, "host": entry.who.host},
        "account": entry.account,
        "commit": entry.commit,
        "version": entry.version,
        "plan": entry.plan,
        "undoes": entry.undoes,
        "summary": _total(zones, "summary"),
        "made": _total(zones, "made"),
        "zones": zones,
        "order": None,
        "signing": None,
        **told,
    }


def _told(told: Told) -> Shape:
    refused = [{"address": address, "why": why} for address, why in told.refused.items()]
    return {
        "tenant": told.tenant,
        "at": told.at,
        "to": list(told.to),
        "refused": refused,
        "fault": told.fault,
    }


def _total(zones: Sequence[Shape], name: str) -> dict[str, int]:
    return {key: sum(zone[name][key] for zone in zones) for key in ("create", "update", "delete")}


def _zone(zone: EntryZone, progress: Progress, *, whole: bool) -> Shape:
    end = (progress.finished or {}).get(zone.label)
    shape: Shape = {
        "name": zone.name,
        "view": zone.view,
        "id": progress.hosted_id(zone),
        "tenant": zone.tenant,
        "private": zone.private,
        "created": zone.id is None and progress.hosted_id(zone) is not None,
        "summary": _counts(zone.changes),
        "made": _counts(progress.changes_with(zone, MADE)),
        "unknown": len(progress.changes_with(zone, {Fate.UNKNOWN})),
        "batches": progress.batches_made(zone.label),
        "batches_planned": zone.batches,
        "errors": list(end.errors) if end else [],
    }
    if whole:
        fates = _fates(progress.of_zone(zone.label))
        shape["settings"] = [{"name": s.name, "before": s.before, "after": s.after} for s in zone.settings]
        shape["changes"] = [
            _change(change, fates.get(index, _NO_REQUEST)) for index, change in enumerate(zone.changes)
        ]
        shape["contents"] = [dict(rrset) for rrset in zone.contents]
        shape["details"] = dict(zone.details)
        shape["steps"] = [_step(step) for step in progress.of_zone(zone.label)]
    return shape


def _counts(changes: Iterable[Change]) -> dict[str, int]:
    found = Counter(change.action.value for change in changes)
    return {key: found[key] for key in ("create", "update", "delete")}


def _fates(steps: Iterable[Step]) -> dict[int, str]:
    return {index: step.fate.value for step in steps if step.name == BATCH for index in step.changes}


def _change(change: Change, fate: str) -> Shape:
    return {
        "action": change.action.value,
        **key_to_json(change.key),
        "before": None if change.before is None else rrset_to_json(change.before),
        "after": None if change.after is None else rrset_to_json(change.after),
        "fate": fate,
    }


def _step(step: Step) -> Shape:
    return {
        "at": step.at,
        "name": step.name,
        "changes": len(step.changes),
        "fate": step.fate.value,
        "details": dict(step.details),
    }


def render_table(document: Shape) -> str:
    """A line an entry, newest first."""
    rows: list[tuple[str, ...]] = [("ID", "WHEN (UTC)", "WHO", "COMMIT", "CHANGES", "STATE", "ZONES")]
    rows += [_row(entry) for entry in document["entries"]]
    if len(rows) == 1:
        return "The journal is empty: nothing was applied from here.\n"
    return render_rows(rows)


def _row(entry: Shape) -> tuple[str, ...]:
    if entry["state"] == DAMAGED:
        return (entry["id"], "", "", "", "", DAMAGED, escape(entry["fault"]))
    when = f"{entry['created'][:10]} {entry['created'][11:16]}"
    if entry["order"] is not None or entry["signing"] is not None:
        state = escape(f"{entry['state']} ({entry['kind']})")
        what = name_order(entry) if entry["order"] is not None else name_signing(entry)
        return (entry["id"], when, escape(_name(entry)), "-", "-", state, escape(what))
    state = entry["state"] if entry["kind"] == Kind.APPLY else f"{entry['state']} ({entry['kind']})"
    zones = [name_zone(zone) for zone in entry["zones"]]
    shown = ", ".join(zones[:_ZONES_SHOWN])
    more = f" and {len(zones) - _ZONES_SHOWN} more" if len(zones) > _ZONES_SHOWN else ""
    commit = _short(entry["commit"])
    return (entry["id"], when, escape(_name(entry)), commit, _changes(entry), state, escape(shown) + more)


def _name(entry: Shape) -> str:
    return f"{entry['who']['user']}@{entry['who']['host']}"


def _short(commit: str | None) -> str:
    if commit is None:
        return "-"
    plain, plus, _ = commit.partition("+")
    return escape(plain[:_COMMIT_SHOWN] + plus)


def _changes(entry: Shape) -> str:
    planned, made = entry["summary"], entry["made"]
    shown = " ".join(f"{SIGNS[action]}{made[action]}" for action in ("create", "update", "delete"))
    return shown if made == planned else f"{shown} of {sum(planned.values())}"


def render_entry(entry: Shape) -> str:
    """Everything of one entry."""
    return "".join(f"{line}\n" for line in _entry_lines(entry))


def _entry_lines(entry: Shape) -> Iterator[str]:
    yield f"{entry['id']}: {entry['state']}"
    if entry["fault"]:
        yield f"  damaged:   {escape(entry['fault'])}"
    if entry["state"] == DAMAGED:
        return
    if entry["order"] is not None:
        yield from order_lines(entry)
        return
    if entry["signing"] is not None:
        yield from signing_lines(entry)
        return
    told = {
        "what": entry["kind"] + (f" of {entry['undoes']}" if entry["undoes"] else ""),
        "when": entry["created"],
        "who": _name(entry),
        "AWS": entry["who"]["aws"] or "not learnt",
        "account": entry["account"] or "not learnt",
        "commit": entry["commit"] or "none",
        "plan file": entry["plan"],
        "version": entry["version"],
        "changes": _changes(entry),
    }
    yield from (f"  {name + ':':<11}{escape(text)}" for name, text in told.items() if text is not None)
    yield from (f"  {'told:':<11}{escape(say_told(told))}" for told in entry["told"])
    for zone in entry["zones"]:
        yield ""
        yield from _zone_lines(zone)


def _zone_lines(zone: Shape) -> Iterator[str]:
    made = ", created" if zone["created"] else ""
    yield f"{escape(name_zone(zone))} ({escape(zone['id'] or 'not created')}{made}): {_how_far(zone)}"
    yield from (f"  error: {escape(error)}" for error in zone["errors"])
    for setting in zone["settings"]:
        yield escape(f"  {setting['name']}: {setting['before'] or 'none'} -> {setting['after'] or 'none'}")
    for change in zone["changes"]:
        yield f"  {SIGNS[change['action']]} {escape(name_change(change))}{_FATES[change['fate']]}"
        for line in describe_change(change):
            yield f"      {' '.join(filter(None, (line.sign, escape(line.label), escape(line.text))))}"
    if zone["contents"]:
        yield f"  held {count(len(zone['contents']), 'record set')}; --json has them whole"
    for step in zone["steps"]:
        words = " ".join(
            str(value) for key, value in step["details"].items() if value and key != "name_servers"
        )
        yield escape(f"  {step['at'][11:23]} {step['name']}: {step['fate']} {words}".rstrip())


def _how_far(zone: Shape) -> str:
    planned, made = sum(zone["summary"].values()), sum(zone["made"].values())
    if not planned:
        return "no record sets"
    requests = f"{zone['batches']} of {count(max(zone['batches_planned'], zone['batches']), 'request')} made"
    unknown = f", {zone['unknown']:,} not known" if zone["unknown"] else ""
    return f"{requests}, {made:,} of {count(planned, 'record set')}{unknown}"


def render_reference(stored: Stored) -> str:
    """One entry in half a line: which command, by whom and when."""
    return _reference(_entry(stored, settled=False, whole=False))


def _reference(shape: Shape, *, was: str = "") -> str:
    return f"{shape['kind']} {shape['id']}{was}: {escape(_name(shape))}, {shape['created'][:19]}Z"


def render_unfinished(stored: Stored) -> str:
    """What was cut short and how far it came, and what to do about it."""
    shape = _entry(stored, settled=False, whole=False)
    running = shape["state"] == State.RUNNING
    was = "is under way" if running else "was cut short"
    head = f"warning: {_reference(shape, was=f' {was}')}"
    lines = [head]
    lines += [f"  {escape(name_zone(zone))}: {_how_far(zone)}" for zone in shape["zones"]]
    if not running:
        where = "; it may still run on that machine" if stored.elsewhere else ""
        lines.append(f"hint: {_go_on(shape)}{where}; psfdns history {stored.id} shows all of it")
    return "\n".join(lines)


def _go_on(shape: Shape) -> str:
    """After a rollback or a deletion that was cut short, apply would go the other way."""
    match shape["kind"]:
        case Kind.ROLLBACK:
            again = f"psfdns rollback {escape(shape['undoes'] or '')} goes on with it"
            return f"{again}, psfdns apply makes what the files say"
        case Kind.ZONE_DELETE:
            zones = " ".join(escape(zone["name"]) for zone in shape["zones"])
            return f"psfdns zone delete {zones} goes on with it"
        case _:
            return "psfdns apply brings these zones in order, whatever was made"
