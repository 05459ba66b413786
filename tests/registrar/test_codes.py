"""docs/domains.md lists every finding that the code can make, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "psfdns" / "registrar"
PAGE = Path(__file__).parents[2] / "docs" / "domains.md"
MADE = (
    r'(?:DomainFinding|Diagnostic|_refused)\(\s*"([a-z-]+)"'
    r'|_finding\(\s*domain,\s*"([a-z-]+)"'
    r'|: \("(domain-[a-z-]+)"'
)


def made(file: str) -> set[str]:
    text = (SOURCE / file).read_text(encoding="utf-8")
    return {code for found in re.findall(MADE, text) for code in found if code}


@pytest.mark.parametrize(
    ("file", "chapter"), [("findings.py", "## What is found"), ("nameservers.py", "## What is ordered")]
)
def test_every_finding_stands_on_the_page_and_none_else(file: str, chapter: str) -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(chapter)
    rows = re.findall(r"^\| `([a-z-]+)` \|", rest.partition("\n## ")[0], re.MULTILINE)
    assert set(rows) == made(file)
    assert len(rows) >= 4
