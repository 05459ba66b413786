"""`psfdns check --baseline`: only what is new is said; the file is written whole, and never elsewhere."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.main import run
from tests.cli.checks import git

TENANT = 'name = "T"\nkind = "psf"\napproved = "yes"\n[[liaison]]\nname = "L"\nemail = "l@t.example"\n'
HEAD = "$TTL 300\n"
BAD = HEAD + "www A 192.0.2.1\nwww CNAME x.example.net.\n"
ODD = HEAD + "www A 192.0.2.1\nwww 60 A 192.0.2.2\n"
BAD_ZONE = "zones/bad/bad.example.zone"
ODD_ZONE = "zones/odd/odd.example.zone"


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tenants: a zone with an error, and one with a warning."""
    root = tmp_path / "repository"
    for name, text in (("psfdns.toml", ""), (BAD_ZONE, BAD), (ODD_ZONE, ODD)):
        write(root, name, text)
    for tenant in ("bad", "odd"):
        write(root, f"zones/{tenant}/tenant.toml", TENANT)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `psfdns check --baseline old.json` with these words: (exit code, stdout, stderr)."""

    def run_check(*words: str, file: str = "old.json") -> tuple[int, str, str]:
        code = run(["check", "--baseline", file, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_check


@pytest.fixture
def old(repository: Path, check: Any) -> Path:
    """The baseline of the repository as it is."""
    assert check("--write-baseline")[:2] == (0, "")
    return repository / "old.json"


def entries(file: Path) -> list[tuple[str, str, int]]:
    findings = json.loads(file.read_text())["findings"]
    return [(each["path"], each["code"], each["count"]) for each in findings]


def test_what_is_old_is_left_out_and_counted(old: Path, check: Any) -> None:
    assert entries(old) == [(BAD_ZONE, "cname-and-other-data", 1), (ODD_ZONE, "unequal-ttls", 1)]
    code, out, err = check("--fail-on", "info")
    assert (code, out) == (0, "")
    assert err == "2 zones checked: no findings\n2 findings of old.json left out\n"


def test_a_new_finding_stands_alone_and_decides(old: Path, check: Any) -> None:
    write(old.parent, ODD_ZONE, "; moved\n" + ODD + "www 90 A 192.0.2.3\n")
    code, out, err = check()
    assert code == 0
    assert out.startswith(f"{ODD_ZONE}:5: warning: ")
    assert len([line for line in out.splitlines() if not line.startswith("hint")]) == 1
    assert "2 zones checked: 1 warning\n" in err
    assert check("--fail-on", "warning")[0] == 1
    write(old.parent, BAD_ZONE, BAD + "www CNAME y.example.net.\n")
    code, out, err = check()
    assert (code, out.count("several-cname"), out.count("cname-and-other-data")) == (1, 1, 0)


def test_a_second_fault_of_the_same_words_is_new(old: Path, check: Any) -> None:
    write(old.parent, BAD_ZONE, HEAD + "a A 192.0.2.256\n")
    check("--write-baseline")
    write(old.parent, BAD_ZONE, HEAD + "a A 192.0.2.256\nb A 192.0.2.256\n")
    code, out, _ = check()
    assert (code, out.count("bad-rdata")) == (1, 1)


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_every_form_shows_only_what_is_new(old: Path, check: Any, form: str) -> None:
    assert "unequal-ttls" not in check("--format", form)[1]
    write(old.parent, ODD_ZONE, HEAD + "www A 192.0.2.1\n@ MX 10 192.0.2.1\n")
    out = check("--format", form)[1]
    assert "address-as-name" in out
    assert "cname-and-other-data" not in out


def test_the_document_counts_what_is_old_and_what_is_gone(old: Path, check: Any) -> None:
    write(old.parent, ODD_ZONE, HEAD + "www A 192.0.2.1\n")
    document = json.loads(check("--json")[1])
    assert (document["findings"], document["baseline"]) == ([], {"old": 1, "gone": 1})


def test_what_is_gone_is_said_and_goes_when_written_anew(old: Path, check: Any) -> None:
    write(old.parent, ODD_ZONE, HEAD + "www A 192.0.2.1\n")
    assert check()[2].splitlines()[1:] == [
        "1 finding of old.json left out",
        "1 finding of old.json gone: write it anew with --write-baseline",
    ]
    assert "1 finding gone from it" in check("--write-baseline")[2]
    assert entries(old) == [(BAD_ZONE, "cname-and-other-data", 1)]
    (old.parent / BAD_ZONE).unlink()
    assert "gone" in check()[2]
    assert "gone" not in check("zones/odd")[2]


@pytest.mark.parametrize("words", [["zones/odd"], [ODD_ZONE], ["zones/odd/tenant.toml"]])
def test_with_a_path_nothing_is_claimed_of_the_rest(old: Path, check: Any, words: list[str]) -> None:
    assert "gone" not in check(*words)[2]
    write(old.parent, ODD_ZONE, HEAD + "www A 192.0.2.1\n")
    write(old.parent, BAD_ZONE, HEAD + "www A 192.0.2.1\n")
    assert "1 finding of old.json gone" in check(*words)[2]
    assert "2 findings of old.json gone" in check()[2]


@pytest.mark.parametrize("words", [["zones/odd"], [ODD_ZONE]])
def test_writing_over_a_part_keeps_the_rest(old: Path, check: Any, words: list[str]) -> None:
    write(old.parent, BAD_ZONE, HEAD + "www A 192.0.2.1\n")
    write(old.parent, ODD_ZONE, HEAD + "@ MX 10 192.0.2.1\n")
    assert check("--write-baseline", *words)[0] == 0
    assert [code for _, code, _ in entries(old)] == ["cname-and-other-data", "address-as-name"]


def test_what_an_included_file_holds_is_claimed_with_its_tenant_only(old: Path, check: Any) -> None:
    root = old.parent
    write(root, "zones/odd/hosts.inc", "h A 192.0.2.1\nh A 192.0.2.1\n")
    write(root, ODD_ZONE, HEAD + "$INCLUDE hosts.inc\n")
    write(root, "zones/odd/two.example.zone", HEAD + "@ TXT x\n$INCLUDE hosts.inc\n")
    check("--write-baseline")
    assert entries(old).count(("zones/odd/hosts.inc", "duplicate-record", 1)) == 2
    assert "gone" not in check(ODD_ZONE)[2]
    write(root, ODD_ZONE, HEAD + "@ TXT x\n")
    assert "gone" not in check(ODD_ZONE)[2]
    assert "1 finding of old.json gone" in check("zones/odd")[2]


def test_a_change_says_what_is_new_and_claims_nothing_of_the_rest(old: Path, check: Any) -> None:
    root = old.parent
    before = old.read_text()
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    assert check("--changed-since", "main")[2] == "0 zones checked: no findings\n"
    write(root, ODD_ZONE, HEAD + "www A 192.0.2.1\n@ MX 10 192.0.2.1\n")
    code, out, err = check("--changed-since", "main")
    assert (code, out.count("address-as-name"), err.count("gone")) == (0, 1, 0)
    assert check("--changed-since", "main", "--write-baseline")[0] == 64
    assert old.read_text() == before


def test_a_file_outside_has_its_entries_too(repository: Path, check: Any) -> None:
    write(repository, "export/a.example.zone", ODD)
    assert check("--write-baseline", "export", "zones/bad")[0] == 0
    assert [path for path, _, _ in entries(repository / "old.json")] == ["export/a.example.zone", BAD_ZONE]
    assert check("export", "--fail-on", "info")[:2] == (0, "")
    assert "gone" not in check()[2]
    write(repository, "export/a.example.zone", HEAD + "@ TXT x\n")
    assert "1 finding of old.json gone" in check("export/a.example.zone")[2]


def test_faults_of_the_configuration_are_never_old(old: Path, check: Any) -> None:
    before = old.read_text()
    write(old.parent, "psfdns.toml", "default_tll = 1\n")
    code, out, err = check("--write-baseline")
    assert code == 1
    assert "bad-config" in out
    assert "old.json is not written" in err
    assert old.read_text() == before
    (finding,) = json.loads(check("--json")[1])["findings"]
    known = {key: finding[key] for key in ("path", "code", "severity", "summary")}
    old.write_text(json.dumps({"format": "psfdns-baseline/1", "findings": [{**known, "count": 1}]}))
    assert check()[0] == 1


def test_the_same_findings_make_the_same_file(old: Path, check: Any) -> None:
    before = old.read_bytes()
    assert check("--write-baseline", "zones/odd", "zones/bad")[0] == 0
    assert old.read_bytes() == before
    assert list(old.parent.glob(".old.json*")) == []


def test_an_empty_baseline_is_one(repository: Path, check: Any) -> None:
    write(repository, BAD_ZONE, HEAD + "www A 192.0.2.1\n")
    check("--write-baseline", BAD_ZONE)
    assert entries(repository / "old.json") == []
    assert check(BAD_ZONE)[:2] == (0, "")


# What is refused


def test_writing_needs_a_file_to_write(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--write-baseline"]) == 64
    assert "--write-baseline needs --baseline FILE" in capsys.readouterr().err


def test_writing_is_said_each_time_and_never_by_the_environment(
    old: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSFDNS_WRITE_BASELINE", "1")
    write(old.parent, ODD_ZONE, HEAD + "@ MX 10 192.0.2.1\n")
    assert "address-as-name" in check()[1]


def test_a_missing_baseline_is_one_error(repository: Path, check: Any) -> None:
    assert check() == (
        1,
        "",
        (
            "error: --baseline old.json: cannot be read: No such file or directory\n"
            "hint: write it first: psfdns check --baseline old.json --write-baseline\n"
        ),
    )


@pytest.mark.parametrize("words", [[], ["--write-baseline"]])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<<<<<<< HEAD\n", "is damaged"),
        ('{"format": "psfdns-plan/1"}', "is no baseline"),
        ('{"format": "psfdns-baseline/2"}', "was written by a newer psfdns"),
    ],
)
def test_what_is_no_baseline_is_neither_used_nor_overwritten(
    repository: Path, check: Any, text: str, said: str, words: list[str]
) -> None:
    file = write(repository, "old.json", text)
    code, out, err = check(*words)
    assert (code, out) == (1, "")
    assert err.startswith(f"error: --baseline old.json: {said}")
    assert err.count("error:") == 1
    assert file.read_text() == text


def test_an_endless_file_is_read_to_its_bound(repository: Path, check: Any) -> None:
    code, _, err = check(file="/dev/zero")
    assert code == 1
    assert "more than 16 MiB" in err


def test_a_pipe_serves_to_read_from(old: Path, check: Any) -> None:
    pipe = old.parent / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(old.read_bytes(),))
    writer.start()
    assert check(file="pipe")[:2] == (0, "")
    writer.join()


@pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "missing folder", "link on the way"])
def test_a_baseline_is_written_to_a_plain_file_of_the_repository_only(
    repository: Path, check: Any, kind: str
) -> None:
    outside = repository.parent / "outside"
    outside.mkdir()
    target = write(outside, "old.json", '{"format": "psfdns-baseline/1", "findings": []}')
    file = "old.json"
    if kind == "link":
        (repository / file).symlink_to(target)
    elif kind == "dangling link":
        target.unlink()
        (repository / file).symlink_to(target)
    elif kind == "folder":
        (repository / file).mkdir()
    elif kind == "missing folder":
        file = "nowhere/old.json"
    else:
        (repository / "ci").symlink_to(outside)
        file = "ci/new.json"
    before = sorted(outside.iterdir()), [path.read_text() for path in outside.iterdir()]
    code, out, err = check("--write-baseline", file=file)
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert (sorted(outside.iterdir()), [path.read_text() for path in outside.iterdir()]) == before


def test_more_than_a_baseline_holds_is_not_written(
    repository: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psfdns.cli.check.baselines.MAX_ENTRIES", 1)
    code, _, err = check("--write-baseline")
    assert code == 1
    assert "2 findings are more than a baseline holds" in err
    assert not (repository / "old.json").exists()


def test_names_of_files_are_escaped_where_they_are_said(repository: Path, check: Any) -> None:
    file = "old\x1b[31m.json"
    _, _, err = check("--write-baseline", file=file)
    assert "\x1b" not in err
    assert "old\\x1b[31m.json" in err
    assert "\x1b" not in check(file="none\x1b")[2]
