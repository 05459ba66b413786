"""Which names are looked at: a certificate's, and those of zones that none covers."""

from __future__ import annotations

import pytest

from psfdns.certs.coverage import PROBE, Entry, find_entries, find_spots, find_uncovered
from psfdns.checks.check import Subject
from psfdns.settings import ZoneSettings
from psfdns.zonefile.parse import parse_zone
from tests.certs.certificates import wanted

ORIGIN = "example.org."


def entries(*lines: str) -> list[Entry]:
    text = "\n".join(("$TTL 300", *lines, "")).encode()
    parsed = parse_zone(text, origin=ORIGIN, path="x.zone")
    assert not parsed.findings
    return list(find_entries(Subject(parsed.zone, ZoneSettings()), tenant="one", label=ORIGIN))


def hosts(*lines: str) -> list[str]:
    return [each.host for each in entries(*lines)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("www A 192.0.2.1", ["www.example.org"], id="A"),
        pytest.param("www AAAA 2001:db8::1", ["www.example.org"], id="AAAA"),
        pytest.param("www CNAME a.example.net.", ["www.example.org"], id="CNAME"),
        pytest.param(
            "www AWS ALIAS A d1.cloudfront.net. Z2FDTNDATAQYW2 false", ["www.example.org"], id="alias"
        ),
        pytest.param("@ A 192.0.2.1", ["example.org"], id="the apex"),
        pytest.param("*.a A 192.0.2.1", [f"{PROBE}.a.example.org"], id="a wildcard by a name of its own"),
        pytest.param("www MX 10 a.example.net.", [], id="mail"),
        pytest.param("_dmarc CNAME a.example.net.", [], id="a service's name"),
        pytest.param("a._domainkey CNAME a.example.net.", [], id="below a service's name"),
        pytest.param("a\\.b A 192.0.2.1", [], id="no host can be called so"),
    ],
)
def test_an_entry_is_a_name_that_can_be_a_web_servers(line: str, expected: list[str]) -> None:
    assert hosts(line) == expected


def test_what_lies_behind_a_delegation_is_another_zones() -> None:
    lines = ("sub NS ns1.example.net.", "sub NS ns2.example.net.", "ns.sub A 192.0.2.1", "www A 192.0.2.1")
    assert hosts(*lines) == ["www.example.org"]


def test_an_entry_stands_at_its_line() -> None:
    (entry,) = entries("www TXT hello", "www A 192.0.2.1")
    assert str(entry.span) == "x.zone:3"


ZONE = ("@ A 192.0.2.1", "www A 192.0.2.1", "a.www A 192.0.2.1", "_x A 192.0.2.1", "*.any A 192.0.2.1")


def looked_at(*names: str, others: tuple[str, ...] = ()) -> list[tuple[str, str | None]]:
    certificate = wanted(names=names)
    every = [certificate, wanted(name="other", names=others)]
    return [
        (spot.host, spot.covered_by)
        for spot in find_spots([certificate], entries(*ZONE), ["example.org"], every=every)
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["other.example.net"], [("other.example.net", "other.example.net")], id="elsewhere"),
        pytest.param(
            ["example.org", "*.example.org"],
            [("example.org", "example.org"), ("www.example.org", "*.example.org")],
            id="a wildcard at the names of our zone",
        ),
        pytest.param(["*.www.example.org"], [("a.www.example.org", "*.www.example.org")], id="one label"),
        pytest.param(
            ["*.none.example.org"], [("*.none.example.org", "*.none.example.org")], id="our zone has none"
        ),
        pytest.param(
            ["*.any.example.org"],
            [(f"{PROBE}.any.example.org", "*.any.example.org")],
            id="a wildcard in our zone",
        ),
        pytest.param(
            ["*.example.net"], [(f"{PROBE}.example.net", "*.example.net")], id="a wildcard in no zone of ours"
        ),
    ],
)
def test_where_a_certificate_is_looked_for(names: list[str], expected: list[tuple[str, str]]) -> None:
    assert looked_at(*names) == expected


def test_a_wildcard_is_not_looked_for_where_a_certificate_names_the_host() -> None:
    assert looked_at("*.example.org", others=("example.org",)) == [("www.example.org", "*.example.org")]
    assert looked_at("*.example.org", others=("www.example.org",)) == []
    assert looked_at("www.example.org", "*.example.org") == [("www.example.org", "www.example.org")]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ["example.org", "www.example.org", "a.www.example.org", f"{PROBE}.any.example.org"]),
        (["*.example.org"], ["example.org", "a.www.example.org", f"{PROBE}.any.example.org"]),
        (["example.org", "*.www.example.org"], ["www.example.org", f"{PROBE}.any.example.org"]),
        (["any.example.org", "*.example.net"], ["example.org", "www.example.org", "a.www.example.org"]),
    ],
)
def test_what_no_certificate_covers(names: list[str], expected: list[str]) -> None:
    uncovered = [spot.host for spot in find_uncovered(entries(*ZONE), [wanted(names=tuple(names))])]
    assert [host for host in uncovered if host in expected] == expected
    assert set(uncovered) - set(expected) <= {f"{PROBE}.any.example.org"}
