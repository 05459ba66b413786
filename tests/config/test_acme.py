"""`[acme]`: Let's Encrypt without configuration, other CAs, and every fault by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from psfdns.certs.settings import (
    LETS_ENCRYPT,
    LETS_ENCRYPT_STAGING,
    AcmeSettings,
    CertificateAuthority,
    RemoteStore,
)
from psfdns.config import parse_config
from psfdns.errors import InvalidInputError
from tests.config.toml import findings_of, read

KEY_ID = "11111111-2222-3333-4444-55555555555a"
KEY = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"
ALIAS = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/psfdns/certs"


def test_lets_encrypt_and_its_staging_need_no_configuration(tmp_path: Path) -> None:
    acme = read(tmp_path, "").acme

    assert acme == AcmeSettings(tmp_path / ".psfdns" / "certs")
    assert acme.order == ("letsencrypt",)
    assert acme.authorities == {"letsencrypt": LETS_ENCRYPT, "letsencrypt-staging": LETS_ENCRYPT_STAGING}
    assert acme.issuers == ("letsencrypt.org",)


def test_every_setting_is_read(tmp_path: Path) -> None:
    acme = read(
        tmp_path,
        """
        [acme]
        order = ["own", "letsencrypt"]
        contact = "mailto:dns@example.org"
        validation_zone = "ACME.example.org"
        store = "/srv/certs"
        jitter = 300
        checkin = "https://hc-ping.com/$UUID"
        [acme.ca.own]
        directory = "https://ca.example/directory"
        ca_bundle = "roots.pem"
        eab_kid = "kid-1"
        eab_key_file = "/etc/eab"
        caa = ["ca.example"]
        [acme.ca.letsencrypt]
        directory = "http://127.0.0.1:14000/dir"
        """,
    ).acme

    own = CertificateAuthority(
        "own",
        "https://ca.example/directory",
        ("ca.example",),
        tmp_path / "roots.pem",
        "kid-1",
        Path("/etc/eab"),
    )
    assert acme.authorities["own"] == own
    assert acme.authorities["letsencrypt"].directory == "http://127.0.0.1:14000/dir"
    assert acme.authorities["letsencrypt"].caa == ("letsencrypt.org",)
    assert (acme.order, acme.issuers) == (("own", "letsencrypt"), ("ca.example", "letsencrypt.org"))
    assert acme.contact == ("dns@example.org",)
    assert acme.validation_zone == "acme.example.org."
    assert (acme.store, acme.jitter) == (Path("/srv/certs"), 300)
    assert acme.checkin == "https://hc-ping.com/$UUID"
    assert "hc-ping" not in repr(acme)
    assert "kid-1" not in repr(acme)


def test_the_store_lies_in_the_state_folder_or_beside_psfdns_toml(tmp_path: Path) -> None:
    assert read(tmp_path, '[state]\ndir = "state"').acme.store == tmp_path / "state" / "certs"
    assert read(tmp_path, '[state]\ndir = "s"\n[acme]\nstore = "c"').acme.store == tmp_path / "c"


@pytest.mark.parametrize("key", [KEY, KEY_ID, "alias/psfdns", "mrk-" + "0a" * 16, ALIAS])
def test_a_store_in_s3_has_a_key_and_a_folder_for_its_copy(tmp_path: Path, key: str) -> None:
    text = f'[acme]\nstore = "s3://a-bucket/certs/live"\nkms_key = "{key}"\n'
    acme = read(tmp_path, text).acme
    assert acme.remote == RemoteStore("a-bucket", "certs/live", key)
    assert acme.store == tmp_path / ".psfdns" / "certs"
    assert read(tmp_path, text + 'local = "copy"').acme.store == tmp_path / "copy"
    assert read(tmp_path, "[acme]\nstore = 's3'").acme.remote is None


def test_what_caa_names_a_ca_by_is_judged_only_where_it_is_known(tmp_path: Path) -> None:
    own = '[acme]\norder = ["letsencrypt", "own"]\n[acme.ca.own]\ndirectory = "https://ca.example/d"\n'
    assert read(tmp_path, own).acme.issuers == ()
    assert read(tmp_path, own + 'caa = ["ca.example"]').acme.issuers == ("letsencrypt.org", "ca.example")


def test_only_lets_encrypts_profiles_are_known() -> None:
    assert [LETS_ENCRYPT.max_names(profile) for profile in (None, "classic", "tlsserver")] == [100, 100, 25]
    assert CertificateAuthority("own", "https://ca.example/d").profiles is None
    assert CertificateAuthority("own", "https://ca.example/d").max_names("tlsserver") == 100


CA = "[acme.ca.own]\ndirectory = "
S3 = "[acme]\nstore = 's3://a-bucket/p'\n"
FAULTS = {
    S3: "acme.kms_key must name the KMS key that a store in S3 is encrypted with",
    S3 + "kms_key = ''": "acme.kms_key must name the KMS key",
    S3 + "kms_key = 3": "acme.kms_key must name the KMS key",
    S3 + f"kms_key = 'key/{KEY_ID}'": "acme.kms_key must name the KMS key",
    S3 + f"kms_key = '{KEY_ID[:-1]}'": "acme.kms_key must name the KMS key",
    S3 + "kms_key = 'arn:aws:s3:::bucket'": "acme.kms_key must name the KMS key",
    S3 + f"local = ''\nkms_key = '{KEY}'": "acme.local must be the path of a folder",
    f"[acme]\nstore = 's3://B/p'\nkms_key = '{KEY}'": "acme.store must name a bucket",
    f"[acme]\nstore = 'certs'\nkms_key = '{KEY}'": "acme.kms_key goes with a store in S3",
    "[acme]\nlocal = 'certs'": "acme.local goes with a store in S3",
    "acme = 3": "[acme] must be a table",
    "[acme]\nstores = 'x'": "[acme] 'stores' is not a setting",
    "[acme]\norder = 'letsencrypt'": "acme.order must be a list",
    "[acme]\norder = []": "acme.order names no CA",
    "[acme]\norder = ['own']": "there is no CA 'own'",
    "[acme]\ncontact = 'nobody'": "'nobody' is not an e-mail address",
    "[acme]\ncontact = 3": "acme.contact must be a list",
    "[acme]\nvalidation_zone = 3": "acme.validation_zone must be the name of a zone",
    "[acme]\nvalidation_zone = ''": "acme.validation_zone must be the name of a zone",
    "[acme]\nvalidation_zone = 'a..b'": "acme.validation_zone: ",
    "[acme]\nvalidation_zone = '*.example.org'": "acme.validation_zone must be the name of a zone",
    "[acme]\nstore = ''": "acme.store must be the path of a folder",
    "[acme]\njitter = -1": "acme.jitter must be",
    "[acme]\njitter = 1.5": "acme.jitter must be",
    "[acme]\njitter = true": "acme.jitter must be",
    "[acme]\ncheckin = 'http://example.org/x'": "acme.checkin must be an https URL",
    "[acme]\ncheckin = 7": "acme.checkin must be an https URL",
    "[acme]\nca = 3": "[acme.ca] must be a table",
    "[acme.ca.'A B']\ndirectory = 'https://ca.example/'": "'A B': a CA is called in",
    "[acme.ca.own]": "[acme.ca.own] has no directory",
    "[acme.ca.own]\nurl = 'x'\ndirectory = 'https://ca.example/'": "[acme.ca.own] 'url' is not a setting",
    CA + "'http://ca.example/dir'": "acme.ca.own.directory must be an https:// URL",
    CA + "'http://localhost.example/dir'": "acme.ca.own.directory must be an https:// URL",
    CA + "'https://user:secret@ca.example/dir'": "acme.ca.own.directory must be an https:// URL",
    CA + "'https://'": "acme.ca.own.directory must be an https:// URL",
    CA + "'https://[::1'": "acme.ca.own.directory must be an https:// URL",
    CA + "'https://ca.example:99999/'": "acme.ca.own.directory must be an https:// URL",
    CA + "'https://ca.example/a b'": "acme.ca.own.directory must be an https:// URL",
    CA + "3": "acme.ca.own.directory must be an https:// URL",
    CA + "'https://ca.example/'\neab_kid = 'k'": "eab_kid and eab_key_file go together",
    CA + "'https://ca.example/'\neab_key_file = 'k'": "eab_kid and eab_key_file go together",
    CA + "'https://ca.example/'\neab_key_file = 'k'\neab_kid = 3": "acme.ca.own.eab_kid must be text",
    CA + "'https://ca.example/'\nca_bundle = 3": "acme.ca.own.ca_bundle must be the path of a file",
    CA + "'https://ca.example/'\ncaa = 'ca.example'": "acme.ca.own.caa must be a list",
    CA + "'https://ca.example/'\ncaa = ['CA.example.']": "'CA.example.' is not a domain",
}
SOUND = (
    CA + "'http://localhost:14000/dir'",
    CA + "'http://[::1]:14000/dir'",
    CA + "'https://ca.example:8443/dir?x=1'",
    "[acme]\ncontact = []",
    "[acme]\nvalidation_zone = 'acme.example.org.'",
    "[acme]\njitter = 0",
)


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_finding_that_names_it(tmp_path: Path, text: str) -> None:
    (finding,) = findings_of(tmp_path, text)
    assert FAULTS[text] in finding.summary
    assert "secret" not in finding.summary


@pytest.mark.parametrize("text", SOUND)
def test_what_nearly_is_one_is_none(tmp_path: Path, text: str) -> None:
    read(tmp_path, text)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    document = {"acme": {"order": ["x"], "jitter": -1, "ca": {"own": {}}}, "deploy": {"d": {}}}
    with pytest.raises(InvalidInputError) as caught:
        parse_config(document, path=tmp_path / "psfdns.toml")
    assert len(caught.value.diagnostics) == 5
