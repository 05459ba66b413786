"""Whose change it is to make: judged by the base revision, each finding with who has to approve."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.tenants.actor import Actor, actor_for, tenants_of
from psfdns.tenants.captures import find_captures
from psfdns.tenants.change import ChangeScene, judge_change
from psfdns.tenants.load import Repository, load_repository
from psfdns.zonefile.parse import parse_zone


def tenant(name: str, handle: str, *, kind: str = "community-organisation", more: str = "") -> str:
    return (
        f'name = "{name}"\nkind = "{kind}"\napproved = "yes"\nbilling = "tenant"\n\n'
        f'[[liaison]]\nname = "The liaison of {name}"\nemail = "dns@{name}.example"\n'
        f'github = "{handle}"\n{more}'
    )


ZONE = "$TTL 300\n@ A 192.0.2.1\n"
BASE: Mapping[str, str] = {
    "psfdns.toml": "",
    "zones/psf/tenant.toml": tenant("psf", "staffer", kind="psf", more='\n[owners]\nteam = "@psf/infra"\n'),
    "zones/psf/python.example.zone": ZONE,
    "zones/snakes/tenant.toml": tenant(
        "snakes", "asp", more='[zones."snakes.example"]\ndelegated = { "fr.snakes.example" = "french" }\n'
    ),
    "zones/snakes/snakes.example.zone": ZONE,
    "zones/french/tenant.toml": tenant("french", "vipere"),
    "zones/french/fr.snakes.example.zone": ZONE,
    "certs/french.toml": "",
}
SNAKES = BASE["zones/snakes/tenant.toml"]
FRENCH = BASE["zones/french/tenant.toml"]


def lay_out(root: Path, files: Mapping[str, str | None]) -> Repository:
    for path, text in files.items():
        if text is not None:
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
    return load_repository(root)


def judge(
    tmp_path: Path, change: Mapping[str, str | None], *slugs: str, unknown: bool = False
) -> list[Diagnostic]:
    base = lay_out(tmp_path / "base", BASE)
    head = lay_out(tmp_path / "head", {**BASE, **change})
    actor = None if unknown else actor_for(slugs, base.tenants)
    return list(judge_change(ChangeScene(base, base, head, frozenset(change), actor)))


def places(findings: list[Diagnostic]) -> list[str]:
    return [f"{found.span.path if found.span else '-'} {found.severity} {found.code}" for found in findings]


CASES: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "its own zone": ({"zones/french/fr.snakes.example.zone": ZONE + "www A 192.0.2.2\n"}, []),
    "its own certificates": ({"certs/french.toml": "# none yet"}, []),
    "what git shows of its files": (
        {"zones/french/inc/.gitattributes": "* -diff\n"},
        ["zones/french/inc/.gitattributes error staff-file"],
    ),
    "what only sounds like git's": ({"zones/french/github.inc": "@ A 192.0.2.1\n"}, []),
    "what its own zones include": ({"zones/french/shared/mail.inc": "@ MX 10 mx.example.net.\n"}, []),
    "another's zone": (
        {"zones/snakes/snakes.example.zone": ZONE + "www A 192.0.2.2\n"},
        ["zones/snakes/snakes.example.zone error other-tenants-file"],
    ),
    "itself among another's liaisons": (
        {"zones/snakes/tenant.toml": SNAKES.replace('"asp"', '"vipere"')},
        [
            "zones/snakes/tenant.toml error other-tenants-file",
            "zones/snakes/tenant.toml warning liaison-changed",
        ],
    ),
    "another's zone taken away": (
        {"zones/snakes/snakes.example.zone": None},
        [
            "zones/snakes/snakes.example.zone error other-tenants-file",
            "zones/snakes/snakes.example.zone warning zone-removed",
        ],
    ),
    "another's zone moved to itself": (
        {"zones/snakes/snakes.example.zone": None, "zones/french/snakes.example.zone": ZONE},
        [
            "zones/snakes/snakes.example.zone error other-tenants-file",
            "zones/french/snakes.example.zone error zone-moved",
        ],
    ),
    "another's certificates": (
        {"certs/snakes.toml": ""},
        ["certs/snakes.toml error other-tenants-file"],
    ),
    "the configuration": ({"psfdns.toml": "[state]\n"}, ["psfdns.toml error staff-file"]),
    "a workflow": (
        {".github/workflows/x.yml": "on: push"},
        [".github/workflows/x.yml error staff-file"],
    ),
    "what is beside the tenants' folders": ({"zones/README.md": ""}, ["zones/README.md error staff-file"]),
    "what lies above the root": ({"../Makefile": None}, ["../Makefile error staff-file"]),
    "a folder in certs": ({"certs/french/key.pem": ""}, ["certs/french/key.pem error staff-file"]),
    "its standing": (
        {"zones/french/tenant.toml": FRENCH.replace('billing = "tenant"', 'billing = "psf"')},
        ["zones/french/tenant.toml error staff-setting"],
    ),
    "its liaison": (
        {"zones/french/tenant.toml": FRENCH.replace('"vipere"', '"stranger"')},
        ["zones/french/tenant.toml warning liaison-changed"],
    ),
    "a wish of its own": (
        {
            "zones/french/tenant.toml": FRENCH
            + '[zones."fr.snakes.example"]\ndnssec = true\ncomment = "ours"\nexpires = 2027-01-01\n'
        },
        [],
    ),
    "its tenant.toml taken away": (
        {"zones/french/tenant.toml": None},
        ["zones/french/tenant.toml error tenant-removed"],
    ),
    "its zone taken away": (
        {"zones/french/fr.snakes.example.zone": None},
        ["zones/french/fr.snakes.example.zone warning zone-removed"],
    ),
    "a new zone": (
        {"zones/french/baguette.example.zone": ZONE},
        ["zones/french/baguette.example.zone info new-zone"],
    ),
    "a new zone above another's": (
        {"zones/french/example.zone": ZONE},
        ["zones/french/example.zone error zone-above", "zones/french/example.zone info new-zone"],
    ),
    "a new zone inside another's": (
        {"zones/french/docs.python.example.zone": ZONE},
        [
            "zones/french/docs.python.example.zone error zone-inside",
            "zones/french/docs.python.example.zone info new-zone",
        ],
    ),
    "a new zone inside what was delegated to it": (
        {"zones/french/paris.fr.snakes.example.zone": ZONE},
        ["zones/french/paris.fr.snakes.example.zone info new-zone"],
    ),
    "another view of another's zone": (
        {"zones/french/python.example@inside.zone": ZONE},
        [
            "zones/french/python.example@inside.zone error zone-moved",
            "zones/french/python.example@inside.zone info new-zone",
        ],
    ),
    "a zone that looks like another's": (
        {"zones/french/pyth0n.example.zone": ZONE},
        [
            "zones/french/pyth0n.example.zone error looks-like-another",
            "zones/french/pyth0n.example.zone info new-zone",
        ],
    ),
    "a zone that looks like another's in another script": (
        {"zones/french/xn--pythn-mye.example.zone": ZONE},  # the o is Cyrillic
        [
            "zones/french/xn--pythn-mye.example.zone error looks-like-another",
            "zones/french/xn--pythn-mye.example.zone info new-zone",
        ],
    ),
    "a zone with another ending": (
        {"zones/french/python.test.zone": ZONE},
        ["zones/french/python.test.zone info new-zone"],
    ),
    "a new tenant": (
        {"zones/lua/tenant.toml": tenant("lua", "moon"), "zones/lua/lua.example.zone": ZONE},
        ["zones/lua/tenant.toml info new-tenant", "zones/lua/lua.example.zone info new-zone"],
    ),
    "a new tenant that would be the staff": (
        {"zones/lua/tenant.toml": tenant("lua", "vipere", kind="psf")},
        ["zones/lua/tenant.toml info new-tenant", "zones/lua/tenant.toml error staff-setting"],
    ),
    "a new tenant that pins a live zone": (
        {
            "zones/lua/tenant.toml": tenant("lua", "moon", more='[zones."lua.example"]\nid = "Z0123"\n'),
            "zones/lua/lua.example.zone": ZONE,
        },
        [
            "zones/lua/tenant.toml info new-tenant",
            "zones/lua/tenant.toml error staff-setting",
            "zones/lua/lua.example.zone info new-zone",
        ],
    ),
    "a new tenant whose new zone asks for what may be asked for": (
        {
            "zones/lua/tenant.toml": tenant(
                "lua", "moon", more='[zones."lua.example"]\nregistrar = "gandi"\nprotect = ["@ MX"]\n'
            ),
            "zones/lua/lua.example.zone": ZONE,
        },
        ["zones/lua/tenant.toml info new-tenant", "zones/lua/lua.example.zone info new-zone"],
    ),
    "a new tenant that looks like another": (
        {"zones/snake5/tenant.toml": tenant("snake5", "moon")},
        [
            "zones/snake5/tenant.toml error looks-like-another",
            "zones/snake5/tenant.toml info new-tenant",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_tenant_changes_what_is_its_own(case: str, tmp_path: Path) -> None:
    change, expected = CASES[case]
    assert places(judge(tmp_path, change, "french")) == expected


@pytest.mark.parametrize(
    "key", ['id = "Z0123"', 'ignore = ["www *"]', 'apex = "managed"', 'protect = ["@ MX"]']
)
@pytest.mark.parametrize(
    "extra", ['registrar = "gandi"', 'private = ["us-east-1:vpc-1"]', 'delegation_set = "N1"']
)
def test_settings_that_decide_what_psfdns_touches_are_the_staffs(
    key: str, extra: str, tmp_path: Path
) -> None:
    text = FRENCH + f'[zones."fr.snakes.example"]\n{key}\n{extra}\n'
    found = judge(tmp_path, {"zones/french/tenant.toml": text}, "french")
    assert [each.summary.split(" of ")[0] for each in found] == sorted(
        [key.partition(" ")[0], extra.partition(" ")[0]]
    )
    assert {each.code for each in found} == {"staff-setting"}


def test_a_request_for_a_zone_may_say_where_it_is_registered_but_not_which_live_zone_it_is(
    tmp_path: Path,
) -> None:
    settings = '[zones."baguette.example"]\nregistrar = "gandi"\nprotect = ["@ MX"]\n'
    change = {"zones/french/baguette.example.zone": ZONE, "zones/french/tenant.toml": FRENCH + settings}
    assert [each.code for each in judge(tmp_path / "1", change, "french")] == ["new-zone"]
    change["zones/french/tenant.toml"] += 'id = "Z0123"\n'
    assert [each.code for each in judge(tmp_path / "2", change, "french")] == ["staff-setting", "new-zone"]


def test_permission_given_in_the_same_change_does_not_count(tmp_path: Path) -> None:
    change = {
        "zones/snakes/tenant.toml": SNAKES.replace("{ ", '{ "de.snakes.example" = "french", '),
        "zones/french/de.snakes.example.zone": ZONE,
    }
    codes = [each.code for each in judge(tmp_path, change, "french")]
    assert codes == ["other-tenants-file", "staff-setting", "zone-inside", "new-zone"]


def test_a_private_view_gives_no_right_to_what_the_world_sees(tmp_path: Path) -> None:
    private = '[zones."python.example@inside"]\nprivate = ["us-east-1:vpc-1"]\n'
    view = {"zones/french/tenant.toml": FRENCH + private, "zones/french/python.example@inside.zone": ZONE}
    base = lay_out(tmp_path / "base", {**BASE, **view})
    new = {"zones/french/docs.python.example.zone": ZONE, "zones/french/python.example@outside.zone": ZONE}
    head = lay_out(tmp_path / "head", {**BASE, **view, **new})
    scene = ChangeScene(base, base, head, frozenset(new), actor_for(["french"], base.tenants))
    assert places(list(judge_change(scene))) == [
        "zones/french/docs.python.example.zone error zone-inside",
        "zones/french/docs.python.example.zone info new-zone",
        "zones/french/python.example@outside.zone error zone-moved",
        "zones/french/python.example@outside.zone info new-zone",
    ]


def test_each_finding_names_who_has_to_approve(tmp_path: Path) -> None:
    (found,) = judge(tmp_path, {"zones/snakes/snakes.example.zone": ZONE + "; x\n"}, "french")
    assert found.hint is not None
    assert found.hint.endswith("approval: the staff (@psf/infra, @staffer) or snakes (@asp)")
    assert "no liaison" not in found.hint


def test_who_stands_in_no_tenants_file_is_told_so(tmp_path: Path) -> None:
    (found,) = judge(tmp_path, {"zones/snakes/snakes.example.zone": ZONE + "; x\n"})
    assert found.hint is not None
    assert found.hint.startswith("whoever made the change is no liaison of any tenant by their GitHub handle")
    assert found.hint.endswith("approval: the staff (@psf/infra, @staffer) or snakes (@asp)")


def test_the_staff_change_everything_and_are_told_whom_it_concerns(tmp_path: Path) -> None:
    change: dict[str, str | None] = {path: None for path in BASE if path != "zones/psf/tenant.toml"}
    found = judge(tmp_path, change, "psf")
    assert {each.severity for each in found} == {Severity.INFO}
    assert {each.code for each in found} == {"tenant-removed", "zone-removed"}


def test_who_is_nobodys_liaison_may_ask_for_a_new_tenant_and_nothing_else(tmp_path: Path) -> None:
    asked = {"zones/lua/tenant.toml": tenant("lua", "moon"), "zones/lua/lua.example.zone": ZONE}
    assert {each.severity for each in judge(tmp_path / "1", asked)} == {Severity.INFO}
    found = judge(tmp_path / "2", {**asked, "zones/french/fr.snakes.example.zone": ZONE + "; x\n"})
    assert places(found)[0] == "zones/french/fr.snakes.example.zone error other-tenants-file"


def test_where_it_is_not_known_who_acts_nothing_is_refused(tmp_path: Path) -> None:
    found = judge(tmp_path, {**CASES["another's zone moved to itself"][0], "psfdns.toml": "#"}, unknown=True)
    assert places(found) == [
        "zones/french/snakes.example.zone warning zone-moved",
    ]


def test_of_very_many_files_the_first_are_named(tmp_path: Path) -> None:
    found = judge(tmp_path, {f"src/{number:03}.py": "" for number in range(150)}, "french")
    assert len(found) == 21
    assert found[-1].summary == "130 more files that are not the actor's"


def test_handles_know_no_case(tmp_path: Path) -> None:
    tenants = lay_out(tmp_path, BASE).tenants
    assert tenants_of("ASP", tenants) == ("snakes",)
    assert tenants_of("nobody", tenants) == ()
    assert actor_for(["psf", "snakes"], tenants) == Actor(frozenset({"psf", "snakes"}), is_staff=True)


# What a parent zone decides for others

PARENT = "@ A 192.0.2.1\nfr NS ns.example.net.\n"
CAPTURES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "nothing new": (PARENT, []),
    "another name": (PARENT + "www A 192.0.2.1\n", []),
    "the delegation changed": (PARENT.replace("ns.", "evil."), [(3, "stands at or below")]),
    "the delegation gone": ("@ A 192.0.2.1\n", [(0, "stands at or below")]),
    "a DS": (PARENT + f"fr DS 1 13 2 {'ab' * 32}\n", [(4, "stands at or below")]),
    "data below": (PARENT + "www.fr A 192.0.2.1\n", [(4, "stands at or below")]),
    "a name that ends alike": (PARENT + "notfr A 192.0.2.1\n", []),
    "a wildcard beside the delegation": (PARENT + "* A 192.0.2.1\n", []),
    "a wildcard and no delegation": (
        "@ A 192.0.2.1\n* A 192.0.2.1\n",
        [(3, "answers for"), (0, "stands at or below")],
    ),
    "a wildcard elsewhere": (PARENT + "*.dev A 192.0.2.1\n", []),
}


@pytest.mark.parametrize("case", CAPTURES)
def test_what_bears_on_another_tenants_zone_is_told_at_its_line(case: str, tmp_path: Path) -> None:
    text, expected = CAPTURES[case]
    base = lay_out(tmp_path, BASE)
    scene = ChangeScene(base, base, base, frozenset(), actor_for(["snakes"], base.tenants))
    (file,) = (file for file in base.zone_files if file.tenant == "snakes")
    before, after = (
        parse_zone(f"$TTL 300\n{part}".encode(), origin="snakes.example.", path="x.zone").zone
        for part in (PARENT, text)
    )
    found = list(find_captures(scene, file, before=before, after=after))
    seen = [((each.span and each.span.first_line) or 0, each.summary.split(" fr.")[0]) for each in found]
    assert [
        (line, what) for line, what in expected if any(what in summary for _, summary in seen)
    ] == expected
    assert len(seen) == len(expected)
    assert {each.severity for each in found} <= {Severity.ERROR}
    assert all("french (@vipere)" in (each.hint or "") for each in found)


def test_a_cut_above_another_tenants_zone_decides_for_it_too(tmp_path: Path) -> None:
    base = lay_out(tmp_path, {**BASE, "zones/french/x.eu.snakes.example.zone": ZONE})
    scene = ChangeScene(base, base, base, frozenset(), actor_for(["snakes"], base.tenants))
    (file,) = (file for file in base.zone_files if file.tenant == "snakes")
    after = parse_zone(b"$TTL 300\neu NS ns.example.net.\n", origin="snakes.example.", path="x.zone").zone
    (found,) = find_captures(scene, file, before=None, after=after)
    assert found.summary == "eu.snakes.example. NS decides who answers for x.eu.snakes.example. of french"


def test_of_very_many_captures_the_first_are_named(tmp_path: Path) -> None:
    base = lay_out(tmp_path, BASE)
    scene = ChangeScene(base, base, base, frozenset(), None)
    (file,) = (file for file in base.zone_files if file.tenant == "snakes")
    lines = "".join(f"h{number}.fr A 192.0.2.1\n" for number in range(1000))
    after = parse_zone(f"$TTL 300\n{lines}".encode(), origin="snakes.example.", path="x.zone").zone
    found = list(find_captures(scene, file, before=None, after=after))
    assert len(found) == 21
    assert found[-1].summary == "980 more record sets bear on other tenants' zones"
