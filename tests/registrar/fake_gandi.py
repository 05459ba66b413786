"""A Gandi v5 on the loopback, as its documentation has it: domains, their money, asynchronous orders."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.registrar.loopback import Asked, Said, Server, serving

TOKEN = "pat-of-a-test-0123456789"  # noqa: S105 - of no account
AUTHINFO = "authinfo-is-a-secret"
ORG = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
STAMP = "%Y-%m-%dT%H:%M:%SZ"

_HTML = b"<!DOCTYPE html><html><body><pre>Cannot GET</pre></body></html>"


@dataclass
class FakeDomain:
    """A domain at Gandi; dates follow from its end as Gandi's do."""

    name: str
    ends: datetime.datetime
    autorenew: bool = True
    years: int = 1
    status: list[str] = field(default_factory=lambda: ["clientTransferProhibited"])
    nameservers: list[str] = field(default_factory=lambda: ["ns1.old.example", "ns2.old.example"])
    keys: list[dict[str, Any]] = field(default_factory=list)
    price: float = 15.5
    restore_price: float | None = None
    prohibited: bool = False
    org: str | None = ORG

    def dates(self) -> dict[str, str]:
        def later(days: int) -> str:
            return (self.ends + datetime.timedelta(days=days)).strftime(STAMP)

        return {
            "registry_created_at": "2012-01-05T10:00:00Z",
            "updated_at": "2026-01-05T10:00:00Z",
            "created_at": "2012-01-05T10:00:00Z",
            "registry_ends_at": later(0),
            "hold_begins_at": later(0),
            "hold_ends_at": later(45),
            "deletes_at": later(45),
            "restore_ends_at": later(75),
            "pending_delete_ends_at": later(80),
            "renew_begins_at": "2012-01-01T00:00:00Z",
        }

    def listed(self) -> dict[str, Any]:
        wanted = ("registry_created_at", "updated_at", "created_at", "registry_ends_at")
        return {
            "id": hashlib.sha256(self.name.encode()).hexdigest()[:16],
            "fqdn": self.name,
            "fqdn_unicode": self.name,
            "tld": self.name.rpartition(".")[2],
            "status": self.status,
            "dates": {name: value for name, value in self.dates().items() if name in wanted},
            "autorenew": self.autorenew,
            "owner": "alice_doe",
            "orga_owner": "alice_doe",
            "domain_owner": "Alice Doe",
            "nameserver": {"current": "other"},
            "tags": [],
            "href": f"https://api.test/v5/domain/domains/{self.name}",
        }

    def detail(self) -> dict[str, Any]:
        tries = [(self.ends - datetime.timedelta(days=days)).strftime(STAMP) for days in (31, 15, 1)]
        return {
            **self.listed(),
            "dates": self.dates(),
            "autorenew": {
                "href": f"https://api.test/v5/domain/domains/{self.name}/autorenew",
                "enabled": self.autorenew,
                "duration": self.years,
                "dates": tries,
                "org_id": self.org,
            },
            "nameservers": self.nameservers,
            "services": [],
            "contacts": {"owner": {"given": "Alice"}},
            "sharing_space": {"id": self.org, "name": "psf", "type": "organization", "reseller": False},
            "can_tld_lock": True,
            "authinfo": AUTHINFO,
            "reachability": "done",
        }


@dataclass
class FakeGandi(Server):
    """`delay` looks at a domain pass until an order shows; `paging` is by "link", "count" or "both"."""

    domains: dict[str, FakeDomain] = field(default_factory=dict)
    balance: str = "100.00"
    currency: str = "EUR"
    delay: int = 0
    paging: str = "both"
    most_per_page: int = 1000
    no: str | None = None
    ignores_dry_run: bool = False
    pending: list[list[Any]] = field(default_factory=list)

    def add(self, name: str, ends: datetime.datetime, **settings: Any) -> FakeDomain:
        self.domains[name] = FakeDomain(name, ends, **settings)
        return self.domains[name]

    def answer(self, asked: Asked) -> Said:
        authorization = asked.headers.get("authorization")
        if authorization is None:
            return say(401, {"message": "You must provide an access token or an API Key. See the docs."})
        if authorization != f"Bearer {TOKEN}":
            return error(403, "HTTPForbidden", "Forbidden", "Access was denied to this resource.")
        for method, pattern, handler in _ROUTES:
            found = re.fullmatch("/v5" + pattern, asked.path)
            if found and asked.method == method:
                return handler(self, asked, *map(unquote, found.groups()))
        return Said(404, _HTML, (("Content-Type", "text/html"),))

    def paged(self, items: list[Any], asked: Asked) -> Said:
        page, size = int(asked.query.get("page", 1)), int(asked.query.get("per_page", 100))
        size = min(size, self.most_per_page)
        shown = items[(page - 1) * size : page * size]
        headers = []
        if self.paging in {"count", "both"}:
            headers += [("Total-Count", str(len(items))), ("Filtered-Count", str(len(items)))]
        if self.paging in {"link", "both"}:
            last = max(1, -(-len(items) // size))
            url = self.url.removesuffix("/v5") + asked.path
            links = [f'<{url}?page={last}&per_page={size}>; rel="last"']
            if page < last:
                links.insert(0, f'<{url}?page={page + 1}&per_page={size}>; rel="next"')
            headers.append(("Link", ", ".join(links)))
        return say(200, shown, *headers)

    def order(self, asked: Asked, domain: FakeDomain, do: Callable[[], None]) -> Said:
        """An order: rehearsed, refused, or taken and carried out after `delay` looks."""
        if "dry-run" in asked.headers and not self.ignores_dry_run:
            if self.no is not None:
                errors = [{"location": "body", "name": "duration", "description": self.no}]
                return say(200, {"status": "error", "errors": errors})
            return say(200, {"status": "success", "errors": []})
        self.pending.append([self.delay, domain.name, do])
        self._look(domain.name, passing=0)
        location = ("Location", f"{self.url}/domain/domains/{domain.name}")
        return say(202, {"message": "The operation is under way."}, location)

    def _look(self, name: str, *, passing: int = 1) -> None:
        for each in [each for each in self.pending if each[1] == name]:
            each[0] -= passing
            if each[0] <= 0:
                self.pending.remove(each)
                each[2]()

    def find(self, name: str) -> FakeDomain | None:
        self._look(name)
        return self.domains.get(name)


def say(status: int, body: Any, *headers: tuple[str, str]) -> Said:
    return Said(status, json.dumps(body).encode(), (("Content-Type", "application/json"), *headers))


def error(status: int, kind: str, cause: str, message: str) -> Said:
    return say(status, {"object": kind, "cause": cause, "code": status, "message": message})


MISSING = error(404, "HTTPNotFound", "Not Found", "The resource could not be found.")


def _list(gandi: FakeGandi, asked: Asked) -> Said:
    for name in list(gandi.domains):
        gandi.find(name)
    return gandi.paged([each.listed() for each in gandi.domains.values()], asked)


def _domain(gandi: FakeGandi, _: Asked, name: str) -> Said:
    domain = gandi.find(name)
    return MISSING if domain is None else say(200, domain.detail())


def _terms(gandi: FakeGandi, _: Asked, name: str) -> Said:
    domain = gandi.find(name)
    if domain is None:
        return MISSING
    terms = {
        "begins_at": "2012-01-01T00:00:00Z",
        "durations": list(range(1, 10)),
        "minimum": 1,
        "maximum": 9,
        "prohibited": domain.prohibited,
    }
    return say(200, terms)


def _renew(gandi: FakeGandi, asked: Asked, name: str) -> Said:
    domain = gandi.domains.get(name)
    if domain is None:
        return MISSING
    years = json.loads(asked.body)["duration"]

    def do() -> None:
        domain.ends = domain.ends.replace(year=domain.ends.year + years)

    return gandi.order(asked, domain, do)


def _autorenew(gandi: FakeGandi, asked: Asked, name: str) -> Said:
    domain = gandi.domains.get(name)
    if domain is None:
        return MISSING
    enabled = json.loads(asked.body)["enabled"]
    return gandi.order(asked, domain, lambda: setattr(domain, "autorenew", enabled))


def _status(gandi: FakeGandi, asked: Asked, name: str) -> Said:
    domain = gandi.domains.get(name)
    if domain is None:
        return MISSING
    status = [name for name, on in json.loads(asked.body).items() if on]
    return gandi.order(asked, domain, lambda: setattr(domain, "status", status))


def _nameservers(gandi: FakeGandi, _: Asked, name: str) -> Said:
    domain = gandi.find(name)
    return MISSING if domain is None else say(200, domain.nameservers)


def _set_nameservers(gandi: FakeGandi, asked: Asked, name: str) -> Said:
    domain = gandi.domains.get(name)
    if domain is None:
        return MISSING
    servers = json.loads(asked.body)["nameservers"]
    return gandi.order(asked, domain, lambda: setattr(domain, "nameservers", servers))


def _keys(gandi: FakeGandi, asked: Asked, name: str) -> Said:
    domain = gandi.find(name)
    return MISSING if domain is None else gandi.paged(domain.keys, asked)


def _add_key(gandi: FakeGandi, asked: Asked, name: str) -> Said:
    """It takes a DNSKEY and makes the DS; the same key twice is one key."""
    domain = gandi.domains.get(name)
    if domain is None:
        return MISSING
    body = json.loads(asked.body)
    public_key = base64.b64decode(body["public_key"], validate=True)
    if set(body) != {"algorithm", "type", "public_key"} or (body["algorithm"], body["type"]) != (13, "ksk"):
        return say(
            400, {"status": "error", "errors": [{"location": "body", "name": "type", "description": "?"}]}
        )

    def do() -> None:
        held = [key for key in domain.keys if key["public_key"] != body["public_key"]]
        number = 1 + max((key["id"] for key in domain.keys), default=0)
        domain.keys[:] = [*held, {**key_of(name, public_key)[0], "id": number}]

    return gandi.order(asked, domain, do)


def _remove_key(gandi: FakeGandi, asked: Asked, name: str, number: str) -> Said:
    domain = gandi.domains.get(name)
    if domain is None or number not in {str(key["id"]) for key in domain.keys}:
        return MISSING

    def do() -> None:
        domain.keys[:] = [key for key in domain.keys if str(key["id"]) != number]

    return gandi.order(asked, domain, do)


def _check(gandi: FakeGandi, asked: Asked) -> Said:
    domain, process = gandi.domains.get(asked.query["name"]), asked.query["processes"]
    cost = None if domain is None else {"renew": domain.price, "restore": domain.restore_price}[process]
    if domain is None or cost is None:
        return say(200, {"currency": asked.query["currency"], "grid": "A", "products": [], "taxes": []})
    price = {
        "min_duration": 1,
        "max_duration": 9,
        "duration_unit": "y",
        "price_before_taxes": round(cost / 1.2, 2),
        "price_after_taxes": cost,
        "discount": False,
    }
    product = {"name": domain.name, "process": process, "status": "available", "prices": [price], "taxes": []}
    return say(200, {"currency": asked.query["currency"], "grid": "A", "products": [product], "taxes": []})


def _billing(gandi: FakeGandi, _: Asked, *org: str) -> Said:
    prepaid = {"amount": gandi.balance, "currency": gandi.currency, "warning_threshold": None}
    return say(200, {"grid": "A", "annual_balance": 0, "outstanding_amount": 0, "prepaid": prepaid})


_NAME = "/domain/domains/([^/]+)"
_ROUTES: list[tuple[str, str, Callable[..., Said]]] = [
    ("GET", "/domain/domains", _list),
    ("GET", _NAME, _domain),
    ("GET", _NAME + "/renew", _terms),
    ("POST", _NAME + "/renew", _renew),
    ("PATCH", _NAME + "/autorenew", _autorenew),
    ("PATCH", _NAME + "/status", _status),
    ("GET", _NAME + "/nameservers", _nameservers),
    ("PUT", _NAME + "/nameservers", _set_nameservers),
    ("GET", _NAME + "/dnskeys", _keys),
    ("POST", _NAME + "/dnskeys", _add_key),
    ("DELETE", _NAME + "/dnskeys/([0-9]+)", _remove_key),
    ("GET", "/domain/check", _check),
    ("GET", "/billing/info(?:/[^/]+)?", _billing),
]


def key_of(zone: str, public_key: bytes = b"k" * 64) -> tuple[dict[str, Any], str, str]:
    """A key as Gandi lists it, its DNSKEY and its DS, both as text."""
    rdata = (257).to_bytes(2, "big") + bytes((3, 13)) + public_key
    tag = sum(byte << 8 if index % 2 == 0 else byte for index, byte in enumerate(rdata))
    tag = (tag + (tag >> 16)) & 0xFFFF
    owner = b"".join(bytes((len(label),)) + label.encode() for label in zone.rstrip(".").split(".")) + b"\0"
    digest = hashlib.sha256(owner + rdata).hexdigest()
    listed = {
        "id": 7,
        "algorithm": 13,
        "type": "ksk",
        "keytag": tag,
        "digest": digest,
        "digest_type": 2,
        "public_key": base64.b64encode(public_key).decode(),
    }
    return listed, f"257 3 13 {base64.b64encode(public_key).decode()}", f"{tag} 13 2 {digest}"


@contextmanager
def fake_gandi(**settings: Any) -> Iterator[FakeGandi]:
    gandi = FakeGandi(**settings)
    with serving(gandi, "/v5"):
        yield gandi
