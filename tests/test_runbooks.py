"""The runbooks are true: each is played on the sandbox, from the state that it is meant for."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from psfdns.aws import AwsApi, open_route53
from psfdns.budget import UNLIMITED, Budget
from psfdns.certs.store import Store
from psfdns.sandbox.sandbox import Sandbox
from tests.certs.issuing import issue
from tests.cli.signed_scene import TOP_A, TOP_B, make_top, serving_parents
from tests.dnssec.answering import SignedServer
from tests.registrar.fake_gandi import TOKEN, fake_gandi
from tests.transcripts import Step, assert_true, play, read_transcript

RUNBOOKS = Path(__file__).parents[1] / "docs" / "runbooks"


def account_of(root: Path) -> AwsApi:
    """The account as others see it: the console, and other programs."""
    budget = Budget(UNLIMITED, clock=lambda: 0.0, sleep=lambda _: None)
    return open_route53(budget=budget, threads=1, attach=Sandbox(root / ".psfdns" / "sandbox").attach)


def make_zone(root: Path, name: str, *sets: tuple[str, str, str]) -> None:
    """A zone made by hand, with (owner, type, value)s."""
    api = account_of(root)
    zone = api.call("CreateHostedZone", "test", Name=name, CallerReference=f"by hand: {name}")
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": f"{owner}.{name}".removeprefix("@."),
                "Type": rdtype,
                "TTL": 300,
                "ResourceRecords": [{"Value": value}],
            },
        }
        for owner, rdtype, value in sets
    ]
    if changes:
        api.call(
            "ChangeResourceRecordSets",
            "test",
            HostedZoneId=zone["HostedZone"]["Id"],
            ChangeBatch={"Changes": changes},
        )


def by_hand(root: Path) -> None:
    make_zone(root, "devguide.example")
    make_zone(
        root,
        "pyladies.example",
        ("@", "MX", "10 mail.pyladies.example."),
        ("mail", "A", "192.0.2.25"),
        ("www", "A", "192.0.2.80"),
        ("app", "A", "192.0.2.90"),
        ("app", "TXT", '"heritage=external-dns,external-dns/owner=cluster"'),
        ("_acme-challenge", "TXT", '"token"'),
    )


TENANT = """\
name = "PyLadies"
kind = "community-organisation"
approved = "Board resolution, 2026-03-11"
billing = "tenant"

[[liaison]]
name = "PyLadies web team"
email = "web@pyladies.example"
"""
ZONE = """\
$TTL 300
@    MX 10 mail
mail A  192.0.2.25
www  A  192.0.2.80
"""
EXPORT = """\
pyladies.example. 86400 IN SOA ns1.old-host.example. hostmaster.old-host.example. 7 7200 900 1209600 86400
pyladies.example. 86400 IN NS ns1.old-host.example.
pyladies.example. 86400 IN NS ns2.old-host.example.
pyladies.example. 3600 IN MX 10 mail.pyladies.example.
mail.pyladies.example. 3600 IN A 192.0.2.25
www.pyladies.example. 3600 IN A 192.0.2.80
"""


def a_tenant(root: Path) -> None:
    folder = root / "zones" / "pyladies"
    folder.mkdir(parents=True)
    (folder / "tenant.toml").write_text(TENANT)


def an_export(root: Path) -> None:
    a_tenant(root)
    (root / "export.txt").write_text(EXPORT)


def all_in_sync(root: Path, zone: str = ZONE) -> None:
    """One zone, as its file says, and all of it committed."""
    a_tenant(root)
    (root / "zones" / "pyladies" / "pyladies.example.zone").write_text(zone)
    (root / ".gitignore").write_text(".psfdns/\nplan.json\n")
    lines = (
        "git init -q && git config user.name Tester && git config user.email tester@example.org",
        "psfdns apply --yes",
        "git add -A && git commit -q -m 'State of the morning'",
    )
    for _ in play([Step(line, "") for line in lines], root, PSFDNS_SANDBOX="1"):
        pass


def an_alias_too(root: Path) -> None:
    all_in_sync(root, ZONE.replace("www  A  192.0.2.80", "www AWS ALIAS A mail $self false"))


def a_dangling_name(root: Path) -> None:
    all_in_sync(root, ZONE + "old-site CNAME pyladies-old.herokuapp.com.\n")


def a_bad_apply(root: Path) -> None:
    """A mixed change that was committed and applied, and should not have been."""
    all_in_sync(root)
    file = root / "zones" / "pyladies" / "pyladies.example.zone"
    file.write_text(
        ZONE.replace("www  A  192.0.2.80", "new  A  192.0.2.7").replace("192.0.2.25", "192.0.2.99")
    )
    lines = ("git commit -q -a -m 'The wrong servers'", "psfdns apply --yes")
    for _ in play([Step(line, "") for line in lines], root, PSFDNS_SANDBOX="1"):
        pass


def domains_at_gandi(root: Path) -> None:
    """Two domains of a tenant, at the Gandi that listens where psfdns.toml says."""
    all_in_sync(root)
    folder = root / "zones" / "pyladies"
    (folder / "pydata.example.zone").write_text(ZONE)
    with (folder / "tenant.toml").open("a") as file:
        for name in ("pyladies.example", "pydata.example"):
            file.write(f'\n[zones."{name}"]\nregistrar = "gandi"\n')


@contextmanager
def below_a_signed_root(root: Path) -> Iterator[None]:
    """The zone is delegated to the sandbox by parents that are signed."""
    api = account_of(root)
    (zone,) = api.call("ListHostedZones", "test")["HostedZones"]
    assigned = api.call("GetHostedZone", "test", Id=zone["Id"])["DelegationSet"]["NameServers"]
    servers = tuple(f"{name.removesuffix('.')}." for name in assigned)
    parent = make_top("pyladies.example", servers, ())
    tops = {address: SignedServer([parent]) for address in (TOP_A, TOP_B)}
    with serving_parents(root, "example", tops) as (lines, _):
        with (root / "psfdns.toml").open("a") as file:
            file.write(lines)
        yield


PROGRAM = """#!/bin/sh
[ -e {root}/proxy.conf ] || {{ echo "proxy: reading proxy.conf"; echo "proxy: no such file"; exit 1; }}
"""
TARGET = """
[deploy.proxy]
type = "exec"
tenants = ["*"]
command = ["{root}/reload-proxy"]
"""
WANTED = '[[certificate]]\nnames = ["www.pyladies.example"]\ndeploy = ["proxy"]\n'


def a_deploy_that_failed(root: Path) -> None:
    """A certificate in the store that did not reach its server."""
    all_in_sync(root)
    (root / "reload-proxy").write_text(PROGRAM.format(root=root))
    (root / "reload-proxy").chmod(0o755)
    with (root / "psfdns.toml").open("a") as file:
        file.write(TARGET.format(root=root))
    (root / "certs").mkdir()
    (root / "certs" / "pyladies.toml").write_text(WANTED)
    begin = datetime.datetime.now(tz=datetime.UTC) - datetime.timedelta(days=1)
    certificate = issue(("www.pyladies.example",), begin=begin)
    Store(root / ".psfdns" / "certs").put("www.pyladies.example", certificate)
    for _ in play([Step("psfdns certs renew", "")], root, PSFDNS_SANDBOX="1"):
        pass


PREPARED: dict[str, Callable[[Path], None]] = {
    "bad-apply.md": a_bad_apply,
    "by-hand-to-files.md": by_hand,
    "certificate-not-served.md": a_deploy_that_failed,
    "dangling-name.md": a_dangling_name,
    "dnssec.md": all_in_sync,
    "domain-about-to-lapse.md": domains_at_gandi,
    "emergency-apply.md": all_in_sync,
    "maintenance.md": all_in_sync,
    "moving-a-zone-in.md": an_export,
    "route53-down.md": all_in_sync,
    "tenant-leaves.md": an_alias_too,
}
"""Runbook -> what makes the state that it begins with; the others begin in an empty repository."""


@pytest.mark.parametrize("name", sorted(path.name for path in RUNBOOKS.glob("*.md")))
def test_a_runbook_does_what_it_says(name: str, tmp_path: Path) -> None:
    with fake_gandi() as gandi:
        noon = datetime.datetime.now(tz=datetime.UTC).replace(hour=12, minute=0)
        gandi.add("pyladies.example", noon + datetime.timedelta(days=5), autorenew=False)
        gandi.add("pydata.example", noon + datetime.timedelta(days=90))
        configuration = f'[route53]\naccounts = ["sandbox"]\n[gandi]\nurl = "{gandi.url}"\n'
        (tmp_path / "psfdns.toml").write_text(configuration)
        if name in PREPARED:
            PREPARED[name](tmp_path)

        steps = list(read_transcript((RUNBOOKS / name).read_text(encoding="utf-8")))

        assert steps or name == "README.md"
        with below_a_signed_root(tmp_path) if name == "dnssec.md" else nullcontext():
            inside = name == "dnssec.md"
            assert_true(steps, tmp_path, inside=inside, PSFDNS_SANDBOX="1", GANDI_PAT=TOKEN)
