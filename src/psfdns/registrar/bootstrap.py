"""Which RDAP server knows of a name: IANA's list (RFC 9224), and servers that are missing from it. Pure.

`rdap_servers.json` holds the registry's facts of its `publication` date, by server.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from psfdns.names import labels_of
from psfdns.urls import read_url

BUNDLED = "rdap_servers.json"
MAX_NAMES = 20_000
"""Names of one list; there are about 1,500 top-level domains."""

_IDENTITY_DIGITAL = "https://rdap.identitydigital.services/rdap/"
OVERRIDES: Mapping[str, str] = {
    "de": "https://rdap.denic.de/",
    "ch": "https://rdap.nic.ch/",
    "li": "https://rdap.nic.li/",
    "co": "https://rdap.registry.co/co/",
    "us": "https://rdap.nic.us/",
    **dict.fromkeys("io ac sh me ag bz lc mn pr sc vc".split(), _IDENTITY_DIGITAL),
}
"""Servers that answer and are not in IANA's list; where it names one, that counts."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Servers by the names (without final dot) that they know of; each URL ends with a slash.

    `why`: why there are none.
    """

    servers: Mapping[str, str]
    why: str | None = None

    def find(self, name: str) -> str | None:
        """The server of the longest suffix of a canonical name (RFC 9224 §4)."""
        labels = [label.decode("ascii", "replace") for label in labels_of(name)]
        suffixes = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self.servers[suffix] for suffix in suffixes if suffix in self.servers), None)

    def with_overrides(self) -> Bootstrap:
        """The same, with the servers that are missing."""
        return Bootstrap({**OVERRIDES, **self.servers})


def read_bootstrap(document: Any) -> Bootstrap:
    """A document like IANA's dns.json. Raises ValueError for anything else.

    Of several URLs the first by https counts; a name whose server has none is left out.
    """
    if not isinstance(document, dict) or not isinstance(document.get("services"), list):
        raise ValueError("it has no list of services")  # noqa: TRY004 - one error for all that is no such document
    servers: dict[str, str] = {}
    for service in document["services"]:
        names, urls = _service(service)
        usable = [url for url in urls if isinstance(url, str) and read_url(url) is not None]
        usable.sort(key=lambda url: not url.startswith("https:"))
        if usable:
            url = usable[0] if usable[0].endswith("/") else usable[0] + "/"
            servers |= {name.lower().strip("."): url for name in names if isinstance(name, str)}
    if len(servers) > MAX_NAMES:
        raise ValueError(f"it has more than {MAX_NAMES:,} names")
    return Bootstrap(servers)


def _service(service: Any) -> tuple[list[Any], list[Any]]:
    if isinstance(service, list) and len(service) == 2 and all(isinstance(each, list) for each in service):
        return service[0], service[1]
    raise ValueError("a service is no pair of lists")


def bundled() -> Bootstrap:
    """The list that came with this program."""
    text = (resources.files("psfdns.registrar") / BUNDLED).read_text(encoding="utf-8")
    return Bootstrap(
        {name: url for url, names in json.loads(text)["servers"].items() for name in names.split()}
    )
