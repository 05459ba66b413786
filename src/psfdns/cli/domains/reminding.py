"""What `domains remind` does: see what ends, say what is due, keep at once what was accepted."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from psfdns.cli.delivering import open_memory, recipients, remember, send_all, why_held_back
from psfdns.cli.domains.endings import addresses_of, endings_of, token_ending, with_prices
from psfdns.cli.domains.letters import Letter, as_message, of_road, write_letters, write_pages
from psfdns.cli.domains.reminder_run import Run, Told, Ways
from psfdns.errors import NotifyError
from psfdns.notify.channel import Channel, Incident, keeps_incidents, post
from psfdns.notify.mail import Receipt
from psfdns.notify.memory import why_not
from psfdns.notify.message import one_line
from psfdns.reminders.book import Book, key_of
from psfdns.reminders.due import MAIL, PAGE, STAFF, Due, Roads, Word, find_untold
from psfdns.reminders.ending import Kind, Stage, Thing
from psfdns.reminders.look import look
from psfdns.reminders.memory import Memory

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace


def remind(workspace: Workspace, *, dry_run: bool) -> Run:
    """Look and tell, while no other run does. Raises PsfdnsError where nothing can be kept or read."""
    why_not = why_held_back(workspace, dry_run=dry_run)
    memory = Memory(workspace.config.state_dir / "notices")
    with memory.held() if why_not is None else contextlib.nullcontext():
        run = _begin(workspace, memory, why_not)
        if run.is_sending:
            memory.store(run.book)
        _tell(run)
        if run.is_sending:
            _forget_what_is_over(run)
    return run


def _begin(workspace: Workspace, memory: Memory, why_not: str | None) -> Run:
    from psfdns.cli.domains.certificate_endings import list_certificates
    from psfdns.cli.domains.key_endings import list_keys
    from psfdns.cli.domains.registering import list_domains
    from psfdns.cli.wiring import open_repository

    book, ways = memory.load(), _open_ways(workspace, is_sending=why_not is None)
    repository = open_repository(workspace)
    listing = list_domains(workspace, repository)
    tenants, now = repository.tenants, listing.now
    token = token_ending(workspace.config.registrars.token_expires)
    certificates = list_certificates(workspace, repository, now=now)
    keys = list_keys(workspace, repository, listing)
    found = [*endings_of(listing, tenants), *token, *certificates.endings, *keys.endings]
    away = {
        Kind.DOMAIN: listing.known.why_not if listing.known.holdings is None else None,
        Kind.CERTIFICATE: certificates.why_not,
        Kind.KEY: keys.why_not,
    }
    not_listed = {kind: why for kind, why in away.items() if why is not None}
    endings = look(found, book, now=now, liaisons=addresses_of(tenants), not_listed=not_listed)
    return Run(workspace, memory, ways, book, endings, tenants, now, why_not, listing.gandi_unknown)


def _open_ways(workspace: Workspace, *, is_sending: bool) -> Ways:
    """Where nothing is sent, what is not set is shown as if it were. Raises NotifyError."""
    from psfdns.cli.ways_out import open_channels, open_pages

    channels, pages = open_channels(workspace), open_pages(workspace)
    staff = {_name_of(STAFF, channel): channel for channel in channels.staff}
    paging = {_name_of(PAGE, channel): channel for channel in pages}
    if is_sending:
        roads = Roads(channels.mail is not None, tuple(staff), tuple(paging))
    else:
        roads = Roads(True, tuple(staff) or (f"{STAFF}none",), tuple(paging))  # noqa: FBT003 - see Roads
    return Ways(channels, {**staff, **paging}, roads)


def _name_of(road: str, channel: Channel) -> str:
    """By which the book knows it: not by its place in a list, which moves, nor by its URL, a secret."""
    return f"{road}{hashlib.sha256(channel.url.encode()).hexdigest()[:12]}"


def _tell(run: Run) -> None:
    """Liaisons first: of whom none could be told, staff hears at once."""
    from psfdns.cli.wiring import open_gandi

    due = run.due()
    if due:
        gandi = open_gandi(run.workspace) if run.gandi is None else None
        run.priced = with_prices({each.ending.thing: each.ending for each in due}.values(), gandi)
    mails = write_letters(of_road(due, MAIL), run.writing())
    _send_mails(run, mails)
    unreached = _unreached(run, mails) if run.is_sending else frozenset()
    for letter in write_letters(of_road(run.due(unreached), STAFF), run.writing(), unreached=unreached):
        _post(run, letter)
    _page(run, of_road(run.due(unreached), PAGE))
    run.untold = find_untold(run.endings, run.ways.roads, run.workspace.config.reminders, now=run.now)


def _send_mails(run: Run, letters: Sequence[Letter]) -> None:
    if not run.is_sending or not letters:
        run.told += [Told(letter) for letter in letters]
        return
    messages = [as_message(letter, run.tenants) for letter in letters]
    receipts: dict[str, list[Receipt]] = {}
    for letter, receipt in zip(letters, send_all(run.ways.channels, messages), strict=True):
        if receipt.accepted:
            run.keep(letter)
        run.told.append(Told(letter, None if receipt.accepted else why_not(receipt)))
        for slug in {due.ending.tenant for due in letter.dues if due.ending.tenant is not None}:
            receipts.setdefault(slug, []).append(receipt)
    _remember(run, receipts)


def _remember(run: Run, receipts: Mapping[str, Sequence[Receipt]]) -> None:
    """Which addresses are refused, for `tenants`: a tenant was told if one of its liaisons was."""
    known = open_memory(run.workspace)
    for slug, several in receipts.items():
        tenant = run.tenants[slug]
        message = replace(
            several[0].message, tenant=slug, to=recipients(tenant), about=f"reminders of {run.now.date()}"
        )
        accepted = tuple(address for each in several for address in each.accepted)
        refused = tuple(one for each in several for one in each.refused)
        fault = next((each.fault for each in several if each.fault is not None), None)
        remember(known, Receipt(message, accepted, refused, fault))


def _unreached(run: Run, letters: Iterable[Letter]) -> frozenset[Thing]:
    """Things of which no liaison has accepted what was to be said, now or in an earlier run."""
    failed = {one.letter.channel for one in run.told if one.fault is not None}
    dues = [due for letter in letters if letter.channel in failed for due in letter.dues]
    return frozenset(
        due.ending.thing for due in dues if due.word is Word.REMIND and not _reached(run.book, due)
    )


def _reached(book: Book, due: Due) -> bool:
    ending = due.ending
    return any(
        all(
            key_of(ending.end, label) in book.labels(ending.thing, f"{MAIL}{address}") for label in due.labels
        )
        for address in ending.to
    )


def _post(run: Run, letter: Letter, incident: Incident | None = None) -> None:
    """One message to a channel."""
    if not run.is_sending:
        run.told.append(Told(letter))
        return
    try:
        channel = run.ways.by_name[letter.channel]
        post(channel, subject=one_line(letter.subject), body=letter.body, incident=incident)
    except NotifyError as error:
        run.told.append(Told(letter, error.summary))
        return
    run.keep(letter)
    run.told.append(Told(letter))


def _page(run: Run, dues: Sequence[Due]) -> None:
    """An incident a thing where the service keeps incidents, one message for all where it does not."""
    for name in run.ways.roads.page:
        several = [due for due in dues if due.channel == name]
        if not several:
            continue
        if _keeps_incidents(run.ways.by_name[name]):
            for letter in write_pages(several, run.writing()):
                _post(run, letter, _incident(letter.dues[0]))
        else:
            for letter in write_letters(several, run.writing()):
                _post(run, letter)


def _keeps_incidents(channel: Channel) -> bool:
    """Of a channel that cannot be used, sending says so."""
    try:
        return keeps_incidents(channel)
    except NotifyError:
        return False


def _incident(due: Due) -> Incident:
    return Incident(f"psfdns/{due.ending.kind}/{due.ending.object}", resolved=due.word is Word.RESOLVE)


def _forget_what_is_over(run: Run) -> None:
    """A thing that is watched no more, and of which all has been said."""
    waiting = {due.ending.thing for due in run.due()}
    unwatched = [each.thing for each in run.endings if each.stage is Stage.UNWATCHED]
    for thing in unwatched:
        if thing not in waiting:
            run.book.drop(thing)
    if unwatched:
        run.memory.store(run.book)
