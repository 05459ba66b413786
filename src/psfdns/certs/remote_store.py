"""The store of certificates in an object store, shared by hosts; each has a copy of what it uses on its disk.

live/<name>.json           which set counts, and what its certificate says: one small object that is swapped
archive/<name>/<n>.json    every set there was, each with its key as one object that never changes
state/<name>.json          what is remembered beside: the CA's suggestion, revocation, targets of everybody's
accounts/ orders/ limits.json advice.json challenges.json locks/     see accounts, desk, locks

A set is there before the pointer says so, so that a reader, or a kill at any request, meets the old set or
the new one. What a host did at its own targets is remembered on that host.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from psfdns.certs.catalogue import Catalogue
from psfdns.certs.fenced import FencedObjects
from psfdns.certs.pem import CertificateSet, PemError, read_certificate
from psfdns.certs.set_documents import (
    Pointer,
    SetError,
    digest_of,
    parse_pointer,
    parse_set,
    render_pointer,
    render_set,
)
from psfdns.certs.set_files import Shape
from psfdns.certs.state import State, StateError, parse_state, render_state
from psfdns.certs.store import Store, StoreError, judge_set
from psfdns.certs.stored import Issuance, StoredCertificate

_AGAIN = "psfdns certs issue has another one in its place"
_TRIES = 5
"""Times that a number may turn out to be taken by a run that lost its lease."""


class RemoteStore:
    """A `CertificateStore`. `is_local` says of a deploy target by its name whether it is this machine's."""

    is_shared = True

    def __init__(
        self, objects: FencedObjects, local: Store, *, cache: Path, is_local: Callable[[str], bool]
    ) -> None:
        self._objects = objects
        self._local = local
        self._catalogue = Catalogue(objects, cache)
        self._is_local = is_local
        self._shapes: dict[str, Shape] = {}

    @property
    def folder(self) -> Path:
        """The folder of the copies."""
        return self._local.folder

    @property
    def where(self) -> str:
        """What a person calls it: s3://bucket/prefix."""
        return self._objects.url

    def live(self, name: str) -> Path:
        """The folder of the copy: certbot's RENEWED_LINEAGE."""
        return self._local.live(name)

    def names(self) -> tuple[str, ...]:
        """The certificates that are there. Raises OutsideError."""
        return tuple(key[len("live/") :].removesuffix(".json") for key in self._catalogue.keys("live/"))

    def load(self, name: str) -> StoredCertificate | None:
        """The certificate that counts, None where there is none. Raises StoreError, OutsideError."""
        pointer = self._pointer(name)
        return None if pointer is None else pointer.stored

    def load_copy(self, name: str) -> StoredCertificate | None:
        """What the copy holds; nothing is asked of S3 for that. Raises StoreError."""
        return self._local.load(name)

    def load_set(self, name: str) -> CertificateSet:
        """Certificate, chain and key of the set that counts. Raises StoreError, OutsideError."""
        pointer = self._pointer(name)
        if pointer is None:
            raise StoreError(f"{self.where}: there is no certificate {name}")
        key = _set_key(name, pointer.version)
        data = self._objects.load(key)
        if data is None:
            raise StoreError(f"{self.where}/{key}: it is not there, and the pointer means it", hint=_AGAIN)
        try:
            return parse_set(data, pointer.digest)
        except SetError as error:
            raise StoreError(f"{self.where}/{key}: {error}", hint=_AGAIN) from error

    def versions(self, name: str) -> tuple[int, ...]:
        """The numbers of all sets, oldest first. Raises OutsideError."""
        folder = f"archive/{name}/"
        found = (key[len(folder) :].removesuffix(".json") for key in self._objects.versions(folder))
        return tuple(sorted(int(each) for each in found if each.isascii() and each.isdecimal()))

    def load_version(self, name: str, version: int) -> StoredCertificate:
        """The certificate of one of `versions`. Raises StoreError, OutsideError."""
        key = _set_key(name, version)
        data = self._objects.load(key)
        if data is None:
            raise StoreError(f"{self.where}/{key}: it is not there any more")
        try:
            return read_certificate(parse_set(data, digest_of(data)).certificate, name=name)
        except (SetError, PemError) as error:
            raise StoreError(f"{self.where}/{key}: {error}") from error

    def load_state(self, name: str) -> State:
        """What is remembered here and there. Raises StoreError, OutsideError."""
        shared, mine = self._load_shared(name), self._local.load_state(name)
        return replace(shared, deployed=(*shared.deployed, *mine.deployed))

    def save_state(self, name: str, state: State) -> None:
        """Remember it, each part in its place and only if it changed. Raises StoreError, OutsideError."""
        mine = tuple(each for each in state.deployed if self._is_local(each.target))
        others = tuple(each for each in state.deployed if not self._is_local(each.target))
        if set(mine) != set(self._local.load_state(name).deployed):
            self._local.save_state(name, State(deployed=mine))
        shared = replace(state, deployed=others)
        if shared != self._load_shared(name):
            self._catalogue.write(f"state/{name}.json", render_state(shared))

    def put(
        self, name: str, new: CertificateSet, *, issuance: Issuance | None = None, shape: Shape | None = None
    ) -> StoredCertificate:
        """Make a set the one that counts for all hosts; `bring` then writes the copy of this one.

        Raises StoreError and OutsideError, with the old set as it was. The caller holds the store.
        """
        stored = judge_set(new, name, issuance)
        before = self._find_pointer(name)
        combined = shape.combined if shape is not None else before is not None and before.combined
        version, data = self._add(name, new)
        pointer = Pointer(version, digest_of(data), stored, new.certificate, combined)
        self._catalogue.write(_pointer_key(name), render_pointer(pointer))
        if shape is not None:
            self._shapes[name] = shape
        return stored

    def keep(self, name: str, old: CertificateSet, *, shape: Shape | None = None) -> None:
        """Add a set that does not count. Raises StoreError, OutsideError. As `put` otherwise."""
        del shape
        judge_set(old, name, None)
        self._add(name, old)

    def bring(self, name: str) -> bool:
        """Write the copy of the set that counts, if it is another one. Raises StoreError, OutsideError."""
        pointer = self._pointer(name)
        if pointer is None or (self._is_here(pointer) and name not in self._shapes):
            return False
        new = self.load_set(name)
        with self._local.held():
            shape = self._shapes.pop(name, None) or replace(
                self._local.shape_of(name), combined=pointer.combined
            )
            self._local.put(name, new, issuance=pointer.stored.issuance, shape=shape)
        return True

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes to the store within the block. Raises LockedError, OutsideError."""
        with self._objects.held():
            # Looked at anew: while this run waited, another one may have written.
            self._catalogue.forget()
            yield

    def _pointer(self, name: str) -> Pointer | None:
        key = _pointer_key(name)
        text = self._catalogue.text(key)
        try:
            return None if text is None else parse_pointer(text, name=name)
        except SetError as error:
            raise StoreError(
                f"{self.where}/{key}: {error}",
                hint="remove that object: a new certificate is due then, and the sets in archive/ stay",
            ) from error

    def _find_pointer(self, name: str) -> Pointer | None:
        """The pointer; a damaged one is as none to who replaces it."""
        try:
            return self._pointer(name)
        except StoreError:
            return None

    def _load_shared(self, name: str) -> State:
        key = f"state/{name}.json"
        text = self._catalogue.text(key)
        try:
            return State() if text is None else parse_state(text)
        except StateError as error:
            hint = "remove it: psfdns then asks the CA for its suggestion again, and deploys again"
            raise StoreError(f"{self.where}/{key}: {error}", hint=hint) from error

    def _add(self, name: str, new: CertificateSet) -> tuple[int, bytes]:
        """A new set that nobody looks at yet: its number and its object."""
        data = render_set(new)
        number = max(self.versions(name), default=0) + 1
        for version in range(number, number + _TRIES):
            if self._objects.add(_set_key(name, version), data):
                return version, data
        raise StoreError(f"{self.where}: another psfdns adds sets of {name} at the same time")

    def _is_here(self, pointer: Pointer) -> bool:
        """Whether the copy is of this certificate; one that cannot be read is written anew."""
        try:
            here = self._local.load(pointer.stored.name)
        except StoreError:
            return False
        return here is not None and here.fingerprint == pointer.stored.fingerprint


def _pointer_key(name: str) -> str:
    return f"live/{name}.json"


def _set_key(name: str, version: int) -> str:
    return f"archive/{name}/{version}.json"
