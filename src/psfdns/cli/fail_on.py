"""`--fail-on SEVERITY`: the option of commands that find things, and the exit code that it decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

EXIT_FOUND, EXIT_UNKNOWN = 2, 3

Command = TypeVar("Command", bound=Callable[..., Any])


def fail_on_option(exit_code: int = EXIT_FOUND) -> Callable[[Command], Command]:
    """The option; `exit_code` is what the command exits with."""
    return click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "info"]),
        default="error",
        show_default=True,
        help=f"The least severity that makes the exit code {exit_code}.",
    )


def reaches(severities: Iterable[str], fail_on: str) -> bool:
    """Whether one of them is as bad as that, or worse."""
    from psfdns.diagnostics import Severity

    least = Severity(fail_on).rank
    return any(Severity(severity).rank <= least for severity in severities)


def decide_exit_code(severities: Iterable[str], fail_on: str, *, unknown: bool) -> int:
    """What is wrong is worse than what could not be asked, which is never well."""
    if reaches(severities, fail_on):
        return EXIT_FOUND
    return EXIT_UNKNOWN if unknown else 0
