"""A repository, an account with others in it, and the command line between them over a network that fails."""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import botocore.endpoint
import botocore.retries.quota
import pytest

import psfdns.aws
import psfdns.aws.route53
import psfdns.cli.wiring
import psfdns.route53.apply
import psfdns.route53.batches
from psfdns.budget import UNLIMITED, Budget
from psfdns.cli.main import run
from psfdns.route53.packing import Limits
from psfdns.sandbox.disk_store import DiskStore
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.store import MemoryStore
from tests.cli.ground import TENANT
from tests.faults.network import Network, Witness, account_state
from tests.route53.accounts import Time

SMALL = Limits(elements=9, characters=32_000)
"""So small that a handful of changes needs several requests."""

Zones = Mapping[str, tuple[str, ...]]

BEFORE: Zones = {
    "alpha.test": (
        "www A 192.0.2.1",
        "www TXT old",
        "gone A 192.0.2.1",
        "kept A 192.0.2.1",
        "kept MX 10 mail.example.net.",
        "swap CNAME elsewhere.example.net.",
        "to AWS ALIAS A gone $self false",
        "stays AWS ALIAS A kept $self false",
        'w 60 A 192.0.2.1 ; AWS routing="WEIGHTED" weight=1 identifier="one"',
        'w 60 A 192.0.2.2 ; AWS routing="WEIGHTED" weight=1 identifier="two"',
        'w 60 A 192.0.2.3 ; AWS routing="WEIGHTED" weight=1 identifier="three"',
        "_dmarc TXT one",
    )
}
AFTER: Zones = {
    "alpha.test": (
        "www A 192.0.2.10",
        "www A 192.0.2.11",
        "www TXT new",
        "kept A 192.0.2.1",
        "kept MX 20 mail.example.net.",
        "new A 192.0.2.20",
        "swap A 192.0.2.21",
        "to AWS ALIAS A new $self false",
        "stays AWS ALIAS A kept $self true",
        'w 300 A 192.0.2.1 ; AWS routing="WEIGHTED" weight=9 identifier="one"',
        'w 300 A 192.0.2.2 ; AWS routing="WEIGHTED" weight=1 identifier="two"',
        'w 300 A 192.0.2.4 ; AWS routing="WEIGHTED" weight=1 identifier="four"',
        "_dmarc TXT two",
    ),
    "beta.test": ("@ MX 10 mail.example.net.", "www A 192.0.2.30", "to AWS ALIAS A www $self false"),
}

SETTINGS = """
[zones."alpha.test"]
comment = "{comment}"
ignore = ["**.dyn *"]
protect = ["www A", "kept A"]
[zones."beta.test"]
comment = "made from files"
protect = ["www A"]
"""

OTHERS = (
    ("alpha.test.", "dyn.alpha.test.", "A", "203.0.113.1"),
    ("alpha.test.", "host.dyn.alpha.test.", "A", "203.0.113.2"),
    ("alpha.test.", "_acme-challenge.alpha.test.", "TXT", '"token"'),
    ("byhand.test.", "www.byhand.test.", "A", "203.0.113.3"),
)
"""What other writers keep in the account: zone, name, type, value."""


class Ran(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str


@dataclass
class Scene:
    """One repository and account; `connected` puts a network between them and the command line."""

    root: Path
    time: Time
    sandbox: Sandbox
    limits: Limits = SMALL

    def write(self, zones: Zones, comment: str) -> None:
        """Make these the files."""
        folder = self.root / "zones" / "one"
        folder.mkdir(parents=True, exist_ok=True)
        (self.root / "psfdns.toml").write_text('[route53]\naccounts = ["sandbox"]\n')
        settings = SETTINGS.format(comment=comment)
        if "beta.test" not in zones:
            settings = settings[: settings.index('[zones."beta')]
        (folder / "tenant.toml").write_text(TENANT.format(slug="one") + settings)
        for path in folder.glob("*.zone"):
            path.unlink()
        for name, lines in zones.items():
            (folder / f"{name}.zone").write_text("\n".join(["$TTL 300", *lines, ""]))

    def state(self) -> dict[str, Any]:
        """All of the account that must come out right."""
        return account_state(self.sandbox)

    def network(self, **settings: Any) -> Network:
        """A way to the account."""
        return Network(self.sandbox, self.time, **settings)

    def run(self, network: Network, *words: str) -> Ran:
        """Run a command line over a network."""
        out, err = io.StringIO(), io.StringIO()
        way = connected(network, self.root, self.limits)
        with way, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["--sandbox", *words])
        return Ran(code, out.getvalue(), err.getvalue())

    def apply(self, network: Network | None = None, *words: str) -> Ran:
        """`apply --yes` of everything."""
        allow = ("--allow", "many-changes", "--allow", "protected")
        return self.run(network or self.network(), "-q", "apply", "--yes", "--json", *allow, *words)

    def fork(self) -> Scene:
        """The same repository without its state folder, with a copy of the account as it is now."""
        shutil.rmtree(self.root / ".psfdns", ignore_errors=True)
        time = Time()
        time.now = self.time.now + 3600
        return Scene(self.root, time, clone_sandbox(self.sandbox, time), self.limits)


def put_on_disk(scene: Scene) -> Scene:
    """A fork whose account is kept in the state folder, so that other processes share it."""
    made = scene.fork()
    store = scene.sandbox.cloud.store
    made.sandbox.cloud.store = DiskStore(scene.root / ".psfdns" / "sandbox")
    with made.sandbox.cloud.store.writing():
        for zone_id in store.zones():
            zone = store.fetch_zone(zone_id)
            assert zone is not None
            made.sandbox.cloud.store.store_zone(*zone)
        made.sandbox.cloud.store.store_account(store.account())
    return made


def clone_sandbox(sandbox: Sandbox, time: Time) -> Sandbox:
    """An account with the same zones; what happens to one does not happen to the other."""
    made = open_sandbox(time)
    store = sandbox.cloud.store
    assert isinstance(store, MemoryStore)
    mine = made.cloud.store
    assert isinstance(mine, MemoryStore)
    mine._zones = dict(store._zones)
    mine._account = copy.deepcopy(store._account)
    return made


def open_sandbox(time: Time, seed: int = 1) -> Sandbox:
    """An account in memory whose clock only sleeping moves."""
    return Sandbox(None, clock=time.date, randomness=random.Random(seed), insync_after=0.0)


def make_scene(root: Path) -> Scene:
    """The account holds BEFORE and what others keep there; the files say AFTER."""
    time = Time()
    scene = Scene(root, time, open_sandbox(time))
    scene.write(BEFORE, comment="old words")
    first = scene.apply()
    assert first.code == 0, first.err
    call(scene, "CreateHostedZone", Name="byhand.test.", CallerReference="by hand")
    for zone, name, kind, value in OTHERS:
        upsert(scene, zone, name, kind, value)
    scene.write(AFTER, comment="new words")
    shutil.rmtree(root / ".psfdns", ignore_errors=True)
    return scene


def call(scene: Scene, action: str, **parameters: Any) -> Any:
    """Another writer in the same account."""
    return _one_client().call(scene.network(), action, **parameters)


def upsert(scene: Scene, zone: str, name: str, kind: str, value: str, *, ttl: int = 60) -> None:
    """Another writer, who asks nobody."""
    (zone_id,) = (each.id for each in scene.sandbox.cloud.store.zones().values() if each.name == zone)
    rrset = {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value}]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": rrset}]}
    call(scene, "ChangeResourceRecordSets", HostedZoneId=zone_id, ChangeBatch=batch)


class _Client:
    """One boto3 client for all runs, as making one takes longer than a run; budget and network change."""

    def __init__(self) -> None:
        self.budget = Budget(UNLIMITED, clock=lambda: 0.0, sleep=lambda _: None)
        self.network: Network | None = None
        self.api = psfdns.aws.route53.open_route53(
            budget=SimpleNamespace(spend=self._spend),  # type: ignore[arg-type]
            threads=8,
            attach=self._attach,
        )

    def _spend(self, action: str, body: bytes) -> None:
        self.budget.spend(action, body)

    def _attach(self, client: Any) -> None:
        from psfdns.sandbox.wire import Wire

        self.wire = Wire(client.meta.service_model)
        client.meta.events.register("before-send.route-53", self._answer)

    def _answer(self, request: Any, **_: Any) -> Any:
        assert self.network is not None
        return self.network.answer(request)

    def connect(self, network: Network) -> None:
        network.sandbox._wire = self.wire
        self.network = network

    def open(
        self, network: Network, *, budget: Budget, threads: int, attach: Any = None, session: Any = None
    ) -> Any:
        """Stands for open_route53."""
        del threads, attach, session
        self.connect(network)
        self.budget = budget
        return self.api

    def call(self, network: Network, action: str, **parameters: Any) -> Any:
        self.connect(network)
        self.budget = Budget(UNLIMITED, clock=lambda: 0.0, sleep=lambda _: None)
        return self.api.call(action, "test", **parameters)


@functools.cache
def _one_client() -> _Client:
    return _Client()


@contextlib.contextmanager
def connected(network: Network, root: Path, limits: Limits) -> Iterator[None]:
    """Until left, the command line run in `root` speaks to this network, and time passes by sleeping only."""
    sleep: Callable[[float], None] = network.time.sleep
    packing = psfdns.route53.batches.pack_changes.__kwdefaults__ or {}
    client = _one_client()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setattr(psfdns.aws, "open_route53", functools.partial(client.open, network))
        patch.setattr(psfdns.cli.wiring, "open_sandbox", lambda workspace: network.sandbox)
        patch.setattr(psfdns.cli.wiring, "sleep", sleep)
        patch.setattr(psfdns.cli.wiring, "monotonic", network.time.clock)
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=sleep))
        # A client that lives as long as all runs together would run out of retries.
        patch.setattr(botocore.retries.quota.RetryQuota, "acquire", lambda quota, amount: True)
        patch.setitem(packing, "limits", limits)
        # One zone after the other, so that the nth request is the same one in every run.
        patch.setattr(psfdns.route53.apply, "ThreadPoolExecutor", _one_thread)
        yield


def _one_thread(threads: int, **settings: Any) -> ThreadPoolExecutor:
    del threads
    return ThreadPoolExecutor(1, **settings)


def witness(scene: Scene, after: Mapping[str, Any]) -> Witness:
    """Looks at the scene's account from now on."""
    return Witness(scene.sandbox, scene.state(), after)
