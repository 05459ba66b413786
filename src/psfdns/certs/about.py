"""about.json beside a certificate: its fields, so that they need not be read out of it each time. Pure.

It counts only while its digest is that of cert.pem; how the certificate was ordered stands nowhere else.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import asdict
from typing import Any

from psfdns.certs.certificate import KeyType
from psfdns.certs.stored import Issuance, StoredCertificate

FORMAT = "psfdns-certificate/1"


def digest_of(certificate: bytes) -> str:
    """What ties the file to the bytes of cert.pem."""
    return f"sha256:{hashlib.sha256(certificate).hexdigest()}"


def render_about(stored: StoredCertificate, certificate: bytes) -> bytes:
    """The file for a certificate, whose cert.pem has these bytes."""
    issuance = stored.issuance
    document = {
        "format": FORMAT,
        "digest": digest_of(certificate),
        "names": list(stored.names),
        "not_before": stored.not_before.isoformat(),
        "not_after": stored.not_after.isoformat(),
        "serial": stored.serial,
        "issuer": stored.issuer,
        "fingerprint": stored.fingerprint,
        "key": stored.key,
        "identifier": stored.identifier,
        "issuance": None if issuance is None else asdict(issuance),
    }
    return (json.dumps(document, indent=1, ensure_ascii=True) + "\n").encode()


def parse_about(text: bytes, certificate: bytes, *, name: str) -> StoredCertificate | None:
    """What it says of a certificate whose cert.pem has these bytes; None where it is about other bytes."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT or document["digest"] != digest_of(certificate):
            return None
        return _from_json(document, name)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _from_json(document: dict[str, Any], name: str) -> StoredCertificate:
    return StoredCertificate(
        name=name,
        names=tuple(str(each) for each in document["names"]),
        not_before=_moment(document["not_before"]),
        not_after=_moment(document["not_after"]),
        serial=str(document["serial"]),
        issuer=str(document["issuer"]),
        fingerprint=str(document["fingerprint"]),
        key=None if document["key"] is None else KeyType(document["key"]),
        identifier=_text(document["identifier"]),
        issuance=_issuance(document["issuance"]),
    )


def _issuance(value: Any) -> Issuance | None:
    if value is None:
        return None
    return Issuance(_text(value["ca"]), _text(value["profile"]), _text(value.get("tenant")))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)
