"""What the zone asks its parent to publish (RFC 7344, RFC 8078), beside its keys and the DS. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import dns.dnssec
from dns.rdata import Rdata
from dns.rdtypes.ANY.CDNSKEY import CDNSKEY
from dns.rdtypes.ANY.CDS import CDS

from psfdns.diagnostics import Severity
from psfdns.dnssec.chain import Trust
from psfdns.dnssec.finding import Problem, Seen, join
from psfdns.lookup.hearing import ZoneHeard
from psfdns.lookup.signed import Reply

DELETE = 0
"""The algorithm of a request to remove the DS (RFC 8078 §4)."""


class Which(NamedTuple):
    """A key, by tag and algorithm."""

    key_tag: int
    algorithm: int

    def __str__(self) -> str:
        """`12345/13`."""
        return f"{self.key_tag}/{self.algorithm}"


def judge_cds(heard: ZoneHeard, trust: Trust) -> Iterator[Seen]:
    """What is wrong with CDS and CDNSKEY, of all servers together."""
    yield from _judge_agreement(heard, "CDS")
    yield from _judge_agreement(heard, "CDNSKEY")
    cds, cdnskey = _asked_for(heard, "CDS"), _asked_for(heard, "CDNSKEY")
    if not cds and not cdnskey:
        return
    yield from _judge_signers(heard, trust)
    if any(each.algorithm == DELETE for each in cds | cdnskey):
        severity = None if trust.claimed else Severity.INFO
        yield Seen(Problem("CDS_DELETE_REQUEST", "CDS or CDNSKEY ask to remove the DS", severity=severity))
        return
    yield from map(Seen, _judge_keys(cds, cdnskey, trust))


def _judge_keys(cds: frozenset[Which], cdnskey: frozenset[Which], trust: Trust) -> Iterator[Problem]:
    if cds and cdnskey and cds != cdnskey:
        words = f"CDS is of {_list(cds)}, and CDNSKEY of {_list(cdnskey)}"
        yield Problem("CDNSKEY_INCONSISTENT_WITH_CDS", words)
    wanted = cds | cdnskey
    known = {Which(dns.dnssec.key_id(key), int(key.algorithm)) for key in trust.keys}
    if trust.keys and wanted - known:
        words = "CDS or CDNSKEY is of {what}, a key that the zone does not have"
        yield Problem("CDS_WITHOUT_DNSKEY", words, _list(wanted - known))
    published = frozenset(Which(digest.key_tag, digest.algorithm) for digest in trust.claimed)
    if published != wanted:
        severity = None if published else Severity.INFO
        words = (
            f"CDS or CDNSKEY ask for a DS of {_list(wanted)}, and the parent has {_list(published) or 'none'}"
        )
        yield Problem("CDS_INCONSISTENT_WITH_DS", words, severity=severity)


def _judge_signers(heard: ZoneHeard, trust: Trust) -> Iterator[Seen]:
    """Without a DS the parent has other ways to know whether to heed them (RFC 8078 §3)."""
    published = {Which(digest.key_tag, digest.algorithm) for digest in trust.claimed}
    for rdtype in ("CDS", "CDNSKEY"):
        for at, reply in heard.of(rdtype):
            found = reply.answered() if isinstance(reply, Reply) and reply.is_usable else None
            signers = (
                {Which(each.key_tag, int(each.algorithm)) for each in found.signatures} if found else set()
            )
            if published and signers and not signers & published:
                words = "{what} is not signed with a key that the parent has a DS of"
                yield Seen(Problem("CDS_SIGNER_INVALID", words, rdtype), str(at))


def _judge_agreement(heard: ZoneHeard, rdtype: str) -> Iterator[Seen]:
    told: defaultdict[frozenset[Rdata], list[str]] = defaultdict(list)
    for at, reply in heard.of(rdtype):
        if isinstance(reply, Reply) and reply.is_usable:
            found = reply.answered()
            told[frozenset(found.rrset if found else ())].append(str(at))
    if len(told) > 1:
        problem = Problem("CDS_DIFFERS_AMONG_SERVERS", "servers have different {what}", rdtype)
        yield from (Seen(problem, at) for servers in told.values() for at in servers)


def _asked_for(heard: ZoneHeard, rdtype: str) -> frozenset[Which]:
    found = (reply.answered() for _, reply in heard.of(rdtype) if isinstance(reply, Reply))
    return frozenset(_which(rdata) for each in found if each is not None for rdata in each.rrset)


def _which(rdata: Rdata) -> Which:
    if isinstance(rdata, CDS):
        return Which(rdata.key_tag, int(rdata.algorithm))
    if isinstance(rdata, CDNSKEY):
        return Which(dns.dnssec.key_id(rdata), int(rdata.algorithm))
    return Which(0, DELETE)


def _list(keys: frozenset[Which]) -> str:
    return join(str(each) for each in sorted(keys))
