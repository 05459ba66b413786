"""What `zone new` is told: by options, an issue, a person at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psfdns.cli.repository import zone_argument
from psfdns.cli.zone.new_names import judge_name
from psfdns.cli.zone.requesting import Request, file_of, refuse_broken_tenant
from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.errors import InvalidInputError, PsfdnsError, UsageError
from psfdns.names import is_subdomain
from psfdns.plans.desired import zone_stem
from psfdns.tenants.names import ZoneNameError, parse_zone_stem
from psfdns.tenants.questions import (
    NAME,
    SETTINGS_QUESTIONS,
    TENANT,
    TENANT_QUESTIONS,
    AnswerError,
    Question,
    describe,
    gathered,
    read_answer,
)

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.tenants.load import Repository

STDIN = "-"

Given = Mapping[str, Any]
"""The options by name; None, () and False are not given."""


def answer(
    workspace: Workspace, repository: Repository, zone: str | None, given: Given
) -> tuple[Request, bytes | None]:
    """Everything that has to be known, and the records of an issue.

    Options come before the issue, and a terminal is asked for the rest. Raises UsageError, and
    PsfdnsError with all that is missing where there is no terminal.
    """
    from psfdns.cli.wiring import is_interactive

    texts, records = _read_issue(given["from_issue"])
    texts.update(_texts_of(given))
    if zone is not None:
        texts["zone"] = [zone]
    intake = _Intake(repository, texts, from_issue=given["from_issue"])
    intake.refuse_broken_tenant()
    if is_interactive():
        intake.ask(workspace)
    else:
        intake.refuse_missing()
    return intake.request(), records


def _read_issue(name: str | None) -> tuple[dict[str, list[str]], bytes | None]:
    """The answers of an issue as text, and the records that it holds."""
    from psfdns.tenants.issue import MAX_BYTES, IssueError, read_zone_request

    if name is None:
        return {}, None
    if name == STDIN:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        try:
            with Path(name).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            raise UsageError(f"--from-issue {name}: no such file") from None
    try:
        texts = read_zone_request(data)
    except IssueError as error:
        raise InvalidInputError(
            [_issue_finding(name, line, summary) for line, summary in error.faults],
            summary="the issue is not what its form makes",
        ) from error
    records = texts.pop("records", None)
    return texts, records[0].encode() if records else None


def _issue_finding(name: str, line: int | None, summary: str) -> Diagnostic:
    return Diagnostic(
        "bad-issue", Severity.ERROR, summary, Span(name, line, line), "ask for the issue form to be used"
    )


def _texts_of(given: Given) -> dict[str, list[str]]:
    """The answers among the options, as text."""
    texts: dict[str, list[str]] = {}
    for question in (TENANT, *TENANT_QUESTIONS, *SETTINGS_QUESTIONS):
        value = given[question.id]
        if isinstance(value, bool):
            texts[question.id] = [str(value).lower()]
        elif value:
            texts[question.id] = [value] if isinstance(value, str) else list(value)
    return texts


class _Intake:
    """The answers so far."""

    def __init__(
        self, repository: Repository, texts: dict[str, list[str]], *, from_issue: str | None
    ) -> None:
        self._repository = repository
        self._texts = texts
        self._from_issue = from_issue
        self._asked: dict[str, Any] = {}

    @property
    def _label(self) -> str:
        return _label_of(self._texts["zone"][0])

    @property
    def _is_new_tenant(self) -> bool:
        return self._texts["tenant"][0].strip() not in self._repository.tenants

    def refuse_broken_tenant(self) -> None:
        """A tenant whose file cannot be read is not a new one."""
        for slug in self._texts.get("tenant", ()):
            refuse_broken_tenant(self._repository, slug.strip())

    def ask(self, workspace: Workspace) -> None:
        """Ask for what is missing; a name that cannot be is refused before anything else is asked."""
        from psfdns.cli.zone.prompts import ask_question, ask_tenant, ask_zone

        self._judge_given(self._texts.get("zone"))
        if "zone" not in self._texts:
            self._texts["zone"] = [ask_zone()]
        if "tenant" not in self._texts:
            self._texts["tenant"] = [ask_tenant(list(self._repository.tenants))]
            self.refuse_broken_tenant()
        self._refuse_name(workspace)
        for question in self._missing_questions():
            self._asked[question.id] = ask_question(question, stem=zone_stem(self._label))

    def _judge_given(self, zone: list[str] | None) -> None:
        if zone is not None:
            self._read(NAME, lambda: _label_of(zone[0]))

    def _refuse_name(self, workspace: Workspace) -> None:
        tenant = self._read(TENANT, lambda: TENANT.read(self._texts["tenant"][0]))
        file = file_of(workspace.root, self._label, tenant)
        is_private = "private" in self._texts
        found = judge_name(self._repository, file, sandbox=workspace.options.sandbox or is_private)
        refusing = {"zone-exists", "bad-zone-name"} if "delegated" in self._texts or is_private else None
        errors = [
            each
            for each in found
            if each.severity is Severity.ERROR and (refusing is None or each.code in refusing)
        ]
        if errors:
            raise InvalidInputError(errors, summary=f"{file.stem} is not made")

    def _missing_questions(self) -> Iterator[Question]:
        for question in TENANT_QUESTIONS if self._is_new_tenant else ():
            if question.needed and question.id not in self._texts:
                yield question

    def refuse_missing(self) -> None:
        """Raises PsfdnsError that names everything at once."""
        missing = [question for question in (NAME, TENANT) if question.id not in self._texts]
        if "tenant" in self._texts:
            missing += self._missing_questions()
        if not missing:
            return
        lines = [f"{question.option}  {describe(question)}" for question in missing]
        raise PsfdnsError(
            f"not all is known, and there is no terminal to ask on; missing: "
            f"{', '.join(question.option for question in missing)}{self._why()}",
            hint="\n".join(lines),
        )

    def _why(self) -> str:
        import difflib

        if "tenant" not in self._texts or not self._is_new_tenant:
            return ""
        slug = self._texts["tenant"][0]
        near = difflib.get_close_matches(slug, self._repository.tenants, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        return f" ({slug!r} is a new tenant{meant})"

    def request(self) -> Request:
        """All answers, read; raises UsageError or InvalidInputError for one that is none."""
        label = self._read(NAME, lambda: self._label)
        tenant = self._read(TENANT, lambda: TENANT.read(self._texts["tenant"][0]))
        of_tenant = self._values(TENANT_QUESTIONS, label)
        settings = self._values(SETTINGS_QUESTIONS, label)
        if "registrar" not in settings and self._lies_in_a_zone_here(label):
            settings = {"registrar": "none", **settings}
        return Request(label, str(tenant), of_tenant, settings)

    def _values(self, questions: tuple[Question, ...], label: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for question in questions:
            if question.id in self._asked:
                values[question.id] = self._asked[question.id]
            elif question.id in self._texts:
                texts = self._texts[question.id]
                values[question.id] = self._read(question, lambda q=question, t=texts: _value(q, t, label))
        return values

    def _read(self, question: Question, read: Any) -> Any:
        """Raises UsageError for an option, InvalidInputError for an issue."""
        try:
            return read()
        except (AnswerError, UsageError) as error:
            if self._from_issue is None:
                raise UsageError(f"{question.option}: {error}") from error
            where = f"{question.label or question.option}: {error}"
            fault = Diagnostic("bad-answer", Severity.ERROR, where, Span(self._from_issue))
            raise InvalidInputError([fault], summary="the request cannot be taken as it is") from error

    def _lies_in_a_zone_here(self, label: str) -> bool:
        origin = label.partition("@")[0]
        return any(
            is_subdomain(origin, file.origin) and origin != file.origin
            for file in self._repository.zone_files
        )


def _value(question: Question, texts: list[str], label: str) -> Any:
    values = [read_answer(question, text, stem=zone_stem(label)) for text in texts]
    return gathered(question, values) if question.many else values[0]


def _label_of(text: str) -> str:
    """`pyladies.example.` or `pyladies.example.@internal`; raises UsageError."""
    label = zone_argument(text.strip())
    try:
        parse_zone_stem(zone_stem(label))
    except ZoneNameError as error:
        raise UsageError(f"{text!r} is not the name of a zone: {error}", hint=error.hint) from error
    return label
