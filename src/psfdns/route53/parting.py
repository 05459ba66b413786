"""Whether a hosted zone may be deleted: what its parents say, what it holds, whose it is. Pure.

A zone is not deleted while a parent server delegates to it, because resolvers would be sent to servers
that do not know it any more, and whoever gets the same servers next could answer for the name. Resolvers
keep a delegation for the TTL of the parent's NS records: so that long is waited after psfdns first saw
the delegation gone (`Sighting`, kept between runs); where no TTL was ever seen, for two days.

A delegation to other servers alone is none to this zone: the domain was moved away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.lookup.parents import Delegation, ParentView
from psfdns.patterns import find_match
from psfdns.plans.desired import zone_stem
from psfdns.plans.guards import Policy, why_not_account
from psfdns.plans.host import LiveZone
from psfdns.plans.match import is_ours as is_made_by_us
from psfdns.plans.ownership import is_apex_authority, own_part
from psfdns.plans.protection import is_ours
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.settings import ZoneSettings

ASSUMED_NS_TTL = 172_800
"""Seconds; what most top-level domains give the NS records of a delegation."""
SHOWN = 20
LIFTABLE = ("parent-unknown", "unknown-records", "protected", "not-adopted")
"""What `--allow` lifts; the rest is about harm that no word makes good."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What psfdns saw of a delegation itself: when last, its largest TTL, since when it is gone."""

    seen: datetime | None = None
    ns_ttl: int | None = None
    gone: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parting:
    """One zone that is to be deleted.

    `desired` is its file's zone (None: there is no file); `parents` is what the parent's servers say, or
    why they were not asked; `servers` are the zone's own name servers; `signed` is what is left of DNSSEC.
    """

    label: str
    live: LiveZone
    desired: Zone | None
    settings: ZoneSettings
    parents: ParentView | str
    servers: frozenset[str]
    signed: str | None = None
    account: str | None = None
    policy: Policy = field(default_factory=Policy)

    @property
    def record_sets(self) -> tuple[RRset, ...]:
        """What has to be deleted first: all but the zone's own SOA and NS."""
        zone = self.live.zone
        return tuple(each for each in zone.rrsets.values() if not is_apex_authority(each.key, zone.origin))

    @property
    def pointing(self) -> tuple[Delegation, ...]:
        """The delegations to this zone's servers, and DS records without any delegation elsewhere."""
        said = self.parents.delegations if isinstance(self.parents, ParentView) else ()
        return tuple(each for each in said if self.servers & set(each.ns) or (each.ds and not each.ns))

    @property
    def unheard(self) -> str | None:
        """Who of the parents said nothing, in words; None where all of them answered."""
        if isinstance(self.parents, str):
            return self.parents
        if silent := self.parents.silent:
            return "; ".join(f"{name} {failure.words}" for name, failure in silent)
        return None if self.parents.delegations else f"no server of {self.parents.parent} answered"


def note_sighting(before: Sighting, parting: Parting, *, now: datetime, allowed: bool) -> Sighting:
    """What is to be remembered; where a parent is silent and that is not `allowed`, nothing new."""
    pointing = parting.pointing
    if pointing:
        heard = [ttl for each in pointing for ttl in (each.ns_ttl, each.ds_ttl) if ttl is not None]
        return Sighting(now, max([before.ns_ttl or 0, *heard]) or None, None)
    asked = isinstance(parting.parents, ParentView) and parting.parents.delegations
    if not asked or (parting.unheard is not None and not allowed):
        return before
    return before if before.gone is not None else replace(before, gone=now)


def wait_until(sighting: Sighting) -> datetime | None:
    """When no resolver holds the delegation any more; None where psfdns knows of none."""
    since = sighting.gone or sighting.seen
    return None if since is None else since + timedelta(seconds=sighting.ns_ttl or ASSUMED_NS_TTL)


def judge_parting(parting: Parting, sighting: Sighting, *, now: datetime) -> Iterator[Diagnostic]:
    """Everything that speaks against deleting the zone now; `sighting` is today's."""
    yield from _judge_owner(parting)
    yield from _judge_parents(parting)
    until = wait_until(sighting)
    if until is not None and now < until and not parting.pointing:
        yield _no(
            parting,
            "parent-ttl",
            f"resolvers may keep its delegation until {until:%Y-%m-%dT%H:%M:%SZ}: psfdns first saw it gone "
            f"less than the TTL of the parent's NS records ago ({sighting.ns_ttl or ASSUMED_NS_TTL} seconds)",
            "run the command again after that",
        )
    yield from _judge_contents(parting)


def _judge_owner(parting: Parting) -> Iterator[Diagnostic]:
    hosted = parting.live.hosted
    why = why_not_account(parting.account, parting.policy.accounts)
    if why is not None:
        yield _no(parting, "account", why, "use the credentials of one of them (or --sandbox)")
    if hosted.linked_service is not None:
        by = hosted.linked_service
        yield _no(parting, "linked-service", f"made and kept by another service: {by}", "delete it there")
    elif parting.policy.adopted_only and not is_made_by_us(hosted) and parting.settings.id is None:
        yield _no(
            parting,
            "not-adopted",
            f"hosted zone {hosted.id} was not made by psfdns and is not adopted",
            "set `id` of the zone in tenant.toml, or",
        )
    if parting.signed is not None:
        yield _no(
            parting,
            "dnssec",
            f"DNSSEC is not off: {parting.signed}",
            "have the DS taken from the parent, wait for its TTL, disable signing and delete the keys first",
        )


def _judge_parents(parting: Parting) -> Iterator[Diagnostic]:
    if isinstance(parting.parents, ParentView):
        for server, said in parting.parents.heard:
            if isinstance(said, Delegation) and parting.servers & set(said.ns):
                named = ", ".join(said.ns)
                yield _no(
                    parting,
                    "delegated",
                    f"{server} of {parting.parents.parent} delegates to it: {named}",
                    "have the NS records taken from the parent first, at the registrar or in its zone",
                )
            if isinstance(said, Delegation) and said.ds and said in parting.pointing:
                yield _no(
                    parting,
                    "ds-at-parent",
                    f"{server} of {parting.parents.parent} has its DS",
                    "have the DS taken from the parent first, before the NS records",
                )
    if parting.unheard is not None:
        yield _no(parting, "parent-unknown", f"not all of its parents were heard: {parting.unheard}")


def _judge_contents(parting: Parting) -> Iterator[Diagnostic]:
    live, origin = parting.live, parting.live.zone.origin
    foreign = [f"{e.key} ({e.reason})" for e in live.foreign if not is_apex_authority(e.key, origin)]
    if foreign:
        summary = f"holds what psfdns cannot write down, so that it could not be made again: {_join(foreign)}"
        yield _no(parting, "foreign-records", summary, "delete these by hand first")
    unknown = [str(each.key) for each in _unknown(parting)]
    if unknown:
        what = "its file does not know" if parting.desired is not None else "no file knows"
        hint = "delete them or take them into the file (psfdns import), or"
        yield _no(
            parting, "unknown-records", f"{len(unknown)} record sets that {what}: {_join(unknown)}", hint
        )
    guarded = [
        str(each.key)
        for each in parting.record_sets
        if find_match(parting.settings.protect, each.key, origin) is not None
    ]
    if guarded:
        yield _no(parting, "protected", f"`protect` in tenant.toml holds: {_join(guarded)}")
    others = [f"{each.name} {each.type}" for each in live.protections or () if not is_ours(each)]
    if others:
        summary = f"somebody else protects at Route 53: {_join(others)}"
        yield _no(parting, "foreign-protection", summary, "who set the protections has to take them away")


def _unknown(parting: Parting) -> Iterator[RRset]:
    """What is live and not just so in the file."""
    known: Mapping[RRsetKey, RRset] = {}
    if parting.desired is not None:
        own = own_part(parting.desired, parting.settings, hosted_id=parting.live.hosted.id)
        known = own.rrsets
    return (each for each in parting.record_sets if known.get(each.key) != each)


def _join(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _no(parting: Parting, code: str, summary: str, hint: str = "") -> Diagnostic:
    """A finding; one that can be lifted says how."""
    if code in LIFTABLE:
        hint = f"{hint} --allow {code}".strip()
    return Diagnostic(code, Severity.ERROR, f"{zone_stem(parting.label)}: {summary}", None, hint)
