"""`type = "fastly"`: Fastly's API for custom TLS certificates (JSON:API).

The key is uploaded where Fastly does not have it, known by the SHA-1 of its public part. Then the certificate
that we made there is replaced, so that the domains for which it is enabled go on without a gap, or a new one
is made. Keys of ours that no certificate uses any more are taken away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from psfdns.certs.deploy.hiding import hide_words
from psfdns.certs.deploy.parcel import Arrival, Parcel
from psfdns.certs.pem import PemError, public_key_digest
from psfdns.errors import DeployError

PER_PAGE = 100
MAX_PAGES = 100
_KEYS, _CERTIFICATES = "/tls/private_keys", "/tls/certificates"
_TYPE = "application/vnd.api+json"
_MAX_WORDS = 500
_MEANINGS = {
    401: "the token is refused",
    403: "the token may not manage TLS",
    404: "it is not there",
    429: "there were too many requests",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer over HTTP; without one `status` is None and `why` the end of a sentence about the server."""

    status: int | None
    body: bytes = b""
    why: str = ""


class Exchange(Protocol):
    """Sends one request to a server that may be spoken to."""

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Heard:
        """The answer, or that there is none."""


@dataclass(frozen=True, slots=True)
class FastlyApi:
    """The API at a URL, for whom a token speaks."""

    url: str
    token: str = field(repr=False)
    exchange: Exchange = field(repr=False)

    def ask(self, method: str, path: str, doing: str, data: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a good answer, None of one without a body; raises DeployError."""
        body = None if data is None else json.dumps({"data": data}).encode()
        heard = self._send(method, path, body)
        if heard.status is None:
            raise DeployError(f"Fastly: {doing}: it {heard.why}")
        if not 200 <= heard.status < 300:
            raise RefusedError(f"Fastly: {doing}: {self._refusal(heard)}", heard.status)
        if not heard.body.strip():
            return None
        found = _json(heard.body)
        if not isinstance(found, dict):
            raise DeployError(f"Fastly: {doing}: what it answers is not what was asked for")
        return found

    def pages(self, path: str, doing: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """Every item of a list; raises DeployError."""
        for number in range(1, MAX_PAGES + 1):
            words = {**query, "page[number]": number, "page[size]": PER_PAGE}
            found = self.ask("GET", f"{path}?{urlencode(words)}", doing) or {}
            items = found.get("data")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise DeployError(f"Fastly: {doing}: what it answers is no list")
            yield from items
            total = _table(found.get("meta")).get("total_pages")
            if len(items) < PER_PAGE if not isinstance(total, int) else number >= total:
                return
        raise DeployError(f"Fastly: {doing}: its list has no end")

    def _send(self, method: str, path: str, body: bytes | None) -> Heard:
        headers = {"Fastly-Key": self.token, "Accept": _TYPE, "User-Agent": "psfdns"}
        if body is not None:
            headers["Content-Type"] = _TYPE
        return self.exchange(method, self.url + path, headers, body)

    def _refusal(self, heard: Heard) -> str:
        meaning = _MEANINGS.get(heard.status or 0, f"it answers {heard.status}")
        # Hidden before it is cut: half a token at the end would be one that nobody finds.
        said = hide_words(_read_reasons(heard.body), (self.token,))[:_MAX_WORDS]
        return f"{meaning} ({said})" if said else meaning


class RefusedError(DeployError):
    """Fastly's no, with its status."""

    def __init__(self, summary: str, status: int) -> None:
        super().__init__(summary, hint=_HINTS.get(status))
        self.status = status


_HINTS = {
    401: "make a token at Fastly with the scope for TLS, and put it where the target's settings say",
    403: "make a token at Fastly with the scope for TLS, and put it where the target's settings say",
}


def upload_certificate(parcel: Parcel, api: FastlyApi) -> Arrival:
    """Key, certificate, and no old keys; raises DeployError."""
    try:
        digest = public_key_digest(parcel.set.key)
    except PemError as error:
        raise DeployError(f"{parcel.name}: {error}") from None
    label = f"psfdns:{parcel.name}"
    if digest not in {_attribute(key, "public_key_sha1") for key in api.pages(_KEYS, "look for the key")}:
        _upload_key(api, parcel, label)
    place = _replace(api, parcel, label) or _create(api, parcel, label)
    _remove_old_keys(api, label, digest)
    return Arrival(place)


def _upload_key(api: FastlyApi, parcel: Parcel, label: str) -> None:
    attributes = {"key": parcel.set.key.decode("ascii"), "name": label}
    try:
        api.ask("POST", _KEYS, "upload the key", {"type": "tls_private_key", "attributes": attributes})
    except RefusedError as error:
        # It has it, under another digest; whether it really does, the certificate will show.
        if error.status != 409:
            raise


def _replace(api: FastlyApi, parcel: Parcel, label: str) -> str | None:
    """The id of the certificate that was replaced, None where there is none."""
    if parcel.place is not None:
        try:
            return _patch(api, parcel, label, parcel.place)
        except RefusedError as error:
            if error.status != 404:
                raise
    there = [
        str(each.get("id"))
        for each in api.pages(_CERTIFICATES, "look for the certificate")
        if _attribute(each, "name") == label
    ]
    if len(there) > 1:
        hint = "give those another name that it is not"
        raise DeployError(f"Fastly: several certificates are called {label}: {', '.join(there)}", hint=hint)
    return _patch(api, parcel, label, there[0]) if there else None


def _patch(api: FastlyApi, parcel: Parcel, label: str, place: str) -> str:
    data = {**_certificate(parcel, label), "id": place}
    api.ask("PATCH", f"{_CERTIFICATES}/{quote(place, safe='')}", "replace the certificate", data)
    return place


def _create(api: FastlyApi, parcel: Parcel, label: str) -> str:
    found = api.ask("POST", _CERTIFICATES, "make the certificate", _certificate(parcel, label)) or {}
    place = _table(found.get("data")).get("id")
    if not isinstance(place, str):
        raise DeployError("Fastly: make the certificate: what it answers has no id")
    return place


def _certificate(parcel: Parcel, label: str) -> dict[str, Any]:
    attributes = {"cert_blob": parcel.set.full_chain.decode("ascii"), "name": label}
    return {"type": "tls_certificate", "attributes": attributes}


def _remove_old_keys(api: FastlyApi, label: str, digest: str) -> None:
    """The account's number of keys is limited. Fastly refuses where one is in use, and that is no failure."""
    try:
        unused = [
            str(key.get("id"))
            for key in api.pages(_KEYS, "look for old keys", **{"filter[in_use]": "false"})
            if _attribute(key, "name") == label and _attribute(key, "public_key_sha1") not in {digest, None}
        ]
        for each in unused:
            api.ask("DELETE", f"{_KEYS}/{quote(each, safe='')}", "remove an old key")
    except DeployError:
        return


def _attribute(item: Mapping[str, Any], name: str) -> str | None:
    found = _table(item.get("attributes")).get(name)
    return found if isinstance(found, str) else None


def _table(found: Any) -> Mapping[str, Any]:
    """An object of JSON; whatever else stands there holds nothing."""
    return found if isinstance(found, dict) else {}


def _read_reasons(body: bytes) -> str:
    """What an error document of JSON:API says (its §11.2), or Fastly's own `msg` and `detail`."""
    document = _json(body)
    if not isinstance(document, dict):
        return ""
    errors = document.get("errors")
    items = errors if isinstance(errors, list) else [document]
    words = [
        str(item[name])
        for item in items
        if isinstance(item, dict)
        for name in ("title", "msg", "detail")
        if isinstance(item.get(name), str) and item[name]
    ]
    return ": ".join(dict.fromkeys(words))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
