"""Chains as servers show them, read: in any order, with anything beside, cut short, or mere noise."""

from __future__ import annotations

import ipaddress
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

from psfdns.certs import chains
from psfdns.certs.chains import MAX_CERTIFICATES, MAX_NAMES, ChainError, read_chain, read_pem_chain
from psfdns.certs.served import Chain, covers
from tests.certs.certificates import BEGIN, day
from tests.certs.farm import MIDDLE, OTHER, ROOT, STRANGER, Issuer, make, make_self_signed, sign

SITE = make("www.example.org", "*.example.org", serial=0xABC)


def read(*pems: bytes) -> Chain:
    return read_chain([ssl.PEM_cert_to_DER_cert(pem.decode()) for pem in pems])


def test_the_fields_are_those_of_the_certificate() -> None:
    leaf = read(SITE.certificate, MIDDLE.pem).leaf
    assert leaf.names == ("www.example.org", "*.example.org")
    assert (leaf.not_before, leaf.not_after) == (BEGIN, day(90))
    assert leaf.serial == "0abc"
    assert leaf.issuer == "Example Trust, Example Trust E1"
    assert leaf.weaknesses == ()
    assert (
        leaf.fingerprint
        == x509.load_pem_x509_certificate(SITE.certificate).fingerprint(hashes.SHA256()).hex()
    )


@pytest.mark.parametrize(
    ("above", "length", "leads"),
    [
        pytest.param([MIDDLE, ROOT], 3, True, id="whole, with the root"),
        pytest.param([ROOT, MIDDLE], 3, True, id="in the wrong order"),
        pytest.param([OTHER, STRANGER, MIDDLE, ROOT], 3, True, id="with others beside"),
        pytest.param([MIDDLE], 2, False, id="its root is no public one"),
        pytest.param([], 1, False, id="alone"),
        pytest.param([ROOT], 1, False, id="the one between is missing"),
        pytest.param([OTHER, STRANGER], 1, False, id="another's chain"),
    ],
)
def test_a_chain_is_followed_as_far_as_it_leads(above: Sequence[Issuer], length: int, leads: bool) -> None:
    chain = read(SITE.certificate, *(each.pem for each in above))
    assert (len(chain.path), chain.leads_to_root, chain.is_self_signed) == (length, leads, False)


def test_an_issuer_of_the_same_name_with_another_key_does_not_continue_it() -> None:
    namesake = sign(MIDDLE.subject, (), STRANGER.key, STRANGER, is_ca=True).public_bytes(Encoding.PEM)
    assert len(read(SITE.certificate, namesake).path) == 1
    assert len(read(SITE.certificate, namesake, MIDDLE.pem).path) == 2


PURPOSES = {
    "none, so any": ((), ()),
    "servers": ((Usage.SERVER_AUTH,), ()),
    "servers and clients": ((Usage.CLIENT_AUTH, Usage.SERVER_AUTH), ()),
    "servers and anything": ((Usage.SERVER_AUTH, Usage.ANY_EXTENDED_KEY_USAGE), ()),
    "clients": ((Usage.CLIENT_AUTH,), ()),
    "anything": ((Usage.ANY_EXTENDED_KEY_USAGE,), ()),
    "clients and anything": ((Usage.CLIENT_AUTH, Usage.ANY_EXTENDED_KEY_USAGE), ()),
    "a purpose of somebody's own": ((x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"),), ()),
    "six before servers": (
        (*(x509.ObjectIdentifier(f"1.3.6.1.4.1.99999.{each}") for each in range(6)), Usage.SERVER_AUTH),
        (),
    ),
    "servers, by a CA for servers": ((Usage.SERVER_AUTH,), (Usage.SERVER_AUTH,)),
    "servers, by a CA for mail": ((Usage.SERVER_AUTH,), (Usage.EMAIL_PROTECTION,)),
    "any, by a CA for clients": ((), (Usage.CLIENT_AUTH,)),
}


@pytest.mark.parametrize("case", PURPOSES)
def test_what_is_for_servers_is_what_openssl_takes_for_that(case: str, tmp_path: Path) -> None:
    own, above = PURPOSES[case]
    leaf = make("www.example.org", purposes=own)
    middle = sign(MIDDLE.subject, (), MIDDLE.key, ROOT, is_ca=True, purposes=above).public_bytes(Encoding.PEM)
    for name, text in {"leaf": leaf.certificate, "middle": middle, "root": ROOT.pem}.items():
        (tmp_path / name).write_bytes(text)
    moment = str(int(day(1).timestamp()))
    words = ["openssl", "verify", "-purpose", "sslserver", "-attime", moment, "-CAfile", "root"]
    done = subprocess.run(
        [*words, "-untrusted", "middle", "leaf"], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0 or "purpose" in done.stderr + done.stdout
    chain = read(leaf.certificate, middle, ROOT.pem)
    assert len(chain.path) == 3
    assert all(each.is_for_servers for each in chain.path) is (done.returncode == 0)


def test_purposes_have_their_names_and_are_a_few() -> None:
    strange = [x509.ObjectIdentifier(f"1.3.6.1.4.1.99999.{each}") for each in range(9)]
    assert read(make("a.example", purposes=[Usage.CLIENT_AUTH]).certificate).leaf.purposes == ("clientAuth",)
    found = read(make("a.example", purposes=[*strange, Usage.SERVER_AUTH]).certificate).leaf.purposes
    assert found == ("serverAuth", *(f"1.3.6.1.4.1.99999.{each}" for each in range(4)))
    assert read(SITE.certificate).leaf.purposes is None


def test_only_names_of_hosts_and_addresses_are_names() -> None:
    general = [
        x509.DNSName("www.example.org"),
        x509.IPAddress(ipaddress.ip_address("192.0.2.1")),
        x509.UniformResourceIdentifier("uri.example.org"),
        x509.RFC822Name("mail.example.org"),
    ]
    certificate = sign(MIDDLE.subject, general, MIDDLE.key, MIDDLE)
    assert read(certificate.public_bytes(Encoding.PEM)).leaf.names == ("www.example.org", "192.0.2.1")


def test_of_thousands_of_names_some_are_kept_and_those_of_the_host() -> None:
    certificate = sign(MIDDLE.subject, [f"{n}.example.org" for n in range(3000)], MIDDLE.key, MIDDLE)
    der = certificate.public_bytes(Encoding.DER)
    for host in ("2999.example.org", "0.example.org"):
        leaf = read_chain([der], host).leaf
        assert leaf.is_for(host)
        assert len(leaf.names) == MAX_NAMES
    assert not read_chain([der], "3000.example.org").leaf.is_for("3000.example.org")


@pytest.mark.parametrize("is_ca", [True, False])
def test_a_servers_certificate_issues_none_for_other_names(
    monkeypatch: pytest.MonkeyPatch, is_ca: bool
) -> None:
    """Whoever has a certificate of a public CA has a key that can sign; clients refuse what it signs."""
    monkeypatch.setattr(chains, "_roots", lambda: {ROOT.subject.public_bytes(): [ROOT.certificate]})
    mine = sign(OTHER.subject, ("own.example",), OTHER.key, MIDDLE, is_ca=is_ca).public_bytes(Encoding.PEM)
    forged = make("www.python.org", issuer=OTHER)
    assert read(forged.certificate, mine, MIDDLE.pem).leads_to_root is is_ca


def test_a_chain_below_a_public_root_leads_there_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "_roots", lambda: {ROOT.subject.public_bytes(): [ROOT.certificate]})
    assert read(SITE.certificate, MIDDLE.pem).leads_to_root
    assert not read(SITE.certificate).leads_to_root
    assert not read(make("a.example", issuer=OTHER).certificate, OTHER.pem).leads_to_root


def test_what_lies_beyond_a_public_root_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let's Encrypt's chain went on to a root that expired in September 2021, and no current client cared."""
    beyond = sign(ROOT.subject, (), ROOT.key, STRANGER, days=1, is_ca=True).public_bytes(Encoding.PEM)
    shown = (SITE.certificate, MIDDLE.pem, beyond)
    assert len(read(*shown).path) == 3
    monkeypatch.setattr(chains, "_roots", lambda: {ROOT.subject.public_bytes(): [ROOT.certificate]})
    assert (len(read(*shown).path), read(*shown).leads_to_root) == (2, True)


def test_what_is_too_long_to_be_a_name_is_none_and_an_issuer_is_cut() -> None:
    assert read(make("www.example.org", "x" * 300).certificate).leaf.names == ("www.example.org",)
    endless = Vast("O", "N" * 60)
    leaf = read(make("www.example.org", issuer=endless).certificate).leaf
    assert leaf.issuers == ("O" * chains.MAX_ISSUER,)


class Vast(Issuer):
    """A CA whose organisation fills a page."""

    @property
    def subject(self) -> x509.Name:
        name = "O" * 4000
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name, _validate=False)])


def test_the_public_roots_are_all_there() -> None:
    wanted = Path(certifi.where()).read_text(encoding="utf-8").count("BEGIN CERTIFICATE")
    read(SITE.certificate)  # Reads them without a word about odd serial numbers.
    assert sum(map(len, chains._roots().values())) == wanted > 100


def test_what_signed_itself_is_told_from_what_has_its_issuers_name_only() -> None:
    own = make_self_signed("www.example.org")
    assert read(own.certificate).is_self_signed
    impostor = make("www.example.org", issuer=Issuer("Example", "impostor"), common_name="impostor", chain=())
    assert not read(impostor.certificate).is_self_signed


@pytest.mark.parametrize(
    ("kind", "weaknesses"),
    [
        ("rsa-1024", ("an RSA key of 1024 bits",)),
        ("rsa-2048", ()),
        ("ecdsa-p192", ("an EC key of 192 bits",)),
        ("ecdsa-p256", ()),
        ("ed25519", ()),
    ],
)
def test_weak_keys_are_seen(kind: str, weaknesses: tuple[str, ...]) -> None:
    weak = make("www.example.org", kind=kind)
    assert read(weak.certificate).leaf.weaknesses == weaknesses


def test_weak_signatures_are_seen_but_in_roots() -> None:
    """Nothing signs with SHA-1 any more: the certificate is made to say so."""
    issuer = Issuer("Example Trust", "Example Trust R3", kind="rsa-2048")
    der = ssl.PEM_cert_to_DER_cert(make("www.example.org", issuer=issuer).certificate.decode())
    sha256, sha1 = (bytes.fromhex(f"2a864886f70d0101{last}") for last in ("0b", "05"))
    assert der.count(sha256) == 2
    assert read_chain([der]).leaf.weaknesses == ()
    weak = der.replace(sha256, sha1)
    assert read_chain([weak]).leaf.weaknesses == ("a signature with SHA1",)
    assert chains._link(x509.load_der_x509_certificate(weak), is_root=True).weaknesses == ()


def test_a_common_name_covers_nothing() -> None:
    assert read(make(common_name="www.example.org").certificate).leaf.names == ()


@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        ("www.example.org", "www.example.org", True),
        ("example.org", "www.example.org", False),
        ("*.example.org", "www.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", "a.www.example.org", False),
        ("*.example.org", ".example.org", False),
        ("*", "www.example.org", False),
    ],
)
def test_a_wildcard_stands_for_one_label(name: str, host: str, expected: bool) -> None:
    assert covers(name, host) is expected


def test_noise_is_refused_where_it_is_the_certificate_and_passed_over_above_it() -> None:
    with pytest.raises(ChainError, match="cannot be read"):
        read_chain([b"\x30\x03noise"])
    leaf = ssl.PEM_cert_to_DER_cert(SITE.certificate.decode())
    middle = MIDDLE.certificate.public_bytes(Encoding.DER)
    assert len(read_chain([leaf, b"noise", middle]).path) == 2


def test_of_a_long_chain_the_beginning_is_read() -> None:
    assert len(read(SITE.certificate, *[OTHER.pem] * MAX_CERTIFICATES, MIDDLE.pem).path) == 1
    assert len(read(SITE.certificate, *[OTHER.pem] * (MAX_CERTIFICATES - 2), MIDDLE.pem).path) == 2


def test_the_stores_chain_says_where_chains_of_its_ca_lead() -> None:
    assert read_pem_chain(SITE.full_chain).end == ROOT.subject.public_bytes()
    assert read_pem_chain(SITE.full_chain + ROOT.pem).end == ROOT.subject.public_bytes()
    assert read(SITE.certificate).end == MIDDLE.subject.public_bytes()
    with pytest.raises(ChainError):
        read_pem_chain(b"nothing")
