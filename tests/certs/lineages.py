"""A folder as certbot lays it out."""

from __future__ import annotations

from pathlib import Path

from psfdns.certs.pem import CertificateSet

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


def write_lineage(
    folder: Path,
    name: str,
    *sets: CertificateSet,
    server: str = LETS_ENCRYPT,
    more: str = "",
) -> None:
    """Sets by number from 1; the last is the one that counts."""
    for part in ("live", "archive"):
        (folder / part / name).mkdir(parents=True, exist_ok=True)
    for number, found in enumerate(sets, 1):
        parts = {
            "cert": found.certificate,
            "chain": found.chain,
            "fullchain": found.full_chain,
            "privkey": found.key,
        }
        for part, text in parts.items():
            (folder / "archive" / name / f"{part}{number}.pem").write_bytes(text)
            link = folder / "live" / name / f"{part}.pem"
            link.unlink(missing_ok=True)
            link.symlink_to(Path("..", "..", "archive", name, f"{part}{number}.pem"))
    (folder / "live" / name / "README").write_text("certbot's own")
    (folder / "renewal").mkdir(exist_ok=True)
    head = "# renew_before_expiry = 30 days\nversion = 5.8.0\n\n[renewalparams]\n"
    (folder / "renewal" / f"{name}.conf").write_text(f"{head}server = {server}\n{more}")
