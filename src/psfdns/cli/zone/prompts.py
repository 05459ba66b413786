"""Asking a person at the terminal for what is missing, each answer judged before the next question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from psfdns.cli.repository import zone_argument
from psfdns.cli.views.escape import escape
from psfdns.errors import UsageError
from psfdns.tenants.questions import NAME, TENANT, AnswerError, Question, describe, gathered, read_answer


def ask_zone() -> str:
    """The name of the zone as it was typed."""

    def read(text: str) -> str:
        zone_argument(text.strip())
        return text.strip()

    return str(_prompt(NAME.help, read))


def ask_tenant(known: Sequence[str]) -> str:
    """A tenant's folder; a new one may be named."""
    there = f" Here are: {', '.join(known)}." if 0 < len(known) <= 20 else ""
    return str(_prompt(TENANT.help + there, TENANT.read))


def ask_question(question: Question, *, stem: str) -> Any:
    """One answer, or a list of them that an empty line ends."""

    def read(text: str) -> Any:
        return read_answer(question, text, stem=stem)

    text = describe(question).removesuffix(" Repeatable.")
    if not question.many:
        return _prompt(text, read)

    def read_another(text: str) -> Any:
        return read(text) if text.strip() else None

    answers = [_prompt(text, read)]
    while (another := _prompt("Another one (nothing: no more)", read_another, "")) is not None:
        answers.append(another)
    return gathered(question, answers)


def _prompt(text: str, read: Callable[[str], Any], default: str | None = None) -> Any:
    """Asks on stderr until `read` takes the answer."""

    def judged(answer: str) -> Any:
        try:
            return read(answer)
        except (AnswerError, UsageError) as error:
            raise click.BadParameter(escape(str(error))) from error

    return click.prompt(text, value_proc=judged, default=default, show_default=False, err=True)
