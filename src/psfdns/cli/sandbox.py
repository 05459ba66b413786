"""`psfdns sandbox`: the embedded Route 53 as a server for other tools, and forgetting it."""

from __future__ import annotations

from pathlib import Path

import click

from psfdns.cli.options import Options, PsfdnsCommand, PsfdnsGroup


@click.group("sandbox", cls=PsfdnsGroup)
def command() -> None:
    """The embedded Route 53: serve it, or forget it.

    Its state is under [state] dir (.psfdns/sandbox); psfdns itself uses it with --sandbox.
    """


@command.command(
    "serve",
    cls=PsfdnsCommand,
    epilog="""Example:
  psfdns sandbox serve --port 4566
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 aws route53 list-hosted-zones
""",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 (the default) takes a free port.")
@click.pass_obj
def serve(options: Options, port: int) -> None:
    """Answer Route 53's API on 127.0.0.1 until SIGTERM or Ctrl-C.

    Prints AWS_ENDPOINT_URL=http://127.0.0.1:PORT once requests are taken. Every change is on disk before
    it is answered.
    """
    import signal

    from psfdns.sandbox.sandbox import Sandbox
    from psfdns.sandbox.serve import SandboxServer

    server = SandboxServer(Sandbox(_state_folder(options)), port=port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    click.echo(f"AWS_ENDPOINT_URL={server.url}")
    server.run()


@command.command(
    "reset",
    cls=PsfdnsCommand,
    epilog="""Example:
  psfdns sandbox reset --yes
""",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def reset(options: Options, *, yes: bool) -> None:
    """Forget everything in the sandbox: its zones, records, health checks and tags."""
    from psfdns.cli.wiring import is_interactive, talk
    from psfdns.errors import PsfdnsError
    from psfdns.sandbox.reset import forget

    folder = _state_folder(options)
    if not folder.exists():
        talk(options, "the sandbox is empty")
        return
    if not yes and not is_interactive():
        raise PsfdnsError("nobody can be asked here: the sandbox is kept", hint="say --yes to forget it")
    if not yes:
        click.confirm(f"Forget all of the sandbox in {folder}?", abort=True, err=True)
    talk(options, f"forgotten: {forget(folder)} hosted zones")


def _state_folder(options: Options) -> Path:
    from psfdns.cli.wiring import open_workspace

    return open_workspace(options).config.state_dir / "sandbox"
