from __future__ import annotations

import socket

import pytest


def test_no_test_reaches_beyond_loopback() -> None:
    # The warning of pytest-socket comes first, and warnings are errors here.
    with socket.socket() as outward, pytest.raises(UserWarning, match=r"192\.0\.2\.1"):
        outward.connect(("192.0.2.1", 53))


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
