"""What psfdns.toml says about certificates: CAs, deploy targets, the store (docs/contract.md §5). Pure."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MAX_NAMES = 100
"""Names on one certificate where nothing else is known: what the public CAs allow."""

LETS_ENCRYPT_PROFILES: Mapping[str, int] = {"classic": 100, "shortlived": 25, "tlsserver": 25}
"""Profile -> names on one certificate (letsencrypt.org/docs/profiles)."""
_LETS_ENCRYPT_HOSTS = ("acme-v02.api.letsencrypt.org", "acme-staging-v02.api.letsencrypt.org")


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """One `[acme.ca.<name>]`.

    `caa` are the domains by which CAA records name it (RFC 8659 §4.2); empty where that is not known.
    """

    name: str
    directory: str
    caa: tuple[str, ...] = ()
    ca_bundle: Path | None = None
    eab_kid: str | None = field(default=None, repr=False)
    eab_key_file: Path | None = None

    @property
    def profiles(self) -> Mapping[str, int] | None:
        """Profile -> names that it allows; None of a CA other than Let's Encrypt: its directory tells."""
        host = self.directory.removeprefix("https://").partition("/")[0]
        return LETS_ENCRYPT_PROFILES if host in _LETS_ENCRYPT_HOSTS else None

    def max_names(self, profile: str | None) -> int:
        """How many names one certificate may have; the CA chooses the profile where none is named."""
        return (self.profiles or {}).get(profile or "classic", MAX_NAMES)


LETS_ENCRYPT = CertificateAuthority(
    "letsencrypt", "https://acme-v02.api.letsencrypt.org/directory", ("letsencrypt.org",)
)
LETS_ENCRYPT_STAGING = CertificateAuthority(
    "letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory", ("letsencrypt.org",)
)
KNOWN_AUTHORITIES = {each.name: each for each in (LETS_ENCRYPT, LETS_ENCRYPT_STAGING)}
"""Those that need no configuration."""


class TargetType(enum.StrEnum):
    """How a certificate is brought to where it is served."""

    EXEC = "exec"
    DIRECTORY = "directory"
    ACM = "acm"
    SECRETS_MANAGER = "secretsmanager"
    S3 = "s3"
    FASTLY = "fastly"


@dataclass(frozen=True, slots=True)
class DeployTarget:
    """One `[deploy.<name>]`: of its settings those of its type are set.

    `command` is run without a shell, for `timeout` seconds at most. `path` is a folder, whose files get
    `owner`, `group` (names or numbers) and `mode` (the key never lets everybody read), and with `combined`
    combined.pem too. `bucket` and `prefix` are a place in S3, `prefix` is also what the names of secrets
    begin with, `kms_key` encrypts both. Fastly's token stands in `token_file` or the variable `token_env`.
    """

    name: str
    type: TargetType
    tenants: tuple[str, ...]
    command: tuple[str, ...] = ()
    path: Path | None = None
    region: str | None = None
    bucket: str | None = None
    prefix: str = ""
    token_file: Path | None = None
    timeout: int = 60
    owner: str | None = None
    group: str | None = None
    mode: int = 0o600
    combined: bool = False
    kms_key: str | None = None
    token_env: str = "FASTLY_API_TOKEN"  # noqa: S105 - the name of a variable, as Fastly's own tools have it
    url: str = "https://api.fastly.com"

    def permits(self, tenant: str) -> bool:
        """Whether the tenant's manifest may name it."""
        return "*" in self.tenants or tenant in self.tenants


@dataclass(frozen=True, slots=True)
class AcmeSettings:
    """`[acme]`: every CA by name, those that need no configuration included.

    `validation_zone` is canonical (final dot); `jitter` is in seconds.
    """

    store: Path
    authorities: Mapping[str, CertificateAuthority] = field(default_factory=lambda: dict(KNOWN_AUTHORITIES))
    order: tuple[str, ...] = (LETS_ENCRYPT.name,)
    contact: tuple[str, ...] = ()
    validation_zone: str | None = None
    jitter: int = 0
    targets: Mapping[str, DeployTarget] = field(default_factory=dict)

    @property
    def issuers(self) -> tuple[str, ...]:
        """The CAA domains of the CAs of `order`; none where one of them is not known."""
        known = [self.authorities[name].caa for name in self.order]
        return tuple(dict.fromkeys(domain for each in known for domain in each)) if all(known) else ()

    def issuers_of(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """The CAA domains of these CAs, of those of which they are known."""
        found = {name: self.authorities[name].caa for name in names if name in self.authorities}
        return {name: caa for name, caa in found.items() if caa}
