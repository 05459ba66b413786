"""This repository's own zones: other programs read them too, and what is not a fact says so."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pytest

from tests.oracles import kzonecheck, named_checkzone

FILES = sorted((Path(__file__).parents[1] / "zones").glob("*/*.zone"))
STANDARD = [path for path in FILES if " AWS " not in path.read_text(encoding="utf-8")]
DOCUMENTATION = [
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


def test_the_names_that_matter_most_are_here() -> None:
    assert {"python.org", "pypi.org", "psf.io", "jython.org"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", STANDARD, ids=lambda path: path.stem)
def test_bind_and_knot_load_it(path: Path) -> None:
    for judge in (named_checkzone, kzonecheck):
        judged = judge(f"{path.stem}.", path)
        assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_documentation_address_is_marked_as_one_and_no_other_address_is(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        record, _, comment = line.partition(";")
        found = re.search(r"\sIN\s+(?:A|AAAA)\s+(\S+)", record)
        if found:
            address = ipaddress.ip_address(found[1])
            invented = any(address in network for network in DOCUMENTATION)
            assert invented == (comment.strip() == "documentation address"), line


def test_the_website_of_jython_is_an_alias_of_an_s3_website() -> None:
    (path,) = (path for path in FILES if path.stem == "jython.org")
    (line,) = (line for line in path.read_text(encoding="utf-8").splitlines() if " AWS " in line)

    # AWS General Reference, "Amazon S3 website endpoints", us-east-1
    assert line.split() == "www AWS ALIAS A s3-website-us-east-1.amazonaws.com. Z3AQBSTGFYJSTF false".split()
