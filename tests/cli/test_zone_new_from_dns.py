"""`psfdns zone new --from-dns`: what old name servers answer becomes a file that everybody reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.cli.zone.requesting import NewZone, Request, Source, make_zone
from psfdns.cli.zone.surveying import DNSSEC_TYPES, about_survey, take_over, warnings_of
from psfdns.diagnostics import Severity
from psfdns.errors import PsfdnsError
from psfdns.lookup.answer import HeardSet
from psfdns.lookup.inventory import Survey, Surveyed
from psfdns.lookup.opinions import Difference, LeftOut, Unanswered
from psfdns.lookup.parents import NameServer
from psfdns.lookup.server import Server
from psfdns.records import HOSTED_TYPES
from psfdns.tenants.load import Repository
from psfdns.zonefile.parse import parse_zone
from tests.cli.ground import Ground
from tests.lookup.odd_server import road_to
from tests.mini_internet import LEAF, MiniInternet, free_port, knot, mini_internet
from tests.oracles import named_checkzone
from tests.strategies import ORIGIN, VALUES, names, targets


@pytest.fixture(scope="module")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniInternet]:
    with mini_internet(tmp_path_factory.mktemp("internet")) as running:
        yield running


@pytest.fixture
def connected(ground: Ground, internet: MiniInternet) -> Ground:
    roots = json.dumps([server.address for server in internet.roots])
    servers = json.dumps([f"{LEAF[0]}:{internet.port}"])
    config = ground.root / "psfdns.toml"
    resolver = f"[resolver]\nroot_hints = {roots}\nport = {internet.port}\nservers = {servers}\n"
    config.write_text(config.read_text() + resolver)
    return ground


def test_a_signed_zone_is_found_from_the_root_and_taken_over_unsigned(connected: Ground) -> None:
    code, out, err = connected.run("zone", "new", "child.test", "--tenant", "one", "--from-dns", "--json")

    document = json.loads(out)
    assert (code, document["source"], document["record_sets"]) == (0, "dns", 4)
    assert document["survey"]["complete"] is False
    assert [(left["name"], left["type"]) for left in document["left_out"]] == [("child.test.", "DNSKEY")]
    assert "_dmarc" in document["survey"]["empty"]
    assert "_dmarc" in err
    assert "cannot be listed" in err
    text = (connected.root / "zones/one/child.test.zone").read_text()
    assert "NOT KNOWN TO BE COMPLETE" in text.splitlines()[0]
    assert connected.run("check", "zones/one/child.test.zone")[0] == 0
    judged = named_checkzone("child.test", connected.root / "zones/one/child.test.zone")
    assert judged.returncode == 0, judged.stdout


def test_quiet_says_nothing_of_what_was_asked(connected: Ground) -> None:
    code, _, err = connected.run("-q", "zone", "new", "child.test", "--tenant", "one", "--from-dns")

    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        ("nowhere.test", "test. does not delegate it"),
        ("silent.test", "lame.silent.test."),
        ("glueless.test", "ns.elsewhere.invalid. could not be looked up"),
    ],
)
def test_a_zone_that_nobody_answers_for_makes_nothing(connected: Ground, zone: str, why: str) -> None:
    code, out, err = connected.run("zone", "new", zone, "--tenant", "one", "--from-dns", "--json")

    assert code == 1
    assert why in json.loads(out)["error"]
    assert why in err
    assert not (connected.root / f"zones/one/{zone}.zone").exists()


OLD = """\
$ORIGIN old.test.
$TTL 300
@ IN SOA ns1 hostmaster 7 7200 900 1209600 300
@ IN NS ns1
dn IN DNAME elsewhere.example.
ns1 IN A 127.0.56.1
odd IN TXT "; AWS routing" "a\\"b\\\\c" "\\000\\027[2J\\195" "; psfdns: ignore=x"
host IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
a\\.b\\010c IN TXT "odd owner"
*.wild IN A 192.0.2.1
"""


def test_a_zone_that_is_handed_over_is_taken_whole_and_what_cannot_be_is_told(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ground.root / "old"
    file.write_text(OLD)
    port = free_port(("127.0.56.1",))
    road = road_to({"ns1.old.test.": Server("127.0.56.1", port)})
    monkeypatch.setattr("psfdns.cli.resolving.open_public_walk", lambda _: road)
    home = ground.root / "knot"
    home.mkdir()
    with knot(home, {"old.test.": file}, addresses=("127.0.56.1",), port=port, transfers=True):
        code, out, err = ground.run("zone", "new", "old.test", "--tenant", "one", "--from-dns")

    assert code == 0, out + err
    assert "\x1b" not in out + err
    assert "left out: dn.old.test. DNAME: Route 53 cannot host this type\n" in out
    assert "left out: host.old.test. LOC: Route 53 cannot host this type\n" in out
    path = ground.root / "zones/one/old.test.zone"
    parsed = parse_zone(path.read_bytes(), origin="old.test.", path="old.test.zone")
    assert [finding for finding in parsed.findings if finding.severity is Severity.ERROR] == []
    assert {
        (key.name, key.type): rrset.values for key, rrset in parsed.zone.rrsets.items() if key.type != "SOA"
    } == {
        ("old.test.", "NS"): ("ns1.invalid.", "ns2.invalid."),
        ("ns1.old.test.", "A"): ("127.0.56.1",),
        ("odd.old.test.", "TXT"): (r'"; AWS routing" "a\"b\\c" "\000\027[2J\195" "; psfdns: ignore=x"',),
        (r"a\.b\010c.old.test.", "TXT"): ('"odd owner"',),
        ("*.wild.old.test.", "A"): ("192.0.2.1",),
    }
    assert "all that they hold" in path.read_text().splitlines()[0]


ASKED = NameServer("ns1.old.example.", Server("192.0.2.53"))


def survey_of(*sets: HeardSet, left_out: tuple[LeftOut, ...] = ()) -> Survey:
    return Survey(ORIGIN, (Surveyed(ASKED.name, ASKED, "transfer"),), True, sets, left_out=left_out)


def made_from(survey: Survey, settings: dict[str, object] | None = None) -> NewZone:
    taken = take_over(survey)
    about = tuple(about_survey(survey, today="2026-11-28"))
    source = Source("dns", taken.zone, about, (), survey, tuple(taken.not_taken))
    tenant = {"name": "T", "kind": "psf", "approved": "x", "billing": "psf"}
    tenant_and_liaison = {**tenant, "liaison": [{"name": "A", "email": "a@example.net"}]}
    request = Request(ORIGIN, "t", tenant_and_liaison, settings or {})
    return make_zone(Path("/nowhere"), Repository({}, ()), request, source, default_ttl=3600, sandbox=True)


_UNHOSTED = {
    "LOC": "52 N 4 E 0m",
    "RRSIG": "A 13 2 300 x",
    "DNSKEY": "257 3 13 ab",
    "TYPE65400": "\\# 0",
    "ALIAS": "x.",
}
_unsound = st.one_of(
    st.text(max_size=20), st.sampled_from(["", "a b c", '"', "192.0.2.256", "\n@ IN A 192.0.2.1"])
)


@st.composite
def heard(draw: st.DrawFn) -> HeardSet:
    rdtype = draw(st.sampled_from([*VALUES, *VALUES, *_UNHOSTED]))
    sound = VALUES[rdtype] if rdtype in VALUES else st.just(_UNHOSTED[rdtype])
    values = draw(st.lists(st.one_of(sound, sound, sound, _unsound), min_size=1, max_size=4, unique=True))
    name = draw(st.one_of(names(), names(), targets.filter(lambda name: name.endswith("." + ORIGIN))))
    return HeardSet(
        name, rdtype, draw(st.sampled_from([0, 60, 300, 2**31 - 1, 2**31, 2**32 - 1])), tuple(values)
    )


@given(st.lists(heard(), max_size=12, unique_by=lambda said: (said.name, said.type)))
def test_whatever_was_heard_the_file_passes_check_and_bind_loads_it(
    tmp_path_factory: pytest.TempPathFactory, sets: list[HeardSet]
) -> None:
    made = made_from(survey_of(*sets))

    assert not [finding for finding in made.findings if finding.severity is Severity.ERROR]
    path = tmp_path_factory.mktemp("made") / "zone"
    path.write_text(made.files.zone_text)
    judged = named_checkzone(ORIGIN, path, "-i", "none")
    assert judged.returncode == 0, judged.stdout + made.files.zone_text
    parsed = parse_zone(path.read_bytes(), origin=ORIGIN, path="zone")
    apex = {(ORIGIN, "SOA"), (ORIGIN, "NS")}
    written = {(key.name, key.type) for key in parsed.zone.rrsets} - apex
    wanted = {(said.name, said.type) for said in sets} - apex
    untaken = {(left.name, left.type) for left in made.source.not_taken} | {
        (key.name, key.type) for key in made.left_out
    }
    assert written <= wanted
    assert {key for key in wanted - written if key[1] not in DNSSEC_TYPES} <= untaken
    assert made.rrset_count == len(written)
    for said in sets:
        if (said.name, said.type) in written and said.type == "A":
            (rrset,) = (
                each
                for key, each in parsed.zone.rrsets.items()
                if (key.name, key.type) == (said.name, said.type)
            )
            assert set(rrset.values) <= set(said.values)
            assert rrset.ttl == (said.ttl if said.ttl < 2**31 else 0)


def test_what_check_calls_wrong_is_left_out_as_a_remark_with_the_reason() -> None:
    made = made_from(
        survey_of(
            HeardSet(ORIGIN, "CNAME", 300, ("lb.example.net.",)),
            HeardSet(f"two.{ORIGIN}", "CNAME", 300, ("a.example.net.", "b.example.net.")),
            HeardSet(f"*.{ORIGIN}", "NS", 300, ("ns.example.net.",)),
            HeardSet(f"dyn.{ORIGIN}", "A", 300, ("192.0.2.9",)),
            HeardSet(f"www.{ORIGIN}", "A", 300, ("192.0.2.1",)),
        ),
        {"ignore": ["dyn A"]},
    )

    codes = {(key.name, key.type): why.rpartition("[")[2] for key, why in made.left_out.items()}
    assert codes == {
        (ORIGIN, "CNAME"): "cname-at-apex]",
        (f"two.{ORIGIN}", "CNAME"): "several-cname]",
        (f"*.{ORIGIN}", "NS"): "wildcard-ns]",
        (f"dyn.{ORIGIN}", "A"): "ignored-record]",
    }
    assert made.rrset_count == 1
    assert "; @          IN CNAME lb.example.net.\n" in made.files.zone_text
    assert "; left out: CNAME at the apex example.com. [cname-at-apex]\n" in made.files.zone_text


def test_every_type_is_taken_or_told() -> None:
    values = dict.fromkeys((*HOSTED_TYPES, *DNSSEC_TYPES, "LOC"), "x")
    sets = [HeardSet(f"{rdtype.lower()}.{ORIGIN}", rdtype, 300, (value,)) for rdtype, value in values.items()]

    taken = take_over(survey_of(*sets))

    assert {left.type for left in taken.not_taken} | {key.type for key in taken.zone.rrsets} == values.keys()


def test_text_of_a_server_cannot_forge_a_line() -> None:
    survey = survey_of(left_out=(LeftOut("a\\010b.example.com.", "A", "x\n@ IN A 192.0.2.66"),))
    forged = survey_of()
    forged = Survey(ORIGIN, (Surveyed("ns\n@ IN A 192.0.2.66", None, "transfer"),), True, ())

    for each in (survey, forged):
        assert "\n@ IN A" not in made_from(each).files.zone_text


def test_everything_that_a_person_has_to_know_is_told() -> None:
    other = NameServer("ns2.old.example.", Server("192.0.2.54"))
    answers: tuple[tuple[NameServer, int | None, tuple[str, ...]], ...] = (
        (ASKED, 300, ("192.0.2.1", "192.0.2.2")),
        (other, None, ()),
    )
    survey = Survey(
        ORIGIN,
        (
            Surveyed(ASKED.name, ASKED, "answers; no transfer: refuses"),
            Surveyed("ns3.", None, "has no address"),
        ),
        False,
        (),
        asked=("@", "www", "ftp"),
        empty=("www", "ftp"),
        wildcard=True,
        differences=(Difference("www.example.com.", "A", answers),),
        unanswered=tuple(Unanswered(f"n{number}.example.com.", "A", "says SERVFAIL") for number in range(22)),
    )

    lines = list(warnings_of(survey))
    assert lines[:2] == [
        "ns1.old.example. (192.0.2.53): answers; no transfer: refuses",
        "ns3.: has no address",
    ]
    assert lines[2] == (
        "the servers differ: www.example.com. A: ns1.old.example.: 192.0.2.1 | 192.0.2.2 (TTL 300); "
        "ns2.old.example.: nothing"
    )
    assert lines[3:5] == [
        "not known: n0.example.com. A: says SERVFAIL",
        "not known: n1.example.com. A: says SERVFAIL",
    ]
    assert lines[-3:] == [
        "not known: 2 more",
        "a zone that is not handed over cannot be listed: 3 names were asked, and at 2 there is nothing:",
        "  www ftp",
    ]
    assert any("as the wildcard does" in line for line in about_survey(survey, today="2026-11-28"))


def test_faults_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psfdns.cli.zone.requesting.MAX_ROUNDS", 1)

    with pytest.raises(PsfdnsError, match="errors without end"):
        made_from(survey_of(HeardSet(ORIGIN, "CNAME", 300, ("lb.example.net.",))))
