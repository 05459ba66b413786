"""What is remembered of messages, below `.psfdns/notices`: who could not be told, and what was announced.

findings.json     addresses that were refused, and what a tenant did not hear of
announced.json    which addresses got which announcement, so that none gets it twice
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psfdns.errors import PsfdnsError
from psfdns.journal.disk import make_folder, read_file, write_file
from psfdns.notify.mail import Receipt

FORMAT = "psfdns-notices/1"
FINDINGS, ANNOUNCED, LOCK = "findings.json", "announced.json", "lock"
_PATIENCE = 20.0
"""Seconds to wait for another command that writes here."""

_MISSED_KEPT = 20


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
        document = self._read(FINDINGS)
        try:
            return _findings_from_json(document)
        except (KeyError, TypeError, AttributeError) as error:
            raise self._damaged(FINDINGS, error) from error

    @contextmanager
    def changing(self) -> Iterator[Findings]:
        """The findings, kept at the end of the block. Raises PsfdnsError."""
        with self._locked():
            findings = self.load()
            yield findings
            self._write(FINDINGS, _findings_to_json(findings))

    def announced(self, digest: str) -> frozenset[tuple[str, str]]:
        """The (tenant, address) pairs that got an announcement. Raises PsfdnsError."""
        known = self._read(ANNOUNCED).get("announcements", {})
        try:
            reached = known[digest]["to"] if digest in known else {}
            return frozenset((tenant, str(one)) for tenant, to in reached.items() for one in to)
        except (KeyError, TypeError, AttributeError) as error:
            raise self._damaged(ANNOUNCED, error) from error

    def note_announced(
        self, digest: str, subject: str, tenant: str, addresses: Iterable[str], *, at: str
    ) -> None:
        """Keep who got an announcement. Raises PsfdnsError."""
        with self._locked():
            document = self._read(ANNOUNCED)
            known = document.setdefault("announcements", {})
            one = known.setdefault(digest, {"subject": subject, "to": {}})
            one["at"] = at
            one["to"][tenant] = sorted({*one["to"].get(tenant, []), *addresses})
            self._write(ANNOUNCED, document)

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
            why = getattr(error, "strerror", None) or error
            raise PsfdnsError(f"{self.folder}: cannot be written: {why}") from error

    def _read(self, name: str) -> dict[str, Any]:
        try:
            document = json.loads(read_file(self.folder / name))
        except FileNotFoundError:
            return {"format": FORMAT}
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged(name, error) from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise self._damaged(name, ValueError(f"it is not of format {FORMAT}"))
        return document

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        text = json.dumps({**document, "format": FORMAT}, indent=1, ensure_ascii=True) + "\n"
        write_file(self.folder / name, text.encode())

    def _damaged(self, name: str, error: Exception) -> PsfdnsError:
        lost = "who was told already" if name == ANNOUNCED else "who could not be told"
        return PsfdnsError(
            f"{self.folder / name}: cannot be read: {error}", hint=f"remove it: psfdns then forgets {lost}"
        )


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
