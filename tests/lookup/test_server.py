from __future__ import annotations

import pytest

from psfdns.lookup.server import Server, parse_server


@pytest.mark.parametrize(
    ("text", "server", "shown"),
    [
        ("192.0.2.1", Server("192.0.2.1", 53), "192.0.2.1"),
        ("192.0.2.1:5353", Server("192.0.2.1", 5353), "192.0.2.1:5353"),
        ("2001:DB8:0::1", Server("2001:db8::1", 53), "2001:db8::1"),
        ("[2001:db8::1]", Server("2001:db8::1", 53), "2001:db8::1"),
        ("[2001:db8::1]:5353", Server("2001:db8::1", 5353), "[2001:db8::1]:5353"),
    ],
)
def test_an_address_is_read_with_and_without_a_port(text: str, server: Server, shown: str) -> None:
    assert parse_server(text) == server
    assert str(server) == shown


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "[2001:db8::1]"])
def test_the_port_that_is_not_written_is_the_callers(text: str) -> None:
    assert parse_server(text, port=5300).port == 5300


@pytest.mark.parametrize(
    "text",
    ["", "ns.example.org", "192.0.2", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:dns", "[::1",
     "[::1]53", "[::1]:", "[192.0.2.1", "fe80::1%eth0", "192.0.2.1:+53", "192.0.2.1:٥٣", "192.0.2.1/24"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an address|has no port"):
        parse_server(text)
