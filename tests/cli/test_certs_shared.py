"""`certs` on a store in S3 that two hosts share: a real CA, zones in the sandbox, S3 as moto plays it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from psfdns.aws import open_objects
from psfdns.certs.pem import CertificateSet, read_certificate
from psfdns.certs.set_documents import Pointer, digest_of, render_pointer, render_set
from psfdns.cli.certs.storing import open_store
from psfdns.cli.options import Options
from psfdns.cli.wiring import host_name, open_workspace, who_acts
from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.sandbox import Sandbox
from psfdns.web import handshake
from tests.certs.certificates import day
from tests.certs.farm import make
from tests.certs.hosts import holding
from tests.certs.issuing import issue
from tests.certs.lineages import write_lineage
from tests.cli.ground import Ground
from tests.cli.test_certs_issuing import Issuing
from tests.fault_proxy import Fault, Proxy, fault_proxy
from tests.pebble import pebble
from tests.recursor import Recursor, serving
from tests.stores import BUCKET, Moto, serving_s3
from tests.web.tls_servers import serving as serving_tls
from tests.web.tls_servers import showing

KEY_ID = "11111111-2222-3333-4444-555555555555"
CONFIG = """
[route53]
accounts = ["sandbox"]
[acme]
order = ["pebble"]
store = "s3://{bucket}/certs"
kms_key = "{key}"
[acme.ca.pebble]
directory = "{directory}"
ca_bundle = "{bundle}"
"""
DIRECT = """
[[certificate]]
names = ["alpha.test", "*.alpha.test"]
challenge = "direct"
"""


@dataclass
class Bucket:
    """S3, the requests that it was asked, and how it spoils them."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    spoil: Callable[[str], str | None] = lambda _: None

    def take(self, request: str) -> str | None:
        self.asked.append(request)
        return self.spoil(request)

    def count(self, where: str) -> int:
        """How often this method was asked of keys that begin so."""
        method, key = where.split()
        return sum(request.startswith(f"{method} /{BUCKET}/certs/{key}") for request in self.asked)

    def deleted(self) -> set[str]:
        """The folders from which something was deleted."""
        paths = (request.split()[1] for request in self.asked if request.startswith("DELETE"))
        return {path.removeprefix(f"/{BUCKET}/certs/").partition("/")[0] for path in paths}

    def objects(self) -> dict[str, bytes]:
        found = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys
        return {str(name): bytes(item.value) for name, item in found.items()}


@dataclass
class Scene:
    recursor: Recursor
    proxy: Proxy
    url: str
    bundle: Path


class Host(Issuing):
    """A machine with the same repository, a state folder of its own, and everybody's Route 53."""

    def run(self, *words: str) -> tuple[int, str, str]:
        return super().run("--config", str(self.root / "psfdns.toml"), *words)

    def live(self, name: str = "alpha.test") -> CertificateSet:  # type: ignore[override]
        folder = self.root / ".psfdns" / "certs" / "live" / name
        return CertificateSet(
            *((folder / f"{part}.pem").read_bytes() for part in ("cert", "chain", "privkey"))
        )

    def wanted(self) -> str:
        return (self.root / "certs" / "one.toml").read_text()

    def proofs_left(self) -> list[str]:
        return [line for line in Ground.live(self) if "_acme-challenge" in line]

    def listed(self, name: str = "alpha.test") -> dict[str, object]:
        document = json.loads(self.succeed("certs", "list", "--json"))
        return next(each for each in document["certificates"] if each["name"] == name)


def deletable() -> set[str]:
    """The folders of the store that the policy lets objects be deleted from."""
    policy = Path(__file__).parents[2] / "docs" / "iam" / "certificates-store.json"
    (statement,) = (
        one for one in json.loads(policy.read_text())["Statement"] if one["Action"] == "s3:DeleteObject"
    )
    return {resource.partition("PREFIX/")[2].removesuffix("/*") for resource in statement["Resource"]}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    recursor = Recursor(Sandbox(None).cloud)
    folder = tmp_path_factory.mktemp("ca")
    quiet = {"PEBBLE_WFE_NONCEREJECT": "0"}
    with (
        serving(recursor) as port,
        pebble(folder, port, environment=quiet) as ca,
        fault_proxy(ca.url, ca.bundle, folder / "tls.key") as (proxy, url),
    ):
        yield Scene(recursor, proxy, url, ca.bundle)


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    found = Bucket()
    with pytest.MonkeyPatch.context() as patch:
        # Before moto sets its own, so that none is left when it has gone.
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
        with serving_s3(found.take) as found.url:
            yield found


@pytest.fixture
def bucket(server: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    server.asked.clear()
    server.spoil = lambda _: None
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
    return server


@pytest.fixture
def hosts(
    scene: Scene, bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[Host, Host]:
    scene.proxy.faults = []
    found = tuple(_make_host(scene, tmp_path / name, capsys) for name in ("one", "two"))
    one, two = found[0], found[1]
    scene.recursor.service = DnsService(Sandbox(one.root / ".psfdns" / "sandbox").cloud)
    one.apply()
    (two.root / ".psfdns").mkdir()
    (two.root / ".psfdns" / "sandbox").symlink_to(one.root / ".psfdns" / "sandbox")
    return one, two


def _make_host(scene: Scene, root: Path, capsys: pytest.CaptureFixture[str]) -> Host:
    root.mkdir()
    host = Host(root, capsys)
    (root / "psfdns.toml").write_text(
        CONFIG.format(bucket=BUCKET, key=KEY_ID, directory=scene.url, bundle=scene.bundle)
    )
    host.want(DIRECT)
    return host


def test_what_one_host_gets_the_other_has_and_asks_no_ca(scene: Scene, hosts: tuple[Host, Host]) -> None:
    one, two = hosts
    assert "alpha.test: issued by pebble" in one.succeed("certs", "renew")
    assert two.listed()["serial"] == one.listed()["serial"]
    orders = scene.proxy.good("POST /order-plz")

    assert two.run("certs", "renew") == (0, "", "")

    assert two.live() == one.live()
    assert scene.proxy.good("POST /order-plz") == orders
    key = two.root / ".psfdns" / "certs" / "live" / "alpha.test" / "privkey.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    one.succeed("certs", "issue", "alpha.test")
    assert two.live() != one.live()
    two.succeed("certs", "renew")
    assert two.live() == one.live()


def test_a_host_whose_copy_is_old_is_told_so_and_s3_is_asked_no_more_than_else(
    hosts: tuple[Host, Host], bucket: Bucket
) -> None:
    one, two = hosts
    one.succeed("certs", "renew")
    assert two.listed()["copy"] is None, "a host that has brought none uses none"
    two.succeed("certs", "renew")
    two.listed()
    bucket.asked.clear()
    new = two.listed()
    asked = [*bucket.asked]
    assert new["copy"] == {
        **{key: new[key] for key in ("not_after", "serial", "fingerprint")},
        "current": True,
        "why": None,
    }
    one.succeed("certs", "issue", "alpha.test")
    told = two.succeed("certs", "list")
    assert "alpha.test: this machine's copy is of another set, until 2" in told
    assert "[copy-outdated]" in told
    assert "copy-outdated" not in one.succeed("certs", "list")
    bucket.asked.clear()
    old = two.listed()
    assert sorted(bucket.asked) == sorted(asked)
    assert old["copy"] == {**new["copy"], "current": False}
    assert old["serial"] == one.listed()["serial"]
    two.succeed("certs", "renew")
    assert "copy-outdated" not in two.succeed("certs", "list")


def test_with_nothing_due_a_run_asks_s3_four_things(hosts: tuple[Host, Host], bucket: Bucket) -> None:
    one, _ = hosts
    for _ in range(2):
        one.succeed("certs", "renew")
    bucket.asked.clear()
    assert one.run("certs", "renew") == (0, "", "")
    asked = sorted(request.partition("?")[0].partition(f"/{BUCKET}")[2] for request in bucket.asked)
    assert asked == ["", "", "/certs/advice.json", "/certs/challenges.json"]
    assert all(request.startswith("GET") for request in bucket.asked)


def test_both_hosts_are_one_account_and_what_one_ends_is_ended(
    hosts: tuple[Host, Host], bucket: Bucket
) -> None:
    one, two = hosts
    one.succeed("certs", "renew")
    two.succeed("certs", "issue", "alpha.test")
    urls = {
        json.loads(host.succeed("certs", "account", "show", "--json"))["accounts"][0]["url"] for host in hosts
    }
    assert len(urls) == 1
    one.succeed("certs", "account", "rollover")
    two.succeed("certs", "issue", "alpha.test")
    assert not any(key.endswith("key.next.pem") for key in bucket.objects())

    two.succeed("certs", "account", "deactivate", "--yes")

    assert "none" in one.succeed("certs", "account", "show")
    assert any("/accounts/ended/" in key for key in bucket.objects())
    assert not (one.root / ".psfdns" / "certs" / "accounts").exists(), "no account key is on a disk"
    assert bucket.deleted() == deletable(), "as docs/iam says"


def test_what_one_host_revokes_is_due_at_the_other(hosts: tuple[Host, Host]) -> None:
    one, two = hosts
    one.succeed("certs", "renew")
    before = one.listed()["serial"]
    two.succeed("certs", "revoke", "alpha.test")
    assert one.run("certs", "plan", "--json")[0] == 2
    one.succeed("certs", "renew")
    assert one.listed()["serial"] != before


def test_certbots_tree_is_adopted_for_all_hosts(hosts: tuple[Host, Host], tmp_path: Path) -> None:
    one, two = hosts
    sets = [issue(["alpha.test", "*.alpha.test"], serial=number, begin=day(25)) for number in (1, 2)]
    write_lineage(tmp_path / "certbot", "alpha.test", *sets)
    words = ("certs", "import", "--from", str(tmp_path / "certbot"), "--combined", "--json")
    document = json.loads(one.succeed(*words))

    assert document["store"] == f"s3://{BUCKET}/certs"
    (row,) = document["certificates"]
    assert (row["fate"], row["sets"]) == ("imported", 2)
    assert one.live() == sets[1]
    two.succeed("certs", "renew")
    assert two.live() == sets[1]
    combined = two.root / ".psfdns" / "certs" / "live" / "alpha.test" / "combined.pem"
    assert combined.read_bytes() == sets[1].full_chain + sets[1].key


def test_a_store_on_the_disk_moves_to_s3_by_import(hosts: tuple[Host, Host], bucket: Bucket) -> None:
    one, two = hosts
    config = one.root / "psfdns.toml"
    shared = config.read_text()
    config.write_text(
        "\n".join(line for line in shared.splitlines() if not line.startswith(("store", "kms")))
    )
    one.succeed("certs", "renew")
    before = one.live()
    assert one.listed()["explanation"] is None
    config.write_text(shared)

    one.succeed("certs", "import", "--from", str(one.root / ".psfdns" / "certs"))

    assert one.listed()["due"] is not True
    (pointer,) = (data for key, data in bucket.objects().items() if "/live/" in key)
    assert json.loads(pointer)["about"]["issuance"] == {"ca": "pebble", "profile": None, "tenant": "one"}
    two.succeed("certs", "renew")
    assert two.live() == one.live() == before
    assert two.run("certs", "renew") == (0, "", "")


def test_a_second_host_is_told_who_is_at_it_and_changes_nothing(
    hosts: tuple[Host, Host], bucket: Bucket
) -> None:
    _, two = hosts
    objects = open_objects(BUCKET, "certs", kms_key=KEY_ID)
    with holding(objects, "elsewhere")():
        code, out, err = two.run("certs", "renew")
    assert (code, out) == (1, "")
    assert "the store of certificates is locked in s3://a-bucket/certs" in err
    assert "certs renew by alice on elsewhere (pid 4242) since 2026-11-28 12:00:00 UTC" in err
    assert not [key for key in bucket.objects() if "/live/" in key]


def test_what_a_killed_host_had_under_way_the_other_completes(
    scene: Scene, hosts: tuple[Host, Host], bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = hosts
    orders = scene.proxy.good("POST /order-plz")
    command = [
        sys.executable,
        "-m",
        "psfdns.cli.main",
        "--sandbox",
        "--config",
        str(one.root / "psfdns.toml"),
    ]
    source = {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    with subprocess.Popen(
        [*command, "certs", "renew"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **source},
    ) as process:
        kill = lambda: os.kill(process.pid, signal.SIGKILL)  # noqa: E731 - named for what it does
        scene.proxy.faults = [Fault("POST /finalize-order", "lose", after=kill)]
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    scene.proxy.faults = []
    assert any(key.endswith("orders/alpha.test.json") for key in bucket.objects())
    assert one.proofs_left()
    code, _, err = two.run("certs", "renew")
    assert code == 1
    assert "is locked" in err
    Moto().age(61)

    out = two.succeed("certs", "renew")

    assert "alpha.test: issued by pebble" in out
    assert scene.proxy.good("POST /order-plz") - orders == 1
    assert not two.proofs_left()
    assert not any("/orders/" in key or "/locks/" in key for key in bucket.objects())
    one.succeed("certs", "renew")
    assert one.live() == two.live()


STEPS = {
    "the account is made and its URL not kept": "accounts/pebble",
    "the order is placed and its URL not kept": "orders/alpha.test.json",
    "it is issued and the set not kept": "archive/alpha.test/1.json",
    "the set is kept and does not count yet": "live/alpha.test.json",
    "it counts and the draft is still there": "DELETE orders/alpha.test.json",
}


@pytest.mark.parametrize("step", STEPS)
def test_a_store_that_is_gone_in_the_midst_of_a_run_costs_no_certificate(
    scene: Scene, hosts: tuple[Host, Host], bucket: Bucket, step: str
) -> None:
    one, two = hosts
    orders = scene.proxy.good("POST /order-plz")
    where = STEPS[step] if STEPS[step].startswith("DELETE") else f"PUT {STEPS[step]}"
    nth = 2 if where.startswith(("PUT accounts", "PUT orders")) else 1
    bucket.spoil = lambda _: "forbidden" if bucket.count(where) >= nth else None
    code, out, err = one.run("certs", "renew")
    assert code == 1
    assert "not allowed (AccessDenied)" in err
    assert "PRIVATE" not in out + err
    bucket.spoil = lambda _: None
    Moto().age(61)

    two.succeed("certs", "renew")

    assert scene.proxy.good("POST /order-plz") - orders == (2 if "placed" in step else 1)
    assert not two.proofs_left()
    one.succeed("certs", "renew")
    assert one.live() == two.live()
    assert not [key for key in bucket.objects() if "/locks/" in key]


@pytest.mark.parametrize("command", ["list", "plan", "verify"])
def test_a_store_that_cannot_be_asked_is_not_known(
    hosts: tuple[Host, Host], bucket: Bucket, command: str
) -> None:
    bucket.spoil = lambda _: "forbidden"
    code, out, err = hosts[0].run("certs", command)
    assert (code, out) == (3, "")
    assert err.startswith("error: S3: list s3://a-bucket/certs: not allowed (AccessDenied)")
    code, out, _ = hosts[0].run("certs", command, "--json")
    document = json.loads(out)
    assert (code, document["format"], document["findings"]) == (3, "psfdns-error/1", [])
    assert "s3:ListBucket" in document["hint"]


FAULTS = {
    "forbidden": (lambda _: "forbidden", "not allowed (AccessDenied)", "s3:ListBucket"),
    "no bucket": (lambda _: "no bucket", "(NoSuchBucket)", "[acme] store"),
    "a cut connection": (lambda _: "cut", "cannot be reached", "AWS_ENDPOINT_URL_S3"),
    "too many requests": (lambda _: "slow down", "throttled 3 times", "others use this bucket too"),
    "no writing": (
        lambda request: "forbidden" if request.startswith("PUT") else None,
        "not allowed (AccessDenied)",
        "kms:GenerateDataKey",
    ),
    "no such key": (
        lambda request: "no key" if request.startswith("PUT") else None,
        "(KMS.NotFoundException)",
        KEY_ID,
    ),
    "no encryption": (
        lambda request: "plain" if request.startswith("PUT") else None,
        "it was not encrypted with the KMS key",
        "is that server S3?",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_store_that_cannot_be_used_is_one_error_before_any_ca_is_asked(
    scene: Scene, hosts: tuple[Host, Host], bucket: Bucket, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    one, _ = hosts
    spoil, why, hint = FAULTS[case]
    bucket.spoil = spoil
    asked = len(scene.proxy.requests)

    code, out, err = one.run("certs", "renew")

    assert (code, out) == (1, "")
    assert why in err
    assert hint in err
    assert err.count("error:") == 1
    assert "very-secret" not in err
    assert "Traceback" not in err
    assert len(scene.proxy.requests) == asked
    assert not [data for data in bucket.objects().values() if b"PRIVATE KEY" in data]


def test_everything_in_the_bucket_is_encrypted_with_the_key(hosts: tuple[Host, Host], bucket: Bucket) -> None:
    hosts[0].succeed("certs", "renew")
    stored = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys.values()
    assert {(item.encryption, item.kms_key_id) for item in stored} == {("aws:kms", KEY_ID)}
    assert any(b"PRIVATE KEY" in data for data in bucket.objects().values())


def test_what_somebody_without_the_key_put_there_is_brought_to_no_host(
    hosts: tuple[Host, Host], bucket: Bucket
) -> None:
    """Whoever may write to the bucket alone has no key, and so no say in what hosts serve."""
    one, two = hosts
    one.succeed("certs", "renew")
    before = one.live()
    stranger = make("alpha.test", "*.alpha.test")
    data = render_set(stranger)
    stored = read_certificate(stranger.certificate, name="alpha.test")
    planted = open_objects(BUCKET, "certs")
    planted.put("archive/alpha.test/2.json", data)
    planted.put(
        "live/alpha.test.json", render_pointer(Pointer(2, digest_of(data), stored, stranger.certificate))
    )

    for host in hosts:
        code, out, err = host.run("certs", "renew")
        assert (code, out) == (1, "")
        assert f"live/alpha.test.json: it is not encrypted with the KMS key {KEY_ID}" in err
    assert one.live() == before
    assert not (two.root / ".psfdns" / "certs" / "live").exists()


def test_a_copy_that_cannot_be_written_is_exit_1_and_the_certificate_is_not_lost(
    hosts: tuple[Host, Host],
) -> None:
    one, two = hosts
    one.succeed("certs", "renew")
    (two.root / ".psfdns" / "certs" / "live" / "alpha.test").mkdir(parents=True)
    code, out, err = two.run("certs", "renew")
    assert (code, out) == (1, "")
    assert "error: alpha.test: not brought here, and so nowhere: " in err
    assert two.listed()["serial"] == one.listed()["serial"]


def test_the_sandbox_leaves_a_store_of_real_certificates_alone(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ground.root / "psfdns.toml").write_text(f'[acme]\nstore = "s3://{BUCKET}"\nkms_key = "{KEY_ID}"\n')
    for words in (("list",), ("renew",), ("import", "--dry-run")):
        code, _, err = ground.run("certs", *words)
        assert code == 1
        assert "with --sandbox it is left alone" in err


def test_a_store_on_the_disk_needs_nothing_of_aws(ground: Ground) -> None:
    (ground.root / "certs").mkdir()
    (ground.root / "certs" / "one.toml").write_text(
        '[[certificate]]\nnames = ["a.alpha.test"]\nissuer = "Other"\n'
    )
    code = (
        "import sys\nfrom psfdns.cli.main import run\n"
        f"assert run(['--config', {str(ground.root / 'psfdns.toml')!r}, 'certs', 'renew']) == 0\n"
        f"assert run(['--config', {str(ground.root / 'psfdns.toml')!r}, 'certs', 'list', '-q']) == 0\n"
        "heavy = {'botocore', 'boto3', 'acme', 'requests', 'dns', 'cryptography'} & set(sys.modules)\n"
        "ours = {'psfdns.certs.remote_store', 'psfdns.locks.lease', 'psfdns.aws'} & set(sys.modules)\n"
        "assert not heavy | ours, heavy | ours"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (ground.root / ".psfdns" / "certs").exists(), "with nothing to do nothing is locked"


def test_who_writes_to_a_store_on_the_disk_is_told(ground: Ground) -> None:
    (ground.root / "certs").mkdir()
    (ground.root / "certs" / "one.toml").write_text('[[certificate]]\nnames = ["a.alpha.test"]\n')
    workspace = open_workspace(Options(config=str(ground.root / "psfdns.toml")))
    with open_store(workspace, doing="certs issue").held():
        code, _, err = ground.run("certs", "renew")
    assert code == 1
    assert f"certs issue by {who_acts()} on {host_name()} (pid {os.getpid()}) since " in err
    assert sorted(path.name for path in (ground.root / ".psfdns" / "certs").iterdir()) == ["lock"]


def test_a_server_that_says_nothing_is_not_waited_for_without_end(
    hosts: tuple[Host, Host], bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.aws.s3.SECONDS", 0.3)
    monkeypatch.setattr("time.sleep", lambda _: None)
    end = threading.Event()
    bucket.spoil = lambda _: "cut" if end.wait(20) else None
    try:
        code, out, err = hosts[0].run("certs", "list")
    finally:
        end.set()
    assert (code, out) == (3, "")
    assert "S3: list s3://a-bucket/certs: cannot be reached: Read timeout" in err


# Where certificates are brought

TARGETS = """
[deploy.salt]
type = "directory"
tenants = ["one"]
path = "salt"
[deploy.hook]
type = "exec"
tenants = ["*"]
command = ["{root}/hook"]
"""
HOOK = """#!/bin/sh
echo "$RENEWED_LINEAGE" >> {root}/calls
cp "$RENEWED_LINEAGE/privkey.pem" {root}/seen || exit 4
if [ -e {root}/broken ]; then echo broken; exit 3; fi
"""
BOTH_DEPLOYED = "alpha.test: deployed to salt\nalpha.test: deployed to hook\n"


@pytest.fixture
def deploying(hosts: tuple[Host, Host]) -> tuple[Host, Host]:
    """Each host has a folder and a program to bring certificates to."""
    for host in hosts:
        with (host.root / "psfdns.toml").open("a") as file:
            file.write(TARGETS.format(root=host.root))
        (host.root / "hook").write_text(HOOK.format(root=host.root))
        (host.root / "hook").chmod(0o755)
        host.want(DIRECT + 'deploy = ["salt", "hook"]\n')
    return hosts


def calls(host: Host) -> list[Path]:
    path = host.root / "calls"
    return [Path(line) for line in path.read_text().splitlines()] if path.exists() else []


def undeployed(host: Host) -> list[str]:
    _, out, _ = host.run("certs", "list", "--json")
    return [each["summary"] for each in json.loads(out)["findings"]]


def test_what_one_host_renews_each_brings_to_its_own_targets(
    scene: Scene, deploying: tuple[Host, Host], bucket: Bucket
) -> None:
    one, two = deploying
    assert one.succeed("certs", "renew").endswith(BOTH_DEPLOYED)
    assert undeployed(one) == []
    assert undeployed(two) == ["alpha.test is not at salt", "alpha.test is not at hook"]
    orders = scene.proxy.good("POST /order-plz")

    for _ in range(2):
        assert two.run("certs", "renew") == (0, BOTH_DEPLOYED, "")
        assert two.run("certs", "renew") == one.run("certs", "renew") == (0, "", "")
        for host in deploying:
            for key in ("salt/alpha.test/privkey.pem", "seen"):
                assert (host.root / key).read_bytes() == one.live().key
            assert set(calls(host)) == {host.root / ".psfdns" / "certs" / "live" / "alpha.test"}
        assert one.succeed("certs", "issue", "alpha.test").endswith(BOTH_DEPLOYED)

    assert scene.proxy.good("POST /order-plz") == orders + 2, "the other host asked no CA"
    states = [data for key, data in bucket.objects().items() if "/state/" in key]
    assert not any(b"hook" in data or b"salt" in data for data in states), "they are each host's own"


def test_a_program_that_fails_on_one_host_is_tried_there_alone(deploying: tuple[Host, Host]) -> None:
    one, two = deploying
    one.succeed("certs", "renew")
    (two.root / "broken").touch()
    for run in (1, 2):
        code, out, err = two.run("certs", "renew")
        assert (code, out) == (1, "alpha.test: deployed to salt\n" if run == 1 else "")
        assert err.startswith(
            f"error: alpha.test: not deployed to hook: {two.root}/hook: ended with exit code 3"
        )
        assert len(calls(two)) == run
        assert one.run("certs", "renew") == (0, "", "")
    assert two.run("certs", "list")[0] == 2
    assert undeployed(one) == []
    (two.root / "broken").unlink()
    assert two.succeed("certs", "renew") == "alpha.test: deployed to hook\n"
    assert (len(calls(one)), undeployed(two)) == (1, [])


def test_a_set_that_cannot_be_brought_here_is_deployed_nowhere(deploying: tuple[Host, Host]) -> None:
    one, two = deploying
    one.succeed("certs", "renew")
    two.succeed("certs", "renew")
    old, before = two.live(), len(calls(two))
    one.succeed("certs", "issue", "alpha.test")
    live = two.root / ".psfdns" / "certs" / "live"
    (live / "alpha.test").rename(live / "kept")
    (live / "alpha.test").mkdir()

    for words in (("renew",), ("deploy", "alpha.test"), ("issue", "alpha.test")):
        code, out, err = two.run("certs", *words)
        assert code == 1
        assert "deployed" not in out
        assert "error: alpha.test: not brought here, and so nowhere: " in err
        assert "is a folder and not a link of psfdns's\nhint: " in err
    document = json.loads(two.run("certs", "renew", "--json")[1])
    assert (document["deployed"], [each["name"] for each in document["missing"]]) == ([], ["alpha.test"])
    assert document["missing"][0]["why"].endswith("is a folder and not a link of psfdns's")
    assert (two.root / "salt" / "alpha.test" / "privkey.pem").read_bytes() == old.key
    assert len(calls(two)) == before

    (live / "alpha.test").rmdir()
    assert two.succeed("certs", "renew") == one.succeed("certs", "renew") == BOTH_DEPLOYED
    assert two.live() == one.live() != old


def test_with_everything_deployed_a_run_takes_no_lease(deploying: tuple[Host, Host], bucket: Bucket) -> None:
    one, _ = deploying
    one.succeed("certs", "renew")
    one.succeed("certs", "renew")
    bucket.asked.clear()
    with holding(open_objects(BUCKET, "certs", kms_key=KEY_ID), "elsewhere")():
        bucket.asked.clear()
        assert one.run("certs", "renew") == (0, "", "")
        assert len(bucket.asked) == 4
        assert not [each for each in bucket.asked if not each.startswith("GET") or "lock" in each]
        (one.root / "salt" / "alpha.test").unlink()
        assert one.run("certs", "deploy", "alpha.test", "--force")[0] == 1, "what writes does take it"


def test_a_deploy_that_is_due_waits_for_no_other_host(deploying: tuple[Host, Host]) -> None:
    one, two = deploying
    one.succeed("certs", "renew")
    with holding(open_objects(BUCKET, "certs", kms_key=KEY_ID), "elsewhere")():
        code, out, err = two.run("certs", "renew")
    assert (code, out, calls(two)) == (1, "", [])
    assert "on elsewhere" in err
    assert two.succeed("certs", "renew") == BOTH_DEPLOYED


def test_a_store_that_is_gone_during_a_deploy_stops_no_other_target(
    deploying: tuple[Host, Host], bucket: Bucket
) -> None:
    one, _ = deploying
    (one.root / "broken").touch()
    one.want(
        one.wanted()
        + '[[certificate]]\nnames = ["www.alpha.test"]\nchallenge = "direct"\ndeploy = ["hook"]\n'
    )
    one.run("certs", "renew")
    (one.root / "broken").unlink()
    bucket.spoil = lambda request: "forbidden" if "certs/archive/alpha.test" in request else None
    code, out, err = one.run("certs", "renew")
    assert (code, out) == (1, "www.alpha.test: deployed to hook\n")
    assert err.startswith("error: alpha.test: not deployed to hook: S3: ")
    assert "not allowed (AccessDenied)" in err
    bucket.spoil = lambda _: None
    assert one.succeed("certs", "renew") == "alpha.test: deployed to hook\n"


def test_forgotten_targets_are_each_hosts_own(deploying: tuple[Host, Host]) -> None:
    one, two = deploying
    for host in deploying:
        host.succeed("certs", "renew")
    one.want(DIRECT + 'deploy = ["hook"]\n')
    code, out, err = one.run("certs", "renew")
    assert (code, out) == (0, "")
    assert "alpha.test: salt is no target of it any more" in err
    assert two.run("certs", "renew") == (0, "", "")
    assert undeployed(two) == []


# What is served

ADDRESS = "127.0.0.1"


@pytest.fixture
def served(hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch) -> tuple[Host, Host]:
    """www.alpha.test leads here, and the first host has got two certificates for it, one after the other."""
    monkeypatch.setattr(handshake, "is_public", lambda address: address == ADDRESS)
    one, _ = hosts
    one.write("one", "alpha.test", f"www A {ADDRESS}")
    one.apply()
    for host in hosts:
        host.write("one", "alpha.test", f"www A {ADDRESS}")
        host.want(DIRECT.replace('"alpha.test", ', ""))
    return hosts


def verify(host: Host, shown: CertificateSet, monkeypatch: pytest.MonkeyPatch) -> tuple[int, dict[str, Any]]:
    with serving_tls({ADDRESS: showing(shown)}) as port:
        monkeypatch.setattr(handshake, "PORT", port)
        code, out, _ = host.run("certs", "verify", "alpha.test", "--json")
    return code, json.loads(out)


def test_verify_knows_the_sets_of_a_store_in_s3_and_writes_nothing(
    served: tuple[Host, Host], bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = served
    one.succeed("certs", "renew")
    old = one.live()
    one.succeed("certs", "issue", "alpha.test")
    bucket.asked.clear()

    code, document = verify(two, old, monkeypatch)

    (finding,) = document["findings"]
    (address,) = document["names"][0]["addresses"]
    assert (code, finding["code"], finding["severity"]) == (0, "served-outdated", "warning")
    assert (address["shown"], address["version"], address["status"]) == ("alpha.test", 1, "warning")

    code, document = verify(two, one.live(), monkeypatch)

    (address,) = document["names"][0]["addresses"]
    assert (code, document["findings"], address["status"]) == (0, [], "ok")
    assert not (two.root / ".psfdns" / "certs").exists()
    assert not [each for each in bucket.asked if not each.startswith("GET")]


def test_a_store_that_is_gone_while_it_verifies_is_not_known(
    served: tuple[Host, Host], bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = served
    one.succeed("certs", "renew")
    old = one.live()
    one.succeed("certs", "issue", "alpha.test")
    bucket.spoil = lambda request: (
        "forbidden" if "certs/archive" in request or "archive%2F" in request else None
    )

    code, document = verify(two, old, monkeypatch)

    assert code == 3
    (address,) = document["names"][0]["addresses"]
    assert address["status"] == "unknown"
    assert "the store cannot be read: S3: " in address["why"]
    assert [each["code"] for each in document["findings"]] == ["served-unchecked"]
