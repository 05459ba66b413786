"""Zones of a sandbox that are signed, and one that is not, below each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psfdns.sandbox.sandbox import Sandbox
from tests.sandbox.api import a, alias, change, create, make_zone, record
from tests.sandbox.keys import sign

ORIGIN = "signed.lab."


@dataclass
class SignedWorld:
    """`signed.lab.` with all kinds of names, `child.signed.lab.` with a DS, `plain.signed.lab.` without."""

    sandbox: Sandbox
    client: Any
    kms: Any
    zone_id: str
    key: dict[str, Any]

    @property
    def anchor(self) -> str:
        return f"{ORIGIN} DS {self.key['DSRecord']}"


def make_world(sandbox: Sandbox, client: Any = None, kms: Any = None) -> SignedWorld:
    """In this sandbox, by these clients of it."""
    client, kms = client or sandbox.client(), kms or sandbox.client("kms")
    zone = make_zone(client, "signed.lab")
    big = [f'"{number:03} {"x" * 240}"' for number in range(20)]
    change(
        client,
        zone,
        create(a("www.signed.lab.", "192.0.2.1", "192.0.2.2")),
        create(record("signed.lab.", "MX", "10 mail.signed.lab.")),
        create(a("mail.signed.lab.", "192.0.2.3", ttl=2_000_000)),
        create(record("to-www.signed.lab.", "CNAME", "www.signed.lab.")),
        create(record("to-nothing.signed.lab.", "CNAME", "nothing.signed.lab.")),
        create(record("away.signed.lab.", "CNAME", "www.elsewhere.example.")),
        create(record("*.wild.signed.lab.", "TXT", '"from a wildcard"')),
        create(a("deep.below.signed.lab.")),
        create(record("big.signed.lab.", "TXT", *big)),
        create(a("plain.signed.lab.", "192.0.2.9")),
        create(a("located.signed.lab.", SetIdentifier="de", GeoLocation={"CountryCode": "DE"})),
        create(alias("alias.signed.lab.", "A", "www.signed.lab.", zone)),
        *(
            create(a("weighted.signed.lab.", f"192.0.2.{number}", SetIdentifier=str(number), Weight=1))
            for number in (7, 8)
        ),
    )
    key = sign(client, kms, zone)
    for name in ("child", "plain"):
        child = make_zone(client, f"{name}.signed.lab")
        change(client, child, create(a(f"www.{name}.signed.lab.", "192.0.2.9")))
        servers = client.get_hosted_zone(Id=child)["DelegationSet"]["NameServers"]
        delegation = [create(record(f"{name}.signed.lab.", "NS", *(f"{each}." for each in servers)))]
        if name == "child":
            digest = sign(client, kms, child)["DSRecord"]
            delegation.append(create(record(f"{name}.signed.lab.", "DS", digest)))
        change(client, zone, *delegation)
    return SignedWorld(sandbox, client, kms, zone, key)
