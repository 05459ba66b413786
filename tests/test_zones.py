"""This repository's own zones: other programs read them too, and what is not a fact says so."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pytest

from psfdns.cli.main import run
from tests.oracles import kzonecheck, named_checkzone

FILES = sorted((Path(__file__).parents[1] / "zones").glob("*/*.zone"))
STANDARD = [path for path in FILES if " AWS " not in path.read_text(encoding="utf-8")]
DOCUMENTATION = [
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
REASONS = {
    ("placeholder", "ignore=dkim-weak-key"),
    ("placeholder", "ignore=token-placeholder"),
    ("assumed", "ignore=delegation-one-server"),
}
"""What else is silenced, and the mark that says why."""
MARKS = "documentation address|documentation name|placeholder|assumed"


def test_the_names_that_matter_most_are_here() -> None:
    assert {"python.org", "pypi.org", "psf.io", "jython.org"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", STANDARD, ids=lambda path: path.stem)
def test_bind_and_knot_load_it(path: Path) -> None:
    for judge in (named_checkzone, kzonecheck):
        judged = judge(f"{path.stem}.", path)
        assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_documentation_address_is_marked_as_one_and_no_other_address_is(path: Path) -> None:
    """And the first of each record set, and no other line, silences the warning about it."""
    silenced: set[tuple[str, str]] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        record, _, comment = re.sub(r'"[^"]*"', '""', line).partition(";")
        found = re.search(r"^(\S+)\s.*\bIN\s+(A|AAAA)\s+(\S+)", record)
        remark, _, ignore = comment.strip().partition("; psfdns: ")
        if found:
            address = ipaddress.ip_address(found[3])
            invented = any(address in network for network in DOCUMENTATION)
            first = invented and (found[1], found[2]) not in silenced
            silenced.add((found[1], found[2]))
            assert invented == (remark == "documentation address"), line
            assert ignore == ("ignore=reserved-address" if first else ""), line
        elif ignore:
            assert (remark.partition(":")[0], ignore) in REASONS, line


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mark_of_what_is_not_a_fact_is_explained_at_the_head(path: Path) -> None:
    head, _, records = path.read_text(encoding="utf-8").partition("$TTL")
    remarks = re.findall(rf"^\S.*; ({MARKS})\b", records, re.MULTILINE)
    explained = re.findall(rf"^;   ({MARKS})  +\S", head, re.MULTILINE)

    assert remarks
    assert set(remarks) == set(explained)


def test_nothing_is_said_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--root", str(FILES[0].parents[2]), "check"]) == 0
    assert capsys.readouterr().out == ""


def test_the_website_of_jython_is_an_alias_of_an_s3_website() -> None:
    (path,) = (path for path in FILES if path.stem == "jython.org")
    (line,) = (line for line in path.read_text(encoding="utf-8").splitlines() if " AWS " in line)

    # AWS General Reference, "Amazon S3 website endpoints", us-east-1
    assert line.split() == "www AWS ALIAS A s3-website-us-east-1.amazonaws.com. Z3AQBSTGFYJSTF false".split()
