"""What was ordered at the registrar, as a document and as text from that document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape

if TYPE_CHECKING:
    from psfdns.registrar.placed import Placed

FORMAT = "psfdns-domain-order/1"

Shape = dict[str, Any]


def to_document(placed: Placed) -> Shape:
    """`psfdns-domain-order/1` (docs/contract.md §4)."""
    return {
        "format": FORMAT,
        "kind": placed.kind,
        "name": placed.domain,
        "before": dict(placed.before),
        "after": dict(placed.after),
        "sent": placed.sent,
        "state": placed.state.value if placed.state else None,
        "journal": placed.journal,
        "price": placed.details.get("price"),
        "balance": placed.details.get("balance"),
        "expires": placed.details.get("expires"),
        "parents": None
        if placed.parents is None
        else [{"server": server, "ns": None if ns is None else list(ns)} for server, ns in placed.parents],
        "parents_agree": placed.parents_agree,
    }


_DONE = {"renew": "renewed", "set-ns": "its name servers are set", "lock": "done", "autorenew": "done"}
_STATES = {
    "accepted": "Gandi has taken the order, and it does not show yet: run this again later",
    "uncertain": "it is not known whether Gandi has taken the order: run this again later",
    "sending": "it is not known whether the order was sent whole: run this again later",
}


def render_text(document: Shape) -> str:
    """A line on how it stands, and what parents say where they do not agree yet."""
    return "".join(f"{line}\n" for line in _lines(document))


def _lines(document: Shape) -> Iterator[str]:
    name, state = escape(document["name"]), document["state"]
    if state is None:
        yield f"{name}: as wanted already; nothing was ordered"
    elif state == "done":
        until = f" until {document['expires'][:10]}" if document["expires"] else ""
        yield f"{name}: {_DONE[document['kind']]}{until}"
    else:
        yield f"{name}: {_STATES[state]}"
    if document["parents_agree"]:
        yield f"{name}: every server of the parent shows it"
    elif document["parents_agree"] is False:
        yield f"{name}: not every server of the parent shows it yet; psfdns delegation says more"
        for each in document["parents"]:
            names = (
                ", ".join(each["ns"]) if each["ns"] else "nothing" if each["ns"] is not None else "no answer"
            )
            yield f"  {escape(each['server'])}: {escape(names)}"
