"""One CA for the tests of a module: it takes a while to start, and keeps accounts apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certs.world import World, world
from tests.fault_proxy import Proxy, fault_proxy


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("ca")) as found:
        yield found


@pytest.fixture
def at_ca(shared_world: World, tmp_path: Path) -> World:
    """The shared CA with a state folder, an account's key and memories of this test's own."""
    return shared_world.afresh(tmp_path)


@pytest.fixture
def through(at_ca: World) -> Iterator[tuple[Proxy, str]]:
    """A proxy in front of the CA, and the directory's URL through it."""
    key = at_ca.ca.bundle.with_name("tls.key")
    with fault_proxy(at_ca.ca.url, at_ca.ca.bundle, key) as found:
        yield found
