"""psfdns.toml: what it says, and every fault of it at once."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from psfdns.certs.settings import AcmeSettings
from psfdns.config import Config, JournalConfig, ResolverConfig, Route53Config, find_config, read_config
from psfdns.errors import InvalidInputError
from psfdns.lookup.server import Server
from psfdns.notify.settings import NotifyConfig
from psfdns.registrar.places import Places
from psfdns.reminders.policy import Policy


def write(folder: Path, text: str) -> Path:
    path = folder / "psfdns.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_gives_the_documented_defaults(tmp_path: Path) -> None:
    config = read_config(write(tmp_path, ""))
    assert config.default_ttl == 3600
    assert config.state_dir == tmp_path / ".psfdns"
    assert config.route53 == Route53Config(
        accounts=None,
        adopted_only=True,
        delegation_set=None,
        requests_per_second=9,
        burst=40,
        changes_per_second=90,
        changes_burst=1400,
    )


def test_every_setting_is_read(tmp_path: Path) -> None:
    config = read_config(
        write(
            tmp_path,
            """
            default_ttl = 60
            [state]
            dir = "state"
            [route53]
            accounts = ["123456789012", "sandbox"]
            adopted_only = false
            delegation_set = "N0123456789ABC"
            requests_per_second = 4.5
            burst = 5
            changes_per_second = 0
            changes_burst = 10
            [resolver]
            servers = ["192.0.2.1", "192.0.2.2:5353", "[2001:db8::1]:5353"]
            root_hints = ["192.0.2.3"]
            trust_anchor = "root.key"
            port = 5300
            [notify]
            mail = "mailtos://me:$PASSWORD@mail.example.org?from=dns@psf.example"
            staff = ["slack://TokenA/TokenB", "$STAFF"]
            page_file = "page"
            sandbox = true
            checkin = "https://hc-ping.com/$UUID"
            [reminders]
            days = [7, 90, 7]
            page_from = 3
            [gandi]
            url = "https://api.sandbox.gandi.net/v5/"
            token_expires = 2027-05-01
            [rdap]
            bootstrap = "dns.json"
            """,
        )
    )
    assert config == Config(
        folder=tmp_path,
        path=tmp_path / "psfdns.toml",
        state_dir=tmp_path / "state",
        default_ttl=60,
        route53=Route53Config(("123456789012", "sandbox"), False, "N0123456789ABC", 4.5, 5, 0, 10),
        resolver=ResolverConfig(
            (Server("192.0.2.1"), Server("192.0.2.2", 5353), Server("2001:db8::1", 5353)),
            ("192.0.2.3",),
            tmp_path / "root.key",
            5300,
        ),
        notify=NotifyConfig(
            "mailtos://me:$PASSWORD@mail.example.org?from=dns@psf.example",
            staff=("slack://TokenA/TokenB", "$STAFF"),
            page_file=tmp_path / "page",
            sandbox=True,
            checkin="https://hc-ping.com/$UUID",
        ),
        registrars=Places(
            "https://api.sandbox.gandi.net/v5", tmp_path / "dns.json", datetime.date(2027, 5, 1)
        ),
        reminders=Policy((90, 7), page_from=3),
        acme=AcmeSettings(tmp_path / "state" / "certs"),
    )
    assert "TokenA" not in repr(config)
    assert "PASSWORD" not in repr(config)
    assert "UUID" not in repr(config)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/dns.json", "https://data.iana.org/rdap/dns.json"])
def test_the_list_of_rdap_servers_may_be_a_url(tmp_path: Path, url: str) -> None:
    assert read_config(write(tmp_path, f"[rdap]\nbootstrap = '{url}'")).registrars.bootstrap == url
    assert read_config(write(tmp_path, "")).registrars == Places("https://api.gandi.net/v5", None)


def test_root_hints_may_be_a_file_beside_psfdns_toml(tmp_path: Path) -> None:
    config = read_config(write(tmp_path, '[resolver]\nroot_hints = "named.root"'))
    assert config.resolver.root_hints == tmp_path / "named.root"


FAULTS = {
    "default_ttl = -1": "default_ttl must be",
    "default_ttl = true": "default_ttl must be",
    "default_ttl = '1h'": "default_ttl must be",
    "state = 3": "[state] must be a table",
    "[state]\ndir = 3": "state.dir must be",
    "[state]\ndri = 'x'": "[state] 'dri' is not a setting",
    "route53 = []": "[route53] must be a table",
    "[route53]\naccount = ['1']": "[route53] 'account' is not a setting",
    "[route53]\naccounts = [1]": "route53.accounts must be",
    "[route53]\naccounts = 'sandbox'": "route53.accounts must be",
    "[route53]\nadopted_only = 1": "route53.adopted_only must be",
    "[route53]\ndelegation_set = 'a b'": "route53.delegation_set must be",
    "[route53]\nburst = -1": "route53.burst must be",
    "[route53]\nburst = 1.5": "route53.burst must be",
    "[route53]\nrequests_per_second = true": "route53.requests_per_second must be",
    "[resolver]\nserver = []": "[resolver] 'server' is not a setting",
    "[resolver]\nservers = ['ns.example.org']": "resolver.servers: 'ns.example.org' is not an address",
    "[resolver]\nservers = ['192.0.2.1:0']": "has no port from 1 to 65535",
    "[resolver]\nservers = '192.0.2.300'": "'192.0.2.300' is not an address",
    "[resolver]\nservers = [53]": "resolver.servers: '53' is not an address",
    "[resolver]\nroot_hints = ['192.0.2.1:53']": "resolver.root_hints: '192.0.2.1:53' is not an address",
    "[resolver]\nroot_hints = 3": "resolver.root_hints must be the path of a file",
    "[resolver]\ntrust_anchor = ''": "resolver.trust_anchor must be the path of a file",
    "[resolver]\nport = 65536": "resolver.port must be",
    "journal = 3": "[journal] must be a table",
    "[journal]\ns4 = 's3://a-bucket'": "[journal] 's4' is not a setting",
    "[journal]\ns3 = 3": "journal.s3 must name a bucket",
    "[journal]\ns3 = 'https://a-bucket'": "journal.s3 must name a bucket",
    "[journal]\ns3 = 's3://A_Bucket'": "journal.s3 must name a bucket",
    "[journal]\ns3 = 's3://a-bucket/a//b'": "journal.s3 must name a bucket",
    "[journal]\ns3 = 's3://a-bucket/../b'": "journal.s3 must name a bucket",
    "[notify]\nmails = 'x'": "[notify] 'mails' is not a setting",
    "[notify]\nmail = 3": "notify.mail must be the URL of a mail server",
    "[notify]\nmail = 'json://host'": "notify.mail must be the URL of a mail server",
    "[notify]\nmail = '$A'\nmail_file = 'x'": "notify.mail and notify.mail_file exclude each other",
    "[notify]\nmail_file = 3": "notify.mail_file must be the path of a file",
    "[notify]\nstaff = 'slack://a'": "notify.staff must be a list of URLs",
    "[notify]\npage = ['a-secret']": "notify.page must be a list of URLs",
    "[notify]\nsandbox = 'yes'": "notify.sandbox must be true or false",
    "[notify]\ncheckin = 'http://example.org/x'": "notify.checkin must be an https URL",
    "[notify]\ncheckin = 'https://me:pw@example.org/x'": "notify.checkin must be an https URL",
    "[notify]\ncheckin = 7": "notify.checkin must be an https URL",
    "[reminders]\nday = [1]": "[reminders] 'day' is not a setting",
    "[reminders]\ndays = []": "reminders.days must be a list of days before the end",
    "[reminders]\ndays = [-1]": "reminders.days must be a list of days before the end",
    "[reminders]\nstaff_from = true": "reminders.staff_from must be a number of days from 0 to 3650",
    "[gandi]\ntoken_expires = '2027-05-01'": "gandi.token_expires must be a day, without quotes",
    "[gandi]\ntoken_expires = 2027-05-01T00:00:00Z": "gandi.token_expires must be a day, without quotes",
    "gandi = 3": "[gandi] must be a table",
    "[gandi]\npat = 'a-secret'": "[gandi] 'pat' is not a setting",
    "[gandi]\nurl = 3": "gandi.url must be an https URL",
    "[gandi]\nurl = 'http://api.gandi.net/v5'": "gandi.url must be an https URL",
    "[gandi]\nurl = 'https://a-secret@api.gandi.net/v5'": "gandi.url must be an https URL",
    "[gandi]\nurl = 'https://api.gandi.net/v5?token=a-secret'": "gandi.url must be an https URL",
    "rdap = []": "[rdap] must be a table",
    "[rdap]\nserver = 'x'": "[rdap] 'server' is not a setting",
    "[rdap]\nbootstrap = 3": "rdap.bootstrap must be an https URL",
    "[rdap]\nbootstrap = ''": "rdap.bootstrap must be an https URL",
    "[rdap]\nbootstrap = 'http://data.iana.org/rdap/dns.json'": "rdap.bootstrap must be an https URL",
    "route35 = {}": "'route35' is not a setting",
    "= 3": "is not TOML",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_finding_that_names_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_config(write(tmp_path, text))
    (finding,) = caught.value.diagnostics
    assert FAULTS[text] in finding.summary
    assert "a-secret" not in finding.summary
    assert finding.span is not None
    assert finding.span.path.endswith("psfdns.toml")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_config(write(tmp_path, "default_ttl = -1\nroute35 = {}\n[route53]\nburst = -1\n"))
    assert len(caught.value.diagnostics) == 3
    assert "did you mean 'route53'?" in {finding.hint for finding in caught.value.diagnostics}


def test_bytes_that_are_not_utf8_and_folders_are_faults_not_tracebacks(tmp_path: Path) -> None:
    path = tmp_path / "psfdns.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(InvalidInputError, match="has errors"):
        read_config(path)
    with pytest.raises(InvalidInputError, match="has errors"):
        read_config(tmp_path)


@pytest.mark.parametrize(
    ("location", "bucket", "prefix"),
    [
        ("s3://a-bucket", "a-bucket", ""),
        ("s3://a-bucket/", "a-bucket", ""),
        ("s3://a.bucket/dns", "a.bucket", "dns"),
        ("s3://a-bucket/dns/journal_1.0/", "a-bucket", "dns/journal_1.0"),
    ],
)
def test_a_shared_journal_is_a_bucket_and_a_prefix(
    tmp_path: Path, location: str, bucket: str, prefix: str
) -> None:
    config = read_config(write(tmp_path, f"[journal]\ns3 = '{location}'\n"))
    assert config.journal == JournalConfig(bucket, prefix)


def test_the_nearest_file_upwards_is_found(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_config(deep) is None or find_config(deep) != tmp_path / "psfdns.toml"
    path = write(tmp_path, "")
    assert find_config(deep) == path
    near = write(tmp_path / "a", "")
    assert find_config(deep) == near
