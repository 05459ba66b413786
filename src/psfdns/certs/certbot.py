"""Reads a folder as certbot lays it out: live/, archive/, renewal/. Nothing in it is changed.

live/<name>/cert.pem and its like are links to archive/<name>/cert<n>.pem; renewal/<name>.conf says how the
certificate was ordered. What cannot be read is left out with the reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from psfdns.certs.pem import MAX_BYTES, CertificateSet, PemError, check_set, read_certificate
from psfdns.certs.stored import StoredCertificate

_PARTS = ("cert", "chain", "privkey")
_NUMBERED = re.compile(r"cert([1-9][0-9]{0,8})\.pem")
_SETTING = re.compile(r"^\s*(\w+)\s*=\s*(.*?)\s*$", re.MULTILINE)
_PLAIN = {"README"}


@dataclass(frozen=True, slots=True)
class OrderedBy:
    """What renewal/<name>.conf says: the CA's directory, the profile asked for, whether keys stay."""

    directory: str | None = None
    profile: str | None = None
    reuse_key: bool = False


@dataclass(frozen=True, slots=True)
class Lineage:
    """One of certbot's: the set that counts, those before it (oldest first), how it was ordered."""

    name: str
    current: CertificateSet
    certificate: StoredCertificate
    older: tuple[CertificateSet, ...] = ()
    ordered_by: OrderedBy = field(default_factory=OrderedBy)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A certificate that cannot be taken over."""

    name: str
    why: str


def read_lineages(folder: Path) -> Iterator[Lineage | Unreadable]:
    """Everything below live/, by name. Raises OSError where there is no such folder."""
    names = sorted(entry.name for entry in os.scandir(folder / "live"))
    for name in names:
        if name not in _PLAIN and not name.startswith("."):
            yield _read_lineage(folder, name)


def _read_lineage(folder: Path, name: str) -> Lineage | Unreadable:
    live = folder / "live" / name
    try:
        current = CertificateSet(*(_read(live / f"{part}.pem") for part in _PARTS))
        check_set(current)
        certificate = read_certificate(current.certificate, name=name)
        older = tuple(_read_older(folder / "archive" / name, current))
    except PemError as error:
        return Unreadable(name, str(error))
    except OSError as error:
        return Unreadable(name, f"{error.filename or live}: {error.strerror or error}")
    return Lineage(name, current, certificate, older, _read_order(folder / "renewal" / f"{name}.conf"))


def _read_older(archive: Path, current: CertificateSet) -> Iterator[CertificateSet]:
    """The complete sets of the archive but the one that counts; damaged ones are of no use to anybody."""
    matches = (_NUMBERED.fullmatch(entry) for entry in _scan(archive))
    for number in sorted((match[1] for match in matches if match), key=int):
        try:
            found = CertificateSet(*(_read(archive / f"{part}{number}.pem") for part in _PARTS))
            check_set(found)
        except (OSError, PemError):
            continue
        if found.certificate != current.certificate:
            yield found


def _scan(folder: Path) -> list[str]:
    return [entry.name for entry in os.scandir(folder)] if folder.is_dir() else []


def _read_order(path: Path) -> OrderedBy:
    try:
        text = _read(path).decode("utf-8", "replace")
    except OSError:
        return OrderedBy()
    said = dict(_SETTING.findall(text))
    return OrderedBy(
        said.get("server"),
        _profile(said.get("required_profile")) or _profile(said.get("preferred_profile")),
        said.get("reuse_key") == "True",
    )


def _profile(text: str | None) -> str | None:
    """Certbot writes None for what was not said."""
    return None if text in {None, "", "None"} else text


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES)
