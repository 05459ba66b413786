"""A message as a value, and as the mail that it becomes. Pure: the moment is an argument.

Names, subjects and texts come from files that anybody may propose. Here they become headers of one line
and a body of bounded size, whatever stands in them.
"""

from __future__ import annotations

import email.policy
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from psfdns.errors import NotifyError

MAX_SUBJECT = 200
MAX_BODY = 64 * 1024
"""Characters; what a mail server takes is far more, what a person reads far less."""

MAX_THREADS = 12
"""Threads that one message is filed in."""

_NO_ATOM = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]")
_POLICY = email.policy.SMTP.clone(cte_type="7bit")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person or role."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message to liaisons of a tenant; `about` is the entry or announcement it belongs to.

    `automatic`: no person wrote it, and no machine shall answer it (RFC 3834). `unique` makes the
    Message-ID with `about`; without it the moment does, and the same message sent again is another one.
    `threads` are what it belongs to with messages of before and after.
    """

    tenant: str
    tenant_name: str
    to: tuple[Recipient, ...]
    subject: str
    body: str
    about: str
    automatic: bool = True
    unique: str | None = None
    threads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose name stands on a mail, and who gets the answers."""

    name: str
    address: str
    reply_to: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


def one_line(text: str, *, at_most: int = MAX_SUBJECT) -> str:
    """The text as one line of characters that are seen, cut where it is long."""
    seen = "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in text)
    line = " ".join(seen.split())
    return line if len(line) <= at_most else line[: at_most - 1] + "…"


def bounded(body: str, *, at_most: int = MAX_BODY) -> str:
    """The body in lines without control characters, cut at a line where it is long."""
    lines = [
        "".join("�" if unicodedata.category(char) in _UNSEEN and char != "\t" else char for char in line)
        for line in body.replace("\r\n", "\n").split("\n")
    ]
    text = "\n".join(lines).strip("\n") + "\n"
    if len(text) <= at_most:
        return text
    return text[:at_most].rpartition("\n")[0] + "\n[…] the rest was left out: the message was too long\n"


def make_mail(message: Message, sender: Sender, *, now: datetime) -> EmailMessage:
    """The mail, plain text; raises NotifyError where a name or an address makes no header."""
    strange = [one.address for one in message.to if not one.address.isascii()]
    if strange:
        why = f"{one_line(strange[0])}: only addresses in ASCII can be written to"
        raise NotifyError("mail", f"write to {message.tenant}", why)
    try:
        return _make_mail(message, sender, now)
    except (ValueError, IndexError, UnicodeError) as error:
        why = one_line(str(error))
        raise NotifyError("mail", f"write to {message.tenant}", f"it makes no mail: {why}") from error


def _make_mail(message: Message, sender: Sender, now: datetime) -> EmailMessage:
    mail = EmailMessage(policy=_POLICY)
    domain = sender.address.rpartition("@")[2]
    mail["From"] = Address(one_line(sender.name), addr_spec=sender.address)
    mail["To"] = _addresses(message.to)
    if sender.reply_to:
        mail["Reply-To"] = ", ".join(sender.reply_to)
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(now)
    unique = message.unique or f"{now:%Y%m%dT%H%M%S}"
    mail["Message-ID"] = f"<{message.about}.{message.tenant}.{unique}@{domain}>"
    if message.threads:
        # RFC 5322 §3.6.4; what begins a thread was never sent, which readers of mail do without.
        roots = (f"<{_atom(thread)}@{domain}>" for thread in message.threads[:MAX_THREADS])
        mail["References"] = " ".join(roots)
    # RFC 2919: a list that a person can file and silence by; RFC 3834 §5.
    name = one_line(message.tenant_name, at_most=60).replace('"', "'").replace("\\", "/")
    mail["List-Id"] = f'"DNS of {_ascii(name)}" <{message.tenant}.psfdns.{domain}>'
    if message.automatic:
        mail["Auto-Submitted"] = "auto-generated"
    for key, value in sender.headers:
        if key not in mail:
            mail[key] = value
    mail.set_content(bounded(message.body))
    return mail


def _atom(text: str) -> str:
    """The text as the left side of a message id (RFC 5322 §3.2.3, dot-atom)."""
    return ".".join(part for part in _NO_ATOM.sub("-", text)[:120].split(".") if part) or "-"


def _addresses(recipients: Sequence[Recipient]) -> tuple[Address, ...]:
    return tuple(Address(one_line(one.name), addr_spec=one.address) for one in recipients)


def _ascii(text: str) -> str:
    """A header that is not structured in the library's eyes keeps to ASCII."""
    return text.encode("ascii", "replace").decode("ascii")
