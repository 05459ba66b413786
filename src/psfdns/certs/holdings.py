"""What the store has to say of certificates that are served: whose they are, how old, where they lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from psfdns.certs.chains import ChainError, read_pem_chain
from psfdns.certs.faults import Ours
from psfdns.certs.pem import CertificateSet
from psfdns.certs.served import Chain
from psfdns.certs.status import Standing
from psfdns.certs.store import StoreError
from psfdns.certs.stored import StoredCertificate
from psfdns.certs.verifying import Holdings, Look
from psfdns.errors import OutsideError

MAX_VERSIONS = 40
"""Sets of one certificate that are looked through, the newest first: years of renewals."""


class Holds(Protocol):
    """What is asked of a store; each method raises StoreError, and OutsideError of a store elsewhere."""

    def names(self) -> tuple[str, ...]:
        """The certificates that are there."""

    def load(self, name: str) -> StoredCertificate | None:
        """The one that counts."""

    def load_set(self, name: str) -> CertificateSet:
        """With its chain."""

    def versions(self, name: str) -> tuple[int, ...]:
        """The numbers of all sets, oldest first."""

    def load_version(self, name: str, version: int) -> StoredCertificate:
        """One of them."""


def gather_holdings(store: Holds, standings: Iterable[Standing], looks: Sequence[Look]) -> Holdings:
    """What is known of all that is shown. Chains and older sets are read only where something needs them."""
    revoked = frozenset(each for standing in standings for each in standing.state.revoked)
    gathering = _Gathering(store)
    gathering.load_current()
    for look in looks:
        wanted = look.spot.wanted
        if wanted is None:
            continue
        for chain in _chains(look):
            gathering.find(chain, wanted.name)
            if not chain.leads_to_root:
                shown = gathering.ours.get(chain.leaf.fingerprint)
                gathering.find_end(wanted.name if shown is None else shown.name)
    ours = {
        fingerprint: replace(each, is_revoked=fingerprint in revoked)
        for fingerprint, each in gathering.ours.items()
    }
    return Holdings(
        ours, frozenset(gathering.ends.values()), frozenset(gathering.current), gathering.unreadable
    )


def _chains(look: Look) -> Iterator[Chain]:
    return (seen.chain for seen in look.seen if seen.chain is not None)


@dataclass
class _Gathering:
    store: Holds
    current: dict[str, StoredCertificate] = field(default_factory=dict)
    ours: dict[str, Ours] = field(default_factory=dict)
    ends: dict[str, bytes] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    searched: set[str] = field(default_factory=set)

    def load_current(self) -> None:
        for name in self.store.names():
            try:
                found = self.store.load(name)
            except StoreError as error:
                self.unreadable[name] = error.summary
                continue
            if found is not None:
                self.current[name] = found
                self.ours.setdefault(found.fingerprint, Ours(name))

    def find(self, chain: Chain, name: str) -> None:
        """See whether what is shown is an older set: of this certificate, or of one with one of its names."""
        if chain.leaf.fingerprint in self.ours or chain.is_self_signed:
            return
        names = frozenset(chain.leaf.names)
        for other, each in self.current.items():
            if other not in self.searched and (other == name or not names.isdisjoint(each.names)):
                self.searched.add(other)
                self._load_older(other, each)

    def _load_older(self, name: str, current: StoredCertificate) -> None:
        found: dict[int, StoredCertificate] = {}
        try:
            for version in self.store.versions(name)[-MAX_VERSIONS:]:
                found[version] = self.store.load_version(name, version)
        except (StoreError, OutsideError) as error:
            self.unreadable[name] = error.summary
        newer = current
        for version, each in sorted(found.items(), key=lambda item: item[1].not_before, reverse=True):
            # A set that was never swapped in is none that a server has fetched.
            if each.not_before <= current.not_before and each.fingerprint != newer.fingerprint:
                self.ours.setdefault(each.fingerprint, Ours(name, version, newer.not_before))
                newer = each

    def find_end(self, name: str) -> None:
        """Where the chain of the store leads."""
        if name in self.ends or name not in self.current:
            return
        try:
            kept = self.store.load_set(name)
            self.ends[name] = read_pem_chain(kept.full_chain).end
        except (StoreError, OutsideError, ChainError) as error:
            self.unreadable[name] = str(error)
