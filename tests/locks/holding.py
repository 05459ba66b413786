"""A process of its own that holds a lock until its standard input ends: disk FOLDER | lease URL."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from psfdns.aws import open_objects
from psfdns.errors import LockedError
from psfdns.locks.disk import hold_disk_lock
from psfdns.locks.holder import Holder
from psfdns.locks.lease import LeaseTimes, hold_lease

SHORT = LeaseTimes(lease=3.0, heartbeat=0.2, margin=1.5, retry=0.1, farewell=1.0)
"""The margin has to cover the second that whole seconds may be off, and a busy machine."""
LOST = SHORT.lease - SHORT.margin + 0.3
"""Seconds without a renewal after which the holder may not go on."""
ACCOUNT = "123456789012"


def me(user: str = "alice") -> Holder:
    return Holder(user, "laptop", os.getpid(), datetime.now(tz=UTC), "apply")


def say(text: str) -> None:
    sys.stdout.write(f"said: {text}\n")


def main(kind: str, where: str) -> None:
    if kind == "disk":
        held = hold_disk_lock(Path(where), ACCOUNT, me(), say=say)
        with held:
            wait()
    else:
        store = open_objects(where)
        with hold_lease(store, ACCOUNT, me(), clock=time.monotonic, say=say, times=SHORT):
            wait()


def wait() -> None:
    sys.stdout.write("held\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except LockedError as error:
        sys.stdout.write(f"refused: {error}\n")
