"""Changes of signing as entries of `psfdns-history/1`, and as lines from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psfdns.cli.views.escape import escape
from psfdns.dnssec.procedures.deeds import Decided, Entry
from psfdns.dnssec.procedures.deeds import State as Reached
from psfdns.dnssec.procedures.record import Deed
from psfdns.journal.ledgers import Kept
from psfdns.journal.progress import State
from psfdns.moments import write_moment

Shape = dict[str, Any]

_NOTHING = {"create": 0, "update": 0, "delete": 0}
_WORDS = {
    Deed.MAKE_KMS_KEY: "key in KMS made for {of}",
    Deed.CREATE_KSK: "key-signing key {of} created",
    Deed.ACTIVATE_KSK: "key-signing key {of} activated",
    Deed.SIGN: "signing enabled",
    Deed.STOP_SIGNING: "signing disabled",
    Deed.DEACTIVATE_KSK: "key-signing key {of} deactivated",
    Deed.DELETE_KSK: "key-signing key {of} deleted",
    Decided.BEGIN: "{procedure} begun",
    Decided.TAKE_OVER: "{procedure} begun, taken over from another machine",
    Decided.TURN_BACK: "turned round: {procedure} from here on",
    Decided.ABANDON: "rotate abandoned: {procedure} from here on",
}
_FOUND = "key in KMS found for {of}"


def signing_document(kept: Kept[Any], entry: Entry, *, running: bool) -> Shape:
    """An entry with the keys that every entry has; `signing` holds what only these have."""
    procedure = entry.procedure
    return {
        "id": kept.id,
        "state": _state(entry, running=running),
        "fault": kept.fault,
        "elsewhere": kept.elsewhere,
        "kind": entry.kind,
        "created": write_moment(entry.created),
        "who": {"aws": entry.who.aws, "user": entry.who.user, "host": entry.who.host},
        "account": entry.account,
        "version": entry.version,
        **dict.fromkeys(("commit", "plan", "undoes", "order")),
        "summary": dict(_NOTHING),
        "made": dict(_NOTHING),
        "zones": [],
        "signing": {
            "zone": entry.zone,
            "id": entry.zone_id,
            "procedure": {
                "kind": procedure.kind.value,
                "back": procedure.back,
                "begun": write_moment(procedure.begun),
            },
            "key": entry.of or None,
            "kms": entry.details.get("kms"),
            "found": entry.details.get("found") is True,
            "change": entry.details.get("change"),
            "events": [
                {"at": write_moment(each.at), "state": each.state.value, "why": each.why}
                for each in entry.events
            ],
        },
    }


def _state(entry: Entry, *, running: bool) -> str:
    """What is being sent is under way only as long as a process has the zone in hand."""
    if entry.state is not Reached.SENDING:
        return entry.state.value
    return (State.RUNNING if running else State.INTERRUPTED).value


def say_signing(entry: Shape) -> str:
    """What was changed, and how far it came where that is not to its end; not escaped."""
    state = entry["state"]
    return _say(entry) if state == Reached.DONE.value else f"{_say(entry)}: {_RESULTS[state]}"


_RESULTS = {
    Reached.FAILED.value: "failed",
    Reached.UNCERTAIN.value: "not known whether it was done",
    State.RUNNING.value: "under way",
    State.INTERRUPTED.value: "cut short, not known whether it was done",
}


def _say(entry: Shape) -> str:
    signing, kind = entry["signing"], entry["kind"]
    words = _FOUND if signing["found"] else _WORDS.get(kind, kind)
    return str(words).format(of=signing["key"], procedure=_procedure(signing))


def _procedure(signing: Shape) -> str:
    back = " (the way back)" if signing["procedure"]["back"] else ""
    return f"{signing['procedure']['kind']}{back}"


def name_signing(entry: Shape) -> str:
    """What the table calls it; not escaped."""
    return f"{entry['signing']['zone']}: {_say(entry)}"


def signing_lines(entry: Shape) -> Iterator[str]:
    """Everything of one change of signing, below its headline."""
    signing = entry["signing"]
    told = {
        "what": f"{entry['kind']} of {signing['zone']}: {say_signing(entry)}",
        "when": entry["created"],
        "who": f"{entry['who']['user']}@{entry['who']['host']}",
        "AWS": entry["who"]["aws"] or "not learnt",
        "account": entry["account"] or "not learnt",
        "version": entry["version"],
        "procedure": f"{_procedure(signing)}, begun {signing['procedure']['begun']}",
        "zone": signing["id"],
        "key": signing["key"],
        "KMS": signing["kms"],
        "change": signing["change"],
    }
    yield from (f"  {name + ':':<11}{escape(text)}" for name, text in told.items() if text is not None)
    for event in signing["events"]:
        why = f": {event['why']}" if event["why"] else ""
        yield escape(f"  {event['at']} {event['state']}{why}")
    if entry["state"] in {Reached.UNCERTAIN.value, State.INTERRUPTED.value}:
        zone = escape(signing["zone"].removesuffix("."))
        where = "on that machine " if entry["elsewhere"] else ""
        yield f"hint: {where}psfdns dnssec continue {zone} looks what became of it"
