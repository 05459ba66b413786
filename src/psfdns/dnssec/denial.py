"""Whether what a server says is not there is proven not to be there, and how it denies. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

from psfdns.dnssec.finding import Problem, Seen, join
from psfdns.dnssec.proofs import (
    MAX_ITERATIONS,
    NXNAME,
    OPT_OUT,
    SHA1,
    Lacking,
    Proofs,
    has_type,
    make_proofs,
    types_of,
)
from psfdns.dnssec.signatures import Signature, Verifier, judge_signatures
from psfdns.lookup.parents import NameServer
from psfdns.lookup.signed import Reply, wire_name

NO_NAME = "a name that does not exist"
NO_TYPE = "a type that the apex does not have"
_AT_APEX = ("SOA", "NS", "DNSKEY")

_WORDS = {
    "MISSING_NSEC_FOR_NXDOMAIN": "no NSEC or NSEC3 proves the absence of {what}",
    "MISSING_NSEC_FOR_NODATA": "no NSEC or NSEC3 proves the absence of {what}",
    "MISSING_NSEC_FOR_WILDCARD": "{what} is a wildcard's, and nothing proves that the name is not there",
    "SNAME_NOT_COVERED": "the NSEC or NSEC3 records leave room for {what}",
    "WILDCARD_NOT_COVERED": "the NSEC or NSEC3 records leave room for a wildcard above {what}",
    "NO_CLOSEST_ENCLOSER": "NSEC3 records do not show which name exists above {what}",
    "STYPE_IN_BITMAP": "an NSEC or NSEC3 says that there is what the answer denies: {what}",
}


@dataclass(frozen=True, slots=True)
class Denial:
    """How one server denies; `kind` is `NSEC`, `NSEC3` with its parameters, or empty without any."""

    is_sound: bool
    kind: str = ""
    is_compact: bool = False
    problems: tuple[Problem, ...] = ()
    signatures: tuple[Signature, ...] = ()


def read_denial(reply: Reply, zone: str, keys: Sequence[DNSKEY], verifier: Verifier) -> Denial:
    """Judge an answer without the record set that was asked for."""
    checked = [(each, verifier.check(each, zone, keys)) for each in reply.authority if each.type in _KINDS]
    problems = [
        problem
        for each, signatures in checked
        for problem in judge_signatures(each, signatures, f"{each.type} of a denial", verifier.now)
    ]
    valid = [each for each, signatures in checked if any(one.is_valid for one in signatures)]
    proofs = make_proofs(wire_name(zone), valid)
    what = NO_TYPE if reply.question.name == zone else NO_NAME
    # What only lacks a valid signature is said of the signature.
    claimed = make_proofs(wire_name(zone), [each for each, _ in checked])
    lacking = _lacking(reply, claimed, zone)
    return Denial(
        not _lacking(reply, proofs, zone),
        _kind(proofs),
        is_compact=_is_compact(reply, proofs, zone),
        problems=(*problems, *(Problem(code, _WORDS[code], what) for code in lacking), *_judge(proofs, zone)),
        signatures=tuple(one for _, signatures in checked for one in signatures),
    )


_KINDS = frozenset({"NSEC", "NSEC3", "SOA"})


def _lacking(reply: Reply, proofs: Proofs, zone: str) -> Lacking:
    if proofs.is_beyond_reach:
        return ()
    name = wire_name(reply.question.name)
    if reply.rcode == "NXDOMAIN" and not _says_nxname(proofs, name):
        return proofs.deny_name(name)
    lacking = proofs.deny_type(name, dns.rdatatype.from_text(reply.question.type))
    if lacking == ("MISSING_NSEC_FOR_NODATA",) and reply.question.name != zone:
        return ("MISSING_NSEC_FOR_NXDOMAIN",)
    return lacking


def _says_nxname(proofs: Proofs, name: dns.name.Name) -> bool:
    """With the CO flag a compact denial may keep NXDOMAIN (RFC 9824 §4)."""
    return any(owner == name and has_type(rdata, NXNAME) for owner, rdata in proofs.nsec)


def _is_compact(reply: Reply, proofs: Proofs, zone: str) -> bool:
    name = wire_name(reply.question.name)
    return reply.question.name != zone and any(owner == name for owner, _ in proofs.nsec)


def _kind(proofs: Proofs) -> str:
    if not proofs.nsec3:
        return "NSEC" if proofs.nsec else ""
    first = proofs.nsec3[0].rdata
    return f"NSEC3 {first.algorithm} {first.iterations} {first.salt.hex() or '-'}"


def _judge(proofs: Proofs, zone: str) -> Iterator[Problem]:
    """The records themselves."""
    if proofs.nsec3:
        yield from _judge_parameters([each.rdata for each in proofs.nsec3])
    apex = wire_name(zone)
    at_apex: list[NSEC | NSEC3] = [rdata for owner, rdata in proofs.nsec if owner == apex]
    if proofs.nsec3 and not proofs.is_beyond_reach:
        at_apex += (found.rdata for found in (proofs.matching3(apex),) if found is not None)
    for rdata in at_apex:
        denied = [each for each in _AT_APEX if dns.rdatatype.from_text(each) not in types_of(rdata)]
        if denied:
            yield Problem("EXISTING_TYPE_DENIED", "the denial at the apex also denies {what}", join(denied))


def _judge_parameters(records: Sequence[NSEC3]) -> Iterator[Problem]:
    """RFC 9276 §3.1."""
    first = records[0]
    if first.algorithm != SHA1:
        yield Problem(
            "UNSUPPORTED_NSEC3_ALGORITHM", f"NSEC3 has hash algorithm {first.algorithm}, which nobody knows"
        )
    if first.iterations > MAX_ITERATIONS:
        words = f"NSEC3 has {first.iterations} iterations: validators take what is denied as insecure"
        yield Problem("NSEC3_ITERATIONS_UNSUPPORTED", words)
    elif first.iterations:
        yield Problem("NONZERO_NSEC3_ITERATION_COUNT", f"NSEC3 has {first.iterations} iterations, not 0")
    if first.salt:
        yield Problem("NONEMPTY_NSEC3_SALT", "NSEC3 has a salt")
    if any(each.flags & OPT_OUT for each in records):
        yield Problem("NSEC3_OPT_OUT", "NSEC3 has opt-out")


def lacks_expansion(
    reply: Reply, labels: int, zone: str, keys: Sequence[DNSKEY], verifier: Verifier
) -> Problem | None:
    """What is missing of a set that was made from a wildcard below so many labels (RFC 4035 §5.3.4)."""
    name = wire_name(reply.question.name)
    if name.is_wild() or labels >= len(name.labels) - 1:
        return None
    valid = [
        each
        for each in reply.authority
        if each.type in _KINDS and any(one.is_valid for one in verifier.check(each, zone, keys))
    ]
    proofs = make_proofs(wire_name(zone), valid)
    if proofs.is_beyond_reach or not proofs.deny_expansion(name, labels):
        return None
    code = "MISSING_NSEC_FOR_WILDCARD"
    return Problem(code, _WORDS[code], reply.question.type)


def judge_manners(denials: Sequence[tuple[NameServer, Denial]]) -> Iterator[Seen]:
    """How the servers deny, beside each other."""
    by_kind: defaultdict[str, list[NameServer]] = defaultdict(list)
    for at, denial in denials:
        if denial.kind:
            by_kind[denial.kind].append(at)
        if denial.is_compact:
            words = "names that do not exist are denied as names without records (compact denial)"
            yield Seen(Problem("COMPACT_DENIAL", words), str(at))
    if len(by_kind) > 1:
        problem = Problem("NSEC_AND_NSEC3", f"servers deny in different ways: {join(sorted(by_kind))}")
        yield from (Seen(problem, str(at)) for servers in by_kind.values() for at in servers)
