"""What a reminder says of one thing: who pays and how much, what happens on which day, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Shape = dict[str, Any]


def say_facts(item: Shape) -> Iterator[tuple[str, str]]:
    """Who renews it, who pays, what it costs; label and text."""
    if item["kind"] == "domain" and item["stage"] != "unwatched":
        yield "renewal", _renewal(item)
        yield "pays", _payer(item)
        cost = _cost(item)
        if cost is not None:
            yield "costs", cost
    elif item["kind"] == "certificate" and item["stage"] != "unwatched":
        yield "issuer", item["facts"].get("issuer") or "not known"
        names = item["facts"].get("names")
        if names:
            yield "names", ", ".join(names)
        yield "renewal", _RENEWALS[item["renewing"]]
    elif item["kind"] == "key" and item["facts"].get("words"):
        yield "because", item["facts"]["words"]


_RENEWALS = {
    "by-hand": "by whoever has it issued; psfdns only watches it",
    "automatic": "by itself, by psfdns certs renew",
    "overdue": "by itself, by psfdns certs renew; it should have happened by now",
}


def _renewal(item: Shape) -> str:
    facts = item["facts"]
    if item["renewing"] == "unpaid":
        tries = f"; it takes the money on {facts['renews_on']}" if facts.get("renews_on") else ""
        return f"by itself, at Gandi, if there were money{tries}"
    if item["renewing"] == "automatic":
        unsure = "" if facts.get("payable") else "; whether the balance pays for it is not known"
        return f"by itself, at Gandi{unsure}; it should have happened by now"
    where = "by staff at Gandi" if facts.get("registrar") == "gandi" else "by its tenant at their registrar"
    named = f" ({facts['registrar_name']})" if facts.get("registrar_name") else ""
    return f"by hand, {where}{named}: nothing renews it by itself as far as we know"


def _payer(item: Shape) -> str:
    facts = item["facts"]
    whose = facts.get("tenant_name") or "not known, no tenant claims it"
    who = "the Python Software Foundation" if facts.get("billing") == "psf" else whose
    if facts.get("registrar") != "gandi":
        return who
    balance = f", which holds {facts['balance']}" if facts.get("balance") else ""
    return f"{who}; Gandi takes it from the prepaid balance{balance}"


def _cost(item: Shape) -> str | None:
    facts = item["facts"]
    if facts.get("price"):
        years = facts.get("years") or 1
        fee = facts.get("restore_price") or "a fee"
        restoring = f", and {fee} for restoring on top of it" if item["stage"] == "redemption" else ""
        return f"{facts['price']} for {years} year{'' if years == 1 else 's'}, taxes included{restoring}"
    return (
        "the price is not known here" if facts.get("registrar") == "gandi" else "what that registrar asks for"
    )


def say_what_happens(item: Shape) -> Iterator[tuple[str, str]]:
    """The days that come, and what happens on each if nobody does anything; a day may be unknown ("")."""
    if item["kind"] == "domain":
        yield from _life_of_domain(item)
    elif item["kind"] == "certificate":
        yield item["end"] or "", "browsers and clients refuse what uses it"
    elif item["kind"] == "key":
        if item["stage"] == "needs-action":
            yield "", _HARM[item["facts"]["problem"]]
    else:
        yield item["end"] or "", "Gandi refuses it: ends and balances are unknown from then on"


_BOGUS = "already now nobody who validates finds anything of the zone"
_RUNNING_OUT = (
    "once the signatures that are there have run out, nobody who validates finds anything of the zone"
)
_HARM = {
    "ds-mismatch": _BOGUS,
    "not-signing": _BOGUS,
    "action-needed": _RUNNING_OUT,
    "internal-failure": _RUNNING_OUT,
}

_DELETED_ELSEWHERE = (
    "days or weeks later it is deleted. Below .org, .com and their like it can be restored for 30 days more, "
    "for a fee of many times the price; elsewhere perhaps not at all"
)


def _life_of_domain(item: Shape) -> Iterator[tuple[str, str]]:
    facts, stage = item["facts"], item["stage"]
    if stage in {"gone", "unwatched"}:
        return
    if stage == "running" and (item["days_left"] or 0) >= 0:
        yield item["end"] or "", "it ends; soon after, its names lead nowhere: no web, no mail"
    if not facts.get("hold_until"):
        if stage != "pending-delete":
            yield "", _DELETED_ELSEWHERE
        yield "", "at last anybody can register it"
        return
    if stage in {"running", "hold"}:
        yield (
            facts["hold_until"],
            "it is deleted; until then it is on hold and renewing it costs what it always does",
        )
    if stage != "pending-delete" and facts.get("restore_until"):
        price = facts.get("restore_price")
        fee = f"for {price}, taxes included" if price else "for a fee of many times the price"
        yield facts["restore_until"], f"until then it can be restored, {fee}"
    if facts.get("deleted_on"):
        yield facts["deleted_on"], "anybody can register it"


def say_what_to_do(item: Shape) -> Iterator[str]:
    """Sentences, the first thing first."""
    if item["labels"] == ["unwatched"] and item["kind"] == "key":
        yield "nothing, if its DS was taken away on purpose: the zone is not to be signed"
    elif item["labels"] == ["unwatched"]:
        yield "nothing, if it was let go on purpose. Nobody claims it, and no reminder of it will come"
    elif item["kind"] == "domain":
        yield from _mend_domain(item)
    elif item["kind"] == "certificate":
        yield from _mend_certificate(item)
    elif item["kind"] == "key":
        yield from _mend_key(item)
    else:
        yield f"make a new token in Gandi's administration, and put it where {item['object']} is set"
        yield "write its last day into psfdns.toml: [gandi] token_expires"


def _mend_certificate(item: Shape) -> Iterator[str]:
    if item["renewing"] == "by-hand":
        yield "liaisons: have it renewed, and bring the new one to where it is served"
        yield "if it was, nothing: put the new one into the store, so that psfdns sees it"
    else:
        yield f"staff: see why it was not renewed: psfdns certs issue {item['object']}"
        yield "liaisons: if your own DNS proves its names, see that it still does; else nothing"


def _mend_key(item: Shape) -> Iterator[str]:
    name, problem = item["object"], item["facts"].get("problem")
    if problem in _MENDING_KEYS:
        yield _MENDING_KEYS[problem]
    yield f"see how it stands: psfdns dnssec status {name}"


_MENDING_KEYS = {
    "ds-mismatch": "have the DS of Route 53's key set at the registrar, today",
    "not-signing": "have the DS taken away at the registrar, today",
    "action-needed": "staff: look at the key in KMS: is it there, is it enabled, may Route 53 use it?",
    "internal-failure": "staff: ask AWS's support. Signing is switched off only after the DS is gone",
}


def _mend_domain(item: Shape) -> Iterator[str]:
    at_gandi = item["facts"].get("registrar") == "gandi"
    if item["stage"] in _STAGES:
        yield _STAGES[item["stage"]][0 if at_gandi else 1].format(name=item["object"])
    elif item["renewing"] == "unpaid":
        price = item["facts"].get("price")
        yield f"put money on the prepaid balance at Gandi, {price or 'the price'} at least"
        yield f"or renew it in another way before {item['end']}"
    elif at_gandi:
        yield f"staff: psfdns domains renew {item['object']}"
        yield "liaisons: answer this message, also if you want it to end"
    else:
        yield "liaisons: renew it at your registrar; answer this message if you cannot, or want it to end"
        yield "if it was renewed already, nothing: its registry shows that within a day or two"


_STAGES = {
    "hold": (
        "renew it now: psfdns domains renew {name}; if it has not ended, ask Gandi's support why it is held",
        "ask your registrar why it is held, and renew it if it has ended; answer this message if you cannot",
    ),
    "redemption": (
        "staff: restore it in Gandi's administration today",
        "have your registrar restore it today; answer this message if you cannot",
    ),
    "pending-delete": (
        "nothing renews it any more: ask Gandi's support, and watch for the day it is free",
        "nothing renews it any more: ask your registrar, and watch for the day it is free",
    ),
    "gone": (
        "register it again if it can be had; if it was let go, remove its zone",
        "register it again if it can be had; if it was let go, answer this message",
    ),
}
"""At Gandi, and elsewhere."""
