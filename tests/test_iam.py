"""Each role's policy allows what its commands ask of AWS, and nothing that they do not ask."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.loaders
import pytest

from psfdns.budget import Budget
from psfdns.certs.deploy.acm import import_certificate
from psfdns.certs.deploy.bucket import put_objects
from psfdns.certs.deploy.secretsmanager import put_secret
from psfdns.certs.settings import TargetType
from psfdns.cli.certs.issuing import open_job, open_prover
from psfdns.cli.options import Options
from psfdns.cli.wiring import open_access, open_workspace, sleep
from psfdns.key_policies import write_policy
from psfdns.proofs import Proof, place_of
from psfdns.route53.challenge import Dns01Prover
from psfdns.route53.challenge_memory import ChallengeMemory, Written
from psfdns.route53.signing import SigningSwitch, fetch_signing
from psfdns.sandbox.sandbox import INSYNC_AFTER, Sandbox
from tests.certs.deploy.clouds import BUCKET, REGION, playing_aws
from tests.certs.deploy.parcels import parcel, target
from tests.cli.ground import Ground
from tests.cli.registry import make_registry
from tests.cli.signed_scene import NAME, signed_scene
from tests.registrar.fake_gandi import TOKEN
from tests.sandbox.keys import sign

ROOT = Path(__file__).parents[1]
POLICIES = ROOT / "docs" / "iam"
ROUTE53_ROLES = ("plan", "apply", "zone-delete", "certificates", "dnssec")

DEPLOY_ROLES = {"acm": "deploy-acm", "secretsmanager": "deploy-secretsmanager", "s3": "deploy-s3"}

NEEDED_BY_AWS = frozenset(
    {
        "ec2:DescribeVpcs",
        "acm:AddTagsToCertificate",
        "secretsmanager:TagResource",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "kms:GetPublicKey",
        "kms:Sign",
        "kms:TagResource",
    }
)
"""What nothing of ours asks, and AWS does itself in the caller's name (Service Authorization Reference; for
key-signing keys the schema of CloudFormation's AWS::Route53::KeySigningKey)."""

S3_NAMES = {"ListObjectsV2": "ListBucket"}
"""S3's requests that are permitted by another name."""


def statements(role: str, effect: str) -> Iterator[dict[str, Any]]:
    policy = json.loads((POLICIES / f"{role}.json").read_text(encoding="utf-8"))
    yield from (one for one in policy["Statement"] if one["Effect"] == effect)


def actions(role: str, effect: str = "Allow") -> set[str]:
    found: set[str] = set()
    for statement in statements(role, effect):
        named = statement["Action"]
        found |= {named} if isinstance(named, str) else set(named)
    return found


def named_in_source(service: str, *folders: str) -> set[str]:
    """The service's actions that stand as a string in the source of these folders."""
    model = botocore.loaders.Loader().load_service_model(service, "service-2")
    found = set()
    for folder in folders:
        for path in sorted((ROOT / "src" / "psfdns" / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= {node.value} & set(model["operations"])
    return found


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ground:
    monkeypatch.chdir(tmp_path)
    return Ground(tmp_path, capsys)


@pytest.fixture
def asked(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What the commands have asked of Route 53 since it was cleared last."""
    found: set[str] = set()
    spend = Budget.spend

    def noting(self: Budget, action: str, body: bytes = b"") -> None:
        found.add(f"route53:{action}")
        spend(self, action, body)

    monkeypatch.setattr(Budget, "spend", noting)
    monkeypatch.setattr(Budget, "count", lambda _, action: found.add(action))
    return found


def set_up(ground: Ground) -> None:
    """A zone with a comment and a protected record set, a private one in two networks, an empty one."""
    manifest = ground.root / "zones" / "one" / "tenant.toml"
    manifest.write_text(
        manifest.read_text()
        + '[zones."alpha.test"]\ncomment = "first"\nprotect = ["www A"]\n'
        + '[zones."inside.test"]\nprivate = ["us-east-1:vpc-0123", "us-east-1:vpc-4567"]\n'
    )
    ground.write("one", "inside.test", "www A 192.0.2.4")
    ground.write("two", "empty.test")


def succeed(ground: Ground, *words: str, code: int = 0) -> None:
    done, out, err = ground.run(*words)
    assert done == code, (words, out, err)


def sign_alpha(ground: Ground) -> None:
    sandbox = Sandbox(ground.root / ".psfdns" / "sandbox")
    client = sandbox.client()
    zones = client.list_hosted_zones()["HostedZones"]
    (zone_id,) = [each["Id"].rpartition("/")[2] for each in zones if each["Name"] == "alpha.test."]
    sign(client, sandbox.client("kms"), zone_id)


def test_who_plans_may_read_and_nothing_else(ground: Ground, asked: set[str]) -> None:
    set_up(ground)
    succeed(ground, "apply", "--yes")
    sign_alpha(ground)
    asked.clear()

    succeed(ground, "plan")
    succeed(ground, "drift")
    succeed(ground, "delegation", code=3)
    succeed(ground, "dnssec", "status", code=3)
    succeed(ground, "status", "--without", "domain", code=3)
    succeed(ground, "history")
    succeed(ground, "import", "--all")

    assert asked == actions("plan")


def test_who_applies_may_do_all_that_an_apply_does(ground: Ground, asked: set[str]) -> None:
    set_up(ground)
    succeed(ground, "apply", "--yes")
    manifest = ground.root / "zones" / "one" / "tenant.toml"
    manifest.write_text(manifest.read_text().replace('"first"', '"second"'))
    ground.write("one", "alpha.test", "www A 192.0.2.9", "@ TXT hello")
    succeed(ground, "apply", "--yes", "--allow", "protected")
    succeed(ground, "rollback", "--yes", "--allow", "protected")
    succeed(ground, "import", "--all")

    assert asked == actions("apply") - NEEDED_BY_AWS


def test_who_deletes_zones_may_do_all_that_it_takes(ground: Ground, asked: set[str]) -> None:
    set_up(ground)
    succeed(ground, "apply", "--yes")
    asked.clear()

    for zone in ("alpha.test", "inside.test", "empty.test"):
        allowed = ("--allow", "parent-unknown", "--allow", "protected")
        succeed(ground, "zone", "delete", zone, "--yes", *allowed)

    assert asked == actions("zone-delete")


def test_who_gets_certificates_may_do_all_that_proofs_take_and_write_txt_alone(
    ground: Ground, asked: set[str]
) -> None:
    set_up(ground)
    succeed(ground, "apply", "--yes")
    zones = [zone for zone in ground.call("ListHostedZones")["HostedZones"] if zone["Name"] == "alpha.test."]
    written = Written(zones[0]["Id"].rpartition("/")[2], "_acme-challenge.alpha.test.", "ours")
    access = prove(ground)
    asked.clear()

    access.present([Proof(place_of("alpha.test", tenant="one", zone=None), "ours")])
    access.clean()
    ChallengeMemory(ground.root / ".psfdns" / "acme").store([written])
    succeed(ground, "certs", "renew")

    assert asked == actions("certificates")
    (write,) = [one for one in statements("certificates", "Allow") if "Condition" in one]
    types = write["Condition"]["ForAllValues:StringEquals"]
    assert types == {"route53:ChangeResourceRecordSetsRecordTypes": ["TXT"]}


def prove(ground: Ground) -> Dns01Prover:
    """The prover of the command line, without a certificate that is wanted."""
    options = Options(sandbox=True, config=str(ground.root / "psfdns.toml"))
    workspace = open_workspace(options)
    return open_prover(open_job(workspace), open_access(workspace))


def test_who_signs_zones_may_do_all_that_signing_takes_and_never_takes_a_key_away(
    ground: Ground, asked: set[str]
) -> None:
    set_up(ground)
    succeed(ground, "apply", "--yes")
    access = open_access(open_workspace(Options(sandbox=True, config=str(ground.root / "psfdns.toml"))))
    asked.clear()

    (hosted,) = [each for each in access.host.list_zones() if each.name == "alpha.test."]
    access.api.call("GetHostedZone", "look at its name servers", Id=hosted.id)
    policy = write_policy(account="sandbox", zone_ids=[hosted.id])
    key = access.kms.create_key(description="a test", policy=policy, tags={"psfdns:zone": hosted.name})
    access.kms.create_alias("alias/psfdns/alpha_test", key.id)
    access.kms.describe_key(key.arn)
    access.kms.fetch_policy(key.arn)
    assert [each.id for each in access.kms.find_keys({"psfdns:zone": hosted.name})] == [key.id]
    switch = SigningSwitch(access.api, hosted, access.budget.pause)
    made = switch.create_key("key_1", kms_arn=key.arn, active=False)
    access.api.call("GetChange", "ask how far it is", Id=made.change_id)
    switch.activate_key("key_1")
    switch.enable_signing()
    fetch_signing(access.api, hosted)
    switch.disable_signing()
    sleep(INSYNC_AFTER)
    switch.deactivate_key("key_1")
    switch.delete_key("key_1")

    assert asked == actions("dnssec") - NEEDED_BY_AWS
    assert actions("dnssec", "Deny") == {"kms:DisableKey", "kms:ScheduleKeyDeletion"}


def test_who_signs_zones_may_go_on_with_procedures(
    ground: Ground, asked: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GANDI_PAT", TOKEN)
    monkeypatch.setattr("psfdns.cli.wiring.sleep", lambda _: None)
    with make_registry(ground.root, capsys) as registry, signed_scene(registry, monkeypatch) as scene:
        asked.clear()
        scene.finish("enable", NAME)
        scene.finish("disable", NAME)

    assert asked <= actions("plan") | actions("dnssec")
    assert {"route53:CreateKeySigningKey", "route53:DeleteKeySigningKey", "kms:CreateKey"} <= asked


def test_only_the_role_for_it_may_delete_a_zone() -> None:
    may_delete = [role for role in ROUTE53_ROLES if "route53:DeleteHostedZone" in actions(role)]

    assert may_delete == ["zone-delete"]
    assert actions("apply", "Deny") == {"route53:DeleteHostedZone"}


def test_every_action_of_the_source_is_allowed_to_some_role_and_no_other_is() -> None:
    allowed = set().union(*map(actions, ROUTE53_ROLES)) - NEEDED_BY_AWS
    source = named_in_source("route53", "route53", "cli", "journal", "aws")
    of_keys = named_in_source("kms", "aws")

    assert allowed == {f"route53:{action}" for action in source} | {f"kms:{action}" for action in of_keys}


def test_who_writes_the_journal_may_do_all_that_is_asked_of_the_bucket() -> None:
    source = named_in_source("s3", "aws")

    assert actions("journal-write") == {f"s3:{S3_NAMES.get(action, action)}" for action in source}


def test_who_deploys_may_do_all_that_it_takes_and_nothing_else() -> None:
    """Every branch is gone: new, known by ARN, found by tag; made, put, and made current again."""
    certificate = parcel()
    with playing_aws() as cloud:
        acm = target(TargetType.ACM, region=REGION)
        place = import_certificate(acm, certificate, cloud.opener("acm")).place
        import_certificate(acm, parcel(place=place), cloud.opener("acm"))
        import_certificate(acm, certificate, cloud.opener("acm"))
        secret = target(TargetType.SECRETS_MANAGER, region=REGION)
        for _ in range(2):
            put_secret(secret, certificate, cloud.opener("secretsmanager"))
            cloud.client("secretsmanager").put_secret_value(SecretId="a.example", SecretString="theirs")
        put_objects(target(TargetType.S3, bucket=BUCKET), certificate, lambda: cloud.open("s3"))
        asked = set(cloud.asked)

    for service, role in DEPLOY_ROLES.items():
        allowed = actions(role) - NEEDED_BY_AWS
        assert allowed == {call for call in asked if call.startswith(f"{service}:")}
        assert allowed == {f"{service}:{action}" for action in named_in_source(service, "certs")}


def test_who_keeps_certificates_in_s3_may_do_all_that_is_asked_of_the_bucket_and_use_the_key() -> None:
    source = named_in_source("s3", "aws")

    asked = {f"s3:{S3_NAMES.get(action, action)}" for action in source}
    assert actions("certificates-store") == asked | {"kms:Decrypt", "kms:GenerateDataKey"}
    (key,) = [one for one in statements("certificates-store", "Allow") if "Condition" in one]
    assert {action.partition(":")[0] for action in key["Action"]} == {"kms"}


def test_nobody_deletes_from_the_journal_but_the_lock() -> None:
    deleting = [one for one in statements("journal-write", "Allow") if one["Action"] == "s3:DeleteObject"]

    assert [one["Resource"] for one in deleting] == ["arn:aws:s3:::BUCKET/PREFIX/locks/*"]
    assert actions("journal-read") == {"s3:GetObject", "s3:ListBucket"}


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.json")), ids=lambda path: path.stem)
def test_every_policy_and_every_action_of_it_is_explained(path: Path) -> None:
    explained = (POLICIES / "README.md").read_text(encoding="utf-8")

    assert f"`{path.name}`" in explained
    assert [action for action in sorted(actions(path.stem)) if f"`{action}`" not in explained] == []


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.json")), ids=lambda path: path.stem)
def test_no_policy_says_any_action(path: Path) -> None:
    assert not [action for action in actions(path.stem) if "*" in action]
    assert len({one["Sid"] for one in statements(path.stem, "Allow")}) == len(
        list(statements(path.stem, "Allow"))
    )
