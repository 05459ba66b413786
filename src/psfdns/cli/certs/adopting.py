"""What `certs import` does: certbot's certificates become those of the store."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.certs.certbot import Lineage, Unreadable, read_lineages
from psfdns.certs.manifest import is_store_name
from psfdns.certs.set_files import Shape
from psfdns.certs.store import Store, StoreError
from psfdns.certs.stored import Issuance
from psfdns.errors import PsfdnsError, UsageError

if TYPE_CHECKING:
    from psfdns.certs.certificate_store import CertificateStore
    from psfdns.certs.settings import AcmeSettings
    from psfdns.certs.stored import StoredCertificate


class Fate(enum.StrEnum):
    """What becomes of one of certbot's certificates."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Adopted:
    """One of certbot's certificates: `why` says what kept it from being imported, `sets` how many were."""

    name: str
    fate: Fate
    certificate: StoredCertificate | None = None
    lineage: Lineage | None = None
    sets: int = 0
    why: str | None = None


def adopt_all(
    store: CertificateStore,
    source: Path,
    names: Sequence[str],
    *,
    settings: AcmeSettings,
    shape: Shape | None,
    dry_run: bool,
) -> list[Adopted]:
    """Take over what `names` name, or everything. Raises PsfdnsError, UsageError."""
    if not store.is_shared and _is_same(source, store.folder):
        raise PsfdnsError(
            f"{source} is the store itself",
            hint="name another folder in [acme] store, and let what reads certbot's read that",
        )
    found = {each.name: each for each in _read(source)}
    for name in names:
        if name not in found:
            raise UsageError(f"{source} has no certificate {name!r}", hint=f"known: {', '.join(found)}")
    with contextlib.nullcontext() if dry_run else store.held():
        return [
            _adopt(store, each, source, settings=settings, shape=shape, dry_run=dry_run)
            for each in found.values()
            if not names or each.name in names
        ]


def _is_same(one: Path, other: Path) -> bool:
    """Also where a link leads from one to the other's certificates."""
    return one.resolve() == other.resolve() or (one / "live").resolve() == (other / "live").resolve()


def _read(source: Path) -> Iterator[Lineage | Unreadable]:
    try:
        yield from read_lineages(source)
    except FileNotFoundError as error:
        hint = "name certbot's folder: psfdns certs import --from DIR"
        raise PsfdnsError(f"{source}: there is no live/ in it", hint=hint) from error
    except OSError as error:
        raise PsfdnsError(f"{error.filename or source}: {error.strerror or error}") from error


def _adopt(
    store: CertificateStore,
    found: Lineage | Unreadable,
    source: Path,
    *,
    settings: AcmeSettings,
    shape: Shape | None,
    dry_run: bool,
) -> Adopted:
    if isinstance(found, Unreadable):
        return Adopted(found.name, Fate.ERROR, why=found.why)
    if not is_store_name(found.name):
        return Adopted(found.name, Fate.ERROR, why="the store has no such names")
    try:
        present = store.load(found.name)
        fate, why = _choose(found, present)
        if fate is not Fate.IMPORTED:
            return Adopted(found.name, fate, present, found, why=why)
        older = found.older if present is None else ()
        if not dry_run:
            for each in older:
                store.keep(found.name, each, shape=shape)
            store.put(found.name, found.current, issuance=_issuance(found, source, settings), shape=shape)
            store.bring(found.name)
    except StoreError as error:
        return Adopted(found.name, Fate.ERROR, lineage=found, why=error.summary)
    return Adopted(found.name, fate, found.certificate, found, len(older) + 1)


def _choose(found: Lineage, present: StoredCertificate | None) -> tuple[Fate, str | None]:
    """Never over a certificate of ours that lives as long or longer."""
    if present is None:
        return Fate.IMPORTED, None
    if present.fingerprint == found.certificate.fingerprint:
        return Fate.UNCHANGED, "it is in the store already"
    if present.not_after >= found.certificate.not_after:
        return Fate.KEPT, "the one in the store is as new or newer"
    return Fate.IMPORTED, None


def _issuance(found: Lineage, source: Path, settings: AcmeSettings) -> Issuance | None:
    """How it was ordered, where the CA is one of psfdns.toml's, or a store of ours says it."""
    here = Store(source).load(found.name)
    if here is not None and here.issuance is not None:
        return here.issuance
    directories = {ca.directory: name for name, ca in settings.authorities.items()}
    name = directories.get(found.ordered_by.directory or "")
    return None if name is None else Issuance(name, found.ordered_by.profile)


def choose_shape(*, owner: str | None, group: str | None, combined: bool) -> Shape | None:
    """How sets are written; None where nothing was said, so that they stay as they are. Raises UsageError."""
    import grp
    import pwd

    if owner is None and group is None and not combined:
        return None
    try:
        uid = None if owner is None else pwd.getpwnam(owner).pw_uid
    except KeyError:
        raise UsageError(f"--owner {owner}: there is no such user") from None
    try:
        gid = None if group is None else grp.getgrnam(group).gr_gid
    except KeyError:
        raise UsageError(f"--group {group}: there is no such group") from None
    return Shape(combined, uid, gid)
