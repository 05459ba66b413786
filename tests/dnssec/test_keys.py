"""The keys of one server beside the DS, whatever order they come in."""

from __future__ import annotations

import dns.rrset
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from psfdns.dnssec.ds import Digest
from psfdns.dnssec.finding import Problem
from psfdns.dnssec.keys import read_keys
from psfdns.dnssec.signatures import Verifier
from psfdns.lookup.answer import Question
from psfdns.lookup.parents import NameServer
from psfdns.lookup.server import Server
from psfdns.lookup.signed import Reply, SignedSet
from tests.dnssec.signing import NOW, ds_of, make_key

ZONE = "z.test."
KEYS = [make_key(number=number).public for number in (1, 2, 3)]


def problems(*keys: DNSKEY) -> list[Problem]:
    """What is said of these keys, unsigned, where the parent has a DS of another one."""
    server = Server("127.0.0.1", 53)
    rrset = dns.rrset.from_rdata_list(ZONE, 300, list(keys))
    reply = Reply(
        server,
        Question(ZONE, "DNSKEY"),
        "NOERROR",
        authoritative=True,
        answer=(SignedSet(ZONE, "DNSKEY", rrset),),
    )
    digests = [Digest(each) for each in ds_of(ZONE, make_key(number=4).public)]
    return list(read_keys((NameServer("ns.z.test.", server), reply), ZONE, digests, Verifier(NOW)).problems)


def test_servers_that_have_the_same_keys_in_another_order_are_said_the_same_of() -> None:
    """Many servers turn the records of a set from answer to answer."""
    assert "NO_SEP" in {problem.code for problem in problems(*KEYS)}
    assert problems(*KEYS) == problems(*reversed(KEYS))
