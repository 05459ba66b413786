"""`psfdns dnssec enable`, `rotate` and `disable`: the sandbox below a signed root, with a registrar."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.registry import Registry
from tests.cli.signed_scene import NAME, Scene, signed_scene


@pytest.fixture
def scene(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with signed_scene(registry, monkeypatch) as scene:
        yield scene


def test_a_zone_is_enabled_rotated_and_disabled(scene: Scene) -> None:
    scene.finish("enable", NAME)
    assert scene.status()["status"] == "secure"
    scene.finish("rotate", NAME)
    assert scene.status()["status"] == "secure"
    scene.finish("disable", NAME)
    assert scene.status()["status"] == "insecure"
