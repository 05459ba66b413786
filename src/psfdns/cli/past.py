"""What was done so far: entries of the journal, and orders at the registrar, beside each other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.cli.options import Verbosity
from psfdns.errors import OutsideError
from psfdns.journal.entry import JournalError
from psfdns.journal.store import Journal, Stored, settled_ids
from psfdns.registrar.ledger import Kept, Ledger

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace

SANDBOX = "sandbox"
"""The account of the embedded Route 53; asking `psfdns.aws` for its name would load botocore."""


@dataclass(frozen=True, slots=True)
class Past:
    """Both, each newest first, as far as the options mean them; `settled` are entries that others ended."""

    journal: Journal
    entries: tuple[Stored, ...]
    orders: tuple[Kept, ...]

    @property
    def settled(self) -> frozenset[str]:
        """Ids of entries without an end whose zones later ones brought in order."""
        return settled_ids(self.entries)

    def find(self, text: str) -> Stored | Kept:
        """The entry or order that a person means by its id or a part of it. Raises JournalError."""
        found = [one for one in self.orders if one.id == text] or [
            one for one in self.orders if one.id.startswith(text) or one.id.endswith(f"-{text}")
        ]
        ids = self.journal.all_ids()
        is_entry = text in ids or any(one.startswith(text) or one.endswith(f"-{text}") for one in ids)
        if not found or text in ids:
            return self.journal.load(self.journal.find(text))
        if len(found) > 1 or (is_entry and found[0].id != text):
            raise JournalError(f"{text!r} means several entries", hint="psfdns history lists them")
        return found[0]


def open_past(
    workspace: Workspace, *, limit: int | None = None, domains: Collection[str] | None = None
) -> Past:
    """What is on this machine and, with `[journal] s3`, on others; of orders no more than `limit`.

    `domains` are those whose orders are meant; None: all. Raises JournalError, PsfdnsError where this
    machine's own cannot be listed.
    """
    from psfdns.cli.apply.journalling import exchange, open_journal
    from psfdns.journal.mirror import FETCHED

    journal = open_journal(workspace)
    exchange(workspace, limit=None if limit is None else max(limit, FETCHED))
    entries = tuple(one for one in journal.entries() if _is_meant(workspace, one))
    return Past(journal, entries, _list_orders(workspace, domains, limit))


def _is_meant(workspace: Workspace, stored: Stored) -> bool:
    return not workspace.options.sandbox or stored.entry is None or stored.entry.account == SANDBOX


def _list_orders(
    workspace: Workspace, domains: Collection[str] | None, limit: int | None
) -> tuple[Kept, ...]:
    """With --sandbox only what a stand-in for Gandi was told: the real one is told nothing then."""
    from psfdns.cli.domains.ordering import is_stand_in, open_ledger
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import talk

    if workspace.options.sandbox and not is_stand_in(workspace):
        return ()
    ledger = open_ledger(workspace)
    try:
        return tuple(ledger.listed(domains=domains, limit=limit))
    except OutsideError as error:
        text = f"warning: {escape(error.summary)}; orders of other machines may be missing"
        talk(workspace.options, text, at=Verbosity.QUIET)
        return tuple(Ledger(ledger.folder).listed(domains=domains, limit=limit))
