"""What is remembered of messages, below `.psfdns/notices`: who could not be told, and what was announced.

findings.json     addresses that were refused, and what a tenant did not hear of
announced.json    which addresses got which announcement, so that none gets it twice
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from psfdns.journal.disk import make_folder
from psfdns.journal.state_document import load_document, store_document, unwritable
from psfdns.notify.mail import Receipt

FORMAT = "psfdns-notices/1"
FINDINGS, ANNOUNCED, LOCK = "findings.json", "announced.json", "lock"
_PATIENCE = 20.0
"""Seconds to wait for another command that writes here."""

_MISSED_KEPT = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Missed:
    """Something that a tenant was not told of: an entry or announcement, when, and why not."""

    about: str
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class Bounced:
    """A refusal for good: when, and the mail server's words."""

    at: str
    why: str


@dataclass(slots=True)
class Findings:
    """By tenant: the addresses that are refused, and what could not be told to anybody there."""

    bounced: dict[str, dict[str, Bounced]] = field(default_factory=dict)
    missed: dict[str, list[Missed]] = field(default_factory=dict)

    def note(self, receipt: Receipt, *, at: str) -> None:
        """Take in what became of one message: who was reached is well again."""
        tenant = receipt.message.tenant
        bounced = self.bounced.setdefault(tenant, {})
        for address in receipt.accepted:
            bounced.pop(address, None)
        bounced.update({one.address: Bounced(at, one.why) for one in receipt.refused if one.lasting})
        if receipt.accepted:
            self.missed.pop(tenant, None)
        else:
            self.miss(tenant, receipt.message.about, why_not(receipt), at=at)

    def miss(self, tenant: str, about: str, why: str, *, at: str) -> None:
        """Keep that a tenant did not hear of something; the newest few are kept."""
        kept = [one for one in self.missed.get(tenant, []) if one.about != about]
        self.missed[tenant] = [*kept, Missed(about, at, why)][-_MISSED_KEPT:]


def why_not(receipt: Receipt) -> str:
    """Why a message reached nobody."""
    if receipt.fault is not None:
        return receipt.fault
    return "; ".join(f"{one.address}: {one.why}" for one in receipt.refused) or "nobody to write to"


class Memory:
    """The folder `notices` of the state folder; it need not exist to be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self) -> Findings:
        """What is known. Raises PsfdnsError where it cannot be read."""
        return self._read(FINDINGS, _findings_from_json) or Findings()

    @contextmanager
    def changing(self) -> Iterator[Findings]:
        """The findings, kept at the end of the block. Raises PsfdnsError."""
        with self._locked():
            findings = self.load()
            yield findings
            store_document(self.folder / FINDINGS, {"format": FORMAT, **_findings_to_json(findings)})

    def announced(self, digest: str) -> frozenset[tuple[str, str]]:
        """The (tenant, address) pairs that got an announcement. Raises PsfdnsError."""

        def read(document: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
            known = document.get("announcements", {})
            reached = known[digest]["to"] if digest in known else {}
            return frozenset((tenant, str(one)) for tenant, to in reached.items() for one in to)

        return self._read(ANNOUNCED, read) or frozenset()

    def note_announced(
        self, digest: str, subject: str, tenant: str, addresses: Iterable[str], *, at: str
    ) -> None:
        """Keep who got an announcement. Raises PsfdnsError."""
        with self._locked():
            document = self._read(ANNOUNCED, dict[str, Any]) or {"format": FORMAT}
            known = document.setdefault("announcements", {})
            one = known.setdefault(digest, {"subject": subject, "to": {}})
            one["at"] = at
            one["to"][tenant] = sorted({*one["to"].get(tenant, []), *addresses})
            store_document(self.folder / ANNOUNCED, document)

    def make_ready(self) -> None:
        """See that the folder can be written before anything is sent. Raises PsfdnsError."""
        with self._locked():
            pass

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            make_folder(self.folder)
            with FileLock(self.folder / LOCK, timeout=_PATIENCE, mode=0o600):
                yield
        except (OSError, Timeout) as error:
            raise unwritable(self.folder, error) from error

    def _read(self, name: str, read: Callable[[dict[str, Any]], T]) -> T | None:
        lost = "who was told already" if name == ANNOUNCED else "who could not be told"
        hint = f"remove it: psfdns then forgets {lost}"
        return load_document(self.folder / name, FORMAT, read, hint=hint)


def _findings_to_json(findings: Findings) -> dict[str, Any]:
    return {
        "bounced": {
            tenant: {address: {"at": one.at, "why": one.why} for address, one in sorted(addresses.items())}
            for tenant, addresses in sorted(findings.bounced.items())
            if addresses
        },
        "missed": {
            tenant: [{"about": one.about, "at": one.at, "why": one.why} for one in several]
            for tenant, several in sorted(findings.missed.items())
        },
    }


def _findings_from_json(document: Mapping[str, Any]) -> Findings:
    return Findings(
        {
            tenant: {address: Bounced(one["at"], one["why"]) for address, one in addresses.items()}
            for tenant, addresses in document.get("bounced", {}).items()
        },
        {
            tenant: [Missed(one["about"], one["at"], one["why"]) for one in several]
            for tenant, several in document.get("missed", {}).items()
        },
    )
