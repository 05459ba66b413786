"""Where procedures are kept, and what they did; nothing is read yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psfdns.dnssec.procedures.ledger import DeedLedger
from psfdns.dnssec.procedures.store import Shelf

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace


def open_shelf(workspace: Workspace) -> Shelf:
    """The open procedures. The sandbox's are its own."""
    return shelf_of(workspace, sandbox=workspace.options.sandbox)


def shelf_of(workspace: Workspace, *, sandbox: bool) -> Shelf:
    """Those of the embedded Route 53, or of the real one."""
    folder = workspace.config.state_dir / "dnssec"
    return Shelf(folder / "sandbox" if sandbox else folder)


def open_deeds(workspace: Workspace) -> DeedLedger:
    """What they did so far, below the state folder and where `[journal] s3` shares it."""
    from psfdns.cli.wiring import open_shared_store

    return DeedLedger(workspace.config.state_dir / "journal" / "dnssec", open_shared_store(workspace))
