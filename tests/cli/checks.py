"""What `check` says of the same small repository, for all tests of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

TENANT = 'name = "T"\nkind = "psf"\napproved = "yes"\n[[liaison]]\nname = "L"\nemail = "l@t.example"\n'
GOOD = "$TTL 300\n@ A 192.0.2.1\n"
BAD = "$TTL 300\nwww A 192.0.2.1\nwww CNAME x\n@ MX 10 192.0.2.1 oops\n"
ODD = "$TTL 300\nwww A 192.0.2.1\nwww 60 A 192.0.2.2\n"


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


class Said:
    """What one run printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def places(self) -> list[str]:
        """`path:line` and code of each finding of the text form."""
        lines = [line for line in self.out.splitlines() if not line.startswith("hint: ")]
        return [f"{line.partition(': ')[0]} {line.rpartition('[')[2].rstrip(']')}" for line in lines]


def git(root: Path, *words: str) -> None:
    identity = ["-c", "user.name=T", "-c", "user.email=t@t.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)
