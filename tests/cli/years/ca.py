"""A CA without sockets: RFC 8555 and RFC 9773 over requests and answers, in the place of Let's Encrypt.

It verifies every signature, nonce and URL, and looks for proofs itself. What is wrong with it in a run comes
from `psfdns`'s view as from outside: answers that are late, lost, refused, or strange.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.cli.years.books import Books
from tests.cli.years.notary import Signed, Signer, decode, encode, thumbprint

BASE = "https://acme-v02.api.letsencrypt.org"
ERROR = "urn:ietf:params:acme:error:"
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
LIFETIMES = {"classic": 90 * DAY, "tlsserver": 45 * DAY, "shortlived": 160 * HOUR}
REUSE = 7 * HOUR
ORDER_LIFE = 7 * DAY
ASK_AGAIN = 6 * 3600


class Refusal(Exception):  # noqa: N818 - it is an answer
    """A problem document."""

    def __init__(self, status: int, kind: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.document = {"type": f"{ERROR}{kind}", "detail": detail}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Authz:
    number: int
    name: str
    wildcard: bool
    token: str
    status: str = "pending"
    validated: datetime.datetime | None = None


@dataclass
class Order:
    number: int
    names: tuple[str, ...]
    profile: str
    made: datetime.datetime
    authzs: list[Authz]
    replaces: Certificate | None = None
    finalized: datetime.datetime | None = None
    certificate: Certificate | None = None
    public_key: Any = None

    @property
    def url(self) -> str:
        return f"{BASE}/acme/order/{self.number}"

    def status(self, now: datetime.datetime) -> str:
        if self.certificate is not None:
            return "valid"
        if self.finalized is not None:
            return "processing"
        states = {each.status for each in self.authzs}
        if "invalid" in states or now > self.made + ORDER_LIFE:
            return "invalid"
        return "ready" if states <= {"valid"} else "pending"


@dataclass
class Certificate:
    """What was issued, and what became of it."""

    serial: int
    names: tuple[str, ...]
    profile: str
    not_before: datetime.datetime
    not_after: datetime.datetime
    issued: datetime.datetime
    identifier: str
    pem: bytes
    order: Order
    downloaded: datetime.datetime | None = None
    revoked_at: datetime.datetime | None = None
    successors: list[Order] = field(default_factory=list)

    @property
    def lifetime(self) -> datetime.timedelta:
        return self.not_after - self.not_before

    @property
    def fingerprint(self) -> str:
        return x509.load_pem_x509_certificate(self.pem).fingerprint(hashes.SHA256()).hex()


Window = tuple[datetime.datetime, datetime.datetime]


@dataclass
class Authority:
    """`now` is the true time. `find_txt` looks for a proof; `advise` gives a certificate's window."""

    now: Callable[[], datetime.datetime]
    find_txt: Callable[[str], frozenset[str]]
    advise: Callable[[Certificate], Window]
    books: Books = field(default_factory=Books)
    certificates: dict[str, Certificate] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    authzs: list[Authz] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Identifiers of certificates whose window was asked for and told since the list was emptied."""
    waits: list[tuple[frozenset[str] | None, datetime.datetime]] = field(default_factory=list)
    is_slow: bool = False
    refuses_replacing: bool = False
    limited: int | None = None
    has_advice: bool = True
    _valid: dict[tuple[str, bool], Authz] = field(default_factory=dict)
    _nonces: set[str] = field(default_factory=set)
    _drawn: int = 0
    _keys: dict[str, Any] = field(default_factory=dict)
    _signer: Signer = field(default_factory=Signer)

    def __post_init__(self) -> None:
        self._chain = self._signer.sign(self._signer.public_key, (), 1, self.now(), 4000 * DAY)

    def answer(self, method: str, url: str, body: bytes) -> Answer:
        assert url.startswith(BASE), url
        path = url.removeprefix(BASE)
        try:
            found = self._route(method, path, body)
        except Refusal as error:
            found = Answer(error.status, error.headers, json.dumps(error.document).encode())
        return Answer(found.status, {**found.headers, "replay-nonce": self.new_nonce()}, found.body)

    def new_nonce(self) -> str:
        self._drawn += 1
        nonce = encode(hashlib.sha256(str(self._drawn).encode()).digest()[:12])
        self._nonces.add(nonce)
        return nonce

    def _route(self, method: str, path: str, body: bytes) -> Answer:
        if path == "/directory":
            return self._directory()
        if path == "/acme/new-nonce":
            return Answer(200, {})
        if path.startswith("/acme/renewal-info/"):
            return self._advice(path.rpartition("/")[2])
        assert method == "POST", (method, path)
        payload, account = self._open(path, body)
        _, _, what, *rest = path.split("/")
        if what == "new-acct":
            return self._document({"status": "valid", "contact": []}, 201, location=account)
        if what == "new-order":
            return self._new_order(payload)
        number = int(rest[0])
        act = {
            "order": lambda: self._show(self.orders[number]),
            "authz": lambda: self._show_authz(self.authzs[number]),
            "chall": lambda: self._validate(self.authzs[number]),
            "finalize": lambda: self._finalize(self.orders[number], payload),
            "cert": lambda: self._download(self.orders[number]),
        }
        return act[what]()

    def _directory(self) -> Answer:
        names = ("nonce", "acct", "order")
        keys = ("newNonce", "newAccount", "newOrder")
        urls = (f"{BASE}/acme/new-{each}" for each in names)
        document: dict[str, Any] = dict(zip(keys, urls, strict=True))
        document |= {"revokeCert": f"{BASE}/acme/revoke-cert", "keyChange": f"{BASE}/acme/key-change"}
        document |= {"renewalInfo": f"{BASE}/acme/renewal-info"}
        document["meta"] = {"profiles": dict.fromkeys(LIFETIMES, "as its name says")}
        return self._document(document)

    def _open(self, path: str, body: bytes) -> tuple[Any, str]:
        """The payload of a signed request, whose nonce, URL and signature are right; and the account."""
        signed = Signed.read(body)
        if signed.protected["nonce"] not in self._nonces:
            raise Refusal(400, "badNonce", "it was used before")
        self._nonces.remove(signed.protected["nonce"])
        assert signed.protected["url"] == BASE + path
        jwk = signed.protected.get("jwk")
        account = signed.protected["kid"] if jwk is None else f"{BASE}/acme/acct/{thumbprint(jwk)[:8]}"
        if jwk is not None:
            self._keys[account] = jwk
        signed.verify(self._keys[account])
        return signed.payload, account

    def _advice(self, identifier: str) -> Answer:
        certificate = self.certificates.get(identifier)
        if certificate is None or not self.has_advice:
            raise Refusal(404, "malformed", "no such certificate")
        start, end = self.advise(certificate)
        self.asked.append(identifier)
        window = {"start": start.isoformat(), "end": end.isoformat()}
        return self._document({"suggestedWindow": window}, retry_after=str(ASK_AGAIN))

    def is_exempt(self, names: tuple[str, ...], replaced: Certificate | None) -> bool:
        """Whether an order replaces a certificate within the window that is suggested now."""
        if replaced is None or not set(names) & set(replaced.names):
            return False
        start, end = self.advise(replaced)
        return start <= self.now() < end

    def successor(self, certificate: Certificate) -> Order | None:
        """The order that replaces a certificate already."""
        now = self.now()
        return next((each for each in certificate.successors if each.status(now) != "invalid"), None)

    def _new_order(self, payload: Mapping[str, Any]) -> Answer:
        now = self.now()
        names = tuple(each["value"] for each in payload["identifiers"])
        if self.limited is not None:
            self.waits.append((frozenset(names), now + datetime.timedelta(seconds=self.limited)))
            raise Refusal(429, "rateLimited", "the CA is busy", retry_after=str(self.limited))
        replaced = self._replaced(payload.get("replaces"), names)
        if not self.is_exempt(names, replaced):
            refusal = self.books.refusal(names, now)
            if refusal is not None:
                self.books.exceeded.append(f"{now:%Y-%m-%d %H:%M} {names[0]}: {refusal[0]}")
                raise Refusal(429, "rateLimited", f"too many: {refusal[0]}", retry_after="3600")
            self.books.note_order(names, now)
        authzs = [self._authz(name) for name in names]
        order = Order(len(self.orders), names, payload["profile"], now, authzs, replaced)
        self.orders.append(order)
        if replaced is not None:
            replaced.successors.append(order)
        return self._show(order, 201)

    def _replaced(self, identifier: str | None, names: tuple[str, ...]) -> Certificate | None:
        if identifier is None:
            return None
        certificate = self.certificates[identifier]
        if self.refuses_replacing or self.successor(certificate) is not None:
            raise Refusal(409, "alreadyReplaced", "it has a successor")
        if not set(names) & set(certificate.names):
            raise Refusal(400, "malformed", "it replaces other names")
        return certificate

    def remembers(self, name: str) -> Authz | None:
        """A proof of the name that still counts."""
        valid = self._valid.get((name.removeprefix("*."), name.startswith("*.")))
        is_good = valid is not None and valid.validated is not None and self.now() < valid.validated + REUSE
        return valid if is_good else None

    def _authz(self, name: str) -> Authz:
        bare, wildcard = name.removeprefix("*."), name.startswith("*.")
        valid = self.remembers(name)
        if valid is not None:
            return valid
        token = encode(hashlib.sha256(f"token {len(self.authzs)}".encode()).digest())
        authz = Authz(len(self.authzs), bare, wildcard, token)
        self.authzs.append(authz)
        return authz

    def _show(self, order: Order, status: int = 200) -> Answer:
        self._issue_if_ready(order)
        document = {
            "status": order.status(self.now()),
            "identifiers": [{"type": "dns", "value": name} for name in order.names],
            "authorizations": [f"{BASE}/acme/authz/{each.number}" for each in order.authzs],
            "finalize": f"{BASE}/acme/finalize/{order.number}",
            "expires": (order.made + ORDER_LIFE).isoformat(),
        }
        if order.certificate is not None:
            document["certificate"] = f"{BASE}/acme/cert/{order.number}"
        # As Boulder has it.
        pace = {"retry_after": "15"} if document["status"] == "processing" else {}
        return self._document(document, status, location=order.url, **pace)

    def _show_authz(self, authz: Authz) -> Answer:
        return self._document(
            {
                "status": authz.status,
                "identifier": {"type": "dns", "value": authz.name},
                "wildcard": authz.wildcard,
                "challenges": [self._challenge(authz)],
            }
        )

    def _challenge(self, authz: Authz) -> dict[str, Any]:
        url = f"{BASE}/acme/chall/{authz.number}"
        error = {"error": {"type": f"{ERROR}dns", "detail": "no TXT"}} if authz.status == "invalid" else {}
        return {"type": "dns-01", "url": url, "status": authz.status, "token": authz.token, **error}

    def _validate(self, authz: Authz) -> Answer:
        if authz.status == "pending":
            (jwk,) = self._keys.values()
            value = encode(hashlib.sha256(f"{authz.token}.{thumbprint(jwk)}".encode()).digest())
            if value in self.find_txt(authz.name):
                authz.status, authz.validated = "valid", self.now()
                self._valid[authz.name, authz.wildcard] = authz
            else:
                authz.status = "invalid"
                self.books.note_failure(authz.name, self.now())
        return self._document(self._challenge(authz))

    def _finalize(self, order: Order, payload: Mapping[str, str]) -> Answer:
        if order.status(self.now()) != "ready":
            raise Refusal(403, "orderNotReady", f"it is {order.status(self.now())}")
        request = x509.load_der_x509_csr(decode(payload["csr"]))
        extension = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        assert set(extension.value.get_values_for_type(x509.DNSName)) == set(order.names)
        order.finalized, order.public_key = self.now(), request.public_key()
        return self._show(order)

    def _issue_if_ready(self, order: Order) -> None:
        now = self.now()
        if order.finalized is None or order.certificate is not None or self.is_slow:
            return
        serial = 0x1000000 + order.number
        lifetime = LIFETIMES[order.profile]
        pem = self._signer.sign(order.public_key, order.names, serial, now - HOUR, lifetime)
        found = x509.load_pem_x509_certificate(pem)
        key_id = found.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        identifier = f"{encode(key_id or b'')}.{encode(serial.to_bytes(4, 'big'))}"
        begin, end = found.not_valid_before_utc, found.not_valid_after_utc
        order.certificate = Certificate(
            serial, order.names, order.profile, begin, end, now, identifier, pem, order
        )
        self.certificates[identifier] = order.certificate
        self.books.note_issued(order.names, now)

    def _download(self, order: Order) -> Answer:
        assert order.certificate is not None
        order.certificate.downloaded = self.now()
        chain = order.certificate.pem + self._chain
        return Answer(200, {"content-type": "application/pem-certificate-chain"}, chain)

    def _document(self, document: Mapping[str, Any], status: int = 200, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer(status, {"content-type": "application/json", **named}, json.dumps(document).encode())
