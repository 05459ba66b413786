"""The list of usual names: each is a name, stands there once, and has its types."""

from __future__ import annotations

from psfdns.lookup.usual_names import APEX_TYPES, UNHOSTED_TYPES, USUAL, names_asked, types_asked
from psfdns.names import parse_name
from psfdns.records import HOSTED_TYPES


def test_every_name_is_one_and_has_a_reason() -> None:
    names = [name for group in USUAL for name in group.names]

    assert all(group.why and group.names for group in USUAL)
    assert [parse_name(name, origin="z.") for name in names] == [
        "z." if name == "@" else f"{name}.z." for name in names
    ]
    assert len(set(names)) == len(names)


def test_the_names_that_matter_most_are_asked() -> None:
    asked = names_asked("pyladies.example.")

    assert {"@", "*", "www", "mail", "autodiscover", "_dmarc", "google._domainkey", "_acme-challenge"} <= set(
        asked
    )
    assert {"_imaps._tcp", "_mta-sts", "mta-sts", "_smtp._tls", "_443._tcp.www"} <= set(asked)
    assert len(asked) < 400


def test_a_reverse_zone_is_asked_for_its_addresses() -> None:
    assert {"0", "25", "255"} <= set(names_asked("2.0.192.in-addr.arpa."))
    assert {"0", "f"} <= set(names_asked("8.b.d.0.1.0.0.2.ip6.arpa."))
    assert "www" not in names_asked("2.0.192.in-addr.arpa.")


def test_the_types_of_the_apex_are_all_that_it_can_have_and_those_to_be_told() -> None:
    assert set(APEX_TYPES) == HOSTED_TYPES - {"CNAME", "DS", "PTR"}
    assert not set(UNHOSTED_TYPES) & HOSTED_TYPES
    assert {"A", "CNAME", "NS", "DS", "TXT"} <= set(types_asked("www"))
    assert {"TXT", "CNAME", "SRV", "TLSA", "NS"} <= set(types_asked("_dmarc"))
