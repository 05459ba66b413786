"""What `psfdns delegation` finds, by the names that DNSSEC's tools have for it. Data.

Findings about it come with their own severity, words and hint; they are made into findings of ours by code.
"""

from __future__ import annotations

from psfdns.dnssec.code import ERROR, INFO, WARNING, Code

DELEGATION = (
    Code("NO_NS_IN_PARENT", ERROR, "The parent's servers delegate the name to nobody."),
    Code("DELEGATED_ELSEWHERE", ERROR, "It is delegated to servers that are not ours.", "", None),
    Code("NS_OF_STALE_ZONE", ERROR, "It is delegated to servers of another Route 53 zone of the name."),
    Code("NS_NAME_NOT_IN_PARENT", ERROR, "The parent leaves out servers that Route 53 assigned."),
    Code("NS_NAME_NOT_ASSIGNED", ERROR, "The parent also names servers that are not ours."),
    Code("PARENT_SERVERS_DIFFER", WARNING, "The parent's servers say different things."),
    Code("NS_NAME_NOT_IN_CHILD", WARNING, "The zone's own NS are not those that the parent names."),
    Code("SERVER_UNRESPONSIVE", ERROR, "A server gives no answer at an address.", "", 23),
    Code("SERVER_REFUSES", ERROR, "A server refuses to answer for the zone.", "", 20),
    Code("SERVER_INVALID_RESPONSE", ERROR, "A server answers SERVFAIL, or another such code.", "", 23),
    Code("SERVER_NOT_AUTHORITATIVE", ERROR, "A server is no authority of the zone (lame).", "", 20),
    Code("UPWARD_REFERRAL", ERROR, "A server points up, because it knows nothing of the zone.", "", 20),
    Code("SERVER_UNRESPONSIVE_TCP", ERROR, "A server does not answer over TCP.", "", 23),
    Code("SERVER_UNRESPONSIVE_UDP", ERROR, "A server does not answer over UDP.", "", 23),
    Code("ERROR_WITH_EDNS", WARNING, "A server fails with EDNS, without which there is no DNSSEC."),
    Code("NO_ADDRESS_FOR_NS_NAME", ERROR, "The name of a server has no address.", "", 22),
    Code("NS_NAME_IS_ALIAS", ERROR, "The name of a server is a CNAME."),
    Code("MISSING_GLUE_FOR_NS_NAME", ERROR, "The parent lacks addresses of a name inside the zone."),
    Code("GLUE_MISMATCH", ERROR, "The parent has other addresses than the name."),
    Code("EXTRA_GLUE", WARNING, "The parent has addresses that the name does not have."),
    Code("TOO_FEW_SERVERS", ERROR, "One name server, or all at one address."),
    Code("SERIAL_MISMATCH", WARNING, "Servers have different serials: a transfer hangs.", "see to transfers"),
    Code("FILE_NAMES_OTHERS", WARNING, "The zone file names none of the assigned servers."),
    Code("RENAMED_SERVERS", INFO, "Servers of ours by other names."),
    Code("DELEGATION_UNKNOWN", INFO, "Something about the delegation could not be asked."),
)

SAME = {
    "not-delegated": "NO_NS_IN_PARENT",
    "delegated-elsewhere": "DELEGATED_ELSEWHERE",
    "stale-zone": "NS_OF_STALE_ZONE",
    "servers-missing": "NS_NAME_NOT_IN_PARENT",
    "extra-servers": "NS_NAME_NOT_ASSIGNED",
    "parents-disagree": "PARENT_SERVERS_DIFFER",
    "child-ns-differs": "NS_NAME_NOT_IN_CHILD",
    "server-silent": "SERVER_UNRESPONSIVE",
    "server-refuses": "SERVER_REFUSES",
    "server-fails": "SERVER_INVALID_RESPONSE",
    "not-authoritative": "SERVER_NOT_AUTHORITATIVE",
    "upward-referral": "UPWARD_REFERRAL",
    "tcp-dead": "SERVER_UNRESPONSIVE_TCP",
    "udp-dead": "SERVER_UNRESPONSIVE_UDP",
    "edns-broken": "ERROR_WITH_EDNS",
    "no-address": "NO_ADDRESS_FOR_NS_NAME",
    "ns-is-alias": "NS_NAME_IS_ALIAS",
    "glue-missing": "MISSING_GLUE_FOR_NS_NAME",
    "glue-differs": "GLUE_MISMATCH",
    "glue-extra": "EXTRA_GLUE",
    "few-servers": "TOO_FEW_SERVERS",
    "few-addresses": "TOO_FEW_SERVERS",
    "file-names-others": "FILE_NAMES_OTHERS",
    "renamed-servers": "RENAMED_SERVERS",
    "parent-unknown": "DELEGATION_UNKNOWN",
    "parent-silent": "DELEGATION_UNKNOWN",
    "address-unknown": "DELEGATION_UNKNOWN",
    "server-unasked": "DELEGATION_UNKNOWN",
    "family-unasked": "DELEGATION_UNKNOWN",
    "too-many-addresses": "DELEGATION_UNKNOWN",
}
"""Code of `psfdns.delegation` -> ours."""

JUDGED_HERE = frozenset({"ds-left", "ds-unproven", "set-unknown", "assigned-unknown"})
"""What is found there of DS, DNSKEY and Route 53, and here with more to go by."""
