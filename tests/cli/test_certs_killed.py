"""kill -9 of a real process at each request of a renewal: the next run completes it, and nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.sandbox import Sandbox
from tests.cli.test_certs_issuing import Issuing
from tests.fault_proxy import Fault, Proxy, fault_proxy
from tests.pebble import pebble
from tests.recursor import Recursor, serving

DIRECT = """
[[certificate]]
names = ["alpha.test", "*.alpha.test"]
challenge = "direct"
"""
Capture = pytest.CaptureFixture[str]
Scene = tuple[Recursor, Proxy, str, Path]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    recursor = Recursor(Sandbox(None).cloud)
    folder = tmp_path_factory.mktemp("ca")
    # A nonce that is refused would be the step at which the process dies.
    quiet = {"PEBBLE_WFE_NONCEREJECT": "0"}
    with (
        serving(recursor) as port,
        pebble(folder, port, environment=quiet) as ca,
        fault_proxy(ca.url, ca.bundle, folder / "tls.key") as (proxy, url),
    ):
        yield recursor, proxy, url, ca.bundle


def put_down(scene: Scene, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Issuing:
    """A repository whose certificate the CA is to issue."""
    recursor, _, url, bundle = scene
    root.mkdir()
    monkeypatch.chdir(root)
    ground = Issuing(root, capsys)
    recursor.service = DnsService(Sandbox(root / ".psfdns" / "sandbox").cloud)
    (root / "psfdns.toml").write_text(
        '[route53]\naccounts = ["sandbox"]\n[acme]\norder = ["pebble"]\n'
        f'[acme.ca.pebble]\ndirectory = "{url}"\nca_bundle = "{bundle}"\n'
    )
    ground.want(DIRECT)
    ground.apply()
    return ground


def kinds_of(requests: list[str]) -> list[str]:
    """The kinds of signed requests, in the order in which they come: `POST /order-plz`."""
    signed = (each for each in requests if each.startswith("POST "))
    return list(dict.fromkeys("/".join(each.split("/")[:2]) for each in signed))


def run_and_kill(proxy: Proxy, where: str, do: str) -> None:
    """A process of its own that dies before (drop) or after (lose) the CA does what it is asked."""
    with subprocess.Popen(
        [sys.executable, "-m", "psfdns.cli.main", "--sandbox", "certs", "renew"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    ) as process:
        kill = lambda: os.kill(process.pid, signal.SIGKILL)  # noqa: E731 - named for what it does
        proxy.faults = [Fault(where, do, before=kill if do == "drop" else None, after=kill)]
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, where
    proxy.faults = []


@pytest.mark.parametrize("do", ["drop", "lose"])
def test_the_next_run_completes_what_a_killed_one_has_begun(
    scene: Scene, do: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """At each kind of request that a run makes; every other step: tests/cli/test_certificate_kills.py."""
    proxy = scene[1]
    proxy.requests.clear()
    put_down(scene, tmp_path / "count", monkeypatch, capsys).succeed("certs", "renew")
    kinds = kinds_of(proxy.requests)
    assert {"POST /sign-me-up", "POST /order-plz", "POST /finalize-order"} < set(kinds)
    for number, where in enumerate(kinds):
        ground = put_down(scene, tmp_path / f"{number}", monkeypatch, capsys)
        orders = proxy.good("POST /order-plz")
        run_and_kill(proxy, where, do)

        assert "alpha.test: issued by pebble" in ground.succeed("certs", "renew"), where
        placed = proxy.good("POST /order-plz") - orders
        assert placed == (2 if (where, do) == ("POST /order-plz", "lose") else 1), where
        assert ground.proofs() == []
        assert ground.run("certs", "renew")[:2] == (0, "")
        assert list((ground.root / ".psfdns" / "acme" / "orders").iterdir()) == []
