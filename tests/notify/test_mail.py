"""Mail handed to a server on the loopback, and to ones that misbehave."""

from __future__ import annotations

import datetime
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from psfdns.errors import NotifyError
from psfdns.notify.channel import Channel
from psfdns.notify.mail import MailServer, Receipt, read_mail_server, send_mails
from psfdns.notify.message import Message, Recipient, Sender
from tests.outbox import MailBox, free_port, receiving_mail

NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)


def message(tenant: str, *addresses: str) -> Message:
    to = tuple(Recipient(address[:1], address) for address in addresses)
    return Message(tenant, tenant, to, f"To {tenant}", "Text\n", "entry-1")


ONE, TWO = message("one", "a@one.example", "b@one.example"), message("two", "c@two.example")


def send(box: MailBox, *messages: Message, **settings: object) -> list[Receipt]:
    server = replace(read_mail_server(Channel("mail", box.url)), **settings)  # type: ignore[arg-type]
    return list(send_mails(server, messages, now=NOW))


def test_a_url_says_where_how_and_from_whom() -> None:
    url = (
        "mailtos://me:p%40ss@mail.example.org:2525?from=dns@psf.example&name=PSF DNS&reply=x@y.example&+X-A=b"
    )
    server = read_mail_server(Channel("mail", url))
    sender = Sender("PSF DNS", "dns@psf.example", ("x@y.example",), (("X-A", "b"),))
    assert server == MailServer("mail.example.org", 2525, "starttls", sender, "me", "p@ss")
    assert "p@ss" not in repr(server)
    with pytest.raises(NotifyError, match="mail goes through mailto"):
        read_mail_server(Channel("mail", "json://127.0.0.1"))


def test_all_messages_go_over_one_session_and_each_has_a_receipt() -> None:
    with receiving_mail() as box:
        receipts = send(box, ONE, TWO)
        assert receipts == [
            Receipt(ONE, ("a@one.example", "b@one.example")),
            Receipt(TWO, ("c@two.example",)),
        ]
        assert box.recipients == [["a@one.example", "b@one.example"], ["c@two.example"]]


def test_a_refusal_is_of_one_address_and_stops_nobody_else() -> None:
    with receiving_mail() as box:
        box.refuses = {"a@one.example": "550 no\x1b[1m such", "c@two.example": "451 later"}
        first, second = send(box, ONE, TWO)
    assert (first.accepted, second.accepted) == (("b@one.example",), ())
    assert [(one.address, one.why, one.lasting) for one in (*first.refused, *second.refused)] == [
        ("a@one.example", "550 no [1m such", True),
        ("c@two.example", "451 later", False),
    ]


def test_a_message_that_is_not_taken_is_a_fault_and_the_next_one_is_tried() -> None:
    with receiving_mail() as box:
        box.data_reply = "554 5.7.1 looks like spam"
        first, second = send(box, ONE, TWO)
        assert first.fault == second.fault == "the mail server says 554 5.7.1 looks like spam"
        box.data_reply = "421 closing"
        assert [one.accepted for one in send(box, ONE, TWO)] == [(), ()]
        box.data_reply = None
        bad = message("bad", "ünï@one.example")
        assert [one.accepted for one in send(box, bad, TWO)] == [(), ("c@two.example",)]


def test_a_server_that_is_away_is_tried_once() -> None:
    server = MailServer("127.0.0.1", free_port(), "insecure", Sender("x", "x@psf.example"))
    receipts = list(send_mails(server, (ONE, TWO), now=NOW))
    assert {one.fault for one in receipts} == {"the mail server cannot be reached: Connection refused"}


def test_a_login_that_fails_repeats_nothing_that_was_sent() -> None:
    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False, message="535 5.7.8 wrong: s3cret")

    with receiving_mail(authenticator=refuse, auth_require_tls=False) as box:
        (receipt,) = send(box, ONE, user="me", password="s3cret")  # noqa: S106
    assert receipt.fault == "the mail server does not let us in (535)"


def test_a_login_that_is_right_is_let_in() -> None:
    seen = []

    def accept(
        server: object, session: object, envelope: object, how: str, data: LoginPassword
    ) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    with receiving_mail(authenticator=accept, auth_require_tls=False) as box:
        (receipt,) = send(box, TWO, user="me", password="s3cret")  # noqa: S106
    assert receipt.accepted == ("c@two.example",)
    assert seen == [(b"me", b"s3cret")]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A self-signed one, which nobody trusts."""
    folder: Path = tmp_path_factory.mktemp("tls")
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem"
    subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_starttls_is_required_where_it_is_asked_for(certificate: ssl.SSLContext) -> None:
    with receiving_mail() as box:
        (receipt,) = send(box, TWO, mode="starttls")
        assert "STARTTLS" in (receipt.fault or "")
    with receiving_mail(tls_context=certificate, require_starttls=True) as box:
        (receipt,) = send(box, TWO, mode="starttls")
        assert receipt.fault is not None
        assert box.mails == [], "the certificate is checked"
        (receipt,) = send(box, TWO, mode="starttls", verify=False)
        assert receipt.accepted == ("c@two.example",)
