"""Who hears of what was applied: each tenant whose zones were touched, once, and staff.

Nothing here fails the command that it follows: what could not be told is a warning, is remembered, and
stands in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psfdns.cli.delivering import (
    open_memory,
    post_all,
    receipt_shape,
    recipients,
    remember,
    say_undelivered,
    send_all,
    warn,
)
from psfdns.cli.options import Verbosity
from psfdns.errors import NotifyError, PsfdnsError
from psfdns.moments import write_moment

if TYPE_CHECKING:
    from psfdns.cli.ways_out import Channels
    from psfdns.cli.wiring import Workspace
    from psfdns.journal.entry import Entry
    from psfdns.notify.mail import Receipt
    from psfdns.notify.memory import Findings, Memory
    from psfdns.notify.message import Message
    from psfdns.notify.touched import TouchedZone
    from psfdns.route53.apply import Outcome
    from psfdns.tenants.load import Repository
    from psfdns.tenants.tenant import Tenant

Shape = dict[str, Any]


@dataclass(slots=True)
class _Round:
    """All messages about one entry: those to be sent, and the tenants to whom none can be."""

    entry: Entry
    why: str | None
    messages: list[Message] = field(default_factory=list)
    unreachable: dict[str, str] = field(default_factory=dict)


def entry_of(outcome: Outcome | None) -> str | None:
    """The journal's entry of what was done; None where nothing was."""
    zones = outcome.zones if outcome is not None else ()
    return next((zone.journal for zone in zones if zone.journal is not None), None)


def tell_tenants(
    workspace: Workspace, repository: Repository, entry_id: str | None, *, notify: bool
) -> list[Shape]:
    """Tell the tenants whose zones an entry touched, and staff; what became of it, a shape a tenant.

    Never raises for what goes wrong on the way.
    """
    if entry_id is None or not notify:
        return []
    try:
        return _tell(workspace, repository, entry_id)
    except PsfdnsError as error:
        warn(workspace, f"tenants were not told of {entry_id}: {error.summary}", error.hint)
    except KeyboardInterrupt:
        warn(workspace, f"stopped: not every tenant was told of {entry_id}")
    return []


def _tell(workspace: Workspace, repository: Repository, entry_id: str) -> list[Shape]:
    from psfdns.cli.apply.journalling import open_journal
    from psfdns.cli.ways_out import open_channels

    stored = open_journal(workspace).load(entry_id)
    if stored.entry is None:
        raise PsfdnsError(stored.fault or "its entry cannot be read")
    touched = _touched_zones(repository, stored.entry, stored.progress)
    if not touched or not _is_wanted(workspace, repository, touched):
        return []
    memory = open_memory(workspace)
    try:
        channels = open_channels(workspace)
    except NotifyError as error:
        _remember_all(memory, touched, entry_id, error.summary)
        raise
    if channels.mail is None and not channels.staff:
        return []
    told = _Round(stored.entry, _commit_subject(workspace, stored.entry))
    _compose(told, repository, touched, memory.load())
    return _send(workspace, told, channels, memory)


def _touched_zones(
    repository: Repository, entry: Entry, progress: Any
) -> Mapping[str, Sequence[TouchedZone]]:
    from psfdns.names import is_subdomain
    from psfdns.notify.touched import touched_zones
    from psfdns.plans.desired import zone_label

    labels = {zone.label: zone for zone in entry.zones}
    delegations: dict[str, dict[str, str]] = {label: {} for label in labels}
    for file in repository.zone_files:
        for label, zone in labels.items():
            if zone.name != file.origin and is_subdomain(file.origin, zone.name):
                delegations[label][file.origin] = file.tenant
    for file in repository.zone_files:
        label = zone_label(file.origin, file.view)
        if label in labels:
            named = {name.removesuffix(".") + ".": to for name, to in file.settings.delegated.items()}
            delegations[label].update(named)
    return touched_zones(entry, progress, delegations)


def _is_wanted(
    workspace: Workspace, repository: Repository, touched: Mapping[str, Sequence[TouchedZone]]
) -> bool:
    """The sandbox tells nobody, unless psfdns.toml wants to see what would be told."""
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import talk

    if not workspace.options.sandbox or workspace.config.notify.sandbox:
        return True
    for slug in touched:
        tenant = repository.tenants.get(slug)
        names = ", ".join(one.email for one in tenant.liaisons) if tenant else ""
        text = f"not told, this is the sandbox: {slug or 'no tenant'} ({names or 'nobody to tell'})"
        talk(workspace.options, escape(text), at=Verbosity.VERBOSE)
    return False


def _commit_subject(workspace: Workspace, entry: Entry) -> str | None:
    from psfdns.cli.revision import look_up_subject

    return look_up_subject(workspace.root, entry.commit)


def _compose(
    told: _Round,
    repository: Repository,
    touched: Mapping[str, Sequence[TouchedZone]],
    known: Findings,
) -> None:
    """A message for each tenant who has somebody to read it."""
    for slug, zones in touched.items():
        tenant = repository.tenants.get(slug)
        if tenant is None or not tenant.liaisons:
            told.unreachable[slug] = "no liaison is named" if tenant else "no tenant.toml tells whose it is"
        else:
            told.messages.append(_message(told, tenant, zones, known))


def _message(told: _Round, tenant: Tenant, zones: Sequence[TouchedZone], known: Findings) -> Message:
    from psfdns.cli.views.notice import render_body, render_subject, to_document
    from psfdns.notify.message import Message

    missed = known.missed.get(tenant.slug, ())
    document = to_document(told.entry, tenant, zones, why=told.why, missed=missed)
    return Message(
        tenant.slug,
        tenant.name,
        recipients(tenant),
        render_subject(document),
        render_body(document),
        told.entry.id,
    )


def _send(workspace: Workspace, told: _Round, channels: Channels, memory: Memory) -> list[Shape]:
    """Mail first, then staff, who read who heard of it; journal and memory keep it."""
    from psfdns.cli.wiring import now
    from psfdns.journal.entry import stamp

    shapes: list[Shape] = []
    try:
        if channels.mail is not None:
            for receipt in send_all(channels, told.messages):
                shapes.append(receipt_shape(receipt, at=stamp(now())))
                _keep(workspace, memory, receipt)
            _keep_unreachable(memory, told)
            shapes += [_unreachable_shape(slug, why, at=stamp(now())) for slug, why in _sorted(told)]
    finally:
        _journal(workspace, told.entry.id, shapes)
    say_undelivered(workspace, shapes)
    _tell_staff(workspace, told, channels, shapes)
    return shapes


def _sorted(told: _Round) -> list[tuple[str, str]]:
    return sorted(told.unreachable.items())


def _unreachable_shape(slug: str, why: str, *, at: str) -> Shape:
    return {"tenant": slug, "at": at, "to": [], "refused": [], "fault": why}


def _keep(workspace: Workspace, memory: Memory, receipt: Receipt) -> None:
    """Remember what became of one message; that this cannot be written is said."""
    try:
        remember(memory, receipt)
    except PsfdnsError as error:
        warn(workspace, error.summary, error.hint)


def _keep_unreachable(memory: Memory, told: _Round) -> None:
    _remember_misses(memory, {slug: why for slug, why in told.unreachable.items() if slug}, told.entry.id)


def _remember_all(memory: Memory, slugs: Iterable[str], entry_id: str, why: str) -> None:
    _remember_misses(memory, {slug: why for slug in slugs if slug}, entry_id)


def _remember_misses(memory: Memory, missed: Mapping[str, str], entry_id: str) -> None:
    from psfdns.cli.wiring import now

    if missed:
        with memory.changing() as findings:
            for slug, why in missed.items():
                findings.miss(slug, entry_id, why, at=write_moment(now()))


def _journal(workspace: Workspace, entry_id: str, shapes: Sequence[Shape]) -> None:
    """Who was told stands behind the end of the entry."""
    from psfdns.cli.apply.journalling import open_journal, open_mirror
    from psfdns.journal.progress import Told, told_event

    events = [
        told_event(
            Told(
                shape["tenant"],
                shape["at"],
                tuple(shape["to"]),
                {one["address"]: one["why"] for one in shape["refused"]},
                shape["fault"],
            )
        )
        for shape in shapes
    ]
    if not events:
        return
    try:
        open_journal(workspace).append(entry_id, events)
        mirror = open_mirror(workspace)
        if mirror is not None:
            mirror.send_again(entry_id)
    except PsfdnsError as error:
        warn(workspace, f"who was told is not in the journal: {error.summary}", error.hint)


def _tell_staff(workspace: Workspace, told: _Round, channels: Channels, shapes: Sequence[Shape]) -> None:
    from psfdns.cli.views.notice import render_staff

    subject, body = render_staff(shapes, told.entry, why=told.why)
    for error in post_all(channels, subject, body):
        warn(workspace, error.summary, error.hint)


def say_remembered(workspace: Workspace, repository: Repository, slugs: Iterable[str]) -> None:
    """What earlier commands found about these tenants, before they are told again."""
    from psfdns.cli.views.findings import render_text
    from psfdns.cli.wiring import talk
    from psfdns.notify.findings import judge_tenants

    if workspace.options.sandbox and not workspace.config.notify.sandbox:
        return
    try:
        known = open_memory(workspace).load()
    except PsfdnsError as error:
        warn(workspace, error.summary, error.hint)
        return
    tenants = [repository.tenants[slug] for slug in sorted(set(slugs)) if slug in repository.tenants]
    found = judge_tenants(tenants, known)
    if found:
        talk(workspace.options, render_text(found).rstrip("\n"), at=Verbosity.QUIET)
