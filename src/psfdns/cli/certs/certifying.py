"""What `certs list` and `certs plan` look at: certificates wanted, and how each stands in the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.certs.certificate import WantedCertificate
from psfdns.certs.load import Manifests, tenant_of
from psfdns.certs.rules import UNWANTED
from psfdns.certs.status import Copy, Standing
from psfdns.certs.store import DamagedSetError, StoreError
from psfdns.cli.certs.certificates import open_manifests
from psfdns.cli.certs.storing import open_store
from psfdns.cli.repository import unknown
from psfdns.cli.wiring import open_repository
from psfdns.diagnostics import Diagnostic, Severity
from psfdns.errors import OutsideError, UnknownError

if TYPE_CHECKING:
    from psfdns.certs.certificate_store import CertificateStore
    from psfdns.cli.wiring import Workspace


@dataclass(frozen=True, slots=True)
class Stands:
    """The certificates that are meant, errors of their files, and findings about none of them."""

    standings: tuple[Standing, ...]
    faults: tuple[Diagnostic, ...]
    others: tuple[Diagnostic, ...]


def look_at_store(
    workspace: Workspace,
    *,
    names: Sequence[str],
    tenant: str | None,
    store: CertificateStore | None = None,
) -> Stands:
    """Names and tenant intersect, none means all; `store` is that of the configuration, where it is open.

    Raises UsageError, StoreError, and OutsideError where the store is not on this machine.
    """
    repository = open_repository(workspace)
    if tenant is not None and tenant not in repository.tenants:
        raise unknown("tenant", tenant, repository.tenants)
    manifests = open_manifests(workspace, repository)
    known = {each.name for each in manifests.certificates}
    for name in names:
        if name not in known:
            raise unknown("certificate", name, known)
    chosen = [
        each
        for each in manifests.certificates
        if (not names or each.name in names) and tenant in {None, each.tenant}
    ]
    store = store or open_store(workspace)
    is_all = not names and tenant is None
    others = tuple(_find_unwanted(store, known)) if is_all else ()
    tenants = {each.tenant for each in chosen} if tenant is None else {tenant}
    faults = [each for each in _faults(manifests) if is_all or tenant_of(each) in tenants]
    return Stands(tuple(_stand(store, each) for each in chosen), tuple(faults), others)


@contextmanager
def unknown_where_silent() -> Iterator[None]:
    """For commands that say how things stand: a store that cannot be asked is not known (exit 3)."""
    try:
        yield
    except OutsideError as error:
        raise UnknownError(error.summary, hint=error.hint) from error


def _faults(manifests: Manifests) -> Iterator[Diagnostic]:
    return (finding for finding in manifests.findings if finding.severity is Severity.ERROR)


def _stand(store: CertificateStore, wanted: WantedCertificate) -> Standing:
    try:
        current, state = store.load(wanted.name), store.load_state(wanted.name)
    except StoreError as error:
        is_damaged = isinstance(error, DamagedSetError)
        return Standing(wanted, unreadable=error.summary, remedy=error.hint, damaged=is_damaged)
    # What is only watched is not brought here.
    copy = None if wanted.is_watched else _find_copy(store, wanted.name)
    return Standing(wanted, current, state, copy=copy)


def _find_copy(store: CertificateStore, name: str) -> Copy | None:
    try:
        found = store.load_copy(name)
    except StoreError as error:
        return Copy(None, error.summary)
    return None if found is None else Copy(found)


def _find_unwanted(store: CertificateStore, known: Iterable[str]) -> Iterator[Diagnostic]:
    for name in store.names():
        if name not in known:
            yield UNWANTED.broken(None, f"{name} is in the store, and no certs file wants it")
