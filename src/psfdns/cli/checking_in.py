"""Telling a service that watches scheduled runs that one began, and how it ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from psfdns.cli.delivering import warn

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace


@contextlib.contextmanager
def checked_in(workspace: Workspace, *, setting: str, url: str | None) -> Iterator[list[int]]:
    """Says that a run began, and at the end of the block how: well, if its exit code 0 was put in.

    `url` is what `setting` of psfdns.toml says; None tells nobody. What the service answers changes nothing;
    it notices itself what it did not hear. Raises NotifyError where the URL cannot be used.
    """
    from psfdns.cli.ways_out import open_checkin
    from psfdns.notify.checkin import Step

    check_in = open_checkin(url, setting=setting) if url is not None else None
    codes: list[int] = []

    def say(step: Step) -> None:
        fault = check_in(step) if check_in is not None else None
        if fault is not None:
            warn(workspace, f"{setting} {fault}")

    say(Step.START)
    try:
        yield codes
    except BaseException:
        say(Step.FAILURE)
        raise
    say(Step.SUCCESS if codes == [0] else Step.FAILURE)
