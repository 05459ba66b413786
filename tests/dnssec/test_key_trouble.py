"""What somebody is reminded of about keys: never what could be well."""

from __future__ import annotations

import pytest

from psfdns.dnssec.key_trouble import Trouble, TroubleKind, find_trouble
from psfdns.plans.host import HostedSigning, SigningKey

DIGEST, OTHER = "AB" * 32, "CD" * 32
KEY = SigningKey("first", "ACTIVE", 12345, 13, 2, DIGEST)
SECOND = SigningKey("second", "ACTIVE", 54321, 13, 2, OTHER)
IDLE = SigningKey("idle", "INACTIVE", 54321, 13, 2, OTHER)
DS = f"12345 13 2 {DIGEST}"


def signing(*keys: SigningKey, status: str = "SIGNING", message: str = "") -> HostedSigning:
    return HostedSigning(status, message, keys)


CASES: dict[str, tuple[HostedSigning, tuple[str, ...] | None, TroubleKind | None]] = {
    "the DS of the key": (signing(KEY), (DS,), None),
    "in small letters": (signing(KEY), (DS.lower(),), None),
    "in two words": (signing(KEY), (f"12345 13 2 {DIGEST[:56]} {DIGEST[56:]}",), None),
    "of one of two keys": (signing(KEY, SECOND), (DS,), None),
    "one of two DS": (signing(KEY), (f"54321 13 2 {OTHER}", DS), None),
    "another kind of digest": (signing(KEY), (f"12345 13 4 {'EF' * 48}",), None),
    "no DS": (signing(KEY), (), None),
    "DS not known": (signing(KEY), None, None),
    "another digest of the same kind": (signing(KEY), (f"12345 13 2 {OTHER}",), TroubleKind.DS_MISMATCH),
    "another algorithm": (signing(KEY), (f"12345 8 2 {DIGEST}",), TroubleKind.DS_MISMATCH),
    "another key": (signing(KEY), (f"54321 13 2 {OTHER}",), TroubleKind.DS_MISMATCH),
    "a key that is not active": (signing(KEY, IDLE), (f"54321 13 2 {OTHER}",), TroubleKind.DS_MISMATCH),
    "no active key": (signing(IDLE), (DS,), None),
    "not signing": (signing(status="NOT_SIGNING"), (DS,), TroubleKind.NOT_SIGNING),
    "not signing, no DS": (signing(status="NOT_SIGNING"), (), None),
    "action": (signing(KEY, status="ACTION_NEEDED"), (DS,), TroubleKind.ACTION_NEEDED),
    "action of a key": (
        signing(SigningKey("first", "ACTION_NEEDED", 12345, 13, 2, DIGEST)),
        None,
        TroubleKind.ACTION_NEEDED,
    ),
    "failure": (signing(status="INTERNAL_FAILURE"), None, TroubleKind.INTERNAL_FAILURE),
    "the DS is worse": (
        signing(KEY, status="ACTION_NEEDED"),
        (f"54321 13 2 {OTHER}",),
        TroubleKind.DS_MISMATCH,
    ),
    "being deleted": (signing(status="DELETING"), (DS,), None),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_trouble(case: str) -> None:
    said, ds, expected = CASES[case]
    found = find_trouble(said, ds)
    assert (found.kind if found else None) == expected


def test_it_says_what_route_53_says() -> None:
    assert find_trouble(signing(status="ACTION_NEEDED", message="the key is gone"), ()) == Trouble(
        TroubleKind.ACTION_NEEDED, "Route 53 says ACTION_NEEDED of signing: the key is gone"
    )
    trouble = find_trouble(signing(SECOND), (DS,))
    assert trouble is not None
    assert trouble.words == f"the registry has DS {DS}, and Route 53 signs with key 54321"
    assert trouble.is_about_ds
