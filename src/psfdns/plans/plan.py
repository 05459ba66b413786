"""The plan as a value: what will happen to each zone, derived wherever it can be. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from psfdns.diagnostics import Diagnostic, Span, has_errors
from psfdns.plans.desired import zone_label
from psfdns.plans.host import Foreign
from psfdns.records import RRset, RRsetKey


class ChangeAction(enum.StrEnum):
    """What happens to one record set."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class ZoneAction(enum.StrEnum):
    """What happens to one zone."""

    NONE = "none"
    CREATE = "create"
    CHANGE = "change"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Change:
    """One record set before and after; both None is refused. A new identifier or type is two changes."""

    before: RRset | None
    after: RRset | None
    cached_for: int | None = None

    def __post_init__(self) -> None:
        """Refuse a change that changes nothing we could name."""
        if self.before is None and self.after is None:
            raise ValueError("a change needs a record set before or after")
        if self.before is not None and self.after is not None and self.before.key != self.after.key:
            raise ValueError("a change keeps the key; another key is a delete and a create")

    @property
    def action(self) -> ChangeAction:
        """Derived from what is there before and after."""
        if self.before is None:
            return ChangeAction.CREATE
        return ChangeAction.DELETE if self.after is None else ChangeAction.UPDATE

    @property
    def span(self) -> Span | None:
        """The line to look at: that of the first value that is new, else where the record set begins."""
        if self.after is None or self.before is None:
            return self.after.span if self.after else None
        known = set(self.before.values)
        places = zip(self.after.values, self.after.spans, strict=False)
        new = [span for value, span in places if value not in known]
        return min(new, key=lambda span: span.first_line or 0) if new else self.after.span

    @property
    def key(self) -> RRsetKey:
        """The key of the record set."""
        rrset = self.after or self.before
        assert rrset is not None  # noqa: S101 - __post_init__ refuses it
        return rrset.key


@dataclass(frozen=True, slots=True)
class Setting:
    """A property of the hosted zone that will change (comment, delegation_set, vpcs, tags); None: absent."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """What will happen to one zone. `hosted_id` None: the zone does not exist yet (or is in error).

    `adopted` is false for a live zone that psfdns neither made nor was given by id. The counts are
    those of the record sets that are ours: without foreign ones, and without the apex SOA and NS
    where those are Route 53's.
    """

    origin: str
    view: str | None
    hosted_id: str | None
    tenant: str
    private: bool
    changes: tuple[Change, ...] = ()
    settings: tuple[Setting, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    desired_digest: str | None = None
    live_digest: str | None = None
    live_rrset_count: int = 0
    desired_rrset_count: int = 0
    adopted: bool = True

    @property
    def label(self) -> str:
        """The zone's name, with its view where it has one."""
        return zone_label(self.origin, self.view)

    @property
    def action(self) -> ZoneAction:
        """Error findings win; then creation; then any change of records or settings."""
        if has_errors(self.findings):
            return ZoneAction.ERROR
        if self.hosted_id is None:
            return ZoneAction.CREATE
        return ZoneAction.CHANGE if self.changes or self.settings else ZoneAction.NONE


@dataclass(frozen=True, slots=True)
class Refusal:
    """A guard's no for one zone (its label); the finding's code is what `--allow` takes."""

    zone: str
    finding: Diagnostic


@dataclass(frozen=True, slots=True)
class UnmanagedZone:
    """A live zone that no file describes."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All zones selected, in canonical order; `account` is None where it cannot be learnt."""

    account: str | None
    zones: tuple[ZonePlan, ...]
    unmanaged: tuple[UnmanagedZone, ...] = ()
    refused: tuple[Refusal, ...] = ()
