"""What can be wrong with what name servers answer. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

_SET_UP = "have the zone set up on that server, or delegate only to those that have it"

SERVER_SILENT = Rule(
    "server-silent",
    Severity.ERROR,
    "Every server answers at each of its addresses.",
    "RFC 1912 §2.8",
    why="Who asks it waits, and goes to another. While others answer it is a warning.",
    mend="is the server running, and its port 53 open?",
    milder=Severity.WARNING,
)
SERVER_REFUSES = Rule(
    "server-refuses",
    Severity.ERROR,
    "Every server answers for the zone.",
    "RFC 1912 §2.8",
    why="It says REFUSED: the zone is not set up there. While others answer it is a warning.",
    mend=_SET_UP,
    milder=Severity.WARNING,
)
SERVER_FAILS = Rule(
    "server-fails",
    Severity.ERROR,
    "Every server answers for the zone without an error.",
    "RFC 1912 §2.8",
    why="It says SERVFAIL, or another such code: often it could not load or fetch the zone. While "
    "others answer it is a warning.",
    mend=_SET_UP,
    milder=Severity.WARNING,
)
NOT_AUTHORITATIVE = Rule(
    "not-authoritative",
    Severity.ERROR,
    "Every server answers as the zone's authority.",
    "RFC 1912 §2.8",
    why="It answers without AA, without SOA, that there is no such name, or as a resolver: nobody "
    "believes that. While others answer it is a warning.",
    mend=_SET_UP,
    milder=Severity.WARNING,
)
UPWARD_REFERRAL = Rule(
    "upward-referral",
    Severity.ERROR,
    "No server points back to a zone above.",
    "RFC 1912 §2.8",
    why="It knows nothing of the zone: resolvers that follow turn in a circle. While others answer it"
    " is a warning.",
    mend=_SET_UP,
    milder=Severity.WARNING,
)
TCP_DEAD = Rule(
    "tcp-dead",
    Severity.ERROR,
    "Every server answers over TCP too.",
    "RFC 7766 §5",
    why="An answer that does not fit a datagram cannot be had. Of a server that is not delegated to "
    "it is a warning.",
    mend="open port 53 for TCP: what does not fit a datagram is not answered without it",
    milder=Severity.WARNING,
)
UDP_DEAD = Rule(
    "udp-dead",
    Severity.ERROR,
    "Every server answers over UDP too.",
    "RFC 7766 §5",
    why="Nearly all who ask begin with UDP, and do not try TCP. Of a server that is not delegated to "
    "it is a warning.",
    mend="open port 53 for UDP",
    milder=Severity.WARNING,
)
EDNS_BROKEN = Rule(
    "edns-broken",
    Severity.WARNING,
    "Every server answers with EDNS.",
    "RFC 6891 §7",
    why="Each who asks tries twice, large answers need TCP, and there is no DNSSEC.",
    mend="answer EDNS as RFC 6891 says, and let no firewall drop it",
)

RULES = (
    SERVER_SILENT,
    SERVER_REFUSES,
    SERVER_FAILS,
    NOT_AUTHORITATIVE,
    UPWARD_REFERRAL,
    TCP_DEAD,
    UDP_DEAD,
    EDNS_BROKEN,
)
