"""A mail server and a webhook on the loopback, which keep what they are sent."""

from __future__ import annotations

import email
import email.policy
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.http_serving import answering
from tests.registrar.loopback import Asked, Said, Server


@dataclass
class MailBox:
    """What arrived, with the envelope's recipients; `refuses` maps an address to the reply it gets."""

    port: int
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    data_reply: str | None = None

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=dns@psf.example&name=PSF DNS&reply=staff@psf.example"

    @property
    def recipients(self) -> list[list[str]]:
        return [sorted(to) for to, _ in self.mails]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_reply is not None:
            return self.data_reply
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


LIAISON = '\n[[liaison]]\nname = "{name}"\nemail = "{email}"\n'


def name_liaisons(root: Path, slug: str, *addresses: str) -> None:
    """Give a tenant these liaisons, and no others."""
    path = root / "zones" / slug / "tenant.toml"
    head = path.read_text().partition("[[liaison]]")[0].rstrip("\n") + "\n"
    path.write_text(head + "".join(LIAISON.format(name=f"{a[:1]} of {slug}", email=a) for a in addresses))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def receiving_mail(**settings: Any) -> Iterator[MailBox]:
    box = MailBox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **settings)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Webhook:
    port: int
    posts: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/hook/a-secret-token"


@contextmanager
def receiving_posts() -> Iterator[Webhook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.status == 200:
                hook.posts.append(json.loads(text))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with answering(Handler) as port:
        hook = Webhook(port)
        yield hook


@dataclass
class Service(Server):
    """Takes check-ins."""

    status: int = 200

    def answer(self, asked: Asked) -> Said:
        return Said(self.status)

    def steps(self) -> list[str]:
        found = [f"{each.path}?{each.query['status']}" if each.query else each.path for each in self.asked]
        self.asked.clear()
        return found
