"""Adoption: one table of tenant.toml changes, every other byte stays."""

from __future__ import annotations

import datetime
import tomllib
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from psfdns.errors import PsfdnsError
from psfdns.tenants.adopt import adopt_zone

PATH = "zones/psf/tenant.toml"
TENANT = """\
# Who they are.
name   = 'PSF'   # with odd blanks

[[liaison]]
name = "Infrastructure"
"""


def adopt(text: str, stem: str = "python.org", **settings: object) -> str:
    return adopt_zone(text, stem, settings or {"id": "Z1"}, path=PATH)


def test_a_zone_without_a_table_gets_one_at_the_end() -> None:
    assert adopt(TENANT) == TENANT + '\n[zones."python.org"]\nid = "Z1"\n'


def test_a_table_that_is_there_is_filled_where_it_stands() -> None:
    before = (
        TENANT
        + '\n[zones."python.org"]  # main\nignore = ["dyn.** A"] # theirs\n\n[zones."psf.io"]\nid = "Z2"\n'
    )
    assert adopt(before) == before.replace("# theirs\n", '# theirs\nid = "Z1"\n')


def test_what_stands_there_already_is_left_alone() -> None:
    text = TENANT + "[zones]\n'python.org' = { id = 'Z1' }\n"
    assert adopt(text) == text


def test_an_inline_table_is_filled_too() -> None:
    text = adopt(TENANT + '[zones]\n"python.org" = { comment = "x" }\n')
    assert tomllib.loads(text)["zones"] == {"python.org": {"comment": "x", "id": "Z1"}}


def test_the_ends_of_lines_stay_what_they_are() -> None:
    assert adopt('name = "x"\r\n') == 'name = "x"\r\n\r\n[zones."python.org"]\r\nid = "Z1"\r\n'


def test_a_private_zone_says_its_vpcs() -> None:
    text = adopt(TENANT, "python.org@private", id="Z1", private=["us-east-1:vpc-0123"])
    assert tomllib.loads(text)["zones"] == {
        "python.org@private": {"id": "Z1", "private": ["us-east-1:vpc-0123"]}
    }


def test_another_id_is_never_written_over() -> None:
    with pytest.raises(PsfdnsError, match=r"Z0.*already"):
        adopt(TENANT + '[zones."python.org"]\nid = "Z0"\n')


@pytest.mark.parametrize("text", ["zones = {}\n", "name = \n", 'zones = "none"\n'])
def test_a_file_that_cannot_be_changed_says_so(text: str) -> None:
    with pytest.raises(PsfdnsError, match=PATH):
        adopt(text)


_stems = st.sampled_from(["python.org", "0/25.2.0.192.in-addr.arpa", r"a\032b.example", "python.org@private"])


@given(
    st.dictionaries(_stems, st.fixed_dictionaries({}, optional={"comment": st.text(max_size=5)}), max_size=3),
    _stems,
    st.booleans(),
)
def test_any_tenant_keeps_what_it_says_and_says_the_id(
    zones: dict[str, dict[str, str]], stem: str, ends_well: bool
) -> None:
    text = tomlkit.dumps({"name": "x", "zones": zones} if zones else {"name": "x"})
    after = adopt(text if ends_well else text.rstrip("\n"), stem)
    expected = {**zones, stem: {**zones.get(stem, {}), "id": "Z1"}}
    assert tomllib.loads(after) == {"name": "x", "zones": expected}


def test_switches_dates_and_tables_are_written_too() -> None:
    settings: dict[str, Any] = {
        "dnssec": True,
        "expires": datetime.date(2027, 5, 1),
        "delegated": {"fr.python.org": "afpy"},
    }
    for text in (TENANT, TENANT + '[zones."python.org"] # main\ncomment = "x" # theirs\n'):
        changed = adopt(text, **settings)
        assert changed.startswith(text.rstrip("\n"))
        said = tomllib.loads(changed)["zones"]["python.org"]
        assert {key: said[key] for key in settings} == settings
