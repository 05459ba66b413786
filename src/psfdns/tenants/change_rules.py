"""What can be said of a change that comes by pull request: one rule a matter. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

_CONTRACT = "docs/contract.md §1"
_OWNERSHIP = "docs/contract.md §3"

OTHER_TENANTS_FILE = Rule(
    "other-tenants-file",
    Severity.ERROR,
    "A tenant changes, adds, moves and removes files in its own folder and certs/<tenant>.toml only.",
    _CONTRACT,
    why="Whoever may write another's files may take over their names.",
    mend="leave the file as it is, or get the approval of those whose it is",
)
STAFF_FILE = Rule(
    "staff-file",
    Severity.ERROR,
    "What lies outside the tenants' folders is the staff's.",
    _CONTRACT,
    why="Configuration and programs decide what happens with everybody's names and secrets.",
    mend="leave the file as it is, or ask the staff",
)
STAFF_SETTING = Rule(
    "staff-setting",
    Severity.ERROR,
    "A tenant's standing and the settings that decide what psfdns may touch are the staff's to change.",
    _CONTRACT,
    why="`id` adopts a live zone, `ignore` and `protect` take record sets out of a plan or guard them.",
    mend="take the setting back, or ask the staff to approve it",
)
TENANT_REMOVED = Rule(
    "tenant-removed",
    Severity.ERROR,
    "A tenant's tenant.toml stays as long as the tenant does.",
    _OWNERSHIP,
    why="Without it nobody is told when the zones are touched, and nothing guards them.",
    mend="put the file back; how a tenant leaves stands in docs/runbooks/tenant-leaves.md",
)
LIAISON_CHANGED = Rule(
    "liaison-changed",
    Severity.WARNING,
    "Who speaks for a tenant is confirmed by those who spoke for it before, or by the staff.",
    _OWNERSHIP,
    why="A liaison's handle may act for the tenant in the next pull request.",
    mend="let a liaison of before, or the staff, approve it",
)
NEW_TENANT = Rule(
    "new-tenant",
    Severity.INFO,
    "A new tenant is an approved Working Group or a recognised Community Organisation.",
    _OWNERSHIP,
    why="The charter serves nobody else.",
    mend="the staff look the approval up and approve",
)
NEW_ZONE = Rule(
    "new-zone",
    Severity.INFO,
    "A new zone is approved by the staff.",
    _OWNERSHIP,
    why="A hosted zone costs money, and a domain has an owner that a file cannot prove.",
    mend="the staff see that the domain is the tenant's and approve",
)
ZONE_REMOVED = Rule(
    "zone-removed",
    Severity.WARNING,
    "Taking a zone file away deletes nothing: the hosted zone goes on as it is, and nobody plans it.",
    _OWNERSHIP,
    why="What stands in no file is forgotten, and a zone that is still delegated can be taken over.",
    mend="the staff run psfdns zone delete once nobody points at the zone any more",
)
ZONE_MOVED = Rule(
    "zone-moved",
    Severity.ERROR,
    "A zone goes to another tenant with the consent of both and of the staff.",
    _OWNERSHIP,
    why="Otherwise moving a file would be enough to take a domain.",
    mend="move the file back, or get the approval of those whose it was",
)
ZONE_ABOVE = Rule(
    "zone-above",
    Severity.ERROR,
    "A new zone does not contain another tenant's zone.",
    "RFC 1034 §4.2.1",
    why="What contains a zone decides who answers for it.",
    mend="hold the names in zones of their own, or get the approval of those below",
)
ZONE_INSIDE = Rule(
    "zone-inside",
    Severity.ERROR,
    "A new zone lies inside another tenant's only where that tenant has said `delegated` before.",
    _CONTRACT,
    why="A name is its holder's to give away, and not in the pull request of the one who takes it.",
    mend="let the tenant above write `delegated` into its tenant.toml first, in a pull request of its own",
)
CAPTURES_ZONE = Rule(
    "captures-zone",
    Severity.ERROR,
    "A change in a zone leaves alone what leads to other tenants' zones below it.",
    "RFC 1034 §4.2.1",
    why="NS, DS or a wildcard there decide who answers for the other tenant's names.",
    mend="take the record back, or get the approval of the tenant below",
)
LOOKS_LIKE = Rule(
    "looks-like-another",
    Severity.ERROR,
    "The name of a new tenant or zone is not one that people take for another's.",
    "Unicode Technical Standard #39 §4",
    why="A reviewer who reads `pypl.org` for `pypi.org` approves the wrong thing.",
    mend="choose another name, or ask the staff",
)
MORE_FILES = Rule(
    "more-files",
    Severity.ERROR,
    "Of many files that are not the tenant's the first are named.",
    _OWNERSHIP,
    why="A thousand lines would hide what matters.",
    mend="make a pull request of what is yours",
)
CODEOWNERS_STALE = Rule(
    "codeowners-stale",
    Severity.WARNING,
    "A CODEOWNERS file that psfdns made says what the tenants' files say.",
    _OWNERSHIP,
    why="GitHub asks those for their approval whom it names.",
    mend="make it anew: psfdns tenants codeowners > .github/CODEOWNERS",
)

RULES = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
