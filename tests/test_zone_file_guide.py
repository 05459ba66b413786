"""docs/zone-files.md is true: its example is read without a finding, and its tables name what there is."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from psfdns.records import HOSTED_TYPES
from psfdns.routing import AWS_KEYS, POLICIES, Routing
from psfdns.zonefile.parse import parse_zone

GUIDE = (Path(__file__).parents[1] / "docs" / "zone-files.md").read_text(encoding="utf-8")


def test_the_example_is_read_without_a_finding() -> None:
    (example,) = re.findall(r"^```zone\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)

    parsed = parse_zone(example.encode(), origin="example.org.", path="example.org.zone")

    assert parsed.findings == ()
    assert len(parsed.zone.rrsets) == 23
    assert {name for name, _, _ in parsed.zone.rrsets} >= {
        "xn--caf-note-d1a.example.org.",
        "host-10.example.org.",
    }


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.policy)
def test_every_policy_stands_in_the_table_with_its_keys(policy: type[Routing]) -> None:
    (row,) = re.findall(rf'^\| `"{policy.policy.upper()}"` \|.*$', GUIDE, re.MULTILINE)

    assert all(f"`{AWS_KEYS[field.name]}=`" in row for field in fields(policy))


def test_every_type_is_named() -> None:
    assert f"| {' '.join(sorted(HOSTED_TYPES))} |" in GUIDE
