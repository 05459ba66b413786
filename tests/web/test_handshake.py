"""What a handshake brings home, from servers that show a chain and from those that try to keep us."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import Any

import pytest

from psfdns.web import handshake
from psfdns.web.handshake import (
    Call,
    Heard,
    Shown,
    Silence,
    Unheard,
    Ways,
    open_ways,
    shake_hand,
    shake_hands,
)
from tests.certs.farm import MIDDLE, ROOT, make
from tests.web.tls_servers import (
    Manner,
    by_host,
    closing,
    dripping,
    impostor,
    make_context,
    saying,
    serving,
    showing,
    silent,
    speaking,
)

HOME = "127.0.0.1"
SITE = make("www.example.org")


def shake(manner: Manner, host: str = "www.example.org", *, seconds: float = 5.0) -> Heard:
    with serving({HOME: manner}) as port:
        return shake_hand(Call(host, HOME), Ways(port, lambda _: True, seconds))


def ders(*pems: bytes) -> tuple[bytes, ...]:
    return tuple(ssl.PEM_cert_to_DER_cert(pem.decode()) for pem in pems)


def test_the_whole_chain_is_shown_in_the_order_in_which_it_came() -> None:
    heard = shake(showing(SITE, chain=ROOT.pem + MIDDLE.pem))
    assert heard == Shown(ders(SITE.certificate, ROOT.pem, MIDDLE.pem), "TLSv1.3")


def test_the_host_is_said() -> None:
    other = make("other.example.org")
    manner = by_host({"www.example.org": make_context(SITE), "other.example.org": make_context(other)})
    heard = shake(manner, "other.example.org")
    assert isinstance(heard, Shown)
    assert heard.chain[0] == ders(other.certificate)[0]


def test_a_server_that_has_no_such_host_says_so() -> None:
    heard = shake(by_host({"www.example.org": make_context(SITE)}), "gone.example.org")
    assert isinstance(heard, Unheard)
    assert heard.silence is Silence.NOT_TLS
    assert "unrecognized name" in heard.words


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated:DeprecationWarning")
def test_old_versions_are_spoken_so_that_they_can_be_told(version: ssl.TLSVersion) -> None:
    context = make_context(SITE)
    context.minimum_version = context.maximum_version = version
    heard = shake(speaking(context))
    assert isinstance(heard, Shown)
    assert heard.protocol == {"TLSv1": "TLSv1", "TLSv1_2": "TLSv1.2"}[version.name]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_our_certificate_too_has_shown_its_own(version: ssl.TLSVersion) -> None:
    context = make_context(SITE)
    context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    heard = shake(speaking(context))
    assert isinstance(heard, Shown)
    assert heard.chain == ders(SITE.certificate, MIDDLE.pem)


@pytest.mark.parametrize(
    ("spoilt", "words"), [(b"", "bad signature"), (b"\x15\x03\x03\0\2\2\x28", "handshake failure")]
)
def test_a_certificate_without_its_key_is_not_taken_for_shown(spoilt: bytes, words: str) -> None:
    """Certificates are public: who cannot sign with the key is refused by every client."""
    heard = shake(impostor(make_context(SITE), spoilt))
    assert isinstance(heard, Unheard)
    assert heard.silence is Silence.NOT_TLS
    assert words in heard.words


def test_an_exchange_in_which_nothing_is_signed_proves_a_key_by_its_end_alone() -> None:
    context = make_context(make("www.example.org", kind="rsa-2048"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:@SECLEVEL=0")
    assert isinstance(shake(speaking(context)), Shown)
    context.verify_mode = ssl.CERT_REQUIRED
    assert isinstance(shake(speaking(context)), Unheard)


def test_an_endless_chain_ends() -> None:
    many = make("www.example.org").chain * 400
    heard = shake(showing(SITE, chain=many))
    assert isinstance(heard, Unheard)
    assert heard.silence is Silence.NOT_TLS
    assert "excessive message size" in heard.words


def test_more_bytes_than_a_handshake_has_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake, "MAX_BYTES", 300)
    heard = shake(showing(SITE))
    assert isinstance(heard, Unheard)
    assert heard.silence is Silence.NOT_TLS
    assert "it does not come to an end" in heard.words


@pytest.mark.parametrize("manner", [silent, dripping], ids=["silent", "dripping"])
def test_who_is_slow_is_not_waited_for(manner: Manner) -> None:
    assert shake(manner, seconds=0.3) == Unheard(Silence.TIMEOUT)


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        pytest.param(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "wrong version number", id="plain HTTP"),
        pytest.param(saying(b"220 mail.example.org ESMTP\r\n"), "wrong version number", id="mail"),
        pytest.param(closing, "it closes the connection", id="closes"),
    ],
)
def test_what_is_not_tls_is_said(manner: Manner, words: str) -> None:
    heard = shake(manner)
    assert isinstance(heard, Unheard)
    assert heard.silence is Silence.NOT_TLS
    assert words in heard.words


def test_a_closed_port_refuses() -> None:
    with serving({HOME: silent}) as port:
        pass
    heard = shake_hand(Call("www.example.org", HOME), Ways(port, lambda _: True))
    assert isinstance(heard, Unheard)
    assert heard.silence is Silence.REFUSED


@pytest.mark.parametrize(
    ("number", "silence"),
    [
        (errno.ENETUNREACH, Silence.NO_ROUTE),
        (errno.EAFNOSUPPORT, Silence.NO_ROUTE),
        (errno.EADDRNOTAVAIL, Silence.NO_ROUTE),
        (errno.EHOSTUNREACH, Silence.UNREACHABLE),
        (errno.ETIMEDOUT, Silence.TIMEOUT),
    ],
)
def test_no_way_from_here_is_told_from_one_that_ends_there(
    monkeypatch: pytest.MonkeyPatch, number: int, silence: Silence
) -> None:
    def fail(*_: Any, **__: Any) -> socket.socket:
        raise OSError(number, "as the system says")

    monkeypatch.setattr(socket, "create_connection", fail)
    heard = shake_hand(Call("www.example.org", "2001:db8::1"), Ways(443, lambda _: True))
    assert isinstance(heard, Unheard)
    assert heard.silence is silence


def test_nothing_that_is_not_public_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *given, **_: asked.append(given))
    addresses = [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "192.0.2.1",
    ]
    calls = [Call("www.example.org", address) for address in addresses]
    assert shake_hands(calls, open_ways()) == [Unheard(Silence.NOT_PUBLIC)] * len(calls)
    assert asked == []


def test_many_are_asked_side_by_side_and_told_in_order() -> None:
    addresses = [f"127.0.0.{number}" for number in range(2, 12)]
    with serving(dict.fromkeys(addresses[::2], showing(SITE))) as port:
        calls = [Call("www.example.org", address) for address in addresses]
        heard = shake_hands(calls, Ways(port, lambda _: True), threads=4)
    assert [isinstance(each, Shown) for each in heard] == [True, False] * 5
    assert shake_hands([], Ways(port, lambda _: True)) == []
