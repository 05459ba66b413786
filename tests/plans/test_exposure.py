"""What newly leads to a host where anybody may take a free name is a risk that a reviewer is shown."""

from __future__ import annotations

import pytest

from psfdns.plans.exposure import find_exposed
from tests.plans.samples import ORIGIN, plan_of

PAGES = "www.example.org. 300 CNAME psf.github.io."


def exposed(before: list[str], after: list[str]) -> list[str]:
    return [found.summary for found in find_exposed(plan_of(before, after).changes)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (PAGES, "GitHub Pages (psf.github.io.)"),
        ("@ 300 A 185.199.108.153", "GitHub Pages (185.199.108.153)"),
        ("@ 300 AAAA 2606:50c0:8000::153", "GitHub Pages (2606:50c0:8000::153)"),
        ("www 300 CNAME x.herokudns.com.", "Heroku (x.herokudns.com.)"),
        (
            "www 300 CNAME b.s3-website-us-east-1.amazonaws.com.",
            "Amazon S3 website (b.s3-website-us-east-1.amazonaws.com.)",
        ),
        ("www 300 CNAME psf.readthedocs.io.", "Read the Docs (psf.readthedocs.io.)"),
        ("www 300 HTTPS 1 dualstack.python.map.fastly.net.", "Fastly (dualstack.python.map.fastly.net.)"),
    ],
)
def test_each_way_to_a_provider_is_seen(line: str, name: str) -> None:
    owner, rest = line.split(" ", 1)
    absolute = ORIGIN if owner == "@" else owner if owner.endswith(".") else f"{owner}.{ORIGIN}"
    (summary,) = exposed([], [f"{absolute} {rest}"])
    assert summary.endswith(f" leads to {name}")


@pytest.mark.parametrize(
    "line",
    [
        "www.example.org. 300 CNAME github.io.example.net.",
        "www.example.org. 300 CNAME notgithub.io.",
        "www.example.org. 300 CNAME lb.us-east-1.elb.amazonaws.com.",
        "www.example.org. 300 A 185.199.112.1",
        'www.example.org. 300 TXT "psf.github.io."',
    ],
)
def test_what_nearly_leads_there_is_left_in_peace(line: str) -> None:
    assert exposed([], [line]) == []


def test_what_led_there_before_and_what_leads_away_are_no_news() -> None:
    other = "www.example.org. 300 CNAME other.github.io."
    assert exposed([PAGES], [PAGES.replace("300", "60")]) == []
    assert exposed([PAGES], [other]) == []
    assert exposed([PAGES], []) == []
    assert len(exposed([PAGES], ["www.example.org. 300 CNAME x.herokudns.com."])) == 1
