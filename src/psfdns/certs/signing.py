"""What is signed for CAs with an account's key. The only module that imports acme and josepy.

The `acme` library signs (its JWS with nonce, url and kid; external account bindings; key authorizations). It
does not send: it retries a bad nonce once, drops Retry-After and the body of a 409, and logs each request and
answer at DEBUG. No exception of acme or josepy leaves this module, and no key or token stands in one of ours.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from acme import challenges, jws, messages
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from josepy.json_util import decode_b64jose, encode_b64jose
from josepy.jwa import ES256, ES384, RS256
from josepy.jwk import JWKEC, JWKRSA

from psfdns.errors import CaError

_BASE64URL = re.compile(r"(?:[\w-]{4})*(?:[\w-]{2,3})?={0,2}", re.ASCII)

for _logger in ("acme", "josepy"):
    # Whatever a program sets for the root logger: the library's own words hold signed requests.
    logging.getLogger(_logger).setLevel(logging.WARNING)


class Signer:
    """Signs with one account key, if there is one. `who` is what the CA is called in messages."""

    def __init__(self, who: str, key_pem: bytes | None) -> None:
        self._who = who
        self._loaded = None if key_pem is None else _load_key(key_pem, who)

    def sign(self, body: bytes, *, nonce: str, url: str, kid: str | None, doing: str) -> bytes:
        """A request's body as JWS (RFC 8555 §6.2); without `kid` it names the key itself. Raises CaError."""
        if not _BASE64URL.fullmatch(nonce):
            raise CaError(self._who, doing, "its nonce is not base64url", retryable=True)
        decoded = decode_b64jose(nonce)
        signed = jws.JWS.sign(body, key=self._key, alg=self._algorithm, nonce=decoded, url=url, kid=kid)
        return str(signed.json_dumps()).encode()

    def bind(self, kid: str, hmac_key: str, new_account: str) -> Mapping[str, Any]:
        """The external account binding of our key (RFC 8555 §7.3.4). Raises CaError."""
        if not _BASE64URL.fullmatch(hmac_key):
            why = "the key of the external account is not base64url"
            raise CaError(self._who, "bind the account", why, hint="look at eab_key_file")
        directory = messages.Directory.from_json({"newAccount": new_account})
        found: Mapping[str, Any] = messages.ExternalAccountBinding.from_data(
            self._key.public_key(), kid, hmac_key.rstrip("="), directory
        )
        return found

    def change_of_key(self, account: str | None, new_key_pem: bytes, url: str) -> Mapping[str, Any]:
        """What the new key signs to take the account over (RFC 8555 §7.3.5). Raises CaError."""
        key, algorithm = _load_key(new_key_pem, self._who)
        payload = {"account": account, "oldKey": self._key.public_key().to_json()}
        signed = jws.JWS.sign(json.dumps(payload).encode(), key=key, alg=algorithm, nonce=None, url=url)
        found: Mapping[str, Any] = json.loads(signed.json_dumps())
        return found

    def dns01_value(self, token: str) -> str:
        """What the TXT record of a DNS-01 challenge says (RFC 8555 §8.4). Raises CaError."""
        if not _BASE64URL.fullmatch(token):
            raise CaError(self._who, "read a challenge", "its token is not base64url")
        return str(challenges.DNS01(token=decode_b64jose(token)).validation(self._key))

    @property
    def _key(self) -> Any:
        if self._loaded is None:
            raise CaError(self._who, "sign a request", "there is no key to sign with")
        return self._loaded[0]

    @property
    def _algorithm(self) -> Any:
        return self._loaded[1] if self._loaded is not None else None


def thumbprint(key_pem: bytes) -> str:
    """What tells one account key from others (RFC 7638), in base64url. Raises CaError."""
    key, _ = _load_key(key_pem, "the account")
    return str(encode_b64jose(key.thumbprint()))


def _load_key(pem: bytes, who: str) -> tuple[Any, Any]:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        # The reason may quote the key.
        raise CaError(who, "read the account's key", "it is no private key in PEM") from None
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.key_size in _CURVES:
        return JWKEC(key=key), _CURVES[key.key_size]
    if isinstance(key, rsa.RSAPrivateKey):
        return JWKRSA(key=key), RS256
    raise CaError(who, "read the account's key", "it is neither an RSA key nor one of P-256 or P-384")


_CURVES = {256: ES256, 384: ES384}
