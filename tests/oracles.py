"""Independent opinions: zone files, DNSSEC, a CA that speaks ACME, and a browser.

named-checkzone and kzonecheck judge zone files, delv and unbound DNSSEC; BIND and Knot serve as name servers,
too; Pebble is the CA, Chromium the reader of the site. jq is here because the workflows' scripts use it.

They are looked for on PATH, then below .cache/debian, which `python -m tests.oracles` fills: it unpacks
Debian's packages there, for which no root is needed. Where a program is missing its tests are skipped
with a reason, except where CI is set: there they fail.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest

CACHE = Path(__file__).parents[1] / ".cache" / "debian"
PACKAGES = {
    "jq": "jq",
    "named-checkzone": "bind9-utils",
    "kzonecheck": "knot-dnssecutils",
    "dnssec-keygen": "bind9-utils",
    "dnssec-signzone": "bind9-utils",
    "dnssec-verify": "bind9-utils",
    "knotd": "knot",
    "named": "bind9",
    "delv": "bind9-dnsutils",
    "unbound": "unbound",
    "pebble": "pebble",
    "chromium-headless-shell": "chromium-headless-shell",
}
NEWER = {"pebble": "forky"}
"""Package -> the Debian release whose one is wanted, where it is to be had: older Pebbles have no ARI."""
OTHERS = {"chromium-headless-shell": ("chromium", "google-chrome")}
"""Program -> what does as well: with --headless a whole browser is that shell."""
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
"""sbin too: Debian kept named-checkzone there before bookworm, and a plain user's PATH leaves it out."""


def named_checkzone(origin: str, path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """BIND's judgement; the exit code is 0 for a zone it would load. No look-up is made (-i local)."""
    return run("named-checkzone", "-i", "local", *options, origin, str(path))


def kzonecheck(origin: str, path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Knot's judgement; the exit code is 0 for a zone without semantic errors."""
    return run("kzonecheck", "-d", "off", *options, "-o", origin, str(path))


def find(program: str) -> Path | None:
    """The program, installed or unpacked."""
    installed = (_which(each) for each in (program, *OTHERS.get(program, ())))
    # lib/chromium before bin: what stands in bin is a script that looks for the installed one.
    folders = ("lib/chromium", "bin", "sbin")
    unpacked = (path for folder in folders if (path := CACHE / "usr" / folder / program).is_file())
    return next((Path(path) for path in installed if path), None) or next(unpacked, None)


def _which(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path=os.environ.get("ORACLE_PATH", SYSTEM_PATH))


def run(program: str, *arguments: str, check: bool = False) -> subprocess.CompletedProcess[str]:
    """What the program says; with `check` a failure of its own fails the test."""
    found = require(program)
    done = subprocess.run(
        [found, *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=60,
        env=run_environment(found),
    )
    assert not check or done.returncode == 0, f"{program}: {done.stderr or done.stdout}"
    return done


def start(
    program: str, *arguments: str, log: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """The program, running; whoever started it ends it."""
    found = require(program)
    with log.open("wb") as file:
        return subprocess.Popen(
            [found, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**run_environment(found), **(environment or {})},
        )


def require(program: str) -> Path:
    found = find(program)
    if found is None:
        lack(f"{program} is missing: install {PACKAGES[program]}, or run python -m tests.oracles")
    return found


def lack(what: str) -> NoReturn:
    """Skip the test for want of something, except where CI is set: there it fails."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def run_environment(program: Path) -> dict[str, str]:
    """What is unpacked brings its own libraries."""
    if not program.is_relative_to(CACHE):
        return dict(os.environ)
    roots = [CACHE / "usr/lib", CACHE / "lib"]
    kinds = ("*-linux-gnu*", "*-linux-gnu*/pulseaudio")
    folders = [str(folder) for root in roots for kind in kinds for folder in root.glob(kind)]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(folders)}


def fetch(programs: list[str]) -> None:
    """Unpack the packages of these programs, and what they need that is not installed, below CACHE.

    Raises RuntimeError or OSError with the reason where that cannot be done.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise RuntimeError(f"{platform.platform()} has no apt-get and dpkg-deb")
    archives = CACHE / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    wanted = [PACKAGES[program] for program in programs]
    wanted = [package for package in wanted if not (package in NEWER and _fetch_newer(package, archives))]
    if wanted:
        _fetch_here(wanted, archives)
    _unpack(archives)


def _fetch_newer(package: str, archives: Path) -> bool:
    """Whether the package of a newer release could be had: a program that needs nothing of that release."""
    folder = CACHE / NEWER[package]
    sources = folder / "sources.list"
    options = _private_lists(folder)
    options += [f"--option=Dir::Etc::sourcelist={sources}", "--option=Dir::Etc::sourceparts=/dev/null"]
    signed = f" [signed-by={KEYRING}]" if KEYRING.is_file() else ""
    try:
        sources.write_text(f"deb{signed} {_find_mirror()} {NEWER[package]} main\n")
        _apt("update", options=options)
        _apt("download", package, options=options, folder=archives)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"oracles: {package} of {NEWER[package]} is not to be had: {error}", flush=True)
        return False
    return True


def _find_mirror() -> str:
    """The mirror of Debian that this system has its packages from; raises RuntimeError where it has none."""
    listed = _apt("indextargets", "--format", "$(REPO_URI)", options=[])
    mirrors = (address for address in listed.split() if address.rstrip("/").endswith("/debian"))
    found = next(mirrors, None)
    if found is None:
        raise RuntimeError("no mirror of Debian is among apt's sources")
    return found


def _fetch_here(wanted: list[str], archives: Path) -> None:
    """Packages of this system's release, with what they need."""
    options: list[str] = []
    try:
        packages = _with_dependencies(wanted, options)
    except RuntimeError:
        # No package lists, or stale ones: our own copy of the lists needs no root.
        options = _private_lists(CACHE / "apt")
        _apt("update", options=options)
        packages = _with_dependencies(wanted, options)
    _apt("download", *packages, options=options, folder=archives)


def _unpack(archives: Path) -> None:
    for archive in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", archive, CACHE], check=True, timeout=60)
        archive.unlink()


def _with_dependencies(wanted: list[str], options: list[str]) -> list[str]:
    """The packages and what installing them would bring along."""
    simulated = _apt("--simulate", "--no-install-recommends", "install", *wanted, options=options)
    return sorted({*wanted, *re.findall(r"^Inst (\S+)", simulated, re.MULTILINE)})


def _private_lists(state: Path) -> list[str]:
    (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (state / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    return [
        f"--option=Dir::State={state}",
        f"--option=Dir::Cache={state}",
        "--option=Dir::State::status=/var/lib/dpkg/status",
        "--option=APT::Sandbox::User=",
    ]


def _apt(*arguments: str, options: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(
        ["apt-get", "--quiet", *options, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        timeout=300,
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode:
        raise RuntimeError(f"apt-get {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def main() -> int:
    """Fetch what is missing and say for each program which one the tests will use."""
    missing = [program for program in PACKAGES if find(program) is None]
    if missing:
        print(f"oracles: fetching {', '.join(sorted({PACKAGES[each] for each in missing}))}", flush=True)
        try:
            fetch(missing)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            print(f"oracles: could not fetch: {error}")
    for program in PACKAGES:
        print(f"oracles: {program}: {find(program) or 'missing, its tests are skipped (in CI: fail)'}")
    return 1 if os.environ.get("CI") and not all(find(program) for program in PACKAGES) else 0


if __name__ == "__main__":
    sys.exit(main())
