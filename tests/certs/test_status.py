"""What is said of a certificate as it stands: here, of the copy that a host has of a store elsewhere."""

from __future__ import annotations

import pytest

from psfdns.certs.pem import read_certificate
from psfdns.certs.status import Copy, Standing, judge_standing
from psfdns.certs.stored import StoredCertificate
from tests.certs.certificates import day
from tests.certs.issuing import issue
from tests.certs.wanted import parse_one

NAME = "a.example"


def stored(serial: int) -> StoredCertificate:
    return read_certificate(issue((NAME,), serial=serial).certificate, name=NAME)


OLD, NEW = stored(1), stored(2)
WANTED = parse_one('names = ["a.example"]')


@pytest.mark.parametrize(
    ("copy", "days", "told"),
    [
        pytest.param(None, 2, None, id="a machine without a copy"),
        pytest.param(Copy(NEW), 2, None, id="the one that counts"),
        pytest.param(Copy(OLD), 0.9, "info", id="another one, on the day of the renewal"),
        pytest.param(Copy(OLD), 1, "warning", id="another one, a day later"),
        pytest.param(Copy(None, "no permission"), 2, "info", id="one that cannot be read"),
    ],
)
def test_a_copy_of_another_set_is_told_of(copy: Copy | None, days: float, told: str | None) -> None:
    found = [
        (each.code, each.severity.value)
        for each in judge_standing(Standing(WANTED, NEW, copy=copy), now=day(days))
    ]
    assert found == ([] if told is None else [("copy-outdated", told)])


def test_why_a_copy_cannot_be_read_is_said() -> None:
    standing = Standing(WANTED, NEW, copy=Copy(None, "x/cert.pem: no permission"))
    (found,) = judge_standing(standing, now=day(2))
    assert "x/cert.pem: no permission" in found.summary
    assert found.hint is not None


def test_without_a_set_that_counts_a_copy_is_not_judged() -> None:
    (found,) = judge_standing(Standing(WANTED, None, copy=Copy(OLD)), now=day(2))
    assert found.code == "certificate-missing"


@pytest.mark.parametrize(("there", "lacks"), [("*.example", ()), ("b.example", ("a.example",))])
def test_a_name_that_a_wildcard_serves_is_not_lacking(there: str, lacks: tuple[str, ...]) -> None:
    current = read_certificate(issue((there,)).certificate, name=NAME)
    assert Standing(WANTED, current).lacks == lacks
    assert any(
        each.code == "certificate-lacks-name"
        for each in judge_standing(Standing(WANTED, current), now=day(2))
    ) is bool(lacks)
