"""How things stand, as a Nagios plugin says it: one line, performance data, an exit code."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence

from psfdns.cli.views.escape import escape
from psfdns.reminders.ending import Ending, Kind, Level, Renewing, Stage
from psfdns.reminders.policy import Policy, alarm_days, judge_level

OK, WARNING, CRITICAL, UNKNOWN = range(4)
_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_UNFIT = re.compile(r"[^A-Za-z0-9._*/-]")
MAX_NAMED = 5


def render_nagios(
    endings: Sequence[Ending], policy: Policy, *, now: datetime.datetime, troubles: Sequence[str]
) -> tuple[str, int]:
    """The line and the exit code; `troubles` are messages that were not accepted. Worse is said first."""
    levels = {ending.thing: judge_level(ending, policy, now) for ending in endings}
    bad = [each for each in endings if levels[each.thing] >= Level.WARNING]
    bad.sort(key=lambda each: (-levels[each.thing], each.days_left(now) or 0, each.thing))
    unknown = [each for each in endings if each.unknown is not None]
    worst = max((levels[each.thing] for each in bad), default=Level.WELL)
    if worst is Level.CRITICAL:
        code = CRITICAL
    elif worst is Level.WARNING or troubles:
        code = WARNING
    else:
        code = UNKNOWN if unknown else OK
    said = [_say(each, now) for each in bad] + [f"{_name(each)} unknown" for each in unknown] + list(troubles)
    shown = ", ".join(said[:MAX_NAMED]) + (
        f" and {len(said) - MAX_NAMED} more" if len(said) > MAX_NAMED else ""
    )
    words = _clean(shown) or f"{len(endings)} looked at"
    data = " ".join(_performance(endings, policy, now))
    return f"PSFDNS {_WORDS[code]} - {words}" + (f" | {data}" if data else ""), code


def render_failure(why: str) -> tuple[str, int]:
    """Nothing could be looked at."""
    return f"PSFDNS UNKNOWN - {_clean(why)}", UNKNOWN


def _clean(text: str) -> str:
    """A bar begins performance data."""
    return escape(" ".join(text.split())).replace("|", "/")


def _say(ending: Ending, now: datetime.datetime) -> str:
    left, name = ending.days_left(now), _name(ending)
    if ending.stage is not Stage.RUNNING:
        return f"{name} {ending.stage}"
    why = {Renewing.UNPAID: ", no money", Renewing.OVERDUE: ", overdue"}.get(ending.renewing, "")
    return f"{name} {left} d{why}" if left is not None else name


def _name(ending: Ending) -> str:
    return ending.object if ending.kind is Kind.DOMAIN else f"{ending.kind} {ending.object}"


def _performance(endings: Sequence[Ending], policy: Policy, now: datetime.datetime) -> Iterator[str]:
    """Days left; below the first number of a range is an alarm (Nagios plugin guidelines, ranges)."""
    for ending in endings:
        left = ending.days_left(now)
        if left is None or ending.unknown is not None or ending.stage in {Stage.GONE, Stage.UNWATCHED}:
            continue
        warning, critical = alarm_days(ending, policy)
        kind = "" if ending.kind is Kind.DOMAIN else f"{ending.kind} "
        name = kind + _UNFIT.sub("_", ending.object)
        yield f"'{name}'={left};{warning + 1}:;{critical + 1}:"
