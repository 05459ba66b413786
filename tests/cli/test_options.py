"""Global options: before or after the command, from the environment, and never --yes from there."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from psfdns.cli.options import LazyGroup, Options, PsfdnsCommand, Verbosity, chosen_format

SEEN: list[tuple[Options, str | None, bool]] = []


@click.command(cls=PsfdnsCommand)
@click.option("--tenant")
@click.option("--yes", is_flag=True)
@click.pass_obj
def command(options: Options, tenant: str | None, yes: bool) -> None:
    """A command that remembers what it was given."""
    SEEN.append((options, tenant, yes))


@click.group(cls=LazyGroup, table={"probe": (__name__, "A probe.")})
@click.pass_context
def group(context: click.Context) -> None:
    """A group with one command."""
    context.ensure_object(Options)


def invoke(*words: str, **environment: str) -> tuple[Options, str | None, bool]:
    result = CliRunner().invoke(group, words, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return SEEN[-1]


@pytest.mark.parametrize(
    "words",
    [
        ("--sandbox", "--json", "--config", "a.toml", "probe"),
        ("probe", "--sandbox", "--json", "--config", "a.toml"),
        ("--sandbox", "--config", "b.toml", "probe", "--json", "--config", "a.toml"),
    ],
)
def test_global_options_stand_before_or_after_the_command(words: tuple[str, ...]) -> None:
    assert invoke(*words)[0] == Options(config="a.toml", sandbox=True, json=True)


def test_the_environment_gives_what_the_command_line_does_not() -> None:
    environment = {"PSFDNS_CONFIG": "env.toml", "PSFDNS_TENANT": "psf"}
    assert invoke("probe", **environment)[:2] == (Options(config="env.toml"), "psf")
    assert invoke("--config", "word.toml", "probe", **environment)[0] == Options(config="word.toml")
    assert invoke("probe", "--config", "word.toml", "--tenant", "x", **environment)[:2] == (
        Options(config="word.toml"),
        "x",
    )


def test_yes_is_never_taken_from_the_environment() -> None:
    assert invoke("probe", PSFDNS_YES="1")[2] is False
    assert invoke("probe", "--yes")[2] is True


def test_quiet_wins_over_verbose() -> None:
    assert Options(verbose=True, quiet=True).verbosity is Verbosity.QUIET
    assert Options(verbose=True).verbosity is Verbosity.VERBOSE
    assert Options().verbosity is Verbosity.NORMAL


def test_json_is_a_format_and_contradicts_another() -> None:
    assert chosen_format(Options(json=True), None) == "json"
    assert chosen_format(Options(json=True), "json") == "json"
    assert chosen_format(Options(), None) == "text"
    assert chosen_format(Options(), "markdown") == "markdown"
    with pytest.raises(click.UsageError):
        chosen_format(Options(json=True), "markdown")


def test_an_unknown_command_names_the_nearest_one() -> None:
    result = CliRunner().invoke(group, ["prbe"])
    assert "Did you mean 'probe'?" in result.output


def test_the_group_lists_and_completes_its_commands_without_importing_them() -> None:
    context = click.Context(group)
    assert group.list_commands(context) == ["probe"]
    assert [item.value for item in group.shell_complete(context, "pr")] == ["probe"]
    assert group.get_command(context, "missing") is None
