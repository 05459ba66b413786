"""`type = "exec"`: a program of psfdns.toml, with certbot's environment and nothing else of ours.

It is run without a shell, in a group of processes of its own, which is ended as a whole when its time is up.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psfdns.certs.deploy.hiding import hide_key
from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.settings import DeployTarget
from psfdns.errors import DeployError

HANDED_ON = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""What a program gets of our environment, which may hold tokens."""
USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
KEPT_OUTPUT = 64 * 1024
"""Bytes, the last ones; what was before is read and let go."""
SHOWN = 500
"""Characters of its last words."""
_MOMENT = 0.2
"""Seconds for what still stands in the pipe of a program that has ended."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """`code` is negative for a signal, None where its time was up."""

    code: int | None
    output: bytes


def run_hook(target: DeployTarget, parcel: Parcel, environment: Mapping[str, str]) -> Arrival:
    """Run the command; raises DeployError where it does not end with 0 in time."""
    program = target.command[0]
    try:
        ended = _run(target.command, _environment(parcel, environment), seconds=target.timeout)
    except OSError as error:
        raise DeployError(f"{program}: cannot be run: {error.strerror or error}") from None
    said = hide_key(ended.output.decode("utf-8", "replace"), parcel.set.key).strip()
    if ended.code == 0:
        return Arrival(remark=said[-SHOWN:])
    raise DeployError(f"{program}: {_say_end(ended.code, target.timeout)}" + _last_words(said))


def _environment(parcel: Parcel, ours: Mapping[str, str]) -> dict[str, str]:
    """RENEWED_LINEAGE and RENEWED_DOMAINS as certbot's deploy hooks have them."""
    return {
        "PATH": USUAL_PATH,
        **{name: ours[name] for name in HANDED_ON if name in ours},
        "RENEWED_LINEAGE": str(parcel.lineage),
        "RENEWED_DOMAINS": " ".join(parcel.names),
    }


def _say_end(code: int | None, seconds: int) -> str:
    if code is None:
        return f"was ended after {seconds} seconds"
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


def _last_words(said: str) -> str:
    """Several lines begin on one of their own."""
    words = said[-SHOWN:]
    shown = f"…{words}" if len(said) > SHOWN else words
    return f":{chr(10) if chr(10) in shown else ' '}{shown}" if shown else ""


def _run(command: Sequence[str], environment: Mapping[str, str], *, seconds: float) -> _Ended:
    """Raises OSError where it cannot begin."""
    reading, writing = os.pipe()
    try:
        try:
            process = subprocess.Popen(  # noqa: S603 - psfdns.toml is trusted, and no shell takes part
                command,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                env=dict(environment),
                cwd="/",
                start_new_session=True,
            )
        finally:
            os.close(writing)
        return _attend(process, reading, seconds)
    finally:
        os.close(reading)


def _attend(process: subprocess.Popen[bytes], reading: int, seconds: float) -> _Ended:
    output, over = bytearray(), threading.Event()
    reader = threading.Thread(target=_read, args=(reading, output, over), daemon=True)
    reader.start()
    try:
        code: int | None = process.wait(seconds)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        if process.returncode is None:
            _end_group(process)
        # Something that it has left behind may hold the pipe for good.
        over.set()
        reader.join()
    return _Ended(code, bytes(output))


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(reading: int, output: bytearray, over: threading.Event) -> None:
    """Keep the last bytes until the other side closes, or, once it is over, until nothing more comes."""
    kept_after_end = 0
    while kept_after_end < KEPT_OUTPUT:
        is_over = over.is_set()
        if not select.select([reading], [], [], _MOMENT)[0]:
            if is_over:
                return
            continue
        chunk = os.read(reading, KEPT_OUTPUT)
        if not chunk:
            return
        output += chunk
        del output[:-KEPT_OUTPUT]
        kept_after_end += len(chunk) if is_over else 0
