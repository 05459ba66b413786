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


def test_a_target_permits_those_it_names_or_all(tmp_path: Path) -> None:
    one, every = (DeployTarget("x", TargetType.FASTLY, tenants) for tenants in (("psf",), ("*",)))
    assert (one.permits("psf"), one.permits("psf2"), every.permits("psf2")) == (True, False, True)


EXEC = "[deploy.x]\ntype = 'exec'\ntenants = ['*']\n"
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
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_finding_that_names_it(tmp_path: Path, text: str) -> None:
    (finding,) = findings_of(tmp_path, text)
    assert FAULTS[text] in finding.summary
