"""Keys, requests and ARI identifiers, held against cryptography and RFC 9773's own example."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509

from psfdns.certs.certificate import KeyType
from psfdns.certs.keys import KINDS, kind_of, make_key, make_request

NAMES = ("example.org", "*.example.org")
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)


def test_every_kind_that_a_manifest_may_ask_for_can_be_made() -> None:
    assert set(KINDS) == {each.value for each in KeyType}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rsa-4096"])
def test_a_key_is_of_the_kind_that_was_asked_for(kind: str) -> None:
    assert kind_of(make_key(kind)) == kind


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        make_key("dsa-1024")


def test_a_request_holds_the_names_in_order_and_no_subject() -> None:
    request = x509.load_der_x509_csr(make_request(make_key("ecdsa-p256"), NAMES))
    wanted = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)

    assert wanted.value.get_values_for_type(x509.DNSName) == list(NAMES)
    assert request.is_signature_valid
    assert not list(request.subject)
