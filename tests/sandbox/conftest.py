from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from psfdns.sandbox.sandbox import Sandbox
from tests.sandbox.api import Clock, make_zone


@pytest.fixture(scope="session")
def bare_client() -> Any:
    """A client without its sandbox's answers: making one costs more than a test."""
    sandbox = Sandbox(None)
    client = sandbox.client(config=Config(retries={"total_max_attempts": 1}))
    detach(sandbox, client)
    return client


def detach(sandbox: Sandbox, client: Any) -> None:
    client.meta.events.unregister("before-send.route-53", sandbox._answer_in_process)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return Sandbox(None, clock=clock, insync_after=30, randomness=random.Random(53))


@pytest.fixture
def client(sandbox: Sandbox, bare_client: Any) -> Iterator[Any]:
    sandbox.attach(bare_client)
    yield bare_client
    detach(sandbox, bare_client)


@pytest.fixture
def zone(client: Any) -> str:
    return make_zone(client)


@pytest.fixture(scope="session")
def bare_kms() -> Any:
    """As `bare_client`, of KMS."""
    sandbox = Sandbox(None)
    kms = sandbox.client("kms", config=Config(retries={"total_max_attempts": 1}))
    kms.meta.events.unregister("before-send.kms", sandbox._answer_in_process)
    return kms


@pytest.fixture
def kms(sandbox: Sandbox, bare_kms: Any) -> Iterator[Any]:
    sandbox.attach(bare_kms)
    yield bare_kms
    bare_kms.meta.events.unregister("before-send.kms", sandbox._answer_in_process)
