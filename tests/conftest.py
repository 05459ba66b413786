"""What every test stands on: no environment of the caller's, no network, bounded examples."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# What an assertion saw is told of those in the tests' own helpers too.
pytest.register_assert_rewrite(
    *(f"tests.{path.stem}" for path in Path(__file__).parent.glob("[a-z]*") if path.stem != "conftest")
)

settings.register_profile("dev", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), max_examples=200, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_configure() -> None:
    """Nobody's AWS account, settings or colours reach a test, nor a program that a test starts."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "PSFDNS_", "GANDI_")) or name in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}:
            del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true"
    )


@pytest.fixture(scope="session")
def repository_root() -> Path:
    """The checkout, which is itself a repository that psfdns manages."""
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> Path:
    """A collection of other people's zone files that this repository does not carry."""
    folder = ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip(f"no corpus at {folder}")
    return folder
