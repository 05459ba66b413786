"""Chromium without a window, told what to do over a pipe (its DevTools protocol): no port, no driver.

It runs as whoever runs the tests, also as root, so without its own sandbox: it opens what tests wrote, only.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.oracles import require, run_environment

Shape = dict[str, Any]

_KEYS = {"Tab": 9}
PROGRAM = "chromium-headless-shell"
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)


_LAUNCH = """
import fcntl, os, sys
into, out = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(into, 3)
os.dup2(out, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The pipe has to be numbers 3 and 4 there; copies first, as these numbers may be the other's."""


class Browser:
    """One tab. `requests` holds the address of everything that was asked for since the last `open`."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self._events: list[Shape] = []
        self.requests: list[str] = []
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.tell(f"{domain}.enable")
        self.complaints: list[str] = []

    def tell(self, method: str, **parameters: Any) -> Shape:
        """Send an order and wait for its answer; what happens meanwhile is kept."""
        self._number += 1
        order: Shape = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            order["sessionId"] = self._session
        self._write(order)
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, f"{method}: {heard['error']}"
                result: Shape = heard["result"]
                return result

    def open(
        self, page: Path, *, width: int, height: int = 900, dark: bool = False, script: bool = True
    ) -> None:
        """Load a page from the disk, as a screen of that width shows it."""
        self.requests, self.complaints = [], []
        self.tell("Emulation.setScriptExecutionDisabled", value=not script)
        phone = width < 500
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.tell("Emulation.setEmulatedMedia", features=[scheme, still])
        self._events = []
        self.tell("Page.navigate", url=page.absolute().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._hear()

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, by way of JSON."""
        done = self.tell("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def press(self, key: str) -> None:
        """A key, down and up."""
        for kind in ("rawKeyDown", "keyUp"):
            self.tell(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_KEYS[key]
            )

    def screenshot(self, *, whole: bool = True) -> bytes:
        """A PNG of the page."""
        return base64.b64decode(
            self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        )

    def _write(self, order: Shape) -> None:
        data = json.dumps(order).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]

    def _hear(self) -> Shape:
        while b"\0" not in self._rest:
            read = os.read(self._from, 1 << 16)
            assert read, "the browser went away"
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        heard: Shape = json.loads(message)
        if "method" in heard:
            self._note(heard)
        return heard

    def _note(self, event: Shape) -> None:
        self._events.append(event)
        if event["method"] == "Network.requestWillBeSent":
            self.requests.append(event["params"]["request"]["url"])
        if event["method"] == "Log.entryAdded":
            self.complaints.append(event["params"]["entry"]["text"])


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser of one's own, with a profile that begins empty."""
    program = require(PROGRAM)
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    with (profile / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _LAUNCH,
                str(their_in),
                str(their_out),
                program,
                *OPTIONS,
                f"--user-data-dir={profile}",
            ],
            pass_fds=(their_in, their_out),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=run_environment(program),
        )
    os.close(their_in)
    os.close(their_out)
    try:
        yield Browser(our_out, our_in)
    finally:
        process.kill()
        process.wait()
        os.close(our_out)
        os.close(our_in)
