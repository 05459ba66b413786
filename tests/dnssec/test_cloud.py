"""Route 53 and tenant.toml beside DNS: every disagreement is said, and nothing where they agree."""

from __future__ import annotations

import dataclasses

import pytest

from psfdns.dnssec.cloud import Cloud
from psfdns.dnssec.verdict import Verdict
from psfdns.plans.host import HostedSigning, SigningKey
from tests.dnssec.cases import ksk
from tests.dnssec.conftest import gather
from tests.dnssec.internet import Internet
from tests.dnssec.signing import Key, ds_of


def hosted_key(key: Key, zone: str, status: str = "ACTIVE") -> SigningKey:
    """As GetDNSSEC has it."""
    (digest,) = ds_of(zone, key.public)
    return SigningKey(f"key_{key.tag}", status, key.tag, 13, 2, digest.digest.hex().upper())


def signing(zone: str, *keys: Key, status: str = "SIGNING", idle: tuple[Key, ...] = ()) -> HostedSigning:
    inactive = (hosted_key(key, zone, "INACTIVE") for key in idle)
    return HostedSigning(status, "", (*(hosted_key(key, zone) for key in keys), *inactive))


def found(verdict: Verdict) -> dict[str, str]:
    return {
        finding.code: finding.severity.value
        for finding in verdict.findings
        if finding.code.startswith(("CLOUD", "DNSSEC"))
    }


NOT_SIGNING = HostedSigning("NOT_SIGNING")


@pytest.mark.parametrize(
    ("zone", "wanted", "said", "codes"),
    [
        ("twokeys.lab.", True, signing("twokeys.lab.", ksk()), {}),
        ("plain.lab.", False, NOT_SIGNING, {}),
        ("plain.lab.", None, NOT_SIGNING, {}),
        ("plain.lab.", True, NOT_SIGNING, {"DNSSEC_WANTED": "error"}),
        (
            "island.lab.",
            True,
            signing("island.lab.", ksk()),
            {"DNSSEC_WANTED": "error", "CLOUD_DS_MISSING": "warning"},
        ),
        (
            "wrongkey.lab.",
            True,
            signing("wrongkey.lab.", ksk()),
            {"DNSSEC_WANTED": "error", "CLOUD_DS_MISSING": "error"},
        ),
        ("twokeys.lab.", False, signing("twokeys.lab.", ksk()), {"DNSSEC_NOT_WANTED": "warning"}),
        ("twokeys.lab.", True, NOT_SIGNING, {"CLOUD_NOT_SIGNING": "error"}),
        ("orphan.lab.", True, NOT_SIGNING, {"CLOUD_NOT_SIGNING": "error", "DNSSEC_WANTED": "error"}),
        ("island.lab.", None, NOT_SIGNING, {"CLOUD_KEY_UNKNOWN": "warning"}),
        (
            "twokeys.lab.",
            True,
            signing("twokeys.lab.", ksk(6)),
            {"CLOUD_SIGNING_NOT_SEEN": "error", "CLOUD_KEY_UNKNOWN": "warning", "CLOUD_DS_MISSING": "error"},
        ),
        (
            "twoksks.lab.",
            True,
            signing("twoksks.lab.", ksk(), idle=(ksk(1),)),
            {"CLOUD_DS_OF_INACTIVE_KEY": "error"},
        ),
        (
            "twokeys.lab.",
            True,
            signing("twokeys.lab.", ksk(), status="ACTION_NEEDED"),
            {"CLOUD_ACTION_NEEDED": "error"},
        ),
        (
            "twokeys.lab.",
            True,
            signing("twokeys.lab.", ksk(), status="INTERNAL_FAILURE"),
            {"CLOUD_INTERNAL_FAILURE": "error"},
        ),
        (
            "twokeys.lab.",
            True,
            signing("twokeys.lab.", ksk(), status="DELETING"),
            {"CLOUD_DELETING": "warning"},
        ),
    ],
)
def test_each_disagreement_is_a_finding(
    zone: str, wanted: bool | None, said: HostedSigning, codes: dict[str, str], net: Internet
) -> None:
    verdict = gather(net, zone, cloud=Cloud(said, wanted=wanted))[1]
    assert found(verdict) == codes


def test_a_key_that_needs_action_is_said_by_its_name_with_the_message(net: Internet) -> None:
    good = hosted_key(ksk(), "twokeys.lab.")
    bad = dataclasses.replace(good, status="ACTION_NEEDED", message="the policy was changed")
    verdict = gather(net, "twokeys.lab.", cloud=Cloud(HostedSigning("SIGNING", "", (bad,))))[1]
    (finding,) = [each for each in verdict.findings if each.code == "CLOUD_ACTION_NEEDED"]
    assert f"key_{ksk().tag}" in finding.summary
    assert finding.summary.endswith("ACTION_NEEDED: the policy was changed")


def test_without_route_53_that_is_said_and_is_no_fault(net: Internet) -> None:
    verdict = gather(net, "twokeys.lab.", cloud=Cloud(why="there are no credentials", wanted=True))[1]
    (finding,) = verdict.findings
    assert (finding.code, finding.severity) == ("CLOUD_UNKNOWN", "info")
    assert "there are no credentials" in finding.summary


def test_a_file_whose_zone_is_not_there_yet_is_asked_of_dns_alone(net: Internet) -> None:
    verdict = gather(net, "twokeys.lab.", cloud=Cloud(is_hosted=False, wanted=True))[1]
    assert found(verdict) == {"CLOUD_NO_ZONE": "info"}
