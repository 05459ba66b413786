"""What a shared store holds of a certificate: whole sets as one object each, and the pointer to one of them.

One object is there or not, so that no reader meets a new certificate with the old key. The pointer has the
set's digest: a set that was cut short or exchanged is an error, and never used. Pure.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from psfdns.certs.about import parse_about, render_about
from psfdns.certs.pem import CertificateSet
from psfdns.certs.stored import StoredCertificate

SET_FORMAT = "psfdns-certificate-set/1"
POINTER_FORMAT = "psfdns-certificate-pointer/1"
MAX_BYTES = 1 << 20


class SetError(ValueError):
    """The object is damaged, of a newer psfdns, or something else."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """`version` is the number of the set, `digest` that of its object; `combined`: see `set_files.Shape`."""

    version: int
    digest: str
    stored: StoredCertificate
    certificate: bytes
    combined: bool = False


def digest_of(data: bytes) -> str:
    """What ties a pointer to the bytes of a set."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def render_set(found: CertificateSet) -> bytes:
    """The object of a set, with its key."""
    parts = {"certificate": found.certificate, "chain": found.chain, "key": found.key}
    return _render({"format": SET_FORMAT, **{part: text.decode("ascii") for part, text in parts.items()}})


def parse_set(data: bytes, digest: str) -> CertificateSet:
    """The set, if the object is the one that the digest is of. Raises SetError, which shows nothing of it."""
    if digest_of(data) != digest:
        raise SetError("it is not the object that the pointer means: it was cut short, or exchanged")
    document = _parse(data, SET_FORMAT)
    try:
        return CertificateSet(
            *(str(document[part]).encode("ascii") for part in ("certificate", "chain", "key"))
        )
    except (KeyError, ValueError):
        raise SetError("it is damaged") from None


def render_pointer(pointer: Pointer) -> bytes:
    """The object that says which set counts."""
    document = {
        "format": POINTER_FORMAT,
        "version": pointer.version,
        "digest": pointer.digest,
        "combined": pointer.combined,
        "certificate": pointer.certificate.decode("ascii"),
        "about": json.loads(render_about(pointer.stored, pointer.certificate)),
    }
    return _render(document)


def parse_pointer(data: bytes, *, name: str) -> Pointer:
    """Raises SetError."""
    document = _parse(data, POINTER_FORMAT)
    try:
        certificate = str(document["certificate"]).encode("ascii")
        stored = parse_about(json.dumps(document["about"]).encode(), certificate, name=name)
        if stored is not None:
            version, digest = int(document["version"]), str(document["digest"])
            return Pointer(version, digest, stored, certificate, document["combined"] is True)
    except (KeyError, TypeError, ValueError, RecursionError):
        pass
    raise SetError("it is damaged")


def _render(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=True).encode() + b"\n"


def _parse(data: bytes, wanted: str) -> dict[str, Any]:
    # From None: what json says of a document shows a part of it.
    try:
        document = json.loads(data) if len(data) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        raise SetError("it is damaged") from None
    if not isinstance(document, dict) or document.get("format") != wanted:
        raise SetError(f"it is not of format {wanted}")
    return document
