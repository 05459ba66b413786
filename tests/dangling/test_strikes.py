"""What is seen for the first time, what lasts, and what is forgotten; all by a clock that is an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from psfdns.dangling import rules
from psfdns.dangling.judge import Found
from psfdns.dangling.pointers import Pointer
from psfdns.dangling.strikes import (
    FORGOTTEN,
    LASTING,
    MAX_SEEN,
    Key,
    Look,
    Memory,
    Seen,
    judge_at_once,
    judge_lasting,
    key_of,
    parse_moment,
    remember,
    to_text,
)
from psfdns.diagnostics import Rule, Severity
from psfdns.records import RRsetKey

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
ZONE = "example.com."
HOUR = timedelta(hours=1)


def found(name: str = "a", rule: Rule = rules.DANGLING_TARGET, target: str = "gone.example.org.") -> Found:
    pointer = Pointer(ZONE, RRsetKey(f"{name}.{ZONE}", "CNAME"), "CNAME", target, ("A",))
    return Found(pointer, rule, "it dangles")


def look(*what: Found, at: datetime = NOW, unknown: tuple[Found, ...] = (), zone: str = ZONE) -> Look:
    return Look(what, {zone}, {each.pointer.place for each in unknown}, at)


def seen(first: datetime, last: datetime | None = None, what: Found | None = None) -> Memory:
    return {key_of(what or found()): Seen(first, last or first)}


def severity_after(memory: Memory, what: Found, now: datetime) -> Severity:
    (finding,) = judge_lasting([what], remember(look(what, at=now), memory), now)
    return finding.severity


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        pytest.param({}, Severity.INFO, id="never seen"),
        pytest.param(seen(NOW - LASTING), Severity.WARNING, id="a day ago"),
        pytest.param(seen(NOW - LASTING + timedelta(seconds=1)), Severity.INFO, id="not quite a day ago"),
        pytest.param(seen(NOW - 90 * 24 * HOUR, NOW - FORGOTTEN), Severity.WARNING, id="looked at lately"),
        pytest.param(
            seen(NOW - 90 * 24 * HOUR, NOW - FORGOTTEN - HOUR), Severity.INFO, id="not looked at for long"
        ),
        pytest.param(seen(NOW + HOUR), Severity.INFO, id="in the future"),
        pytest.param(seen(NOW - LASTING, NOW + HOUR), Severity.WARNING, id="looked at by a later run"),
        pytest.param(seen(NOW - LASTING, NOW - 2 * LASTING), Severity.INFO, id="last before first"),
        pytest.param(seen(NOW - LASTING, what=found("b")), Severity.INFO, id="another name"),
        pytest.param(
            seen(NOW - LASTING, what=found(target="x.example.org.")), Severity.INFO, id="another target"
        ),
    ],
)
def test_what_has_lasted_a_day_counts(memory: Memory, expected: Severity) -> None:
    assert severity_after(memory, found(), NOW) is expected


def test_what_becomes_worse_keeps_its_beginning() -> None:
    worse = found(rule=rules.UNREGISTERED_DOMAIN)
    memory = remember(look(worse), seen(NOW - LASTING))
    assert memory == {key_of(worse): Seen(NOW - LASTING, NOW)}
    assert severity_after(seen(NOW - LASTING), worse, NOW) is Severity.ERROR


def test_what_came_back_is_forgotten_and_what_was_not_looked_at_is_not() -> None:
    known = seen(NOW - LASTING)
    assert remember(look(), known) == {}
    assert remember(look(unknown=(found(),)), known) == known
    assert remember(look(zone="other.example."), known) == known


def test_a_look_from_before_forgets_nothing_that_a_later_one_saw() -> None:
    later = seen(NOW, NOW + HOUR)
    assert remember(look(at=NOW), later) == later


def test_the_memory_has_an_end_and_keeps_what_was_seen_last() -> None:
    known = {Key("z.", f"{n}.z.", "t.", "x"): Seen(NOW - HOUR, NOW - HOUR) for n in range(MAX_SEEN)}
    kept = remember(look(found()), known)
    assert len(kept) == MAX_SEEN
    assert key_of(found()) in kept


def test_what_is_not_known_is_neither_remembered_nor_waited_for() -> None:
    unknown = found(rule=rules.TARGET_UNCHECKED)
    assert remember(look(unknown), {}) == {}
    (finding,) = judge_lasting([unknown], {}, NOW)
    assert (finding.severity, finding.since) == (Severity.INFO, None)


def test_a_change_is_judged_at_once() -> None:
    (finding,) = judge_at_once([found()])
    assert (finding.severity, finding.since) == (Severity.WARNING, None)


def test_findings_tell_since_when_in_the_hint_and_not_in_the_summary() -> None:
    memory = remember(look(found(), at=NOW), {})
    said = [judge_lasting([found()], memory, NOW + turn * HOUR)[0] for turn in (0, 1, 24)]
    assert {finding.summary for finding in said} == {"it dangles"}
    assert {finding.since for finding in said} == {to_text(NOW)}
    assert [(finding.hint or "").partition(":")[0] for finding in said] == [
        "seen for the first time; it counts once it has lasted a day",
        "first seen 2026-11-20T18",
        "seen since 2026-11-20T18",
    ]


@pytest.mark.parametrize("text", [None, 5, "", "yesterday", "2026-13-01T00:00:00Z", "2026-11-20T18:00:00Z\n"])
def test_what_is_no_moment_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_moment(text)
    assert parse_moment(to_text(NOW)) == NOW
