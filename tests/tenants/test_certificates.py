"""The names of wanted certificates, where they can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from psfdns.tenants.certificates import load_certificate_names

CASES = {
    '[[certificate]]\nname = "x"\nnames = ["a.test"]\n[[certificate]]\nnames = ["b.test", "c.test"]\n': (
        "x",
        "b.test",
    ),
    "certificate = 3": (),
    "certificate = [3]": (),
    "[[certificate]]\nnames = []\n": (),
    '[[certificate]]\nname = "a\\u001b"\n': (),
    "not toml": (),
}


@pytest.mark.parametrize("text", CASES)
def test_names_are_read_where_they_stand(tmp_path: Path, text: str) -> None:
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "one.toml").write_text(text)
    assert load_certificate_names(tmp_path, "one") == CASES[text]
    assert load_certificate_names(tmp_path, "two") == ()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "certs").mkdir()
    (tmp_path / "elsewhere.toml").write_text('[[certificate]]\nname = "x"\n')
    (tmp_path / "certs" / "one.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert load_certificate_names(tmp_path, "one") == ()
