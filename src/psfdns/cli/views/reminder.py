"""A reminder as a document, and a message's subject and text from such documents."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan_words import count
from psfdns.cli.views.reminder_words import say_facts, say_what_happens, say_what_to_do
from psfdns.moments import write_moment
from psfdns.reminders.policy import judge_level

if TYPE_CHECKING:
    from psfdns.reminders.due import Due
    from psfdns.reminders.policy import Policy

Shape = dict[str, Any]

WIDTH = 100
MAX_OUTAGES = 50
"""Names of what could not be looked up, in one message."""


def item_of(due: Due, policy: Policy, now: datetime.datetime) -> Shape:
    """Everything that is said of one thing."""
    ending = due.ending
    return {
        "kind": ending.kind.value,
        "object": ending.object,
        "tenant": ending.tenant,
        "word": due.word.value,
        "labels": list(due.labels),
        "end": None if ending.end is None else ending.end.isoformat(),
        "days_left": ending.days_left(now),
        "level": judge_level(ending, policy, now).name.lower(),
        "stage": ending.stage.value,
        "renewing": ending.renewing.value,
        "rolled": ending.rolled,
        "unknown": ending.unknown,
        "missing_since": None if ending.missing_since is None else write_moment(ending.missing_since),
        "to": list(ending.to),
        "facts": dict(ending.facts),
    }


_LEVELS = ("critical", "warning", "info", "well")


def in_order(items: Sequence[Shape]) -> list[Shape]:
    """What is to be done first above; what is well again last."""

    def urgency(item: Shape) -> tuple[bool, int, int, str, str]:
        left = item["days_left"]
        level = _LEVELS.index(item["level"])
        return (
            item["word"] != "remind",
            level,
            10_000 if left is None else left,
            item["object"],
            item["kind"],
        )

    return sorted(items, key=urgency)


def render_subject(items: Sequence[Shape]) -> str:
    """The most urgent, and how many more."""
    first, *others = in_order(items)
    more = f", and {len(others)} more" if others else ""
    return f"[psfdns] {_headline(first)}{more}"


def _headline(item: Shape) -> str:
    name = _name(item)
    if item["word"] != "remind":
        return f"{name} is renewed until {item['end']}"
    if item["labels"] == ["unwatched"]:
        return f"{name} is not watched any more"
    if _is_outage_only(item):
        return f"{name}: nothing is known"
    return f"{name} {_how_it_stands(item)}"


_STAGES = {
    "hold": "is ON HOLD",
    "redemption": "IS BEING DELETED, and can still be restored",
    "pending-delete": "is about to be deleted",
    "needs-action": "NEEDS ACTION",
    "gone": "IS REGISTERED NOWHERE any more",
}


def _how_it_stands(item: Shape) -> str:
    if item["stage"] in _STAGES:
        return _STAGES[item["stage"]]
    left = item["days_left"]
    if left is None:
        return "has no end that is known"
    short = _LATE.get(item["renewing"], "")
    if left < 0:
        return f"HAS ENDED on {item['end']}"
    return f"ends {_when(left)} ({item['end']}){short}"


_LATE = {
    "unpaid": "; the money to renew it is missing",
    "overdue": "; it is overdue",
}


def _when(left: int) -> str:
    return "TODAY" if left == 0 else "tomorrow" if left == 1 else f"in {left} days"


def _name(item: Shape) -> str:
    kind = {"certificate": "certificate ", "key": "key ", "token": "the token "}.get(item["kind"], "")
    return f"{kind}{escape(item['object'])}"


def _is_outage_only(item: Shape) -> bool:
    return bool(item["labels"]) and all(label.startswith("no-data") for label in item["labels"])


def render_body(items: Sequence[Shape], *, why: Sequence[str], others: Sequence[str] = ()) -> str:
    """The text. `why` says why one gets it, `others` who was written to as well."""
    return "".join(f"{line}\n" for line in _lines(in_order(items), why, others))


def _lines(items: Sequence[Shape], why: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    reminders = [item for item in items if item["word"] == "remind" and not _is_outage_only(item)]
    outages = [item for item in items if _is_outage_only(item)]
    yield "Hello,"
    if reminders:
        yield ""
        ends = any(item["kind"] != "key" for item in reminders)
        yield "This needs somebody: what nobody renews is lost." if ends else "This needs somebody."
    for item in reminders:
        yield ""
        yield from _reminder(item)
    yield from _renewed([item for item in items if item["word"] != "remind"])
    yield from _outages(outages)
    yield ""
    yield "-- "
    for line in why:
        yield from _wrap(line)
    if others:
        yield from _wrap(f"Written to as well: {', '.join(map(escape, others))}.")


def _reminder(item: Shape) -> Iterator[str]:
    yield f"{_name(item)} {_how_it_stands(item)}"
    if item["unknown"] is not None:
        since = f" since {item['missing_since'][:10]}" if item["missing_since"] else ""
        yield from _pair(
            "beware", f"this is what was last known; it could not be asked{since}: {item['unknown']}"
        )
    for label, text in say_facts(item):
        yield from _pair(label, text)
    for number, (day, text) in enumerate(say_what_happens(item)):
        yield from _pair("then" if number == 0 else "", f"{day}  {text}" if day else text)
    for number, text in enumerate(say_what_to_do(item)):
        yield from _pair("to do" if number == 0 else "", text)


def _pair(label: str, text: str) -> Iterator[str]:
    head = f"  {label + ':' if label else '':<8} "
    yield from textwrap.wrap(
        escape(text),
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _renewed(items: Sequence[Shape]) -> Iterator[str]:
    if not items:
        return
    yield ""
    yield "Renewed, nothing is left to do:"
    for item in items:
        caution = ", by its registry; whether the registrar was paid is not known" if item["rolled"] else ""
        yield f"  {_name(item)}, until {item['end']}{caution}"


def _outages(items: Sequence[Shape]) -> Iterator[str]:
    """By reason: when a registrar is away, it is away for all."""
    if not items:
        return
    yield ""
    yield from _wrap(
        "Of these nothing has been known for three days. They are not lost for that, but nobody sees when "
        "they end; please look yourself."
    )
    for why in dict.fromkeys(item["unknown"] for item in items):
        yield ""
        yield from _wrap(f"{escape(why)}:")
        same = [item for item in items if item["unknown"] == why]
        for item in same[:MAX_OUTAGES]:
            end = f", last known to end on {item['end']}" if item["end"] else ""
            since = f" since {item['missing_since'][:10]}" if item["missing_since"] else ""
            yield f"  {_name(item)}{end};{since.replace(' since', ' unknown since')}"
        if len(same) > MAX_OUTAGES:
            yield f"  and {count(len(same) - MAX_OUTAGES, 'more thing')}"


def render_page(item: Shape) -> str:
    """One page, in a few words: what, and what to do first."""
    if item["word"] == "resolve":
        end = f" until {item['end']}" if item["end"] else ""
        return f"{_name(item)}: resolved{end}"
    first = next(iter(say_what_to_do(item)), "")
    return f"{_name(item)} {_how_it_stands(item)}. {escape(first)}".rstrip()


def render_run(document: Shape) -> str:
    """Every message of a run in which nothing is sent; else how many were accepted, where there were any."""
    messages, summary = document["messages"], document["summary"]
    if document["sent"]:
        if not messages:
            return ""
        return f"{summary['accepted']} of {count(len(messages), 'message')} accepted\n"
    shown = [
        f"To: {escape(each['to'])} ({each['channel']})\n"
        f"Subject: {escape(each['subject'])}\n\n{each['text']}\n"
        for each in messages
    ]
    watched = count(summary["watched"], "thing")
    return (
        "".join(shown) + f"nothing was sent: {document['why_not']}; {watched} watched, "
        f"{count(len(messages), 'message')} to be sent\n"
    )
