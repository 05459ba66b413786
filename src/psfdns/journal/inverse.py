"""Undoing an entry as an ordinary plan against what is live now. Pure.

Only what still is as the entry left it is undone. What somebody changed since is kept and named, and so
is what cannot stand beside what somebody made since, or would point at what is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psfdns.journal.entry import Api, Entry, EntryZone
from psfdns.journal.progress import MADE, Progress
from psfdns.journal.recorder import Fate
from psfdns.patterns import find_match
from psfdns.plans.caches import Caches
from psfdns.plans.desired import HeldZone
from psfdns.plans.diff import diff_zones, key_order
from psfdns.plans.host import LiveZone
from psfdns.plans.match import is_ours
from psfdns.plans.ownership import is_apex_authority
from psfdns.plans.plan import Change, Setting, ZonePlan
from psfdns.records import SELF_ZONE, RRset, RRsetKey, Zone
from psfdns.routing import Weighted
from psfdns.rrsets import InexpressibleError, from_api
from psfdns.settings import Apex, ZoneSettings

Blame = Callable[[str, RRsetKey], str | None]
"""Hosted id and key -> who of ours changed it later, in words."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is not undone, and why; `key` None: it is about the zone."""

    zone: str
    key: RRsetKey | None
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Undoing:
    """The plan's zones, the spelling that record sets get back, what is kept, and how much stands already."""

    zones: tuple[ZonePlan, ...] = ()
    spellings: Mapping[str, Mapping[RRsetKey, Api]] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    undone_before: int = 0


def ids_to_fetch(entry: Entry, progress: Progress) -> frozenset[str]:
    """The hosted zones that undoing an entry needs: those that it changed and did not make."""
    return frozenset(zone.id for zone in entry.zones if zone.id is not None and _was_touched(zone, progress))


def plan_undoing(
    entry: Entry,
    progress: Progress,
    live: Mapping[str, LiveZone],
    *,
    held: Mapping[str, HeldZone],
    blame: Blame = lambda *_: None,
) -> Undoing:
    """Undo an entry; `live` holds by id the zones of `ids_to_fetch` that exist, `held` zones by label."""
    plans: list[ZonePlan] = []
    spellings: dict[str, Mapping[RRsetKey, Api]] = {}
    kept: list[Kept] = []
    undone_before = 0
    for zone in entry.zones:
        if not _was_touched(zone, progress):
            continue
        now = live.get(zone.id or "")
        if now is None:
            kept.append(_kept_zone(zone, progress, deleted=bool(zone.contents)))
            continue
        settings = held[zone.label].settings if zone.label in held else ZoneSettings()
        undo = _ZoneUndo(zone, progress, now, settings, blame)
        undo.work()
        kept += undo.kept
        undone_before += undo.undone_before
        plans.append(undo.plan())
        spellings[now.hosted.id] = undo.spellings()
    return Undoing(tuple(plans), spellings, tuple(kept), undone_before)


def _was_touched(zone: EntryZone, progress: Progress) -> bool:
    return any(step.fate in _PERHAPS for step in progress.of_zone(zone.label))


_PERHAPS = MADE | {Fate.UNKNOWN}


def _kept_zone(zone: EntryZone, progress: Progress, *, deleted: bool) -> Kept:
    stem = zone.label.replace(".@", "@").removesuffix(".")
    if deleted:
        why = "the zone itself was deleted; psfdns apply makes it anew from its file, with other name servers"
    elif zone.id is None and progress.hosted_id(zone) is not None:
        why = f"the zone was made by it and stays, with all that it holds: psfdns zone delete {stem}"
    elif zone.id is None:
        why = "it is not known whether the zone was made; it stays if it was"
    else:
        why = f"hosted zone {zone.id} is not there any more"
    return Kept(zone.label, None, "zone", why)


class _ZoneUndo:
    """Undoing what was done to one zone that is still there."""

    def __init__(
        self, zone: EntryZone, progress: Progress, now: LiveZone, settings: ZoneSettings, blame: Blame
    ) -> None:
        self.kept: list[Kept] = []
        self.undone_before = 0
        self._zone = zone
        self._progress = progress
        self._now = now
        self._settings = settings
        self._blame = blame
        self._back: dict[RRsetKey, RRset | None] = {}
        self._setting: Setting | None = None

    def work(self) -> None:
        """Decide of each record set and of the comment."""
        foreign = {item.key: item.reason for item in self._now.foreign}
        unsure = frozenset(self._progress.changes_with(self._zone, {Fate.UNKNOWN}))
        for change in self._progress.changes_with(self._zone, _PERHAPS):
            live = self._now.zone.rrsets.get(change.key)
            if change.key in foreign:
                self._keep(change.key, f"is not psfdns's to change now: {foreign[change.key]}")
            elif live == change.before:
                self.undone_before += change not in unsure
            elif live != change.after:
                self._keep(change.key, self._explain(change, live))
            elif pattern := find_match(self._settings.ignore, change.key, self._zone.name):
                self._keep(change.key, f'is left to another writer: ignore has "{pattern.text}"')
            else:
                self._back[change.key] = change.before
        while clash := next(self._clashes(), None):
            self._give_up(*clash)
        self._undo_comment()

    def plan(self) -> ZonePlan:
        """What is to be done, judged as any plan is."""
        live = self._now.zone
        after = self._after()
        changes = Caches(live).annotate(diff_zones(desired=after, live=live))
        return ZonePlan(
            origin=self._zone.name,
            view=self._zone.view,
            hosted_id=self._now.hosted.id,
            tenant=self._zone.tenant,
            private=self._now.hosted.private,
            changes=tuple(changes),
            settings=() if self._setting is None else (self._setting,),
            live_rrset_count=self._count_own(live),
            desired_rrset_count=self._count_own(after),
            adopted=is_ours(self._now.hosted) or self._settings.id is not None,
        )

    def spellings(self) -> dict[RRsetKey, Api]:
        """The API's own form of what comes back, as far as it still means what was kept."""
        return {
            key: self._zone.read[key]
            for key, rrset in self._back.items()
            if rrset is not None and key in self._zone.read and self._means(self._zone.read[key], rrset)
        }

    def _means(self, api: Api, rrset: RRset) -> bool:
        try:
            return from_api(api, zone_id=self._now.hosted.id) == rrset
        except (InexpressibleError, KeyError, TypeError, AttributeError):
            return False

    def _count_own(self, zone: Zone) -> int:
        if self._settings.apex is Apex.MANAGED:
            return len(zone.rrsets)
        return sum(not is_apex_authority(key, zone.origin) for key in zone.rrsets)

    def _after(self) -> Zone:
        """The zone as it would be."""
        rrsets = dict(self._now.zone.rrsets)
        for key, rrset in self._back.items():
            if rrset is None:
                rrsets.pop(key, None)
            else:
                rrsets[key] = rrset
        return Zone(self._zone.name, rrsets)

    def _clashes(self) -> Iterator[tuple[str, str]]:
        """A name that cannot be put back, and why."""
        rrsets = self._after().rrsets
        by_name: dict[str, list[RRsetKey]] = {}
        for key in (*rrsets, *(item.key for item in self._now.foreign)):
            by_name.setdefault(key.name, []).append(key)
        for key in sorted(self._back, key=key_order):
            rrset = self._back[key]
            for rival in by_name.get(key.name, ()) if rrset else ():
                if rival not in self._back and _excludes(rrsets.get(rival), rival, rrsets[key]):
                    yield key.name, f"cannot stand beside {rival}, which is there now"
            if rrset and _is_dangling(rrset, by_name):
                yield key.name, f"would point at {rrset.alias and rrset.alias.name}, which is not there now"

    def _give_up(self, name: str, why: str) -> None:
        for key in [key for key in self._back if key.name == name]:
            del self._back[key]
            self._keep(key, f"as it was before, it {why}")

    def _keep(self, key: RRsetKey, why: str) -> None:
        self.kept.append(Kept(self._zone.label, key, str(key), why))

    def _explain(self, change: Change, live: RRset | None) -> str:
        by = self._blame(self._now.hosted.id, change.key) or "somebody else"
        return f"was changed since by {by}: {_show(change.after)} was left, {_show(live)} is live"

    def _undo_comment(self) -> None:
        was = next((setting for setting in self._zone.settings if setting.name == "comment"), None)
        steps = [step for step in self._progress.of_zone(self._zone.label) if step.name == "comment"]
        if was is None or not any(step.fate in _PERHAPS for step in steps):
            return
        now = self._now.hosted.comment or None
        if now == was.after:
            self._setting = Setting("comment", was.after, was.before)
        elif now != was.before:
            why = f"was changed since: {was.after!r} was left, {now!r} is live"
            self.kept.append(Kept(self._zone.label, None, "comment", why))


def _excludes(other: RRset | None, rival: RRsetKey, ours: RRset) -> bool:
    """Whether Route 53 refuses both at once; `other` is None where psfdns cannot read it."""
    key = ours.key
    if rival.type != key.type:
        return "CNAME" in (rival.type, key.type)
    if (rival.set_identifier is None) != (key.set_identifier is None):
        return True
    if other is None or type(other.routing) is not type(ours.routing):
        return True
    both_weighted = isinstance(ours.routing, Weighted) and None not in (other.ttl, ours.ttl)
    return both_weighted and other.ttl != ours.ttl


def _is_dangling(rrset: RRset, by_name: Mapping[str, Sequence[RRsetKey]]) -> bool:
    alias = rrset.alias
    if alias is None or alias.zone_id != SELF_ZONE:
        return False
    return all(key.type != rrset.type for key in by_name.get(alias.name, ()))


def _show(rrset: RRset | None) -> str:
    if rrset is None:
        return "nothing"
    if rrset.alias is not None:
        return f"an alias of {rrset.alias.name}"
    return f"{', '.join(rrset.values[:3])}{', …' if len(rrset.values) > 3 else ''} (TTL {rrset.ttl})"


def blame_later(later: Sequence[tuple[Entry, Progress]]) -> Blame:
    """Which of the later entries, oldest first, changed a record set first."""
    names: dict[tuple[str, RRsetKey], str] = {}
    for entry, progress in later:
        for zone in entry.zones:
            zone_id = progress.hosted_id(zone)
            for change in progress.changes_with(zone, MADE) if zone_id else ():
                told = f"psfdns {entry.kind} {entry.id} ({entry.who.user})"
                names.setdefault((zone_id or "", change.key), told)
    return lambda zone_id, key: names.get((zone_id, key))


def has_effects(entry: Entry, progress: Progress) -> bool:
    """Whether the entry changed, or may have changed, anything that can be undone."""
    return any(
        progress.changes_with(zone, _PERHAPS)
        or any(step.name == "comment" and step.fate in _PERHAPS for step in progress.of_zone(zone.label))
        for zone in entry.zones
    )
