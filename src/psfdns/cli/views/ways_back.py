"""What goes back from an entry of the journal that `psfdns rollback` does not undo, in words."""

from __future__ import annotations

from psfdns.dnssec.procedures.deeds import Entry as Deed
from psfdns.dnssec.procedures.record import Kind
from psfdns.journal.ledgers import Kept
from psfdns.registrar.ledger import Entry as Order

_SIGNING = {
    Kind.ENABLE: "psfdns dnssec disable {name} goes back in the safe order",
    Kind.DISABLE: "psfdns dnssec enable {name} goes back in the safe order",
    Kind.ROTATE: "psfdns dnssec rotate {name} --back goes back while it is under way, psfdns dnssec rotate "
    "{name} afterwards to another key",
}
_OF_A_ROTATION = " (of a rotation that is under way: psfdns dnssec rotate {name} --back)"
_ORDERS = {
    "add-ds": _SIGNING[Kind.ENABLE] + _OF_A_ROTATION,
    "remove-ds": _SIGNING[Kind.DISABLE] + _OF_A_ROTATION,
    "set-ns": "psfdns domains set-ns {name} --back sets those of before",
    "lock": "psfdns domains lock {name}{off} sets it the other way",
    "autorenew": "psfdns domains autorenew {name}{off} sets it the other way",
    "renew": "what is renewed is paid, and stays so",
}


def way_back(kept: Kept[Order] | Kept[Deed]) -> tuple[str, str]:
    """What an entry is, and the hint what undoes it; neither is escaped."""
    entry, name = kept.entry, kept.subject.removesuffix(".")
    if isinstance(entry, Deed):
        what = f"{entry.kind} of {entry.zone}, a change of signing"
        return what, _SIGNING[entry.procedure.kind].format(name=name)
    kind = entry.kind if entry else ""
    is_on = entry is not None and True in {entry.after.get("locked"), entry.after.get("autorenew")}
    off = " --off" if is_on else ""
    hint = _ORDERS.get(kind, "psfdns history shows what it was").format(name=name, off=off)
    return f"{kind or 'damaged'} of {kept.subject}, no apply", hint
