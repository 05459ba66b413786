"""A certificate that is wanted, as `[[certificate]]` of certs/<tenant>.toml says it. Pure values."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from psfdns.diagnostics import Span
from psfdns.names import NameSyntaxError, parse_name

MAX_DOMAIN = 253
"""Characters of a name without its final dot (RFC 1035 §2.3.4 in text)."""
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_RESERVED = re.compile(r"(?!xn--)..--")
"""Labels that look like an A-label of another kind (RFC 5890 §2.3.1): CAs refuse them."""


class KeyType(enum.StrEnum):
    """What key a certificate has."""

    ECDSA_P256 = "ecdsa-p256"
    ECDSA_P384 = "ecdsa-p384"
    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"


class Challenge(enum.StrEnum):
    """Where it is proved that the names are ours: through [acme] validation_zone, or in our own zone."""

    DELEGATED = "delegated"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class WantedCertificate:
    """One `[[certificate]]`; `name` is its name in the store.

    `names` are lower-case A-labels without a final dot, in the order of the file. `ca` are names of
    [acme.ca.*] in the order in which they are asked. `issuer` is set where somebody else renews it and it
    is only watched. `spans` says where the certificate (""), and each of its names, stands.
    """

    name: str
    tenant: str
    names: tuple[str, ...]
    key: KeyType = KeyType.ECDSA_P256
    reuse_key: bool = False
    profile: str | None = None
    ca: tuple[str, ...] = ()
    challenge: Challenge = Challenge.DIRECT
    deploy: tuple[str, ...] = ()
    renew_at: float | None = None
    issuer: str | None = None
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_watched(self) -> bool:
        """Whether it is not ours to renew."""
        return self.issuer is not None

    @property
    def span(self) -> Span | None:
        """Where it begins."""
        return self.spans.get("")

    def span_of(self, name: str) -> Span | None:
        """Where one of its names stands."""
        return self.spans.get(name, self.span)


def parse_domain(text: str) -> str:
    """A name that a certificate may have, in A-labels, lower case, without a final dot; raises ValueError.

    U-labels are taken as zone files take them; a wildcard is one whole label in front (RFC 9525 §6.3).
    """
    if text.endswith("."):
        raise ValueError(f"write {text.rstrip('.')}, without a final dot")
    if len(text) > 4 * MAX_DOMAIN:
        raise ValueError(f"a name has at most {MAX_DOMAIN} characters")
    try:
        canonical = parse_name(f"{text}.").removesuffix(".")
    except NameSyntaxError as error:
        raise ValueError(f"{error}; {error.hint}" if error.hint else str(error)) from error
    labels = canonical.removeprefix("*.").split(".")
    if len(canonical) > MAX_DOMAIN:
        raise ValueError(f"a name has at most {MAX_DOMAIN} characters")
    if len(labels) < 2 or labels[-1].isdecimal():
        raise ValueError("write the whole name of a host below a registered domain")
    for label in labels:
        _check_label(label)
    return canonical


def _check_label(label: str) -> None:
    if _LABEL.fullmatch(label) is None or _RESERVED.match(label):
        raise ValueError(f'"{label}": a label has letters, digits and hyphens; * stands alone and in front')
    if label.startswith("xn--"):
        import idna

        try:
            idna.ulabel(label)
        except (idna.IDNAError, UnicodeError) as error:
            raise ValueError(f'"{label}" is not an A-label (IDNA 2008)') from error


def without_wildcard(name: str) -> str:
    """The name that the wildcard stands below; any other name as it is."""
    return name.removeprefix("*.")
