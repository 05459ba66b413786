from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mini_internet import MiniInternet, mini_internet


@pytest.fixture(scope="session")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniInternet]:
    with mini_internet(tmp_path_factory.mktemp("internet")) as running:
        yield running
