"""`psfdns check`: what is looked at, how it is printed, and what the exit code says."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.main import run

TENANT = 'name = "T"\nkind = "psf"\napproved = "yes"\n[[liaison]]\nname = "L"\nemail = "l@t.example"\n'
GOOD = "$TTL 300\n@ A 192.0.2.1\n"
BAD = "$TTL 300\nwww A 192.0.2.1\nwww CNAME x\n@ MX 10 192.0.2.1 oops\n"
ODD = "$TTL 300\nwww A 192.0.2.1\nwww 60 A 192.0.2.2\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of two tenants: one well, one with a zone that has errors and a zone with a warning."""
    root = tmp_path / "repository"
    write(root, "psfdns.toml", "")
    write(root, "zones/good/tenant.toml", TENANT)
    write(root, "zones/good/good.example.zone", GOOD)
    write(root, "zones/bad/tenant.toml", TENANT)
    write(root, "zones/bad/bad.example.zone", BAD)
    write(root, "zones/bad/odd.example.zone", ODD)
    monkeypatch.chdir(root)
    return root


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


class Said:
    """What one run printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def places(self) -> list[str]:
        """`path:line` and code of each finding of the text form."""
        lines = [line for line in self.out.splitlines() if not line.startswith("hint: ")]
        return [f"{line.partition(': ')[0]} {line.rpartition('[')[2].rstrip(']')}" for line in lines]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `psfdns check` with these words."""

    def run_check(*words: str) -> Said:
        code = run(["check", *words])
        return Said(code, *capsys.readouterr())

    return run_check


ALL = [
    "zones/bad/bad.example.zone:3 cname-and-other-data",
    "zones/bad/bad.example.zone:4 bad-rdata",
    "zones/bad/odd.example.zone:3 unequal-ttls",
]


def test_without_a_path_the_whole_repository_is_checked(repository: Path, check: Any) -> None:
    said = check()
    assert said.code == 1
    assert said.places == ALL
    assert said.err == "3 zones checked: 2 errors, 1 warning\n"
    assert repository.name not in said.out


def test_all_well_is_zero_and_says_nothing_on_stdout(repository: Path, check: Any) -> None:
    said = check("zones/good")
    assert (said.code, said.out, said.err) == (0, "", "1 zone checked: no findings\n")


@pytest.mark.parametrize(
    ("words", "places"),
    [
        (["zones/bad/odd.example.zone"], ALL[2:]),
        (["zones/bad"], ALL),
        (["zones"], ALL),
        (["."], ALL),
        (["zones/bad/tenant.toml"], ALL),
        (["zones/good", "zones/bad/bad.example.zone"], ALL[:2]),
        (["zones/bad/bad.example.zone", "zones/bad/bad.example.zone"], ALL[:2]),
    ],
)
def test_a_path_in_zones_is_checked_with_its_tenant(
    repository: Path, check: Any, words: list[str], places: list[str]
) -> None:
    assert check(*words).places == places
    assert check(*[str(repository / word) for word in words]).places == places


def test_paths_are_those_of_the_repository_from_any_folder(
    repository: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "zones" / "bad")
    assert check().places == ALL
    assert check("bad.example.zone").places == ALL[:2]


def test_the_root_may_stand_apart_from_the_configuration(
    repository: Path, check: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = write(tmp_path, "trusted/psfdns.toml", "default_ttl = 60\n")
    monkeypatch.chdir(trusted.parent)
    assert check("--root", str(repository)).places == ALL


def test_tenant_findings_stop_check(repository: Path, check: Any) -> None:
    write(repository, "zones/good/tenant.toml", TENANT.partition("[[")[0])
    said = check("zones/good")
    assert (said.code, said.places) == (1, ["zones/good/tenant.toml no-liaison"])


def test_ignore_of_the_tenant_is_known_for_a_single_file(repository: Path, check: Any) -> None:
    write(repository, "zones/good/tenant.toml", TENANT + '[zones."good.example"]\nignore = ["@ A"]\n')
    assert check("zones/good/good.example.zone").places == ["zones/good/good.example.zone:2 ignored-record"]


def test_files_of_certificates_are_left_alone(repository: Path, check: Any) -> None:
    write(repository, "certs/bad.toml", "[[[")
    assert check("zones/good").code == 0
    assert check().places == ALL


# Files outside zones/


def test_a_file_outside_is_checked_alone_by_its_name(repository: Path, check: Any) -> None:
    write(repository, "export/bad.example.zone", BAD)
    assert check("export/bad.example.zone").places == [
        "export/bad.example.zone:3 cname-and-other-data",
        "export/bad.example.zone:4 bad-rdata",
    ]


def test_no_configuration_is_needed_for_a_file(
    tmp_path: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path, "sub/Bad.Example@view.zone", BAD)
    assert check("sub/Bad.Example@view.zone").places[0] == "sub/Bad.Example@view.zone:3 cname-and-other-data"
    assert check(str(file)).places[0] == f"{file}:3 cname-and-other-data"
    assert check("./sub").code == 1


def test_the_origin_of_a_file_can_be_said(
    tmp_path: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "export.txt", "$TTL 300\nwww.bücher.example. A 192.0.2.1\n")
    assert "out-of-zone" in check("export.txt").out
    assert check("export.txt", "--origin", "Bücher.Example").code == 0


def test_standard_input_is_checked(tmp_path: Path, check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    assert check("-", "--origin", "bad.example").places == ["-:3 cname-and-other-data", "-:4 bad-rdata"]


def test_a_folder_outside_is_searched_for_zone_files(
    tmp_path: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "some/a.example.zone", ODD)
    write(tmp_path, "some/deep/b.example.zone", ODD)
    write(tmp_path, "some/notes.txt", BAD)
    write(tmp_path, "none/notes.txt", BAD)
    assert check("some").places == [
        "some/a.example.zone:3 unequal-ttls",
        "some/deep/b.example.zone:3 unequal-ttls",
    ]
    assert check("none").code == 1


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["nowhere.zone"], 64, "no such file"),
        (["zones/nowhere"], 64, "no such file"),
        (["-"], 64, "--origin NAME"),
        (["--origin", "x.example"], 64, "one file outside zones/"),
        (["--origin", "x.example", "zones/good/good.example.zone"], 64, "one file outside zones/"),
        (["-", "--origin", "a..b"], 64, "not the name of a zone"),
        (["--format", "xml"], 64, "xml"),
        (["--json", "--format", "github"], 64, "exclude"),
        (["--changed-since", "nonesuch"], 1, "git"),
    ],
)
def test_wrong_words_are_said(repository: Path, check: Any, words: list[str], code: int, reason: str) -> None:
    said = check(*words)
    assert said.code == code
    if "--json" in words:
        assert json.loads(said.out)["format"] == "psfdns-error/1"
    else:
        assert said.out == ""
    assert reason in said.err


def test_nothing_to_check_is_said(tmp_path: Path, check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = check()
    assert said.code == 1
    assert "nothing to check" in said.err


def test_a_broken_configuration_is_a_finding_in_every_form(repository: Path, check: Any) -> None:
    write(repository, "psfdns.toml", "default_tll = 1\n")
    said = check("--json")
    assert said.code == 1
    assert json.loads(said.out)["summary"]["error"] == 1


def test_a_folder_of_more_files_than_anyone_means_is_refused(
    tmp_path: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("psfdns.cli.checking.MAX_FILES", 2)
    for number in range(3):
        write(tmp_path, f"some/z{number}.example.zone", GOOD)
    said = check("some")
    assert said.code == 1
    assert "more than 2 zone files" in said.err


def test_a_file_whose_name_is_no_zone_needs_an_origin(
    tmp_path: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "a..b.zone", GOOD)
    said = check("a..b.zone")
    assert said.code == 64
    assert "hint: name the zone: --origin NAME" in said.err
    assert check("a..b.zone", "--origin", "b.example.").code == 0


# Exit codes and forms


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_fail_on_sets_what_counts(repository: Path, check: Any, level: str, code: int) -> None:
    assert check("zones/bad/odd.example.zone", "--fail-on", level).code == code
    assert check("zones/good", "--fail-on", level).code == 0


def test_a_hint_stands_on_its_own_line(repository: Path, check: Any) -> None:
    lines = check("zones/bad/bad.example.zone").out.splitlines()
    assert lines[0].startswith("zones/bad/bad.example.zone:3: error: www.bad.example. has a CNAME")
    assert lines[1].startswith("hint: keep either")


def test_json_is_one_document_of_the_contracts_shape(repository: Path, check: Any) -> None:
    said = check("--json")
    document = json.loads(said.out)
    assert list(document) == ["format", "findings", "summary"]
    assert document["format"] == "psfdns-check/1"
    assert document["summary"] == {"error": 2, "warning": 1, "info": 0}
    first = document["findings"][0]
    assert set(first) == {"code", "severity", "summary", "path", "line", "hint", "reference"}
    assert (first["code"], first["severity"]) == ("cname-and-other-data", "error")
    assert (first["path"], first["line"]) == ("zones/bad/bad.example.zone", 3)
    assert first["reference"] == "RFC 1034 §3.6.2"
    assert check("--format", "json").out == said.out


def test_the_form_may_come_from_the_environment(
    repository: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSFDNS_FORMAT", "json")
    assert json.loads(check("zones/good").out)["findings"] == []
    monkeypatch.setenv("PSFDNS_FAIL_ON", "warning")
    assert check("zones/bad/odd.example.zone").code == 1


def test_github_gets_a_command_a_finding(repository: Path, check: Any) -> None:
    lines = check("--format", "github").out.splitlines()
    assert [line.partition("::")[2].partition(" ")[0] for line in lines] == ["error", "error", "warning"]
    assert lines[0].startswith(
        "::error file=zones/bad/bad.example.zone,line=3,title=cname-and-other-data::www."
    )
    assert "%0Ahint: " in lines[0]


def test_sarif_has_what_code_scanning_needs(repository: Path, check: Any) -> None:
    document = json.loads(check("--format", "sarif").out)
    assert document["version"] == "2.1.0"
    (sarif_run,) = document["runs"]
    rules = sarif_run["tool"]["driver"]["rules"]
    assert sarif_run["tool"]["driver"]["name"] == "psfdns"
    for result in sarif_run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"].startswith("zones/bad/")
        assert place["region"]["startLine"] > 0


def test_nothing_of_a_file_reaches_a_terminal_or_a_runner_unescaped(repository: Path, check: Any) -> None:
    nasty = "x\x1b[31m\n::error::,:%\u202e\u2028"
    write(repository, "zones/good/tenant.toml", TENANT + f"{json.dumps(nasty)} = 1\n")
    write(repository, "zones/good/\x1b[2J::error,x%0A.zone", GOOD)
    for form in ("text", "github"):
        out = check("zones/good", "--format", form).out
        assert "unknown-setting" in out
        assert "bad-zone-name" in out
        assert all(character.isprintable() or character == "\n" for character in out)
        assert not any(line.startswith("::error::") for line in out.splitlines())
        assert all(line.startswith(("zones/", "hint: ", "::error file=zones/")) for line in out.splitlines())
    assert json.loads(check("zones/good", "--json").out)["summary"]["error"] == 2
    json.loads(check("zones/good", "--format", "sarif").out)


# --changed-since


def git(root: Path, *words: str) -> None:
    identity = ["-c", "user.name=T", "-c", "user.email=t@t.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def history(repository: Path) -> Path:
    """The repository under git; the branch `main` stands one commit ahead of where we branched off."""
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "one")
    git(repository, "checkout", "-qb", "work")
    git(repository, "checkout", "-q", "main")
    write(repository, "zones/bad/bad.example.zone", BAD + "; changed on main\n")
    git(repository, "commit", "-qam", "two")
    git(repository, "checkout", "-q", "work")
    return repository


def test_only_what_changed_since_the_merge_base_is_reported(history: Path, check: Any) -> None:
    assert check("--changed-since", "main").places == []
    write(history, "zones/bad/odd.example.zone", ODD + "; edited\n")
    assert check("--changed-since", "main").places == ALL[2:]
    git(history, "commit", "-qam", "three")
    assert check("--changed-since", "main").places == ALL[2:]
    assert check("--changed-since", "main", "zones/good").places == []


def test_new_files_and_changed_settings_count_as_changes(history: Path, check: Any) -> None:
    write(history, "zones/good/new.example.zone", ODD)
    assert check("--changed-since", "main").places == ["zones/good/new.example.zone:3 unequal-ttls"]
    write(history, "zones/good/tenant.toml", TENANT + '[zones."good.example"]\nignore = ["@ A"]\n')
    assert "zones/good/good.example.zone:2 ignored-record" in check("--changed-since", "main").places
    assert not any("bad" in place for place in check("--changed-since", "main").places)


def test_what_was_wrong_with_a_tenant_before_is_not_reported(history: Path, check: Any) -> None:
    write(history, "zones/good/tenant.toml", TENANT.partition("[[")[0])
    assert check("--changed-since", "main").places == ["zones/good/tenant.toml no-liaison"]
    git(history, "commit", "-qam", "three")
    assert check("--changed-since", "HEAD").places == []
    assert check("--changed-since", "main").places == ["zones/good/tenant.toml no-liaison"]


def test_a_deleted_file_is_no_trouble(history: Path, check: Any) -> None:
    (history / "zones/bad/bad.example.zone").unlink()
    assert check("--changed-since", "main").places == []


@pytest.mark.parametrize("revision", ["nonesuch", "--output=/tmp/x", "", "main..work", "HEAD:zones"])
def test_an_unknown_revision_cannot_be_done(history: Path, check: Any, revision: str) -> None:
    said = check(f"--changed-since={revision}")
    assert (said.code, said.out) == (1, "")
    assert "no revision of this repository" in said.err


def test_files_outside_zones_count_by_their_own_changes(history: Path, check: Any) -> None:
    write(history, "export/a.example.zone", ODD)
    assert check("--changed-since", "main", "export").places == ["export/a.example.zone:3 unequal-ttls"]
    git(history, "add", ".")
    git(history, "commit", "-qm", "export")
    assert check("--changed-since", "HEAD", "export").places == []
    elsewhere = write(history.parent, "b.example.zone", ODD)
    assert check("--changed-since", "HEAD", str(elsewhere)).places == [f"{elsewhere}:3 unequal-ttls"]


def test_without_git_changes_cannot_be_known(
    history: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(history))
    said = check("--changed-since", "main")
    assert said.code == 1
    assert "git is not installed" in said.err


def test_changes_are_known_in_a_folder_of_a_larger_repository(
    tmp_path: Path, repository: Path, check: Any
) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    write(repository, "zones/bad/odd.example.zone", ODD + "; edited\n")
    assert check("--changed-since", "main").places == ALL[2:]


def test_histories_without_a_common_commit_are_said(history: Path, check: Any) -> None:
    git(history, "checkout", "-q", "--orphan", "other")
    git(history, "commit", "-qm", "alone")
    said = check("--changed-since", "main")
    assert said.code == 1
    assert "no common history" in said.err


# Cost


def test_check_imports_neither_aws_nor_acme_nor_the_sandbox(repository: Path) -> None:
    program = (
        "import sys\nfrom psfdns.cli.main import run\ncode = run(['check'])\n"
        "heavy = {'boto3', 'botocore', 'moto', 'acme', 'rich', 'tomlkit'} & set(sys.modules)\n"
        "sys.exit(f'{heavy}' if heavy else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "3 zones checked: 2 errors, 1 warning" in done.stderr


def test_a_file_of_nothing_but_faults_has_few_findings_in_short_time(repository: Path, check: Any) -> None:
    write(repository, "zones/good/good.example.zone", "www A 192.0.2.999\n" * 300_000)
    started = time.process_time()
    document = json.loads(check("--json", "zones/good").out)
    assert 0 < document["summary"]["error"] <= 1100
    assert time.process_time() - started < 10
