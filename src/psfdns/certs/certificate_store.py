"""What orders, deploys and commands ask of a store of certificates, wherever it is: a protocol."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from psfdns.certs.pem import CertificateSet
from psfdns.certs.set_files import Shape
from psfdns.certs.state import State
from psfdns.certs.stored import Issuance, StoredCertificate


class CertificateStore(Protocol):
    """Certificates by name. Whoever writes holds it.

    Every method may raise StoreError, with the certificate as it was, and OutsideError where the store is
    not on this machine.
    """

    @property
    def folder(self) -> Path:
        """The folder of this machine that holds live/: the store itself, or the copy of it."""

    @property
    def where(self) -> str:
        """What a person calls the store: its folder, or s3://bucket/prefix."""

    @property
    def is_shared(self) -> bool:
        """Whether other hosts write to it too."""

    def live(self, name: str) -> Path:
        """The folder of the set that counts on this machine: certbot's RENEWED_LINEAGE."""

    def names(self) -> tuple[str, ...]:
        """The certificates that are there."""

    def load(self, name: str) -> StoredCertificate | None:
        """The certificate that counts, None where there is none."""

    def load_copy(self, name: str) -> StoredCertificate | None:
        """What this machine's copy holds; None where there is none, as where the store is here."""

    def load_set(self, name: str) -> CertificateSet:
        """Certificate, chain and key of the set that counts."""

    def versions(self, name: str) -> tuple[int, ...]:
        """The numbers of all complete sets, oldest first."""

    def load_version(self, name: str, version: int) -> StoredCertificate:
        """The certificate of one of them."""

    def load_state(self, name: str) -> State:
        """What is remembered; of deployments those of this machine and those that are everybody's."""

    def save_state(self, name: str, state: State) -> None:
        """Remember it, at once or not at all; what did not change is not written."""

    def put(
        self, name: str, new: CertificateSet, *, issuance: Issuance | None = None, shape: Shape | None = None
    ) -> StoredCertificate:
        """Make a set the one that counts; without `shape` it is written as the set before."""

    def keep(self, name: str, old: CertificateSet, *, shape: Shape | None = None) -> None:
        """Add a set that does not count, such as one from before."""

    def bring(self, name: str) -> bool:
        """See that `live` holds the set that counts; whether anything had to be written."""

    def held(self) -> AbstractContextManager[None]:
        """Nobody else writes to the store within the block. Raises LockedError that says who does."""
