"""What `tenants announce` does: write it, show it, ask, send it once, say who was not reached."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psfdns.cli.delivering import (
    open_memory,
    post_all,
    receipt_shape,
    recipients,
    remember,
    say_undelivered,
    send_all,
    why_held_back,
)
from psfdns.cli.options import Verbosity
from psfdns.cli.tenants.concerned import Selection, find_concerned
from psfdns.errors import PsfdnsError, UsageError
from psfdns.moments import write_moment
from psfdns.notify.message import MAX_BODY, MAX_SUBJECT, Message, one_line

if TYPE_CHECKING:
    from psfdns.cli.ways_out import Channels
    from psfdns.cli.wiring import Workspace

EXIT_NOT_REACHED = 1
_CUT = "# ---- what stands below this line is not sent ----"

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person says of it beside the text."""

    subject: str
    when: str | None = None
    text: str = ""

    @property
    def digest(self) -> str:
        """The same for the same words: by it a notice is known again."""
        words = json.dumps([self.subject, self.when, self.text.split()])
        return hashlib.sha256(words.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Composed:
    """The notice and its messages; `silent` are concerned tenants without a liaison."""

    notice: Notice
    messages: tuple[Message, ...]
    silent: tuple[str, ...]


def check_line(option: str, text: str) -> str:
    """A text that has to be one line; raises UsageError."""
    if not text.strip() or text.strip() != one_line(text, at_most=MAX_SUBJECT):
        raise UsageError(f"{option}: one line of at most {MAX_SUBJECT} characters is wanted")
    return text.strip()


def read_text(path: str | None, notice: Notice) -> str:
    """The text from a file, stdin or the editor; raises PsfdnsError where there is none."""
    text = _edit(notice) if path is None else _read(path)
    if not text.strip():
        raise PsfdnsError("nothing was sent: the text is empty")
    if len(text) > MAX_BODY // 2:
        raise PsfdnsError(f"nothing was sent: the text has more than {MAX_BODY // 2:,} characters")
    return text.strip("\n") + "\n"


def _read(path: str) -> str:
    try:
        if path == "-":
            return sys.stdin.read(MAX_BODY)
        with Path(path).open(encoding="utf-8") as file:
            return file.read(MAX_BODY)
    except UnicodeDecodeError as error:
        raise PsfdnsError(f"{path}: is not UTF-8") from error
    except OSError as error:
        raise PsfdnsError(f"{path}: cannot be read: {error.strerror or error}") from error


def _edit(notice: Notice) -> str:
    from psfdns.cli.wiring import is_interactive

    if not is_interactive():
        raise PsfdnsError(
            "nothing was sent: there is no text, and no terminal to write it on", hint="--file FILE"
        )
    when = f"# When: {notice.when}\n" if notice.when else ""
    written = click.edit(f"\n\n{_CUT}\n# Subject: {notice.subject}\n{when}", extension=".txt")
    return (written or "").partition(_CUT)[0]


def compose(workspace: Workspace, selection: Selection, notice: Notice, text: Callable[[], str]) -> Composed:
    """Find who is concerned, then ask for the text: a selection that is wrong costs nobody a text."""
    from psfdns.cli.views.announcement import render_body
    from psfdns.cli.wiring import open_repository

    repository = open_repository(workspace)
    concerned = find_concerned(workspace, repository, selection)
    if not concerned:
        raise PsfdnsError("nothing was sent: it concerns nobody", hint="psfdns tenants lists who there is")
    notice = replace(notice, text=text())
    messages, silent = [], []
    for tenant, zones, places in concerned:
        if not tenant.liaisons:
            silent.append(tenant.slug)
            continue
        body = render_body(notice.text, notice.when, tenant, zones, places)
        about = f"announcement-{notice.digest[:12]}"
        subject = f"[psfdns] {notice.subject}"
        to = recipients(tenant)
        messages.append(Message(tenant.slug, tenant.name, to, subject, body, about, automatic=False))
    return Composed(notice, tuple(messages), tuple(silent))


def carry_out(workspace: Workspace, composed: Composed, *, yes: bool, again: bool, dry_run: bool) -> int:
    """Show it, ask, send it, and say who was not reached; the exit code."""
    from psfdns.cli.ways_out import open_channels

    known = open_memory(workspace).announced(composed.notice.digest)
    already = frozenset() if again else known
    messages = [_without(message, already) for message in composed.messages]
    shapes = [_shape(old, new) for old, new in zip(composed.messages, messages, strict=True)]
    shapes += [{"tenant": slug, "waiting": [], "already": [], **_NOTHING} for slug in composed.silent]
    waiting = [message for message in messages if message.to]
    _preview(workspace, composed.notice, shapes, waiting)
    held_back = why_held_back(workspace, dry_run=dry_run)
    if held_back is not None:
        _show(workspace, composed.notice, shapes, sent=False, why_not=held_back)
        return 0
    try:
        channels = open_channels(workspace)
        _refuse(channels, waiting, composed)
        _ask(yes=yes)
    except PsfdnsError as error:
        _show(workspace, composed.notice, shapes, sent=False, why_not=error.summary)
        raise
    _send(workspace, composed, waiting, channels, shapes)
    return _conclude(workspace, composed.notice, channels, shapes)


_NOTHING: Shape = {"to": [], "refused": [], "fault": None}


def _without(message: Message, already: frozenset[tuple[str, str]]) -> Message:
    to = tuple(one for one in message.to if (message.tenant, one.address) not in already)
    return replace(message, to=to)


def _shape(whole: Message, message: Message) -> Shape:
    waiting = [one.address for one in message.to]
    already = [one.address for one in whole.to if one.address not in waiting]
    return {"tenant": whole.tenant, "waiting": waiting, "already": already, **_NOTHING}


def _preview(
    workspace: Workspace, notice: Notice, shapes: Sequence[Shape], waiting: Sequence[Message]
) -> None:
    from psfdns.cli.views.announcement import render_preview

    options = workspace.options
    if not options.json or options.verbosity >= Verbosity.NORMAL:
        body = waiting[0].body if waiting else None
        click.echo(render_preview(notice.subject, shapes, body), err=options.json, nl=False)


def _refuse(channels: Channels, waiting: Sequence[Message], composed: Composed) -> None:
    if channels.mail is None:
        raise PsfdnsError(
            "nothing was sent: psfdns.toml names no mail server", hint='[notify] mail = "mailtos://…"'
        )
    if waiting:
        return
    if composed.messages:
        raise PsfdnsError(
            "nothing was sent: all of them got this notice already", hint="--again sends it once more"
        )
    raise PsfdnsError(f"nothing was sent: no liaison is named by {', '.join(composed.silent)}")


def _ask(*, yes: bool) -> None:
    from psfdns.cli.wiring import is_interactive

    if yes:
        return
    if not is_interactive():
        raise PsfdnsError("nothing was sent: there is no terminal to ask on", hint="--yes sends it unasked")
    if not click.confirm("Send it?", err=True):
        raise PsfdnsError("nothing was sent: the answer was no")


def _send(
    workspace: Workspace,
    composed: Composed,
    waiting: Sequence[Message],
    channels: Channels,
    shapes: Sequence[Shape],
) -> None:
    """Send each message, and remember at once who got it. Raises PsfdnsError where that cannot be kept."""
    from psfdns.cli.wiring import now

    memory = open_memory(workspace)
    memory.make_ready()
    by_slug = {shape["tenant"]: shape for shape in shapes}
    notice = composed.notice
    for receipt in send_all(channels, waiting):
        at = write_moment(now())
        slug = receipt.message.tenant
        if receipt.accepted:
            memory.note_announced(notice.digest, notice.subject, slug, receipt.accepted, at=at)
        by_slug[slug].update(receipt_shape(receipt, at=at))
        remember(memory, receipt)
    for slug in composed.silent:
        by_slug[slug]["fault"] = "no liaison is named"


def _conclude(workspace: Workspace, notice: Notice, channels: Channels, shapes: Sequence[Shape]) -> int:
    """Tell staff, show what came of it; the exit code."""
    from psfdns.cli.views.escape import escape
    from psfdns.cli.views.notice import say_told

    tried = [shape for shape in shapes if shape["to"] or shape["refused"] or shape["fault"]]
    body = notice.text + "\n" + "".join(f"{escape(say_told(shape))}\n" for shape in tried)
    failed = post_all(channels, f"Announced: {notice.subject}", body)
    _show(workspace, notice, shapes, sent=True, why_not=None)
    say_undelivered(workspace, [shape for shape in tried if shape["refused"] or not shape["to"]])
    for error in failed:
        click.echo(f"error: {escape(error.summary)}", err=True)
    not_reached = any(shape["refused"] or not shape["to"] for shape in tried)
    return EXIT_NOT_REACHED if failed or not_reached else 0


def _show(
    workspace: Workspace, notice: Notice, shapes: Sequence[Shape], *, sent: bool, why_not: str | None
) -> None:
    from psfdns.cli.views.announcement import to_document
    from psfdns.cli.views.plan_words import count
    from psfdns.cli.wiring import emit_json

    reached = sum(bool(shape["to"]) for shape in shapes)
    if workspace.options.json:
        document = to_document(notice.subject, notice.when, notice.text, shapes, sent=sent, why_not=why_not)
        emit_json(document)
    elif sent:
        meant = sum(bool(shape["waiting"]) for shape in shapes)
        click.echo(f"sent to {reached} of {count(meant, 'tenant')}")
    elif why_not in {"--dry-run", "this is the sandbox"}:
        click.echo(f"nothing was sent: {why_not}")
