"""Procedures on the command line: which one is meant, how far it goes now, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psfdns.cli.dnssec.acting import Hands, refuse_unfit_key
from psfdns.cli.dnssec.noting import ALIAS, Book, deciding
from psfdns.cli.dnssec.observing import Site, look_at
from psfdns.cli.dnssec.places import open_shelf
from psfdns.cli.dnssec.standing import Stand, UnheardError
from psfdns.dnssec.procedures.advance import Keeping, advance
from psfdns.dnssec.procedures.begin import Request, begin, go_back, refusal, refuse_other_key
from psfdns.dnssec.procedures.decide import Decision, decide
from psfdns.dnssec.procedures.naming import key_name
from psfdns.dnssec.procedures.record import Kind, Record, whole_second
from psfdns.dnssec.procedures.seen import Holds, all_parents_heard
from psfdns.dnssec.procedures.step import Unheard, Wait
from psfdns.dnssec.procedures.store import Shelf
from psfdns.errors import PsfdnsError, UsageError
from psfdns.settings import Registrar

if TYPE_CHECKING:
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.dnssec.procedures.seen import Seen
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile

_GENERATIONS = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of one zone: a kind of procedure, or the way back from the one that is open."""

    kind: Kind
    back: bool = False
    kms_key: str | None = None
    by_hand: bool = False
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that procedures of any zone need."""

    workspace: Workspace
    access: Access
    repository: Repository
    shelf: Shelf

    def site(self, zone: str) -> Site:
        """The zone with its file and hosted zone. Raises PsfdnsError where it may not be changed."""
        from psfdns.cli.dnssec.permitting import find_hosted, refuse_forbidden
        from psfdns.cli.wiring import open_gandi

        file = self._file(zone)
        hosted = find_hosted(self.access, self.repository, file)
        site = Site(self.workspace, self.access, self.repository, file, hosted, open_gandi(self.workspace))
        refuse_forbidden(site)
        return site

    def _file(self, zone: str) -> ZoneFile:
        files = [each for each in self.repository.zone_files if each.origin == zone]
        public = [each for each in files if not each.settings.private]
        if not files:
            raise UsageError(f"there is no zone file of {zone}")
        if not public:
            raise UsageError(f"{zone} is private: Route 53 does not sign such zones")
        return public[0]

    def keeping(self) -> Keeping:
        """Who does it, and the clock."""
        from psfdns.cli.wiring import host_name, now, who_acts

        return Keeping(f"{who_acts()}@{host_name()}", now, self.shelf.keep)


def open_office(workspace: Workspace) -> Office:
    """Nothing is asked yet."""
    from psfdns.cli.wiring import open_access, open_repository

    return Office(workspace, open_access(workspace), open_repository(workspace), open_shelf(workspace))


def proceed(office: Office, zone: str, wish: Wish, *, yes: bool, dry_run: bool) -> Stand:
    """Begin, go on with, or go back from a procedure. Raises PsfdnsError with nothing done."""
    if dry_run:
        return _rehearse(office, zone, wish)
    with office.shelf.held(zone):
        site = office.site(zone)
        record, seen = _meant(office, site, wish)
        if record is None:
            return Stand(zone, None)
        first = _first_look(record, seen)
        if first is not None:
            return Stand(zone, record, first)
        if not record.done and not record.sent:
            _ask_to_begin(site, record, yes=yes)
        who, before = office.keeping().who, office.shelf.load(zone)
        record = deciding(record, before, who=who, take_over=wish.take_over)
        return Stand(zone, *_run(office, site, record, yes=yes))


def _rehearse(office: Office, zone: str, wish: Wish) -> Stand:
    """Look and decide, and keep nothing."""
    site = office.site(zone)
    record, seen = _meant(office, site, wish)
    if record is None:
        return Stand(zone, None)
    decision = _first_look(record, seen) or decide(record, seen, office.keeping().now(), "")
    return Stand(zone, decision.record, decision)


def _ask_to_begin(site: Site, record: Record, *, yes: bool) -> None:
    """What cron goes on with was agreed to as a whole, and seen. Raises PsfdnsError."""
    import click

    from psfdns.cli.dnssec.view_procedure import render_time_line
    from psfdns.cli.wiring import is_interactive

    if yes:
        return
    name = site.zone.removesuffix(".")
    if not is_interactive():
        why = f"nothing was begun: there is no terminal to ask on whether to {record.kind.value} {name}"
        raise PsfdnsError(why, hint="--yes begins unasked; --dry-run shows what would be done when")
    click.echo(render_time_line(record, record.begun), err=True, nl=False)
    back = "Go back" if record.back else "Begin"
    if not click.confirm(f"{back}: {record.kind.value} {name}?", err=True):
        raise PsfdnsError("nothing was begun: the answer was no")


def _run(office: Office, site: Site, record: Record, *, yes: bool) -> tuple[Record, Decision]:
    book, keeping = Book(site), office.keeping()
    keeping = replace(keeping, keep=book.keeping(keeping.keep))
    decision = advance(record, Hands(site, yes, book), keeping)
    return decision.record, decision


def _first_look(record: Record, seen: Seen) -> Decision | None:
    """What keeps a procedure from beginning at all. Raises PlanRefusedError."""
    if record.done:
        return None
    decision = decide(record, seen, record.begun, "")
    if decision.step is None or decision.step.name != "ready":
        return None
    if isinstance(decision.verdict, Unheard):
        return decision
    if isinstance(decision.verdict, Wait):
        hint = "psfdns delegation and psfdns dnssec status say what has to be mended first"
        raise refusal("not-ready", f"{record.zone}: {decision.verdict.why}", hint)
    return None


def _meant(office: Office, site: Site, wish: Wish) -> tuple[Record | None, Seen]:
    """The record to go on with: the open one, or a new one. Raises PsfdnsError."""
    before = office.shelf.load(site.zone)
    by_gandi = _by_gandi(site, wish, before)
    changes = [sent.change for sent in before.sent.values() if sent.change] if before else []
    seen = look_at(site, changes=changes, by_gandi=by_gandi)
    if before is not None and before.is_open:
        _refuse_other(site, before)
        return _meant_of_open(office, site, wish, before, seen), seen
    if wish.back:
        hint = f"psfdns dnssec status {site.zone.removesuffix('.')} says how it stands"
        raise refusal("nothing-open", f"{site.zone}: no procedure is open, so there is no way back", hint)
    _refuse_unheard(wish.kind, seen)
    return begin(wish.kind, _request(office, site, wish, by_gandi, seen), seen, before), seen


def _refuse_other(site: Site, record: Record) -> None:
    if record.zone_id != site.hosted.id:
        raise PsfdnsError(
            f"{site.zone}: an unfinished procedure is of another hosted zone, {record.zone_id}",
            hint="pin that one with `id` in tenant.toml, or move its file in .psfdns/dnssec away",
        )


def _refuse_unheard(kind: Kind, seen: Seen) -> None:
    """A rotation has to know which DS the parent has. Raises PsfdnsError."""
    heard = all_parents_heard(seen)
    if kind is Kind.ROTATE and heard.holds is not Holds.YES:
        raise UnheardError(f"nothing was done: {heard.why}", hint="ask again later")


def _meant_of_open(office: Office, site: Site, wish: Wish, before: Record, seen: Seen) -> Record:
    """However often it is said, it goes the way that is named."""
    request = _request(office, site, wish, before.by_gandi and not wish.by_hand, seen)
    if (before.kind is Kind.ROTATE) is (wish.kind is Kind.ROTATE):
        if _is_its_way(before, wish):
            refuse_other_key(before.key, request)
            return replace(before, by_gandi=request.by_gandi)
        return go_back(before, request, seen)
    if wish.kind is Kind.DISABLE and not wish.back:
        record = begin(wish.kind, request, seen, before)
        assert record is not None  # noqa: S101 - what is open always has a way to its end
        return record
    raise refusal(
        "another-open",
        f"{site.zone}: {before.kind.value} has not ended",
        f"psfdns dnssec continue {site.zone.removesuffix('.')} goes on with it, "
        f"psfdns dnssec {before.kind.value} {site.zone.removesuffix('.')} --back goes back from it",
    )


def _is_its_way(before: Record, wish: Wish) -> bool:
    """Whether what is open goes where a person wants to."""
    if wish.kind is Kind.ROTATE:
        return before.back is wish.back
    return (before.kind is wish.kind) is not wish.back


def _by_gandi(site: Site, wish: Wish, before: Record | None) -> bool:
    """Whether the DS is ordered at Gandi. Raises PsfdnsError where it should be, and cannot."""
    from psfdns.registrar.registrable import domain_of

    if wish.by_hand:
        return False
    if before is not None and before.is_open:
        return before.by_gandi
    is_there = site.file.settings.registrar is Registrar.GANDI and domain_of(site.zone) == site.zone
    if is_there:
        from psfdns.cli.domains.ordering import look_at as look_at_domain
        from psfdns.cli.domains.ordering import need_gandi

        look_at_domain(site.workspace, need_gandi(site.workspace), site.zone)
    return is_there


def _request(office: Office, site: Site, wish: Wish, by_gandi: bool, seen: Seen) -> Request:  # noqa: FBT001
    from psfdns.cli.dnssec.past_ttls import stale_until

    at = whole_second(office.keeping().now())
    name = _free_name(site, seen)
    return Request(
        site.zone,
        site.hosted.id,
        site.access.host.look_up_account(),
        by_gandi,
        at,
        name,
        _given_key(site, wish.kms_key) if wish.kms_key else "",
        stale_until(site.workspace, site.zone, site.hosted.id, at),
        wish.take_over,
    )


def _free_name(site: Site, seen: Seen) -> str:
    """The first name of which neither Route 53 nor KMS has a key."""
    for number in range(1, _GENERATIONS):
        name = key_name(site.zone, number)
        if seen.ksk(name) is None and site.access.kms.describe_key(ALIAS + name) is None:
            return name
    raise PsfdnsError(f"{site.zone}: all {_GENERATIONS} names of keys are taken in KMS")


def _given_key(site: Site, text: str) -> str:
    """The ARN of a key that a person names. Raises PsfdnsError for one that does not fit."""
    found = site.access.kms.describe_key(text)
    if found is None:
        raise UsageError(f"--kms-key {text}: KMS has no such key in us-east-1")
    refuse_unfit_key(site, found)
    return found.arn


def go_on(office: Office, zones: Sequence[str], *, yes: bool) -> list[Stand]:
    """Every open procedure as far as it goes; what fails with one zone stops no other."""
    stands = [_go_on_with(office, zone, yes=yes) for zone in zones]
    return [stand for stand in stands if stand is not None]


def _go_on_with(office: Office, zone: str, *, yes: bool) -> Stand | None:
    record: Record | None = None
    try:
        with office.shelf.held(zone):
            record = office.shelf.load(zone)
            if record is None or not record.is_open:
                return None
            site = office.site(zone)
            _refuse_other(site, record)
            return Stand(zone, *_run(office, site, record, yes=yes))
    except UsageError as error:
        error.hint = (
            "nothing goes on without the zone and its file; if it is gone for good, and no DS of it is left, "
            f"move {office.shelf.path(zone)} away"
        )
        return Stand(zone, record, error=error)
    except PsfdnsError as error:
        return Stand(zone, record, error=error)


def open_records(shelf: Shelf, zones: Sequence[str] = ()) -> list[Record]:
    """The procedures that have not ended. Raises PsfdnsError where one cannot be read."""
    found = [shelf.load(zone) for zone in (zones or shelf.zones())]
    return [record for record in found if record is not None and record.is_open]
