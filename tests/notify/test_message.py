"""A message as a mail: headers of one line and a bounded body, whatever stands in the files."""

from __future__ import annotations

import datetime
import email
import email.policy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.errors import NotifyError
from psfdns.notify.message import MAX_BODY, Message, Recipient, Sender, bounded, make_mail, one_line

NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
SENDER = Sender(
    "PSF DNS", "dns@psf.example", ("staff@psf.example",), (("X-Team", "infra"), ("Subject", "no"))
)
MESSAGE = Message("one", "The One", (Recipient("A", "a@one.example"),), "Subject", "Text\n", "entry-1")


def parsed(message: Message) -> email.message.EmailMessage:
    found = email.message_from_bytes(
        make_mail(message, SENDER, now=NOW).as_bytes().replace(b"\r\n", b"\n"), policy=email.policy.default
    )
    assert isinstance(found, email.message.EmailMessage)
    return found


def test_a_mail_says_from_whom_to_whom_and_which_list() -> None:
    mail = parsed(MESSAGE)
    assert dict(mail.items()) == {
        "From": "PSF DNS <dns@psf.example>",
        "To": "A <a@one.example>",
        "Reply-To": "staff@psf.example",
        "Subject": "Subject",
        "Date": "Sat, 21 Nov 2026 12:00:00 +0000",
        "Message-ID": "<entry-1.one.20261121T120000@psf.example>",
        "List-Id": '"DNS of The One" <one.psfdns.psf.example>',
        "Auto-Submitted": "auto-generated",
        "X-Team": "infra",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }
    assert mail.get_content() == "Text\n"
    assert parsed(replace(MESSAGE, automatic=False))["Auto-Submitted"] is None


@given(name=st.text(max_size=80), subject=st.text(max_size=300), body=st.text(max_size=300))
def test_no_name_subject_or_text_adds_a_header_or_another_recipient(
    name: str, subject: str, body: str
) -> None:
    mail = parsed(
        replace(
            MESSAGE,
            tenant_name=name,
            to=(Recipient(name, "a@one.example"),),
            subject=subject,
            body=body,
        )
    )
    assert set(mail.keys()) == set(parsed(MESSAGE).keys())
    assert [one.addr_spec for one in mail["To"].addresses] == ["a@one.example"]
    assert mail.get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: x@evil.example", "a Bcc: x@evil.example"),
        ("a\x1b[1mb", "a [1mb"),
        ("right\u202eleft", "right left"),
        ("Grüße  aus\tKöln ", "Grüße aus Köln"),
        ("x" * 201, "x" * 199 + "…"),
        ("x" * 200, "x" * 200),
    ],
)
def test_one_line_is_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_body_is_cut_at_a_line_and_says_so() -> None:
    text = bounded("0123456789\n" * 10_000)
    assert len(text) < MAX_BODY + 100
    assert text.endswith("0123456789\n[…] the rest was left out: the message was too long\n")
    assert bounded("a\tb\r\nc\x1b[1m\n\n") == "a\tb\nc\ufffd[1m\n"


def test_a_line_of_a_single_dot_or_a_from_stays_as_it_is() -> None:
    assert parsed(replace(MESSAGE, body="From me\n.\n.x\n")).get_content() == "From me\n.\n.x\n"


@pytest.mark.parametrize("address", ["ünï@one.example", "a b@one.example", "a@one.example, b@x.example", ""])
def test_what_makes_no_address_is_an_error_of_ours(address: str) -> None:
    with pytest.raises(NotifyError, match="write to one"):
        make_mail(replace(MESSAGE, to=(Recipient("A", address),)), SENDER, now=NOW)


def test_a_message_that_is_sent_again_is_the_same_and_stands_in_its_threads() -> None:
    message = replace(MESSAGE, unique="0123abcd", threads=("domain.a.example", "certificate.*.b c..<x>@y"))
    for moment in (NOW, NOW + datetime.timedelta(days=1)):
        mail = make_mail(message, SENDER, now=moment)
        assert mail["Message-ID"] == "<entry-1.one.0123abcd@psf.example>"
        assert mail["References"] == "<domain.a.example@psf.example> <certificate.*.b-c.-x--y@psf.example>"
    many = replace(MESSAGE, threads=tuple(f"domain.{'x' * 60}{number}" for number in range(40)))
    lines = make_mail(many, SENDER, now=NOW).as_bytes().split(b"\r\n")
    assert max(map(len, lines)) < 998
    assert parsed(many)["References"].count("<") == 12
