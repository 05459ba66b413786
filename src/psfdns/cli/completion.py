"""`psfdns completion`: the script that makes a shell complete psfdns."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from psfdns.cli.options import PsfdnsCommand


@click.command(
    "completion",
    cls=PsfdnsCommand,
    epilog="""Example:
  psfdns completion bash > ~/.local/share/bash-completion/completions/psfdns
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of SHELL, to be sourced or put where the shell looks."""
    from psfdns.cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows the three
    click.echo(kind(cli, {}, "psfdns", "_PSFDNS_COMPLETE").source())
