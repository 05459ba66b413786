"""Every rule that `psfdns check`, and commands beside it, may find broken, by subject. Pure."""

from __future__ import annotations

from typing import NamedTuple

from psfdns import checks, config
from psfdns.certs import rules as certs
from psfdns.certs import served_rules as served
from psfdns.dangling import rules as dangling
from psfdns.delegation import answer_rules, unknown_rules
from psfdns.delegation import rules as delegation
from psfdns.diagnostics import Rule
from psfdns.plans import drift_rules, exposure
from psfdns.registrar import rules as domains
from psfdns.tenants import change_rules as changes
from psfdns.tenants import rules as tenants
from psfdns.zonefile import rules as zonefile


class Chapter(NamedTuple):
    """The rules about one subject."""

    title: str
    rules: tuple[Rule, ...]


CHAPTERS = (
    Chapter("What the records say", checks.RULES),
    Chapter("Whether what records point at is there (`check --online`)", dangling.RULES),
    Chapter("How a zone file is written", zonefile.RULES),
    Chapter("Tenants, and the layout of the repository", tenants.RULES),
    Chapter("Certificates wanted", certs.MANIFEST_RULES),
    Chapter("Certificates that are there (`psfdns certs list`)", certs.STATUS_RULES),
    Chapter("What is served (`psfdns certs verify`)", served.VERIFY_RULES),
    Chapter(
        "Whether parents lead to the zone (`psfdns delegation`)",
        (*delegation.RULES, *answer_rules.RULES, *unknown_rules.RULES),
    ),
    Chapter("Domains (`psfdns domains list`)", domains.RULES),
    Chapter("What Route 53 has (`psfdns status`)", drift_rules.RULES),
    Chapter("Whose change it is to make", changes.RULES),
    Chapter("What a reviewer of a plan is shown", (exposure.CLAIMABLE_TARGET,)),
    Chapter("psfdns.toml", config.RULES),
)

RULES = {rule.code: rule for chapter in CHAPTERS for rule in chapter.rules}
"""Code -> rule."""
