"""Every finding of a delegation has its rule, in docs/checks.md and on the site, and no rule is left over."""

from __future__ import annotations

import re
from pathlib import Path

from psfdns.delegation import answer_rules, rules, unknown_rules
from psfdns.delegation.verdict import UNKNOWN_CODES
from psfdns.diagnostics import Severity
from psfdns.plans.drift_rules import NO_HOSTED_ZONE

SOURCE = Path(__file__).parents[2] / "src" / "psfdns"
RULES = {rule.code: rule for rule in (*rules.RULES, *answer_rules.RULES, *unknown_rules.RULES)}


def text() -> str:
    paths = [*sorted((SOURCE / "delegation").glob("*.py")), SOURCE / "cli" / "delegation" / "delegating.py"]
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def made() -> set[str]:
    found = set(re.findall(r'(?:Finding|Fault|_Difference|_few)\(\s*"([a-z0-9-]+)"', text()))
    return found | {
        each for pair in re.findall(r'code = "([a-z-]+)" if .* else "([a-z-]+)"', text()) for each in pair
    }


def test_every_finding_has_its_rule_and_there_is_no_other() -> None:
    assert set(RULES) == made()
    assert len(made()) > 30


def test_a_finding_is_as_severe_as_its_rule_says() -> None:
    said = re.findall(r'(?:Finding|_Difference)\(\s*"([a-z0-9-]+)",\s*Severity\.([A-Z]+)', text())
    assert len(said) > 20
    assert [each for each in said if Severity[each[1]] not in RULES[each[0]].severities] == []


def test_what_leaves_it_unknown_is_for_information() -> None:
    assert {rule.code for rule in unknown_rules.RULES} >= UNKNOWN_CODES
    assert {rule.severity for rule in unknown_rules.RULES} == {Severity.INFO}
    assert NO_HOSTED_ZONE.severities == (Severity.ERROR, Severity.INFO)
