"""A target is spelt as a host: no URL, no path, no port, and hosts of mail and names without underscores."""

from __future__ import annotations

from pathlib import Path

import pytest

from psfdns.checks import hosts, targets
from tests.checks.findings import found, judged
from tests.oracles import named_checkzone

ODD = [(1, "unusual-target")]

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a path": ("www CNAME www.example.net/path.", ODD),
    "a path behind a relative name is told once": ("www CNAME www/path", ODD),
    "a scheme with a dot for its colon": ("www CNAME https.//www.example.net.", ODD),
    "a scheme and no final dot is told once": ("www CNAME https.//www.example.net", ODD),
    "a final slash": ("www CNAME www.example.net./", ODD),
    "a path of an MX is told once": ("@ MX 10 mail/path", ODD),
    "a path of an HTTPS": ("@ HTTPS 1 www.example.net/path.", ODD),
    "a path of a PTR": ("1 PTR www.example.net/path.", ODD),
    "a classless reverse name": ("1 CNAME 1.0/25.2.0.192.in-addr.arpa.", []),
    "an instance of a service": (r"_http._tcp PTR a/b._http._tcp", []),
    "a port": ("www CNAME www.example.net.8080.", ODD),
    "a port with a hyphen, which is a host": ("www CNAME www-8080.example.net.", []),
    "an address is told once": ("www CNAME 192.0.2.1.", [(1, "target-is-address")]),
    "numbers in front": ("www CNAME 192.0.2.1.example.net.", []),
    "an underscore of an MX": ("@ MX 10 mail_1.example.net.", ODD),
    "an underscore of an NS": ("sub NS ns_1.example.net.\nsub NS ns2.example.net.", ODD),
    "an underscore of an SRV": ("_sip._tcp SRV 0 0 1 sip_1.example.net.", ODD),
    "an underscore of a CNAME": ("a CNAME _dmarc.example.net.", []),
    "an underscore of a PTR": ("1 PTR host_1.example.net.", []),
    "a hyphen": ("@ MX 10 mail-1.example.net.", []),
    "a hyphen at the end": ("@ MX 10 mail-.example.net.", ODD),
    "a wildcard": ("@ MX 10 *.example.net.", ODD),
    "an escaped blank": (r"@ MX 10 mail\ server.example.net.", ODD),
    "an internationalised host": ("@ MX 10 пошта.example.net.", []),
    "no host": ("@ MX 0 .", []),
    "two values, one of them odd": (
        "@ MX 10 a.example.net.\n@ MX 20 b_c.example.net.",
        [(2, "unusual-target")],
    ),
    "silenced": ("@ MX 10 mail_1.example.net. ; psfdns: ignore=unusual-target", []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_target_that_is_spelt_as_no_host_is_found_once(case: str) -> None:
    text, expected = CASES[case]
    assert found(text) == expected


HOSTS = ["mail_1", "mail-1", "mail-", "-mail", "*", "1", "m1", r"a\ b"]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("rdtype", ["MX 10", "NS", "SRV 0 0 1"])
def test_bind_refuses_the_same_hosts(host: str, rdtype: str, tmp_path: Path) -> None:
    owner = "_sip._tcp" if rdtype.startswith("SRV") else "sub"
    text = f"{owner} {rdtype} {host}.example.net.\nsub NS a.example.net."
    file = tmp_path / "zone"
    file.write_text(
        f"$TTL 300\n@ SOA a.example.net. b.example.net. 1 7200 900 1209600 300\n@ NS a.example.net.\n{text}\n"
    )
    judged = named_checkzone("zone.example.", file, "-k", "fail")
    assert (judged.returncode == 0) is ("unusual-target" not in {code for _, code in found(text)}), (
        judged.stdout
    )


@pytest.mark.parametrize(
    ("record", "hint"),
    [
        ("@ MX 10 mail_1.example.net.", "give the host a name of letters, digits and hyphens"),
        ("@ MX 10 mail-.example.net.", "give the host a name of letters, digits and hyphens"),
        ("www CNAME www.example.net/path.", "write the host alone"),
        ("www CNAME www.example.net.8080.", "write the host alone"),
    ],
)
def test_the_hint_is_about_what_is_odd(record: str, hint: str) -> None:
    (finding,) = judged(record, hosts.CHECK)
    assert (finding.hint or "").startswith(hint)


def test_an_address_as_the_target_of_a_cname_is_to_be_a_record_of_its_own() -> None:
    (finding,) = judged("www CNAME 192.0.2.1.", targets.CHECK)
    assert (finding.hint or "").startswith("write A 192.0.2.1 instead of the CNAME")
