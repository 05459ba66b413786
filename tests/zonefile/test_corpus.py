"""Other people's zone files: no crash, and agreement with their labels but for listed reasons."""

from __future__ import annotations

import pytest

from tests.zonefile.corpus_report import (
    REPORT,
    VERDICTS,
    Judged,
    Said,
    disagreements,
    find_corpus,
    judge_corpus,
    read_lists,
    render,
    share,
)


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    corpus = find_corpus()
    if corpus is None:
        pytest.skip("no folder shared/corpus beside the checkout")
    return list(judge_corpus(corpus))


@pytest.fixture(scope="module")
def said() -> list[Said]:
    corpus = find_corpus()
    if corpus is None:
        pytest.skip("no folder shared/corpus beside the checkout")
    return list(read_lists(corpus))


def of_label(judged: list[Judged], label: str) -> list[Judged]:
    return [each for each in judged if each.label == label]


def test_at_least_98_percent_of_the_valid_files_are_accepted(judged: list[Judged]) -> None:
    assert share([each for each in judged if each.folder == "valid"]) >= 0.98
    assert share(of_label(judged, "valid")) >= 0.98


def test_at_least_95_percent_of_the_broken_files_are_refused(judged: list[Judged]) -> None:
    assert share([each for each in judged if each.folder == "broken"]) >= 0.95
    assert share(of_label(judged, "broken")) >= 0.95


def test_every_disagreement_has_its_reason(judged: list[Judged]) -> None:
    assert [each.file for each in disagreements(judged) if not each.reason] == []


def test_every_error_names_its_line(judged: list[Judged]) -> None:
    assert [each.file for each in judged for error in each.errors if error.span is None] == []


def test_every_code_that_is_said_of_kept_zones_was_read_and_is_no_error(said: list[Said]) -> None:
    assert {each.code for each in said} == set(VERDICTS)
    assert [each for each in said if each.severity == "error"] == []


def test_the_documented_list_is_the_true_one(judged: list[Judged], said: list[Said]) -> None:
    assert REPORT.read_text(encoding="utf-8") == render(judged, said), (
        "run python -m tests.zonefile.corpus_report"
    )
