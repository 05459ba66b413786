"""What orders cost by our own count, where several are about to be placed."""

from __future__ import annotations

import datetime
from pathlib import Path

from psfdns.certs.attempts import Attempt
from psfdns.certs.desk import Desk, Draft
from psfdns.certs.documents import Folder
from psfdns.certs.ledger import HeldBackError, Ledger
from psfdns.certs.limits import WEEK, Rule, Rules
from tests.certs.world import wish

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


def begun(name: str) -> Attempt:
    """With an order that an earlier run has begun, at the CA whose turn it is."""
    draft = Draft(name, "le", "https://ca.example/dir", "https://ca.example/1", (name,), None, b"", b"")
    draft = draft.placed(f"https://ca.example/order/{name}", replaces=False)
    return Attempt(wish(name, authorities=("le",)), draft, ca="le")


def test_places_of_orders_that_came_to_nothing_are_for_others(tmp_path: Path) -> None:
    """Three that each held a place once held back all three, though there was room for two."""
    rules = {"le": Rules(domain=Rule(2, WEEK))}
    ledger = Ledger(Desk(Folder(tmp_path)), rules, lambda: NOW)
    attempts = [begun(f"{letter}.example.org") for letter in "abc"]
    ledger.begin_round(attempts)
    held = []
    for each in attempts:
        try:
            ledger.order(each, replacing=False)
        except HeldBackError:
            held.append(each.wish.name)
    assert held == ["a.example.org"]
