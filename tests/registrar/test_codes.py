"""Every finding of a domain has its rule, every refusal stands in docs/domains.md, and none is left over."""

from __future__ import annotations

import re
from pathlib import Path

from psfdns.diagnostics import Severity
from psfdns.registrar.rules import RULES

SOURCE = Path(__file__).parents[2] / "src" / "psfdns" / "registrar"
PAGE = Path(__file__).parents[2] / "docs" / "domains.md"
MADE = (
    r'(?:DomainFinding|Diagnostic|_refused)\(\s*"([a-z-]+)"'
    r'|_finding\(\s*domain,\s*"([a-z-]+)"'
    r'|: \("(domain-[a-z-]+)"'
)


def text(file: str) -> str:
    return (SOURCE / file).read_text(encoding="utf-8")


def made(file: str) -> set[str]:
    return {code for found in re.findall(MADE, text(file)) for code in found if code}


def test_every_finding_has_its_rule_and_there_is_no_other() -> None:
    assert {rule.code for rule in RULES} == made("findings.py")


def test_a_finding_is_as_severe_as_its_rule_says() -> None:
    severities = {rule.code: rule.severities for rule in RULES}
    said = re.findall(r'inding\(\s*(?:domain,\s*)?"([a-z-]+)",\s*Severity\.([A-Z]+)', text("findings.py"))
    assert len(said) > 8
    assert [each for each in said if Severity[each[1]] not in severities[each[0]]] == []


def test_every_refusal_stands_on_the_page_and_none_else() -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("## What is ordered")
    rows = re.findall(r"^\| `([a-z-]+)` \|", rest.partition("\n## ")[0], re.MULTILINE)
    assert set(rows) == made("nameservers.py")
    assert len(rows) >= 4
