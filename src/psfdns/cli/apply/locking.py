"""Taking the apply lock of an account: on this machine, or shared through `[journal] s3`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psfdns.cli.wiring import Workspace


@contextmanager
def hold_apply_lock(workspace: Workspace, account: str | None, *, doing: str) -> Iterator[Callable[[], None]]:
    """Keep every other apply to this account out while the block runs; take it right before the first write.

    `account` is the plan's (None: it could not be learnt); `doing` says what a refused one is told:
    "apply", "rollback", "zone delete". Gives the function to call before every write
    (`Conditions.may_go_on`): it raises LockLostError once somebody else may hold the lock.
    Raises LockedError where somebody holds it now, OutsideError where S3 cannot be asked.
    """
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import elapsed, host_name, now, open_shared_store, talk, who_acts
    from psfdns.locks.disk import hold_disk_lock
    from psfdns.locks.holder import Holder
    from psfdns.locks.lease import hold_lease

    me = Holder(who_acts(), host_name(), os.getpid(), now(), doing)
    name = account or "unknown"

    def say(text: str) -> None:
        talk(workspace.options, escape(text))

    store = open_shared_store(workspace)
    if store is None:
        with hold_disk_lock(workspace.config.state_dir, name, me, say=say):
            yield _go_on
    else:
        with hold_lease(store, name, me, clock=elapsed, say=say) as may_go_on:
            yield may_go_on


def _go_on() -> None:
    """The kernel's lock is ours as long as we live."""
