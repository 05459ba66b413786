"""What the tests of workflows stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.scene import Scene, with_roles


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A repository without roles: plans are made on the embedded Route 53 of the run."""
    return Scene(tmp_path)


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """What `live` is copied from."""
    return with_roles(Scene(tmp_path_factory.mktemp("applied")))


@pytest.fixture
def live(tmp_path: Path, applied: Scene) -> Scene:
    """A repository with roles, and an account that holds what the base says."""
    return applied.copy_to(tmp_path)
