"""Where the outside is plugged in: the only place that reads clock and environment and builds clients."""

from __future__ import annotations

import datetime
import functools
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from psfdns.cli.options import Options, Verbosity
from psfdns.errors import PsfdnsError, UsageError

if TYPE_CHECKING:
    from psfdns.aws import AwsApi, Identity, Kms
    from psfdns.budget import Budget
    from psfdns.config import Config
    from psfdns.objects import ObjectStore
    from psfdns.registrar.cache import Cache
    from psfdns.registrar.gandi import Gandi
    from psfdns.registrar.registries import Registries
    from psfdns.route53.host import Route53Host
    from psfdns.sandbox.sandbox import Sandbox
    from psfdns.tenants.load import Repository

sleep = time.sleep
monotonic = time.monotonic


def elapsed() -> float:
    """Seconds since some moment, those in which the machine slept included, whatever the calendar says."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def now() -> datetime.datetime:
    """The system's clock, aware, in UTC."""
    return datetime.datetime.now(tz=datetime.UTC)


def draw_fraction() -> float:
    """A number from 0 to 1, by chance."""
    import random

    return random.SystemRandom().random()


def environment() -> Mapping[str, str]:
    """The process's environment, for secrets that psfdns.toml names."""
    return os.environ


def has_colour(options: Options, stream: IO[Any]) -> bool:
    """Colour only on a terminal, and never against --no-color or NO_COLOR (no-color.org)."""
    return not options.no_color and not os.environ.get("NO_COLOR") and stream.isatty()


def is_interactive() -> bool:
    """Whether there is a person who can be asked."""
    return sys.stdin.isatty()


def who_acts() -> str:
    """The user's name, for the comment that Route 53 keeps with a change."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, ImportError, OSError):
        return "an unknown user"


def host_name() -> str:
    """What this machine is called."""
    import socket

    return socket.gethostname()


def talk(options: Options, text: str, *, at: Verbosity = Verbosity.NORMAL) -> None:
    """Say something on stderr, if the options let it be said."""
    if options.verbosity >= at:
        click.echo(text, err=True)


def emit_json(document: object) -> None:
    """One JSON document on stdout."""
    import json

    context = click.get_current_context(silent=True)
    if context is not None and isinstance(context.obj, Options):
        context.obj.emitted = True
    click.echo(json.dumps(document, indent=2, ensure_ascii=True))


@dataclass(frozen=True, slots=True)
class Workspace:
    """A repository that psfdns manages: trusted configuration, and the root of the data."""

    options: Options
    config: Config
    root: Path


def open_workspace(options: Options, *, config_needed: bool = True) -> Workspace:
    """Find the configuration (docs/contract.md §1) and the root of the data.

    Raises PsfdnsError where there is no psfdns.toml and one is needed.
    """
    from psfdns.config import Config, find_config, read_config

    path = _given_file(options.config) if options.config else find_config(Path.cwd())
    if path is None and config_needed:
        raise PsfdnsError(
            "no psfdns.toml here or in a folder above",
            hint="go to your repository, or name the file: --config FILE",
        )
    here = Path.cwd()
    config = read_config(path) if path else Config(folder=here, state_dir=here / ".psfdns")
    root = _given_folder(options.root) if options.root else config.folder
    return Workspace(options, config, root)


def open_repository(workspace: Workspace) -> Repository:
    """Tenants and zone files below the root."""
    from psfdns.tenants.load import load_repository

    return load_repository(workspace.root)


@dataclass(frozen=True, slots=True)
class Access:
    """One way to an account: the API, its budget (which counts every request), and the zones as read.

    `identify` tells who we are there, None where that cannot be learnt; AWS is asked once at most. `kms` are
    its keys in us-east-1.
    """

    api: AwsApi
    budget: Budget
    host: Route53Host
    identify: Callable[[], Identity | None]
    kms: Kms


def open_access(workspace: Workspace) -> Access:
    """The account that the options mean: the sandbox's, or that of botocore's own credential chain.

    Nothing is asked yet. The sandbox is never implied, and has no limits to keep below.
    """
    from psfdns.aws import SANDBOX_ACCOUNT, Kms, Session, look_up_identity, open_route53
    from psfdns.budget import UNLIMITED, Budget
    from psfdns.route53.host import THREADS, Route53Host

    sandboxed = workspace.options.sandbox
    rates = UNLIMITED if sandboxed else workspace.config.route53.rates
    budget = Budget(rates, clock=monotonic, sleep=sleep)
    attach = open_sandbox(workspace).attach if sandboxed else None
    session = Session()
    api = open_route53(budget=budget, threads=THREADS, attach=attach, session=session)
    identify = (lambda: None) if sandboxed else functools.cache(lambda: look_up_identity(session))

    def look_up_account() -> str | None:
        if sandboxed:
            return SANDBOX_ACCOUNT
        identity = identify()
        return identity.account if identity else None

    kms = Kms(budget=budget, attach=attach, session=None if sandboxed else session)
    return Access(api, budget, Route53Host(api, look_up_account=look_up_account), identify, kms)


def open_shared_store(workspace: Workspace) -> ObjectStore | None:
    """Where journal and lock are shared (`[journal] s3`); None where they stay on this machine.

    The sandbox is this machine's alone. Nothing is asked yet.
    """
    shared = workspace.config.journal
    if workspace.options.sandbox or shared.bucket is None:
        return None
    from psfdns.aws import open_objects

    return open_objects(shared.bucket, shared.prefix)


def open_certificate_objects(workspace: Workspace) -> ObjectStore | None:
    """Where hosts share their certificates (`[acme] store` in S3); None where they lie in a folder.

    With --sandbox only an S3 of this machine is used. Nothing is asked yet. Raises PsfdnsError.
    """
    remote = workspace.config.acme.remote
    if remote is None:
        return None
    from psfdns.aws import open_objects

    objects = open_objects(
        remote.bucket, remote.prefix, kms_key=remote.kms_key, setting='[acme] store = "s3://…"'
    )
    if workspace.options.sandbox and not objects.is_near:
        raise PsfdnsError(
            f"{objects.url} holds real certificates: with --sandbox it is left alone",
            hint="leave --sandbox out, or point AWS_ENDPOINT_URL_S3 at a server of this machine",
        )
    return objects


def open_gandi(workspace: Workspace) -> Gandi | None:
    """Gandi's API for the token of GANDI_PAT; None without one. Raises PsfdnsError for what is no token.

    Nothing is asked yet.
    """
    from psfdns.registrar.gandi import Gandi
    from psfdns.registrar.gandi_wire import Pace, Wire

    token = os.environ.get("GANDI_PAT", "").strip()
    if not token:
        return None
    if not token.isascii() or not token.isprintable() or " " in token:
        raise PsfdnsError("GANDI_PAT holds characters that no token has", hint="set it to the token alone")
    pace = Pace(clock=monotonic, sleep=sleep)
    return Gandi(Wire(workspace.config.registrars.gandi, token, pace))


def open_registries(workspace: Workspace) -> Registries:
    """The registries' RDAP servers, and who says where they are; nothing is asked yet."""
    from psfdns.registrar.find_bootstrap import find_bootstrap
    from psfdns.registrar.registries import Registries

    wanted, cache = workspace.config.registrars.bootstrap, open_cache(workspace)
    return Registries(lambda: find_bootstrap(wanted, cache, now=now()))


ASKED_AGAIN = "what was heard counts for this run, and is asked for again by the next"


def open_cache(workspace: Workspace, *, hint: str = ASKED_AGAIN) -> Cache:
    """What registrars and registries said, below the state folder; only a warning where it cannot be kept.

    `hint` says what follows from that.
    """
    from psfdns.registrar.cache import Cache

    def complain(error: PsfdnsError) -> None:
        from psfdns.cli.views.escape import escape

        talk(workspace.options, f"warning: {escape(error.summary)}", at=Verbosity.QUIET)
        talk(workspace.options, f"hint: {hint}", at=Verbosity.QUIET)

    return Cache(workspace.config.state_dir / "cache", complain)


def open_sandbox(workspace: Workspace) -> Sandbox:
    """The embedded Route 53, kept in the state folder; raises PsfdnsError where moto is not installed."""
    from psfdns.sandbox.sandbox import Sandbox

    return Sandbox(workspace.config.state_dir / "sandbox")


def _given_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        why = "that is a folder, psfdns.toml is a file" if path.is_dir() else "no such file"
        raise UsageError(f"--config {text}: {why}")
    return path


def _given_folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise UsageError(f"--root {text}: no such folder")
    return path.resolve()
