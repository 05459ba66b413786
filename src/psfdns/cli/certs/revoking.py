"""`certs revoke`: at the CA that issued it, by our account there, else by the certificate's own key."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psfdns.cli.certs.certificates import open_manifests
from psfdns.cli.certs.issuing import open_job
from psfdns.cli.repository import unknown
from psfdns.cli.wiring import Workspace, open_repository
from psfdns.errors import CaError, PsfdnsError, UsageError

if TYPE_CHECKING:
    from psfdns.certs.authority import Authority
    from psfdns.certs.pem import CertificateSet
    from psfdns.certs.settings import CertificateAuthority
    from psfdns.cli.certs.issuing import Job

FORMAT = "psfdns-certs-revoke/1"


def revoke_stored(workspace: Workspace, name: str, *, reason: int) -> dict[str, Any]:
    """Revoke what the store holds under the name, and remember it. Raises UsageError, PsfdnsError."""
    job = open_job(workspace, doing="certs revoke")
    if name not in job.store.names():
        raise _absent(job, name)
    with job.store.held():
        current = job.store.load(name)
        if current is None:
            raise _absent(job, name)
        issuance = current.issuance
        ca = _find_authority(job, name, issuance.ca if issuance is not None else None)
        kept = job.store.load_set(name)
        is_new = _revoke(job, ca, kept, reason, is_ours=issuance is not None)
        state = job.store.load_state(name)
        job.store.save_state(name, replace(state, revoked=state.revoked | {current.fingerprint}))
    return {
        "format": FORMAT,
        "name": name,
        "serial": current.serial,
        "fingerprint": current.fingerprint,
        "ca": ca.name,
        "revoked_now": is_new,
    }


def _absent(job: Job, name: str) -> UsageError:
    """Of a name that is wanted no other is proposed: what is revoked stays so."""
    manifests = open_manifests(job.workspace, open_repository(job.workspace))
    wanted = next((each for each in manifests.certificates if each.name == name), None)
    if wanted is None:
        return unknown("certificate in the store", name, job.store.names())
    why = f"{wanted.issuer} issues it: ask there" if wanted.is_watched else "nothing was issued yet"
    return UsageError(f"{name} is not in the store: {why}")


def _find_authority(job: Job, name: str, known: str | None) -> CertificateAuthority:
    """The CA that issued it, where that is known; else the first that its manifest names."""
    settings = job.workspace.config.acme
    if known is None:
        manifests = open_manifests(job.workspace, open_repository(job.workspace))
        wanted = next((each for each in manifests.certificates if each.name == name), None)
        known = wanted.ca[0] if wanted is not None and wanted.ca else settings.order[0]
    if known not in settings.authorities:
        hint = f"add [acme.ca.{known}] to psfdns.toml"
        raise PsfdnsError(f"{name} was issued by {known}, which psfdns.toml does not have", hint=hint)
    return settings.authorities[known]


def _revoke(job: Job, ca: CertificateAuthority, kept: CertificateSet, reason: int, *, is_ours: bool) -> bool:
    """Whether it was not revoked before. Raises PsfdnsError."""
    certificate = _der_of(kept.certificate)
    ours = job.accounts.find(ca) if is_ours else None
    if ours is not None:
        try:
            return ours.revoke(certificate, reason)
        except CaError as error:
            # An account from before may have ordered it, which is ended since.
            if error.kind != "unauthorized":
                raise
    return _by_its_key(job, ca, kept.key).revoke(certificate, reason)


def _by_its_key(job: Job, ca: CertificateAuthority, key: bytes) -> Authority:
    """The CA as whoever has the certificate's key sees it (RFC 8555 §7.6)."""
    from psfdns.cli.certs.reaching import connect_authority

    authority = connect_authority(job.workspace, ca, key)
    authority.open_account(None)
    return authority


def _der_of(pem: bytes) -> bytes:
    """The bytes between the lines of one certificate in PEM (RFC 7468 §5)."""
    lines = pem.decode("ascii").strip().splitlines()
    return base64.b64decode("".join(lines[1:-1]))
