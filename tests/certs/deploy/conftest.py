"""What tests of deploys stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.certs.deploy.clouds import Cloud, playing_aws


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    # What is asked again at once would be asked again after seconds.
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with playing_aws() as found:
        yield found
