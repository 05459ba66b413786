"""Fastly's API for custom TLS certificates, as its reference describes it, on a port of the loopback.

Rules of its own: a certificate's key has to be there; a replacement has all names of the one before; a key
that is in use cannot be removed; a key is there once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from tests.http_serving import answering

TOKEN = "a-fastly-token-for-tests"  # noqa: S105 - of the server below
_TYPE = "application/vnd.api+json"

Answer = tuple[int, Any]


@dataclass
class FakeFastly:
    """`refuse` maps "METHOD /path" to an answer of a test's own; `asked` are the requests so far."""

    url: str = ""
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    certificates: dict[str, dict[str, Any]] = field(default_factory=dict)
    refuse: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    says_pages: bool = True
    cut_after: str = ""
    number: int = 0

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        parts = urlsplit(target)
        self.asked.append(f"{method} {parts.path}")
        if headers.get("Fastly-Key") != TOKEN:
            return 401, {"msg": "Provided credentials are missing or invalid"}
        if headers.get("Accept") != _TYPE or (body and headers.get("Content-Type") != _TYPE):
            return 406, {"errors": [{"title": "Not acceptable"}]}
        for known, refusal in self.refuse.items():
            if f"{method} {parts.path}".startswith(known):
                return refusal
        data = json.loads(body)["data"] if body else {}
        _, _, kind, *rest = parts.path.split("/")
        given: dict[str, Any] = {"data": data} if data else {} if rest else {"query": parse_qs(parts.query)}
        answer: Answer = getattr(self, f"{method.lower()}_{kind}")(*rest, **given)
        return answer

    def get_private_keys(self, *, query: dict[str, list[str]]) -> Answer:
        items = list(self.keys.values())
        if query.get("filter[in_use]") == ["false"]:
            items = [key for key in items if not self._uses(key)]
        return self._page(items, query)

    def post_private_keys(self, *, data: Any) -> Answer:
        assert data["type"] == "tls_private_key"
        public = load_pem_private_key(data["attributes"]["key"].encode(), None).public_key()
        digest = _digest(public)
        if any(key["attributes"]["public_key_sha1"] == digest for key in self.keys.values()):
            return 409, {"errors": [{"title": "Conflict", "detail": "the key is there"}]}
        attributes = {"name": data["attributes"]["name"], "public_key_sha1": digest}
        return self._add(self.keys, "tls_private_key", attributes)

    def delete_private_keys(self, place: str) -> Answer:
        if self._uses(self.keys[place]):
            return 400, {"errors": [{"title": "in use"}]}
        del self.keys[place]
        return 204, None

    def get_certificates(self, *, query: dict[str, list[str]]) -> Answer:
        return self._page(list(self.certificates.values()), query)

    def post_certificates(self, *, data: Any) -> Answer:
        attributes = self._read(data)
        return (
            attributes
            if isinstance(attributes, tuple)
            else self._add(self.certificates, "tls_certificate", attributes)
        )

    def patch_certificates(self, place: str, *, data: Any) -> Answer:
        if place not in self.certificates:
            return 404, {"errors": [{"title": "Not found"}]}
        assert data["id"] == place
        attributes = self._read(data)
        if isinstance(attributes, tuple):
            return attributes
        if not set(self.certificates[place]["attributes"]["names"]) <= set(attributes["names"]):
            return 422, {"errors": [{"title": "Bad certificate", "detail": "SAN entries are missing"}]}
        self.certificates[place]["attributes"] = attributes
        return 200, {"data": self.certificates[place]}

    def _read(self, data: Any) -> Any:
        assert data["type"] == "tls_certificate"
        blob = data["attributes"]["cert_blob"]
        first = x509.load_pem_x509_certificates(blob.encode())[0]
        digest = _digest(first.public_key())
        if not any(key["attributes"]["public_key_sha1"] == digest for key in self.keys.values()):
            return 422, {"errors": [{"title": "Bad certificate", "detail": "its key is not there"}]}
        names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = {"names": names.get_values_for_type(x509.DNSName), "key": digest, "blob": blob}
        return {**found, "name": data["attributes"]["name"]}

    def _uses(self, key: Any) -> bool:
        digest = key["attributes"]["public_key_sha1"]
        return any(each["attributes"]["key"] == digest for each in self.certificates.values())

    def _add(self, where: dict[str, Any], kind: str, attributes: dict[str, Any]) -> Answer:
        self.number += 1
        place = f"id{self.number}"
        where[place] = {"id": place, "type": kind, "attributes": attributes}
        return 201, {"data": where[place]}

    def _page(self, items: list[Any], query: dict[str, list[str]]) -> Answer:
        number, size = int(query["page[number]"][0]), int(query["page[size]"][0])
        some = items[(number - 1) * size : number * size]
        pages = {"meta": {"total_pages": -(-len(items) // size)}} if self.says_pages else {}
        return 200, {"data": some, **pages}


def _digest(public: Any) -> str:
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha1(der, usedforsecurity=False).hexdigest()


@contextmanager
def playing_fastly() -> Iterator[FakeFastly]:
    fastly = FakeFastly()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, document = fastly.answer(self.command, self.path, self.headers, body)  # type: ignore[arg-type]
            if fastly.cut_after and f"{self.command} {self.path}".startswith(fastly.cut_after):
                fastly.cut_after = ""
                return
            text = (
                document
                if isinstance(document, bytes)
                else b""
                if document is None
                else json.dumps(document).encode()
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:
            pass

    with answering(Handler) as port:
        fastly.url = f"http://127.0.0.1:{port}"
        yield fastly
