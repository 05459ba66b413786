"""What `check --online` can find: names that lead to what is gone, or to what anybody could take. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

DANGLING_TARGET = Rule(
    "dangling-target",
    Severity.WARNING,
    "What CNAME, alias, MX, SRV, HTTPS, SVCB and SPF name in other zones exists.",
    "RFC 8020 §2",
    why="Visitors and mail get nowhere; and whoever makes the name again speaks under ours, with a "
    "certificate for it.",
    mend="take the record out, or make the target again",
    at_first=Severity.INFO,
)
TARGET_WITHOUT_DATA = Rule(
    "target-without-data",
    Severity.WARNING,
    "The target of a record has data of a kind that the record is for, and its CNAMEs do not go in a circle.",
    "RFC 2308 §2.2",
    why="The name exists and serves nothing: mostly the service was taken away and a remnant is left.",
    mend="take the record out, or bring the service back",
    at_first=Severity.INFO,
)
UNREGISTERED_DOMAIN = Rule(
    "unregistered-domain",
    Severity.ERROR,
    "The registrable domain of every target exists.",
    "docs/contract.md §3",
    why="Anybody can buy it for a few dollars, and then has web, mail or a whole zone under our name. "
    "Expired domains of others are watched for by people who do just that.",
    mend="take the record out now; ask afterwards",
    at_first=Severity.INFO,
)
CLAIMABLE_NAME = Rule(
    "claimable-name",
    Severity.ERROR,
    "A name at a hosting provider is held by somebody there.",
    "docs/contract.md §3",
    why="The provider gives the name to whoever asks first: kiwi.pycon.org was taken in 2024 so. A TXT that "
    "proves the domain to the provider keeps others out, and makes it a warning.",
    mend="take the record out, or claim the name at the provider; DNS goes first, then the account",
    milder=Severity.WARNING,
    at_first=Severity.INFO,
)
LAME_DELEGATION = Rule(
    "lame-delegation",
    Severity.ERROR,
    "Each server of a delegation exists and answers for the zone with authority.",
    "RFC 1912 §2.8",
    why="Part of the world does not find the zone, where no server does nobody; and whoever gets the zone "
    "made at that provider owns all names in it.",
    mend="take the NS out, or have the zone made again at its servers",
    milder=Severity.WARNING,
    at_first=Severity.INFO,
)
TARGET_UNCHECKED = Rule(
    "target-unchecked",
    Severity.INFO,
    "What a record points at could be asked about.",
    "docs/contract.md §3",
    why="No answer is neither good nor bad news: the record may be sound, and may dangle.",
    mend="run it again; if it stays so, look at the servers of the target",
)

RULES = (
    DANGLING_TARGET,
    TARGET_WITHOUT_DATA,
    UNREGISTERED_DOMAIN,
    CLAIMABLE_NAME,
    LAME_DELEGATION,
    TARGET_UNCHECKED,
)
