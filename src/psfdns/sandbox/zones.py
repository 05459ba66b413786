"""A hosted zone of the sandbox as a value, its document, and what a new zone begins with. Pure.

The document is JSON in the API's shapes, laid out so that its first line holds all but the record sets,
which follow one a line: a listing of zones reads first lines only, and a difference of two versions is
readable. Any other layout of the same JSON is read too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from psfdns.sandbox.recordsets import RecordSets, key_of

FORMAT = "psfdns-sandbox/1"
LOCATION = "https://route53.amazonaws.com/2013-04-01"
"""What the Location of everything that was made begins with."""
KEPT_CHANGES = 50
"""Of each zone the latest changes are remembered, for GetChange."""

NS_TTL = 172_800
SOA_TTL = 900
_NO_DELEGATION = (
    "ns-0.awsdns-00.com.",
    "ns-512.awsdns-00.net.",
    "ns-1024.awsdns-00.org.",
    "ns-1536.awsdns-00.co.uk.",
)
"""The name servers that Route 53 writes into every private zone."""


class DamagedDocumentError(ValueError):
    """The text is not a document of the sandbox; the message says why in a few words."""


@dataclass(frozen=True, slots=True)
class HostedZone:
    """All of a hosted zone but its record sets; ids without prefix, the name as stored.

    `changes` are ChangeInfo documents, the oldest first; `count` is the number of record sets;
    `protections` are ResourceRecordSetProtections in listing order; `signing` is for `sandbox.signing`.
    """

    id: str
    name: str
    caller_reference: str
    private: bool
    name_servers: tuple[str, ...]
    delegation_set: str | None = None
    comment: str | None = None
    vpcs: tuple[Mapping[str, str], ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[Mapping[str, str], ...] = ()
    count: int = 0
    protections: tuple[Mapping[str, str], ...] = ()
    signing: Mapping[str, Any] | None = None

    def with_change(self, change: Mapping[str, str], **fields: Any) -> HostedZone:
        """The zone after a change of which GetChange can tell."""
        return replace(self, changes=(*self.changes, change)[-KEPT_CHANGES:], **fields)

    def counting(self, count: int) -> HostedZone:
        """The zone with this number of record sets."""
        return replace(self, count=count)

    def as_api(self) -> dict[str, Any]:
        """The HostedZone shape."""
        config: dict[str, Any] = {"PrivateZone": self.private}
        if self.comment is not None:
            config["Comment"] = self.comment
        return {
            "Id": f"/hostedzone/{self.id}",
            "Name": self.name,
            "CallerReference": self.caller_reference,
            "Config": config,
            "ResourceRecordSetCount": self.count,
        }

    def delegation_as_api(self) -> dict[str, Any]:
        """The DelegationSet shape: name servers there are without final dot."""
        shape: dict[str, Any] = {"NameServers": [name.rstrip(".") for name in self.name_servers]}
        if self.delegation_set is not None:
            shape["Id"] = f"/delegationset/{self.delegation_set}"
        return shape


def name_servers_of(seed: str) -> tuple[str, str, str, str]:
    """Four name servers in Route 53's pattern, one per top-level domain, that follow from an id."""
    digest = hashlib.sha256(seed.encode()).digest()
    numbers = [
        (part << 9) + int.from_bytes(digest[2 * part : 2 * part + 2], "big") % 512 for part in range(4)
    ]
    com, net, org, uk = (f"ns-{number}.awsdns-{number % 64:02d}" for number in numbers)
    return f"{com}.com.", f"{net}.net.", f"{org}.org.", f"{uk}.co.uk."


def private_name_servers() -> tuple[str, ...]:
    """What a private zone's NS record set names; no resolver ever asks them."""
    return _NO_DELEGATION


def first_record_sets(name: str, name_servers: tuple[str, ...]) -> RecordSets:
    """The NS and SOA that a new hosted zone has (Developer Guide, "NS and SOA records")."""
    soa = f"{name_servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    servers = [{"Value": server} for server in name_servers]
    return RecordSets.of(
        [
            {"Name": name, "Type": "NS", "TTL": NS_TTL, "ResourceRecords": servers},
            {"Name": name, "Type": "SOA", "TTL": SOA_TTL, "ResourceRecords": [{"Value": soa}]},
        ]
    )


def write_document(zone: HostedZone, record_sets: RecordSets) -> str:
    """The zone's document."""
    head = {
        "format": FORMAT,
        "HostedZone": zone.as_api(),
        "DelegationSet": None if zone.private else zone.delegation_as_api(),
        "NameServers": list(zone.name_servers),
        "VPCs": [dict(vpc) for vpc in zone.vpcs],
        "Tags": [{"Key": key, "Value": value} for key, value in zone.tags.items()],
        "Changes": [dict(change) for change in zone.changes],
        **({"Protections": [dict(each) for each in zone.protections]} if zone.protections else {}),
        **({"DNSSEC": zone.signing} if zone.signing else {}),
    }
    lines = ",\n".join(record_sets.lines())
    return json.dumps(head, ensure_ascii=False)[:-1] + f', "ResourceRecordSets": [\n{lines}\n]}}\n'


def read_head(first_line: str) -> HostedZone | None:
    """The zone from the first line of a document of our own layout, or None for another layout."""
    if not first_line.endswith('"ResourceRecordSets": [\n'):
        return None
    try:
        return _zone_of(json.loads(first_line + "]}"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(error) from error


def read_document(text: str) -> tuple[HostedZone, RecordSets]:
    """A document as a zone and its record sets; raises DamagedDocumentError."""
    try:
        document = json.loads(text)
        zone = _zone_of(document)
        record_sets = RecordSets({key_of(each): each for each in document["ResourceRecordSets"]})
        return zone.counting(len(record_sets)), record_sets
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> DamagedDocumentError:
    if isinstance(error, KeyError):
        return DamagedDocumentError(f"{error} is missing")
    return DamagedDocumentError(str(error) or type(error).__name__)


def _zone_of(document: Mapping[str, Any]) -> HostedZone:
    if document["format"] != FORMAT:
        raise DamagedDocumentError(f"the format is {document['format']!r}, not {FORMAT!r}")
    shape, config = document["HostedZone"], document["HostedZone"]["Config"]
    delegation = document["DelegationSet"] or {}
    return HostedZone(
        id=shape["Id"].removeprefix("/hostedzone/"),
        name=shape["Name"],
        caller_reference=shape["CallerReference"],
        private=config["PrivateZone"],
        name_servers=tuple(document["NameServers"]),
        delegation_set=delegation["Id"].removeprefix("/delegationset/") if "Id" in delegation else None,
        comment=config.get("Comment"),
        vpcs=tuple(document["VPCs"]),
        tags={tag["Key"]: tag["Value"] for tag in document["Tags"]},
        changes=tuple(document["Changes"]),
        count=shape["ResourceRecordSetCount"],
        protections=tuple(document.get("Protections", ())),
        signing=document.get("DNSSEC"),
    )
