"""Waiting until Route 53's servers all answer with what was changed: one loop over all changes.

INSYNC takes "generally within 60 seconds" and covers the authoritative servers, not resolver caches
(API reference, GetChange).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from psfdns.errors import PsfdnsError

if TYPE_CHECKING:
    from psfdns.aws import Api

PATIENCE_SECONDS = 600.0
PENDING_PER_ROUND = 5
"""A round ends at so many answers PENDING: the rest is hardly further, and requests are scarce."""

_FIRST_PAUSES = (0.6, 1.4, 3.0)
_PAUSE = 5.0


def wait_insync(
    api: Api,
    change_ids: Iterable[str],
    *,
    pause: Callable[[float], None],
    clock: Callable[[], float],
    report: Callable[[int], None],
) -> tuple[frozenset[str], PsfdnsError | None]:
    """The ids that are INSYNC, and why the wait ended early, if it did; `report` is told how many are."""
    pending = list(dict.fromkeys(change_ids))
    done: set[str] = set()
    until = clock() + PATIENCE_SECONDS
    pauses = _pauses()
    try:
        while True:
            _ask_round(api, pending, done)
            pending = [change_id for change_id in pending if change_id not in done]
            report(len(done))
            if not pending or clock() >= until:
                return frozenset(done), None
            pause(next(pauses))
    except PsfdnsError as error:
        return frozenset(done), error


def _ask_round(api: Api, pending: Iterable[str], done: set[str]) -> None:
    """Ask for one id after the other until several answers were PENDING."""
    still_pending = 0
    for change_id in pending:
        answer = api.call("GetChange", f"ask how far change {change_id} is", Id=change_id)
        if answer["ChangeInfo"]["Status"] == "INSYNC":
            done.add(change_id)
            continue
        still_pending += 1
        if still_pending == PENDING_PER_ROUND:
            return


def _pauses() -> Iterator[float]:
    yield from _FIRST_PAUSES
    while True:
        yield _PAUSE
