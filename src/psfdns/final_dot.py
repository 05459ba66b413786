"""The rule of the final dot, which the reader and a check of whole zones hold names to. Pure."""

from __future__ import annotations

import re

from psfdns.diagnostics import Rule, Severity

MISSING_FINAL_DOT = Rule(
    "missing-final-dot",
    Severity.WARNING,
    "A target that is complete, as `www.example.com.`, ends with a dot; without one the zone's name is "
    "appended to it.",
    "RFC 1035 §5.1",
    about_absence=True,
    why="The record leads to a name that does not exist, such as `www.example.com.python.org.`: browsers "
    "find no address, mail waits and comes back, a certificate is not issued.",
    mend="end the target with a dot; if a name of the zone is meant, write its records",
)

_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


def is_address(written: str) -> bool:
    """Whether a name, without a final dot, is the four numbers of an address."""
    return _ADDRESS.fullmatch(written) is not None


def address_hint(rdtype: str, address: str) -> str | None:
    """What to write where an IPv4 address stands as a target, if it is more than the rule's own hint."""
    if rdtype != "CNAME":
        return None
    return f"write A {address} instead of the CNAME, or name the host that has the address"
