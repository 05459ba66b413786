"""The machine on which cron runs `psfdns certs renew`: its folder, and the command with other doors."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from psfdns.aws import open_route53
from psfdns.budget import UNLIMITED, Budget
from psfdns.certs.deploy import carrying
from psfdns.cli import wiring
from psfdns.cli.certs import reaching
from psfdns.cli.main import run as run_command
from psfdns.journal import disk
from psfdns.lookup.view import View
from psfdns.route53.host import Route53Host
from psfdns.sandbox.sandbox import Sandbox
from tests.cli.ground import TENANT as TENANT_FILE
from tests.cli.years.doors import TENANT, VALIDATION, Adapter, Api, Doors, KilledError, Serial
from tests.cli.years.events import Wanted

CONFIG = f"""
[route53]
accounts = ["sandbox"]
adopted_only = false
[resolver]
servers = ["192.0.2.53"]
[acme]
validation_zone = "{VALIDATION.rstrip(".")}"
[deploy.folder]
type = "directory"
path = "{{delivered}}"
tenants = ["{TENANT}"]
"""
COMMANDS = ("renewing", "issuing", "advising", "reaching", "delivering")
KILLED = -9


class Machine:
    """`sandbox` is Route 53."""

    def __init__(self, root: Path, sandbox: Sandbox, doors: Doors) -> None:
        self.root, self._sandbox, self._doors = root, sandbox, doors
        self._text = ""
        budget = Budget(UNLIMITED, clock=lambda: 0.0, sleep=lambda _: None)
        self._api = open_route53(budget=budget, threads=1, attach=sandbox.attach)
        self._api.call("CreateHostedZone", "begin", Name=VALIDATION, CallerReference="1")
        self._budget = budget
        (root / "psfdns.toml").write_text(CONFIG.format(delivered=root / "delivered"))
        (root / "zones" / TENANT).mkdir(parents=True)
        (root / "zones" / TENANT / "tenant.toml").write_text(TENANT_FILE.format(slug=TENANT))
        (root / "certs").mkdir()

    def want(self, wanted: tuple[Wanted, ...], names: Mapping[str, tuple[str, ...]]) -> None:
        """The certs file of the tenant."""
        text = "".join(
            f'[[certificate]]\nname = "{each.name}"\nnames = {json.dumps(names[each.name])}\n'
            f'profile = "{each.profile}"\n' + 'deploy = ["folder"]\n' * each.deploys
            for each in wanted
        )
        if text != self._text:
            (self.root / "certs" / f"{TENANT}.toml").write_text(text)
            self._text = text

    def renew(self) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one run."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = run_command(["--sandbox", "certs", "renew", "--json"])
            except KilledError:
                code = KILLED
        return code, out.getvalue(), err.getvalue()

    def serial(self, name: str) -> int | None:
        """Of the certificate that readers of the store meet."""
        about = self.read(".psfdns", "certs", "live", name, "about.json")
        return int(about["serial"], 16) if about else None

    def delivered(self, name: str) -> bytes:
        """The chain that readers of the folder meet, where certificates are brought."""
        file = self.root / "delivered" / name / "fullchain.pem"
        return file.read_bytes() if file.exists() else b""

    def read(self, *path: str) -> dict[str, Any] | None:
        """A JSON file of the machine, None where there is none."""
        file = self.root.joinpath(*path)
        return json.loads(file.read_text()) if file.exists() else None

    def has_left(self) -> bool:
        """Whether psfdns remembers proofs that are to be taken away."""
        return bool((self.read(".psfdns", "acme", "challenges.json") or {}).get("written"))

    def proofs(self) -> list[str]:
        """The proofs that are live."""
        zones = self._api.call("ListHostedZones", "look")["HostedZones"]
        entries = self._api.call("ListResourceRecordSets", "look", HostedZoneId=zones[0]["Id"])
        return [each["Name"] for each in entries["ResourceRecordSets"] if each["Type"] == "TXT"]

    @contextlib.contextmanager
    def doors_open(self) -> Iterator[None]:
        """Within the block every door is that of the simulation."""
        with contextlib.ExitStack() as stack:
            for target, replacement in self._replacements():
                stack.enter_context(mock.patch(target, replacement))
            stack.enter_context(contextlib.chdir(self.root))
            yield

    def _replacements(self) -> Iterator[tuple[str, Any]]:
        doors = self._doors
        for command in COMMANDS:
            for name, value in (("now", doors.clock.now), ("sleep", doors.clock.sleep)):
                if command not in {"advising", "delivering"} or name == "now":
                    yield f"psfdns.cli.certs.{command}.{name}", value
        yield "psfdns.cli.certs.advising.draw_fraction", lambda: doors.run.fraction
        yield "psfdns.cli.certs.advising.ThreadPoolExecutor", Serial
        yield "psfdns.certs.order.ThreadPoolExecutor", Serial
        yield "psfdns.certs.deploy.rounds.ThreadPoolExecutor", Serial
        yield "psfdns.certs.deploy.carrying.carry", self._carry
        yield "psfdns.certs.order.as_completed", list
        yield "psfdns.cli.wiring.monotonic", doors.clock.monotonic
        yield "psfdns.cli.wiring.open_access", self._open_access
        yield "psfdns.cli.wiring.open_sandbox", lambda _: self._sandbox
        yield "psfdns.cli.certs.reaching.open_sandbox", lambda _: self._sandbox
        yield "psfdns.cli.certs.reaching.open_public_view", lambda _: View(doors.resolve, _nobody, _nobody)
        yield "psfdns.cli.certs.reaching.open_view", self._open_view
        # The way down from the root is tried elsewhere; here nobody signs.
        yield "psfdns.cli.certs.validating.Validation.find_bogus", lambda _, places: dict.fromkeys(places[:0])
        # Half of what a request costs here is looking for proxies.
        yield "requests.sessions.get_environ_proxies", lambda *_, **__: {}
        # Its CAs have the names of real ones, and are within the process.
        yield "psfdns.urls.is_loopback", lambda _: True
        yield "requests.adapters.HTTPAdapter", lambda **_: Adapter(doors)
        write = disk._write
        yield "psfdns.journal.disk._write", lambda *given, **more: doors.write(write, *given, **more)
        yield "os.fsync", doors.fsync
        for name in ("replace", "rename", "symlink", "mkdir", "unlink", "rmdir"):
            yield f"os.{name}", doors.guard(getattr(os, name))

    def _open_access(self, workspace: wiring.Workspace) -> wiring.Access:
        del workspace
        api: Any = Api(self._api, self._doors)
        host = Route53Host(api, look_up_account=lambda: "sandbox")
        kms: Any = None
        return wiring.Access(api, self._budget, host, lambda: None, kms)

    _carry_really = staticmethod(carrying.carry)

    def _carry(self, *given: Any) -> Any:
        return self._doors.carry(self._carry_really, *given)

    _open_view_really = staticmethod(reaching.open_view)

    def _open_view(self, workspace: wiring.Workspace, access: wiring.Access) -> View:
        return self._doors.view(self._open_view_really(workspace, access))


def _nobody(questions: Sequence[Any]) -> Any:
    """No server of another's zone is ever asked."""
    assert not questions
    return ()


def read_alerts(out: str, err: str) -> tuple[set[tuple[str, str]], set[str], set[str]]:
    """What a run said: (certificate, kind of obstacle), what was issued, and what for its old names alone."""
    alerts, issued, kept = set(), set(), set()
    document = json.loads(out) if out else {}
    for row in document.get("certificates", ()):
        if row["outcome"] == "issued":
            issued.add(row["name"])
        else:
            kept |= {row["name"]} if row["outcome"] == "kept" else set()
            alerts |= {(row["name"], _kind(fault)) for fault in row["faults"]}
    alerts |= {(row["name"], "deploy") for row in document.get("deployed", ()) if not row["ok"]}
    if "what the CA suggests was not kept" in err or "cannot be written" in str(document.get("error")):
        alerts.add(("*", "disk"))
    if "Rate exceeded" in str(document.get("error")):
        alerts.add(("*", "host"))
    return alerts, issued, kept


def _kind(fault: Mapping[str, Any]) -> str:
    why = str(fault["why"])
    if "cannot be written" in why:
        return "disk"
    if why.startswith("not before"):
        return "limit" if "the CA allows" in why else "wait"
    return "dns" if fault["ca"] is None else "ca"
