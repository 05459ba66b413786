"""Domains as a document and as text from that document."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import finding_document
from psfdns.cli.views.plan_words import count
from psfdns.cli.views.table import render_rows
from psfdns.diagnostics import Severity
from psfdns.moments import read_moment, write_moment
from psfdns.registrar.domains import Money

if TYPE_CHECKING:
    from psfdns.cli.domains.registering import Listing
    from psfdns.registrar.domains import Domain, Expiry, Renewal

FORMAT = "psfdns-domains/1"
_COLOURS = {"error": "31", "warning": "33", "info": "36"}
_WORTH_A_WORD = frozenset(
    {
        "clientHold",
        "serverHold",
        "redemptionPeriod",
        "pendingRestore",
        "pendingDelete",
        "pendingTransfer",
        "inactive",
        "autoRenewPeriod",
    }
)
_LOCKS = frozenset({"clientTransferProhibited", "serverTransferProhibited"})

Shape = dict[str, Any]


def to_document(listing: Listing) -> Shape:
    """`psfdns-domains/1` (docs/contract.md §4)."""
    domains = [_domain(each, listing) for each in listing.domains]
    balances = listing.known.holdings.balances if listing.known.holdings is not None else {}
    return {
        "format": FORMAT,
        "checked_at": write_moment(listing.now),
        "domains": domains,
        "balances": [
            {"payer": payer, "amount": str(each.amount), "currency": each.currency}
            for payer, each in balances.items()
        ],
        "findings": [{**finding_document(each), "domain": each.domain} for each in listing.findings],
        "summary": {
            "domains": len(domains),
            "unknown": sum(domain["unknown"] for domain in domains),
            "gandi": listing.gandi_unknown,
        },
    }


def _domain(domain: Domain, listing: Listing) -> Shape:
    said, claim = domain.registration, listing.known.claims.get(domain.name)
    return {
        "name": domain.name,
        "tenant": domain.tenant,
        "registrar": domain.registrar.value,
        "registrar_name": said.registrar_name if said else None,
        "expires": _end(domain.expires),
        "source": domain.expires.source.value if domain.expires else None,
        "expires_by": _by(domain.expires),
        "days_left": domain.days_left(listing.now),
        "autorenew": domain.autorenew,
        "payable": domain.payable,
        "renewal": _renewal(domain.renewal),
        "phase": domain.phase(listing.now).value if said else None,
        "status": list(said.status) if said else [],
        "nameservers": _listed(said.nameservers if said else None),
        "ds": _listed(said.ds if said else None),
        "zones": list(claim.zones) if claim else [],
        "checked_at": write_moment(domain.checked_at) if domain.checked_at else None,
        "unknown": domain.unknown,
        "why": domain.why,
    }


def _end(expires: Expiry | None) -> str | None:
    """To the second where that is known, else the day."""
    if expires is None:
        return None
    return write_moment(expires.at) if expires.at is not None else expires.day.isoformat()


def _by(expires: Expiry | None) -> str | None:
    """Which of RDAP's two dates counted."""
    if expires is None or expires.source.value != "rdap":
        return None
    return "registrar" if expires.by_registrar else "registry"


def _renewal(renewal: Renewal | None) -> Shape | None:
    if renewal is None:
        return None
    price = renewal.price
    return {
        "at": write_moment(renewal.at) if renewal.at else None,
        "price": str(price.amount) if price else None,
        "currency": price.currency if price else None,
        "years": renewal.years,
    }


def _listed(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def render_text(document: Shape, *, colour: bool = False, quiet: bool = False, verbose: bool = False) -> str:
    """A line a domain, what ends first above; then what there is to say, and how many are not known.

    `verbose`: between the two, all that is known of each domain, and the balances.
    """
    domains = sorted(document["domains"], key=_urgency)
    rows = [_HEAD, *(_row(domain, document["checked_at"]) for domain in domains)]
    table = "" if quiet or not domains else render_rows(rows) + "\n"
    if verbose and domains:
        table += "".join(f"{line}\n" for line in _details(domains, document["balances"])) + "\n"
    findings = "".join(f"{line}\n" for line in _findings(document, colour=colour, quiet=quiet))
    return table + findings + ("" if quiet else _counted(document["summary"]))


_NOT_LISTED = (True, -1)
_HEAD = ("domain", "tenant", "registrar", "ends", "left", "renewal", "lock", "status", "checked")


def _urgency(domain: Shape) -> tuple[bool, int]:
    left = domain["days_left"]
    return (left is None, left or 0)


def _row(domain: Shape, now: str) -> tuple[str, ...]:
    left = domain["days_left"]
    source = {"file": " (tenant.toml)"}.get(domain["source"] or "", "")
    return (
        escape(domain["name"]),
        escape(domain["tenant"] or "nobody"),
        domain["registrar"],
        (domain["expires"][:10] if domain["expires"] else "unknown") + source,
        "?" if left is None else f"{left} d",
        _autorenew(domain),
        _lock(domain),
        _status(domain),
        _age(domain["checked_at"], now),
    )


def _status(domain: Shape) -> str:
    """What is unusual of it; its phase, where only dates tell that."""
    said = ", ".join(each for each in domain["status"] if each in _WORTH_A_WORD)
    return said or (domain["phase"] if domain["phase"] not in {None, "active"} else "-")


def _details(domains: Sequence[Shape], balances: Sequence[Shape]) -> Iterator[str]:
    for domain in domains:
        yield escape(domain["name"])
        for label, text in (
            ("ends", _sourced(domain)),
            ("zones", ", ".join(domain["zones"]) or "none"),
            ("registrar", domain["registrar_name"]),
            ("status", ", ".join(domain["status"]) or None),
            ("servers", _names(domain["nameservers"])),
            ("ds", _names(domain["ds"])),
            ("renewal", _money(domain["renewal"]) if domain["renewal"] else None),
        ):
            if text is not None:
                yield f"  {label:<9} {escape(text)}"
    for balance in balances:
        yield f"balance: {Money(Decimal(balance['amount']), balance['currency'])}"


_SOURCES = {"gandi": "Gandi", "rdap": "its registry", "file": "tenant.toml"}


def _sourced(domain: Shape) -> str:
    """The end, and who says so; of RDAP's two dates, which."""
    if domain["expires"] is None:
        return "not known"
    whose = ", the date of its registrar" if domain["expires_by"] == "registrar" else ""
    return f"{domain['expires']}, says {_SOURCES[domain['source']]}{whose}"


def _names(values: Sequence[str] | None) -> str:
    return "not known" if values is None else ", ".join(values) or "none"


def _money(renewal: Shape) -> str:
    """When Gandi takes how much for the next automatic renewal."""
    price = "at a price that is not known"
    if renewal["price"] is not None:
        price = f"{Money(Decimal(renewal['price']), renewal['currency'])} after taxes"
    when = renewal["at"][:10] if renewal["at"] else "on a day that is not known"
    return f"{price}, {when}, for {count(renewal['years'], 'year')}"


def _autorenew(domain: Shape) -> str:
    if domain["autorenew"] is None:
        return "?"
    if not domain["autorenew"]:
        return "by hand"
    return {True: "automatic, paid", False: "automatic, NO MONEY", None: "automatic, money ?"}[
        domain["payable"]
    ]


def _lock(domain: Shape) -> str:
    if domain["checked_at"] is None:
        return "?"
    return "locked" if _LOCKS & set(domain["status"]) else "open"


def _age(checked_at: str | None, now: str) -> str:
    """How long ago it was said, in the largest unit that fits."""
    then, moment = read_moment(checked_at), read_moment(now)
    if then is None or moment is None:
        return "never"
    age = moment - then
    for unit, size in (("d", datetime.timedelta(days=1)), ("h", datetime.timedelta(hours=1))):
        if age >= size:
            return f"{age // size} {unit} ago"
    return "now" if age < datetime.timedelta(minutes=1) else f"{age // datetime.timedelta(minutes=1)} min ago"


def _findings(document: Shape, *, colour: bool, quiet: bool) -> Iterator[str]:
    """The worst first, then as the lines above; what could not be asked is said once a reason."""
    reasons = {domain["name"]: domain["why"] for domain in document["domains"]}
    urgency = {domain["name"]: _urgency(domain) for domain in document["domains"]}

    def rank(finding: Shape) -> tuple[int, tuple[bool, int]]:
        return Severity(finding["severity"]).rank, urgency.get(finding["domain"], _NOT_LISTED)

    unasked: dict[str, list[str]] = {}
    for finding in sorted(document["findings"], key=rank):
        if finding["code"] == "not-asked":
            unasked.setdefault(reasons[finding["domain"]], []).append(finding["domain"])
        elif not (quiet and finding["severity"] == "info"):
            yield from _words(finding, colour=colour)
    for why, names in unasked.items():
        yield f"{_severity('info', colour=colour)}: could not be looked up: {escape(why)} [not-asked]"
        yield f"  {', '.join(map(escape, names))}"


def _words(finding: Mapping[str, Any], *, colour: bool) -> Iterator[str]:
    place = f"{escape(finding['path'])}: " if finding["path"] else ""
    shown = _severity(finding["severity"], colour=colour)
    yield f"{place}{shown}: {escape(finding['summary'])} [{finding['code']}]"
    if finding["hint"]:
        yield f"hint: {escape(finding['hint'])}"


def _severity(severity: str, *, colour: bool) -> str:
    return f"\x1b[{_COLOURS[severity]}m{severity}\x1b[0m" if colour else severity


def _counted(summary: Mapping[str, Any]) -> str:
    words = count(summary["domains"], "domain") if summary["domains"] else "no domains"
    unknown = f", {summary['unknown']} unknown" if summary["unknown"] else ""
    why = escape((summary["gandi"] or "").removeprefix("Gandi: "))
    gandi = f"; Gandi was not asked: {why}" if why else ""
    return f"{words}{unknown}{gandi}\n"
