"""What was done so far: entries of the journal, changes of signing, and orders, beside each other."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from psfdns.cli.options import Verbosity
from psfdns.dnssec.procedures.deeds import Entry as Deed
from psfdns.dnssec.procedures.deeds import State as Reached
from psfdns.dnssec.procedures.ledger import DeedLedger
from psfdns.errors import OutsideError
from psfdns.journal.entry import JournalError
from psfdns.journal.ledgers import Kept, SharedLedger
from psfdns.journal.store import Journal, Stored, settled_ids
from psfdns.registrar.ledger import Entry as Order
from psfdns.registrar.ledger import Ledger

if TYPE_CHECKING:
    from psfdns.cli.views.history import Anything
    from psfdns.cli.wiring import Workspace

SANDBOX = "sandbox"
"""The account of the embedded Route 53; asking `psfdns.aws` for its name would load botocore."""

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Past:
    """All three, each newest first, as far as the options mean them; `settled` are entries that others ended.

    `running` are the deeds that a process of this machine is about.
    """

    journal: Journal
    entries: tuple[Stored, ...]
    orders: tuple[Kept[Order], ...] = ()
    deeds: tuple[Kept[Deed], ...] = ()
    running: frozenset[str] = frozenset()

    @property
    def settled(self) -> frozenset[str]:
        """Ids of entries without an end whose zones later ones brought in order."""
        return settled_ids(self.entries)

    @property
    def everything(self) -> list[Anything]:
        """All three, in no order."""
        return [*self.entries, *self.deeds, *self.orders]

    def find(self, text: str) -> Anything:
        """The entry, order or deed that a person means by its id or a part of it. Raises JournalError."""
        found = find_kept([*self.orders, *self.deeds], text)
        ids = self.journal.all_ids()
        is_entry = text in ids or any(one.startswith(text) or one.endswith(f"-{text}") for one in ids)
        if not found or text in ids:
            return self.journal.load(self.journal.find(text))
        if len(found) > 1 or (is_entry and found[0].id != text):
            raise JournalError(f"{text!r} means several entries", hint="psfdns history lists them")
        return found[0]


def find_kept(kept: Collection[Kept[Order] | Kept[Deed]], text: str) -> list[Kept[Order] | Kept[Deed]]:
    """Those that a person may mean by an id or a part of it."""
    return [one for one in kept if one.id == text] or [
        one for one in kept if one.id.startswith(text) or one.id.endswith(f"-{text}")
    ]


def open_past(
    workspace: Workspace,
    *,
    limit: int | None = None,
    domains: Collection[str] | None = None,
    zones: Collection[str] | None = None,
) -> Past:
    """What is on this machine and, with `[journal] s3`, on others; of orders and deeds no more than `limit`.

    `domains` are those whose orders are meant, `zones` those whose signing is; None: all. Raises
    JournalError, PsfdnsError where this machine's own cannot be listed.
    """
    from psfdns.cli.apply.journalling import exchange, open_journal
    from psfdns.journal.mirror import FETCHED

    journal = open_journal(workspace)
    exchange(workspace, limit=None if limit is None else max(limit, FETCHED))
    entries = tuple(one for one in journal.entries() if _is_meant(workspace, one))
    deeds = list_deeds(workspace, zones, limit)
    return Past(journal, entries, list_orders(workspace, domains, limit), deeds, _running(workspace, deeds))


def _is_meant(workspace: Workspace, one: Stored | Kept[Deed]) -> bool:
    return not workspace.options.sandbox or one.entry is None or one.entry.account == SANDBOX


def is_of_this_world(workspace: Workspace, one: Anything) -> bool:
    """Whether it was done where the workspace looks: in the sandbox, at a stand-in for Gandi, or for real."""
    from psfdns.cli.domains.ordering import is_stand_in

    if one.entry is None:
        return True
    if isinstance(one.entry, Order):
        return one.entry.stand_in is is_stand_in(workspace)
    return (one.entry.account == SANDBOX) is workspace.options.sandbox


def list_orders(
    workspace: Workspace, domains: Collection[str] | None = None, limit: int | None = None
) -> tuple[Kept[Order], ...]:
    """With --sandbox only what a stand-in for Gandi was told: the real one is told nothing then."""
    from psfdns.cli.domains.ordering import is_stand_in, open_ledger

    if workspace.options.sandbox and not is_stand_in(workspace):
        return ()
    ledger = open_ledger(workspace)
    most = None if workspace.options.sandbox else limit
    found = _list(workspace, ledger, lambda: Ledger(ledger.folder), domains, most)
    meant = (one for one in found if not workspace.options.sandbox or is_of_this_world(workspace, one))
    return tuple(meant)[: limit or None]


def list_deeds(
    workspace: Workspace, zones: Collection[str] | None = None, limit: int | None = None
) -> tuple[Kept[Deed], ...]:
    """What changed signing; with --sandbox in the embedded Route 53 alone."""
    from psfdns.cli.dnssec.places import open_deeds

    ledger = open_deeds(workspace)
    most = None if workspace.options.sandbox else limit
    found = _list(workspace, ledger, lambda: DeedLedger(ledger.folder), zones, most)
    return tuple(one for one in found if _is_meant(workspace, one))[: limit or None]


def _list(
    workspace: Workspace,
    ledger: SharedLedger[E],
    alone: Callable[[], SharedLedger[E]],
    subjects: Collection[str] | None,
    limit: int | None,
) -> tuple[Kept[E], ...]:
    """Of all machines, and where the store cannot be asked of this one `alone`."""
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import talk

    try:
        ledger.resend()
        return tuple(ledger.listed(subjects=subjects, limit=limit))
    except OutsideError as error:
        text = f"warning: {escape(error.summary)}; {ledger.name} of other machines may be missing"
        talk(workspace.options, text, at=Verbosity.QUIET)
        return tuple(alone().listed(subjects=subjects, limit=limit))


def _running(workspace: Workspace, deeds: Collection[Kept[Deed]]) -> frozenset[str]:
    """Those that are being sent, of zones that a process of this machine has in hand."""
    from psfdns.cli.dnssec.places import shelf_of
    from psfdns.journal.disk import is_held

    return frozenset(
        kept.id
        for kept in deeds
        if kept.entry is not None and not kept.elsewhere and kept.entry.state is Reached.SENDING
        if is_held(shelf_of(workspace, sandbox=kept.entry.account == SANDBOX).lock_path(kept.subject))
    )
