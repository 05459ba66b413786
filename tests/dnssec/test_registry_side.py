"""What Gandi holds beside what parent and zone show: each disagreement, and each that nearly is one."""

from __future__ import annotations

import dns.dnssec
import dns.name
import pytest

from psfdns.diagnostics import Severity
from psfdns.dnssec.chain import Security, Trust
from psfdns.dnssec.ds import Digest, DsReading
from psfdns.dnssec.finding import gather, seen_at
from psfdns.dnssec.keys import KeyReading
from psfdns.dnssec.procedures.digests import ds_of
from psfdns.dnssec.registry_side import RegistrySide, judge_registry, soften
from psfdns.lookup.parents import NameServer
from psfdns.lookup.server import Server
from tests.dnssec.signing import Key, make_key

ZONE = "ours.test."
HERE, THERE = make_key(13, 257, 940), make_key(13, 257, 941)
ZSK = make_key(13, 256, 942)
AT = NameServer("ns.test.", Server("192.0.2.53"))


def ds(key: Key) -> str:
    return ds_of(ZONE, key.public)


def trust(*, at_parent: tuple[Key, ...], in_zone: tuple[Key, ...], heard: bool = True) -> Trust:
    claimed = tuple(
        Digest(dns.dnssec.make_ds(dns.name.from_text(ZONE), key.public, "SHA256")) for key in at_parent
    )
    keys = tuple(key.public for key in (*in_zone, ZSK))
    reading = DsReading(AT, is_heard=heard, claimed=claimed)
    return Trust(ZONE, "test.", Security.SECURE, keys, ds=(reading,), at=(KeyReading(AT, heard, keys),))


def codes(side: RegistrySide, found: Trust) -> list[str]:
    return [each.code for each in gather(seen_at(judge_registry(side, found)))]


@pytest.mark.parametrize(
    ("held", "at_parent", "in_zone", "expected"),
    [
        ((HERE,), (HERE,), (HERE,), []),
        ((), (), (), []),
        ((HERE,), (), (HERE,), ["REGISTRAR_DS_NOT_IN_PARENT"]),
        ((), (HERE,), (HERE,), ["REGISTRAR_LACKS_DS"]),
        ((HERE, THERE), (HERE, THERE), (HERE,), ["REGISTRAR_KEY_NOT_IN_ZONE"]),
        ((HERE,), (HERE,), (HERE, THERE), []),
        ((THERE,), (HERE,), (HERE, THERE), ["REGISTRAR_DS_NOT_IN_PARENT", "REGISTRAR_LACKS_DS"]),
    ],
)
def test_each_disagreement_is_said(
    held: tuple[Key, ...], at_parent: tuple[Key, ...], in_zone: tuple[Key, ...], expected: list[str]
) -> None:
    side = RegistrySide(frozenset(map(ds, held)))
    assert codes(side, trust(at_parent=at_parent, in_zone=in_zone)) == expected


def test_what_was_not_heard_is_no_disagreement() -> None:
    nobody = trust(at_parent=(), in_zone=(), heard=False)
    assert codes(RegistrySide(frozenset({ds(HERE)})), nobody) == []
    assert codes(RegistrySide(why="GANDI_PAT is not set"), nobody) == ["REGISTRAR_UNKNOWN"]
    assert codes(RegistrySide(), nobody) == [], "nobody has to be asked"


def test_what_a_procedure_explains_is_no_fault_while_it_is_under_way() -> None:
    found = gather(
        seen_at(judge_registry(RegistrySide(frozenset({ds(HERE)})), trust(at_parent=(), in_zone=(HERE,))))
    )
    idle, busy = RegistrySide(), RegistrySide(procedure="enable is under way")
    assert [each.severity for each in soften(found, idle)] == [Severity.WARNING]
    assert [each.severity for each in soften(found, busy)] == [Severity.INFO]
    (hint,) = [each.hint for each in soften(found, busy)]
    assert hint is not None
    assert hint.startswith("change nothing by hand but what the procedure asks for"), (
        "a DS that is set too early takes the zone off the net"
    )
