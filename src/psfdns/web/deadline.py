"""One time limit for all of an exchange, however slowly the other side drips: a socket has one a read."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def ending(connected: socket.socket, seconds: float) -> Iterator[None]:
    """After so many seconds the connection ends, whatever comes in; that is a TimeoutError."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        with contextlib.suppress(OSError):
            # SSLSocket's own would wait for the other side to take its leave.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    watchdog = threading.Timer(seconds, stop)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    except Exception as error:
        if late.is_set():
            raise TimeoutError from error
        raise
    finally:
        watchdog.cancel()
    if late.is_set():
        # What looks like the end of the answer is where we stopped.
        raise TimeoutError
