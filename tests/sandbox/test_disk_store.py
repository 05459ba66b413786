"""The state on disk: what is kept, who may write, and what a crash leaves behind."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import random
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from psfdns.errors import PsfdnsError
from psfdns.sandbox.disk_store import DiskStore
from psfdns.sandbox.recordsets import RecordSets
from psfdns.sandbox.reset import forget
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.zones import HostedZone, first_record_sets, name_servers_of
from tests.sandbox.api import Clock, a, alias, change, create, listed, make_zone, outcome, record, upsert

VPC = {"VPCRegion": "us-east-1", "VPCId": "vpc-0123456789abcdef0"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".psfdns" / "sandbox"


def reopened(folder: Path, clock: Clock) -> Any:
    """A client of another instance over the same state."""
    return Sandbox(folder, clock=clock, insync_after=30).client()


def test_everything_is_there_for_the_next_instance(folder: Path, clock: Clock) -> None:
    client = reopened(folder, clock)
    zone = make_zone(client, HostedZoneConfig={"Comment": "ünï \U0001f40d"})
    private = make_zone(client, "in.test", VPC=VPC)
    delegation_set = client.create_reusable_delegation_set(CallerReference="d")["DelegationSet"]
    config = {
        "Type": "HTTP",
        "IPAddress": "192.0.2.1",
        "Port": 80,
        "Regions": ["us-east-1", "us-west-1", "eu-west-1"],
    }
    check = client.create_health_check(CallerReference="h", HealthCheckConfig=config)["HealthCheck"]
    client.change_tags_for_resource(
        ResourceType="hostedzone", ResourceId=zone, AddTags=[{"Key": "psfdns:tenant", "Value": "psf"}]
    )
    sets = [
        record("Spelled.z.test", "AAAA", "2001:DB8::0001"),
        record("*.z.test", "TXT", '"a""\\344"'),
        a("r.z.test", SetIdentifier="ünï", GeoProximityLocation={"AWSRegion": "us-east-1", "Bias": 3}),
        a("h.z.test", HealthCheckId=check["Id"]),
        alias("al.z.test", "A", "h.z.test", zone),
    ]
    info = change(client, zone, *map(create, sets), comment="why")
    gone = make_zone(client, "gone.test", "gone")
    client.delete_hosted_zone(Id=gone)

    again = reopened(folder, clock)

    assert listed(again, zone) == listed(client, zone)
    assert again.get_hosted_zone(Id=zone)["HostedZone"] == client.get_hosted_zone(Id=zone)["HostedZone"]
    assert again.get_hosted_zone(Id=private)["VPCs"] == [VPC]
    assert again.get_change(Id=info["Id"])["ChangeInfo"] == info
    tags = again.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)["ResourceTagSet"]["Tags"]
    assert tags == [{"Key": "psfdns:tenant", "Value": "psf"}]
    assert again.get_health_check(HealthCheckId=check["Id"])["HealthCheck"] == check
    assert again.list_reusable_delegation_sets()["DelegationSets"] == [delegation_set]
    with pytest.raises(again.exceptions.HostedZoneAlreadyExists):
        make_zone(again, "gone.test", "gone")


def test_the_state_is_one_document_a_zone_in_the_api_s_shapes(folder: Path, clock: Clock) -> None:
    client = reopened(folder, clock)
    zone = make_zone(client)
    change(client, zone, create(a("*.z.test", "192.0.2.1")))

    document = json.loads((folder / f"{zone}.json").read_text(encoding="utf-8"))

    assert document["format"] == "psfdns-sandbox/1"
    assert document["HostedZone"] == client.get_hosted_zone(Id=zone)["HostedZone"]
    assert a("\\052.z.test.", "192.0.2.1") in document["ResourceRecordSets"]


def test_the_state_is_for_its_owner_alone(folder: Path, clock: Clock) -> None:
    client = reopened(folder, clock)
    client.delete_hosted_zone(Id=make_zone(client, "gone.test"))
    make_zone(client)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert not list(folder.glob("*.new"))


def test_another_layout_of_the_same_json_is_read(folder: Path, clock: Clock) -> None:
    client = reopened(folder, clock)
    zone = make_zone(client)
    path = folder / f"{zone}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["ResourceRecordSets"].append(a("a.z.test."))
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")

    again = reopened(folder, clock)

    assert again.list_hosted_zones()["HostedZones"][0]["ResourceRecordSetCount"] == 3
    assert listed(again, zone) == [a("a.z.test.")]
    assert listed(client, zone) == [a("a.z.test.")], "an instance sees what others wrote"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": "psfdns-sandbox/9"}',
        '{"format": "psfdns-sandbox/1", "HostedZone": {}}',
        "\udcff",
    ],
)
def test_a_damaged_document_is_named(folder: Path, clock: Clock, text: str) -> None:
    client = reopened(folder, clock)
    zone = make_zone(client)
    path = folder / f"{zone}.json"
    path.write_bytes(text.encode(errors="surrogateescape"))

    for call in (client.list_hosted_zones, lambda: client.get_hosted_zone(Id=zone)):
        with pytest.raises(PsfdnsError) as caught:
            call()
        assert caught.value.summary.startswith(f"{path}: the sandbox's state cannot be read: ")
        assert "sandbox reset" in (caught.value.hint or "")


def test_a_first_line_cut_short_is_named(folder: Path, clock: Clock) -> None:
    zone = make_zone(reopened(folder, clock))
    path = folder / f"{zone}.json"
    path.write_text('{"format": "psfdns-sandbox/1", "ResourceRecordSets": [\n', encoding="utf-8")

    with pytest.raises(PsfdnsError, match=path.name):
        reopened(folder, clock).list_hosted_zones()


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "x"}', '{"format": "psfdns-sandbox/1"}'])
def test_a_damaged_account_is_named(folder: Path, clock: Clock, text: str) -> None:
    client = reopened(folder, clock)
    make_zone(client)
    (folder / "account.json").write_text(text, encoding="utf-8")

    with pytest.raises(PsfdnsError, match=r"account\.json"):
        client.list_health_checks()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    client = reopened(tmp_path / "file" / "sandbox", clock)

    with pytest.raises(PsfdnsError, match="cannot be made"):
        make_zone(client)


def test_looking_writes_nothing(folder: Path, clock: Clock) -> None:
    assert reopened(folder, clock).list_hosted_zones()["HostedZones"] == []
    assert not folder.exists()


def test_an_id_is_no_way_out_of_the_folder(folder: Path, clock: Clock) -> None:
    client = reopened(folder, clock)
    make_zone(client)
    (folder.parent / "Z1.json").write_text("{}", encoding="utf-8")

    with pytest.raises(client.exceptions.NoSuchHostedZone):
        client.get_hosted_zone(Id="../Z1")


def test_forgetting_leaves_what_is_not_ours(folder: Path, clock: Clock) -> None:
    client = reopened(folder, clock)
    make_zone(client)
    client.delete_hosted_zone(Id=make_zone(client, "gone.test"))
    (folder / "notes.txt").write_text("mine", encoding="utf-8")

    assert forget(folder) == 1

    assert client.list_hosted_zones()["HostedZones"] == []
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "notes.txt"]
    make_zone(client, "z.test", "for z.test")


def test_what_cannot_be_forgotten_is_named(folder: Path, clock: Clock) -> None:
    make_zone(reopened(folder, clock))
    (folder / "Z1.json").mkdir()

    with pytest.raises(PsfdnsError, match="cannot be removed"):
        forget(folder)


def write_many(folder: str, zone: str, prefix: str, count: int) -> None:
    client = Sandbox(Path(folder)).client()
    for number in range(count):
        change(client, zone, create(a(f"{prefix}{number}.z.test")))


def test_two_processes_at_once_lose_nothing(folder: Path, clock: Clock) -> None:
    client = reopened(folder, clock)
    zone = make_zone(client)
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=write_many, args=(str(folder), zone, prefix, 25)) for prefix in ("p", "q")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(listed(client, zone)) == 50


def test_threads_of_one_client_lose_nothing(folder: Path, clock: Clock) -> None:
    client = reopened(folder, clock)
    zones = [make_zone(client, f"{name}.z.test") for name in "ab"]

    def write(thread: int) -> None:
        for number in range(10):
            zone = zones[number % 2]
            change(client, zone, create(a(f"t{thread}n{number}.{'ab'[number % 2]}.z.test")))

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [len(listed(client, zone)) for zone in zones] == [20, 20]


KILLED = """
import sys
from pathlib import Path
from psfdns.sandbox.sandbox import Sandbox
from tests.sandbox.api import a, change, upsert
client = Sandbox(Path(sys.argv[1])).client()
number = 0
print("writing", flush=True)
while True:
    number += 1
    change(client, sys.argv[2], *(upsert(a(f"h{n}.z.test", f"192.0.2.{number % 250}")) for n in range(200)))
"""


def test_a_process_killed_while_writing_leaves_a_readable_state(
    folder: Path, clock: Clock, repository_root: Path
) -> None:
    client = reopened(folder, clock)
    zone = make_zone(client)
    chance = random.Random(53)
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder), zone],
            cwd=repository_root,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": "."},
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"writing\n"
            threading.Event().wait(0.05 + chance.random() * 0.2)
            writer.send_signal(signal.SIGKILL)
        again = reopened(folder, clock)
        shown = listed(again, zone)
        assert len(shown) in {0, 200}
        assert len({each["ResourceRecords"][0]["Value"] for each in shown}) <= 1, "a batch is whole"
        assert outcome(again, zone, upsert(a("h0.z.test", "192.0.2.255"))) == "accepted", "the lock is free"
        change(
            again,
            zone,
            upsert(a("h0.z.test", shown[0]["ResourceRecords"][0]["Value"] if shown else "192.0.2.1")),
        )
        if not shown:
            change(
                again,
                zone,
                *({"Action": "DELETE", "ResourceRecordSet": each} for each in listed(again, zone)),
            )


def test_a_writer_that_waits_too_long_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psfdns.sandbox.disk_store.LOCK_SECONDS", 0.05)
    with (
        DiskStore(folder).writing(),
        pytest.raises(PsfdnsError, match="another process"),
        DiskStore(folder).writing(),
    ):
        pass


def test_a_crash_between_the_text_and_its_name_keeps_the_old_text(
    folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reopened(folder, clock)
    zone = make_zone(client)
    before = (folder / f"{zone}.json").read_bytes()

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(KeyboardInterrupt):
            change(client, zone, create(a("a.z.test")))

    assert (folder / f"{zone}.json").read_bytes() == before
    assert listed(client, zone) == []
    change(client, zone, create(a("a.z.test")))
    assert listed(reopened(folder, clock), zone) == [a("a.z.test.")]


def test_a_large_zone_is_listed_without_reading_its_record_sets(folder: Path) -> None:
    store = DiskStore(folder)
    zone = HostedZone("Z1", "z.test.", "r", private=False, name_servers=name_servers_of("Z1"))
    sets = RecordSets.of(
        [*first_record_sets(zone.name, zone.name_servers), *(a(f"h{n}.z.test.") for n in range(2000))]
    )
    with store.writing():
        store.store_zone(zone, sets)
    path = folder / "Z1.json"
    # A tail that is not JSON shows that nobody looks at it.
    path.write_text(path.read_text(encoding="utf-8").replace("h1999.z.test.", 'h1999"'), encoding="utf-8")

    assert DiskStore(folder).zones()["Z1"].count == 2002
    with pytest.raises(PsfdnsError, match=r"Z1\.json"):
        DiskStore(folder).fetch_zone("Z1")


def test_a_full_disk_is_said_with_the_file_and_leaves_the_state_as_it_was(
    folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reopened(folder, clock)
    zone = make_zone(client)
    before = sorted((path.name, path.read_bytes()) for path in folder.iterdir())

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(PsfdnsError, match=rf"{zone}\.json: .* cannot be written: No space left"):
            change(client, zone, create(a("www.z.test")))

    assert sorted((path.name, path.read_bytes()) for path in folder.iterdir()) == before
