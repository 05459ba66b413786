"""A target's token: from a file for its owner alone, or from the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from psfdns.certs.deploy.token import read_token
from psfdns.certs.settings import TargetType
from psfdns.errors import DeployError
from tests.certs.deploy.parcels import target

SECRET = "s3cr3t"  # noqa: S105 - of these tests


def read(path: Path | None = None, variable: str = "") -> str:
    return read_token(target(TargetType.FASTLY, token_file=path), {"FASTLY_API_TOKEN": variable})


def write(folder: Path, text: str = SECRET + "\n", mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_file_comes_first(tmp_path: Path) -> None:
    assert read(write(tmp_path), "another") == SECRET
    assert read(write(tmp_path, mode=0o400)) == SECRET
    assert read(None, f" {SECRET} ") == SECRET
    other = target(TargetType.FASTLY, token_env="OTHER")  # noqa: S106 - a variable's name
    assert read_token(other, {"OTHER": SECRET}) == SECRET


def test_a_link_to_it_will_do(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(write(tmp_path))
    assert read(tmp_path / "link") == SECRET


FAULTS = {
    "missing": "cannot be read: No such file or directory",
    "folder": "cannot be read: Is a directory",
    "pipe": "is no file that holds a token",
    "large": "is no file that holds a token",
    "group": "others may read the token",
    "all": "others may read the token",
    "empty": "holds no token",
    "two": "holds characters that no token has",
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_file_that_is_no_good_is_said_without_the_token(tmp_path: Path, case: str) -> None:
    path = tmp_path / "token"
    match case:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path, 0o600)
        case "large":
            write(tmp_path, SECRET * 1000)
        case "group" | "all":
            write(tmp_path, mode=0o640 if case == "group" else 0o604)
        case "empty":
            write(tmp_path, "\n")
        case "two":
            write(tmp_path, f"{SECRET}\nother")
        case _:
            pass
    with pytest.raises(DeployError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}")
    assert FAULTS[case] in str(caught.value)
    assert SECRET not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("value", ["", " ", "a b", "a\nb", "é"])
def test_a_variable_that_is_no_good_is_said(value: str) -> None:
    with pytest.raises(DeployError, match="FASTLY_API_TOKEN holds"):
        read(None, value)


def test_without_either_the_variable_is_named() -> None:
    with pytest.raises(DeployError, match="FASTLY_API_TOKEN holds no token"):
        read_token(target(TargetType.FASTLY), {})
