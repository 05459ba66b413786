"""A set as files of one folder, as certbot's users know it: their names, what is in them, whose they are."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from psfdns.certs.about import render_about
from psfdns.certs.pem import CertificateSet
from psfdns.certs.stored import StoredCertificate

CERTIFICATE, CHAIN, FULL_CHAIN, KEY = "cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"
COMBINED, ABOUT = "combined.pem", "about.json"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a set is written: with combined.pem (full chain, then key) or not, and whose it is.

    `owner` and `group` are numbers, None for the process's own; a group that is named may read.
    """

    combined: bool = False
    owner: int | None = None
    group: int | None = None


def render_files(new: CertificateSet, stored: StoredCertificate, shape: Shape) -> dict[str, bytes]:
    """Name -> content of every file of a set."""
    files = {
        CERTIFICATE: new.certificate,
        CHAIN: new.chain,
        FULL_CHAIN: new.full_chain,
        KEY: new.key,
        ABOUT: render_about(stored, new.certificate),
    }
    return {**files, COMBINED: new.full_chain + new.key} if shape.combined else files


def read_shape(folder: Path) -> Shape:
    """That of a set that is there, else the usual one; a group may read only where it was named."""
    try:
        about = (folder / KEY).stat()
    except FileNotFoundError:
        return Shape()
    group = about.st_gid if about.st_mode & stat.S_IRGRP else None
    owner = about.st_uid if about.st_uid != os.geteuid() else None
    return Shape((folder / COMBINED).exists(), owner, group)
