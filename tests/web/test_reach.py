"""Whom strangers may send us to."""

from __future__ import annotations

import pytest

from psfdns.web.reach import is_public


@pytest.mark.parametrize(
    "address",
    [
        "185.199.108.153",
        "8.8.8.8",
        "172.32.0.1",
        "2606:50c0:8000::153",
        "64:ff9b::8.8.8.8",
        "::ffff:0:8.8.8.8",
        "168.63.129.17",
        "192.0.0.9",
    ],
)
def test_an_address_of_the_whole_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.31.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - it is judged, and not listened on
        "255.255.255.255",
        "224.0.0.1",
        "192.0.2.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::10.0.0.1",
        "64:ff9b::10.0.0.1",
        "::ffff:0:10.0.0.1",
        "168.63.129.16",
        "::ffff:168.63.129.16",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::8.8.8.8",
        "2002:a00:1::1",
        "2001:0:808:808::f5ff:fffe",
        "2001:db8::1",
        "localhost",
        "0x7f.1",
        "2130706433",
        "",
    ],
)
def test_this_machine_its_network_and_what_only_looks_otherwise_are_not(address: str) -> None:
    assert not is_public(address)
