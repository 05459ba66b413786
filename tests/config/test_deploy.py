"""`[deploy.<name>]`: targets of each type, who may name them, and every fault by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from psfdns.certs.settings import DeployTarget, TargetType
from tests.config.toml import findings_of, read


def test_a_target_of_each_type_is_read(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        [deploy.hook]
        type = "exec"
        tenants = ["psf", "jython"]
        command = ["/usr/local/bin/deploy", "--now"]
        [deploy.salt]
        type = "directory"
        tenants = ["*"]
        path = "pillar"
        [deploy.cdn]
        type = "fastly"
        tenants = ["psf"]
        token_file = "/etc/fastly"
        [deploy.lb]
        type = "acm"
        tenants = ["psf"]
        region = "us-east-2"
        [deploy.secrets]
        type = "secretsmanager"
        tenants = ["psf"]
        region = "us-gov-west-1"
        prefix = "certs/"
        [deploy.bucket]
        type = "s3"
        tenants = ["psf"]
        s3 = "s3://a-bucket/certs"
        """,
    )
    psf = ("psf",)
    assert list(config.acme.targets.values()) == [
        DeployTarget("hook", TargetType.EXEC, ("psf", "jython"), command=("/usr/local/bin/deploy", "--now")),
        DeployTarget("salt", TargetType.DIRECTORY, ("*",), path=tmp_path / "pillar"),
        DeployTarget("cdn", TargetType.FASTLY, psf, token_file=Path("/etc/fastly")),
        DeployTarget("lb", TargetType.ACM, psf, region="us-east-2"),
        DeployTarget("secrets", TargetType.SECRETS_MANAGER, psf, region="us-gov-west-1", prefix="certs/"),
        DeployTarget("bucket", TargetType.S3, psf, bucket="a-bucket", prefix="certs"),
    ]


def test_each_type_has_settings_of_its_own(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        [deploy.hook]
        type = "exec"
        tenants = ["*"]
        command = ["/usr/local/bin/deploy"]
        timeout = 300
        [deploy.salt]
        type = "directory"
        tenants = ["*"]
        path = "/srv/pillar"
        owner = "root"
        group = 4242
        mode = "0640"
        combined = true
        [deploy.cdn]
        type = "fastly"
        tenants = ["*"]
        token_env = "CDN_TOKEN"
        url = "http://127.0.0.1:8080"
        [deploy.secrets]
        type = "secretsmanager"
        tenants = ["*"]
        region = "us-east-1"
        kms_key = "arn:aws:kms:us-east-1:111122223333:key/mrk-0123"
        [deploy.bucket]
        type = "s3"
        tenants = ["*"]
        s3 = "s3://a-bucket"
        kms_key = "alias/certs"
        """,
    )
    hook, salt, cdn, secrets, bucket = config.acme.targets.values()
    assert hook.timeout == 300
    assert (salt.path, salt.owner, salt.group, salt.mode, salt.combined) == (
        Path("/srv/pillar"),
        "root",
        "4242",
        0o640,
        True,
    )
    assert (cdn.token_env, cdn.url) == ("CDN_TOKEN", "http://127.0.0.1:8080")
    assert secrets.kms_key == "arn:aws:kms:us-east-1:111122223333:key/mrk-0123"
    assert bucket.kms_key == "alias/certs"


def test_without_them_keys_are_the_owners_and_fastly_is_fastly(tmp_path: Path) -> None:
    bare = DeployTarget("x", TargetType.DIRECTORY, ("*",))
    assert (bare.mode, bare.owner, bare.group, bare.combined, bare.timeout) == (0o600, None, None, False, 60)
    assert (bare.url, bare.token_env) == ("https://api.fastly.com", "FASTLY_API_TOKEN")


def test_a_target_permits_those_it_names_or_all(tmp_path: Path) -> None:
    one, every = (DeployTarget("x", TargetType.FASTLY, tenants) for tenants in (("psf",), ("*",)))
    assert (one.permits("psf"), one.permits("psf2"), every.permits("psf2")) == (True, False, True)


EXEC = "[deploy.x]\ntype = 'exec'\ntenants = ['*']\n"
HOOK = EXEC + "command = ['/bin/true']\n"
FOLDER = "[deploy.x]\ntype = 'directory'\ntenants = ['*']\npath = 'x'\n"
CDN = "[deploy.x]\ntype = 'fastly'\ntenants = ['*']\n"
SECRETS = "[deploy.x]\ntype = 'secretsmanager'\ntenants = ['*']\nregion = 'us-east-1'\n"
FAULTS = {
    "deploy = 3": "[deploy] must be a table",
    "[deploy]\nx = 3": "[deploy.x] must be a table",
    "[deploy.'A B']": "'A B': a target is called in",
    "[deploy.x]\ntenants = ['*']": "deploy.x.type must be one of exec, directory, acm",
    "[deploy.x]\ntenants = ['*']\ntype = 'ftp'": "deploy.x.type must be one of",
    "[deploy.x]\ntenants = ['*']\ntype = ['exec']": "deploy.x.type must be one of",
    "[deploy.x]\ntype = 'fastly'": "deploy.x.tenants must be a list",
    "[deploy.x]\ntype = 'fastly'\ntenants = []": "deploy.x.tenants permits nobody",
    "[deploy.x]\ntype = 'fastly'\ntenants = 'psf'": "deploy.x.tenants must be a list",
    "[deploy.x]\ntype = 'fastly'\ntenants = ['PSF']": "'PSF' is no tenant's name",
    EXEC: "[deploy.x] has no command",
    EXEC + "command = '/bin/true'": "deploy.x.command must be a list",
    EXEC + "command = []": "deploy.x.command must begin with the absolute path",
    EXEC + "command = ['true']": "deploy.x.command must begin with the absolute path",
    EXEC + 'command = ["/bin/true", "\\u0000"]': "deploy.x.command holds a zero byte",
    EXEC + "command = ['/bin/true']\nregion = 'us-east-1'": "[deploy.x] 'region' is not a setting",
    "[deploy.x]\ntype = 'directory'\ntenants = ['*']": "[deploy.x] has no path",
    "[deploy.x]\ntype = 'directory'\ntenants = ['*']\npath = 3": "deploy.x.path must be the path",
    "[deploy.x]\ntype = 'acm'\ntenants = ['*']\nregion = 'here'": "deploy.x.region must be an AWS region",
    "[deploy.x]\ntype = 's3'\ntenants = ['*']\ns3 = 'bucket'": "deploy.x.s3 must name a bucket",
    SECRETS + "prefix = 'a b'": "deploy.x.prefix must be what the names",
    SECRETS + "kms_key = 'a b'": "deploy.x.kms_key must be the id, the alias or the ARN",
    HOOK + "timeout = 0": "deploy.x.timeout must be a whole number of seconds",
    HOOK + "timeout = 3601": "deploy.x.timeout must be a whole number of seconds",
    HOOK + "timeout = true": "deploy.x.timeout must be a whole number of seconds",
    FOLDER + "mode = '0666'": 'deploy.x.mode must be "0600", "0640" or "0644"',
    FOLDER + "mode = '0750'": 'deploy.x.mode must be "0600", "0640" or "0644"',
    FOLDER + "mode = '0604'": 'deploy.x.mode must be "0600", "0640" or "0644"',
    FOLDER + "mode = 420": 'deploy.x.mode must be "0600", "0640" or "0644"',
    FOLDER + "owner = 'a b'": "deploy.x.owner must be the name or the number",
    FOLDER + "group = -1": "deploy.x.group must be the name or the number",
    FOLDER + "group = true": "deploy.x.group must be the name or the number",
    FOLDER + "combined = 1": "deploy.x.combined must be true or false",
    FOLDER + "timeout = 3": "[deploy.x] 'timeout' is not a setting",
    CDN + "token_env = 'x y'": "deploy.x.token_env must be the name of an environment variable",
    CDN + "url = 'http://api.example'": "deploy.x.url must be an https:// URL",
    CDN + "url = 'https://api.example/'": "deploy.x.url must be an https:// URL",
    CDN + "url = 'https://me:secret@api.example'": "deploy.x.url must be an https:// URL",
    CDN + "url = 3": "deploy.x.url must be an https:// URL",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_finding_that_names_it(tmp_path: Path, text: str) -> None:
    (finding,) = findings_of(tmp_path, text)
    assert FAULTS[text] in finding.summary
