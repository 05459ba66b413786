"""docs/tenants.md is true: its transcript is what happens in an empty repository."""

from __future__ import annotations

import re
from pathlib import Path

from psfdns.lookup.usual_names import names_asked
from tests.transcripts import assert_true, read_transcript

GUIDE = (Path(__file__).parents[1] / "docs" / "tenants.md").read_text(encoding="utf-8")
EXPORT = """\
moving.example. 3600 IN SOA ns1.old-host.example. hostmaster.old-host.example. 7 7200 900 1209600 86400
moving.example. 3600 IN NS ns1.old-host.example.
moving.example. 3600 IN MX 10 mail.moving.example.
mail.moving.example. 3600 IN A 192.0.2.25
"""


def test_the_transcript_is_what_happens(tmp_path: Path) -> None:
    (tmp_path / "psfdns.toml").write_text('[route53]\naccounts = ["sandbox"]\n')
    (tmp_path / "export.txt").write_text(EXPORT)
    steps = list(read_transcript(GUIDE))

    assert len(steps) >= 8
    assert_true(steps, tmp_path)


def test_the_number_of_names_is_about_right() -> None:
    assert "about three hundred usual names" in GUIDE
    assert 270 <= len(names_asked("moving.example.")) <= 330


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", GUIDE):
        assert (Path(__file__).parents[1] / "docs" / target).exists()
