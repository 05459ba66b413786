"""Mail to tenants: one session with the server, one message a tenant, and who of them was refused.

The server is named by apprise's URL, and spoken to by smtplib: apprise itself sends each recipient a mail of
their own, and does not tell which address the server refused.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psfdns.errors import NotifyError
from psfdns.notify.channel import Channel, read_url
from psfdns.notify.message import Message, Sender, make_mail, one_line

TIME_LIMIT = 15.0
"""Seconds for each step of the dialogue."""

_PERMANENT = 500
"""From this reply code on, sending again does not help (RFC 5321 §4.2.1)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where and how mail is handed over; `mode` is apprise's: insecure, ssl or starttls."""

    host: str
    port: int
    mode: str
    sender: Sender
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """An address that the server did not take, and its words. Not `lasting`: it may take it later."""

    address: str
    why: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one message: who got it, who was refused, and what stopped it for everybody."""

    message: Message
    accepted: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    fault: str | None = None


def read_mail_server(channel: Channel) -> MailServer:
    """The server that a mailto or mailtos URL names. Raises NotifyError."""
    plugin = read_url(channel)
    if not hasattr(plugin, "smtp_host"):
        raise NotifyError(channel.name, "use it", "mail goes through mailto:// or mailtos://")
    return _as_server(plugin)


def _as_server(plugin: Any) -> MailServer:
    name, address = plugin.from_addr
    sender = Sender(
        str(name or "psfdns"),
        str(address),
        tuple(sorted(map(str, plugin.reply_to))),
        tuple((one_line(str(key)), one_line(str(value))) for key, value in plugin.headers.items()),
    )
    return MailServer(
        str(plugin.smtp_host).strip("[]"),
        int(plugin.port),
        str(plugin.secure_mode),
        sender,
        plugin.user,
        plugin.password,
        bool(plugin.verify_certificate),
    )


def send_mails(server: MailServer, messages: Sequence[Message], *, now: datetime) -> Iterator[Receipt]:
    """Hand the messages over, one after the other; yields what became of each as soon as it is known.

    Never raises for what the server does. A session that breaks is begun anew for the next message, a
    server that cannot be reached is tried once.
    """
    session: smtplib.SMTP | None = None
    unreachable: str | None = None
    try:
        for message in messages:
            if unreachable is not None:
                yield Receipt(message, fault=unreachable)
                continue
            try:
                session = session or _connect(server)
            except (OSError, smtplib.SMTPException) as error:
                unreachable = _describe(error)
                yield Receipt(message, fault=unreachable)
                continue
            receipt, broken = _send(session, message, server.sender, now)
            session = None if broken else session
            yield receipt
    finally:
        if session is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                session.quit()


def _connect(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if server.mode == "ssl":
        session: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIME_LIMIT, context=context
        )
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=TIME_LIMIT)
    try:
        if server.mode == "starttls":
            session.starttls(context=context)
        if server.user and server.password:
            session.login(server.user, server.password)
    except BaseException:
        session.close()
        raise
    return session


def _send(session: smtplib.SMTP, message: Message, sender: Sender, now: datetime) -> tuple[Receipt, bool]:
    """One message; and whether the session is of no use any more."""
    addresses = [one.address for one in message.to]
    try:
        mail = make_mail(message, sender, now=now)
        # smtplib's own send_message turns a line that begins with "From " into ">From ".
        refused = session.sendmail(sender.address, addresses, mail.as_bytes())
    except NotifyError as error:
        return Receipt(message, fault=error.summary), False
    except smtplib.SMTPRecipientsRefused as error:
        return Receipt(message, refused=_read_refusals(error.recipients)), False
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        session.close()
        return Receipt(message, fault=_describe(error)), True
    accepted = tuple(address for address in addresses if address not in refused)
    return Receipt(message, accepted, _read_refusals(refused)), False


def _read_refusals(refused: Mapping[str, tuple[int, bytes]]) -> tuple[Refused, ...]:
    return tuple(
        Refused(address, _words(code, said), code >= _PERMANENT)
        for address, (code, said) in sorted(refused.items())
    )


def _describe(error: Exception) -> str:
    """In a few words; what is said to a login may hold what was sent, and is not repeated."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server does not let us in ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server says {_words(error.smtp_code, error.smtp_error)}"
    if isinstance(error, TimeoutError):
        return "the mail server is silent"
    if isinstance(error, OSError) and error.strerror:
        return f"the mail server cannot be reached: {one_line(error.strerror)}"
    return f"the mail server: {one_line(str(error)) or type(error).__name__}"


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return one_line(f"{code} {text}")
