"""`psfdns sandbox`: the embedded Route 53 as a server for other tools, and forgetting it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from psfdns.cli.options import Options, PsfdnsCommand, PsfdnsGroup

if TYPE_CHECKING:
    from psfdns.sandbox.sandbox import Sandbox


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
@click.option("--dns-port", type=click.IntRange(0, 65535), help="Answer DNS too; 0 takes a free port.")
@click.pass_obj
def serve(options: Options, *, port: int, dns_port: int | None) -> None:
    """Answer Route 53's API on 127.0.0.1 until SIGTERM or Ctrl-C.

    Prints AWS_ENDPOINT_URL=http://127.0.0.1:PORT once requests are taken, and with --dns-port a second
    line, DNS=127.0.0.1:PORT: every public zone is answered for there, over UDP and TCP, as are the zones'
    name servers. Every change is on disk before it is answered.
    """
    import signal

    from psfdns.sandbox.sandbox import Sandbox
    from psfdns.sandbox.serve import SandboxServer

    sandbox = Sandbox(_state_folder(options))
    server = SandboxServer(sandbox, port=port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    with _answering_dns(sandbox, dns_port) as dns_lines:
        click.echo("\n".join([f"AWS_ENDPOINT_URL={server.url}", *dns_lines]))
        server.run()


@contextmanager
def _answering_dns(sandbox: Sandbox, port: int | None) -> Iterator[list[str]]:
    """The sandbox's DNS inside the block, where a port is given, and the line that says where."""
    if port is None:
        yield []
        return
    from psfdns.sandbox.dns_messages import DnsService
    from psfdns.sandbox.dns_server import DnsServer

    server = DnsServer(DnsService(sandbox.cloud), port=port)
    server.start()
    try:
        yield [f"DNS={server.address}:{server.port}"]
    finally:
        server.stop()


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
