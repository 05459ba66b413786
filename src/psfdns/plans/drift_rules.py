"""What `status` says where Route 53 does not have what the files say. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

DRIFTED = Rule(
    "drifted",
    Severity.ERROR,
    "Route 53 has what the zone file says.",
    "docs/contract.md §4",
    why="Somebody changed it there, or a change of the file was not applied yet: the next apply takes"
    " back what the file does not have.",
    mend="`psfdns drift` shows the changes: apply them, or write into the file what is right at Route 53",
)
NO_HOSTED_ZONE = Rule(
    "no-hosted-zone",
    Severity.ERROR,
    "There is a hosted zone of each zone file.",
    "docs/contract.md §4",
    why="Nobody serves the zone, and there are no servers to delegate to. `psfdns delegation` has it "
    "for information.",
    mend="psfdns apply creates it",
    milder=Severity.INFO,
)

RULES = (
    DRIFTED,
    NO_HOSTED_ZONE,
)
