"""RFC 8555's objects, and what is not of that form."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from psfdns.certs.replies import Reply
from psfdns.certs.resources import (
    Reading,
    Status,
    read_authorization,
    read_directory,
    read_order,
    read_renewal_info,
)
from psfdns.errors import CaError

URLS = {
    key: f"https://ca.example/{key}" for key in "newNonce newAccount newOrder revokeCert keyChange".split()
}
ORDER = {
    "status": "pending",
    "identifiers": [{"type": "dns", "value": "WWW.example.org"}],
    "authorizations": ["https://ca.example/authz/1"],
    "finalize": "https://ca.example/finalize",
    "expires": "2026-11-27T12:00:00Z",
}
AUTHORIZATION = {
    "status": "pending",
    "identifier": {"type": "dns", "value": "example.org"},
    "wildcard": True,
    "challenges": [
        {"type": "dns-01", "url": "https://ca.example/chall/1", "status": "pending", "token": "abc"},
        {"type": "dns-persist-01", "url": "https://ca.example/chall/2", "status": "pending"},
    ],
}
WINDOW = {"suggestedWindow": {"start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00+00:00"}}


def reading(document: Any) -> Reading:
    return Reading(Reply(200, {}, json.dumps(document).encode()), who="CA", doing="look")


def test_a_directory_tells_profiles_ari_caa_and_whether_it_wants_an_external_account() -> None:
    meta = {
        "profiles": {"classic": "the usual"},
        "caaIdentities": ["CA.example"],
        "externalAccountRequired": True,
    }
    found = read_directory(reading({**URLS, "renewalInfo": "https://ca.example/ari", "meta": meta}))

    assert found.new_order == URLS["newOrder"]
    assert found.key_change == URLS["keyChange"]
    assert (found.renewal_info, found.caa, found.wants_binding) == (
        "https://ca.example/ari",
        ("ca.example",),
        True,
    )
    assert found.profiles == {"classic": "the usual"}


def test_an_old_directory_has_none_of_that() -> None:
    found = read_directory(reading(URLS))

    assert (found.renewal_info, found.profiles, found.caa, found.wants_binding) == (None, None, (), False)


def test_an_order_and_its_authorization() -> None:
    order = read_order(reading(ORDER), "https://ca.example/order/1")
    authorization = read_authorization(reading(AUTHORIZATION), "https://ca.example/authz/1")

    assert (order.status, order.names) == (Status.PENDING, ("www.example.org",))
    assert order.expires == datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)
    assert authorization.wildcard
    challenge = authorization.challenge("dns-01")
    assert challenge is not None
    assert challenge.token == "abc"  # noqa: S105 - a challenge's, which is published
    assert authorization.challenge("http-01") is None


def test_an_authorization_that_failed_says_why_and_one_that_expired_says_that() -> None:
    failed = {**AUTHORIZATION["challenges"][0], "status": "invalid", "error": {"detail": "no TXT"}}  # type: ignore[index]
    invalid = read_authorization(
        reading({**AUTHORIZATION, "status": "invalid", "challenges": [failed]}), "https://x"
    )
    expired = read_authorization(reading({**AUTHORIZATION, "status": "expired"}), "https://x")

    assert invalid.error == "no TXT"
    assert expired.error == "the authorization is expired"


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {**ORDER, "status": "sleeping"},
        {**ORDER, "finalize": None},
        {**ORDER, "expires": "tomorrow"},
        {**ORDER, "expires": "2026-11-27T12:00:00"},
        {**ORDER, "finalize": "https://ca.example/\x1b[2J"},
    ],
)
def test_what_is_no_order_is_a_ca_error(document: Any) -> None:
    with pytest.raises(CaError, match="CA: look: "):
        read_order(reading(document), "https://ca.example/order/1")


def test_a_renewal_window() -> None:
    found = read_renewal_info(reading({**WINDOW, "explanationURL": "https://ca.example/why"}))

    assert found.window.end - found.window.start == datetime.timedelta(days=1)
    assert found.explanation == "https://ca.example/why"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"suggestedWindow": []},
        {"suggestedWindow": {"start": "2026-11-20T00:00:00Z"}},
        {"suggestedWindow": {"start": "2026-11-20T00:00:00Z", "end": "soon"}},
        {"suggestedWindow": {"start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00"}},
        {"suggestedWindow": {"start": "0001-01-01T00:00:00+01:00", "end": "2026-11-21T00:00:00Z"}},
        {"suggestedWindow": {"start": "2026-11-20T00:00:00Z", "end": "9999-12-31T23:59:59-01:00"}},
    ],
)
def test_a_window_that_cannot_be_is_a_ca_error(document: Any) -> None:
    with pytest.raises(CaError):
        read_renewal_info(reading(document))
