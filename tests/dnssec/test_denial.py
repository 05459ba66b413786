"""Answers that deny, one at a time: what they lack is said by the right name."""

from __future__ import annotations

import pytest

from psfdns.dnssec.denial import read_denial
from psfdns.dnssec.signatures import Verifier
from psfdns.lookup.answer import Question
from psfdns.lookup.server import Server
from psfdns.lookup.signed import Reply
from tests.dnssec.signing import NOW, make_key

SERVER = Server("192.0.2.1")


@pytest.mark.parametrize(
    ("name", "rcode", "code"),
    [
        ("nothing.z.test.", "NXDOMAIN", "MISSING_NSEC_FOR_NXDOMAIN"),
        ("nothing.z.test.", "NOERROR", "MISSING_NSEC_FOR_NXDOMAIN"),
        ("z.test.", "NOERROR", "MISSING_NSEC_FOR_NODATA"),
    ],
)
def test_an_empty_denial_proves_nothing(name: str, rcode: str, code: str) -> None:
    reply = Reply(SERVER, Question(name, "A"), rcode, authoritative=True, dnssec=True)
    denial = read_denial(reply, "z.test.", [make_key().public], Verifier(NOW))
    assert not denial.is_sound
    assert [problem.code for problem in denial.problems] == [code]
    assert (denial.kind, denial.is_compact) == ("", False)
