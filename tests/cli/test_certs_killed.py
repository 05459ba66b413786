"""kill -9 of a real process at every step of a renewal: the next run completes it, and nothing is left."""

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
STEPS = {
    "before the account": ("POST /sign-me-up", "drop"),
    "after the account": ("POST /sign-me-up", "lose"),
    "before the order": ("POST /order-plz", "drop"),
    "after the order": ("POST /order-plz", "lose"),
    "with proofs in DNS": ("POST /chalZ", "drop"),
    "after the answer": ("POST /chalZ", "lose"),
    "before it is finalized": ("POST /finalize-order", "drop"),
    "after it is finalized": ("POST /finalize-order", "lose"),
    "before the download": ("POST /certZ", "drop"),
    "after the download": ("POST /certZ", "lose"),
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Recursor, Proxy, str, Path]]:
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


@pytest.mark.parametrize("step", STEPS)
def test_the_next_run_completes_what_a_killed_one_has_begun(
    scene: tuple[Recursor, Proxy, str, Path],
    step: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recursor, proxy, url, bundle = scene
    monkeypatch.chdir(tmp_path)
    ground = Issuing(tmp_path, capsys)
    recursor.service = DnsService(Sandbox(tmp_path / ".psfdns" / "sandbox").cloud)
    (tmp_path / "psfdns.toml").write_text(
        '[route53]\naccounts = ["sandbox"]\n[acme]\norder = ["pebble"]\n'
        f'[acme.ca.pebble]\ndirectory = "{url}"\nca_bundle = "{bundle}"\n'
    )
    ground.want(DIRECT)
    ground.apply()
    where, do = STEPS[step]
    orders = proxy.good("POST /order-plz")

    with subprocess.Popen(
        [sys.executable, "-m", "psfdns.cli.main", "--sandbox", "certs", "renew"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    ) as process:
        kill = lambda: os.kill(process.pid, signal.SIGKILL)  # noqa: E731 - named for what it does
        proxy.faults = [Fault(where, do, before=kill if do == "drop" else None, after=kill)]
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    proxy.faults = []

    out = ground.succeed("certs", "renew")

    assert "alpha.test: issued by pebble" in out
    assert proxy.good("POST /order-plz") - orders == (2 if step == "after the order" else 1)
    assert ground.proofs() == []
    assert ground.run("certs", "renew")[:2] == (0, "")
    kept = {path.name for path in (tmp_path / ".psfdns" / "acme" / "orders").iterdir()}
    assert kept == set()
