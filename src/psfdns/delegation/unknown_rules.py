"""What can keep a delegation from being known: never a fault, and never well. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

DS_UNPROVEN = Rule(
    "ds-unproven",
    Severity.INFO,
    "Where the parent has a DS, a server of the zone says whether it is signed.",
    "RFC 4035 §5",
    why="If it is not, it is gone for all who validate.",
    mend="see why no server of the zone answers, and ask again",
)
SET_UNKNOWN = Rule(
    "set-unknown",
    Severity.INFO,
    "It is known which servers Route 53 assigned.",
    "docs/contract.md §4",
    why="Only the parent and the zone's own servers are compared; whether they are ours nobody says.",
    mend="run it with credentials that may read the account's hosted zones (docs/iam/plan.json)",
)
ASSIGNED_UNKNOWN = Rule(
    "assigned-unknown",
    Severity.INFO,
    "It is known which servers Route 53 assigned, also where the zone file names them.",
    "docs/contract.md §4",
    why="What the zone file says was believed, and Route 53 was not asked.",
    mend="run it with credentials that may read the account's hosted zones (docs/iam/plan.json)",
)
PARENT_UNKNOWN = Rule(
    "parent-unknown",
    Severity.INFO,
    "There is a way to the parent's servers.",
    "docs/contract.md §4",
    why="Whether the zone is delegated is not known.",
    mend="ask again later; in the sandbox, name a DNS that has parents: [resolver] in psfdns.toml",
)
PARENT_SILENT = Rule(
    "parent-silent",
    Severity.INFO,
    "Every server of the parent answers.",
    "docs/contract.md §4",
    why="What the silent one says may differ.",
    mend="ask again later: what they say may differ",
)
ADDRESS_UNKNOWN = Rule(
    "address-unknown",
    Severity.INFO,
    "A resolver can tell the addresses of each server.",
    "docs/contract.md §4",
    why="The server could not be asked.",
    mend="ask again later, or see what is wrong with the zone that the server's name lies in",
)
SERVER_UNASKED = Rule(
    "server-unasked",
    Severity.INFO,
    "Every server has an address that can be reached from here.",
    "docs/contract.md §4",
    why="Whether it answers is not known.",
    mend="ask from a machine that has IPv6 (or IPv4, where the server has only that)",
)
FAMILY_UNASKED = Rule(
    "family-unasked",
    Severity.INFO,
    "This machine has IPv4 and IPv6.",
    "docs/contract.md §4",
    why="What the servers answer at addresses of the other family is not known.",
    mend="nothing is wrong with the zone; ask from a machine that has both to know more",
)
TOO_MANY_ADDRESSES = Rule(
    "too-many-addresses",
    Severity.INFO,
    "A zone's servers have 64 addresses or fewer.",
    "docs/contract.md §4",
    why="The rest was not asked.",
    mend="see whether so many are meant; nothing else is wrong",
)
PRIVATE_ZONE = Rule(
    "private-zone",
    Severity.INFO,
    "A zone is seen by everybody.",
    "docs/contract.md §4",
    why="A private one is seen by its VPCs only, and no parent delegates it, so nobody was asked.",
    mend="nothing: there is nothing to ask",
)

RULES = (
    DS_UNPROVEN,
    SET_UNKNOWN,
    ASSIGNED_UNKNOWN,
    PARENT_UNKNOWN,
    PARENT_SILENT,
    ADDRESS_UNKNOWN,
    SERVER_UNASKED,
    FAMILY_UNASKED,
    TOO_MANY_ADDRESSES,
    PRIVATE_ZONE,
)
