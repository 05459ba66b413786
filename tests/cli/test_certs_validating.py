"""Names of zones whose DNSSEC is broken are found before a CA is asked; on a signed internet of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from psfdns.cli.certs.validating import SECONDS, Validation, questions_of
from psfdns.cli.descent import Descent
from psfdns.cli.wiring import now
from psfdns.errors import LookupFailedError
from psfdns.lookup.parents import Cut
from psfdns.proofs import Place, challenge_owner
from tests.cli.ground import Ground
from tests.dnssec.cases import CASES
from tests.dnssec.internet import RESOLVER, ROOT, Internet, internet

ZONES = {"csk.lab.", "plain.lab.", "expired.lab.", "noproof.lab.", "island.lab.", "dead.lab.", "orphan.lab."}


@pytest.fixture(scope="module")
def net() -> Iterator[Internet]:
    with internet([case for case in CASES if case.zone in ZONES]) as made:
        yield made


def place(name: str, target: str | None = None) -> Place:
    return Place(name, challenge_owner(name), target)


def find(net: Internet, *places: Place) -> dict[str, str]:
    found = Validation(Descent(net.chain_means, net.anchors, now()), lambda: 0.0).find_bogus(places)
    return {each.name: why for each, why in found.items()}


def test_only_a_zone_that_is_bogus_stands_in_the_way(net: Internet) -> None:
    names = ["www.csk.lab", "csk.lab", "new.plain.lab", "island.lab", "www.dead.lab", "www.nowhere.lab"]
    assert find(net, *map(place, names)) == {}
    found = find(net, *map(place, [*names, "www.expired.lab", "www.orphan.lab"]))
    assert found.keys() == {"www.expired.lab", "www.orphan.lab"}
    assert "(psfdns dnssec status expired.lab)" in found["www.expired.lab"]
    assert found["www.orphan.lab"].startswith("DNSSEC of orphan.lab. is broken, so that CAs refuse it: ")


def test_what_a_challenge_leads_to_is_looked_at_as_well(net: Internet) -> None:
    places = [place("www.csk.lab", "abc.expired.lab."), place("www.plain.lab", "abc.csk.lab.")]
    found = find(net, *places)
    assert found.keys() == {"www.csk.lab"}
    assert "DNSSEC of expired.lab." in found["www.csk.lab"]


def test_keys_that_are_well_do_not_hide_a_denial_that_is_not_signed(net: Internet) -> None:
    found = find(net, place("new.noproof.lab"))
    assert "new.noproof.lab. CAA" in found["new.noproof.lab"]
    assert "DNSSEC of noproof.lab. is broken" in found["new.noproof.lab"]


def test_the_silent_servers_of_one_keep_no_others_waiting(net: Internet) -> None:
    """Each look of the clock is half of the time that there is: after it nobody new is asked."""
    asked: list[str] = []

    def find_cut(name: str) -> Cut:
        asked.append(name)
        raise LookupFailedError("DNS", "find the servers", "none helps")

    means = replace(net.chain_means, find_cut=find_cut)
    ticks = itertools.count(0.0, SECONDS / 2)
    validation = Validation(Descent(means, net.anchors, now()), lambda: next(ticks))
    assert validation.find_bogus([place(f"w{number}.example") for number in range(50)]) == {}
    assert len(asked) == 1


def test_what_a_ca_asks() -> None:
    assert [" ".join(each) for each in questions_of(place("a.example", "t.acme.example."))] == [
        "a.example. CAA",
        "_acme-challenge.a.example. CNAME",
        "t.acme.example. TXT",
    ]
    assert len(questions_of(place("a.example"))) == 2


def test_issuing_names_the_broken_zone_and_asks_no_ca(ground: Ground, net: Internet) -> None:
    (ground.root / "anchor").write_text("".join(f". DS {each}\n" for each in net.anchors))
    with (ground.root / "psfdns.toml").open("a") as file:
        file.write(
            f'[resolver]\nroot_hints = ["{ROOT}"]\nservers = ["{RESOLVER}:{net.port}"]\nport = {net.port}\n'
            'trust_anchor = "anchor"\n[acme]\norder = ["none"]\n'
            '[acme.ca.none]\ndirectory = "https://127.0.0.1:9/directory"\n'
        )
    (ground.root / "certs").mkdir(exist_ok=True)
    (ground.root / "certs/one.toml").write_text('[[certificate]]\nnames = ["www.expired.lab"]\n')
    code, _, err = ground.run("--sandbox", "certs", "issue", "www.expired.lab")
    assert code == 1
    assert "DNSSEC of expired.lab. is broken, so that CAs refuse it" in err
    assert "127.0.0.1:9" not in err
