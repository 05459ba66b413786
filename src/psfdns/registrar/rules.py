"""Everything that can be wrong with a domain (`psfdns domains list`); `NAME` stands for it. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

ON_HOLD = Rule(
    "domain-on-hold",
    Severity.ERROR,
    "No domain is on hold.",
    "RFC 5731 §2.3",
    why="It is out of the DNS: it has ended, or somebody stopped it, and nobody finds it.",
    mend="renew it: psfdns domains renew NAME, or its tenant at their registrar; if it has not ended, "
    "the registrar's support can say why",
)
IN_REDEMPTION = Rule(
    "domain-in-redemption",
    Severity.ERROR,
    "No domain was deleted that somebody needs.",
    "RFC 3915 §3.1",
    why="It can still be restored, for a fee, for some 30 days; then anybody can have it.",
    mend="restore it in the registrar's administration, today",
)
PENDING_DELETE = Rule(
    "domain-pending-delete",
    Severity.ERROR,
    "No domain is about to be free for anybody.",
    "RFC 3915 §3.1",
    why="Nothing renews or restores it any more.",
    mend="ask the registrar's support, and watch for the day it is free",
)
LAPSED = Rule(
    "domain-lapsed",
    Severity.ERROR,
    "No domain's end has passed.",
    "RFC 5731 §2.3",
    why="Registries and registrars take it out of the DNS any day now.",
    mend="renew it: psfdns domains renew NAME, or its tenant at their registrar, at once",
)
UNCLAIMED = Rule(
    "domain-unclaimed",
    Severity.WARNING,
    "A tenant has a zone of each domain in our account at Gandi.",
    "docs/contract.md §4",
    why="It is paid for, and nobody is told when it ends.",
    mend="give it a zone file in its tenant's folder, or let it go",
)
NOWHERE = Rule(
    "domain-nowhere",
    Severity.WARNING,
    "The domain of a zone is registered.",
    "docs/contract.md §4",
    why="Nobody finds the zone, and anybody can register the name.",
    mend='register it, or remove the zone; a zone that is no domain says registrar = "none"',
)
NOT_AT_GANDI = Rule(
    "not-at-gandi",
    Severity.WARNING,
    "A domain that tenant.toml says is at Gandi is in our account there.",
    "docs/contract.md §4",
    why="psfdns can neither renew it nor set its servers, and its real holder may let it end.",
    mend='transfer it, or have tenant.toml say registrar = "tenant"',
)
REGISTRAR_DIFFERS = Rule(
    "registrar-differs",
    Severity.WARNING,
    "Of a domain in our account at Gandi tenant.toml says so.",
    "docs/contract.md §4",
    why="The tenant is asked to do what only staff can.",
    mend='say registrar = "gandi" for the zone in tenant.toml',
)
EXPIRES_IGNORED = Rule(
    "expires-ignored",
    Severity.WARNING,
    "`expires` stands in tenant.toml only where nobody tells the date.",
    "docs/contract.md §4",
    why="The registry's date is known and counts; the written one gets old.",
    mend="remove the line from tenant.toml",
)
EXPIRES_FAR = Rule(
    "expires-far",
    Severity.WARNING,
    "`expires` of tenant.toml is no further away than registrations last: ten years.",
    "docs/contract.md §4",
    why="A slip of the pen: nobody would be reminded in time, and nobody is.",
    mend="write the day on which the domain ends",
)
BALANCE_SHORT = Rule(
    "balance-short",
    Severity.WARNING,
    "The prepaid balance pays for each automatic renewal.",
    "docs/contract.md §4",
    why="The renewal fails, and the domain ends.",
    mend="put money on the account at Gandi",
)
ENDS_SOON = Rule(
    "ends-soon",
    Severity.WARNING,
    "A domain ends in more than 30 days, or in more than 20 where it renews by itself.",
    "docs/contract.md §4",
    why="Then it is out of the DNS, and weeks later anybody's.",
    mend="renew it: psfdns domains renew NAME, or its tenant at their registrar",
)
NO_END_KNOWN = Rule(
    "no-end-known",
    Severity.INFO,
    "A registry tells when a domain ends.",
    "docs/contract.md §4",
    why="Nobody can be told in time.",
    mend="write it down: `expires` of the zone in tenant.toml",
)
NOT_ASKED = Rule(
    "not-asked",
    Severity.INFO,
    "Who knows of a domain can be asked.",
    "docs/contract.md §4",
    why="What was known is kept for 72 hours; then its end is not known.",
    mend="ask again later; if it stays so, see what the registry's RDAP server or Gandi says",
)
PARTLY_UNKNOWN = Rule(
    "partly-unknown",
    Severity.INFO,
    "Gandi tells all of a domain that it lists.",
    "docs/contract.md §4",
    why="What it did not tell is not known, such as whether it renews by itself.",
    mend="ask again later; if it stays so, ask Gandi's support",
)
BALANCE_UNKNOWN = Rule(
    "balance-unknown",
    Severity.INFO,
    "Gandi tells the prepaid balance.",
    "docs/contract.md §4",
    why="Whether renewals can be paid is not known.",
    mend="see that the token may see the organisation's billing, or ask again later",
)

RULES = (
    ON_HOLD,
    IN_REDEMPTION,
    PENDING_DELETE,
    LAPSED,
    UNCLAIMED,
    NOWHERE,
    NOT_AT_GANDI,
    REGISTRAR_DIFFERS,
    EXPIRES_IGNORED,
    EXPIRES_FAR,
    BALANCE_SHORT,
    ENDS_SOON,
    NO_END_KNOWN,
    NOT_ASKED,
    PARTLY_UNKNOWN,
    BALANCE_UNKNOWN,
)
