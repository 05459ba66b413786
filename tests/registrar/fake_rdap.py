"""An RDAP server on the loopback, in the shapes of RFC 9083, and the bootstrap that names it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.registrar.loopback import Asked, Said, Server, serving


def rdap_domain(name: str, expires: str | None = "2027-05-01T12:00:00Z", **more: Any) -> dict[str, Any]:
    """What a registry says of a domain."""
    events = [{"eventAction": "registration", "eventDate": "2012-05-01T12:00:00Z"}]
    events += [{"eventAction": "last update of RDAP database", "eventDate": "2026-11-28T00:00:00Z"}]
    if expires is not None:
        events.append({"eventAction": "expiration", "eventDate": expires})
    card = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example Registrar, Inc."]]]
    return {
        "rdapConformance": ["rdap_level_0"],
        "objectClassName": "domain",
        "handle": "D1-TEST",
        "ldhName": name.upper(),
        "status": ["active", "client transfer prohibited"],
        "events": events,
        "entities": [
            {
                "objectClassName": "entity",
                "roles": ["registrar"],
                "publicIds": [{"type": "IANA Registrar ID", "identifier": "292"}],
                "vcardArray": card,
            }
        ],
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": "NS1.OLD.EXAMPLE"},
            {"objectClassName": "nameserver", "ldhName": "ns2.old.example."},
        ],
        "secureDNS": {"zoneSigned": False, "delegationSigned": False},
        **more,
    }


@dataclass
class FakeRdap(Server):
    """Knows the `domains`, by bare name, and is the server of `suffixes`."""

    domains: dict[str, dict[str, Any]] = field(default_factory=dict)
    suffixes: tuple[str, ...] = ("test", "example", "org", "net")

    def add(self, name: str, expires: str | None = "2027-05-01T12:00:00Z", **more: Any) -> None:
        self.domains[name] = rdap_domain(name, expires, **more)

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/dns.json":
            services = [[list(self.suffixes), [f"{self.url}/rdap/"]]]
            document = {"version": "1.0", "publication": "2026-11-01T00:00:00Z", "services": services}
            return Said(200, json.dumps(document).encode())
        name = asked.path.removeprefix("/rdap/domain/")
        if name not in self.domains:
            body = {"errorCode": 404, "title": "Not Found", "description": ["no such object"]}
            return Said(404, json.dumps(body).encode(), (("Content-Type", "application/rdap+json"),))
        found = json.dumps(self.domains[name]).encode()
        return Said(200, found, (("Content-Type", "application/rdap+json"),))

    @property
    def questions(self) -> list[str]:
        prefix = "/rdap/domain/"
        return [each.path.removeprefix(prefix) for each in self.asked if each.path.startswith(prefix)]


@contextmanager
def fake_rdap(**settings: Any) -> Iterator[FakeRdap]:
    rdap = FakeRdap(**settings)
    with serving(rdap):
        yield rdap
