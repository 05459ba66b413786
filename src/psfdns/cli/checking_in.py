"""Telling a service that watches scheduled runs that one began, and how it ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from psfdns.cli.delivering import warn

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace

EXIT_FAILED = 1


@contextlib.contextmanager
def checked_in(
    workspace: Workspace, *, setting: str, url: str | None, needs_url: bool = True
) -> Iterator[list[int]]:
    """Says that a run began, and at the end of the block how: well, if its exit code 0 was put in.

    `url` is what `setting` of psfdns.toml says; None tells nobody. What the service answers changes nothing;
    it notices itself what it did not hear. Raises NotifyError where the URL cannot be used, unless the run is
    to go on then: it is told, and no exit code is 0.
    """
    from psfdns.cli.ways_out import open_checkin
    from psfdns.errors import NotifyError
    from psfdns.notify.checkin import Step

    codes: list[int] = []
    try:
        check_in = open_checkin(url, setting=setting) if url is not None else None
    except NotifyError as error:
        if needs_url:
            raise
        warn(workspace, error.summary, error.hint)
        yield codes
        codes[:] = [code or EXIT_FAILED for code in codes]
        return

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
