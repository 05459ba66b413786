"""`dnssec status` of zones that the embedded Route 53 signs, below a signed internet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import dns.name
import dns.rrset
import pytest

from psfdns.aws import Kms
from psfdns.errors import HostError
from psfdns.key_policies import write_policy
from psfdns.sandbox.sandbox import Sandbox
from tests.cli.ground import Ground
from tests.dnssec.cases import Case
from tests.dnssec.internet import RESOLVER, ROOT, internet
from tests.dnssec.signing import Set
from tests.sandbox.keys import make_key, make_kms_key, sign

ZONE = "hosted.lab"


class Hosted:
    """The zone in the sandbox, with its own clients; `delegate` puts it below a signed `lab.`."""

    def __init__(self, ground: Ground, stack: ExitStack) -> None:
        self.ground = ground
        self._stack = stack
        sandbox = Sandbox(ground.root / ".psfdns" / "sandbox")
        self.client, self.kms = sandbox.client(), sandbox.client("kms")
        ground.write(
            "one",
            ZONE,
            "www A 192.0.2.1",
            "*.wild A 192.0.2.2",
            "@ MX 10 mail",
            "mail 172800 A 192.0.2.3",
            "long 2000000 A 192.0.2.4",
            "web CNAME www",
            "plain NS ns1.example.org.",
            "plain NS ns2.example.org.",
            "signed NS ns1.example.org.",
            "signed NS ns2.example.org.",
            f"signed DS 1 13 2 {'AB' * 32}",
            "a.b.c TXT deep",
        )
        ground.apply(ZONE)
        zones = self.client.list_hosted_zones()["HostedZones"]
        self.id = next(each["Id"].rpartition("/")[2] for each in zones if each["Name"] == f"{ZONE}.")

    @property
    def servers(self) -> tuple[str, ...]:
        named = self.client.get_hosted_zone(Id=self.id)["DelegationSet"]["NameServers"]
        return tuple(f"{each}." for each in named)

    def sign(self) -> dict[str, Any]:
        return sign(self.client, self.kms, self.id)

    def delegate(self, *keys: dict[str, Any]) -> None:
        def digests(zone: str) -> Set:
            texts = [key["DSRecord"] for key in keys]
            return dns.rrset.from_text_list(dns.name.from_text(zone), 3600, "IN", "DS", texts)

        case = Case("hosted", "secure", ns=self.servers, ds=digests if keys else None)
        net = self._stack.enter_context(internet([case]))
        (self.ground.root / "anchor").write_text("".join(f". DS {each}\n" for each in net.anchors))
        (self.ground.root / "psfdns.toml").write_text(
            '[route53]\naccounts = ["sandbox"]\n'
            f'[resolver]\nroot_hints = ["{ROOT}"]\nservers = ["{RESOLVER}:{net.port}"]\n'
            f'port = {net.port}\ntrust_anchor = "anchor"\n'
        )

    def want_dnssec(self) -> None:
        with (self.ground.root / "zones" / "one" / "tenant.toml").open("a") as file:
            file.write(f'[zones."{ZONE}"]\ndnssec = true\n')

    def status(self) -> dict[str, Any]:
        _, out, err = self.ground.run("dnssec", "status", "--json", ZONE)
        assert err == ""
        (zone,) = json.loads(out)["zones"]
        return dict(zone)

    def changes(self) -> int:
        """What is left to apply."""
        (zone,) = json.loads(self.ground.run("plan", "--json", ZONE)[1])["zones"]
        return len(zone["changes"])

    def codes(self, *severities: str) -> list[str]:
        found = self.status()["findings"]
        return [each["code"] for each in found if not severities or each["severity"] in severities]


@pytest.fixture
def hosted(ground: Ground) -> Iterator[Hosted]:
    with ExitStack() as stack:
        yield Hosted(ground, stack)


def test_what_the_sandbox_signs_is_secure_and_nothing_is_found_wrong(hosted: Hosted) -> None:
    hosted.want_dnssec()
    hosted.delegate(hosted.sign())

    zone = hosted.status()

    assert (zone["status"], zone["wanted"]) == ("secure", True)
    assert [each for each in zone["findings"] if each["severity"] != "info"] == []
    assert "COMPACT_DENIAL" in {each["code"] for each in zone["findings"]}
    assert all(each["sound"] for each in zone["sets"] if each["found"])
    asked = {(each["name"], each["type"]) for each in zone["sets"] if each["found"]}
    assert {("www.hosted.lab.", "A"), ("long.hosted.lab.", "A"), ("signed.hosted.lab.", "DS")} <= asked


def test_two_keys_are_as_good_as_one(hosted: Hosted) -> None:
    hosted.want_dnssec()
    first = hosted.sign()
    second = make_key(hosted.client, hosted.id, make_kms_key(hosted.kms, hosted.id), "key_2")
    hosted.delegate(first, second)

    assert hosted.codes("error", "warning") == []
    assert hosted.status()["status"] == "secure"


def test_without_ds_it_is_insecure_and_its_ds_is_missed(hosted: Hosted) -> None:
    hosted.want_dnssec()
    hosted.sign()
    hosted.delegate()

    assert hosted.status()["status"] == "insecure"
    assert {"CLOUD_DS_MISSING", "DNSSEC_WANTED"} <= set(hosted.codes())


def test_a_signed_zone_is_planned_and_applied_as_before(hosted: Hosted) -> None:
    hosted.want_dnssec()
    hosted.delegate(hosted.sign())
    assert hosted.changes() == 0
    path = hosted.ground.root / "zones" / "one" / f"{ZONE}.zone"
    path.write_text(path.read_text().replace("192.0.2.1", "192.0.2.99") + "new TXT hello\n")
    assert hosted.changes() == 2

    code, _, err = hosted.ground.run("apply", "--yes", "--verify", "require", ZONE)

    assert (code, "error" in err) == (0, False)
    assert hosted.changes() == 0
    zone = hosted.status()
    assert zone["status"] == "secure"
    assert ("new.hosted.lab.", "TXT") in {
        (each["name"], each["type"]) for each in zone["sets"] if each["found"]
    }
    assert hosted.codes("error", "warning") == []


def test_a_zone_that_stops_signing_with_its_ds_in_the_parent_is_bogus(hosted: Hosted) -> None:
    hosted.want_dnssec()
    hosted.delegate(hosted.sign())
    hosted.client.disable_hosted_zone_dnssec(HostedZoneId=hosted.id)

    assert hosted.status()["status"] == "bogus"


MISHAPS: dict[str, tuple[Callable[[Any, str], object], set[str]]] = {
    "disabled": (lambda kms, arn: kms.disable_key(KeyId=arn), {"CLOUD_ACTION_NEEDED", "KMS_KEY_DISABLED"}),
    "about to go": (
        lambda kms, arn: kms.schedule_key_deletion(KeyId=arn),
        {"CLOUD_ACTION_NEEDED", "KMS_KEY_PENDING_DELETION"},
    ),
    "for another zone": (
        lambda kms, arn: kms.put_key_policy(
            KeyId=arn, Policy=write_policy(account="sandbox", zone_ids=["Z1OTHER"])
        ),
        {"CLOUD_ACTION_NEEDED", "KMS_POLICY_LACKS_ROUTE53"},
    ),
    "for any zone": (
        lambda kms, arn: kms.put_key_policy(
            KeyId=arn,
            Policy=write_policy(account="sandbox", zone_ids=["*"])
            .replace("StringEquals", "StringLike")
            .replace('"sandbox"', '"*"'),
        ),
        {"KMS_POLICY_FOR_ANY_ZONE"},
    ),
}


@pytest.mark.parametrize("mishap", MISHAPS)
def test_what_befalls_a_key_in_kms_is_seen_while_the_zone_is_still_secure(
    hosted: Hosted, mishap: str
) -> None:
    key = hosted.sign()
    hosted.want_dnssec()
    hosted.delegate(key)
    act, codes = MISHAPS[mishap]
    act(hosted.kms, key["KmsArn"])

    assert set(hosted.codes("error", "warning")) == codes
    assert hosted.status()["status"] == "secure"


def test_who_may_not_ask_kms_is_told_so_and_nothing_fails(
    hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosted.want_dnssec()
    hosted.delegate(hosted.sign())

    def refuse(_: Kms, key: str) -> None:
        raise HostError("KMS", f"look at key {key}", "not allowed (AccessDeniedException)")

    monkeypatch.setattr(Kms, "describe_key", refuse)

    assert hosted.codes("error", "warning") == []
    (said,) = [each for each in hosted.status()["findings"] if each["code"] == "KMS_UNKNOWN"]
    assert (said["severity"], said["summary"]) == (
        "info",
        "not all keys in KMS could be looked at: KMS: not allowed (AccessDeniedException)",
    )
