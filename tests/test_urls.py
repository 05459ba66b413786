"""Which URLs are spoken to."""

from __future__ import annotations

import pytest

from psfdns.urls import is_loopback, read_url, same_place


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.gandi.net/v5", True),
        ("https://[2001:db8::1]:8443/", True),
        ("http://127.0.0.1:8080/v5", True),
        ("http://[::1]/", True),
        ("http://localhost:80/", True),
        ("http://api.gandi.net/v5", False),
        ("http://127.0.0.1.example.com/", False),
        ("http://localhost.example.com/", False),
        ("http://192.0.2.1/", False),
        ("https://user@a.test/", False),
        ("https://a.test/#b", False),
        ("https://a.test:x/", False),
        ("https:///v5", False),
        ("https://a.test/a b", False),
        ("https://a.test/\n", False),
        ("https://[::1/", False),
        ("ftp://127.0.0.1/", False),
        ("file:///etc/passwd", False),
        ("https://a.test:99999/", False),
        ("https://user:secret@a.test/", False),
        ("", False),
    ],
)
def test_only_https_is_spoken_except_on_this_machine(url: str, allowed: bool) -> None:
    assert (read_url(url) is not None) is allowed


def test_the_same_place_has_the_same_scheme_host_and_port() -> None:
    first, second = read_url("https://a.test/v5"), read_url("https://a.test:443/x")
    third = read_url("https://a.test:8443/v5")
    assert first is not None
    assert second is not None
    assert third is not None
    assert same_place(first, second)
    assert not same_place(first, third)


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("LOCALHOST", True),
     ("0.0.0.0", False),  # noqa: S104
     ("127.8.9.1.example", False), ("localhost.example.org", False), ("192.0.2.1", False), ("", False)],
)  # fmt: skip
def test_loopback_is_this_machine_alone(host: str, here: bool) -> None:
    assert is_loopback(host) is here
