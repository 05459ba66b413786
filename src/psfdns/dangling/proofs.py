"""TXT records by which a provider knows whose a domain is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from psfdns.names import parent_of
from psfdns.records import Zone

LABELS: Mapping[str, str] = {
    "GitHub Pages": "_github-pages-challenge-",
    "Vercel": "_vercel",
    "Microsoft Azure": "asuid",
}
"""Provider -> what the first label of its proof is, or begins with."""
_COVER_BELOW = frozenset({"GitHub Pages", "Vercel"})
"""One that stands at the parent of a name holds for the name as well (GitHub Docs, “Verifying your custom
domain for GitHub Pages”: immediate subdomains)."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """Provider -> the owners of such TXT records in a zone."""

    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, provider: str, name: str) -> str | None:
        """The owner of the record that proves a name, or None."""
        places = {name, parent_of(name)} if provider in _COVER_BELOW else {name}
        return next((each for each in self.owners.get(provider, ()) if parent_of(each) in places), None)


NO_PROOFS = Proofs()


def find_proofs(zone: Zone) -> Proofs:
    """Those that the zone has."""
    texts = [key.name for key in zone.rrsets if key.type == "TXT"]
    return Proofs({provider: tuple(_owners(texts, label)) for provider, label in LABELS.items()})


def _owners(names: Iterable[str], label: str) -> Iterable[str]:
    for name in names:
        first = name.partition(".")[0]
        # GitHub's ends with the name of the account.
        if (len(first) > len(label) and first.startswith(label)) if label.endswith("-") else first == label:
            yield name
