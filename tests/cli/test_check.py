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

from tests.cli.checks import BAD, GOOD, ODD, TENANT, write

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


def test_files_of_certificates_are_checked_where_they_are_meant(repository: Path, check: Any) -> None:
    write(repository, "certs/bad.toml", "[[[")
    assert check("zones/good").code == 0
    assert check("zones/bad").places == ALL
    for words in (("certs",), ("certs/bad.toml",)):
        assert check(*words).places == ["certs/bad.toml:1 bad-toml"]
    assert check().places == [*ALL, "certs/bad.toml:1 bad-toml"]
    assert check("certs/none.toml").code == 64


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
    monkeypatch.setattr("psfdns.cli.check.scope.MAX_FILES", 2)
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
