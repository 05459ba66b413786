"""Accounts at CAs, kept below the store: made on first use, and their keys changed so that no kill loses one.

accounts/<ca>.<digest of the directory>/key.pem         the account's key, 0400
                                       key.next.pem    the key that it is being given, 0400
                                       account.json    its URL and contacts
accounts/ended/                                         accounts that were deactivated
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from psfdns.certs.authority import Authority
from psfdns.certs.keys import make_key
from psfdns.certs.settings import CertificateAuthority
from psfdns.errors import CaError, PsfdnsError
from psfdns.journal.disk import (
    FOLDER_MODE,
    make_folder,
    make_parents,
    read_file,
    sync_folder,
    write_all,
    write_file,
)

FORMAT = "psfdns-account/1"
KEY_KIND = "ecdsa-p256"
"""What every public CA takes (ES256, RFC 8555 §6.2)."""
_KEY_MODE = 0o400
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
    """The folder of all accounts. Whoever uses it holds the lock of certificates; raises PsfdnsError."""

    def __init__(self, store: Path, connect: Connect) -> None:
        self._folder = store / "accounts"
        self._connect = connect
        self._looked: dict[str, Authority] = {}
        self._looking = threading.Lock()

    def open(self, ca: CertificateAuthority, contact: tuple[str, ...]) -> Authority:
        """The CA with our account opened; the account is made where there is none. Raises CaError too."""
        place = self._place(ca)
        self._settle(ca, place)
        kept = self.load(ca)
        if kept is None:
            kept = KeptAccount(make_key(KEY_KIND))
            _write_key(place, "key.pem", kept.key_pem)
        authority = self._connect(ca, kept.key_pem)
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
        place = self._place(ca)
        try:
            key = read_file(place / "key.pem")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(place / "key.pem", error) from error
        try:
            row = json.loads(read_file(place / "account.json"))
            return KeptAccount(key, str(row["url"]), tuple(str(each) for each in row["contact"]))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            # The key is the account: the CA tells the rest again (RFC 8555 §7.3.1).
            return KeptAccount(key)

    def find(self, ca: CertificateAuthority) -> Authority | None:
        """The CA with the account that we have; None where we have none. Makes nothing."""
        self._settle(ca, self._place(ca))
        kept = self.load(ca)
        if kept is None:
            return None
        authority = self._connect(ca, kept.key_pem)
        authority.open_account(kept.url)
        if kept.url is None:
            url = authority.find_account()
            if url is None:
                return None
            authority.open_account(url)
        return authority

    def change_key(self, ca: CertificateAuthority, authority: Authority) -> None:
        """Give the account a new key, which is on the disk before the CA hears of it. Raises CaError too."""
        place, new = self._place(ca), make_key(KEY_KIND)
        _write_key(place, "key.next.pem", new)
        try:
            authority.change_key(new)
        except CaError as error:
            if not error.uncertain:
                _remove(place / "key.next.pem")
                raise
            if not self._settle(ca, place):
                raise
            return
        _rename(place / "key.next.pem", place / "key.pem")

    def end(self, ca: CertificateAuthority, authority: Authority, *, now: datetime.datetime) -> None:
        """Deactivate the account; the next certificate makes a new one. Raises CaError too."""
        try:
            authority.deactivate_account()
        except CaError as error:
            # What a killed run, or somebody else, has ended already is as good.
            if error.kind not in {"unauthorized", "accountDoesNotExist"}:
                raise
        place = self._place(ca)
        try:
            make_folder(self._folder / "ended")
        except OSError as error:
            raise _unwritable(self._folder / "ended", error) from error
        _rename(place, self._folder / "ended" / f"{place.name}.{now:%Y%m%dT%H%M%SZ}")

    def _settle(self, ca: CertificateAuthority, place: Path) -> bool:
        """After a change of keys that was cut short: whether the CA has taken the next key."""
        path = place / "key.next.pem"
        if not path.is_file():
            return False
        try:
            key = read_file(path)
        except OSError as error:
            raise _unreadable(path, error) from error
        authority = self._connect(ca, key)
        authority.open_account(None)
        if authority.find_account() is None:
            _remove(path)
            return False
        _rename(path, place / "key.pem")
        return True

    def _store(self, place: Path, url: str, contact: tuple[str, ...]) -> None:
        row = {"format": FORMAT, "url": url, "contact": list(contact)}
        try:
            write_file(place / "account.json", json.dumps(row, indent=1).encode() + b"\n")
        except OSError as error:
            raise _unwritable(place, error) from error

    def _place(self, ca: CertificateAuthority) -> Path:
        digest = hashlib.sha256(ca.directory.encode()).hexdigest()
        return self._folder / f"{ca.name}.{digest[:8]}"


def read_binding(ca: CertificateAuthority) -> tuple[str, str] | None:
    """The external account of psfdns.toml: key id and key. Raises PsfdnsError that shows neither."""
    if ca.eab_kid is None or ca.eab_key_file is None:
        return None
    try:
        text = read_file(ca.eab_key_file)[:_MAX_SECRET].decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not ASCII text"
        raise PsfdnsError(
            f"{ca.eab_key_file}: the key of the external account at {ca.name} cannot be read: {why}"
        ) from error
    if not text:
        raise PsfdnsError(f"{ca.eab_key_file}: the key of the external account at {ca.name} is empty")
    return ca.eab_kid, text


def _write_key(place: Path, name: str, pem: bytes) -> None:
    """On the disk, for the owner to read alone, before this returns."""
    path = place / name
    try:
        # The store itself may be a group's to read; accounts never are.
        store = place.parent.parent
        make_parents(store)
        store.mkdir(mode=FOLDER_MODE, exist_ok=True)
        for folder in (place.parent, place):
            make_folder(folder)
        unfinished = place / f".new-{name}"
        unfinished.unlink(missing_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _KEY_MODE)
        try:
            write_all(handle, pem)
            os.fsync(handle)
        finally:
            os.close(handle)
        unfinished.replace(path)
        sync_folder(place)
    except OSError as error:
        raise _unwritable(path, error) from error


def _rename(path: Path, new: Path) -> None:
    try:
        path.replace(new)
        sync_folder(new.parent)
    except OSError as error:
        raise _unwritable(new, error) from error


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> PsfdnsError:
    return PsfdnsError(f"{path}: cannot be written: {error.strerror or error}")


def _unreadable(path: Path, error: OSError) -> PsfdnsError:
    return PsfdnsError(f"{path}: cannot be read: {error.strerror or error}")
