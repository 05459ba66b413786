"""Reads the certificates that servers show: whatever strangers send, within bounds, and trusts none of it.

Beside `pem` the only module that reads certificates. Which roots are known is certifi's list, Mozilla's own.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.certs.certificate import MAX_DOMAIN
from psfdns.certs.served import SERVERS, Chain, Link, covers

if TYPE_CHECKING:
    from cryptography import x509

MAX_CERTIFICATES = 16
"""Of one chain that are looked at; CAs have three or four."""
MAX_NAMES = 100
"""Of one certificate that are kept; those that cover the host are among them."""
MAX_PURPOSES = 5
MIN_RSA_BITS, MIN_CURVE_BITS = 2048, 256
MAX_ISSUER = 128
"""Characters of an organisation or a common name (RFC 5280 appendix A.1 permits 64)."""
_WEAK_DIGESTS = frozenset({"md5", "sha1"})


class ChainError(ValueError):
    """The certificate that is served cannot be read; the message says why."""


def read_chain(shown: Sequence[bytes], host: str = "") -> Chain:
    """What a server shows for a host, as DER with its own certificate first; raises ChainError.

    Certificates above it that cannot be read are passed over, as clients do.
    """
    with warnings.catch_warnings():
        # A number that is not positive, and the like: the certificate is judged by what clients look at.
        warnings.simplefilter("ignore")
        leaf, *others = shown[:MAX_CERTIFICATES]
        try:
            first = _parse(leaf)
        except ValueError as error:
            raise ChainError(str(error)) from error
        path = _climb(first, list(_readable(others)))
        top = path[-1]
        return Chain(
            tuple(_link(each, host, is_root=_is_issued_by(each, each)) for each in path),
            leads_to_root=_is_issued_by(top, top) or _has_known_root(top),
            is_self_signed=_is_issued_by(first, first),
            end=top.issuer.public_bytes(),
        )


def read_pem_chain(text: bytes) -> Chain:
    """The chain of a set of the store; raises ChainError."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = x509.load_pem_x509_certificates(text)
        except ValueError as error:
            raise ChainError(str(error)) from error
        return read_chain([each.public_bytes(Encoding.DER) for each in found])


def _parse(der: bytes) -> x509.Certificate:
    """Raises ValueError for whatever is wrong with it, be it deep inside."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.extensions, certificate.subject, certificate.issuer
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise ValueError(f"a certificate cannot be read: {error}") from error
    return certificate


def _readable(ders: Iterable[bytes]) -> Iterator[x509.Certificate]:
    for der in ders:
        try:
            yield _parse(der)
        except ValueError:
            continue


def _climb(first: x509.Certificate, others: list[x509.Certificate]) -> list[x509.Certificate]:
    """The certificate and its issuers among the others, each once, up to a root or to where there is none.

    What is shown beyond a public root (one that another has signed, as an old client knows that) is not used.
    """
    path = [first]
    while not (_is_issued_by(path[-1], path[-1]) or _has_known_root(path[-1])):
        above = next((each for each in others if _may_issue(each) and _is_issued_by(path[-1], each)), None)
        if above is None:
            break
        others.remove(above)
        path.append(above)
    return path


def _may_issue(issuer: x509.Certificate) -> bool:
    """Whether it is a CA's: else whoever has a server's certificate could sign one for any name."""
    from cryptography import x509

    try:
        return issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if certificate.issuer != issuer.subject:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _has_known_root(top: x509.Certificate) -> bool:
    return any(_is_issued_by(top, root) for root in _roots().get(top.issuer.public_bytes(), ()))


@functools.cache
def _roots() -> Mapping[bytes, Sequence[x509.Certificate]]:
    """The roots that are known, by subject."""
    import certifi
    from cryptography import x509

    found: dict[bytes, list[x509.Certificate]] = {}
    for each in x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes()):
        found.setdefault(each.subject.public_bytes(), []).append(each)
    return found


def _link(certificate: x509.Certificate, host: str = "", *, is_root: bool) -> Link:
    from cryptography.hazmat.primitives import hashes

    serial = f"{abs(certificate.serial_number):x}"
    return Link(
        names=tuple(_keep_names(list(dict.fromkeys(_names(certificate))), host)),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        serial=serial.zfill(len(serial) + len(serial) % 2),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        issuers=tuple(dict.fromkeys(_issuers(certificate))),
        weaknesses=tuple(_weaknesses(certificate, is_root=is_root)),
        purposes=_purposes(certificate),
        is_root=is_root,
    )


def _names(certificate: x509.Certificate) -> Iterator[str]:
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for general in found:
        # An address of mail, or a URI, that reads like a host's name is none (RFC 9525 §6.2).
        is_host = isinstance(general, x509.DNSName | x509.IPAddress)
        if is_host and len(str(general.value)) <= MAX_DOMAIN:
            yield str(general.value).lower()


def _keep_names(names: list[str], host: str) -> list[str]:
    """A stranger's certificate may have ten thousand, at each of his addresses."""
    if len(names) <= MAX_NAMES:
        return names
    return sorted(names, key=lambda name: not covers(name, host))[:MAX_NAMES]


def _issuers(certificate: x509.Certificate) -> Iterator[str]:
    from cryptography.x509.oid import NameOID

    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in certificate.issuer.get_attributes_for_oid(oid):
            yield str(attribute.value)[:MAX_ISSUER]


_PURPOSES = {
    "1.3.6.1.5.5.7.3.1": SERVERS,
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "2.5.29.37.0": "anyExtendedKeyUsage",
}
"""RFC 5280 §4.2.1.12."""


def _purposes(certificate: x509.Certificate) -> tuple[str, ...] | None:
    """By name, or as numbers; of very many the first, serverAuth before all others."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return None
    names = dict.fromkeys(_PURPOSES.get(each.dotted_string, each.dotted_string) for each in found)
    return tuple(sorted(names, key=lambda name: name != SERVERS)[:MAX_PURPOSES])


def _weaknesses(certificate: x509.Certificate, *, is_root: bool) -> Iterator[str]:
    """Of the key; of the signature, which nobody looks at in a root."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        yield "a key that cannot be read"
        return
    if isinstance(key, RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        yield f"an RSA key of {key.key_size} bits"
    elif isinstance(key, EllipticCurvePublicKey) and key.key_size < MIN_CURVE_BITS:
        yield f"an EC key of {key.key_size} bits"
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        yield "a signature of an unknown kind"
        return
    if digest is not None and digest.name in _WEAK_DIGESTS and not is_root:
        yield f"a signature with {digest.name.upper()}"
