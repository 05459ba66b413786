"""The bytes of a certs/<tenant>.toml -> the certificates wanted, and findings (docs/contract.md §1). Pure.

Everything wrong is found at once and at its line. What a manifest names (CAs, deploy targets) is defined in
psfdns.toml; it can name nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psfdns.certs import rules
from psfdns.certs.certificate import Challenge, KeyType, WantedCertificate, parse_domain, without_wildcard
from psfdns.certs.settings import MAX_NAMES, AcmeSettings
from psfdns.diagnostics import Diagnostic, Span
from psfdns.tenants.document import NotTomlError, read_document
from psfdns.tenants.lines import KeyPath
from psfdns.tenants.reader import Reader, shown
from psfdns.tenants.rules import BAD_TOML, MISSING_SETTING

MAX_BYTES = 256 * 1024
MAX_CERTIFICATES = 1_000
MAX_LISTED = 1_000
"""Names, CAs or targets that are looked at."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,198}[a-z0-9])?")
"""A folder of the store, and a word on the command line."""
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_OF_RENEWAL = ("key", "reuse_key", "profile", "ca", "challenge", "deploy", "renew_at")
_KEYS = ("name", "names", *_OF_RENEWAL, "issuer")


@dataclass(frozen=True, slots=True)
class ParsedManifest:
    """What one file says: certificates whose names could be read, and everything found."""

    certificates: tuple[WantedCertificate, ...]
    findings: tuple[Diagnostic, ...]


def parse_manifest(data: bytes, *, tenant: str, path: str, settings: AcmeSettings) -> ParsedManifest:
    """Read and judge a whole manifest; never raises for its content."""
    try:
        document, lines = read_document(data, max_bytes=MAX_BYTES)
    except NotTomlError as error:
        span = Span(path) if error.line is None else Span(path, error.line, error.line)
        return ParsedManifest((), (BAD_TOML.broken(span, str(error), hint=""),))
    reader = Reader(path, lines)
    reader.refuse_unknown((), document, ("certificate",))
    where: KeyPath = ("certificate",)
    items = reader.items(
        where, document.get("certificate", []), of="[[certificate]] tables", at_most=MAX_CERTIFICATES
    )
    tables = [(index, item, reader.table((*where, index), item)) for index, item in enumerate(items)]
    read = [
        _Table(reader, (*where, index), table, settings).read(tenant)
        for index, item, table in tables
        if item is table
    ]
    found = tuple(certificate for certificate in read if certificate is not None)
    return ParsedManifest(found, tuple(sorted(reader.findings, key=_line)))


def _line(finding: Diagnostic) -> int:
    return (finding.span and finding.span.first_line) or 0


@dataclass(frozen=True, slots=True)
class _Table:
    """One `[[certificate]]` that is being read."""

    reader: Reader
    where: KeyPath
    table: Mapping[str, Any]
    settings: AcmeSettings

    def read(self, tenant: str) -> WantedCertificate | None:
        self.reader.refuse_unknown(self.where, self.table, _KEYS)
        names = self._read_names()
        issuer = self._read_issuer()
        if not names:
            return None
        name = self._read_name(next(iter(names)))
        ca = self._read_authorities()
        certificate = WantedCertificate(
            name=name,
            tenant=tenant,
            names=tuple(names),
            key=self._read_key(),
            reuse_key=self._read_flag("reuse_key"),
            profile=self._read_profile(ca),
            ca=ca,
            challenge=self._read_challenge(watched=issuer is not None),
            deploy=self._read_deploy(tenant),
            renew_at=self._read_fraction(),
            issuer=issuer,
            spans={"": self.reader.span(self.where), **names},
        )
        if issuer is None:
            self._find_covered(names)
            self._judge_number(certificate)
        return certificate

    def _read_names(self) -> dict[str, Span]:
        """The names that could be read, each once, and where it stands."""
        where = (*self.where, "names")
        if "names" not in self.table:
            self.reader.fault(
                self.where,
                "a certificate without names",
                rule=MISSING_SETTING,
                hint='names = ["www.example.org"]',
            )
            return {}
        items = self.reader.items(where, self.table["names"], of="names", at_most=MAX_LISTED)
        if self.table["names"] == []:
            self.reader.fault(where, "a certificate has at least one name")
        names: dict[str, Span] = {}
        for index, item in enumerate(items):
            name = self.reader.parsed((*where, index), item, parse_domain, "a name for a certificate")
            if name is not None:
                self._take(names, name, (*where, index))
        return names

    def _take(self, names: dict[str, Span], name: str, where: KeyPath) -> None:
        if name in names:
            self.reader.fault(where, f"{name} stands here twice", rule=rules.NAME_TWICE)
        else:
            names[name] = self.reader.span(where)

    def _find_covered(self, names: Mapping[str, Span]) -> None:
        for name, span in names.items():
            wildcard = f"*.{name.partition('.')[2]}"
            if wildcard in names and wildcard != name:
                summary = f"{name} is covered by {wildcard}"
                self.reader.faults.append((self.where, rules.COVERED_NAME.broken(span, summary)))

    def _read_name(self, first: str) -> str:
        """By default the first of its names, of a wildcard without the asterisk."""
        default = without_wildcard(first)
        if "name" not in self.table:
            return default
        wanted = 'a name for the store: lower-case letters, digits, ".", "-" and "_"'
        return self.reader.parsed((*self.where, "name"), self.table["name"], _parse_name, wanted) or default

    def _read_issuer(self) -> str | None:
        if "issuer" not in self.table:
            return None
        for key in _OF_RENEWAL:
            if key in self.table:
                self.reader.fault(
                    (*self.where, key), f"{key} says how it is renewed, but issuer that it is only watched"
                )
        return self.reader.text((*self.where, "issuer"), self.table["issuer"], at_most=200) or ""

    def _read_key(self) -> KeyType:
        if "key" not in self.table:
            return KeyType.ECDSA_P256
        wanted = f"one of {', '.join(KeyType)}"
        found = self.reader.parsed((*self.where, "key"), self.table["key"], _parse_key, wanted)
        return found or KeyType.ECDSA_P256

    def _read_flag(self, key: str) -> bool:
        return key in self.table and self.reader.boolean((*self.where, key), self.table[key])

    def _read_authorities(self) -> tuple[str, ...]:
        names = self._read_words("ca", "names of CAs")
        if names == [] and self.table["ca"] == []:
            self.reader.fault((*self.where, "ca"), "ca names no CA; leave it out for [acme] order")
        found: list[str] = []
        for index, name in enumerate(names or ()):
            if name is not None and name in self.settings.authorities:
                found.append(name)
            elif name is not None:
                known = ", ".join(sorted(self.settings.authorities))
                summary, hint = f"there is no CA {shown(name)}", f"known here: {known}"
                self.reader.fault((*self.where, "ca", index), summary, rule=rules.UNKNOWN_CA, hint=hint)
        return tuple(dict.fromkeys(found)) or self.settings.order

    def _read_deploy(self, tenant: str) -> tuple[str, ...]:
        found = []
        for index, name in enumerate(self._read_words("deploy", "names of deploy targets") or ()):
            target = self.settings.targets.get(name or "")
            if target is not None and target.permits(tenant):
                found.append(target.name)
            elif name is not None:
                why = "does not permit" if target is not None else "is no deploy target for"
                self.reader.fault(
                    (*self.where, "deploy", index),
                    f"{shown(name)} {why} {tenant}",
                    rule=rules.DEPLOY_NOT_PERMITTED,
                )
        return tuple(dict.fromkeys(found))

    def _read_words(self, key: str, of: str) -> list[str | None] | None:
        """A list of words, None for each that is none; None where the key is absent."""
        if key not in self.table:
            return None
        items = self.reader.items((*self.where, key), self.table[key], of=of, at_most=MAX_LISTED)
        return [self.reader.text((*self.where, key, index), item) for index, item in enumerate(items)]

    def _read_profile(self, authorities: tuple[str, ...]) -> str | None:
        if "profile" not in self.table:
            return None
        where = (*self.where, "profile")
        profile = self.reader.parsed(where, self.table["profile"], _parse_profile, "the name of a profile")
        for name in authorities if profile is not None else ():
            known = self.settings.authorities[name].profiles
            if known is not None and profile not in known:
                self.reader.fault(where, f"{name} has no profile {profile}", rule=rules.UNKNOWN_PROFILE)
        return profile

    def _read_challenge(self, *, watched: bool) -> Challenge:
        has_zone = self.settings.validation_zone is not None
        default = Challenge.DELEGATED if has_zone else Challenge.DIRECT
        if "challenge" not in self.table:
            return default
        where = (*self.where, "challenge")
        wanted = f"one of {', '.join(Challenge)}"
        found = self.reader.parsed(where, self.table["challenge"], _parse_challenge, wanted) or default
        if found is Challenge.DELEGATED and not has_zone and not watched:
            summary = "there is no zone that the challenge could be delegated to"
            self.reader.fault(where, summary, rule=rules.NO_VALIDATION_ZONE)
        return found

    def _read_fraction(self) -> float | None:
        if "renew_at" not in self.table:
            return None
        value = self.table["renew_at"]
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1:
            return float(value)
        self.reader.fault(
            (*self.where, "renew_at"), "renew_at must be a fraction of the lifetime, above 0 and below 1"
        )
        return None

    def _judge_number(self, certificate: WantedCertificate) -> None:
        """The CA that allows the fewest names decides: any of them may be asked."""
        limits = [self.settings.authorities[name].max_names(certificate.profile) for name in certificate.ca]
        most = min(limits, default=MAX_NAMES)
        if len(certificate.names) > most:
            with_profile = f" with profile {certificate.profile}" if certificate.profile else ""
            summary = f"{certificate.name}: {len(certificate.names)} names, at most {most}{with_profile}"
            self.reader.fault((*self.where, "names"), summary, rule=rules.TOO_MANY_NAMES)


def is_store_name(text: str) -> bool:
    """Whether a certificate may be called so."""
    return _NAME.fullmatch(text) is not None and ".." not in text


def _parse_name(text: str) -> str:
    if not is_store_name(text):
        raise ValueError("write it without *, and a U-label as its A-label (xn--…)")
    return text


def _parse_profile(text: str) -> str:
    if _PROFILE.fullmatch(text) is None:
        raise ValueError("letters, digits, - and _")
    return text


def _parse_key(text: str) -> KeyType:
    try:
        return KeyType(text)
    except ValueError:
        raise ValueError from None


def _parse_challenge(text: str) -> Challenge:
    try:
        return Challenge(text)
    except ValueError:
        raise ValueError from None
