"""The names of the certificates that certs/<tenant>.toml asks for; the rest of it is not read here."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

CERTS = "certs"
_MAX_BYTES = 1 << 20


def load_certificate_names(root: Path, slug: str) -> tuple[str, ...]:
    """In the order of the file; none where there is no file, or none that is TOML. Links are not followed."""
    path = root / CERTS / f"{slug}.toml"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return ()
            document = tomllib.loads(file.read(_MAX_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()
    wanted = document.get("certificate")
    found = (_name(one) for one in wanted) if isinstance(wanted, list) else ()
    return tuple(name for name in found if name)


def _name(certificate: Any) -> str | None:
    """Its name, by default the first of its names."""
    if not isinstance(certificate, dict):
        return None
    names = certificate.get("names")
    first = names[0] if isinstance(names, list) and names else None
    name = certificate.get("name", first)
    return name if isinstance(name, str) and name.isprintable() else None
