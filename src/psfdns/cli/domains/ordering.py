"""How anything is ordered at Gandi: rehearsed, shown, asked about, written down, sent once, waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from psfdns.cli.views.escape import escape
from psfdns.errors import PsfdnsError, RegistrarError, UsageError
from psfdns.registrar.ledger import Entry, Ledger, State, new_entry
from psfdns.registrar.placed import Placed

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.registrar.gandi import Gandi
    from psfdns.registrar.gandi_answers import Detail
    from psfdns.registrar.gandi_wire import Order

POLL = 2.0
"""Seconds between looks at whether an order shows."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An order as a person is asked about it; `shows` looks at Gandi whether it is carried out."""

    domain: str
    order: Order
    doing: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    lines: tuple[str, ...]
    shows: Callable[[], bool]
    details: Mapping[str, Any] = field(default_factory=dict)


def domain_argument(text: str) -> str:
    """A domain as a person writes it -> canonical. Raises UsageError for what nobody can register."""
    from psfdns.cli.repository import zone_argument
    from psfdns.registrar.registrable import domain_of

    name = zone_argument(text)
    domain = None if "@" in name else domain_of(name)
    if domain is None:
        raise UsageError(f"{text!r} is no domain that can be registered")
    if domain != name:
        raise UsageError(f"{text!r} lies in a domain", hint=f"its domain is {domain.removesuffix('.')}")
    return domain


def need_gandi(workspace: Workspace) -> Gandi:
    """Gandi, for ordering. Raises PsfdnsError without a token, and in a sandbox without a stand-in."""
    from psfdns.cli.wiring import open_gandi

    gandi = open_gandi(workspace)
    if workspace.options.sandbox and not is_stand_in(workspace):
        raise PsfdnsError(
            "with --sandbox nothing is ordered at the real Gandi",
            hint="[gandi] url in psfdns.toml may name a stand-in on this machine",
        )
    if gandi is None:
        raise PsfdnsError(
            "GANDI_PAT is not set, so nothing can be ordered at Gandi",
            hint="put a personal access token into the environment variable GANDI_PAT",
        )
    return gandi


def is_stand_in(workspace: Workspace) -> bool:
    """Whether the Gandi of psfdns.toml is one on this machine."""
    from urllib.parse import urlsplit

    from psfdns.urls import is_loopback

    return is_loopback(urlsplit(workspace.config.registrars.gandi).hostname or "")


def look_at(workspace: Workspace, gandi: Gandi, name: str) -> Detail:
    """The domain at Gandi. Raises RegistrarError; where it is not there, UsageError or PsfdnsError."""
    from psfdns.cli.wiring import open_repository
    from psfdns.registrar.claims import claims_of

    try:
        return gandi.fetch_domain(name)
    except RegistrarError as error:
        if error.status != 404:
            raise
    claim = claims_of(open_repository(workspace).zone_files).get(name)
    if claim is None:
        raise UsageError(f"{name} is not in our account at Gandi, and no tenant has a zone of it")
    raise PsfdnsError(
        f"{name} is not in our account at Gandi: {claim.tenant} has it, registrar {claim.registrar.value!r}",
        hint="who holds it has to do it at their registrar",
    )


def open_ledger(workspace: Workspace) -> Ledger:
    """What was ordered so far, below the state folder and where `[journal] s3` shares it."""
    from psfdns.cli.wiring import open_shared_store

    return Ledger(workspace.config.state_dir / "journal" / "registrar", open_shared_store(workspace))


def carry_out(
    workspace: Workspace,
    gandi: Gandi,
    offer: Offer,
    *,
    yes: bool,
    wait: float,
    last_look: Callable[[Entry | None], None] = lambda _: None,
) -> Placed:
    """Rehearse, ask, order, wait.

    `last_look` may still say no, when nobody else on this machine can order any more, and once more when
    everybody can see ours: of two machines that order at once, at least one sees the other.

    Raises RegistrarError where Gandi says no, PsfdnsError where a person does; nothing is done then.
    """
    ledger = open_ledger(workspace)
    _rehearse(workspace, gandi, ledger, offer)
    ask(offer, yes=yes)
    with ledger.held():
        last_look(None)
        entry = _written_down(workspace, ledger, offer)
        _look_again(ledger, entry, last_look)
        entry = _place(gandi, ledger, entry, offer)
    _forget(workspace, offer)
    return conclude(ledger, entry, offer.shows, wait=wait, details=offer.details)


def _look_again(ledger: Ledger, entry: Entry, last_look: Callable[[Entry | None], None]) -> None:
    from psfdns.cli.wiring import now

    try:
        last_look(entry)
    except PsfdnsError as error:
        _note(ledger, entry.now_in(State.REFUSED, at=now(), why=error.summary))
        raise


def ask(offer: Offer, *, yes: bool) -> None:
    """Show the order; go on only with a person's yes. Raises PsfdnsError."""
    from psfdns.cli.wiring import is_interactive

    click.echo("".join(f"{escape(line)}\n" for line in offer.lines), err=True, nl=False)
    if yes:
        return
    if not is_interactive():
        raise PsfdnsError("nothing was ordered: there is no terminal to ask on", hint="--yes orders unasked")
    if not click.confirm("Order this at Gandi?", err=True):
        raise PsfdnsError("nothing was ordered: the answer was no")


def conclude(
    ledger: Ledger,
    entry: Entry,
    shows: Callable[[], bool],
    *,
    wait: float,
    details: Mapping[str, Any] | None = None,
    sent: bool = True,
) -> Placed:
    """Wait until an order shows, and write down that it does."""
    from psfdns.cli.wiring import now

    if wait_until(shows, seconds=wait):
        entry = entry.now_in(State.DONE, at=now())
        _note(ledger, entry)
    return Placed(
        entry.kind, entry.domain, entry.before, entry.after, sent, entry.state, entry.id, details or {}
    )


def wait_until(shows: Callable[[], bool], *, seconds: float) -> bool:
    """Whether it is so within that time; a look that fails is followed by another."""
    from psfdns.cli.wiring import monotonic, sleep

    until = monotonic() + seconds
    while True:
        try:
            if shows():
                return True
        except RegistrarError:
            pass
        left = until - monotonic()
        if left <= 0:
            return False
        sleep(min(POLL, left))


def _rehearse(workspace: Workspace, gandi: Gandi, ledger: Ledger, offer: Offer) -> None:
    """Raises RegistrarError; one that may have been carried out is written down as an order."""
    try:
        gandi.rehearse(offer.order, offer.doing)
    except RegistrarError as error:
        if error.uncertain and error.status is not None and error.status < 300:
            from psfdns.cli.wiring import now

            entry = _written_down(workspace, ledger, offer)
            _note(ledger, entry.now_in(State.UNCERTAIN, at=now(), why=error.summary))
        elif error.uncertain:
            # Without an answer nothing was done: that it is a rehearsal stands in the request.
            error.hint = "nothing was ordered: this was the rehearsal; run it again"
        raise


def _written_down(workspace: Workspace, ledger: Ledger, offer: Offer) -> Entry:
    from psfdns.cli.wiring import host_name, now, who_acts

    entry = new_entry(
        offer.order.kind,
        offer.domain,
        before=offer.before,
        after=offer.after,
        now=now(),
        user=who_acts(),
        host=host_name(),
        stand_in=is_stand_in(workspace),
    )
    ledger.begin(entry)
    return entry


def _place(gandi: Gandi, ledger: Ledger, entry: Entry, offer: Offer) -> Entry:
    """Send it, once. Raises RegistrarError where it was refused for sure."""
    from psfdns.cli.wiring import now

    try:
        gandi.place(offer.order, offer.doing)
    except RegistrarError as error:
        state = State.UNCERTAIN if error.uncertain else State.REFUSED
        entry = entry.now_in(state, at=now(), why=error.summary)
        _note(ledger, entry)
        if not error.uncertain:
            raise
        click.echo(f"warning: {escape(error.summary)}: nobody knows yet whether it is done", err=True)
        return entry
    entry = entry.now_in(State.ACCEPTED, at=now())
    _note(ledger, entry)
    return entry


def _note(ledger: Ledger, entry: Entry) -> None:
    """Write down how far an order came; where that fails it stands there as before, and nobody sends it."""
    try:
        ledger.note(entry)
    except PsfdnsError as error:
        words = f"warning: {error.summary}: the journal does not say that the order is {entry.state}"
        click.echo(escape(words), err=True)


def _forget(workspace: Workspace, offer: Offer) -> None:
    from psfdns.cli.wiring import open_cache
    from psfdns.registrar.holdings import forget

    hint = "for up to six hours the domain may be shown as it was before the order"
    forget(open_cache(workspace, hint=hint), offer.domain, autorenew=offer.after.get("autorenew"))
