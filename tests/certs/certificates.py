"""Certificates that are there, for the tests of decisions."""

from __future__ import annotations

import datetime
from typing import Any

from psfdns.certs.certificate import KeyType, WantedCertificate
from psfdns.certs.stored import StoredCertificate

BEGIN = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
ID = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"


def day(number: float) -> datetime.datetime:
    """So many days after the certificate began."""
    return BEGIN + datetime.timedelta(days=number)


def wanted(**changes: Any) -> WantedCertificate:
    return WantedCertificate(
        **{"name": "a.example", "tenant": "one", "names": ("a.example", "*.a.example"), **changes}
    )


def stored(days: float = 90, **changes: Any) -> StoredCertificate:
    return StoredCertificate(
        **{
            "name": "a.example",
            "names": ("*.a.example", "a.example"),
            "not_before": BEGIN,
            "not_after": day(days),
            "serial": "0102",
            "issuer": "Test CA",
            "fingerprint": "ab" * 32,
            "key": KeyType.ECDSA_P256,
            "identifier": ID,
            **changes,
        }
    )
