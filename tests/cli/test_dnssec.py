"""`psfdns dnssec status` on a signed internet of its own, with the embedded Route 53 beside it."""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from psfdns.cli.dnssec.signing import signed_questions, turn_at
from psfdns.records import RRsetKey
from tests.cli.ground import Ground
from tests.dnssec.cases import CASES, ksk
from tests.dnssec.internet import RESOLVER, ROOT, Internet, internet
from tests.dnssec.signing import ds_of

SVG = "{http://www.w3.org/2000/svg}"
SOME = {
    "csk.lab.",
    "wwwunsigned.lab.",
    "plain.lab.",
    "expired.lab.",
    "lame.lab.",
    "extrads.lab.",
    "nowhere.lab.",
}


@pytest.fixture(scope="module")
def net() -> Iterator[Internet]:
    with internet([case for case in CASES if case.zone in SOME]) as made:
        yield made


@pytest.fixture
def there(ground: Ground, net: Internet) -> Ground:
    """A repository whose psfdns.toml names the signed internet."""
    (ground.root / "anchor").write_text("".join(f". DS {each}\n" for each in net.anchors))
    with (ground.root / "psfdns.toml").open("a") as file:
        file.write(
            f'[resolver]\nroot_hints = ["{ROOT}"]\nservers = ["{RESOLVER}:{net.port}"]\n'
            f'port = {net.port}\ntrust_anchor = "anchor"\n'
        )
    return ground


def document(ground: Ground, *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    code, out, err = ground.run("dnssec", "status", "--json", *words)
    assert err == ""
    read = json.loads(out)
    assert read["format"] == "psfdns-dnssec/1"
    return code, {zone["name"]: zone for zone in read["zones"]}


def codes(zone: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in zone["findings"]]


@pytest.mark.parametrize("step", [datetime.timedelta(hours=1), datetime.timedelta(days=1)])
@pytest.mark.parametrize("servers", [2, 3, 4])
def test_whoever_asks_hourly_or_daily_has_asked_every_server_soon(
    step: datetime.timedelta, servers: int
) -> None:
    begun = datetime.datetime(2026, 11, 28, 9, 30, tzinfo=datetime.UTC)
    turns = [turn_at(begun + number * step) % servers for number in range(servers)]
    assert set(turns) == set(range(servers))


@pytest.mark.parametrize(
    ("names", "words", "code"),
    [
        (("csk.lab",), (), 0),
        (("plain.lab",), (), 0),
        (("extrads.lab",), (), 0),
        (("extrads.lab",), ("--fail-on", "warning"), 2),
        (("csk.lab",), ("--fail-on", "info"), 0),
        (("wwwunsigned.lab",), (), 0),
        (("expired.lab",), (), 2),
        (("nowhere.lab",), (), 2),
        (("csk.lab", "expired.lab"), (), 2),
    ],
)
def test_the_exit_code_tells_it(
    there: Ground, names: tuple[str, ...], words: tuple[str, ...], code: int
) -> None:
    """Without a zone file nobody knows of www, whose signature is missing."""
    assert there.run("dnssec", "status", *names, *words)[0] == code


def test_what_cannot_be_asked_is_three_and_what_is_wrong_is_two(there: Ground) -> None:
    text = (there.root / "psfdns.toml").read_text()
    (there.root / "psfdns.toml").write_text(text.replace(ROOT, "127.0.56.77"))
    code, zones = document(there, "csk.lab")
    assert (code, zones["csk.lab."]["status"]) == (3, "indeterminate")
    assert codes(zones["csk.lab."]) == ["CHAIN_UNKNOWN"]


def test_every_record_set_of_a_zone_file_is_asked_for(there: Ground) -> None:
    there.write("one", "wwwunsigned.lab", "www A 192.0.2.1", "@ MX 10 mail.example.", "gone A 192.0.2.7")
    code, zones = document(there, "wwwunsigned.lab")
    zone = zones["wwwunsigned.lab."]
    assert (code, zone["status"], zone["tenant"], zone["wanted"]) == (2, "bogus", "one", False)
    assert codes(zone) == ["MISSING_RRSIG", "DNSSEC_NOT_WANTED", "CLOUD_NO_ZONE", "SET_NOT_FOUND"]
    missing = zone["findings"][0]
    assert missing["summary"] == "no signature came with www A"
    assert (missing["ede"], missing["severity"], len(missing["servers"])) == (10, "error", 2)
    asked = {(each["name"], each["type"]): each["sound"] for each in zone["sets"]}
    assert asked["www.wwwunsigned.lab.", "A"] is False
    assert asked["wwwunsigned.lab.", "MX"] is True


def test_what_tenant_toml_wants_is_compared(there: Ground) -> None:
    there.write("one", "plain.lab", "www A 192.0.2.1")
    with (there.root / "zones" / "one" / "tenant.toml").open("a") as file:
        file.write('[zones."plain.lab"]\ndnssec = true\n')
    code, zones = document(there, "plain.lab")
    assert (code, zones["plain.lab."]["wanted"]) == (2, True)
    assert codes(zones["plain.lab."]) == ["DNSSEC_WANTED", "CLOUD_NO_ZONE"]


def test_what_route_53_says_is_compared(there: Ground) -> None:
    """The hosted zone is there, its document says that it signs with the zone's key; then with no key."""
    there.write("one", "csk.lab", "www A 192.0.2.1")
    there.apply("csk.lab")
    (path,) = [
        each for each in (there.root / ".psfdns" / "sandbox").glob("*.json") if "csk.lab" in each.read_text()
    ]
    text = path.read_text()
    (digest,) = ds_of("csk.lab.", ksk().public)
    key = {
        "Name": "first",
        "Status": "ACTIVE",
        "KeyTag": ksk().tag,
        "SigningAlgorithmType": 13,
        "DigestAlgorithmType": 2,
        "DigestValue": digest.digest.hex().upper(),
    }
    says = {"Status": {"ServeSignature": "SIGNING"}, "KeySigningKeys": [key]}
    path.write_text(text.replace('"Tags": ', f'"DNSSEC": {json.dumps(says)}, "Tags": ', 1))
    zone = document(there, "csk.lab")[1]["csk.lab."]
    assert zone["id"].startswith("Z")
    assert not [code for code in codes(zone) if code.startswith("CLOUD")]
    assert {"NS_OF_STALE_ZONE", "DELEGATED_ELSEWHERE"} & set(codes(zone))

    path.write_text(text)
    zone = document(there, "csk.lab")[1]["csk.lab."]
    assert "CLOUD_NOT_SIGNING" in codes(zone)


def test_the_document_has_the_whole_chain(there: Ground) -> None:
    zone = document(there, "csk.lab")[1]["csk.lab."]
    assert [link["zone"] for link in zone["chain"]] == [".", "lab.", "csk.lab."]
    assert {link["status"] for link in zone["chain"]} == {"secure"}
    child = zone["chain"][-1]
    assert [each["status"] for each in child["ds"]] == ["valid"]
    assert [(each["in_ds"], each["algorithm_name"]) for each in child["keys"]] == [(True, "ECDSAP256SHA256")]
    assert {each["status"] for each in child["ds_signatures"] + child["key_signatures"]} == {"valid"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", zone["signed_until"])


def test_the_text_is_a_tree_with_the_worst_first(there: Ground) -> None:
    code, out, err = there.run("dnssec", "status", "csk.lab", "expired.lab")
    assert (code, err) == (2, "")
    lines = out.splitlines()
    assert lines[0].startswith("bogus         expired.lab.")
    assert lines[1].startswith("  [.] .  anchor ")
    assert lines[2].startswith("  └── [.] lab.  DS ")
    assert lines[3].startswith("      └── [!] expired.lab.  bogus")
    assert "[EXPIRATION_IN_PAST, EDE 7]" in out
    assert any(line.startswith("secure        csk.lab.: ECDSAP256SHA256, signed until ") for line in lines)
    assert lines[-1] == "DNSSEC: 1 bogus, 1 secure."
    assert "csk" not in there.run("dnssec", "status", "csk.lab", "expired.lab", "-q")[1]


def test_the_picture_is_svg_with_every_zone_and_nothing_from_elsewhere(there: Ground) -> None:
    code, out, err = there.run("dnssec", "status", "extrads.lab", "--svg", "chain.svg")
    assert (code, err) == (0, "")
    assert "DNSSEC: 1 secure." in out
    text = (there.root / "chain.svg").read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314 - made by the test's own program
    words = {"".join(each.itertext()) for each in root.iter(f"{SVG}text")}
    assert {".", "lab.", "extrads.lab.", "secure", "SOA"} <= words
    assert any(word.startswith("EXTRA_DS") for word in words)
    assert "prefers-color-scheme:dark" in text
    assert not re.search(r"(href|src|url\((?!#chain-))", text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_the_picture_goes_to_stdout_and_the_words_to_stderr(there: Ground) -> None:
    _, out, err = there.run("dnssec", "status", "csk.lab", "--svg", "-")
    assert ET.fromstring(out).tag == f"{SVG}svg"  # noqa: S314 - made by the test's own program
    assert "DNSSEC: 1 secure." in err


def test_stdout_has_room_for_one_document_only(ground: Ground) -> None:
    code, out, err = ground.run("dnssec", "status", "--json", "--svg", "-")
    assert code == 64
    assert json.loads(out)["format"] == "psfdns-error/1"
    assert "exclude each other" in err
    assert not (ground.root / "-").exists()


def test_the_picture_takes_the_place_of_a_file_only(ground: Ground) -> None:
    os.mkfifo(ground.root / "pipe")
    for place, why in (
        ("pipe", "not a regular file"),
        ("nowhere/x.svg", "No such file"),
        ("zones", "directory"),
    ):
        code, out, err = ground.run("dnssec", "status", "--svg", place)
        assert code == 1
        assert "DNSSEC: 2 indeterminate." in out, "what was asked for is told all the same"
        assert f"error: {place} could not be written: " in err
        assert why in err
    assert (ground.root / "pipe").is_fifo()


def test_in_the_sandbox_alone_nobody_can_be_asked_and_it_says_what_would_help(ground: Ground) -> None:
    code, out, err = ground.run("dnssec", "status")
    assert (code, err) == (3, "")
    assert out.count("the sandbox has no parents") == 1
    assert "hint: name a DNS that has parents in psfdns.toml: [resolver] root_hints" in out
    assert out.endswith("DNSSEC: 2 indeterminate.\n")


def test_private_zones_are_not_asked(ground: Ground) -> None:
    with (ground.root / "zones" / "one" / "tenant.toml").open("a") as file:
        file.write('[zones."alpha.test"]\nprivate = ["us-east-1:vpc-0123"]\n')
    code, zones = document(ground, "alpha.test")
    assert (code, zones["alpha.test."]["status"], codes(zones["alpha.test."])) == (0, None, ["PRIVATE_ZONE"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tenant", "nobody"), "unknown tenant 'nobody'"),
        (("a..b",), "is not the name of a zone"),
        (("",), "is not the name of a zone: it is empty"),
        (("csk.lab@inside",), "unknown zone"),
        (("csk.lab", "--tenant", "one"), "unknown zone"),
    ],
)
def test_what_is_not_there_is_wrong_usage(ground: Ground, words: tuple[str, ...], said: str) -> None:
    code, _, err = ground.run("dnssec", "status", *words)
    assert code == 64
    assert said in err


def test_an_anchor_that_cannot_be_read_is_said_before_anybody_is_asked(there: Ground) -> None:
    (there.root / "anchor").write_text("nonsense\n")
    code, out, err = there.run("dnssec", "status", "csk.lab")
    assert (code, out) == (1, "")
    assert "the trust anchor: read " in err
    assert "hint: write a DS or DNSKEY line" in err


def test_names_of_a_hostile_answer_are_escaped(there: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    from psfdns.cli.dnssec.view import render_text
    from psfdns.cli.dnssec.view_svg import render_svg

    code, out, _ = there.run("dnssec", "status", "expired.lab", "--json")
    assert code == 2
    hostile = json.loads(out)
    for finding in hostile["zones"][0]["findings"]:
        finding["summary"] = "\x1b[31m<script>&'\""
    assert "\x1b" not in render_text(hostile)
    picture = render_svg(hostile)
    assert "<script" not in picture
    assert "\x1b" not in picture
    ET.fromstring(picture)  # noqa: S314 - made by the test's own program


def test_only_what_a_zone_signs_is_asked_for() -> None:
    keys = [
        ("z.test.", "SOA"),
        ("z.test.", "NS"),
        ("z.test.", "MX"),
        ("sub.z.test.", "NS"),
        ("sub.z.test.", "DS"),
        ("ns.sub.z.test.", "A"),
        ("www.z.test.", "A"),
        ("notsub.z.test.", "A"),
    ]
    asked = signed_questions("z.test.", [RRsetKey(*key) for key in keys])
    assert [tuple(each) for each in asked] == [
        ("z.test.", "MX"),
        ("sub.z.test.", "DS"),
        ("www.z.test.", "A"),
        ("notsub.z.test.", "A"),
    ]


def test_weighted_sets_of_one_name_are_one_question() -> None:
    keys = [RRsetKey("www.z.test.", "A", "one"), RRsetKey("www.z.test.", "A", "two")]
    assert len(signed_questions("z.test.", keys)) == 1


def test_the_module_that_asks_is_not_imported_by_check(repository_root: Path) -> None:
    from tests.test_architecture import imported_by

    loaded = imported_by(
        "from psfdns.cli.main import run\n"
        f"assert run(['--root', {str(repository_root)!r}, 'check']) == 0\nassert run(['--help']) == 0"
    )
    assert "cryptography" not in loaded
