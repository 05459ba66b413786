"""A zone of the sandbox below a private signed root, a registrar that is slow, and a clock that tests move.

    127.0.61.1        .       signed
    127.0.61.2, .3    test.   signed, on two servers, of which the second takes in a DS two hours later
    127.0.61.9        a resolver, which knows the addresses of name servers

The zone itself is served by the sandbox. A DS comes to the parents from what the fake Gandi holds, or from
what a tenant was asked for.
"""

from __future__ import annotations

import copy
import datetime
import functools
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import dns.rrset
import pytest

from tests.cli.clocks import set_clock
from tests.cli.registry import Registry
from tests.dnssec.answering import SignedServer
from tests.dnssec.signing import DAY, HOUR, NOW, Recipe, Zone, ds_of, make_key, make_zone
from tests.lab import Place, _Server, serving

ROOT, TOP_A, TOP_B, RESOLVER = "127.0.61.1", "127.0.61.2", "127.0.61.3", "127.0.61.9"
NAME = "ours.test"
LAG = 2 * HOUR
DS_TTL = 7200
_LIFETIME = (-DAY, 400 * DAY)
_ROOT_KEYS = Recipe((make_key(13, 257, 900),), (make_key(13, 256, 900),), lifetime=_LIFETIME)
_TOP_KEYS = Recipe((make_key(13, 257, 901),), (make_key(13, 256, 901),), lifetime=_LIFETIME)
TOP_DS = f"test. DS {ds_of('test.', _TOP_KEYS.ksks[0].public)[0]}"
"""Where a validator may begin that is not to be told of the root."""


def make_root(top: str) -> Zone:
    """The root, with one top-level domain."""
    text = (
        f"@ 300 SOA a.root. hostmaster.example. 1 7200 900 1209600 300\n@ 300 NS a.root-servers.{top}.\n"
        f"{top} 3600 NS a.nic.{top}.\n{top} 3600 NS b.nic.{top}.\na.nic.{top} 3600 A {TOP_A}\n"
        f"b.nic.{top} 3600 A {TOP_B}\n"
    )
    digests = ds_of(f"{top}.", *(key.public for key in _TOP_KEYS.ksks))
    return make_zone(".", text, _ROOT_KEYS, delegated=[(top, digests)])


@functools.cache
def make_top(name: str, servers: tuple[str, ...], ds: tuple[str, ...]) -> Zone:
    """The top-level domain that delegates `name` to these servers."""
    label, _, top = name.partition(".")
    text = (
        f"@ 300 SOA a.nic.{top}. hostmaster.example. 1 7200 900 1209600 300\n@ 300 NS a.nic.{top}.\n"
        f"@ 300 NS b.nic.{top}.\na.nic 300 A {TOP_A}\nb.nic 300 A {TOP_B}\na.root-servers 300 A {ROOT}\n"
    )
    text += "".join(f"{label} 3600 NS {server}\n" for server in servers)
    signed = [(label, dns.rrset.from_text_list(f"{name}.", DS_TTL, "IN", "DS", list(ds)))] if ds else []
    return make_zone(f"{top}.", text, _TOP_KEYS, delegated=signed)


@contextmanager
def serving_parents(root: Path, top: str, tops: dict[str, SignedServer]) -> Iterator[tuple[str, int]]:
    """They answer inside the block: the lines of psfdns.toml for them, and their port."""
    lines = f"@ 60 NS a.root-servers.{top}.\na.nic.{top}. 60 A {TOP_A}\nb.nic.{top}. 60 A {TOP_B}\n"
    anchor = "".join(f". DS {each}\n" for each in ds_of(".", *(key.public for key in _ROOT_KEYS.ksks)))
    (root / "anchor").write_text(anchor)
    known = _Server(Place({".": lines}))
    with serving({ROOT: SignedServer([make_root(top)]), **tops, RESOLVER: known}) as port:
        lines = (
            f'[resolver]\nroot_hints = ["{ROOT}"]\nservers = ["{RESOLVER}:{port}"]\nport = {port}\n'
            'trust_anchor = "anchor"\n'
        )
        yield lines, port


@dataclass
class Scene:
    """`by_hand` are the DS that a tenant has set, None where the registrar is Gandi."""

    shop: Registry
    now: datetime.datetime = NOW
    servers: tuple[str, ...] = ()
    by_hand: set[str] | None = None
    port: int = 0
    tops: dict[str, SignedServer] = field(default_factory=dict)
    history: list[tuple[datetime.datetime, tuple[str, ...]]] = field(default_factory=list)

    def run(self, *words: str) -> tuple[int, str, str]:
        """A command, with the parents as they are at that moment."""
        self.bring_to_parents()
        return self.shop.run("dnssec", *words, sandbox=True)

    def document(self, *words: str) -> tuple[int, dict[str, Any]]:
        code, out, err = self.run(*words, "--json")
        assert out, err
        document: dict[str, Any] = json.loads(out)
        return code, document

    def step(self, *words: str) -> tuple[int, dict[str, Any]]:
        """One run, and how the one procedure stands after it."""
        code, document = self.document(*words)
        assert document["format"] == "psfdns-dnssec-procedure/1", document
        (procedure,) = document["procedures"]
        return code, procedure

    def status(self) -> dict[str, Any]:
        _, document = self.document("status", NAME)
        (zone,) = document["zones"]
        found: dict[str, Any] = zone
        return found

    def wanted_ds(self) -> tuple[str, ...]:
        if self.by_hand is not None:
            return tuple(sorted(self.by_hand))
        domain = self.shop.gandi.find(NAME)
        assert domain is not None
        keys = domain.keys
        return tuple(sorted(f"{k['keytag']} {k['algorithm']} {k['digest_type']} {k['digest']}" for k in keys))

    def bring_to_parents(self) -> None:
        wanted = self.wanted_ds()
        if not self.history or self.history[-1][1] != wanted:
            self.history.append((self.now, wanted))
        for server, lag in ((TOP_A, 0 * HOUR), (TOP_B, LAG)):
            seen = [ds for since, ds in self.history if since + lag <= self.now]
            zone = make_top(NAME, self.servers, seen[-1] if seen else ())
            if self.tops[server].zones != [zone]:
                self.tops[server].zones[:] = [zone]
                self.tops[server]._known.clear()

    def later(self, **time: float) -> None:
        self.now += datetime.timedelta(**time)

    def wait(self, procedure: dict[str, Any]) -> None:
        """Until the moment that it names, or for a while."""
        until = procedure["until"]
        if until is None:
            self.later(hours=2)
        else:
            self.now = max(self.now, datetime.datetime.fromisoformat(until))

    def enabled(self) -> None:
        """The zone was signed by us, and everybody validates it."""
        if not _restore("enabled", self):
            self.finish("enable", NAME)
            _keep("enabled", self)

    def finish(self, *words: str, most: int = 60) -> list[str]:
        """Begin, and go on as cron does, until it is done; the steps at which it waited."""
        seen: list[str] = []
        code, procedure = self.step(*words, "--yes")
        for _ in range(most):
            assert code == 0, procedure
            if procedure["state"] == "done":
                return seen
            if not seen or seen[-1] != procedure["step"]:
                seen.append(procedure["step"])
            self.wait(procedure)
            code, procedure = self.step("continue", NAME, "--yes")
        raise AssertionError(f"it never ends: {procedure}")


class Kept(NamedTuple):
    """A state that many tests begin with, made by the command line once: all of `.psfdns`, and the rest."""

    files: dict[str, bytes]
    keys: list[dict[str, Any]]
    now: datetime.datetime
    servers: tuple[str, ...]
    history: tuple[tuple[datetime.datetime, tuple[str, ...]], ...]


_KEPT: dict[str, Kept] = {}


def _keep(name: str, scene: Scene) -> None:
    folder, domain = scene.shop.root / ".psfdns", scene.shop.gandi.domains.get(NAME)
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    keys = copy.deepcopy(domain.keys) if domain else []
    _KEPT[name] = Kept(files, keys, scene.now, scene.servers, tuple(scene.history))


def _restore(name: str, scene: Scene) -> bool:
    kept = _KEPT.get(name)
    if kept is None:
        return False
    folder, domain = scene.shop.root / ".psfdns", scene.shop.gandi.domains.get(NAME)
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in kept.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / path).write_bytes(data)
    if domain:
        domain.keys[:] = copy.deepcopy(kept.keys)
    scene.now, scene.servers, scene.history = kept.now, kept.servers, list(kept.history)
    return True


@contextmanager
def signed_scene(
    shop: Registry, monkeypatch: pytest.MonkeyPatch, *, registrar: str = "gandi"
) -> Iterator[Scene]:
    """The zone is there, delegated to the sandbox, and not signed."""
    scene = Scene(shop, by_hand=None if registrar == "gandi" else set())
    set_clock(monkeypatch, lambda: scene.now)
    monkeypatch.setattr("psfdns.sandbox.sandbox._utc_now", lambda: scene.now)
    shop.claim("one", NAME, f'registrar = "{registrar}"')
    if registrar == "gandi":
        shop.gandi.add(NAME, NOW + 300 * DAY)
    if not _restore("applied", scene):
        code, out, err = shop.run("-q", "apply", "--yes", "--no-wait", sandbox=True)
        assert code == 0, out + err
        _, document = shop.document("delegation", NAME, sandbox=True)
        scene.servers = tuple(document["zones"][0]["assigned"])
        _keep("applied", scene)
    scene.tops = {TOP_A: SignedServer([]), TOP_B: SignedServer([])}
    with serving_parents(shop.root, "test", scene.tops) as (lines, scene.port):
        shop.configure(lines)
        scene.later(days=1)
        yield scene
