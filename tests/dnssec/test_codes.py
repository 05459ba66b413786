"""The codes as they are written down, and that the code says no others."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import psfdns.dnssec
import psfdns.dnssec.code
from psfdns.delegation import answer_rules, rules, unknown_rules
from psfdns.dnssec.codes import CHAPTERS, CODES
from psfdns.dnssec.delegation_codes import JUDGED_HERE, SAME
from psfdns.dnssec.document import render_document

ROOM = Path(psfdns.dnssec.__file__).parent
EXTENDED_ERRORS = range(30)
"""Those that IANA has assigned (extended-dns-error-codes, RFC 8914 and later)."""


def said_in_source() -> set[str]:
    """Strings of the room that look like codes."""
    found = set()
    for path in (*ROOM.glob("*.py"), ROOM.parent / "cli" / "dnssec" / "signing.py"):
        if not path.stem.endswith("codes"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= {node.value} if re.fullmatch(r"[A-Z0-9]+(_[A-Z0-9]+)+", node.value) else set()
    return found


def test_the_document_is_made_of_the_codes(repository_root: Path) -> None:
    written = (repository_root / "docs" / "dnssec.md").read_text(encoding="utf-8")
    assert written == render_document(), "python -m psfdns.dnssec > docs/dnssec.md"


def test_every_code_can_be_said_and_none_is_said_that_is_not_known() -> None:
    said = said_in_source() - {"NOT_SIGNING", "ACTION_NEEDED", "INTERNAL_FAILURE"}
    assert said == set(CODES) - set(SAME.values())


def test_every_finding_about_a_delegation_has_a_name_here() -> None:
    found = {rule.code for rule in (*rules.RULES, *answer_rules.RULES, *unknown_rules.RULES)}
    assert found - {"private-zone"} == set(SAME) | JUDGED_HERE
    assert set(SAME.values()) <= set(CODES)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.name)
def test_a_code_is_explained(code: psfdns.dnssec.code.Code) -> None:
    assert code.what.endswith(".")
    assert not code.mend.endswith(".")
    assert code.ede is None or code.ede in EXTENDED_ERRORS
    assert code.severity != "error" or code.mend or code.name in set(SAME.values())


def test_no_code_stands_twice() -> None:
    assert sum(len(codes) for _, codes in CHAPTERS) == len(CODES)
