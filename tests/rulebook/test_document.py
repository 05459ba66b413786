"""docs/checks.md is what the rules say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from psfdns.rulebook import CHAPTERS


def test_the_page_of_checks_is_current(repository_root: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "psfdns.rulebook"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    page = (repository_root / "docs" / "checks.md").read_text(encoding="utf-8")
    assert page == made.stdout, "run: python -m psfdns.rulebook > docs/checks.md"
    shown = [code for chapter in CHAPTERS for code in sorted(rule.code for rule in chapter.rules)]
    assert re.findall(r"^### ([a-z0-9-]+)$", page, re.MULTILINE) == shown
