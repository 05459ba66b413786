"""docs/delegation.md lists every finding that the code can make, and no other."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "psfdns"
PAGE = Path(__file__).parents[2] / "docs" / "delegation.md"


def made() -> set[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((SOURCE / "delegation").glob("*.py")))
    text += (SOURCE / "cli" / "delegation" / "delegating.py").read_text(encoding="utf-8")
    found = set(re.findall(r'(?:Finding|Fault|_Difference|_few)\(\s*"([a-z0-9-]+)"', text))
    return found | {
        each for pair in re.findall(r'code = "([a-z-]+)" if .* else "([a-z-]+)"', text) for each in pair
    }


def test_every_finding_stands_on_the_page_and_none_else() -> None:
    _, _, table = PAGE.read_text(encoding="utf-8").partition("## What is found")
    rows = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert {code for row in rows for code in re.findall(r"`([a-z0-9-]+)`", row)} == made()
    assert len(made()) > 30
