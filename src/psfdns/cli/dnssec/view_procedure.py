"""How procedures stand, as a document and as text from that document."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.dnssec.procedures.advice import advise
from psfdns.dnssec.procedures.decide import Line, time_line, waits_since
from psfdns.dnssec.procedures.handover import write_handover, write_withdrawal
from psfdns.dnssec.procedures.record import Deed, Kind
from psfdns.dnssec.procedures.step import Act, Do, Done, InSync, Pass, Refuse, See, Unheard, Verdict, Wait
from psfdns.moments import write_moment

if TYPE_CHECKING:
    from psfdns.cli.dnssec.standing import Stand
    from psfdns.dnssec.procedures.record import KeyRef, Record

FORMAT = "psfdns-dnssec-procedure/1"

Shape = dict[str, Any]

_KINDS: dict[type, str] = {Act: "act", See: "see", InSync: "see", Pass: "wait"}
_DELETING = "aws kms schedule-key-deletion --region us-east-1 --pending-window-in-days 30 --key-id"
_AT_PARENT = {"ds-everywhere": Deed.ADD_DS, "no-ds": Deed.REMOVE_DS, "old-ds-nowhere": Deed.REMOVE_DS}


def to_document(stands: Sequence[Stand], *, checked_at: datetime.datetime, dry_run: bool) -> Shape:
    """`psfdns-dnssec-procedure/1` (docs/contract.md §4)."""
    return {
        "format": FORMAT,
        "checked_at": write_moment(checked_at),
        "dry_run": dry_run,
        "procedures": [_procedure(each, checked_at) for each in stands],
    }


def _procedure(stand: Stand, now: datetime.datetime) -> Shape:
    record, decision = stand.record, stand.decision
    verdict = decision.verdict if decision else None
    step = decision.step if decision else None
    return {
        "zone": stand.zone,
        "id": record.zone_id if record else None,
        "kind": record.kind.value if record else None,
        "back": record.back if record else False,
        "by_gandi": record.by_gandi if record else None,
        "state": _state(stand, verdict),
        "step": step.name if step else None,
        "why": _why(stand, verdict),
        "news": decision is not None and decision.is_news,
        "since": write_moment(waits_since(record)) if record else None,
        "until": write_moment(verdict.until) if isinstance(verdict, Wait) and verdict.until else None,
        "hint": verdict.hint if isinstance(verdict, Refuse) else stand.error.hint if stand.error else None,
        "code": verdict.code if isinstance(verdict, Refuse) else None,
        "advice": list(advise(record)) if record else [],
        "ask": _ask(record, step.name if step else "", verdict),
        "key": _key(record.key) if record else None,
        "old": _key(record.old) if record else None,
        "kms_keys": _left_in_kms(record) if record else [],
        "begun": write_moment(record.begun) if record else None,
        "finished": write_moment(record.finished) if record and record.finished else None,
        "steps": [_line(each) for each in time_line(record, now)] if record else [],
        "log": [{"at": write_moment(each.at), "who": each.who, "what": each.what} for each in record.log]
        if record
        else [],
    }


def _state(stand: Stand, verdict: Verdict | None) -> str:
    if stand.record is None and stand.error is None:
        return "nothing"
    if isinstance(verdict, Do):
        return "due"
    if stand.is_unheard:
        return "unknown"
    names: dict[type, str] = {Done: "done", Wait: "waiting", Unheard: "unknown", Refuse: "refused"}
    return names.get(type(verdict), "failed")


def _why(stand: Stand, verdict: Verdict | None) -> str | None:
    if stand.error is not None:
        return stand.error.summary
    if isinstance(verdict, Do):
        return str(verdict.action)
    return verdict.why if isinstance(verdict, Wait | Unheard | Refuse) else None


def _ask(record: Record | None, step: str, verdict: Verdict | None) -> str | None:
    """The text for whoever changes the DS, as long as that is what is waited for."""
    if record is None or not isinstance(verdict, Wait):
        return None
    action = verdict.asks
    if action is None and not record.by_gandi:
        deed = _AT_PARENT.get(step)
        action = next((each for each in record.sent if each.deed is deed), None)
    if step == "ds-gone" and record.unseen and not record.by_gandi:
        return write_withdrawal(record)
    return write_handover(action, record) if action else None


def _key(key: KeyRef | None) -> Shape | None:
    if key is None:
        return None
    return {
        "name": key.name,
        "kms": key.arn or None,
        "ds": key.ds,
        "public_key": key.ksk.public_key if key.ksk else None,
    }


def _left_in_kms(record: Record) -> list[str]:
    """Keys of KMS that the zone does not use once the procedure has ended; another zone may."""
    if record.finished is None or record.kind is Kind.ENABLE:
        return []
    refs = (record.key, record.old) if record.kind is Kind.DISABLE else (record.old,)
    return [ref.arn for ref in refs if ref is not None and ref.arn]


def _line(line: Line) -> Shape:
    return {
        "name": line.step.name,
        "kind": _KINDS[type(line.step)],
        "what": line.step.what,
        "done": line.done,
        "at": write_moment(line.at) if line.at else None,
    }


def render_text(document: Shape, *, whole: bool = False, quiet: bool = False) -> str:
    """A line a procedure; with `whole`, and in a rehearsal, its time line below."""
    lines = [
        line
        for each in document["procedures"]
        if not quiet or each["news"] or each["state"] in {"refused", "failed", "unknown"}
        for line in _lines(each, whole=whole or document["dry_run"])
    ]
    return "".join(f"{line}\n" for line in lines)


def _lines(each: Shape, *, whole: bool) -> Iterator[str]:
    zone = escape(each["zone"])
    if each["state"] == "nothing":
        yield f"{zone}: nothing to do"
        return
    kind = f"{each['kind']}{' (the way back)' if each['back'] else ''}" if each["kind"] else "its procedure"
    yield f"{zone}: {kind}: {_words(each)}"
    if each["hint"]:
        yield f"  hint: {escape(each['hint'])}"
    if whole:
        yield from _time_line(each)
        yield from (f"  advice: {escape(text)}" for text in each["advice"])
    if each["ask"]:
        yield ""
        yield from (escape(line) for line in each["ask"].splitlines())
    for key in each["kms_keys"]:
        yield f"  left in KMS, and this zone uses it no longer: {escape(key)}"
        yield "    once no other zone is signed with it, and after a week or two of quiet:"
        yield f"    {_DELETING} {escape(key)}"


def _words(each: Shape) -> str:
    why, state = escape(each["why"] or ""), each["state"]
    if state == "done":
        return "done"
    if state == "waiting":
        when = f"until {each['until']}" if each["until"] else f"since {each['since']}"
        return f"waits {when}: {why}"
    words = {"due": "due now", "refused": "REFUSED", "unknown": "could not be asked", "failed": "failed"}
    return f"{words[state]}: {why}"


def render_time_line(record: Record, now: datetime.datetime) -> str:
    """What would be done when, at the earliest."""
    steps = {"steps": [_line(each) for each in time_line(record, now)]}
    return "".join(f"{line}\n" for line in _time_line(steps))


def _time_line(each: Shape) -> Iterator[str]:
    for step in each["steps"]:
        at = step["at"] or "then, not known yet"
        mark = "x" if step["done"] else " "
        sign = "not before " if step["at"] and not step["done"] else ""
        words = f"waited out: {step['what']}" if step["kind"] == "wait" else step["what"]
        yield f"  [{mark}] {sign}{at}  {words}"
