"""Programs that are compared, installed as their users install them, each in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).parents[1]
CACHE = PROJECT / ".cache" / "benchmarks"


def install_project(name: str, packages: list[str]) -> Path:
    """psfdns as it stands in this working tree, with these beside it."""
    return install(name, [str(PROJECT), *packages], always=["--force-reinstall", "--no-deps"])


def install(name: str, packages: list[str], always: list[str] | None = None) -> Path:
    """The folder of an environment's programs; what is there with the same packages is used again."""
    folder = CACHE / name
    stamp = folder / "installed"
    wanted = "\n".join([sys.version, *packages])
    python = folder / "bin" / "python"
    if not stamp.is_file() or stamp.read_text() != wanted:
        print(f"installing {name} below {CACHE.relative_to(PROJECT)}", file=sys.stderr, flush=True)
        venv.create(folder, clear=True, with_pip=True)
        pip(python, *packages)
        stamp.write_text(wanted)
    elif always is not None:
        pip(python, *always, packages[0])
    return folder / "bin"


def pip(python: Path, *words: str) -> None:
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"pip install {' '.join(words)} failed:\n{done.stderr or done.stdout}")
