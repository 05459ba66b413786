"""The ordinary line: owner, TTL, class, type, rdata on one line and in plain ASCII. Pure.

One regular expression a line, and a refusal to judge anything unusual: what returns False is read again
by `entries.py`, so nothing here makes a finding.
"""

from __future__ import annotations

import re

from psfdns.diagnostics import Span
from psfdns.names import NameSyntaxError, is_subdomain, parse_name
from psfdns.rdata import MAX_TTL, plain_rdata
from psfdns.zonefile.state import State

_QUOTED = r'"[ !#-\[\]-~]*+"'
QUICK_LINE = re.compile(
    r"([A-Za-z0-9_*/@.-]*+)[ \t]++(?:([0-9]{1,10}+)[ \t]++)?(?:IN[ \t]++)?(?:([0-9]{1,10}+)[ \t]++)?"
    r"(A|AAAA|CAA|CNAME|MX|NS|PTR|SRV|TXT)[ \t]++"
    rf"((?:[ \t!#-'*-:<-\[\]-~]++|{_QUOTED})++)(?:;([ -~\t]*+))?"
).fullmatch
IDLE_LINE = re.compile(r"[ \t]*+(?:;(?!.*psfdns)[ -~\t]*+)?", re.IGNORECASE).fullmatch
"""A line that says nothing: blank, or a comment in plain ASCII that has nothing to do with us."""
_MARK = re.compile(r"\A\s*+aws\b|psfdns\s*:", re.IGNORECASE)
_TARGETS = frozenset({"CNAME", "MX", "NS", "SRV"})


def read_quickly(state: State, match: re.Match[str], path: str, line: int) -> bool:
    """Add the record of a QUICK_LINE match; False where something is unusual about it."""
    written, ttl, later_ttl, rdtype, text, comment = match.groups()
    if comment is not None and _MARK.search(comment):
        return False
    owner = (state.owners.get(written) or _owner(state, written)) if written else state.owner.name
    if owner is None or (ttl is not None and later_ttl is not None):
        return False
    text = text.rstrip(" \t")
    value = plain_rdata(rdtype, text, state.origin)
    if value is None or (rdtype in _TARGETS and text[-1] != "." and _doubtful(text, value, state)):
        return False
    seconds = _seconds(state, ttl or later_ttl)
    if seconds is None:
        return False
    span = Span(path, line, line)
    state.counted(span)
    state.owner.name = owner
    state.sets.add_plain(owner, rdtype, seconds, value, span)
    return True


def _owner(state: State, written: str) -> str | None:
    """The canonical owner, remembered; None where a finding is due."""
    if "@" in written and written != "@":
        return None
    try:
        name = parse_name(written, origin=state.origin)
    except NameSyntaxError:
        return None
    if not is_subdomain(name, state.zone_origin) or state.repeats_zone(written):
        return None
    if (state.spellings.watched or not name.startswith(written)) and state.other_case(written, name):
        return None
    state.owners[written] = name
    return name


def _seconds(state: State, written: str | None) -> int | None:
    if written is None:
        return state.ttl.settled()
    seconds = int(written)
    if seconds > MAX_TTL:
        return None
    state.ttl.last = seconds
    return seconds


def _doubtful(text: str, value: str, state: State) -> bool:
    """Whether a relative target looks like an address, or like a name whose final dot was forgotten."""
    return text[-1].isdigit() or value.endswith(state.doubled) or state.repeats_zone(text.rpartition(" ")[2])
