"""What orders leave, below the state folder or in a shared store: drafts under way, what limits count.

orders/<name>.json    an order that is not done: its URL, key and CSR (0600); the next run completes it
orders/kept/<name>.json  the same of one without the names that cannot be had
limits.json           what was issued and failed of late, and waits that CAs asked for
advice.json           certificates of which a CA had nothing to suggest, and when it is asked again
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from psfdns.certs.documents import DocumentError, Documents
from psfdns.certs.limits import Event, History, Wait
from psfdns.errors import PsfdnsError
from psfdns.journal.state_document import DamagedError, parse_document, render_document

DRAFT_FORMAT = "psfdns-order/1"
LIMITS_FORMAT = "psfdns-limits/1"
ADVICE_FORMAT = "psfdns-advice/1"
_KINDS = ("issued", "failed", "domains", "orders", "sets")
"""What `History` counts."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft:
    """An order under way; `order` is None until the CA has said where it is.

    `is_kept`: it is for the names that there are, beside which one of all that are wanted may be under way.
    `tenant` is whose file wanted it (None: not known), `is_reused`: the certificate before has the key too.
    """

    name: str
    ca: str
    directory: str
    account: str
    names: tuple[str, ...]
    profile: str | None
    key_pem: bytes
    csr: bytes
    order: str | None = None
    replaces: bool = False
    is_kept: bool = False
    tenant: str | None = None
    is_reused: bool = False

    def __repr__(self) -> str:
        """Without the key."""
        return f"Draft({self.name!r}, {self.ca!r}, {self.order!r})"

    def placed(self, order: str, *, replaces: bool) -> Draft:
        """The same once the CA has said where the order is."""
        return replace(self, order=order, replaces=replaces)


class Desk:
    """All of that; none of it need be there to be read. Whoever writes holds the lock of certificates.

    Every method may raise OutsideError where the documents are kept elsewhere.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def load_draft(self, name: str, *, is_kept: bool = False) -> Draft | None:
        """The order under way of a certificate; one that cannot be read is as none, and opened anew."""
        return self._read(_key(name, is_kept=is_kept), DRAFT_FORMAT, _draft)

    def store_draft(self, draft: Draft) -> None:
        """Keep it, safe before this returns. Raises PsfdnsError."""
        row = asdict(draft) | {
            "format": DRAFT_FORMAT,
            "key_pem": draft.key_pem.decode("ascii"),
            "csr": base64.b64encode(draft.csr).decode("ascii"),
        }
        self._write(_key(draft.name, is_kept=draft.is_kept), row)

    def forget_draft(self, name: str, *, is_kept: bool = False) -> None:
        """The order is done, or no use any more. Raises PsfdnsError."""
        self._documents.remove(_key(name, is_kept=is_kept))

    def load_history(self) -> History:
        """What limits count; a file that cannot be read is as none: the CA itself still counts."""
        return self._read("limits.json", LIMITS_FORMAT, _history) or History()

    def store_history(self, history: History) -> None:
        """Replace it. Raises PsfdnsError."""
        self._write("limits.json", _history_row(history))

    def load_silences(self) -> dict[str, datetime.datetime]:
        """By certificate's identifier, until when its CA, which suggested nothing, is not asked again."""
        return self._read("advice.json", ADVICE_FORMAT, _silences) or {}

    def store_silences(self, silences: Mapping[str, datetime.datetime]) -> None:
        """Replace them. Raises PsfdnsError."""
        silent = {identifier: until.isoformat() for identifier, until in silences.items()}
        self._write("advice.json", {"format": ADVICE_FORMAT, "silent": silent})

    def _read(self, key: str, form: str, read: Callable[[dict[str, Any]], T]) -> T | None:
        """None where there is none, or none that can be read."""
        try:
            text = self._documents.load(key)
            return None if text is None else parse_document(text, form, read)
        except (DocumentError, DamagedError):
            return None

    def _write(self, key: str, row: dict[str, Any]) -> None:
        self._documents.store(key, render_document(row))


def _key(name: str, *, is_kept: bool) -> str:
    """Names of certificates are safe as file names (psfdns.certs.manifest); others are refused."""
    if not name or "/" in name or name.startswith("."):
        raise PsfdnsError(f"{name!r} is no certificate's name")
    return f"orders/kept/{name}.json" if is_kept else f"orders/{name}.json"


def _draft(row: dict[str, Any]) -> Draft:
    return Draft(
        str(row["name"]),
        str(row["ca"]),
        str(row["directory"]),
        str(row["account"]),
        tuple(str(name) for name in row["names"]),
        row["profile"],
        str(row["key_pem"]).encode("ascii"),
        base64.b64decode(row["csr"], validate=True),
        row["order"],
        row["replaces"] is True,
        row.get("is_kept") is True,
        row.get("tenant"),
        row.get("is_reused") is True,
    )


def _history_row(history: History) -> dict[str, Any]:
    kinds = {kind: [_event_row(each) for each in getattr(history, kind)] for kind in _KINDS}
    waits = [[*key, *_wait_row(wait)] for key, wait in history.waits.items()]
    return {"format": LIMITS_FORMAT, **kinds, "waits": waits}


def _event_row(event: Event) -> list[str | None]:
    return [event.ca, event.subject, event.at.isoformat(), event.about, _text(event.seen)]


def _wait_row(wait: Wait) -> list[str | None]:
    return [wait.until.isoformat(), wait.why, _text(wait.since)]


def _text(when: datetime.datetime | None) -> str | None:
    return None if when is None else when.isoformat()


def _history(row: dict[str, Any]) -> History:
    """Rows of an older psfdns have no `about` or `since`, and fewer kinds."""
    kinds = {kind: [_event(*each) for each in row.get(kind, ())] for kind in _KINDS}
    return History(**kinds, waits={(each[0], each[1]): _wait(*each[2:]) for each in row["waits"]})


def _event(ca: str, subject: str, at: str, about: str = "", seen: str | None = None) -> Event:
    return Event(ca, subject, _time(at), about, None if seen is None else _time(seen))


def _wait(until: str, why: str, since: str | None = None) -> Wait:
    return Wait(_time(until), why, None if since is None else _time(since))


def _silences(row: dict[str, Any]) -> dict[str, datetime.datetime]:
    return {str(identifier): _time(until) for identifier, until in row["silent"].items()}


def _time(text: str) -> datetime.datetime:
    when = datetime.datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a time without a zone")
    return when.astimezone(datetime.UTC)
