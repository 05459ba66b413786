"""The first text of a zone: complete, sound, and with remarks that stay remarks."""

from __future__ import annotations

import pytest
from hypothesis import given

from psfdns.diagnostics import has_errors
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.zonefile.parse import parse_zone
from psfdns.zonefile.scaffold import write_first
from tests.oracles import kzonecheck, named_checkzone
from tests.strategies import ORIGIN, zones

WWW = RRset(RRsetKey("www.example.com.", "A"), 300, ("192.0.2.1", "192.0.2.2"))
LONG = RRset(RRsetKey("long.example.com.", "TXT"), 60, (" ".join(f'"{letter * 90}"' for letter in "ab"),))


def zone_of(*rrsets: RRset) -> Zone:
    return Zone(ORIGIN, {rrset.key: rrset for rrset in rrsets})


@given(zones())
def test_what_a_zone_holds_reads_back_but_for_the_apex(zone: Zone) -> None:
    first = write_first(zone, about=["A zone."])

    parsed = parse_zone(first.text.encode(), origin=ORIGIN, path="zone")
    kept = {
        key: rrset for key, rrset in zone.rrsets.items() if key[:2] not in {(ORIGIN, "SOA"), (ORIGIN, "NS")}
    }
    read = dict(parsed.zone.rrsets)
    assert read.pop(RRsetKey(ORIGIN, "SOA")).values[0].startswith("ns1.invalid. ")
    assert read.pop(RRsetKey(ORIGIN, "NS")).values == ("ns1.invalid.", "ns2.invalid.")
    assert read == kept
    for key, rrset in parsed.zone.rrsets.items():
        for span in rrset.spans:
            assert first.keys[span.first_line or 0] == key


@pytest.mark.parametrize("origin", ["example.com.", "2.0.192.in-addr.arpa."])
@pytest.mark.parametrize("examples", [False, True])
def test_other_programs_load_an_empty_one(
    origin: str, examples: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("zone") / "zone"
    path.write_text(write_first(Zone(origin, {}), about=["x"], examples=examples).text)

    for judge in (named_checkzone, kzonecheck):
        judged = judge(origin, path)
        assert judged.returncode == 0, judged.stdout + judged.stderr
    assert ("PTR" in path.read_text()) is (examples and origin.endswith("arpa."))
    assert ("_dmarc" in path.read_text()) is (examples and not origin.endswith("arpa."))


def test_what_is_left_out_is_a_remark_with_its_reason_however_many_lines_it_has() -> None:
    first = write_first(zone_of(WWW, LONG), about=["x"], left_out={WWW.key: "no\ngood", LONG.key: "too long"})

    parsed = parse_zone(first.text.encode(), origin=ORIGIN, path="zone")
    assert not has_errors(parsed.findings)
    assert {key.type for key in parsed.zone.rrsets} == {"SOA", "NS"}
    assert (
        "; left out: no\\ngood\n; www     300 IN A   192.0.2.1\n; www     300 IN A   192.0.2.2\n"
        in first.text
    )
    assert "; left out: too long\n; long     60 IN TXT (\n" in first.text


def test_a_remark_stays_one_whatever_is_in_it() -> None:
    first = write_first(zone_of(), about=["a\n@ IN A 192.0.2.66", "\x1b[2J", "\u2028x", ""])

    assert first.text.startswith("; a\\n@ IN A 192.0.2.66\n; \\x1b[2J\n; \\u2028x\n;\n\n$TTL 3600\n")
    parsed = parse_zone(first.text.encode(), origin=ORIGIN, path="zone")
    assert {key.type for key in parsed.zone.rrsets} == {"SOA", "NS"}
