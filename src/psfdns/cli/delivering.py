"""Handing messages over, by mail and to staff's channels, and remembering what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from psfdns.cli.options import Verbosity
from psfdns.errors import NotifyError
from psfdns.moments import write_moment

if TYPE_CHECKING:
    from psfdns.cli.ways_out import Channels
    from psfdns.cli.wiring import Workspace
    from psfdns.notify.mail import Receipt
    from psfdns.notify.memory import Memory
    from psfdns.notify.message import Message, Recipient
    from psfdns.tenants.tenant import Tenant

Shape = dict[str, Any]


def recipients(tenant: Tenant) -> tuple[Recipient, ...]:
    """Its liaisons, each address once."""
    from psfdns.notify.message import Recipient

    by_address = {one.email: Recipient(one.name, one.email) for one in reversed(tenant.liaisons)}
    return tuple(reversed(by_address.values()))


def why_held_back(workspace: Workspace, *, dry_run: bool) -> str | None:
    """Why nothing is sent although nothing is wrong."""
    if dry_run:
        return "--dry-run"
    if workspace.options.sandbox and not workspace.config.notify.sandbox:
        return "this is the sandbox"
    return None


def send_all(channels: Channels, messages: Sequence[Message]) -> Iterable[Receipt]:
    """Send by mail; a server that psfdns.toml names wrongly takes nothing. Never raises NotifyError."""
    from psfdns.cli.wiring import now
    from psfdns.notify.mail import Receipt, read_mail_server, send_mails

    assert channels.mail is not None  # noqa: S101 - whoever calls looked
    try:
        server = read_mail_server(channels.mail)
    except NotifyError as error:
        return [Receipt(message, fault=error.summary) for message in messages]
    return send_mails(server, messages, now=now())


def receipt_shape(receipt: Receipt, *, at: str) -> Shape:
    """What became of one message, as documents show it."""
    return {
        "tenant": receipt.message.tenant,
        "at": at,
        "to": list(receipt.accepted),
        "refused": [{"address": one.address, "why": one.why} for one in receipt.refused],
        "fault": receipt.fault,
    }


def remember(memory: Memory, receipt: Receipt) -> None:
    """Keep what became of one message, if it says anything new. Raises PsfdnsError."""
    from psfdns.cli.wiring import now

    known = memory.load()
    slug = receipt.message.tenant
    if receipt.accepted and not receipt.refused and not known.bounced.get(slug) and slug not in known.missed:
        return
    with memory.changing() as findings:
        findings.note(receipt, at=write_moment(now()))


def say_undelivered(workspace: Workspace, shapes: Sequence[Shape]) -> None:
    """Who was told, with -v; who was not, always."""
    from psfdns.cli.views.escape import escape
    from psfdns.cli.views.notice import say_told
    from psfdns.cli.wiring import talk

    for shape in shapes:
        if shape["to"] and not shape["refused"]:
            talk(workspace.options, escape(say_told(shape)), at=Verbosity.VERBOSE)
        else:
            warn(workspace, say_told(shape))


def post_all(channels: Channels, subject: str, body: str) -> list[NotifyError]:
    """Tell staff on every channel; one error for each that did not take it."""
    from psfdns.notify.channel import post
    from psfdns.notify.message import one_line

    failed = []
    for channel in channels.staff:
        try:
            post(channel, subject=one_line(subject), body=body)
        except NotifyError as error:
            failed.append(error)
    return failed


def open_memory(workspace: Workspace) -> Memory:
    """What is remembered of messages; nothing is read or made yet."""
    from psfdns.notify.memory import Memory

    return Memory(workspace.config.state_dir / "notices")


def warn(workspace: Workspace, text: str, hint: str | None = None) -> None:
    """Say on stderr what went wrong, also with --quiet."""
    from psfdns.cli.views.escape import escape
    from psfdns.cli.wiring import talk

    talk(workspace.options, f"warning: {escape(text)}", at=Verbosity.QUIET)
    if hint:
        talk(workspace.options, f"hint: {escape(hint)}", at=Verbosity.QUIET)
