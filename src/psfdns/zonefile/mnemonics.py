"""The words for classes and types that a zone file may use. Pure."""

from __future__ import annotations

import re

from psfdns.records import HOSTED_TYPES

OTHER_CLASSES = frozenset({"CH", "CHAOS", "CS", "HS", "HESIOD", "NONE", "ANY"})

OTHER_TYPES = frozenset(
    (
        "A6 AFSDB ALIAS AMTRELAY ANAME APL ATMA AVC BRID CDNSKEY CDS CERT CSYNC DELEG DELEGPARAM "
        "DHCID DLV DNAME DNSKEY DOA DSYNC EID EUI48 EUI64 GID GPOS HHIT HINFO HIP IPSECKEY ISDN KEY "
        "KX L32 L64 LOC LP MB MD MF MG MINFO MR NAPTR NID NIMLOC NINFO NSAP NSAP-PTR NSEC NSEC3 "
        "NSEC3PARAM NULL NXT NXNAME OPENPGPKEY OPT PX RESINFO RKEY RP RRSIG RT SIG SINK SMIMEA TA "
        "TALINK TKEY TSIG UID UINFO UNSPEC URI WALLET WKS X25 ZONEMD CLA IPN IXFR AXFR MAILA MAILB "
        "ANY "
    ).split()
)
"""Types of the IANA registry, and two that other providers invented, which Route 53 does not host."""

INSTEAD = {
    "ALIAS": "write NAME AWS ALIAS TYPE TARGET ZONEID true|false",
    "ANAME": "write NAME AWS ALIAS TYPE TARGET ZONEID true|false",
    "DNAME": "write a CNAME for each name",
    "CDS": "Route 53 signs by itself; remove it",
    "CDNSKEY": "Route 53 signs by itself; remove it",
    "DNSKEY": "Route 53 signs by itself; remove it",
    "NSEC": "Route 53 signs by itself; remove it",
    "NSEC3": "Route 53 signs by itself; remove it",
    "NSEC3PARAM": "Route 53 signs by itself; remove it",
    "RRSIG": "Route 53 signs by itself; remove it",
}
"""What to write in the place of what people write most."""

_NUMBERED = re.compile(r"(TYPE|CLASS)(0|[1-9][0-9]{0,4})", re.IGNORECASE)
_NUMBERS = {
    1: "A",
    2: "NS",
    5: "CNAME",
    6: "SOA",
    12: "PTR",
    15: "MX",
    16: "TXT",
    28: "AAAA",
    33: "SRV",
    35: "NAPTR",
    43: "DS",
    44: "SSHFP",
    52: "TLSA",
    64: "SVCB",
    65: "HTTPS",
    99: "SPF",
    257: "CAA",
}
"""The numbers of the hosted types (IANA), for RFC 3597's TYPEnnn."""


def hosted_type(word: str) -> str | None:
    """The hosted type that `word` names (`a`, `A`, `TYPE1`), or None."""
    upper = word.upper()
    if upper in HOSTED_TYPES:
        return upper
    match = _NUMBERED.fullmatch(word)
    return _NUMBERS.get(int(match[2])) if match and match[1].upper() == "TYPE" else None


def is_other_type(word: str) -> bool:
    """Whether `word` names a record type that Route 53 does not host."""
    match = _NUMBERED.fullmatch(word)
    return word.upper() in OTHER_TYPES or bool(match and match[1].upper() == "TYPE")


def class_of(word: str) -> str | None:
    """`IN` (also for CLASS1), another class in upper case, or None where `word` is no class."""
    upper = word.upper()
    if upper in {"IN", "CLASS1"}:
        return "IN"
    match = _NUMBERED.fullmatch(upper)
    return upper if upper in OTHER_CLASSES or (match and match[1] == "CLASS") else None
