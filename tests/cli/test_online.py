"""`psfdns check --online` on a small world on the loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psfdns.cli import resolving
from psfdns.cli.check import online
from psfdns.cli.main import run
from psfdns.dangling.rules import RULES
from psfdns.web import fetch
from tests.cli.checks import TENANT, git, write
from tests.dangling.world import HOME, OTHER, World, running

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
NOBODY = "There isn't a GitHub Pages site here."
PATH = "zones/t/example.com.zone"
CODES = {rule.code for rule in RULES}


@pytest.fixture
def world() -> Iterator[World]:
    names = {
        "example.org.": ["SOA a. b. 1 2 3 4 5"],
        "www.example.org.": [f"A {HOME}"],
        "onward.example.org.": ["CNAME gone.example.org."],
        "circle.example.org.": ["CNAME circle.example.org."],
        "text.example.org.": ['TXT "hello"'],
        "_spf.example.org.": ['TXT "v=spf1 -all"'],
        "owner.github.io.": [f"A {HOME}"],
        "github.io.": ["SOA a. b. 1 2 3 4 5"],
        "azurewebsites.net.": ["SOA a. b. 1 2 3 4 5"],
        "ns.example.org.": [f"A {HOME}"],
        "ns2.example.org.": [f"A {OTHER}"],
    }
    with running(World(names, zones={HOME: {"sub.example.com.", "half.example.com."}})) as made:
        yield made


class Runner:
    """The command in a repository with one zone, and its clock."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.now = NOW
        self.err = ""
        self._capsys = capsys

    def zone(self, *lines: str) -> None:
        write(self.root, PATH, "\n".join(("$TTL 300", *lines, "")))

    def run(self, *words: str) -> tuple[int, dict[str, Any]]:
        self._capsys.readouterr()
        code = run(["check", "--online", "--json", *words])
        said = self._capsys.readouterr()
        self.err = said.err
        return code, json.loads(said.out)

    def codes(self, *words: str) -> list[str]:
        """`line severity code` of what was found online."""
        _, document = self.run(*words)
        return [
            f"{each['line']} {each['severity']} {each['code']}"
            for each in document["findings"]
            if each["code"] in CODES
        ]

    def again(self, *words: str) -> list[str]:
        """Of the second run, a day after the first."""
        self.run(*words)
        self.now += timedelta(hours=24)
        return self.codes(*words)


@pytest.fixture
def runner(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Runner:
    config = f'[resolver]\nservers = ["{HOME}:{world.dns_port}"]\nport = {world.dns_port}\n'
    write(tmp_path, "psfdns.toml", config)
    write(tmp_path, "zones/t/tenant.toml", TENANT)
    made = Runner(tmp_path, capsys)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(online, "now", lambda: made.now)
    monkeypatch.setattr(fetch, "PORTS", {"http": world.web_port, "https": world.web_port})
    monkeypatch.setattr(fetch, "is_public", lambda address: address.startswith("127."))
    return made


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["a CNAME www.example.org."], [], id="there"),
        pytest.param(["a CNAME gone.example.org."], ["2 warning dangling-target"], id="gone"),
        pytest.param(["*.a CNAME gone.example.org."], ["2 warning dangling-target"], id="wildcard"),
        pytest.param(["a CNAME onward.example.org."], ["2 warning dangling-target"], id="over a CNAME"),
        pytest.param(["a CNAME circle.example.org."], ["2 warning target-without-data"], id="circle"),
        pytest.param(["_a CNAME text.example.org."], [], id="a text is enough for a service's name"),
        pytest.param(["a MX 10 text.example.org."], ["2 warning target-without-data"], id="no address"),
        pytest.param(["a MX 10 www.example.org."], [], id="mail"),
        pytest.param(["a MX 0 ."], [], id="no mail"),
        pytest.param(["_s._tcp SRV 0 0 1 gone.example.org."], ["2 warning dangling-target"], id="SRV"),
        pytest.param(["a HTTPS 0 gone.example.org."], ["2 warning dangling-target"], id="HTTPS"),
        pytest.param(["a HTTPS 1 ."], [], id="HTTPS of itself"),
        pytest.param(
            ["a AWS ALIAS A gone.example.org. Z35SXDOTRQ7X7K false"],
            ["2 warning dangling-target"],
            id="alias",
        ),
        pytest.param(["a CNAME gone.nobody.net."], ["2 error unregistered-domain"], id="anybody can buy it"),
        pytest.param(["a CNAME nobody.net."], ["2 error unregistered-domain"], id="the domain itself"),
        pytest.param(["a CNAME a.gone.invalid."], ["2 warning dangling-target"], id="nobody can buy it"),
        pytest.param(['@ TXT "v=spf1 include:_spf.example.org -all"'], [], id="SPF"),
        pytest.param(
            ['@ TXT "v=spf1 include:text.example.org -all"'],
            ["2 warning target-without-data"],
            id="no SPF there",
        ),
        pytest.param(
            ['@ TXT "v=spf1 ~include:spf.nobody.net -all"'],
            ["2 error unregistered-domain"],
            id="SPF for sale",
        ),
        pytest.param(
            ['@ TXT "v=spf1 redirect=gone.example.org"'], ["2 warning dangling-target"], id="SPF redirect"
        ),
        pytest.param(['@ TXT "v=spf1 include:%{d}.example.org -all"'], [], id="SPF with a macro"),
        pytest.param(['@ TXT "include:gone.example.org"'], [], id="no SPF at all"),
        pytest.param(["a CNAME b.azurewebsites.net."], ["2 error claimable-name"], id="free at a provider"),
        pytest.param(
            ["a CNAME b.azurewebsites.net.", 'asuid.a TXT "proof"'],
            ["2 warning claimable-name"],
            id="free, with a proof",
        ),
        pytest.param(["sub NS ns.example.org."], [], id="delegated"),
        pytest.param(["other NS ns.example.org."], ["2 error lame-delegation"], id="nobody serves it"),
        pytest.param(
            ["half NS ns.example.org.", "half NS ns2.example.org."],
            ["3 warning lame-delegation"],
            id="half of them serve it",
        ),
        pytest.param(["other NS gone.example.org."], ["2 error lame-delegation"], id="server is gone"),
        pytest.param(["other NS ns.nobody.net."], ["2 error unregistered-domain"], id="server for sale"),
        pytest.param(["sub NS ns.sub", f"ns.sub A {HOME}"], [], id="glue"),
        pytest.param(
            ["other NS ns.other", f"ns.other A {HOME}"], ["2 error lame-delegation"], id="glue, and lame"
        ),
    ],
)
def test_a_target_is_judged_by_what_dns_says(runner: Runner, lines: list[str], expected: list[str]) -> None:
    runner.zone(*lines)
    assert runner.again() == expected


@pytest.mark.parametrize(
    ("page", "lines", "expected"),
    [
        pytest.param((404, NOBODY), ["a CNAME owner.github.io."], ["2 error claimable-name"], id="free"),
        pytest.param((200, "mine"), ["a CNAME owner.github.io."], [], id="held"),
        pytest.param((404, "not here"), ["a CNAME owner.github.io."], [], id="held, with another error"),
        pytest.param((200, NOBODY), ["a CNAME owner.github.io."], ["2 warning claimable-name"], id="quoted"),
        pytest.param(
            (404, NOBODY),
            ["a CNAME owner.github.io.", '_github-pages-challenge-owner.a TXT "x"'],
            ["2 warning claimable-name"],
            id="proved",
        ),
        pytest.param(
            (404, NOBODY),
            ["a CNAME owner.github.io.", '_github-pages-challenge-owner.b TXT "x"'],
            ["2 error claimable-name"],
            id="another name is proved",
        ),
    ],
)
def test_a_free_name_shows_by_the_providers_page(
    runner: Runner, world: World, page: tuple[int, str], lines: list[str], expected: list[str]
) -> None:
    world.pages["a.example.com"] = page
    runner.zone(*lines)
    assert runner.again() == expected
    assert world.visited == ["a.example.com"] * 2


def test_a_wildcard_is_asked_for_by_one_of_its_names_and_a_services_name_not_at_all(
    runner: Runner, world: World
) -> None:
    world.pages["psfdns-probe.a.example.com"] = (404, NOBODY)
    runner.zone("*.a CNAME owner.github.io.", "_b CNAME owner.github.io.")
    assert runner.again() == ["2 error claimable-name"]
    assert set(world.visited) == {"psfdns-probe.a.example.com"}


def test_a_shared_address_of_a_provider_is_asked_for_our_name_and_others_are_not(
    runner: Runner, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits: list[fetch.Visit] = []

    def fetch_pages(wanted: list[fetch.Visit], _: fetch.Ways) -> list[fetch.Fetched]:
        visits.extend(wanted)
        return [fetch.Page(404, NOBODY) for _ in wanted]

    monkeypatch.setattr(fetch, "fetch_pages", fetch_pages)
    runner.zone("a A 185.199.108.153", "b A 93.184.216.34")
    assert runner.again() == ["2 error claimable-name"]
    assert set(visits) == {fetch.Visit("a.example.com", ("185.199.108.153",))}


def test_a_finding_tells_the_provider_its_source_and_the_proof_that_would_help(
    runner: Runner, world: World
) -> None:
    world.pages["a.example.com"] = (404, NOBODY)
    runner.zone("a CNAME owner.github.io.")
    (finding,) = [each for each in runner.run()[1]["findings"] if each["code"] == "claimable-name"]
    assert finding["summary"].startswith("a.example.com. CNAME leads to GitHub Pages (owner.github.io.)")
    assert "_github-pages-challenge-<owner> would keep others out, and the zone has none" in finding["hint"]
    assert "GitHub Docs" in finding["hint"]


def test_nothing_is_sent_to_an_address_that_is_not_public(
    runner: Runner, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "is_public", lambda address: not address.startswith("127."))
    world.pages["a.example.com"] = (404, NOBODY)
    runner.zone("a CNAME owner.github.io.", "sub NS ns.example.org.", "b NS ns.b", f"ns.b A {HOME}")
    assert sorted(runner.again()) == [
        "2 info target-unchecked",
        "3 info target-unchecked",
        "4 info target-unchecked",
    ]
    assert world.visited == []
    assert not any(name in {"sub.example.com.", "b.example.com."} for _, name, _ in world.asked)


def test_what_is_first_seen_is_for_information_until_a_day_has_passed(runner: Runner) -> None:
    runner.zone("a CNAME gone.nobody.net.")
    code, document = runner.run()
    first = document["findings"][-1]
    assert (code, first["severity"], first["since"]) == (0, "info", "2026-11-20T18:00:00Z")
    assert first["hint"].startswith("seen for the first time; it counts once it has lasted a day: ")
    runner.now += timedelta(hours=23, minutes=59)
    assert runner.codes() == ["2 info unregistered-domain"]
    runner.now += timedelta(minutes=1)
    code, document = runner.run()
    second = document["findings"][-1]
    assert (code, second["severity"], second["since"]) == (1, "error", "2026-11-20T18:00:00Z")
    assert second["summary"] == first["summary"]


def test_what_came_back_is_forgotten(runner: Runner, world: World) -> None:
    runner.zone("a CNAME new.example.org.")
    runner.run()
    world.names["new.example.org."] = [f"A {HOME}"]
    runner.now += timedelta(hours=30)
    assert runner.codes() == []
    del world.names["new.example.org."]
    runner.now += timedelta(hours=30)
    assert runner.codes() == ["2 info dangling-target"]


def test_what_could_not_be_asked_is_neither_well_nor_broken_and_stays_remembered(
    runner: Runner, world: World
) -> None:
    runner.zone("a CNAME gone.example.org.", "b CNAME gone.example.org.", "c CNAME www.example.org.")
    assert runner.codes() == ["2 info dangling-target", "3 info dangling-target"]
    world.broken.add("gone.example.org.")
    runner.now += timedelta(hours=24)
    code, document = runner.run()
    (unknown,) = [each for each in document["findings"] if each["code"] == "target-unchecked"]
    assert code == 0
    assert unknown["severity"] == "info"
    assert "SERVFAIL (and 1 more of that target)" in unknown["summary"]
    assert document["online"]["unknown"] == 1
    world.broken.clear()
    assert runner.codes() == ["2 warning dangling-target", "3 warning dangling-target"]


def test_where_nobody_answers_the_exit_code_says_so_and_nothing_is_forgotten(
    runner: Runner, world: World
) -> None:
    runner.zone("a CNAME gone.example.org.")
    runner.run()
    sound = (runner.root / "psfdns.toml").read_text()
    write(runner.root, "psfdns.toml", '[resolver]\nservers = ["127.0.0.1:1"]\n')
    code, document = runner.run()
    assert code == 3
    assert document["findings"][-1]["summary"].startswith("nothing could be asked: 127.0.0.1:1 refuses")
    assert runner.run("--fail-on", "info")[0] == 1
    write(runner.root, "psfdns.toml", sound)
    runner.now += timedelta(hours=24)
    assert runner.codes() == ["2 warning dangling-target"]


def test_without_anything_to_ask_all_is_well(runner: Runner) -> None:
    runner.zone("a TXT hello")
    write(runner.root, "psfdns.toml", '[resolver]\nservers = ["127.0.0.1:1"]\n')
    assert runner.run()[0] == 0


def test_a_change_is_told_at_once_of_what_it_brings_and_of_nothing_else(runner: Runner) -> None:
    runner.zone("a CNAME gone.example.org.")
    git(runner.root, "init", "-q", "-b", "main")
    git(runner.root, "add", ".")
    git(runner.root, "commit", "-qm", "one")
    runner.zone(
        "; moved", "a CNAME gone.example.org.", "b CNAME gone.nobody.net.", "c CNAME www.example.org."
    )
    code, document = runner.run("--changed-since", "HEAD")
    assert code == 1
    assert [(each["line"], each["severity"]) for each in document["findings"]] == [(4, "error")]
    assert document["online"]["targets"] == 2
    assert not (runner.root / ".psfdns").exists()


def test_what_another_zone_of_ours_answers_for_is_not_asked(runner: Runner, world: World) -> None:
    runner.zone("a CNAME lb.example.net.", "b CNAME gone.example.net.", "c CNAME x.w.example.net.")
    write(runner.root, "zones/t/example.net.zone", f"$TTL 300\nlb A {HOME}\n*.w A {HOME}\n")
    world.names["example.net."] = ["SOA a. b. 1 2 3 4 5"]
    assert runner.again() == ["3 warning dangling-target"]
    assert {name for _, name, _ in world.asked} == {"gone.example.net.", "example.net."}


def test_a_warning_is_silenced_where_it_stands_and_an_error_is_not(runner: Runner) -> None:
    runner.zone(
        "a CNAME gone.example.org. ; psfdns: ignore=dangling-target",
        "b CNAME gone.nobody.net. ; psfdns: ignore=dangling-target",
    )
    assert runner.again() == ["3 error unregistered-domain"]


def test_offline_a_suppression_of_an_online_code_is_not_told_to_be_left_over(
    runner: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.zone("a CNAME www.example.org. ; psfdns: ignore=dangling-target,ttl-low")
    run(["check", "--json"])
    codes = [each["summary"] for each in json.loads(capsys.readouterr().out)["findings"]]
    assert [each for each in codes if "silences nothing" in each] == ["ignore=ttl-low silences nothing here"]


def test_a_baseline_neither_holds_nor_hides_what_was_asked(runner: Runner) -> None:
    runner.zone("a CNAME gone.nobody.net.")
    assert runner.again() == ["2 error unregistered-domain"]
    runner.run("--baseline", "old.json", "--write-baseline")
    assert "reserved-name" in (runner.root / "old.json").read_text()
    assert "unregistered" not in (runner.root / "old.json").read_text()
    code, document = runner.run("--baseline", "old.json")
    assert code == 1
    assert [each["code"] for each in document["findings"]] == ["unregistered-domain"]
    assert document["baseline"] == {"old": 1, "gone": 0}


def test_private_zones_and_zones_with_errors_are_said_to_be_left_out(runner: Runner) -> None:
    private = TENANT + '[zones."example.net"]\nprivate = ["us-east-1:vpc-0123456789abcdef0"]\n'
    write(runner.root, "zones/t/tenant.toml", private)
    write(runner.root, "zones/t/example.net.zone", "$TTL 300\na CNAME gone.example.org.\n")
    runner.zone("a CNAME gone.example.org.", "a A 192.0.2.1")
    _, document = runner.run()
    assert document["online"]["targets"] == 0
    assert {each["zone"] for each in document["online"]["skipped"]} == {"example.com.", "example.net."}
    assert "example.net.: not asked about: it is private" in runner.err


def test_two_thousand_targets_are_asked_once_each(runner: Runner, world: World) -> None:
    runner.zone(
        *(f"a{number} CNAME t{number % 2000}.example.org." for number in range(2500)),
        "mail MX 10 t1.example.org.",
        "sub NS ns.example.org.",
    )
    for number in range(2000):
        if number % 2:
            world.names[f"t{number}.example.org."] = [f"A {HOME}"]
    _, document = runner.run()
    gone = [each for each in document["findings"] if each["code"] == "dangling-target"]
    assert len(gone) == 1250
    assert max(world.asked.values()) == 1
    assert sum(world.asked.values()) == 2000 + 1 + 3, "the registry once; two for the server and one to it"


def test_a_damaged_memory_is_told_and_begins_anew(runner: Runner) -> None:
    runner.zone("a CNAME gone.example.org.")
    runner.run()
    write(runner.root, ".psfdns/cache/dangling.json", "{not json")
    runner.now += timedelta(hours=24)
    assert runner.codes() == ["2 info dangling-target"]
    assert "it begins anew" in runner.err
    runner.now += timedelta(hours=24)
    assert runner.codes() == ["2 warning dangling-target"]


def test_a_file_outside_zones_is_asked_about_too_and_remembered_apart(runner: Runner) -> None:
    runner.zone("a CNAME gone.example.org.")
    write(
        runner.root,
        "export/example.com.zone",
        "$TTL 300\na CNAME gone.example.org.\nb CNAME www.example.org.\n",
    )
    runner.run()
    runner.now += timedelta(hours=24)
    assert runner.codes("export") == ["2 info dangling-target"]
    assert runner.codes() == ["2 warning dangling-target"]


def test_progress_is_shown_on_a_terminal_only(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.zone("a CNAME www.example.org.")
    runner.run()
    assert "\r" not in runner.err
    monkeypatch.setattr(online, "is_terminal", lambda: True)
    runner.run()
    assert "asked about 1 of 1 names" in runner.err
    runner.run("-q")
    assert runner.err == ""


def test_a_resolver_that_is_not_set_up_is_said(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    from psfdns.errors import LookupFailedError

    def closed(*_: object, **__: object) -> None:
        raise LookupFailedError("the system's resolver", "read its configuration", "there is none")

    monkeypatch.setattr(resolving, "open_listening", closed)
    monkeypatch.setattr(online, "open_listening", closed)
    runner.zone("a CNAME gone.example.org.")
    code, document = runner.run()
    assert code == 3
    assert "there is none" in document["findings"][-1]["summary"]


def test_the_label_of_a_conference_whose_pages_are_nobodys_is_told_before_somebody_takes_it(
    runner: Runner, world: World
) -> None:
    """kiwi.pycon.org, June 2024: the CNAME stayed when the site was gone, and a stranger's pages answered."""
    world.pages["kiwi.example.com"] = (404, NOBODY)
    runner.zone("kiwi CNAME owner.github.io.", "nz CNAME owner.github.io.")
    assert runner.codes() == ["2 info claimable-name"]
    runner.now += timedelta(hours=24)
    code, document = runner.run()
    (found,) = (each for each in document["findings"] if each["code"] == "claimable-name")
    assert (code, found["path"], found["line"], found["severity"]) == (1, PATH, 2, "error")
    assert "GitHub Pages" in found["summary"]

    runner.zone("nz CNAME owner.github.io.")
    git(runner.root, "init", "-q", "-b", "main")
    git(runner.root, "add", ".")
    git(runner.root, "commit", "-qm", "without it")
    runner.zone("nz CNAME owner.github.io.", "kiwi CNAME owner.github.io.")
    assert runner.codes("--changed-since", "HEAD") == ["3 error claimable-name"]
