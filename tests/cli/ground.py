"""A small repository with the command line in it, and an embedded Route 53 that others write to as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psfdns.aws import open_route53
from psfdns.budget import UNLIMITED, Budget
from psfdns.cli.main import run
from psfdns.sandbox.sandbox import Sandbox

TENANT = """
name = "{slug}"
kind = "working-group"
approved = "Board resolution, 2026-03-11"
billing = "psf"
[[liaison]]
name = "Liaison of {slug}"
email = "dns@example.net"
"""


class Ground:
    """A repository, the command line in it, and what the account holds."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys
        (root / "psfdns.toml").write_text('[route53]\naccounts = ["sandbox"]\n')
        for slug in ("one", "two"):
            folder = root / "zones" / slug
            folder.mkdir(parents=True)
            (folder / "tenant.toml").write_text(TENANT.format(slug=slug))
        self.write("one", "alpha.test", "www A 192.0.2.1", "@ TXT hello")
        self.write("two", "beta.test", "www A 192.0.2.3")

    def write(self, tenant: str, zone: str, *lines: str) -> None:
        path = self.root / "zones" / tenant / f"{zone}.zone"
        path.write_text("\n".join(["$TTL 300", *lines, ""]))

    def run(self, *words: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = run(["--sandbox", *words])
        captured = self._capsys.readouterr()
        return code, captured.out, captured.err

    def apply(self, *words: str) -> dict[str, Any]:
        code, out, err = self.run("-q", "apply", "--yes", "--json", "--no-wait", *words)
        assert (code, err) == (0, "")
        document: dict[str, Any] = json.loads(out)
        return document

    def call(self, action: str, **parameters: Any) -> Any:
        """Another writer in the same account."""
        budget = Budget(UNLIMITED, clock=lambda: 0.0, sleep=lambda _: None)
        sandbox = Sandbox(self.root / ".psfdns" / "sandbox")
        return open_route53(budget=budget, threads=1, attach=sandbox.attach).call(
            action, "test", **parameters
        )

    def live(self) -> list[str]:
        """`name TYPE value` of all that is not a zone's own SOA and NS."""
        found = []
        for zone in self.call("ListHostedZones")["HostedZones"]:
            for entry in self.call("ListResourceRecordSets", HostedZoneId=zone["Id"])["ResourceRecordSets"]:
                if entry["Name"] != zone["Name"] or entry["Type"] not in {"SOA", "NS"}:
                    values = " ".join(record["Value"] for record in entry["ResourceRecords"])
                    found.append(f"{entry['Name']} {entry['Type']} {values}")
        return sorted(found)
