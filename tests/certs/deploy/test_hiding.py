"""A private key in the words of others is not shown, however it is written."""

from __future__ import annotations

import base64
import textwrap

import pytest

from psfdns.certs.deploy.hiding import hide_key, hide_words
from tests.certs.deploy.parcels import NEXT, SET, key_text

PEM, LINE = SET.key.decode(), key_text()
DER = base64.b64decode(LINE)
SCALAR = DER[36:68]
WRITTEN = {
    "as PEM": PEM,
    "as PEM without its end": PEM[:120],
    "as PEM without its begin": PEM.partition("\n")[2],
    "in one line": LINE,
    "in lines of ten": "\n".join(textwrap.wrap(LINE, 10)),
    "as a string of JSON": PEM.replace("\n", "\\n"),
    "indented": textwrap.indent(PEM.partition("\n")[2], "    "),
    "a piece of it": LINE[60:90],
    "safe for URLs": LINE.replace("+", "-").replace("/", "_"),
    "in hexadecimal": DER.hex(),
    "in hexadecimal with colons": DER.hex(":").upper(),
    "in hexadecimal after letters that grow in lower case": "\u0130" * 40 + DER.hex(),
    "its number alone, as in a JWK": base64.urlsafe_b64encode(SCALAR).decode(),
    "in base64 within another document": base64.b64encode(b"0w\x02\x01\x01\x04 " + SCALAR).decode(),
    "in base64 one byte further on": base64.b64encode(b"x" + DER).decode(),
    "as openssl prints it": "\n    ".join(textwrap.wrap(DER.hex(":"), 45)),
}


def windows(text: str) -> list[str]:
    return [text[at : at + 12] for at in range(len(text) - 12)]


@pytest.mark.parametrize("case", WRITTEN)
def test_nothing_of_the_key_is_left(case: str) -> None:
    hidden = hide_key(f"before: {WRITTEN[case]} :after", SET.key)
    assert hidden.startswith("before: ")
    assert "***" in hidden
    bare = "".join(hidden.split())
    pieces = windows(LINE)
    pieces += [each for skip in (1, 2) for each in windows(base64.b64encode(DER[skip:]).decode().rstrip("="))]
    digits = [DER.hex()[at : at + 16] for at in range(len(DER.hex()) - 16)]
    assert not [piece for piece in pieces if piece in bare.replace("\\n", "")]
    assert not [piece for piece in digits if piece in bare.replace(":", "").lower()]


KEPT = (
    "",
    "reloaded haproxy, 3 certificates",
    "-----BEGIN CERTIFICATE-----",
    "fingerprint AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89",
    key_text(NEXT)[60:110],
    LINE[60:71],
)


@pytest.mark.parametrize("text", KEPT, ids=range(len(KEPT)))
def test_other_text_is_kept(text: str) -> None:
    assert hide_key(text, SET.key) == text


def test_words_are_hidden_where_they_stand_and_empty_ones_are_none() -> None:
    assert hide_words("token abc refused", ("abc", "")) == "token *** refused"
