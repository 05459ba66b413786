"""Accounts at CAs, kept with the store: made on first use, their keys changed so that no kill loses one.

accounts/<ca>.<digest of the directory>/key.pem         the account's key, 0400
                                       key.next.pem    the key that it is being given, 0400
                                       account.json    its URL and contacts
accounts/ended/                                         accounts that were deactivated
"""

from __future__ import annotations

import datetime
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from psfdns.certs.authority import Authority
from psfdns.certs.documents import DocumentError, Documents
from psfdns.certs.keys import make_key
from psfdns.certs.settings import CertificateAuthority
from psfdns.errors import CaError
from psfdns.journal.disk import read_file

FORMAT = "psfdns-account/1"
KEY_KIND = "ecdsa-p256"
"""What every public CA takes (ES256, RFC 8555 §6.2)."""
_KEY, _NEXT_KEY, _ABOUT = "key.pem", "key.next.pem", "account.json"
_ENDED = "accounts/ended"
_MAX_SECRET = 4096

Connect = Callable[[CertificateAuthority, bytes | None], Authority]
"""A CA by its settings, as the account with this key sees it; without one nothing can be signed."""


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account as it is kept; `url` is None where the CA was not asked yet."""

    key_pem: bytes = field(repr=False)
    url: str | None = None
    contact: tuple[str, ...] = ()


class Accounts:
    """All accounts. Whoever uses it holds the lock of certificates; raises PsfdnsError."""

    def __init__(self, documents: Documents, connect: Connect) -> None:
        self._documents = documents
        self._connect = connect
        self._looked: dict[str, Authority] = {}
        self._looking = threading.Lock()

    def open(self, ca: CertificateAuthority, contact: tuple[str, ...]) -> Authority:
        """The CA with our account opened; the account is made where there is none. Raises CaError too."""
        place = _place(ca)
        self._settle(ca, place)
        kept = self.load(ca)
        if kept is None:
            kept = KeptAccount(make_key(KEY_KIND))
            self._documents.store(f"{place}/{_KEY}", kept.key_pem, secret=True)
        authority = self._sign_in(ca, kept.key_pem, f"{place}/{_KEY}")
        authority.open_account(kept.url)
        if kept.url is None:
            url = authority.register(contact, read_binding(ca))
            self._store(place, url, contact)
        elif kept.contact != contact:
            authority.update_contact(contact)
            self._store(place, kept.url, contact)
        return authority

    def look(self, ca: CertificateAuthority) -> Authority:
        """The CA without an account, for what is told to everybody; its directory is read once."""
        with self._looking:
            if ca.name not in self._looked:
                self._looked[ca.name] = self._connect(ca, None)
                self._looked[ca.name].open_account(None)
            return self._looked[ca.name]

    def load(self, ca: CertificateAuthority) -> KeptAccount | None:
        """What is kept; None where there is no account yet."""
        place = _place(ca)
        key = self._documents.load(f"{place}/{_KEY}")
        if key is None:
            return None
        try:
            row = json.loads(self._documents.load(f"{place}/{_ABOUT}") or b"")
            return KeptAccount(key, str(row["url"]), tuple(str(each) for each in row["contact"]))
        except (DocumentError, ValueError, TypeError, KeyError, RecursionError):
            # The key is the account: the CA tells the rest again (RFC 8555 §7.3.1).
            return KeptAccount(key)

    def find(self, ca: CertificateAuthority) -> Authority | None:
        """The CA with the account that we have; None where we have none. Makes nothing."""
        place = _place(ca)
        self._settle(ca, place)
        kept = self.load(ca)
        if kept is None:
            return None
        authority = self._sign_in(ca, kept.key_pem, f"{place}/{_KEY}")
        authority.open_account(kept.url)
        if kept.url is None:
            url = authority.find_account()
            if url is None:
                return None
            authority.open_account(url)
        return authority

    def change_key(self, ca: CertificateAuthority, authority: Authority) -> None:
        """Give the account a new key, which is kept before the CA hears of it. Raises CaError too."""
        place, new = _place(ca), make_key(KEY_KIND)
        self._documents.store(f"{place}/{_NEXT_KEY}", new, secret=True)
        try:
            authority.change_key(new)
        except CaError as error:
            if not error.uncertain:
                self._documents.remove(f"{place}/{_NEXT_KEY}")
                raise
            if not self._settle(ca, place):
                raise
            return
        self._documents.move(f"{place}/{_NEXT_KEY}", f"{place}/{_KEY}")

    def end(self, ca: CertificateAuthority, authority: Authority, *, now: datetime.datetime) -> None:
        """Deactivate the account; the next certificate makes a new one. Raises CaError too."""
        try:
            authority.deactivate_account()
        except CaError as error:
            # What a killed run, or somebody else, has ended already is as good.
            if error.kind not in {"unauthorized", "accountDoesNotExist"}:
                raise
        place = _place(ca)
        ended = f"{_ENDED}/{place.rpartition('/')[2]}.{now:%Y%m%dT%H%M%SZ}"
        # The key last: as long as it is there, a run that was killed here can be repeated.
        for name in (_ABOUT, _KEY):
            if self._documents.load(f"{place}/{name}") is not None:
                self._documents.move(f"{place}/{name}", f"{ended}/{name}")

    def _settle(self, ca: CertificateAuthority, place: str) -> bool:
        """After a change of keys that was cut short: whether the CA has taken the next key."""
        key = self._documents.load(f"{place}/{_NEXT_KEY}")
        if key is None:
            return False
        authority = self._sign_in(ca, key, f"{place}/{_NEXT_KEY}")
        authority.open_account(None)
        if authority.find_account() is None:
            self._documents.remove(f"{place}/{_NEXT_KEY}")
            return False
        self._documents.move(f"{place}/{_NEXT_KEY}", f"{place}/{_KEY}")
        return True

    def _sign_in(self, ca: CertificateAuthority, key: bytes, where: str) -> Authority:
        """The CA as the account with a kept key sees it. Raises CaError, with what helps a damaged key."""
        try:
            return self._connect(ca, key)
        except CaError as error:
            more = "" if where.endswith(_NEXT_KEY) else ": the next certificate makes another account"
            error.hint = error.hint or f"put {where} of the store back, or remove it{more}"
            raise

    def _store(self, place: str, url: str, contact: tuple[str, ...]) -> None:
        row = {"format": FORMAT, "url": url, "contact": list(contact)}
        self._documents.store(f"{place}/{_ABOUT}", json.dumps(row, indent=1).encode() + b"\n")


def _place(ca: CertificateAuthority) -> str:
    digest = hashlib.sha256(ca.directory.encode()).hexdigest()
    return f"accounts/{ca.name}.{digest[:8]}"


def _unusable(ca: CertificateAuthority, why: str) -> CaError:
    summary = f"{ca.eab_key_file}, the key of the external account, {why}"
    return CaError(ca.name, "open an account", summary, hint="look at eab_key_file in psfdns.toml")


def read_binding(ca: CertificateAuthority) -> tuple[str, str] | None:
    """The external account of psfdns.toml: key id and key. Raises CaError that shows neither.

    Another CA needs it not, and may be asked.
    """
    if ca.eab_kid is None or ca.eab_key_file is None:
        return None
    try:
        text = read_file(ca.eab_key_file)[:_MAX_SECRET].decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not ASCII text"
        raise _unusable(ca, f"cannot be read: {why}") from error
    if not text:
        raise _unusable(ca, "is empty")
    return ca.eab_kid, text
