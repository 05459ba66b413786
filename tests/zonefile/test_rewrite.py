"""An existing file changed: what is still wanted keeps its very lines, and so do all comments."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.diagnostics import has_errors
from psfdns.errors import InvalidInputError
from psfdns.records import Alias, RRset, RRsetKey, Zone
from psfdns.routing import Weighted
from psfdns.zonefile.parse import Included, IncludeRequest, ParsedZone, parse_zone
from psfdns.zonefile.rewrite import rewrite_zone
from psfdns.zonefile.write import write_zone
from tests.strategies import ORIGIN, zones

PATH = "zones/psf/example.com.zone"
SHARED = b"shared IN A 192.0.2.200\n"


def include(request: IncludeRequest) -> Included:
    return Included(f"zones/psf/{request.file}", SHARED)


def read(data: bytes) -> ParsedZone:
    return parse_zone(data, origin=ORIGIN, path=PATH, include=include)


def rewrite(existing: str, zone: Zone) -> str:
    return rewrite_zone(zone, existing=existing.encode(), path=PATH, read=read)


def changed(existing: str, *, without: str = "", **values: tuple[str, ...]) -> str:
    """The file rewritten with record sets replaced: `www_A=("192.0.2.1",)`; none means gone."""
    zone = read(existing.encode()).zone
    rrsets = {key: rrset for key, rrset in zone.rrsets.items() if str(key) != without}
    for name, some in values.items():
        owner, rdtype = name.rsplit("_", 1)
        key = RRsetKey(ORIGIN if owner == "apex" else f"{owner.replace('_', '.')}.{ORIGIN}", rdtype)
        rrsets[key] = replace(rrsets.get(key, RRset(key, 300)), values=tuple(sorted(some)), spans=())
    return rewrite(existing, Zone(ORIGIN, rrsets))


comments = st.sampled_from(
    ["", "", "; a remark", "; AWSome", ";psfdns: ignore=unequal-ttls", "   ; indented", "; \xe9"]
)


@st.composite
def commented(draw: st.DrawFn, zone: Zone) -> str:
    """A zone's text with remarks between its lines and behind its one-line records."""
    lines = []
    for line in write_zone(zone).splitlines():
        remark = draw(comments)
        if draw(st.booleans()) and line and not line.startswith(" "):
            lines.append(remark if remark.strip().startswith(";") or not remark else "")
        behind = (
            draw(comments).strip() if line.startswith("@") and "(" not in line and "; AWS" not in line else ""
        )
        lines.append(f"{line} {behind}" if behind.startswith("; a") else line)
    return "".join(f"{line}\n" for line in lines)


@given(st.data(), zones(), zones())
def test_any_file_can_be_made_to_say_any_zone_and_loses_no_remark(
    data: st.DataObject, old: Zone, new: Zone
) -> None:
    kept = {key: rrset for key, rrset in old.rrsets.items() if data.draw(st.booleans())}
    wanted = Zone(ORIGIN, {**kept, **new.rrsets})
    if has_errors(read(write_zone(wanted).encode()).findings):
        wanted = new  # together they break a rule of weighted groups
    existing = data.draw(commented(old))
    text = rewrite(existing, wanted)
    assert read(text.encode()).zone.rrsets == wanted.rrsets
    for line in existing.splitlines():
        if line.startswith(";"):
            assert line in text.splitlines()


@given(st.data(), zones())
def test_a_file_that_says_it_already_is_not_touched(data: st.DataObject, zone: Zone) -> None:
    existing = data.draw(commented(zone))
    assert rewrite(existing, zone) == existing


FILE = """\
; The zone of the examples
$TTL 1h

@       IN SOA  ns.example.net. hostmaster.example.net. (
                1       ; serial
                7200 900 1209600 86400 )
        IN NS   ns.example.net.

; web
www  300 IN A   192.0.2.1       ; the old one
     300 IN A   192.0.2.2 ; psfdns: ignore=some-code
     300 IN TXT "x"
mail     IN MX  10   mx ; in

$ORIGIN sub.example.com.
deep     IN A   192.0.2.7
"""


def test_a_changed_value_is_changed_where_it_stands_and_keeps_its_remark() -> None:
    text = changed(FILE, www_A=("192.0.2.2", "192.0.2.9"))
    assert text == FILE.replace("192.0.2.1 ", "192.0.2.9 ")


def test_a_target_is_changed_where_it_stands() -> None:
    text = changed(FILE, mail_MX=("20 mx.example.com.",))
    assert text == FILE.replace("10   mx ;", "20 mx ;")


def test_what_is_gone_loses_its_line_and_its_heir_gets_the_owner() -> None:
    text = changed(FILE, without="www.example.com. A")
    assert text == FILE.replace("www  300 IN A   192.0.2.1       ; the old one\n", "").replace(
        "     300 IN A   192.0.2.2 ; psfdns: ignore=some-code\n", ""
    ).replace("     300 IN TXT", "www  300 IN TXT")


def test_a_new_value_stands_behind_the_others_of_its_set() -> None:
    lines = changed(FILE, www_A=("192.0.2.1", "192.0.2.2", "192.0.2.3")).splitlines()
    place = next(index for index, line in enumerate(lines) if "192.0.2.3" in line)
    assert "192.0.2.2" in lines[place - 1]
    assert lines[place] == "     300 IN A   192.0.2.3"
    assert lines[:place] + lines[place + 1 :] == FILE.splitlines()


def test_a_new_name_stands_behind_its_predecessor() -> None:
    lines = changed(FILE, nat_A=("192.0.2.3",)).splitlines()
    place = next(index for index, line in enumerate(lines) if "192.0.2.3" in line)
    assert lines[place - 1].startswith("mail ")
    assert lines[:place] + lines[place + 1 :] == FILE.splitlines()


def test_below_another_origin_names_are_written_for_that_origin() -> None:
    text = changed(
        FILE, deep_sub_A=("192.0.2.8",), deep_sub_MX=("5 www.example.com.", "10 x.sub.example.com.")
    )
    lines = [line.split() for line in text.splitlines()]
    assert ["deep", "IN", "A", "192.0.2.8"] in lines
    assert ["deep", "300", "IN", "MX", "10", "x"] in lines
    assert ["deep", "300", "IN", "MX", "5", "www.example.com."] in lines


def test_another_ttl_is_written_on_every_line_and_the_marks_stay() -> None:
    zone = read(FILE.encode()).zone
    key = RRsetKey("www.example.com.", "A")
    text = rewrite(FILE, Zone(ORIGIN, {**zone.rrsets, key: replace(zone.rrsets[key], ttl=3600)}))
    found = [line.split(";") for line in text.splitlines() if "192.0.2.1" in line or "192.0.2.2" in line]
    assert [line[0].split() for line in found] == [["www", "IN", "A", f"192.0.2.{last}"] for last in (1, 2)]
    assert [line[1].strip() for line in found] == ["the old one", "psfdns: ignore=some-code"]


def test_values_become_an_alias_in_their_place() -> None:
    zone = read(FILE.encode()).zone
    key = RRsetKey("www.example.com.", "A")
    alias = Alias("lb.example.net.", "Z35SXDOTRQ7X7K", evaluate_target_health=False)
    lines = rewrite(FILE, Zone(ORIGIN, {**zone.rrsets, key: RRset(key, None, alias=alias)})).splitlines()
    assert lines[9].split(";")[0].split() == "www AWS ALIAS A lb.example.net. Z35SXDOTRQ7X7K false".split()
    assert lines[9].endswith("; the old one")
    assert lines[10].split() == ["300", "IN", "TXT", '"x"']


def test_a_ttl_that_a_later_line_inherits_does_not_change_it() -> None:
    existing = "a 60 IN A 192.0.2.1\nb IN A 192.0.2.2\nc IN A 192.0.2.3\n"
    text = changed(existing, without="a.example.com. A")
    assert [line.split() for line in text.splitlines()] == [
        ["b", "60", "IN", "A", "192.0.2.2"],
        ["c", "60", "IN", "A", "192.0.2.3"],
    ]


GENERATED = "$TTL 300\n$GENERATE 1-3 host-$ A 192.0.2.$\nwww IN A 192.0.2.9\n"


def test_a_directive_stays_while_all_that_it_makes_is_wanted() -> None:
    assert changed(GENERATED, www_A=("192.0.2.8",)) == GENERATED.replace("192.0.2.9", "192.0.2.8")


def test_a_directive_of_which_not_all_is_wanted_is_written_out_and_named() -> None:
    text = changed(GENERATED, without="host-2.example.com. A")
    assert text.splitlines()[:4] == [
        "$TTL 300",
        "; was: $GENERATE 1-3 host-$ A 192.0.2.$",
        "host-1 IN A 192.0.2.1",
        "host-3 IN A 192.0.2.3",
    ]


def test_an_included_record_that_would_change_is_refused_at_its_place() -> None:
    existing = "$TTL 300\n$INCLUDE shared.inc\nwww IN A 192.0.2.9\n"
    assert changed(existing, www_A=("192.0.2.8",)) == existing.replace("192.0.2.9", "192.0.2.8")
    with pytest.raises(InvalidInputError) as caught:
        changed(existing, without="shared.example.com. A")
    assert [str(finding.span) for finding in caught.value.diagnostics] == ["zones/psf/shared.inc:1"]


def test_a_file_with_errors_is_left_alone() -> None:
    with pytest.raises(InvalidInputError, match="left as it is"):
        rewrite("www IN A 192.0.2.256\n", Zone(ORIGIN, {}))


def test_an_empty_file_is_filled() -> None:
    key = RRsetKey("www.example.com.", "A")
    zone = Zone(ORIGIN, {key: RRset(key, 60, ("192.0.2.1",))})
    assert read(rewrite("", zone).encode()).zone.rrsets == zone.rrsets
    assert rewrite("; nothing yet\n", zone).startswith("; nothing yet\n")


def test_a_line_that_only_repeats_another_goes_with_it() -> None:
    existing = "$TTL 60\na IN A 192.0.2.1\n  IN A 192.0.2.1\nb IN A 192.0.2.2 ; stays\n"
    assert changed(existing, b_A=("192.0.2.3",)) == existing.replace("192.0.2.2", "192.0.2.3")
    assert changed(existing, without="a.example.com. A") == "$TTL 60\nb IN A 192.0.2.2 ; stays\n"


def test_ttls_that_never_agreed_are_made_to() -> None:
    existing = "a 300 IN A 192.0.2.1\na 600 IN A 192.0.2.2\n"
    text = changed(existing, a_A=("192.0.2.2",))
    assert text.split() == ["a", "300", "IN", "A", "192.0.2.2"]


def test_what_cannot_be_kept_is_said_and_nothing_is_given_out() -> None:
    first = read(FILE.encode())
    with pytest.raises(InvalidInputError) as caught:
        rewrite_zone(Zone(ORIGIN, {}), existing=FILE.encode(), path=PATH, read=lambda _: first)
    assert [finding.code for finding in caught.value.diagnostics] == ["cannot-rewrite"]


def test_a_record_in_parentheses_is_changed_and_its_remarks_stand_above_it() -> None:
    text = changed(FILE, apex_SOA=("ns.example.net. hostmaster.example.net. 2 7200 900 1209600 86400",))
    lines = text.splitlines()
    assert lines[3] == "; serial"
    assert lines[4].split()[-6:] == ["hostmaster.example.net.", "2", "7200", "900", "1209600", "86400"]
    assert lines[5:] == FILE.splitlines()[6:]


def test_aws_attributes_change_and_the_mark_behind_them_stays() -> None:
    existing = 'w 60 IN A 192.0.2.1 ; AWS routing="WEIGHTED" weight=1 identifier="a" ; psfdns: ignore=x\n'
    zone = read(existing.encode()).zone
    key = RRsetKey("w.example.com.", "A", "a")
    text = rewrite(existing, Zone(ORIGIN, {key: replace(zone.rrsets[key], routing=Weighted(2))}))
    assert text == existing.replace("weight=1", "weight=2")
