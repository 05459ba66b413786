"""Gandi's API v5 as far as domains go: reading them and their money, and ordering changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from psfdns.errors import RegistrarError
from psfdns.registrar.domains import Money
from psfdns.registrar.gandi_answers import (
    Detail,
    HeldKey,
    Listed,
    MalformedError,
    RenewalTerms,
    read_balance,
    read_detail,
    read_held_keys,
    read_keys,
    read_listed,
    read_nameservers,
    read_price,
    read_reasons,
    read_terms,
)
from psfdns.registrar.gandi_wire import WHO, Order, Wire, json_or_none

Result = TypeVar("Result")


def renew_order(name: str, years: int) -> Order:
    """Renew, for money."""
    return Order("renew", "POST", f"{_path(name)}/renew", {"duration": years})


def nameservers_order(name: str, servers: tuple[str, ...]) -> Order:
    """Set the name servers."""
    bare = [server.removesuffix(".") for server in servers]
    return Order("set-ns", "PUT", f"{_path(name)}/nameservers", {"nameservers": bare})


def lock_order(name: str, *, on: bool) -> Order:
    """Lock against transfers, or unlock."""
    return Order("lock", "PATCH", f"{_path(name)}/status", {"clientTransferProhibited": on})


def autorenew_order(name: str, detail: Detail, *, on: bool) -> Order:
    """Switch automatic renewal; years and payer stay as they are."""
    payer = {"org_id": detail.payer} if detail.payer else {}
    body = {"enabled": on, "duration": detail.years, **payer}
    return Order("autorenew", "PATCH", f"{_path(name)}/autorenew", body)


def add_key_order(name: str, *, algorithm: int, public_key: str) -> Order:
    """Have the DS of a key-signing key set; Gandi takes the DNSKEY, and makes the DS itself."""
    body = {"algorithm": algorithm, "type": "ksk", "public_key": public_key}
    return Order("add-ds", "POST", f"{_path(name)}/dnskeys", body)


def remove_key_order(name: str, number: int) -> Order:
    """Have the DS of a key removed; other keys stay as they are."""
    return Order("remove-ds", "DELETE", f"{_path(name)}/dnskeys/{number}", {})


@dataclass(frozen=True, slots=True)
class Gandi:
    """What can be asked and ordered, over a wire."""

    wire: Wire

    def list_domains(self) -> tuple[Listed, ...]:
        """Every domain, however many pages there are. Raises RegistrarError, also where some are missing."""
        doing = "list the domains"
        return _read(
            doing, lambda: tuple(map(read_listed, self.wire.pages("list", "/domain/domains", doing)))
        )

    def fetch_domain(self, name: str) -> Detail:
        """One domain. Raises RegistrarError; with status 404 it is not there."""
        doing = f"look at {name}"
        return _read(doing, lambda: read_detail(self.wire.get("domain", _path(name), doing)))

    def fetch_nameservers(self, name: str) -> tuple[str, ...]:
        """The name servers that are set. Raises RegistrarError."""
        doing = f"read the name servers of {name}"
        path = f"{_path(name)}/nameservers"
        return _read(doing, lambda: read_nameservers(self.wire.get("nameservers", path, doing)))

    def fetch_ds(self, name: str) -> tuple[str, ...]:
        """The DS at the registrar; none where the registry knows no DNSSEC. Raises RegistrarError."""
        return self._fetch_keys(name, read_keys)

    def fetch_keys(self, name: str) -> tuple[HeldKey, ...]:
        """The same, with Gandi's number of each key. Raises RegistrarError."""
        return self._fetch_keys(name, read_held_keys)

    def _fetch_keys(
        self, name: str, read: Callable[[Iterable[Any]], tuple[Result, ...]]
    ) -> tuple[Result, ...]:
        doing = f"read the DNSSEC keys of {name}"
        path = f"{_path(name)}/dnskeys"
        try:
            return _read(doing, lambda: read(self.wire.pages("dnskeys", path, doing)))
        except RegistrarError as error:
            if error.status != 404:
                raise
            return ()

    def fetch_terms(self, name: str) -> RenewalTerms:
        """Whether it can be renewed. Raises RegistrarError."""
        doing = f"ask whether {name} can be renewed"
        return _read(doing, lambda: read_terms(self.wire.get("terms", f"{_path(name)}/renew", doing)))

    def fetch_price(self, name: str, years: int, currency: str) -> Money | None:
        """What renewing costs after taxes; None where Gandi offers none. Raises RegistrarError."""
        doing = f"ask what renewing {name} costs"
        query = {"name": _bare(name), "processes": "renew", "currency": currency, "period": str(years)}
        path = f"/domain/check?{urlencode(query)}"
        return _read(doing, lambda: read_price(self.wire.get("price", path, doing), years))

    def fetch_restore_price(self, name: str, currency: str) -> Money | None:
        """What restoring a deleted domain costs after taxes; None where Gandi does not say.

        Raises RegistrarError.
        """
        doing = f"ask what restoring {name} costs"
        query = {"name": _bare(name), "processes": "restore", "currency": currency}
        path = f"/domain/check?{urlencode(query)}"
        return _read(doing, lambda: read_price(self.wire.get("price", path, doing), 1, process="restore"))

    def fetch_balance(self, payer: str | None) -> Money | None:
        """The prepaid balance of an organisation, or of the token's own. Raises RegistrarError."""
        doing = "read the prepaid balance"
        path = "/billing/info" + (f"/{quote(payer, safe='')}" if payer else "")
        try:
            return _read(doing, lambda: read_balance(self.wire.get("balance", path, doing)))
        except RegistrarError as error:
            # A token that knows one organisation only need not be allowed to name it.
            if payer is None or error.status not in {403, 404}:
                raise
            return self.fetch_balance(None)

    def rehearse(self, order: Order, doing: str) -> None:
        """Have Gandi judge an order without carrying it out. Raises RegistrarError where it says no.

        An answer that is no rehearsal's is an uncertain one: the order may have been carried out.
        """
        reply = self.wire.send_order(order, doing, dry_run=True)
        body = json_or_none(reply)
        verdict = body.get("status") if isinstance(body, dict) else None
        if reply.status == 200 and verdict == "success":
            return
        if verdict == "error":
            raise RegistrarError(WHO, doing, f"it says no: {self.wire.hide(read_reasons(body))}", status=400)
        why = f"it answers {reply.status} to a rehearsal, as if it were none"
        hint = (
            "it may have been carried out: look at the domain in Gandi's administration before anything else"
        )
        raise RegistrarError(WHO, doing, why, hint=hint, status=reply.status, uncertain=True)

    def place(self, order: Order, doing: str) -> None:
        """Order it, once. Raises RegistrarError; `uncertain` where nobody knows whether it is done."""
        self.wire.send_order(order, doing, dry_run=False)


def _read(doing: str, read: Callable[[], Result]) -> Result:
    """What `read` makes of an answer. Raises RegistrarError."""
    try:
        return read()
    except MalformedError as error:
        raise RegistrarError(WHO, doing, f"what it answers cannot be read: {error}") from error


def _path(name: str) -> str:
    return f"/domain/domains/{quote(_bare(name), safe='')}"


def _bare(name: str) -> str:
    return name.removesuffix(".")
