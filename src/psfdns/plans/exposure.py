"""New ways out of our names to hosts where a name that is free again can be taken by anybody. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.plans.plan import Change
from psfdns.providers import find_providers
from psfdns.records import RRset

CLAIMABLE_TARGET = Rule(
    "claimable-target",
    Severity.INFO,
    "A new name at a hosting provider is held by an account there before it stands in DNS.",
    "docs/contract.md §4",
    why="Where nobody holds it, or nobody does any more, whoever claims it there speaks under our name.",
    mend="see that the account behind it is the tenant's; take the record out before the account goes",
)


def find_exposed(changes: Iterable[Change]) -> Iterator[Diagnostic]:
    """One finding a record set that leads to such a provider and did not before."""
    for change in changes:
        known = {} if change.before is None else _providers(change.before)
        new = {} if change.after is None else _providers(change.after)
        for name, target in new.items():
            if name not in known:
                summary = f"{change.key} leads to {name} ({target})"
                yield CLAIMABLE_TARGET.broken(change.span, summary, hint="")
                break


def _providers(rrset: RRset) -> dict[str, str]:
    """Provider -> the target that is its."""
    found: dict[str, str] = {}
    for target, provider in find_providers(rrset):
        found.setdefault(provider.name, target)
    return found
