from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracles import PACKAGES, find, kzonecheck, named_checkzone

GOOD = """\
$TTL 3600
@ IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ IN NS ns1
ns1 IN A 192.0.2.1
"""
BAD = GOOD + "www IN A 192.0.2.256\n"


def test_both_programs_accept_a_good_zone_and_refuse_a_bad_one(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.zone", tmp_path / "bad.zone"
    good.write_text(GOOD)
    bad.write_text(BAD)

    for judge in (named_checkzone, kzonecheck):
        assert judge("example.org.", good).returncode == 0
        assert judge("example.org.", bad).returncode != 0


def test_the_command_says_which_program_it_found() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracles"], capture_output=True, text=True, check=True, env=os.environ
    )

    for program in PACKAGES:
        assert f"oracles: {program}: {find(program)}" in done.stdout


def test_a_missing_program_is_a_skip_with_its_package_named_and_in_ci_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.oracles.CACHE", tmp_path)
    monkeypatch.setenv("ORACLE_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))

    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="bind9-utils"):
        named_checkzone("example.org.", tmp_path)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="knot-dnssecutils"):
        kzonecheck("example.org.", tmp_path)


def test_a_whole_browser_does_as_well_as_its_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.oracles.CACHE", tmp_path / "cache")
    monkeypatch.setenv("ORACLE_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find("chromium-headless-shell") is None

    library = tmp_path / "cache" / "usr" / "lib" / "chromium"
    for folder in (tmp_path / "cache" / "usr" / "bin", library):
        folder.mkdir(parents=True)
        (folder / "chromium-headless-shell").touch()
    assert find("chromium-headless-shell") == library / "chromium-headless-shell"

    (tmp_path / "google-chrome").touch(mode=0o755)
    assert find("chromium-headless-shell") == tmp_path / "google-chrome"
    assert find("named") is None
