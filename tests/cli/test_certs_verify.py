"""`psfdns certs verify`: servers on the loopback, a store, and a resolver that leads there."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from psfdns.certs.chains import ChainError
from psfdns.certs.coverage import Spot
from psfdns.certs.served import Chain
from psfdns.certs.store import Store
from psfdns.cli.certs import verifying
from psfdns.cli.main import run
from psfdns.lookup.hosts import Host
from psfdns.lookup.server import Server
from psfdns.web import handshake
from psfdns.web.handshake import Call, Shown
from tests.certs.certificates import day, wanted
from tests.certs.farm import OTHER, Issuer, make, make_self_signed
from tests.cli.checks import TENANT, write
from tests.cli.clocks import set_clock
from tests.cli.ground import Ground
from tests.dangling.world import World, running
from tests.web.tls_servers import Manner, by_host, closing, make_context, serving, showing, silent

ONE, TWO = "127.0.0.1", "127.0.0.2"
CONFIG = '[resolver]\nservers = ["127.0.0.1:{port}"]\nport = {port}\n'


def second_address() -> tuple[str, str]:
    """IPv6's loopback and its type, where this machine has it."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as trying:
        trying.bind(("::1", 0))
        return "::1", "AAAA"
    return TWO, "A"


@dataclass
class Site:
    """A repository, its store, the internet around it, and the command line."""

    root: Path
    world: World
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    days: float = 30
    err: str = ""
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(self.root / ".psfdns" / "certs")
        write(self.root, "psfdns.toml", CONFIG.format(port=self.world.dns_port))
        write(self.root, "zones/t/tenant.toml", TENANT)
        set_clock(self.monkeypatch, lambda: day(self.days))

    def want(self, *names: str, issuer: str | None = None, tenant: str = "t") -> None:
        path = self.root / "certs" / f"{tenant}.toml"
        path.parent.mkdir(exist_ok=True)
        line = f"[[certificate]]\nnames = {json.dumps(names)}\n"
        with path.open("a") as file:
            file.write(line + (f"issuer = {json.dumps(issuer)}\n" if issuer else ""))

    def zone(self, origin: str, *lines: str, tenant: str = "t") -> None:
        write(self.root, f"zones/{tenant}/{origin}.zone", "\n".join(("$TTL 300", *lines, "")))

    def leads(self, host: str, *addresses: str) -> None:
        self.world.names[f"{host}."] = [f"{'AAAA' if ':' in each else 'A'} {each}" for each in addresses]

    @contextmanager
    def serving(self, manners: Mapping[str, Manner]) -> Iterator[None]:
        with serving(manners) as port:
            self.monkeypatch.setattr(handshake, "PORT", port)
            yield

    def run(self, *words: str) -> tuple[int, str]:
        self.capsys.readouterr()
        code = run(["certs", "verify", *words])
        out, self.err = self.capsys.readouterr()
        return code, out

    def verify(self, *words: str) -> tuple[int, dict[str, Any]]:
        code, out = self.run("--json", *words)
        return code, json.loads(out)

    def codes(self, *words: str) -> list[str]:
        """The exit code, then `severity code` of each finding."""
        code, document = self.verify(*words)
        return [str(code), *(f"{each['severity']} {each['code']}" for each in document["findings"])]


@pytest.fixture
def site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        handshake, "is_public", lambda address: address == "::1" or address.startswith("127.")
    )
    with running(World()) as world:
        yield Site(tmp_path, world, capsys, monkeypatch)


@pytest.fixture
def renewed(site: Site) -> Site:
    """www.example.org leads to one address; the store has an old and a new certificate for it."""
    site.want("www.example.org")
    site.leads("www.example.org", ONE)
    site.store.put("www.example.org", OLD)
    site.store.put("www.example.org", NEW)
    return site


OLD = make("www.example.org", serial=1, begin=-60)
NEW = make("www.example.org", serial=2)
EVIL = Issuer("Evil\x07 Trust", "Evil")


def test_what_is_served_is_the_stores(renewed: Site) -> None:
    with renewed.serving({ONE: showing(NEW)}):
        code, document = renewed.verify()
    fingerprint = renewed.store.load("www.example.org").fingerprint  # type: ignore[union-attr]
    assert code == 0
    assert document == {
        "format": "psfdns-certs-verify/1",
        "checked_at": "2026-12-01T00:00:00Z",
        "names": [
            {
                "name": "www.example.org",
                "tenant": "t",
                "certificate": "www.example.org",
                "covered_by": "www.example.org",
                "watched": False,
                "status": "ok",
                "why": None,
                "addresses": [
                    {
                        "address": ONE,
                        "status": "ok",
                        "shown": "www.example.org",
                        "version": None,
                        "not_before": "2026-11-01T00:00:00Z",
                        "not_after": "2027-01-30T00:00:00Z",
                        "serial": "02",
                        "fingerprint": fingerprint,
                        "issuer": "Example Trust, Example Trust E1",
                        "tls": "TLSv1.3",
                        "why": None,
                    }
                ],
            }
        ],
        "uncovered_asked": 0,
        "skipped": [],
        "findings": [],
        "summary": {"error": 0, "warning": 0, "unknown": 0, "none": 0, "ok": 1, "unchecked": 0},
    }


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        pytest.param(lambda: showing(NEW), ["0"], id="the newest"),
        pytest.param(
            lambda: showing(OLD), ["2", "error served-outdated", "error served-expired"], id="the old one"
        ),
        pytest.param(
            lambda: showing(NEW, chain=b""),
            ["2", "error served-without-intermediate"],
            id="without its chain",
        ),
        pytest.param(
            lambda: showing(make("mail.example.org")), ["2", "error served-wrong-host"], id="another's"
        ),
        pytest.param(
            lambda: showing(make("www.example.org", serial=99)),
            ["0", "warning served-foreign"],
            id="a stranger's",
        ),
        pytest.param(
            lambda: showing(make_self_signed("www.example.org")),
            ["2", "error served-self-signed"],
            id="self-signed",
        ),
        pytest.param(
            lambda: by_host({"other.example.org": make_context(NEW)}),
            ["2", "error served-without-tls"],
            id="no such host",
        ),
        pytest.param(lambda: closing, ["2", "error served-without-tls"], id="no TLS"),
        pytest.param(lambda: None, ["0", "warning served-nowhere"], id="nothing there"),
    ],
)
def test_what_one_server_does(
    renewed: Site, manner: Callable[[], Manner | None], expected: list[str]
) -> None:
    shown = manner()
    with renewed.serving({TWO: silent} if shown is None else {ONE: shown}):
        assert renewed.codes() == expected


def test_who_says_nothing_is_not_waited_for(renewed: Site) -> None:
    with renewed.serving({ONE: silent}):
        renewed.monkeypatch.setattr(
            verifying, "open_ways", lambda: handshake.Ways(handshake.PORT, lambda _: True, 0.3)
        )
        assert renewed.codes("--fail-on", "warning") == ["2", "warning served-nowhere"]


def test_the_sandbox_connects_to_this_machine_alone(renewed: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    really = socket.create_connection

    def connect(address: tuple[str, int], **settings: Any) -> socket.socket:
        asked.append(address[0])
        return really(address, **settings)

    monkeypatch.setattr(socket, "create_connection", connect)
    renewed.leads("www.example.org", ONE, "192.0.2.1", "2001:db8::1")
    with renewed.serving({ONE: showing(NEW)}):
        monkeypatch.setattr(verifying, "open_ways", lambda: handshake.Ways(handshake.PORT, lambda _: True))
        code, document = renewed.verify("--sandbox")
    assert (code, asked) == (3, [ONE])
    (found,) = document["findings"]
    assert found["code"] == "served-unchecked"
    assert "it is not on this machine, and --sandbox connects to no other" in found["summary"]


def test_one_of_several_servers_was_left_behind(renewed: Site) -> None:
    address, _ = second_address()
    renewed.days = 22
    renewed.leads("www.example.org", ONE, address)
    with renewed.serving({ONE: showing(NEW), address: showing(OLD)}):
        code, document = renewed.verify()
    assert code == 2
    first, *others = document["findings"]
    assert (first["code"], first["addresses"]) == ("served-outdated", [address])
    assert first["summary"] == (
        f"www.example.org at {address}: it shows an older certificate, number 1 of www.example.org, until"
        " 2026-12-01; a newer one is there since 2026-11-01"
    )
    assert [each["code"] for each in others] == ["served-ending", "served-unequal"]
    assert (first["path"], first["line"]) == ("certs/t.toml", 2)
    assert [each["status"] for each in document["names"][0]["addresses"]] == ["ok", "error"]


def test_a_name_without_address_and_one_that_cannot_be_looked_up(site: Site) -> None:
    site.want("internal.example.org")
    site.want("broken.example.org")
    site.world.broken.add("broken.example.org.")
    code, document = site.verify()
    assert code == 3
    assert {each["name"]: each["status"] for each in document["names"]} == {
        "internal.example.org": "none",
        "broken.example.org": "unknown",
    }
    assert [each["code"] for each in document["findings"]] == ["name-without-address", "served-unchecked"]
    assert site.verify("broken.example.org", "--fail-on", "info")[0] == 3
    assert site.verify("internal.example.org")[0] == 0
    assert site.verify("internal.example.org", "--fail-on", "info")[0] == 2
    row = "it has no address\n"
    code, out = site.run("internal.example.org")
    assert (code, row in out, "name-without-address" in out) == (0, True, False), "said once is enough"
    code, out = site.run("-v", "internal.example.org")
    assert (row in out, "[name-without-address]\nhint: leave the name out" in out) == (True, True)


def test_an_address_that_is_not_public_is_not_connected_to_and_unknown(renewed: Site) -> None:
    renewed.leads("www.example.org", ONE, "169.254.169.254", "10.0.0.1")
    with renewed.serving({ONE: showing(NEW)}):
        code, document = renewed.verify()
    assert code == 3
    (finding,) = document["findings"]
    assert finding["summary"] == (
        "could not be checked: the address is not public, and is not connected to:"
        " www.example.org at 10.0.0.1, www.example.org at 169.254.169.254"
    )


def test_a_name_that_is_served_and_covered_by_none(renewed: Site) -> None:
    renewed.zone(
        "example.org",
        "www A 192.0.2.1",
        "forgotten A 192.0.2.1",
        "known A 192.0.2.1 ; psfdns: ignore=name-not-covered",
        "plain A 192.0.2.1",
        "cname CNAME there.example.net.",
        "inside A 192.0.2.1",
    )
    for host in ("forgotten", "known", "cname"):
        renewed.leads(f"{host}.example.org", ONE)
    renewed.leads("plain.example.org", TWO)
    renewed.leads("inside.example.org", "10.0.0.1")
    with renewed.serving({ONE: showing(NEW)}):
        code, document = renewed.verify("--fail-on", "warning")
        assert code == 2
        assert [(each["name"], each["code"], each["line"]) for each in document["findings"]] == [
            ("forgotten.example.org", "name-not-covered", 3),
            ("cname.example.org", "name-not-covered", 6),
        ]
        assert [each["name"] for each in document["names"]] == [
            "forgotten.example.org",
            "cname.example.org",
            "www.example.org",
        ]
        assert document["uncovered_asked"] == 5
        assert renewed.codes("www.example.org", "--fail-on", "warning") == ["0"]


def test_a_private_zone_is_nobodys_business(renewed: Site) -> None:
    settings = '[zones."example.org"]\nprivate = ["us-east-1:vpc-0123456789abcdef0"]\n'
    write(renewed.root, "zones/t/tenant.toml", TENANT.replace("[[liaison]]", f"{settings}[[liaison]]"))
    renewed.zone("example.org", "inside A 192.0.2.1")
    renewed.leads("inside.example.org", ONE)
    with renewed.serving({ONE: showing(NEW)}):
        _, document = renewed.verify()
        assert (document["uncovered_asked"], document["findings"], document["skipped"]) == (0, [], [])
        write(renewed.root, "zones/t/tenant.toml", TENANT)
        assert renewed.verify()[1]["uncovered_asked"] == 1


def test_a_wildcard_is_tried_at_the_names_that_it_covers(site: Site) -> None:
    shown = make("*.example.org", "example.org")
    site.want("example.org", "*.example.org")
    site.store.put("example.org", shown)
    site.zone("example.org", "@ A 192.0.2.1", "a A 192.0.2.1", "b CNAME a", "x.a A 192.0.2.1", "t TXT x")
    for host in ("example.org", "a.example.org", "b.example.org", "x.a.example.org"):
        site.leads(host, ONE)
    with site.serving({ONE: showing(shown)}):
        code, document = site.verify()
        _, text = site.run()
    assert code == 0
    assert {each["name"]: each["covered_by"] for each in document["names"]} == {
        "x.a.example.org": None,
        "example.org": "example.org",
        "a.example.org": "*.example.org",
        "b.example.org": "*.example.org",
    }
    assert "ok       a.example.org    127.0.0.1  example.org (*.example.org)  2027-01-30  the store's" in text


def test_a_name_on_two_certificates_may_show_either(renewed: Site) -> None:
    both = make("www.example.org", "planet.example.org", serial=7)
    renewed.want("planet.example.org", "www.example.org")
    renewed.leads("planet.example.org", ONE)
    with renewed.serving({ONE: showing(NEW)}):
        assert renewed.codes("www.example.org") == ["0"]
        assert renewed.codes("planet.example.org") == ["2", "error served-wrong-host"]
    renewed.store.put("planet.example.org", both)
    with renewed.serving({ONE: showing(both)}):
        assert renewed.codes() == ["0"]


def test_a_watched_certificate_is_judged_by_issuer_and_end(site: Site) -> None:
    site.want("shop.example", issuer="Other Trust")
    site.leads("shop.example", ONE)
    whole = OTHER.signed_by.pem if OTHER.signed_by else b""
    mine = make("shop.example", issuer=OTHER)
    with site.serving({ONE: showing(mine, chain=mine.chain + whole)}):
        assert site.codes() == ["0"]
        site.days = 85
        assert site.codes() == ["0", "warning served-ending"]
        site.days = 88
        assert site.codes() == ["2", "error served-ending"]
    site.days = 30
    with site.serving({ONE: showing(make("shop.example", chain=(OTHER,)))}):
        assert site.codes("--fail-on", "warning") == [
            "2",
            "warning served-by-other-issuer",
            "warning served-without-intermediate",
        ]


def test_a_broken_store_is_unknown(renewed: Site) -> None:
    (renewed.store.live("www.example.org") / "cert.pem").write_bytes(b"noise")
    with renewed.serving({ONE: showing(NEW)}):
        assert renewed.codes() == ["3", "info served-unchecked"]


def test_a_broken_zone_and_a_broken_manifest_are_said(renewed: Site) -> None:
    renewed.zone("example.org", "www A oops")
    with renewed.serving({ONE: showing(NEW)}):
        code, document = renewed.verify()
        assert (code, document["skipped"]) == (3, [{"zone": "example.org.", "why": "its file has errors"}])
        assert renewed.run("www.example.org")[0] == 0
        renewed.want("*.*.example")
        code, document = renewed.verify()
    assert code == 1
    assert "certs files have errors" in renewed.err
    assert document["findings"][-1]["path"] == "certs/t.toml"


@pytest.mark.parametrize(
    "words", [("nothing.example",), ("--tenant", "nobody"), ("--json", "--format", "text")]
)
def test_wrong_words_are_wrong_usage(renewed: Site, words: tuple[str, ...]) -> None:
    assert renewed.run(*words)[0] == 64


def test_only_a_tenants_names_are_looked_at(renewed: Site) -> None:
    write(renewed.root, "zones/other/tenant.toml", TENANT)
    renewed.want("gone.example.net", tenant="other")
    renewed.zone("example.net", "free A 192.0.2.1", tenant="other")
    renewed.leads("free.example.net", ONE)
    with renewed.serving({ONE: showing(NEW)}):
        assert [each["name"] for each in renewed.verify("--tenant", "t")[1]["names"]] == ["www.example.org"]
        assert [each["name"] for each in renewed.verify("--tenant", "other")[1]["names"]] == [
            "free.example.net",
            "gone.example.net",
        ]


def test_the_text_has_the_worst_first_and_the_findings_below(renewed: Site) -> None:
    renewed.want("gone.example.org")
    renewed.want("old.example.org")
    renewed.leads("old.example.org", ONE, TWO)
    renewed.store.put("old.example.org", make("old.example.org", serial=3))
    contexts = {"www.example.org": make_context(NEW), "old.example.org": make_context(make("x.example"))}
    with renewed.serving({ONE: by_host(contexts)}):
        code, out = renewed.run()
        quiet = renewed.run("-q")[1]
    assert code == 2
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[:5] == [
        "STATUS NAME ADDRESS CERTIFICATE EXPIRES SHOWN",
        "error old.example.org 127.0.0.1 old.example.org 2027-01-30 of Example Trust, Example Trust E1",
        "warning old.example.org 127.0.0.2 old.example.org - nothing listens there (Connection refused)",
        "none gone.example.org - gone.example.org - it has no address",
        "ok www.example.org 127.0.0.1 www.example.org 2027-01-30 the store's",
    ]
    assert (
        "certs/t.toml:6: error: old.example.org at 127.0.0.1: its certificate is for x.example"
        " [served-wrong-host]"
    ) in lines
    assert lines[-1] == "Names: 1 wrong, 1 without address, 1 well."
    assert "www.example.org" not in quiet
    assert "gone.example.org" not in quiet
    assert "served-wrong-host" in quiet


def test_what_a_server_shows_cannot_move_the_cursor(renewed: Site) -> None:
    evil = make("www.example.org", issuer=EVIL, serial=5)
    with renewed.serving({ONE: showing(evil)}):
        _, out = renewed.run()
    assert "\x07" not in out
    assert out.count("\\x07") == 2, "in its row and in its finding"


def test_with_nothing_wrong_and_quiet_nothing_is_said(renewed: Site) -> None:
    with renewed.serving({ONE: showing(NEW)}):
        assert renewed.run("-q") == (0, "")
        assert renewed.err == ""


def test_bounds_are_told_and_unknown(renewed: Site) -> None:
    renewed.leads("www.example.org", ONE, TWO)
    with renewed.serving({ONE: showing(NEW), TWO: showing(NEW)}):
        for name, value, words in (
            ("MAX_ADDRESSES", 1, "it has more than"),
            ("MAX_HOSTS", 0, "it is one of more than"),
            ("MAX_CALLS", 1, "its addresses are beyond the first"),
            ("MAX_SECONDS", -1.0, "the time for all was over"),
        ):
            with renewed.monkeypatch.context() as bounded:
                bounded.setattr(verifying, name, value)
                code, document = renewed.verify()
            assert code == 3
            assert words in document["findings"][0]["summary"]


def test_a_tenant_with_many_silent_addresses_keeps_no_other_from_a_look() -> None:
    """Tenants take turns, certificates come first, and first addresses before second ones."""
    ours = wanted(names=("b.example", "c.example"), tenant="two")
    spots = [
        *(Spot(f"{number}.example", "one", wanted(tenant="one")) for number in range(3)),
        Spot("x.example", "one"),
        Spot("b.example", "two", ours),
        Spot("c.example", "two", ours),
    ]
    hosts = verifying._in_turn(spots)
    assert hosts == ["0.example", "b.example", "1.example", "c.example", "2.example", "x.example"]
    found = {host: Host(f"{host}.", tuple(Server(each, 443) for each in (ONE, TWO))) for host in ("a", "b")}
    assert list(verifying._calls(found)) == [("a", ONE), ("b", ONE), ("a", TWO), ("b", TWO)]


def test_the_bytes_of_a_batch_are_let_go_before_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []

    def shake(calls: Sequence[Call], _: object) -> list[Shown]:
        events.append(f"shake {len(calls)}")
        return [Shown((b"",), "TLSv1.3")] * len(calls)

    def read(_: object, host: str) -> Chain:
        events.append(f"read {host}")
        raise ChainError("noise")

    monkeypatch.setattr(verifying, "shake_hands", shake)
    monkeypatch.setattr(verifying, "read_chain", read)
    monkeypatch.setattr(verifying, "BATCH", 2)
    seen = list(
        verifying._see_all([Call(each, ONE) for each in "abc"], handshake.open_ways(), time.monotonic() + 900)
    )
    assert [each.unreadable for each in seen] == ["noise"] * 3
    assert events == ["shake 2", "read a", "read b", "shake 1", "read c"]


def test_the_sandboxs_zones_lead_where_they_would(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake, "is_public", lambda _: True)
    set_clock(monkeypatch, lambda: day(30))
    write(ground.root, "certs/one.toml", '[[certificate]]\nnames = ["www.alpha.test", "www.example.org"]\n')
    ground.write("one", "alpha.test", f"www A {ONE}")
    ground.apply()
    shown = make("www.alpha.test", "www.example.org")
    Store(ground.root / ".psfdns" / "certs").put("www.alpha.test", shown)
    with serving({ONE: showing(shown)}) as port:
        monkeypatch.setattr(handshake, "PORT", port)
        code, out, _ = ground.run("certs", "verify", "--json", "www.alpha.test")
    assert code == 3
    assert {each["name"]: each["status"] for each in json.loads(out)["names"]} == {
        "www.example.org": "unknown",
        "www.alpha.test": "ok",
    }


def test_names_that_nobody_covers_are_unknown_too_when_time_is_over(site: Site) -> None:
    site.zone("example.org", "www A 192.0.2.1")
    site.leads("www.example.org", ONE)
    with site.serving({ONE: closing}):
        assert site.codes() == ["0"]
        site.monkeypatch.setattr(verifying, "MAX_SECONDS", -1.0)
        assert site.codes() == ["3", "info served-unchecked"]


# What happened at python.org (the numbers are days of a certificate of ninety).


def test_2014_and_2016_ipv6_went_on_to_show_the_old_site(site: Site) -> None:
    """pythondotorg#101, #957: A records had moved, the AAAA had not."""
    address, _ = second_address()
    new, old = make("www.python.org", serial=1), make("legacy.python.org", serial=2)
    site.want("www.python.org")
    site.store.put("www.python.org", new)
    site.leads("www.python.org", ONE, address)
    with site.serving({ONE: showing(new), address: showing(old)}):
        assert site.codes() == ["2", "error served-wrong-host", "warning served-unequal"]
    with site.serving({ONE: showing(new), address: showing(new)}):
        assert site.codes() == ["0"]


def test_2017_a_wildcard_expired_where_it_was_not_replaced(site: Site) -> None:
    """pythondotorg#1050: hg and wiki went on with the old one, until it was over."""
    old = make("*.python.org", "python.org", serial=1)
    new = make("*.python.org", "python.org", serial=2, begin=60)
    site.want("python.org", "*.python.org")
    site.zone("python.org", "@ A 192.0.2.1", "hg A 192.0.2.1", "wiki A 192.0.2.1")
    site.store.put("python.org", old)
    site.store.put("python.org", new)
    site.leads("python.org", ONE)
    site.leads("hg.python.org", TWO)
    site.leads("wiki.python.org", TWO)
    with site.serving({ONE: showing(new), TWO: showing(old)}):
        site.days = 62
        code, document = site.verify()
        assert code == 2, "a month before anybody sees it"
        assert [(each["name"], each["code"]) for each in document["findings"]] == [
            ("hg.python.org", "served-outdated"),
            ("wiki.python.org", "served-outdated"),
        ]
        site.days = 90
        assert site.codes("python.org").count("error served-expired") == 2


def test_2019_and_2022_a_domain_of_somebody_else_was_about_to_expire(site: Site) -> None:
    """psf-infra-meta#35, psf-salt#239: pypa.io, psfmember.org; nobody here watched them."""
    site.want("psfmember.org", issuer="Other Trust")
    site.leads("psfmember.org", ONE)
    whole = OTHER.signed_by.pem if OTHER.signed_by else b""
    mine = make("psfmember.org", issuer=OTHER)
    with site.serving({ONE: showing(mine, chain=mine.chain + whole)}):
        site.days = 80
        assert site.codes("--fail-on", "warning") == ["0"]
        site.days = 82
        assert site.codes("--fail-on", "warning") == ["2", "warning served-ending"]


def test_2025_the_switch_from_the_wildcard_forgot_names(site: Site) -> None:
    """psf-salt#615 to #617: fr.pycon.org and others were on the wildcard, and on none of the new ones."""
    wildcard = make("*.pycon.org", "pycon.org", issuer=OTHER)
    site.want("pycon.org", "us.pycon.org")
    new = make("pycon.org", "us.pycon.org")
    site.store.put("pycon.org", new)
    site.zone("pycon.org", *(f"{name} A 192.0.2.1" for name in ("@", "us", "fr", "www")))
    for name in ("pycon.org", "us.pycon.org", "fr.pycon.org", "www.pycon.org"):
        site.leads(name, ONE)
    with site.serving({ONE: showing(wildcard)}):
        code, before = site.verify("--fail-on", "warning")
    assert code == 2
    missing = [each for each in before["findings"] if each["code"] == "name-not-covered"]
    assert [each["name"] for each in missing] == ["fr.pycon.org", "www.pycon.org"]
    assert "is valid until" in missing[0]["summary"], "before the switch: nobody has seen anything yet"
    with site.serving({ONE: showing(new)}):
        _, after = site.verify()
    assert "what it shows is for pycon.org, us.pycon.org" in after["findings"][0]["summary"]
