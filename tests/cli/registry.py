"""A repository whose domains are at a fake Gandi and with a fake registry."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli.main import run
from tests.cli.ground import TENANT
from tests.registrar.fake_gandi import TOKEN, FakeGandi, fake_gandi
from tests.registrar.fake_rdap import FakeRdap, fake_rdap

DAY = datetime.timedelta(days=1)


NOW = datetime.datetime(2026, 11, 28, 9, 30, 15, 250_000, tzinfo=datetime.UTC)


def in_days(days: int) -> datetime.datetime:
    """The noon of that day, seen from NOW."""
    return NOW.replace(hour=12, minute=0, second=0, microsecond=0) + days * DAY


class Registry:
    """The repository, the two services, and the command line."""

    def __init__(
        self, root: Path, gandi: FakeGandi, rdap: FakeRdap, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.root, self.gandi, self.rdap, self._capsys = root, gandi, rdap, capsys
        self.configure()

    def configure(self, *lines: str) -> None:
        places = [f'[gandi]\nurl = "{self.gandi.url}"', f'[rdap]\nbootstrap = "{self.rdap.url}/dns.json"']
        accounts = '[route53]\naccounts = ["sandbox"]'
        (self.root / "psfdns.toml").write_text("\n".join([accounts, *places, *lines, ""]))

    def claim(self, tenant: str, zone: str, *settings: str) -> None:
        """A zone of a tenant, with settings such as `registrar = "gandi"`."""
        folder = self.root / "zones" / tenant
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "tenant.toml"
        text = path.read_text() if path.exists() else TENANT.format(slug=tenant)
        path.write_text("\n".join([text, f'[zones."{zone}"]', *settings, ""]))
        (folder / f"{zone}.zone").write_text("$TTL 300\nwww A 192.0.2.1\n")

    def run(self, *words: str, sandbox: bool = False) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = run([*(["--sandbox"] if sandbox else []), *words])
        said = self._capsys.readouterr()
        assert TOKEN not in said.out + said.err
        return code, said.out, said.err

    def document(self, *words: str, sandbox: bool = False) -> tuple[int, dict[str, Any]]:
        code, out, _ = self.run("--json", *words, sandbox=sandbox)
        document: dict[str, Any] = json.loads(out)
        return code, document

    def listing(self, *words: str) -> tuple[int, dict[str, dict[str, Any]], list[str]]:
        """The exit code, the domains by name, and `domain code` of the findings."""
        code, document = self.document("domains", "list", *words)
        assert document["format"] == "psfdns-domains/1"
        findings = [f"{finding['domain']} {finding['code']}" for finding in document["findings"]]
        return code, {domain["name"]: domain for domain in document["domains"]}, findings

    def orders(self, name: str) -> list[dict[str, Any]]:
        """The registrar's journal of a domain, the oldest first."""
        folder = self.root / ".psfdns" / "journal" / "registrar" / name
        paths = sorted(path for path in folder.glob("*.json") if re.match(r"[0-9]{8}T", path.name))
        return [json.loads(path.read_text()) for path in paths]


@contextmanager
def make_registry(root: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Registry]:
    with fake_gandi() as gandi, fake_rdap() as rdap:
        yield Registry(root, gandi, rdap, capsys)
