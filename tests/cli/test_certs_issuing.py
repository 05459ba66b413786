"""`certs issue`, `renew`, `delegate`, `revoke` and `account` on a real CA, zones in the sandbox."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from psfdns.certs.pem import read_certificate
from psfdns.certs.store import Store
from psfdns.certs.stored import Issuance
from psfdns.proofs import challenge_owner, challenge_target
from psfdns.route53.challenge_memory import ChallengeMemory, Written
from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.sandbox import Sandbox
from tests.certs.issuing import issue, key_pem, private_key
from tests.cli.ground import Ground
from tests.fault_proxy import Fault, Proxy, fault_proxy
from tests.outbox import Service
from tests.pebble import EAB_KEY, EAB_KID, Pebble, pebble
from tests.recursor import Recursor, serving
from tests.registrar.loopback import serving as serving_http

CONFIG = """
[route53]
accounts = ["sandbox"]
[resolver]
servers = ["127.0.0.1:{resolver}"]
root_hints = ["127.0.0.1"]
port = {dns}
[acme]
order = ["pebble"]
validation_zone = "acme.test"
[acme.ca.pebble]
directory = "{directory}"
ca_bundle = "{bundle}"
"""
WWW = """
[[certificate]]
names = ["www.tenant.example"]
"""
DAYS = datetime.timedelta(days=80)
OTHER = '[[certificate]]\nnames = ["b.alpha.test"]\nchallenge = "direct"\n'
BOTH = """
[[certificate]]
names = ["alpha.test", "*.alpha.test"]
challenge = "direct"
[[certificate]]
names = ["www.tenant.example"]
"""


class Issuing(Ground):
    """A repository whose certificates a real CA issues; `recursor` is how that CA sees names of others."""

    recursor: Recursor
    ca: Pebble
    dns_port: int
    resolver_port: int

    def configure(self, directory: str | None = None, more: str = "") -> None:
        (self.root / "psfdns.toml").write_text(
            CONFIG.format(
                resolver=self.resolver_port,
                dns=self.dns_port,
                directory=directory or self.ca.url,
                bundle=self.ca.bundle,
            )
            + more
        )

    def want(self, text: str, tenant: str = "one") -> None:
        (self.root / "certs").mkdir(exist_ok=True)
        (self.root / "certs" / f"{tenant}.toml").write_text(text)

    def delegate(self, name: str, tenant: str = "one") -> str:
        target = challenge_target(name, tenant=tenant, zone="acme.test.")
        self.recursor.elsewhere[challenge_owner(name), "CNAME"] = (target,)
        return target

    def succeed(self, *words: str) -> str:
        code, out, err = self.run(*words)
        assert code == 0, (words, out, err)
        return out

    @property
    def store(self) -> Store:
        return Store(self.root / ".psfdns" / "certs")

    def serial(self, name: str) -> str | None:
        found = self.store.load(name)
        return None if found is None else found.serial

    def proofs(self) -> list[str]:
        return [line for line in self.live() if "TXT" in line and "hello" not in line]


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Recursor, int, int, Pebble]]:
    """One CA for all of these tests; each puts its own zones behind the resolver."""
    recursor = Recursor(Sandbox(None).cloud)
    with (
        serving(recursor) as resolver_port,
        serving(_Authority(recursor)) as dns_port,  # type: ignore[arg-type]
        pebble(tmp_path_factory.mktemp("ca"), resolver_port) as running,
    ):
        yield recursor, resolver_port, dns_port, running


class _Authority:
    """The name servers of the zones that the recursor sees now."""

    def __init__(self, recursor: Recursor) -> None:
        self._recursor = recursor

    def answer(self, data: bytes, *, datagram: bool) -> bytes | None:
        return self._recursor.service.answer(data, datagram=datagram)


@pytest.fixture
def ground(
    ca: tuple[Recursor, int, int, Pebble],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Issuing:
    monkeypatch.chdir(tmp_path)
    found = Issuing(tmp_path, capsys)
    found.recursor, found.resolver_port, found.dns_port, found.ca = ca
    found.recursor.service = DnsService(Sandbox(tmp_path / ".psfdns" / "sandbox").cloud)
    found.recursor.elsewhere.clear()
    found.write("one", "acme.test")
    found.configure()
    found.apply()
    return found


@pytest.fixture
def proxied(ground: Issuing) -> Iterator[Proxy]:
    with fault_proxy(ground.ca.url, ground.ca.bundle, ground.ca.bundle.with_name("tls.key")) as (proxy, url):
        ground.configure(url)
        yield proxy


def test_everything_that_is_missing_is_issued_and_then_nothing_is_said(ground: Issuing) -> None:
    ground.want(BOTH)
    ground.delegate("www.tenant.example")

    out = ground.succeed("certs", "renew")

    assert re.findall(r"^(\S+): issued by pebble, until 20\d\d-\d\d-\d\d$", out, re.MULTILINE) == [
        "alpha.test",
        "www.tenant.example",
    ]
    live = ground.root / ".psfdns" / "certs" / "live" / "alpha.test"
    leaf = x509.load_pem_x509_certificate((live / "fullchain.pem").read_bytes())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"alpha.test", "*.alpha.test"}
    assert (live / "privkey.pem").stat().st_mode & 0o777 == 0o600
    assert ground.proofs() == []
    assert ground.run("certs", "renew") == (0, "", "")
    assert json.loads(ground.succeed("certs", "list", "--json"))["certificates"][0]["due"] is not True


def test_issue_does_so_whether_it_is_due_or_not_and_replaces(ground: Issuing) -> None:
    ground.want(BOTH)
    ground.succeed("certs", "issue", "alpha.test")
    before = ground.serial("alpha.test")

    document = json.loads(ground.succeed("certs", "issue", "alpha.test", "--json"))

    assert document["format"] == "psfdns-certs-issue/1"
    (row,) = document["certificates"]
    assert (row["outcome"], row["ca"], row["faults"]) == ("issued", "pebble", [])
    assert row["serial"] == ground.serial("alpha.test") != before
    assert ground.serial("www.tenant.example") is None


DEPLOYED = BOTH.replace('challenge = "direct"', 'challenge = "direct"\ndeploy = ["here", "old"]')
HERE = """
[deploy.here]
type = "directory"
tenants = ["*"]
path = "here"
[deploy.old]
type = "directory"
tenants = ["*"]
path = "old"
"""


def test_what_is_issued_is_brought_to_its_targets_in_the_same_run(ground: Issuing) -> None:
    ground.configure(more=HERE)
    ground.want(DEPLOYED)

    code, out, err = ground.run("certs", "renew")

    assert code == 1, "the other certificate's CNAME is missing"
    issued, *deployed = out.splitlines()
    assert issued.startswith("alpha.test: issued by pebble")
    assert deployed == ["alpha.test: deployed to here", "alpha.test: deployed to old"]
    assert "error: www.tenant.example: not issued" in err
    live = ground.root / ".psfdns" / "certs" / "live" / "alpha.test"
    key = ground.root / "here" / "alpha.test" / "privkey.pem"
    assert key.read_bytes() == (live / "privkey.pem").read_bytes()

    document = json.loads(ground.succeed("certs", "issue", "alpha.test", "--json"))

    assert [(each["target"], each["ok"]) for each in document["deployed"]] == [("here", True), ("old", True)]
    assert document["deployed"][0]["fingerprint"] == document["certificates"][0]["fingerprint"]
    assert key.read_bytes() == (live / "privkey.pem").read_bytes()


def test_what_is_forgotten_of_a_target_takes_nothing_else_with_it(ground: Issuing) -> None:
    ground.ca.need("renewalInfo")
    ground.configure(more=HERE)
    ground.want(DEPLOYED.rpartition("[[certificate]]")[0])
    ground.succeed("certs", "issue", "alpha.test")
    ground.want(DEPLOYED.rpartition("[[certificate]]")[0].replace(', "old"', ""))

    code, _, err = ground.run("certs", "renew")

    state = ground.store.load_state("alpha.test")
    assert (code, [each.target for each in state.deployed]) == (0, ["here"])
    assert state.ari is not None, "the CA was asked in the same run"
    assert "alpha.test: old is no target of it any more" in err


def test_one_that_fails_is_exit_1_and_the_others_are_renewed(ground: Issuing) -> None:
    ground.want(BOTH)

    code, out, err = ground.run("certs", "renew")

    assert code == 1
    assert "alpha.test: issued by pebble" in out
    target = challenge_target("www.tenant.example", tenant="one", zone="acme.test.")
    assert "error: www.tenant.example: not issued: _acme-challenge.www.tenant.example. has to lead to" in err
    assert target in err


@pytest.mark.parametrize(
    ("directory", "more", "told"),
    [
        ("/none", "", "read the directory: HTTP 404"),
        ("", 'eab_kid = "kid"\neab_key_file = "eab.key"', "eab.key, the key of the external account, cannot"),
    ],
)
def test_what_the_first_ca_refuses_the_next_is_asked_for_and_that_is_said(
    ground: Issuing, directory: str, more: str, told: str
) -> None:
    first = f'directory = "{ground.ca.url}{directory}"\nca_bundle = "{ground.ca.bundle}"\n{more}\n'
    ground.configure(more=f"[acme.ca.first]\n{first}")
    ground.want(BOTH.rpartition("[[certificate]]")[0] + 'ca = ["first", "pebble"]\n')

    code, out, err = ground.run("certs", "renew")

    assert code == 0
    assert out.startswith("alpha.test: issued by pebble")
    assert "alpha.test: not issued at first: first: " in err
    assert told in err


def test_a_file_with_errors_renews_nothing_of_its_own(ground: Issuing) -> None:
    ground.want(BOTH + 'colour = "blue"\n')
    ground.want('[[certificate]]\nnames = ["beta.test"]\nchallenge = "direct"\n', tenant="two")

    code, out, err = ground.run("certs", "renew")

    assert code == 1
    assert out.startswith("beta.test: issued")
    assert "certs/one.toml:" in err
    assert ground.serial("alpha.test") is None
    assert ground.run("certs", "issue", "alpha.test")[0] == 1


def test_what_is_damaged_is_said_with_what_helps_and_that_does(ground: Issuing) -> None:
    ground.want(BOTH.rpartition("[[certificate]]")[0])
    ground.succeed("certs", "issue", "alpha.test")
    (ground.store.live("alpha.test") / "cert.pem").write_bytes(b"")

    for words in (("renew",), ("list",), ("deploy", "alpha.test")):
        code, out, err = ground.run("certs", *words)
        assert code != 0
        assert "hint: psfdns certs issue alpha.test replaces it; the sets in archive/ stay\n" in out + err

    assert "alpha.test: issued" in ground.succeed("certs", "issue", "alpha.test")
    assert ground.store.versions("alpha.test") == (1, 2)
    assert ground.run("certs", "renew") == (0, "", "")
    (ground.store.folder / "state" / "alpha.test.json").write_text("{")
    for words in (("renew",), ("issue", "alpha.test")):
        code, out, err = ground.run("certs", *words)
        assert (code, out, err.count("\n")) == (1, "", 2)
        assert "hint: remove it: psfdns then asks the CA for its suggestion again, and deploys" in err


def test_an_account_that_somebody_ended_elsewhere_is_replaced_as_the_error_says(ground: Issuing) -> None:
    ground.want(BOTH.rpartition("[[certificate]]")[0])
    ground.succeed("certs", "issue", "alpha.test")
    place = next((ground.store.folder / "accounts").glob("pebble.*"))
    kept = {path.name: path.read_bytes() for path in place.iterdir()}
    ground.succeed("certs", "account", "deactivate", "--yes")
    for name, data in kept.items():
        (place / name).write_bytes(data)

    code, _, err = ground.run("certs", "issue", "alpha.test")

    assert code == 1
    assert err.endswith(
        "hint: psfdns certs account deactivate pebble puts it aside; the next certificate makes another one\n"
    )
    ground.succeed("certs", "account", "deactivate", "pebble", "--yes")
    ground.succeed("certs", "issue", "alpha.test")


def test_another_tenants_domain_is_not_to_be_had(ground: Issuing) -> None:
    ground.delegate("www.tenant.example", tenant="one")
    ground.want(WWW, tenant="two")

    code, _, err = ground.run("certs", "issue", "www.tenant.example")

    assert code == 1
    assert "has to lead to" in err


def test_nor_is_the_certificate_that_another_tenant_gave_up(ground: Issuing) -> None:
    ground.configure(more=HERE)
    ground.delegate("www.tenant.example", tenant="one")
    ground.want(WWW, tenant="one")
    ground.succeed("certs", "issue", "www.tenant.example")
    ground.want("", tenant="one")
    ground.want(f'{WWW}deploy = ["here"]\nreuse_key = true\n', tenant="two")

    assert "what is there was ordered for one" in ground.succeed("certs", "plan")
    for words in (("renew",), ("deploy", "www.tenant.example")):
        assert ground.run("certs", *words)[0] == 1
    assert "was ordered for one: it is brought nowhere" in ground.run("certs", *words)[2]
    assert not (ground.root / "here").exists()

    before = ground.store.load_set("www.tenant.example").key
    ground.delegate("www.tenant.example", tenant="two")
    assert "www.tenant.example: deployed to here" in ground.succeed("certs", "renew")
    assert ground.store.load_set("www.tenant.example").key != before


def test_nor_is_it_by_writing_to_where_its_challenge_leads(ground: Issuing) -> None:
    target = ground.delegate("www.tenant.example", tenant="one")
    ground.want(f'{WWW}challenge = "direct"\n', tenant="two")

    code, _, err = ground.run("certs", "issue", "www.tenant.example")

    assert code == 1
    assert f'is a CNAME to {target}, which challenge = "direct" does not follow' in err
    assert ground.serial("www.tenant.example") is None


def test_whoever_lacks_cnames_is_told_once_a_certificate_where_they_stand(ground: Issuing) -> None:
    names = '[[certificate]]\nnames = ["{0}.example", "www.{0}.example"]\n'
    ground.want(names.format("a") + names.format("b"))
    code, _, err = ground.run("certs", "renew")
    assert code == 1
    starts = [line.partition(": not issued")[0] for line in err.splitlines()]
    hint = "hint: psfdns certs delegate {}.example prints the CNAMEs, with --instructions the message"
    assert [each.removesuffix(" for whoever sets them") for each in starts] == [
        *("error: a.example", "error: a.example", hint.format("a")),
        *("error: b.example", "error: b.example", hint.format("b")),
    ]


def test_the_sandbox_asks_no_ca_that_is_elsewhere(ground: Issuing) -> None:
    """It would be asked for nothing that it could ever see."""
    config = ground.root / "psfdns.toml"
    config.write_text(config.read_text().replace(ground.ca.url, "https://ca.example.net/dir"))
    ground.want(BOTH)
    code, out, err = ground.run("certs", "issue", "alpha.test")
    assert (code, out) == (1, "")
    assert "alpha.test: not issued at pebble: pebble: ask it: it is not on this machine" in err
    assert "\nhint: leave --sandbox out, or let [acme] order name" in err
    assert not list((ground.root / ".psfdns" / "certs" / "accounts").rglob("account.json"))
    ground.store.put("alpha.test", issue(("alpha.test",)))
    assert "--sandbox asks no other" in ground.run("certs", "revoke", "alpha.test")[2]


def test_in_the_sandbox_what_it_does_not_have_is_named_with_what_makes_it(ground: Issuing) -> None:
    config = ground.root / "psfdns.toml"
    text = config.read_text()
    config.write_text(text[: text.index("[resolver]")] + text[text.index("[acme]") :])
    ground.want(WWW)
    _, _, err = ground.run("certs", "issue", "www.tenant.example")
    assert "it lies in no zone of the sandbox; psfdns --sandbox apply makes those of the files" in err


def test_what_another_issues_is_not_ours_to_revoke_and_nothing_near_is_proposed(ground: Issuing) -> None:
    ground.want(BOTH + '[[certificate]]\nnames = ["alpho.test"]\nissuer = "GlobalSign"\n')
    ground.succeed("certs", "issue", "alpha.test")
    code, out, err = ground.run("certs", "revoke", "alpho.test")
    assert (code, out) == (64, "")
    assert err == "error: alpho.test is not in the store: GlobalSign issues it: ask there\n"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("issue", "nothing.example"), 64, "unknown certificate"),
        (("issue",), 64, "Missing argument"),
        (("delegate", "nothing.example"), 64, "unknown certificate"),
        (("revoke", "alpha.test"), 64, "alpha.test is not in the store: nothing was issued yet"),
        (("revoke", "alpha.tset"), 64, "unknown certificate in the store"),
        (("revoke", "alpha.test", "--reason", "boredom"), 64, "Invalid value"),
        (("renew", "--jitter", "-1"), 64, "Invalid value"),
        (("account", "show", "nobody"), 64, "unknown CA"),
        (("account", "rollover"), 1, "there is no account at pebble"),
        (("account", "deactivate", "--yes"), 1, "there is no account at pebble"),
    ],
)
def test_what_there_is_not_is_said(ground: Issuing, words: tuple[str, ...], code: int, told: str) -> None:
    ground.want(BOTH)

    found, out, err = ground.run("certs", *words)

    assert found == code
    assert told in err
    assert out == ""


def test_a_certificate_that_is_only_watched_is_not_issued(ground: Issuing) -> None:
    ground.want('[[certificate]]\nnames = ["www.tenant.example"]\nissuer = "GlobalSign"\n')

    assert ground.run("certs", "issue", "www.tenant.example")[0] == 64
    assert ground.run("certs", "renew") == (0, "", "")


def test_an_account_that_may_not_be_written_to_is_refused_before_anything_is_asked(ground: Issuing) -> None:
    ground.want(BOTH)
    text = (ground.root / "psfdns.toml").read_text().replace('["sandbox"]', '["123456789012"]')
    (ground.root / "psfdns.toml").write_text(text)

    code, _, err = ground.run("certs", "renew")

    assert code == 1
    assert "this is account sandbox; psfdns writes to: 123456789012" in err
    assert not (ground.root / ".psfdns" / "certs" / "accounts").exists()


def test_a_zone_that_was_never_adopted_is_not_written_to(ground: Issuing) -> None:
    ground.call("CreateHostedZone", Name="gamma.test", CallerReference="by hand")
    ground.write("one", "gamma.test")
    ground.want('[[certificate]]\nnames = ["gamma.test"]\nchallenge = "direct"\n')

    code, _, err = ground.run("certs", "issue", "gamma.test")

    assert code == 1
    assert "lies in no zone that psfdns made or that tenant.toml adopts" in err
    zone_id = next(
        zone["Id"].rpartition("/")[2]
        for zone in ground.call("ListHostedZones")["HostedZones"]
        if zone["Name"] == "gamma.test."
    )
    manifest = ground.root / "zones" / "one" / "tenant.toml"
    manifest.write_text(manifest.read_text() + f'[zones."gamma.test"]\nid = "{zone_id}"\n')
    ground.succeed("certs", "issue", "gamma.test")


def test_a_second_run_leaves_and_changes_nothing(ground: Issuing) -> None:
    ground.want(BOTH)

    with ground.store.held():
        code, out, err = ground.run("certs", "renew")

    assert (code, out) == (1, "")
    assert "another psfdns" in err
    assert ground.serial("alpha.test") is None


def test_the_jitter_is_slept_only_where_there_is_something_to_do(
    ground: Issuing, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("psfdns.cli.certs.renewing.sleep", slept.append)
    monkeypatch.setattr("psfdns.cli.certs.renewing.draw_fraction", lambda: 0.5)
    ground.want(BOTH)
    ground.delegate("www.tenant.example")

    ground.succeed("certs", "renew", "--jitter", "600")
    ground.succeed("certs", "renew", "--jitter", "600")  # the CA's first advice is something to do
    assert slept == [300.0, 300.0]
    ground.succeed("certs", "renew", "--jitter", "600")
    assert slept == [300.0, 300.0]


def test_the_ca_is_asked_when_to_renew_and_no_more_often_than_it_wants(
    ground: Issuing, proxied: Proxy
) -> None:
    ground.ca.need("renewalInfo")
    ground.want(BOTH)
    ground.succeed("certs", "issue", "alpha.test")
    asked = "GET /draft-ietf-acme-ari"
    (ground.root / "certs" / "one.toml").write_text(BOTH.rpartition("[[certificate]]")[0])

    ground.succeed("certs", "renew")
    assert proxied.count(asked) == 1
    assert ground.store.load_state("alpha.test").ari is not None
    requests = len(proxied.requests)
    ground.succeed("certs", "renew")

    assert len(proxied.requests) == requests, "nothing due, nothing asked"


def test_a_ca_that_cannot_be_asked_when_to_renew_is_no_failure(ground: Issuing, proxied: Proxy) -> None:
    ground.want(BOTH.rpartition("[[certificate]]")[0])
    ground.succeed("certs", "issue", "alpha.test")
    proxied.faults = [Fault("GET ", "forbidden", times=99)]

    code, out, err = ground.run("certs", "renew")

    assert (code, out) == (0, "")
    assert "alpha.test: pebble: read the directory" in err
    requests = len(proxied.requests)
    assert ground.run("certs", "renew") == (0, "", "")
    assert len(proxied.requests) == requests, "it is left alone for some hours"


def test_a_ca_that_is_away_is_asked_once_in_a_run_however_many_certificates_it_issued(
    ground: Issuing, proxied: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.cli.certs.reaching.sleep", lambda _: None)
    monkeypatch.setattr("psfdns.cli.certs.advising.THREADS", 1)
    ground.want(BOTH)
    ground.delegate("www.tenant.example")
    ground.succeed("certs", "renew")
    asked = proxied.count("GET ")
    proxied.faults = [Fault("GET ", "down", times=99)]

    code, out, err = ground.run("certs", "renew")

    assert (code, out) == (0, "")
    assert proxied.count("GET ") - asked == 4, "one question, and three more tries of it"
    assert err.count("read the directory") == 1


def test_what_it_said_of_the_certificate_before_does_not_have_it_asked_in_every_run(
    ground: Issuing, proxied: Proxy
) -> None:
    ground.ca.need("renewalInfo")
    ground.want(BOTH.rpartition("[[certificate]]")[0])
    ground.succeed("certs", "issue", "alpha.test")
    ground.succeed("certs", "renew")
    now = datetime.datetime.now(tz=datetime.UTC)
    other = issue(("alpha.test", "*.alpha.test"), begin=now - datetime.timedelta(days=1))
    ground.store.put("alpha.test", other, issuance=Issuance("pebble", None))
    assert ground.store.load_state("alpha.test").ari is not None
    proxied.faults = [Fault("GET ", "forbidden", times=99)]
    assert "read the directory" in ground.run("certs", "renew")[2]
    assert ground.run("certs", "renew") == (0, "", "")


def test_what_the_ca_wants_replaced_now_is_due(ground: Issuing) -> None:
    ground.ca.need("renewalInfo")
    ground.want(BOTH.rpartition("[[certificate]]")[0])
    ground.succeed("certs", "issue", "alpha.test")
    pem = ground.store.load_set("alpha.test").certificate.decode()
    window = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}
    advice = json.dumps({"suggestedWindow": window, "explanationURL": "https://ca.example/why"})
    ground.ca.post("/set-renewal-info/", {"Certificate": pem, "ARIResponse": advice})

    document = json.loads(ground.succeed("certs", "renew", "--json"))

    (row,) = document["certificates"]
    assert row["outcome"] == "issued"
    assert row["replaces"] is True
    assert row["serial"] == ground.serial("alpha.test")


def test_what_a_killed_run_left_in_dns_goes_even_where_nothing_is_due(ground: Issuing) -> None:
    zone = next(
        zone for zone in ground.call("ListHostedZones")["HostedZones"] if zone["Name"] == "alpha.test."
    )
    left = {
        "Name": "_acme-challenge.alpha.test.",
        "Type": "TXT",
        "TTL": 60,
        "ResourceRecords": [{"Value": '"left"'}, {"Value": '"theirs"'}],
    }
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": left}]}
    ground.call("ChangeResourceRecordSets", HostedZoneId=zone["Id"], ChangeBatch=changes)
    written = Written(zone["Id"].rpartition("/")[2], "_acme-challenge.alpha.test.", "left")
    ChallengeMemory(ground.root / ".psfdns" / "acme").store([written])

    ground.succeed("certs", "renew")

    assert ground.proofs() == ['_acme-challenge.alpha.test. TXT "theirs"']


def test_nothing_due_asks_neither_aws_nor_a_ca(
    ground: Issuing, proxied: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.want("")

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr("psfdns.cli.wiring.open_access", refuse)
    assert ground.run("certs", "renew") == (0, "", "")
    assert proxied.requests == []


def test_delegate_prints_the_records_and_says_how_they_are(ground: Issuing) -> None:
    ground.want('[[certificate]]\nnames = ["tenant.example", "*.tenant.example", "www.tenant.example"]\n')
    lines = [
        f"{challenge_owner(name)} CNAME {challenge_target(name, tenant='one', zone='acme.test.')}"
        for name in ("tenant.example", "www.tenant.example")
    ]

    code, out, err = ground.run("certs", "delegate", "tenant.example")
    assert (code, out.splitlines()) == (2, lines)
    assert "wrong   _acme-challenge.tenant.example.: there is no CNAME" in err

    ground.delegate("tenant.example")
    ground.recursor.elsewhere["_acme-challenge.www.tenant.example.", "CNAME"] = ("else.example.",)
    code, out, err = ground.run("certs", "delegate", "tenant.example")
    assert (code, out.splitlines()) == (2, lines)
    assert "right   _acme-challenge.tenant.example.\n" in err
    assert "leads to else.example." in err

    ground.delegate("www.tenant.example")
    assert ground.run("certs", "delegate", "tenant.example")[:2] == (0, out)


def test_delegate_that_nobody_can_answer_is_exit_3(ground: Issuing) -> None:
    ground.want(WWW)
    text = (ground.root / "psfdns.toml").read_text()
    (ground.root / "psfdns.toml").write_text(re.sub(r"(?s)\[resolver\].*?\[acme\]", "[acme]", text))

    code, out, err = ground.run("certs", "delegate", "www.tenant.example")

    assert code == 3
    assert out.startswith("_acme-challenge.www.tenant.example. CNAME ")
    assert "unknown" in err


def test_the_message_for_the_tenant_names_only_what_is_to_be_set(ground: Issuing) -> None:
    ground.want('[[certificate]]\nnames = ["tenant.example", "www.tenant.example"]\n')
    ground.delegate("tenant.example")

    code, out, _ = ground.run("certs", "delegate", "tenant.example", "--instructions")

    assert code == 2
    assert out.startswith(
        "To: dns@example.net\nSubject: Certificate of tenant.example: records to set\n\nHello one,\n"
    )
    assert "please set this record" in out
    assert "    _acme-challenge.www.tenant.example. CNAME " in out
    assert "_acme-challenge.tenant.example." not in out
    ground.delegate("www.tenant.example")
    assert "nothing to do" in ground.succeed("certs", "delegate", "tenant.example", "--instructions")


def test_delegate_says_where_there_is_nothing_to_delegate(ground: Issuing) -> None:
    ground.want(BOTH)
    code, _, err = ground.run("certs", "delegate", "alpha.test")
    assert code == 1
    assert "proved in our own zone" in err

    ground.want(WWW)
    text = (ground.root / "psfdns.toml").read_text().replace('validation_zone = "acme.test"\n', "")
    (ground.root / "psfdns.toml").write_text(text)
    code, _, err = ground.run("certs", "delegate", "www.tenant.example")
    assert code == 1
    assert "no zone to delegate challenges to" in err


def test_a_revoked_certificate_is_known_to_the_ca_and_due_with_a_new_key(ground: Issuing) -> None:
    ground.want(BOTH.rpartition("[[certificate]]")[0] + "reuse_key = true\n")
    ground.succeed("certs", "issue", "alpha.test")
    key, serial = ground.store.load_set("alpha.test").key, ground.serial("alpha.test")
    assert serial is not None
    ground.succeed("certs", "issue", "alpha.test")
    assert ground.store.load_set("alpha.test").key == key
    serial = ground.serial("alpha.test") or ""

    document = json.loads(
        ground.succeed("certs", "revoke", "alpha.test", "--reason", "keycompromise", "--json")
    )

    assert document["format"] == "psfdns-certs-revoke/1"
    assert (document["serial"], document["revoked_now"]) == (serial, True)
    assert ground.ca.is_revoked(int(serial, 16))
    assert "which it was before" in ground.succeed("certs", "revoke", "alpha.test")
    ground.succeed("certs", "renew")
    assert ground.serial("alpha.test") != serial
    assert ground.store.load_set("alpha.test").key != key


def test_a_name_that_became_another_tenants_is_not_renewed_beside_the_wildcard_that_has_it(
    ground: Issuing,
) -> None:
    ground.want('[[certificate]]\nnames = ["alpha.test", "*.alpha.test"]\nchallenge = "direct"\n')
    ground.write("one", "alpha.test", "www A 192.0.2.1", "@ TXT hello", '@ CAA 0 issuewild ";"')
    ground.write("two", "shop.alpha.test", "@ A 192.0.2.2")
    ground.apply()
    old = issue(("alpha.test", "shop.alpha.test"), begin=datetime.datetime.now(datetime.UTC) - DAYS)
    ground.store.put("alpha.test", old)

    code, out, err = ground.run("certs", "issue", "alpha.test")

    assert code == 1
    assert "alpha.test: renewed by pebble for the names that it had" in out, (out, err)
    kept = read_certificate(ground.store.load_set("alpha.test").certificate, name="alpha.test")
    assert kept.names == ("alpha.test",)


@pytest.mark.parametrize("damage", [None, b"no key", key_pem(private_key("ecdsa-p384"))])
def test_a_key_that_cannot_be_had_again_holds_up_nothing_else_and_issue_makes_another(
    ground: Issuing, damage: bytes | None
) -> None:
    ground.want(BOTH.rpartition("[[certificate]]")[0] + "reuse_key = true\n" + OTHER)
    path = ground.store.live("alpha.test") / "privkey.pem"
    old = issue(("alpha.test", "*.alpha.test"), begin=datetime.datetime.now(datetime.UTC) - DAYS)
    ground.store.put("alpha.test", old)
    path.unlink() if damage is None else path.write_bytes(damage)

    code, out, err = ground.run("certs", "renew")

    assert code == 1
    assert "b.alpha.test: issued" in out
    assert "alpha.test: not issued" in err
    assert "hint: psfdns certs issue alpha.test orders one with a new key" in err
    out = ground.succeed("certs", "issue", "alpha.test")
    assert "alpha.test: issued" in out
    assert ground.store.load_set("alpha.test").key not in {old.key, damage}


@pytest.mark.parametrize(("left", "is_kept"), [(60, True), (-60, False)])
def test_a_certificate_that_has_expired_when_it_is_given_takes_the_place_of_none_that_serves(
    ground: Issuing, monkeypatch: pytest.MonkeyPatch, left: int, is_kept: bool
) -> None:
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=4000)
    ground.want(BOTH.rpartition("[[certificate]]")[0])
    names = ("alpha.test", "*.alpha.test")
    before = issue(names, begin=later - datetime.timedelta(days=90 - left))
    ground.store.put("alpha.test", before)
    monkeypatch.setattr("psfdns.cli.certs.issuing.now", lambda: later)
    code, _, err = ground.run("certs", "issue", "alpha.test")
    assert code == int(is_kept)
    assert ("the certificate that it gives expired at " in err) is is_kept
    assert (ground.store.load_set("alpha.test") == before) is is_kept


@pytest.mark.parametrize(("names", "is_kept"), [("alpha.test", True), ("b.alpha.test", False)])
def test_a_key_is_kept_for_its_own_names_alone(ground: Issuing, names: str, is_kept: bool) -> None:
    """Whoever takes a name of the store that is free again takes no key with it."""
    ground.want(BOTH.rpartition("[[certificate]]")[0])
    ground.succeed("certs", "issue", "alpha.test")
    key = ground.store.load_set("alpha.test").key
    table = f'[[certificate]]\nname = "alpha.test"\nnames = ["{names}"]\n'
    ground.want(f'{table}challenge = "direct"\nreuse_key = true\n')
    ground.succeed("certs", "issue", "alpha.test")
    assert (ground.store.load_set("alpha.test").key == key) is is_kept


def test_a_certificate_of_an_account_that_was_ended_is_revoked_by_its_own_key(ground: Issuing) -> None:
    ground.want(BOTH.replace('["www.tenant.example"]', '["www.alpha.test"]\nchallenge = "direct"'))
    ground.succeed("certs", "issue", "alpha.test")
    serial = ground.serial("alpha.test") or ""
    ground.succeed("certs", "account", "deactivate", "--yes")
    ground.succeed("certs", "issue", "www.alpha.test")

    ground.succeed("certs", "revoke", "alpha.test")

    assert ground.ca.is_revoked(int(serial, 16))
    assert "which it was before" in ground.succeed("certs", "revoke", "alpha.test")


def test_a_certificate_that_another_client_got_is_revoked_by_its_own_key(ground: Issuing) -> None:
    ground.want(BOTH)
    ground.succeed("certs", "issue", "alpha.test")
    serial = ground.serial("alpha.test") or ""
    ground.store.put("alpha.test", ground.store.load_set("alpha.test"))
    for path in (ground.root / ".psfdns" / "certs" / "accounts").rglob("*"):
        if path.is_file():
            path.unlink()

    ground.succeed("certs", "revoke", "alpha.test")

    assert ground.ca.is_revoked(int(serial, 16))


def test_the_account_is_shown_gets_another_key_and_ends(ground: Issuing) -> None:
    ground.want(BOTH)
    assert ground.succeed("certs", "account", "show") == "pebble: none  -\n"
    ground.succeed("certs", "issue", "alpha.test")
    (key,) = (ground.root / ".psfdns" / "certs" / "accounts").glob("pebble.*/key.pem")
    assert key.stat().st_mode & 0o777 == 0o400
    before = key.read_bytes()
    shown = json.loads(ground.succeed("certs", "account", "show", "--json"))
    (row,) = shown["accounts"]
    assert (shown["format"], row["ca"], row["status"]) == ("psfdns-certs-account/1", "pebble", "valid")

    ground.succeed("certs", "account", "rollover")
    assert key.read_bytes() != before
    assert key.stat().st_mode & 0o777 == 0o400
    again = json.loads(ground.succeed("certs", "account", "show", "--json"))["accounts"][0]
    assert again["url"] == row["url"]
    ground.succeed("certs", "issue", "alpha.test")

    code, _, err = ground.run("certs", "account", "deactivate")
    assert code == 1
    assert "nothing was done" in err
    assert "deactivated" in ground.succeed("certs", "account", "deactivate", "--yes")
    assert ground.succeed("certs", "account", "show") == "pebble: none  -\n"
    ground.succeed("certs", "issue", "alpha.test")
    new = json.loads(ground.succeed("certs", "account", "show", "--json"))["accounts"][0]
    assert new["url"] != row["url"]


@pytest.mark.parametrize("do", ["drop", "lose"])
def test_a_change_of_keys_that_is_cut_short_loses_no_account(
    ground: Issuing, proxied: Proxy, do: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.want(BOTH)
    ground.succeed("certs", "issue", "alpha.test")
    url = json.loads(ground.succeed("certs", "account", "show", "--json"))["accounts"][0]["url"]
    proxied.faults = [Fault("POST /rollover", do, times=99)]

    ground.run("certs", "account", "rollover")
    proxied.faults = []

    row = json.loads(ground.succeed("certs", "account", "show", "--json"))["accounts"][0]
    assert (row["url"], row["status"]) == (url, "valid")
    ground.succeed("certs", "issue", "alpha.test")
    assert not list((ground.root / ".psfdns" / "certs" / "accounts").rglob("key.next.pem"))


def test_a_ca_that_cannot_be_asked_of_an_account_is_exit_3(ground: Issuing, proxied: Proxy) -> None:
    ground.want(BOTH)
    ground.succeed("certs", "issue", "alpha.test")
    proxied.faults = [Fault("GET ", "forbidden", times=99)]

    code, out, _ = ground.run("certs", "account", "show")

    assert code == 3
    assert out.startswith("pebble: unknown  https://")


def test_no_key_reaches_the_screen(ground: Issuing) -> None:
    ground.want(BOTH)
    ground.delegate("www.tenant.example")

    code, out, err = ground.run("-v", "certs", "renew", "--json")

    assert code == 0
    secrets = [path.read_text() for path in (ground.root / ".psfdns" / "certs").rglob("*key.pem")]
    assert len(secrets) >= 3
    assert not [text for text in secrets if text.splitlines()[1] in out + err]


def test_an_external_account_is_bound_and_its_key_is_not_shown(
    ground: Issuing, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ground.want(BOTH)
    settings: dict[str, Any] = {
        "externalAccountBindingRequired": True,
        "externalAccountMACKeys": {EAB_KID: EAB_KEY},
    }
    with pebble(tmp_path_factory.mktemp("eab"), ground.resolver_port, **settings) as strict:
        ground.ca = strict
        ground.configure()
        code, _, err = ground.run("certs", "issue", "alpha.test")
        assert code == 1
        assert "it wants an external account" in err
        assert "hint: set eab_kid and eab_key_file" in err

        (tmp_path / "eab.key").write_text(f"{EAB_KEY[:-3]}%%%\n")
        ground.configure(more=f'eab_kid = "{EAB_KID}"\neab_key_file = "eab.key"\n')
        code, out, err = ground.run("certs", "issue", "alpha.test")
        assert code == 1
        assert EAB_KEY[:20] not in out + err
        (tmp_path / "eab.key").write_text(f"{EAB_KEY}\n")
        ground.succeed("certs", "issue", "alpha.test")


ADDED = """
[[certificate]]
name = "site"
names = ["tenant.example", "new.tenant.example", "www.tenant.example"]
deploy = ["here"]
"""
HAD = ("tenant.example", "www.tenant.example")
ALL = ("new.tenant.example", *HAD)


def grow(ground: Ground, *, days: int) -> None:
    """The store holds a certificate of 90 days, that many days old, for the names that there were."""
    begin = datetime.datetime.now(tz=datetime.UTC) - datetime.timedelta(days=days)
    Store(ground.root / ".psfdns" / "certs").put("site", issue(HAD, begin=begin), issuance=Issuance())


def names_there(ground: Issuing) -> tuple[str, ...]:
    found = ground.store.load("site")
    assert found is not None
    return tuple(sorted(found.names))


def test_names_go_on_without_one_that_was_added_and_cannot_be_proved(ground: Issuing) -> None:
    """The whole course: nothing at first, what there was at its time, all once the CNAME is there."""
    ground.configure(more=HERE)
    ground.want(ADDED)
    for name in HAD:
        ground.delegate(name)
    grow(ground, days=30)
    before = ground.serial("site")

    code, out, err = ground.run("certs", "renew")

    assert (code, out, ground.serial("site")) == (1, "site: deployed to here\n", before), "not at its time"
    assert "error: site: not issued: _acme-challenge.new.tenant.example. has to lead to" in err
    assert "hint: psfdns certs delegate site prints the CNAMEs" in err
    assert "if new ones cannot be had, the others are renewed from 20" in ground.run("certs", "plan")[1]

    grow(ground, days=61)
    code, out, err = ground.run("certs", "renew")

    assert code == 1
    assert re.match(
        r"site: renewed by pebble for the names that it had, until 20\d\d-\d\d-\d\d; "
        r"it lacks new\.tenant\.example\nsite: deployed to here\n",
        out,
    )
    assert "error: site: not issued: _acme-challenge.new.tenant.example. has to lead to" in err
    assert names_there(ground) == HAD
    kept = ground.serial("site")
    assert kept != before
    served = x509.load_pem_x509_certificate((ground.root / "here" / "site" / "cert.pem").read_bytes())
    assert f"{served.serial_number:x}" == (kept or "").lstrip("0")
    assert ground.proofs() == []

    _, out, _ = ground.run("certs", "list")
    assert "tenant.example, www.tenant.example, not new.tenant.example" in out
    assert "warning: site is not for new.tenant.example, which its certs file wants" in out
    code, out, err = ground.run("certs", "renew")
    assert (code, out, ground.serial("site")) == (1, "", kept), "what was renewed is not due again"
    assert "new.tenant.example" in err

    ground.delegate("new.tenant.example")
    out = ground.succeed("certs", "renew")

    assert out.startswith("site: issued by pebble, until")
    assert names_there(ground) == ALL
    assert "not new.tenant.example" not in ground.succeed("certs", "list")
    assert not list((ground.root / ".psfdns" / "acme" / "orders").rglob("*.json"))
    assert ground.succeed("certs", "renew") == ""


def test_names_go_on_without_one_that_the_ca_refuses(ground: Issuing) -> None:
    ground.configure(more=HERE)
    ground.want(ADDED)
    for name in ALL:
        ground.delegate(name)
    hidden = (challenge_owner("new.tenant.example"), "TXT")
    ground.recursor.elsewhere[hidden] = ('"of another"',)
    grow(ground, days=61)

    code, out, _ = ground.run("certs", "renew", "--json")

    document = json.loads(out)
    (row,) = document["certificates"]
    assert (code, row["outcome"], row["lacks"]) == (1, "kept", ["new.tenant.example"])
    assert row["serial"] == ground.serial("site")
    (fault,) = row["faults"]
    assert (fault["ca"], fault["kept"]) == ("pebble", False)
    assert "new.tenant.example: " in fault["why"]
    assert [each["ok"] for each in document["deployed"]] == [True]
    assert names_there(ground) == HAD

    del ground.recursor.elsewhere[hidden]
    ground.succeed("certs", "issue", "site")
    assert names_there(ground) == ALL


def test_a_name_that_there_was_is_never_left_out_and_issue_brings_what_it_got(ground: Issuing) -> None:
    ground.configure(more=HERE)
    ground.want(ADDED)
    ground.delegate("www.tenant.example")
    grow(ground, days=61)

    code, out, err = ground.run("certs", "issue", "site")

    assert (code, out) == (1, "")
    for name in ("tenant.example", "new.tenant.example"):
        assert f"error: site: not issued: _acme-challenge.{name}. has to lead to" in err
    assert "not renewed" not in err, "nothing goes on without a name that it has"

    ground.delegate("tenant.example")
    code, out, err = ground.run("certs", "issue", "site")

    assert code == 1
    assert "; it lacks new.tenant.example\nsite: deployed to here\n" in out


def test_a_wildcard_in_the_place_of_names_leaves_them_there_and_says_what_of_them_fails(
    ground: Issuing,
) -> None:
    ground.configure(more=HERE)
    ground.want('[[certificate]]\nname = "site"\nnames = ["www.tenant.example", "*.new.tenant.example"]\n')
    ground.delegate("www.tenant.example")
    begin = datetime.datetime.now(tz=datetime.UTC) - datetime.timedelta(days=61)
    had = issue(("www.tenant.example", "x.new.tenant.example"), begin=begin)
    ground.store.put("site", had, issuance=Issuance())

    code, out, err = ground.run("certs", "renew")

    assert (code, out) == (1, "")
    assert "error: site: not issued: _acme-challenge.new.tenant.example. has to lead to" in err
    failed = "error: site: not renewed for the names that it has: _acme-challenge.x.new.tenant.example. has"
    assert failed in err


def test_a_service_that_watches_runs_hears_of_them_quiet_ones_too(
    ground: Issuing, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service()
    with serving_http(service):
        ground.configure(more="")
        text = (ground.root / "psfdns.toml").read_text()
        checkin = text.replace("[acme]\n", '[acme]\ncheckin = "$CERTS_CHECKIN"\n')
        (ground.root / "psfdns.toml").write_text(checkin)
        monkeypatch.setenv("CERTS_CHECKIN", f"{service.url}/a-secret-uuid")
        ground.want("")
        assert ground.run("certs", "renew") == (0, "", "")
        assert service.steps() == ["/a-secret-uuid/start", "/a-secret-uuid"]

        ground.want(WWW)
        code, _, err = ground.run("certs", "renew")
        assert code == 1, "the name leads nowhere yet"
        assert service.steps() == ["/a-secret-uuid/start", "/a-secret-uuid/fail"]
        assert "secret" not in err

        service.status = 500
        ground.want("")
        code, _, err = ground.run("certs", "renew")
        assert (code, err.count("warning: [acme] checkin answers 500\n")) == (0, 2)

        monkeypatch.delenv("CERTS_CHECKIN")
        assert ground.run("certs", "renew")[0] == 1
        ground.want(BOTH.rpartition("[[certificate]]")[0])
        code, out, err = ground.run("certs", "renew")
        assert (code, out.startswith("alpha.test: issued")) == (1, True)
        assert err.startswith("warning: [acme] checkin: read its URL: the environment has no CERTS_CHECKIN\n")
