"""Traces of other writers in a live zone."""

from __future__ import annotations

import pytest

from psfdns.diagnostics import Severity
from psfdns.patterns import matches, parse_pattern
from psfdns.plans.host import Foreign, HostedZone, LiveZone
from psfdns.plans.writers import find_writers
from psfdns.records import RRset, RRsetKey, Zone

ORIGIN = "example.com."
HEX = "0123456789abcdef" * 2


def live(*rrsets: tuple[str, str, str], foreign: tuple[Foreign, ...] = ()) -> LiveZone:
    made = [RRset(RRsetKey(f"{name}.{ORIGIN}", rdtype), 60, (value,)) for name, rdtype, value in rrsets]
    hosted = HostedZone("Z1", ORIGIN, private=False, caller_reference="x", comment=None, record_set_count=9)
    return LiveZone(hosted, Zone(ORIGIN, {rrset.key: rrset for rrset in made}), {}, foreign)


@pytest.mark.parametrize(
    ("name", "rdtype", "value", "code"),
    [
        (f"_{HEX}.www", "CNAME", f"_{HEX}.abc.acm-validations.aws.", "acm-validation"),
        ("app", "TXT", '"heritage=external-dns,external-dns/owner=default"', "external-dns"),
        ("_owner.a.app", "TXT", '"*octodns*"', "octodns"),
    ],
)
def test_each_writer_is_known_by_its_trace(name: str, rdtype: str, value: str, code: str) -> None:
    (finding,) = find_writers(live((name, rdtype, value)))
    assert (finding.code, finding.severity) == (code, Severity.INFO)
    assert f"{name}.{ORIGIN} {rdtype}" in finding.summary
    # The pattern that is suggested does mean the record set.
    pattern = parse_pattern((finding.hint or "").split("[")[1].strip("]\"'"))
    assert matches(pattern, RRsetKey(f"{name}.{ORIGIN}", rdtype), ORIGIN)


@pytest.mark.parametrize("name", ["_acme-challenge", "_acme-challenge.www"])
def test_an_acme_client_needs_no_setting(name: str) -> None:
    (finding,) = find_writers(live((name, "TXT", '"x"')))
    assert finding.code == "acme-challenge"
    assert finding.hint == "take them out of the file: an ACME answer that no file declares is left alone"


@pytest.mark.parametrize(
    ("name", "rdtype", "value"),
    [
        (f"_{HEX}.www", "CNAME", "www.example.com."),
        ("_dmarc", "CNAME", "x.acm-validations.aws."),
        ("_acme-challenge", "CNAME", "x.example.net."),
        ("www", "TXT", '"heritage is a nice word"'),
        ("www", "A", "192.0.2.1"),
    ],
)
def test_ordinary_records_are_nobodys_trace(name: str, rdtype: str, value: str) -> None:
    assert find_writers(live((name, rdtype, value))) == ()


def test_traffic_policies_are_known_by_what_could_not_be_read() -> None:
    key = RRsetKey(f"tp.{ORIGIN}", "A")
    found = find_writers(live(foreign=(Foreign(key, "made by a traffic policy (instance 1)"),)))
    assert [finding.code for finding in found] == ["traffic-policy"]
    assert find_writers(live(foreign=(Foreign(key, "psfdns does not know the type LOC"),))) == ()


def test_many_are_counted_and_three_are_named() -> None:
    (finding,) = find_writers(live(*((f"_acme-challenge.h{number}", "TXT", '"x"') for number in range(5))))
    assert "5 record sets" in finding.summary
    assert finding.summary.count("_acme-challenge.h") == 3
