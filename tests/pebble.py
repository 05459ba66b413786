"""Pebble, Let's Encrypt's small CA for tests, on the loopback; its features are read from its directory."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests import oracles
from tests.mini_internet import free_port

STARTING_SECONDS = 20.0
EAB_KID, EAB_KEY = "kid-1", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"


@dataclass
class Pebble:
    """`bundle` is the CA file to trust it by."""

    url: str
    management: str
    bundle: Path

    @property
    def directory(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get(self.url))
        return found

    def get(self, url: str) -> bytes:
        with urllib.request.urlopen(url, context=self._context()) as answer:  # noqa: S310 - https, loopback
            body: bytes = answer.read()
        return body

    def post(self, path: str, document: Mapping[str, Any]) -> bytes:
        data = json.dumps(document).encode()
        request = urllib.request.Request(f"{self.management}{path}", data=data)  # noqa: S310 - as above
        with urllib.request.urlopen(request, context=self._context()) as answer:  # noqa: S310 - as above
            body: bytes = answer.read()
        return body

    def is_revoked(self, serial: int) -> bool:
        status = json.loads(self.get(f"{self.management}/cert-status-by-serial/{serial:x}"))
        return bool(status["Status"] == "Revoked")

    def need(self, feature: str) -> None:
        """Skip the test where this Pebble has no such feature: `renewalInfo`, or a key of its `meta`."""
        directory = self.directory
        if feature not in directory and feature not in directory.get("meta", {}):
            pytest.skip(f"this Pebble has no {feature}: run python -m tests.oracles for a newer one")

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.bundle))


def make_tls(folder: Path) -> tuple[Path, Path]:
    """A certificate and key for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a CA for tests")])
    now = datetime.datetime.now(tz=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    bundle, private = folder / "tls.pem", folder / "tls.key"
    bundle.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return bundle, private


@contextmanager
def pebble(
    folder: Path, dns_port: int, *, environment: Mapping[str, str] | None = None, **settings: Any
) -> Iterator[Pebble]:
    """It runs inside the block and validates by the resolver at `dns_port`."""
    bundle, key = make_tls(folder)
    port, management = free_port(), free_port()
    config = {
        "listenAddress": f"127.0.0.1:{port}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(bundle),
        "privateKey": str(key),
        "httpPort": 5002,
        "tlsPort": 5001,
        "ocspResponderURL": "",
        "domainBlocklist": ["blocked.test"],
        "retryAfter": {"authz": 0, "order": 0},
        "profiles": {
            "default": {"description": "the usual", "validityPeriod": 7_776_000},
            "short": {"description": "a short one", "validityPeriod": 518_400},
        },
        **settings,
    }
    path = folder / "pebble.json"
    path.write_text(json.dumps({"pebble": config}))
    wishes = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "10", "PEBBLE_AUTHZREUSE": "0"}
    started = oracles.start(
        "pebble",
        *("-config", str(path), "-dnsserver", f"127.0.0.1:{dns_port}"),
        log=folder / "pebble.log",
        environment={**wishes, **(environment or {})},
    )
    running = Pebble(f"https://127.0.0.1:{port}/dir", f"https://127.0.0.1:{management}", bundle)
    try:
        _wait(running, started, folder / "pebble.log")
        yield running
    finally:
        started.kill()
        started.wait()


def _wait(running: Pebble, started: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            running.get(running.url)
        except (urllib.error.URLError, OSError) as error:
            if started.poll() is not None or time.monotonic() > until:
                raise AssertionError(log.read_text()) from error
            time.sleep(0.05)
        else:
            return
