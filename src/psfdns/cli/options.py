"""The options that every command takes, before or after the command's name, and the command class."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

import click

NEVER_FROM_ENVIRONMENT = frozenset({"yes", "allow", "write_baseline"})
"""What a person has to say each time."""


class Verbosity(enum.IntEnum):
    """How much stderr talks."""

    QUIET = -1
    NORMAL = 0
    VERBOSE = 1


@dataclass(slots=True)
class Options:
    """What stands before or after any command."""

    config: str | None = None
    root: str | None = None
    sandbox: bool = False
    json: bool = False
    verbose: bool = False
    quiet: bool = False
    no_color: bool = False
    emitted: bool = field(default=False, compare=False)
    """Whether the one JSON document of --json stands on stdout already."""

    @property
    def verbosity(self) -> Verbosity:
        """-q wins over -v."""
        if self.quiet:
            return Verbosity.QUIET
        return Verbosity.VERBOSE if self.verbose else Verbosity.NORMAL


def chosen_format(options: Options, given: str | None, *, default: str = "text") -> str:
    """The output format: --json is --format json, and contradicts any other."""
    if options.json and given not in {None, "json"}:
        raise click.UsageError(f"--json and --format {given} exclude each other")
    return "json" if options.json else given or default


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep a global option's value: the command line beats the environment, the later word the earlier."""
    name = parameter.name or ""
    source = context.get_parameter_source(name)
    told: set[str] = context.meta.setdefault("psfdns.told", set())
    if source is click.core.ParameterSource.COMMANDLINE:
        told.add(name)
    elif source is not click.core.ParameterSource.ENVIRONMENT or name in told:
        return
    setattr(context.ensure_object(Options), name, value)


def _global_options() -> list[click.Option]:
    def option(*names: str, **settings: Any) -> click.Option:
        return click.Option(names, expose_value=False, is_eager=True, callback=_remember, **settings)

    return [
        option(
            "--config", metavar="FILE", envvar="PSFDNS_CONFIG", help="psfdns.toml (default: found upwards)."
        ),
        option("--root", metavar="DIR", envvar="PSFDNS_ROOT", help="Where zones/ and certs/ are read."),
        option("--sandbox", is_flag=True, envvar="PSFDNS_SANDBOX", help="Use the embedded Route 53."),
        option("--json", is_flag=True, envvar="PSFDNS_JSON", help="One JSON document on stdout."),
        option("-v", "--verbose", is_flag=True, envvar="PSFDNS_VERBOSE", help="Say more on stderr."),
        option("-q", "--quiet", is_flag=True, envvar="PSFDNS_QUIET", help="Say only what went wrong."),
        option("--no-color", is_flag=True, envvar="PSFDNS_NO_COLOR", help="No colour on a terminal."),
    ]


def _variable(option: click.Option) -> str:
    """`--changed-since` is PSFDNS_CHANGED_SINCE, whatever the parameter is called in Python."""
    word = next(word for word in option.opts if word.startswith("--"))
    return "PSFDNS_" + word.removeprefix("--").replace("-", "_").upper()


class PsfdnsCommand(click.Command):
    """A command with the global options, and its own options readable from PSFDNS_* too."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        for parameter in self.params:
            if isinstance(parameter, click.Option) and parameter.name not in NEVER_FROM_ENVIRONMENT:
                parameter.envvar = parameter.envvar or _variable(parameter)
        self.params.extend(_global_options())

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The epilog holds the examples: printed as they stand."""
        del context
        if self.epilog:
            formatter.write_paragraph()
            for line in self.epilog.strip("\n").splitlines():
                formatter.write(f"{line}\n")


class PsfdnsGroup(click.Group):
    """A group that takes the global options too, and whose commands do."""

    command_class = PsfdnsCommand

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params.extend(_global_options())


class LazyGroup(PsfdnsGroup):
    """A group whose commands are imported when they are called: `table` is name -> (module, short help)."""

    def __init__(self, *args: Any, table: dict[str, tuple[str, str]], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.table = table

    def list_commands(self, context: click.Context) -> list[str]:
        """In the order of the table: the order of a day's work."""
        del context
        return list(self.table)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import the command's module and take its `command`."""
        del context
        if name not in self.table:
            return None
        import importlib

        command = importlib.import_module(self.table[name][0]).command
        assert isinstance(command, click.Command)  # noqa: S101 - the table is ours
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """An unknown command names the nearest known one."""
        name = args[0]
        if name not in self.table and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, self.table, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            context.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(context, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing one."""
        del context
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in self.table.items()])

    def shell_complete(self, context: click.Context, incomplete: str) -> list[Any]:
        """Complete command names from the table."""
        from click.shell_completion import CompletionItem

        items = [
            CompletionItem(name, help=short)
            for name, (_, short) in self.table.items()
            if name.startswith(incomplete)
        ]
        return [*items, *click.Command.shell_complete(self, context, incomplete)]
