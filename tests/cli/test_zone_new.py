"""`psfdns zone new` without a terminal: what it writes, what it refuses, and that it is all or nothing."""

from __future__ import annotations

import datetime
import itertools
import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.main import run
from psfdns.cli.zone import new_files
from psfdns.cli.zone.new_files import STAGING
from psfdns.zonefile.scaffold import _EXAMPLES
from tests.cli.ground import Ground
from tests.oracles import kzonecheck, named_checkzone

NEW = (
    *("--tenant", "pyladies", "--name", 'Py"Ladies" \\ é', "--kind", "community-organisation"),
    *("--approved", "Board resolution, 2026-03-11", "--billing", "tenant"),
    *("--liaison", "Web team <web@pyladies.example> @octocat", "--liaison", "<> second <two@example.net>"),
)
SOUND = (*NEW[:-2], "--liaison", "Second <two@example.net>")


def new(ground: Ground, *words: str) -> tuple[int, str, str]:
    return ground.run("zone", "new", *words)


def tree(root: Path) -> dict[str, bytes]:
    """Everything below zones/, folders too."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in (root / "zones").rglob("*")
    }


def refused(ground: Ground, *words: str) -> tuple[int, str, set[str]]:
    """(exit code, error, codes of the findings), and that nothing has changed."""
    before = tree(ground.root)
    code, out, err = new(ground, "--json", *words)
    assert tree(ground.root) == before
    document = json.loads(out)
    assert document["format"] == "psfdns-error/1"
    assert document["error"] in err.replace("\\\\", "\\")
    return code, document["error"], {finding["code"] for finding in document["findings"]}


def test_a_new_tenant_gets_its_folder_and_check_has_nothing_to_say(ground: Ground) -> None:
    code, out, err = new(ground, "PyLadies.Example.", *SOUND, "--dnssec", "--protect", "@ MX")

    assert (code, err) == (0, "")
    assert "created  zones/pyladies/tenant.toml\ncreated  zones/pyladies/pyladies.example.zone\n" in out
    assert tomllib.loads((ground.root / "zones/pyladies/tenant.toml").read_text()) == {
        "name": 'Py"Ladies" \\ é',
        "kind": "community-organisation",
        "approved": "Board resolution, 2026-03-11",
        "billing": "tenant",
        "liaison": [
            {"name": "Web team", "email": "web@pyladies.example", "github": "octocat"},
            {"name": "Second", "email": "two@example.net"},
        ],
        "zones": {"pyladies.example": {"dnssec": True, "protect": ["@ MX"]}},
    }
    assert ground.run("check", "zones/pyladies")[:2] == (0, "")
    for judge in (named_checkzone, kzonecheck):
        judged = judge("pyladies.example", ground.root / "zones/pyladies/pyladies.example.zone")
        assert judged.returncode == 0, judged.stdout + judged.stderr


def test_what_comes_next_is_told_and_a_plan_makes_the_zone(ground: Ground) -> None:
    _, out, _ = new(ground, "pyladies.example", *SOUND)

    steps = out.partition("Next:\n")[2].splitlines()
    assert [step.split(".")[0].strip() for step in steps] == ["1", "2", "3", "4", "5"]
    for step, word in zip(
        steps, ("git add zones/pyladies", "pull request", "review", "psfdns apply", "registrar"), strict=True
    ):
        assert word in step
    plan = json.loads(ground.run("plan", "--json", "pyladies.example")[1])
    assert [(zone["name"], zone["action"], zone["changes"]) for zone in plan["zones"]] == [
        ("pyladies.example.", "create", [])
    ]


@pytest.mark.parametrize("number", range(len(_EXAMPLES)))
def test_each_example_of_the_first_file_is_a_record_once_its_remark_is_taken_away(
    ground: Ground, number: int
) -> None:
    new(ground, "pyladies.example", *SOUND)
    path = ground.root / "zones/pyladies/pyladies.example.zone"
    lines = path.read_text().splitlines()
    for example in _EXAMPLES[number][1]:
        lines[lines.index(f";{example}")] = example
    path.write_text("\n".join([*lines, ""]))

    code, out, err = ground.run("check", "zones/pyladies")

    assert (code, out) == (0, ""), out + err


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("bücher.example", "xn--bcher-kva.example.zone"),
        ("BU\u0308CHER.example.", "xn--bcher-kva.example.zone"),
        ("0/25.2.0.192.in-addr.arpa", "0%2F25.2.0.192.in-addr.arpa.zone"),
        ("inside.example@Office", "inside.example@office.zone"),
    ],
)
def test_a_name_may_be_written_as_people_do(ground: Ground, name: str, file: str) -> None:
    code, _, err = new(ground, name, "--tenant", "one", "--no-dnssec")

    assert (code, err) == (0, "")
    assert (ground.root / "zones/one" / file).exists()
    assert ground.run("check", "zones/one")[0] == 0
    stem = file.removesuffix(".zone").replace("%2F", "/")
    assert tomllib.loads((ground.root / "zones/one/tenant.toml").read_text())["zones"] == {
        stem: {"dnssec": False}
    }


TENANT = """\
# Ours.
name  = 'one'  # with odd blanks
kind = "working-group"
approved = "Board resolution, 2026-03-11"
billing = "psf"
[[liaison]]   # a role
name = "DNS"
email = "dns@example.net"
"""


def test_a_tenant_that_is_there_keeps_every_byte_and_mode(ground: Ground) -> None:
    path = ground.root / "zones/one/tenant.toml"
    path.write_text(TENANT)
    path.chmod(0o640)

    code, out, err = new(
        ground,
        "new.test",
        "--tenant",
        "one",
        "--comment",
        "A § b",
        "--delegated",
        "A.new.test=two",
        "--expires",
        "2027-05-01",
    )

    assert (code, err) == (0, ""), err
    assert "updated  zones/one/tenant.toml\n" in out
    text = path.read_text()
    assert text.startswith(TENANT)
    assert tomllib.loads(text)["zones"] == {
        "new.test": {
            "comment": "A § b",
            "expires": datetime.date(2027, 5, 1),
            "delegated": {"a.new.test": "two"},
        }
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_without_settings_tenant_toml_is_not_touched(ground: Ground) -> None:
    path = ground.root / "zones/one/tenant.toml"
    before = path.stat()

    assert new(ground, "new.test", "--tenant", "one")[0] == 0

    assert path.stat() == before


def test_what_a_tenant_is_already_is_kept_and_said(ground: Ground) -> None:
    before = (ground.root / "zones/one/tenant.toml").read_bytes()

    same = new(
        ground,
        "a.example",
        "--tenant",
        "one",
        "--kind",
        "working-group",
        "--liaison",
        "Liaison of one <dns@example.net>",
    )
    other = new(
        ground,
        "b.example",
        "--tenant",
        "one",
        "--kind",
        "psf",
        "--liaison",
        "Eve <eve@example.net>",
        "--team",
        "@org/team",
    )

    assert (same[0], other[0]) == (0, 0)
    assert "tenant-kept" not in same[1]
    assert [line.split(": ")[2].split(" ")[0] for line in other[1].splitlines() if "tenant-kept" in line] == [
        "kind",
        "liaison",
        "team",
    ]
    assert (ground.root / "zones/one/tenant.toml").read_bytes() == before


def test_everything_that_is_missing_is_named_at_once(ground: Ground) -> None:
    code, error, _ = refused(ground)
    assert (code, error.partition("missing: ")[2]) == (1, "NAME, --tenant")

    code, error, _ = refused(ground, "new.test", "--tenant", "ones", "--name", "x")
    assert code == 1
    assert error.partition("missing: ")[2] == (
        "--kind, --approved, --billing, --liaison ('ones' is a new tenant; did you mean 'one'?)"
    )


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--kind", "club"), "--kind"),
        (("--billing", "me"), "--billing"),
        (("--name", "two\nlines"), "--name"),
        (("--name", " "), "--name"),
        (("--approved", "x" * 1001), "--approved"),
        (("--liaison", "nobody"), "--liaison"),
        (("--liaison", "A <a@b>"), "--liaison"),
        (("--liaison", "A <a@b.example> @-x"), "--liaison"),
        (("--liaison", "<a@b.example>"), "--liaison"),
        (("--team", "team"), "--team"),
        (("--registrar", "other"), "--registrar"),
        (("--comment", "x" * 257), "--comment"),
        (("--expires", "soon"), "--expires"),
        (("--ignore", "a"), "--ignore"),
        (("--protect", "@ NOTYPE"), "--protect"),
        (("--delegation-set", "n-1"), "--delegation-set"),
        (("--private", "here"), "--private"),
        (("--delegated", "a.new.test"), "--delegated"),
        (("--delegated", "a.other.test=two"), "--delegated"),
        (("--tenant", "../x"), "--tenant"),
        (("--comment", "\udcff"), "--comment"),
    ],
)
def test_an_answer_that_tenant_toml_cannot_hold_is_refused_with_its_option(
    ground: Ground, words: tuple[str, str], option: str
) -> None:
    code, error, _ = refused(ground, "new.test", *SOUND, *words)

    assert code == 64
    assert error.startswith(f"{option}: ")


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("alpha.test", ("--tenant", "one"), "zone-exists"),
        ("ALPHA.test.", ("--tenant", "two"), "zone-exists"),
        ("www.alpha.test", ("--tenant", "two"), "other-tenants-zone"),
        ("test", ("--tenant", "one"), "bad-zone-name"),
        ("co.uk", ("--tenant", "one"), "public-suffix"),
        ("in-addr.arpa", ("--tenant", "one"), "public-suffix"),
        ("xn--a.test", ("--tenant", "one"), "bad-zone-name"),
        ("-a.new.test", ("--tenant", "one"), "bad-zone-name"),
        ("a%b.test", ("--tenant", "one"), "bad-zone-name"),
        ("a\\.b.test", ("--tenant", "one"), "bad-zone-name"),
        ("a\\000.test", ("--tenant", "one"), "bad-zone-name"),
        (".".join(["a" * 62] * 4) + ".b", ("--tenant", "one"), "bad-zone-name"),
        ("new.test", ("--tenant", "one", "--private", "us-east-1:vpc-1", "--dnssec"), "bad-setting"),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    ground: Ground, name: str, words: tuple[str, ...], code: str
) -> None:
    exit_code, _, codes = refused(ground, *words, "--", name)

    assert exit_code == 1
    assert code in codes


@pytest.mark.parametrize(
    "name", ["*.new.test", "a..test", "", "a@b c.test", "x" * 64 + ".test", ".", "\u00bd.test"]
)
def test_what_is_no_name_at_all_is_wrong_usage(ground: Ground, name: str) -> None:
    assert refused(ground, name, "--tenant", "one")[0] == 64


def test_a_zone_above_another_tenants_needs_to_hand_it_over(ground: Ground) -> None:
    ground.write("two", "low.new.test", "www A 192.0.2.3")

    assert "other-tenants-zone" in refused(ground, "new.test", "--tenant", "one")[2]
    assert new(ground, "new.test", "--tenant", "one", "--delegated", "low.new.test=two")[0] == 0
    assert ground.run("check")[0] == 0


def test_a_zone_inside_another_tenants_that_was_handed_over_is_made(ground: Ground) -> None:
    path = ground.root / "zones/one/tenant.toml"
    path.write_text(path.read_text() + '[zones."alpha.test"]\ndelegated = { "fr.alpha.test" = "two" }\n')

    code, out, _ = new(ground, "fr.alpha.test", "--tenant", "two", "--json")

    assert code == 0
    assert "into zones/one/alpha.test.zone" in json.loads(out)["next"][-1]
    assert tomllib.loads((ground.root / "zones/two/tenant.toml").read_text())["zones"] == {
        "fr.alpha.test": {"registrar": "none"}
    }


def test_a_name_that_is_reserved_can_only_be_tried_in_the_sandbox(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["zone", "new", "mine.example.com", "--tenant", "one"]
    assert run(words) == 1
    assert "[reserved-name]" in capsys.readouterr().err
    assert run(["--sandbox", *words]) == 0


def test_neither_aws_nor_the_sandbox_is_loaded(ground: Ground) -> None:
    script = (
        "import sys\nfrom psfdns.cli.main import run\n"
        "assert run(['zone', 'new', 'new.test', '--tenant', 'one']) == 0\n"
        "assert not {'boto3', 'botocore', 'moto', 'dns'} & {name.partition('.')[0] for name in sys.modules}"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ground.root, timeout=60)


def test_a_dry_run_shows_everything_and_writes_nothing(ground: Ground) -> None:
    before = tree(ground.root)

    code, out, _ = new(ground, "new.test", "--tenant", "one", "--dnssec", "--dry-run")
    document = json.loads(new(ground, "new.test", "--tenant", "one", "--dnssec", "--dry-run", "--json")[1])

    assert code == 0
    assert tree(ground.root) == before
    assert "would update zones/one/tenant.toml:" in out
    assert "would create zones/one/new.test.zone:" in out
    assert document["written"] is False
    assert new(ground, "new.test", "--tenant", "one", "--dnssec", "--json")[0] == 0
    for file in document["files"]:
        assert (ground.root / file["path"]).read_text() == file["text"]


def test_the_document_says_what_was_made(ground: Ground) -> None:
    document = json.loads(new(ground, "new.test", *SOUND, "--json")[1])

    assert {key: value for key, value in document.items() if key not in {"files", "next"}} == {
        "format": "psfdns-zone-new/1",
        "name": "new.test.",
        "view": None,
        "tenant": "pyladies",
        "new_tenant": True,
        "written": True,
        "source": "template",
        "record_sets": 0,
        "left_out": [],
        "survey": None,
        "findings": [],
    }
    assert [(file["path"], file["action"]) for file in document["files"]] == [
        ("zones/pyladies/tenant.toml", "create"),
        ("zones/pyladies/new.test.zone", "create"),
    ]


EXPORT = """\
$ORIGIN new.test.
@ 86400 IN SOA ns1.old.example. hostmaster.old.example. 7 7200 900 1209600 86400
@ 86400 IN NS ns1.old.example.
; a remark
@ 300 IN MX 10 mail
mail 300 IN A 192.0.2.25
www 300 AWS ALIAS A mail $self false
geo 300 IN A 192.0.2.1 ; AWS routing="WEIGHTED" weight=10 identifier="one"
"""


def test_an_export_becomes_the_first_file(ground: Ground) -> None:
    (ground.root / "export.txt").write_text(EXPORT)

    code, out, _ = new(ground, "new.test", "--tenant", "one", "--from", "export.txt", "--json")

    document = json.loads(out)
    assert (code, document["source"], document["record_sets"]) == (0, "file", 4)
    assert [(left["name"], left["type"]) for left in document["left_out"]] == [
        ("new.test.", "SOA"),
        ("new.test.", "NS"),
    ]
    assert [finding["code"] for finding in document["findings"]] == ["comments-left"]
    assert "compare what old and new name servers answer" in document["next"][-2]
    text = (ground.root / "zones/one/new.test.zone").read_text()
    assert 'AWS routing="WEIGHTED" weight=10 identifier="one"' in text
    assert ground.run("check", "zones/one/new.test.zone")[0] == 0


def test_an_export_with_faults_makes_nothing(ground: Ground) -> None:
    (ground.root / "export.txt").write_text("www A 192.0.2.256\nftp CNAME www\nftp A 192.0.2.1\n")

    assert refused(ground, "new.test", "--tenant", "one", "--from", "export.txt")[2] == {
        "bad-rdata",
        "cname-and-other-data",
    }
    assert refused(ground, "new.test", "--tenant", "one", "--from", "gone.txt")[0] == 64
    assert new(ground, "new.test", "--tenant", "one", "--from", "export.txt", "--from-dns")[0] == 64


def link_to(ground: Ground, place: str, *, folder: bool) -> None:
    elsewhere = ground.root / "elsewhere"
    if folder:
        elsewhere.mkdir()
    else:
        elsewhere.write_text(TENANT)
    path = ground.root / place
    if path.exists():
        path.unlink()
    path.symlink_to(elsewhere)


@pytest.mark.parametrize(
    ("place", "folder"),
    [
        ("zones/pyladies", True),
        ("zones/one/tenant.toml", False),
        ("zones/one/new.test.zone", False),
    ],
)
def test_a_link_is_never_followed(ground: Ground, place: str, folder: bool) -> None:
    link_to(ground, place, folder=folder)
    tenant = SOUND if folder else ("--tenant", "one", "--dnssec")

    code, _, err = new(ground, "new.test", *tenant)

    assert code == 1
    assert "is a link" in err or "is not a regular file" in err
    elsewhere = ground.root / "elsewhere"
    assert list(elsewhere.iterdir()) == [] if folder else elsewhere.read_text() == TENANT


def test_zones_that_is_a_link_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "psfdns.toml").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "zones").symlink_to("elsewhere")

    assert run(["zone", "new", "new.test", *SOUND]) == 1
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_empty_repository_gets_its_first_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "psfdns.toml").touch()
    before = os.umask(0o027)
    try:
        assert run(["zone", "new", "new.test", *SOUND]) == 0
    finally:
        os.umask(before)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("zones/**/*")}
    assert modes == {"pyladies": 0o750, "tenant.toml": 0o640, "new.test.zone": 0o640}
    assert run(["check"]) == 0


def test_a_tenant_with_a_broken_file_is_not_written_to(ground: Ground) -> None:
    path = ground.root / "zones/one/tenant.toml"
    for text, code in (("name = \n", "bad-toml"), (TENANT + 'nme = "x"\n', "unknown-setting")):
        path.write_text(text)
        assert code in refused(ground, "new.test", "--tenant", "one", "--dnssec")[2]


def test_settings_that_stand_there_already_are_not_changed_in_passing(ground: Ground) -> None:
    path = ground.root / "zones/one/tenant.toml"
    path.write_text(TENANT + '[zones."new.test"]\ndnssec = true # ours\n')

    code, error, _ = refused(ground, "new.test", "--tenant", "one", "--no-dnssec")
    assert (code, "has dnssec = True already, which is not False" in error) == (1, True)
    assert new(ground, "new.test", "--tenant", "one", "--dnssec")[0] == 0
    assert path.read_text() == TENANT + '[zones."new.test"]\ndnssec = true # ours\n'


CALLS = ("mkdir", "open", "fsync", "rename", "replace", "link")


def failing_at(patch: pytest.MonkeyPatch, number: int) -> list[int]:
    """Lets that call fail, of those that write; what is left of the countdown is below 0 once one did."""
    countdown = [number]

    def failing(name: str, call: Any) -> Any:
        def fail(*arguments: Any, **settings: Any) -> Any:
            if name not in {"open", "mkdir"} or STAGING in str(arguments[0]):
                countdown[0] -= 1
                if countdown[0] == -1:
                    raise OSError(28, "No space left on device", str(arguments[0]))
            return call(*arguments, **settings)

        return fail

    for name in CALLS:
        patch.setattr(os, name, failing(name, getattr(os, name)))
    return countdown


@pytest.mark.parametrize(
    "words", [("--tenant", "one", "--dnssec"), SOUND], ids=["tenant there", "new tenant"]
)
def test_a_disk_that_fails_at_any_step_leaves_nothing_half_done(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Every call that writes fails once, in turn, until there is one fewer than that."""
    before = tree(ground.root)
    codes: list[int] = []
    countdown = [0]
    for number in itertools.count():
        with monkeypatch.context() as patch:
            countdown = failing_at(patch, number)
            codes.append(run(["zone", "new", "new.test", *words]))
        if codes[-1] == 0:
            break
        assert tree(ground.root) == before, number

    assert len(codes) > 8
    # The last to fail only tells the disk which names a folder holds: they are there already.
    assert countdown[0] < 0
    assert ground.run("check")[0] == 0
    assert tree(ground.root).keys() - before.keys() >= {f"zones/{words[1]}/new.test.zone"}


def _make(root: Path, name: str, words: tuple[str, ...]) -> None:
    os.chdir(root)
    assert run(["-q", "zone", "new", name, *words]) == 0


def test_two_tenants_and_one_tenant_twice_at_once(ground: Ground) -> None:
    """Six at a time: each zone is there, and no setting of one is lost to another."""
    context = multiprocessing.get_context("spawn")
    wanted = [
        (f"z{number}.example", ("--tenant", ("one", "two")[number % 2], "--dnssec")) for number in range(6)
    ]
    running = [context.Process(target=_make, args=(ground.root, name, words)) for name, words in wanted]
    for process in running:
        process.start()
    for process in running:
        process.join(60)

    assert [process.exitcode for process in running] == [0] * 6
    for tenant, numbers in (("one", (0, 2, 4)), ("two", (1, 3, 5))):
        said = tomllib.loads((ground.root / f"zones/{tenant}/tenant.toml").read_text())["zones"]
        assert said.keys() == {f"z{number}.example" for number in numbers}
    assert ground.run("check")[0] == 0
    assert not (ground.root / "zones" / STAGING).exists()


KILLED = """
import os, signal, sys
from psfdns.cli.zone import new_files
from psfdns.cli.main import run
left = int(sys.argv[1])
def counted(call):
    def step(*arguments, **settings):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **settings)
    return step
for name in ("mkdir", "fsync", "rename", "replace", "link", "fchmod"):
    setattr(os, name, counted(getattr(os, name)))
sys.exit(run(["zone", "new", "new.test", *sys.argv[2:]]))
"""


@pytest.mark.parametrize(
    "words", [("--tenant", "one", "--dnssec"), SOUND], ids=["tenant there", "new tenant"]
)
def test_killed_at_any_step_no_zone_is_there_without_its_settings_and_the_same_again_ends_it(
    ground: Ground, words: tuple[str, ...]
) -> None:
    before = tree(ground.root)
    killed = 0
    for step in itertools.count():
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(step), *words],
            check=False,
            cwd=ground.root,
            timeout=60,
            capture_output=True,
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        killed += 1
        now = {path: data for path, data in tree(ground.root).items() if STAGING not in path}
        new_ones = now.keys() - before.keys()
        if any(path.endswith("new.test.zone") for path in new_ones):
            assert any(
                b"dnssec = true" in now[path] or b"Board resolution" in now[path]
                for path in now
                if path.endswith("tenant.toml") and (path.startswith("zones/one") or path in new_ones)
            )
            break
        assert ground.run("check")[0] == 0
    assert killed >= 4
    if not (ground.root / "zones" / words[1] / "new.test.zone").exists():
        assert new(ground, "new.test", *words)[0] == 0
    assert ground.run("check")[0] == 0
    assert new(ground, "another.test", "--tenant", "two")[0] == 0
    assert not (ground.root / "zones" / STAGING).exists()


def test_a_file_that_comes_meanwhile_is_not_replaced(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    toml = ground.root / "zones/one/tenant.toml"
    before = toml.read_bytes()
    target = ground.root / "zones/one/new.test.zone"

    def come_first(path: Path) -> bytes:
        target.write_text("another's\n")
        return path.read_bytes()

    monkeypatch.setattr(new_files, "_read", come_first)

    assert new(ground, "new.test", "--tenant", "one", "--dnssec")[0] == 1
    assert target.read_text() == "another's\n"
    assert toml.read_bytes() == before


def test_a_tenant_toml_that_changes_meanwhile_is_not_written_over(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_files, "_read", lambda _: b"another's")

    code, error, _ = refused(ground, "new.test", "--tenant", "one", "--dnssec")

    assert (code, "changed meanwhile" in error) == (1, True)


def test_a_tenants_folder_without_a_tenant_toml_gets_one_or_stays_as_it_is(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ground.root / "zones/pyladies"
    folder.mkdir()
    (folder / "README.md").write_text("ours\n")

    def failing(*_: object) -> None:
        raise OSError(31, "Too many links")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", failing)
        assert new(ground, "new.test", *SOUND)[0] == 1
    assert sorted(path.name for path in folder.iterdir()) == ["README.md"]

    assert new(ground, "new.test", *SOUND)[0] == 0
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "new.test.zone", "tenant.toml"]
    assert ground.run("check")[0] == 0


def test_records_that_the_settings_leave_to_others_are_refused(ground: Ground) -> None:
    (ground.root / "export.txt").write_text("www 300 A 192.0.2.1\n")

    words = ("new.test", "--tenant", "one", "--from", "export.txt", "--ignore", "www A")
    assert "ignored-record" in refused(ground, *words)[2]


def test_a_private_zone_has_nothing_to_do_at_a_registrar(ground: Ground) -> None:
    code, out, _ = new(
        ground, "inside.test@office", "--tenant", "one", "--private", "us-east-1:vpc-1", "--json"
    )

    document = json.loads(out)
    assert (code, document["view"], len(document["next"])) == (0, "office", 4)
    assert ground.run("check")[0] == 0
