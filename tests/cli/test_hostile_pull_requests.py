"""A hostile pull request for each way in: refused at the right file, within bounds, and nothing leaks.

The base revision stands in git; the pull request's files are data in a clone of their own, checked with the
configuration of the base (`--config`) on behalf of the tenant who sent it.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.checks import git
from tests.tenants.test_change import BASE, SNAKES, tenant

LEAK = "what-nobody-should-see-4711"
OWN = "zones/french/fr.snakes.example.zone"
HEAD = "$TTL 300\n@ A 192.0.2.1\n"


class PullRequest:
    """A clone in which the tenant `french` commits what it likes."""

    def __init__(self, root: Path) -> None:
        self.base = root / "base"
        self.head = root / "head"
        for path, text in BASE.items():
            place = self.base / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        (root / "secret").write_text(f"{LEAK} {LEAK}\n")
        git(self.base, "init", "-q", "-b", "main")
        git(self.base, "add", ".")
        git(self.base, "commit", "-qm", "base")
        subprocess.run(["git", "clone", "-q", self.base, self.head], check=True, capture_output=True)

    def write(self, path: str, data: str | bytes) -> None:
        place = self.head / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data.encode() if isinstance(data, str) else data)

    def check(self, *words: str, actor: str = "vipere") -> subprocess.CompletedProcess[str]:
        """As the workflow runs it, in a process whose memory is measured."""
        git(self.head, "add", "-A")
        git(self.head, "commit", "-q", "--allow-empty", "-m", "please")
        program = "import sys; from psfdns.cli.main import run; sys.exit(run(sys.argv[1:]))"
        options = ("--config", str(self.base / "psfdns.toml"), "--root", str(self.head))
        return subprocess.run(
            [
                *(sys.executable, "-c", program, "check", *options),
                *("--changed-since", "origin/main", "--actor", actor, *words),
            ],
            cwd=self.base,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            preexec_fn=limit_memory,
        )


def limit_memory() -> None:
    """500 MB of heap, as a hostile file may cost at most."""
    resource.setrlimit(resource.RLIMIT_DATA, (500 << 20, 500 << 20))


@pytest.fixture
def pull_request_of_french(tmp_path: Path) -> PullRequest:
    return PullRequest(tmp_path)


def link(path: str, to: str) -> Callable[[PullRequest], None]:
    def make(request: PullRequest) -> None:
        place = request.head / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(to)

    return make


def file(path: str, data: str | bytes) -> Callable[[PullRequest], None]:
    return lambda request: request.write(path, data)


def rename(old: str, new: str) -> Callable[[PullRequest], None]:
    def move(request: PullRequest) -> None:
        (request.head / new).parent.mkdir(parents=True, exist_ok=True)
        (request.head / old).rename(request.head / new)

    return move


def nested_includes(request: PullRequest) -> None:
    request.write(OWN, HEAD + "$INCLUDE 0.inc\n")
    for number in range(12):
        request.write(f"zones/french/{number}.inc", f"$INCLUDE {number + 1}.inc\n" * 50)


def recursive_include(request: PullRequest) -> None:
    request.write(OWN, HEAD + "$INCLUDE a.inc\n")
    request.write("zones/french/a.inc", "$INCLUDE a.inc\n" * 100)


def include_of_a_link(request: PullRequest) -> None:
    link("zones/french/x.inc", "../../../secret")(request)
    request.write(OWN, HEAD + "$INCLUDE x.inc\n")


def everything_ignored(request: PullRequest) -> None:
    request.write(".gitignore", "*")
    git(request.head, "add", "-f", ".gitignore")


def submodule(path: str) -> Callable[[PullRequest], None]:
    def make(request: PullRequest) -> None:
        place = request.head / path
        place.mkdir(parents=True)
        git(place, "init", "-q")
        git(place, "commit", "-q", "--allow-empty", "-m", "elsewhere")

    return make


HOSTILE: dict[str, tuple[Callable[[PullRequest], None], str, str]] = {
    "another tenant's zone": (
        file("zones/snakes/snakes.example.zone", HEAD + "www A 192.0.2.66\n"),
        "zones/snakes/snakes.example.zone",
        "other-tenants-file",
    ),
    "another tenant's zone, moved": (
        rename("zones/snakes/snakes.example.zone", "zones/french/snakes.example.zone"),
        "zones/french/snakes.example.zone",
        "zone-moved",
    ),
    "another tenant's zone, removed": (
        lambda request: (request.head / "zones/snakes/snakes.example.zone").unlink(),
        "zones/snakes/snakes.example.zone",
        "other-tenants-file",
    ),
    "oneself as another's liaison": (
        file("zones/snakes/tenant.toml", SNAKES.replace('"asp"', '"vipere"')),
        "zones/snakes/tenant.toml",
        "other-tenants-file",
    ),
    "a zone of another tenant": (
        file("zones/french/python.example.zone", HEAD),
        "zones/french/python.example.zone",
        "zone-moved",
    ),
    "a zone that contains another's": (
        file("zones/french/example.zone", HEAD),
        "zones/french/example.zone",
        "zone-above",
    ),
    "a zone inside another's": (
        file("zones/french/www.python.example.zone", HEAD),
        "zones/french/www.python.example.zone",
        "zone-inside",
    ),
    "a tenant that looks like another": (
        file("zones/snake5/tenant.toml", tenant("snake5", "vipere")),
        "zones/snake5/tenant.toml",
        "looks-like-another",
    ),
    "a tenant that differs in case": (
        file("zones/Snakes/tenant.toml", tenant("Snakes", "vipere")),
        "zones/Snakes",
        "bad-tenant-name",
    ),
    "a zone that differs in case": (
        file("zones/french/Python.example.zone", HEAD),
        "zones/french/Python.example.zone",
        "bad-zone-name",
    ),
    "an include of a system file": (file(OWN, HEAD + "$INCLUDE /etc/passwd\n"), OWN, "include-refused"),
    "an include out of the folder": (
        file(OWN, HEAD + "$INCLUDE ../../../secret\n"),
        OWN,
        "include-refused",
    ),
    "an include of another's file": (
        file(OWN, HEAD + "$INCLUDE ../snakes/tenant.toml\n"),
        OWN,
        "include-refused",
    ),
    "an include of a link": (
        include_of_a_link,
        OWN,
        "include-refused",
    ),
    "a zone file that is a link": (link(OWN, "../../../secret"), OWN, "bad-file"),
    "a folder that is a link": (link("zones/lua", "../../.."), "zones/lua", "bad-file"),
    "a tenant.toml that is a link": (
        link("zones/french/tenant.toml", "../../../secret"),
        "zones/french/tenant.toml",
        "bad-file",
    ),
    "a generate bomb": (
        file(OWN, HEAD + "$GENERATE 1-4000000000 a$ A 192.0.2.1\n"),
        OWN,
        "bad-generate",
    ),
    "many generate bombs": (
        file(OWN, HEAD + "$GENERATE 1-65536 a$ A 192.0.2.1\n" * 50),
        OWN,
        "too-many-records",
    ),
    "nested includes": (nested_includes, "zones/french/7.inc", "include-refused"),
    "an include of itself": (recursive_include, "zones/french/a.inc", "include-refused"),
    "50 MB": (file(OWN, b"x A 192.0.2.1\n" * (50_000_000 // 14)), OWN, "zone-too-large"),
    "50 MB in one line": (file(OWN, HEAD.encode() + b"x" * 50_000_000), OWN, "zone-too-large"),
    "50 MB of tenant.toml": (
        file("zones/french/tenant.toml", b"# x\n" * 12_500_000),
        "zones/french/tenant.toml",
        "bad-toml",
    ),
    "16 MB of parentheses": (file(OWN, HEAD.encode() + b"(" * 16_000_000), OWN, ""),
    "deep TOML": (
        file("zones/french/tenant.toml", "x = " + "[" * 50_000),
        "zones/french/tenant.toml",
        "bad-toml",
    ),
    "control characters": (file(OWN, HEAD + "a\x1b]0;x\x07 A 192.0.2.1\n"), OWN, ""),
    "a pinned zone": (
        file(
            "zones/french/tenant.toml",
            BASE["zones/french/tenant.toml"] + '[zones."fr.snakes.example"]\nid = "Z1"\n',
        ),
        "zones/french/tenant.toml",
        "staff-setting",
    ),
    "the configuration": (file("psfdns.toml", '[state]\ndir = "/tmp"\n'), "psfdns.toml", "staff-file"),
    "a workflow": (file(".github/workflows/x.yml", "on: push"), ".github/workflows/x.yml", "staff-file"),
    "the program": (file("src/psfdns/__init__.py", "import os"), "src/psfdns/__init__.py", "staff-file"),
    "another's certificates": (file("certs/snakes.toml", ""), "certs/snakes.toml", "other-tenants-file"),
    "a file hidden by .gitignore": (
        everything_ignored,
        ".gitignore",
        "staff-file",
    ),
    "what hides its change from the review": (
        file("zones/french/.gitattributes", "*.zone -diff linguist-generated\n"),
        "zones/french/.gitattributes",
        "staff-file",
    ),
    "a submodule": (submodule("zones/french/more"), "zones/french/more", "bad-file"),
    "oneself as the staff, in a new tenant": (
        file("zones/lua/tenant.toml", tenant("lua", "vipere", kind="psf")),
        "zones/lua/tenant.toml",
        "staff-setting",
    ),
    "CODEOWNERS": (file(".github/CODEOWNERS", "* @vipere\n"), ".github/CODEOWNERS", "staff-file"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_it_is_refused_at_its_file_and_nothing_leaks(case: str, pull_request_of_french: PullRequest) -> None:
    make, path, code = HOSTILE[case]
    make(pull_request_of_french)
    said = pull_request_of_french.check("--json")
    assert said.returncode == 1, said.stderr
    document: dict[str, Any] = json.loads(said.stdout)
    errors = {(each["path"], each["code"]) for each in document["findings"] if each["severity"] == "error"}
    assert any(at == path and (kind == code or not code) for at, kind in errors), errors
    assert LEAK not in said.stdout + said.stderr
    assert "root:" not in said.stdout
    assert "Traceback" not in said.stderr


NASTY = "::error file=psfdns.toml::forged%0A\r::set-output name=x::y\x1b[2J\u202e\u2028"


def test_no_annotation_can_be_forged_from_a_file_or_its_name(pull_request_of_french: PullRequest) -> None:
    text = NASTY.replace("\r", "\\013")
    pull_request_of_french.write(
        OWN, HEAD + f'x TXT "{text}" "v=spf1"\n{text} A 192.0.2.1\nwww CNAME {text}\n'
    )
    pull_request_of_french.write("zones/french/\n::error::forged.zone", HEAD)
    pull_request_of_french.write("zones/french/a%0A::error::b.zone", HEAD)
    said = pull_request_of_french.check("--format", "github")
    assert said.returncode == 1
    lines = said.stdout.splitlines()
    assert lines
    assert all(re.match("::(error|warning|notice) file=zones/french/", line) for line in lines)
    assert not any(character in said.stdout + said.stderr for character in "\x1b\r\u202e\u2028")


def test_an_old_error_in_the_zone_is_no_cover(pull_request_of_french: PullRequest) -> None:
    """Nothing of it goes out yet, but with whatever change mends the error; that one is no capture then."""
    request, above = pull_request_of_french, "zones/snakes/snakes.example.zone"
    delegation = "fr NS ns1.example.net.\nfr NS ns2.example.com.\n"
    (request.base / above).write_text(HEAD + "x A oops\n" + delegation)
    git(request.base, "commit", "-qam", "an error, and a delegation that was approved")
    git(request.head, "pull", "-q")
    request.write(above, HEAD + "x A oops\n" + delegation.replace("ns2", "evil"))
    said = request.check(actor="asp")
    assert (said.returncode, said.stdout.count("[captures-zone]")) == (1, 1)
    request.write(above, HEAD + "x A 192.0.2.3\n" + delegation)
    assert request.check(actor="asp").returncode == 0


def test_what_others_have_to_know_is_not_buried_under_what_is_odd(
    pull_request_of_french: PullRequest,
) -> None:
    """GitHub shows the first ten warnings of a step."""
    odd = "".join(f"a{number} A 192.0.2.1\na{number} 60 A 192.0.2.2\n" for number in range(12))
    pull_request_of_french.write(OWN, HEAD + odd)
    liaison = BASE["zones/french/tenant.toml"].replace('"vipere"', '"stranger"')
    pull_request_of_french.write("zones/french/tenant.toml", liaison)
    said = pull_request_of_french.check("--format", "github")
    warnings = [line for line in said.stdout.splitlines() if line.startswith("::warning ")]
    assert len(warnings) > 10
    assert "title=liaison-changed" in warnings[0]


def test_an_honest_pull_request_passes(pull_request_of_french: PullRequest) -> None:
    pull_request_of_french.write(OWN, HEAD + "www A 192.0.2.2\n")
    said = pull_request_of_french.check()
    assert (said.returncode, said.stdout) == (0, "")


def test_the_pull_requests_own_word_of_who_acts_for_whom_does_not_count(
    pull_request_of_french: PullRequest,
) -> None:
    pull_request_of_french.write("zones/snakes/tenant.toml", SNAKES.replace('"asp"', '"stranger"'))
    pull_request_of_french.write("zones/snakes/snakes.example.zone", HEAD)
    said = pull_request_of_french.check(actor="stranger")
    assert said.returncode == 1
    assert "[other-tenants-file]" in said.stdout


def test_git_runs_nothing_that_a_pull_request_names(
    pull_request_of_french: PullRequest, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    pull_request_of_french.write(".gitattributes", "*.zone diff=evil filter=evil\n")
    pull_request_of_french.write(
        ".gitmodules", f'[submodule "x"]\n\tpath = x\n\turl = ext::touch% {trap}\n\tignore = all\n'
    )
    pull_request_of_french.write(OWN, HEAD + "; x\n")
    assert pull_request_of_french.check().returncode == 1
    assert not trap.exists()
    assert {place.name for place in tmp_path.iterdir()} == {"base", "head", "secret"}


def test_rights_that_were_lost_since_the_branch_began_are_lost(pull_request_of_french: PullRequest) -> None:
    request = pull_request_of_french
    base = request.base
    request.write(OWN, HEAD + "www A 192.0.2.2\n")
    assert request.check().returncode == 0

    (base / "zones/french/tenant.toml").write_text(tenant("french", "successor"))
    git(base, "commit", "-qam", "another liaison")
    git(request.head, "fetch", "-q")
    said = request.check()
    assert (said.returncode, "[other-tenants-file]" in said.stdout) == (1, True)
    assert request.check(actor="successor").returncode == 0

    (base / OWN).rename(base / "zones/snakes/fr.snakes.example.zone")
    git(base, "add", "-A")
    git(base, "commit", "-qm", "the zone has gone to another tenant")
    git(request.head, "fetch", "-q")
    said = request.check(actor="successor")
    assert (said.returncode, "[zone-moved]" in said.stdout) == (1, True)


def test_what_came_to_the_base_meanwhile_is_nobodys_change(pull_request_of_french: PullRequest) -> None:
    request = pull_request_of_french
    text = BASE["zones/snakes/tenant.toml"].replace('"asp"', '"boa"')
    (request.base / "zones/snakes/tenant.toml").write_text(text)
    (request.base / "zones/snakes/new.example.zone").write_text(HEAD)
    git(request.base, "add", "-A")
    git(request.base, "commit", "-qm", "meanwhile")
    git(request.head, "fetch", "-q")
    request.write(OWN, HEAD + "www A 192.0.2.2\n")
    said = request.check()
    assert (said.returncode, said.stdout) == (0, "")


def test_a_history_of_which_the_merge_base_can_be_chosen_is_refused(
    pull_request_of_french: PullRequest,
) -> None:
    """Two requests undid in the end what they did on the way; what they did comes back by a third."""
    request, theirs = pull_request_of_french, "zones/snakes/snakes.example.zone"
    base, honest, hostile = request.base, HEAD, HEAD + "www A 192.0.2.66\n"
    for branch, start in (("first", "main"), ("second", "first~1")):
        git(base, "checkout", "-q", "-b", branch, start)
        (base / theirs).write_text(hostile)
        (base / OWN).write_text(HEAD + f"; {branch}\n")
        git(base, "commit", "-qam", "done")
        (base / theirs).write_text(honest)
        git(base, "commit", "-qam", "undone")
    git(base, "checkout", "-q", "main")
    (base / theirs).write_text(honest)
    git(base, "commit", "-q", "--allow-empty", "-am", "main goes on")
    for branch in ("first", "second"):
        git(base, "merge", "-q", "--no-ff", "-X", "theirs", branch, "-m", "merged")
    git(request.head, "fetch", "-q")
    git(request.head, "reset", "-q", "--hard", "origin/second~1")
    git(request.head, "merge", "-q", "-s", "ours", "origin/first", "-m", "crosswise")

    said = request.check()
    assert said.returncode == 1
    assert "'origin/main' and HEAD parted at 2 commits" in said.stderr
    assert "merge origin/main into the branch" in said.stderr

    git(base, "fetch", "-q", str(request.head), "HEAD")
    git(base, "merge", "-q", "--no-ff", "FETCH_HEAD", "-m", "what would have come of it")
    assert (base / theirs).read_text() == hostile
