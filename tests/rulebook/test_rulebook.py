"""Whatever `check` can say stands in the book of rules, and every rule says all that a person needs."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import psfdns.certs
import psfdns.checks
import psfdns.config
import psfdns.dangling
import psfdns.delegation.answer_rules
import psfdns.delegation.rules
import psfdns.delegation.unknown_rules
import psfdns.plans.drift_rules
import psfdns.plans.exposure
import psfdns.registrar.rules
import psfdns.tenants
import psfdns.zonefile
from psfdns.certs.served_rules import NOT_COVERED
from psfdns.checks.suppression import ONLINE
from psfdns.dangling import rules as dangling
from psfdns.diagnostics import Rule, Severity
from psfdns.rulebook import CHAPTERS, RULES
from psfdns.zonefile.parse import parse_zone

CASES = Path(__file__).parents[1] / "zonefile" / "cases"
ROOMS = (psfdns.certs, psfdns.checks, psfdns.dangling, psfdns.tenants, psfdns.zonefile)
SOURCES = re.compile(
    r"RFC \d+|Route 53 (API reference|Developer Guide), |docs/contract\.md §\d|Unicode Technical Standard #\d"
    r"|draft-(?:ietf|brand)-[a-z-]+"
)


def modules() -> Iterator[ModuleType]:
    yield from (psfdns.config, psfdns.plans.drift_rules, psfdns.plans.exposure, psfdns.registrar.rules)
    yield from (
        psfdns.delegation.rules,
        psfdns.delegation.answer_rules,
        psfdns.delegation.unknown_rules,
    )
    for room in ROOMS:
        yield room
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            yield importlib.import_module(found.name)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_says_what_why_how_to_mend_it_and_by_whose_word(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.code)
    assert rule.what.endswith(".")
    assert rule.reference
    assert SOURCES.match(rule.reference)
    assert rule.milder is None or rule.milder.rank > rule.severity.rank
    assert rule.why.endswith(".")
    assert rule.mend
    assert not rule.mend.endswith("."), "a hint is no sentence; docs/checks.md makes one of it"


def test_a_code_stands_once() -> None:
    codes = Counter(rule.code for chapter in CHAPTERS for rule in chapter.rules)
    assert [code for code, times in codes.items() if times > 1] == []


def test_every_rule_of_the_rooms_stands_in_the_book() -> None:
    made = {value.code for module in modules() for value in vars(module).values() if isinstance(value, Rule)}
    assert made == set(RULES)


def test_nothing_is_said_without_a_rule() -> None:
    """`rewrite` serves import, which has findings of its own."""
    makers = [
        module.__name__
        for module in modules()
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Diagnostic"
    ]
    assert set(makers) == {"psfdns.zonefile.rewrite"}


@pytest.mark.parametrize("case", sorted(CASES.glob("*.zone")), ids=lambda case: case.stem)
def test_what_the_reader_says_is_what_its_rule_says(case: Path) -> None:
    for finding in parse_zone(case.read_bytes(), origin="example.com.", path=case.stem).findings:
        rule = RULES[finding.code]
        assert finding.severity in {rule.severity, rule.milder}
        assert finding.reference == rule.reference


def test_a_finding_takes_the_rules_hint_unless_it_has_its_own_or_none() -> None:
    rule = Rule("x", Severity.ERROR, "X.", mend="mend it", milder=Severity.INFO)
    assert rule.broken(None, "x").hint == "mend it"
    assert rule.broken(None, "x", hint="do that").hint == "do that"
    assert rule.broken(None, "x", hint="").hint is None


def test_a_finding_is_milder_only_where_its_rule_knows_of_it() -> None:
    rule = Rule("x", Severity.ERROR, "X.", milder=Severity.INFO)
    assert rule.broken(None, "x").severity is Severity.ERROR
    assert rule.broken(None, "x", mildly=True).severity is Severity.INFO
    assert Rule("x", Severity.ERROR, "X.").broken(None, "x", mildly=True).severity is Severity.ERROR


def test_what_only_an_online_check_may_say_is_not_left_over_offline() -> None:
    """An error cannot be silenced, so to want that is a mistake any day."""
    beyond = {rule.code for rule in dangling.RULES if {*rule.severities} <= {Severity.ERROR, rule.at_first}}
    assert {rule.code for rule in dangling.RULES} - beyond == ONLINE - {NOT_COVERED.code}


def test_what_is_told_for_the_first_time_is_a_severity_of_its_rule() -> None:
    rule = Rule("x", Severity.ERROR, "X.", milder=Severity.WARNING, at_first=Severity.INFO)
    assert rule.severities == (Severity.ERROR, Severity.WARNING, Severity.INFO)
