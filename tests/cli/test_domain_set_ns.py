"""`psfdns domains set-ns`: zones in the sandbox, parents on the loopback, a domain at a fake Gandi."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from psfdns.lookup.parents import Delegation, ParentView, Walk
from tests.cli.clocks import set_clock
from tests.cli.registry import NOW, Registry, in_days
from tests.delegation.scene import ONE, OTHER, RESOLVER, ROOT, ROOT_ZONE, TOP_A, TOP_B, TOP_ZONE, ns
from tests.lab import Place, lab
from tests.registrar.fake_gandi import key_of
from tests.registrar.loopback import Said

NAME = "ours.test"
OLD = ("ns1.old.example.", "ns2.old.example.")
QUICK = ("--yes", "--wait", "0")


@pytest.fixture
def shop(registry: Registry) -> Registry:
    registry.claim("one", NAME, 'registrar = "gandi"')
    registry.gandi.add(NAME, in_days(100))
    code, out, err = registry.run("-q", "apply", "--yes", "--no-wait", sandbox=True)
    assert code == 0, out + err
    return registry


def assigned(shop: Registry) -> tuple[str, ...]:
    code, document = shop.document("delegation", NAME, sandbox=True)
    assert code in {0, 2, 3}
    return tuple(document["zones"][0]["assigned"])


@contextmanager
def parents(shop: Registry, *servers: str, more: str = "", second: str | None = None) -> Iterator[None]:
    """A root and `test.` on two servers, which name these; `second`: lines of the second one."""
    top = TOP_ZONE + ns(*servers, owner="ours") + more
    old = f"@ 300 NS {OLD[0]}\n@ 300 NS {OLD[1]}\n"
    places = {
        ROOT: Place({".": ROOT_ZONE}),
        TOP_A: Place({"test.": top}),
        TOP_B: Place({"test.": TOP_ZONE + second if second is not None else top}, None),
        RESOLVER: Place({".": f"@ 60 NS a.root-servers.test.\n{OLD[0]} 60 A {ONE}\n{OLD[1]} 60 A {OTHER}\n"}),
        ONE: Place({"ours.test.": old}),
        OTHER: Place({"ours.test.": old}),
    }
    with lab(places) as port:
        shop.configure(
            f'[resolver]\nroot_hints = ["{ROOT}"]\nservers = ["{RESOLVER}:{port}"]\nport = {port}\n'
        )
        yield


def test_the_zones_name_servers_go_to_gandi_and_the_old_ones_to_the_journal(shop: Registry) -> None:
    servers = assigned(shop)
    assert shop.listing()[1]["ours.test."]["nameservers"] == list(OLD)
    with parents(shop, *OLD):
        code, document = shop.document("domains", "set-ns", NAME, *QUICK, sandbox=True)
    assert code == 2, "Gandi shows it, and the parents do not"
    assert shop.listing()[1]["ours.test."]["nameservers"] == list(servers)
    assert tuple(f"{name}." for name in sorted(shop.gandi.domains[NAME].nameservers)) == servers
    assert (document["state"], document["parents_agree"]) == ("done", False)
    assert document["before"] == {"nameservers": list(OLD)}
    assert [each["ns"] for each in document["parents"]] == [list(OLD)] * 2
    (order,) = shop.orders(NAME)
    assert (order["kind"], order["before"]) == ("set-ns", {"nameservers": list(OLD)})
    assert order["after"] == {"nameservers": list(servers)}
    assert len(shop.gandi.changes()) == 1


def test_it_is_done_once_every_server_of_the_parent_names_them(shop: Registry) -> None:
    servers = assigned(shop)
    with parents(shop, *servers, second=ns(*OLD, owner="ours")):
        code, out, _ = shop.run("domains", "set-ns", NAME, *QUICK, sandbox=True)
        assert code == 2
        assert "ours.test.: not every server of the parent shows it yet" in out
        assert f"  b.nic.test. ({TOP_B}" in out
    with parents(shop, *servers):
        code, out, err = shop.run("domains", "set-ns", NAME, *QUICK, sandbox=True)
    assert code == 0
    assert out == (
        "ours.test.: as wanted already; nothing was ordered\n"
        "ours.test.: every server of the parent shows it\n"
    )
    assert err == "Gandi has them; asking the parents of ours.test.\n"
    assert len(shop.gandi.changes()) == 1


def test_a_parent_that_shows_it_a_little_later_is_waited_for(
    shop: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = assigned(shop)
    shop.gandi.delay = 2
    looks: list[str] = []
    real = Walk.find_parents

    def find_parents(walk: Walk, zone: str) -> ParentView:
        view = real(walk, zone)
        looks.append(zone)
        if len(looks) < 4:
            return view
        return replace(view, heard=tuple((place, Delegation(servers)) for place, _ in view.heard))

    monkeypatch.setattr(Walk, "find_parents", find_parents)
    with parents(shop, *OLD):
        code, document = shop.document("domains", "set-ns", NAME, "--yes", "--wait", "30", sandbox=True)
    assert (code, document["parents_agree"], len(looks)) == (0, True, 4)


def test_a_person_sees_what_goes_and_what_comes(shop: Registry) -> None:
    servers = assigned(shop)
    with parents(shop, *OLD):
        code, _, err = shop.run("domains", "set-ns", NAME, sandbox=True)
    assert code == 1
    assert "".join(f"  - {name}\n" for name in OLD) + "".join(f"  + {name}\n" for name in servers) in err
    assert (shop.gandi.changes(), shop.orders(NAME)) == ([], [])


@pytest.mark.parametrize("where", ["parent", "registrar"])
def test_a_ds_above_an_unsigned_zone_refuses_it(shop: Registry, where: str) -> None:
    listed, _, ds = key_of(NAME)
    if where == "registrar":
        shop.gandi.domains[NAME].keys = [listed]
    with parents(shop, *OLD, more=f"ours 600 DS {ds}\n" if where == "parent" else ""):
        code, _, err = shop.run("domains", "set-ns", NAME, *QUICK, sandbox=True)
    assert code == 1
    assert "[ds-would-break]" in err
    assert "hint: have the DS taken away first" in err
    assert "error: the name servers of ours.test. are left as they are\n" in err
    assert [asked for asked in shop.gandi.asked if asked.method != "GET"] == []


def test_parents_that_cannot_be_asked_refuse_it(shop: Registry) -> None:
    code, _, err = shop.run("domains", "set-ns", NAME, *QUICK, sandbox=True)
    assert code == 1
    assert "[parent-unknown]" in err
    assert [asked for asked in shop.gandi.asked if asked.method != "GET"] == []


def test_one_can_go_back_to_servers_that_still_answer_and_only_to_those(shop: Registry) -> None:
    with parents(shop, *OLD):
        assert shop.run("domains", "set-ns", NAME, "--back", *QUICK, sandbox=True)[0] == 1
        assert shop.run("domains", "set-ns", NAME, *QUICK, sandbox=True)[0] == 2
        code, document = shop.document("domains", "set-ns", NAME, "--back", *QUICK, sandbox=True)
    assert (code, document["after"]) == (0, {"nameservers": list(OLD)})
    assert shop.gandi.domains[NAME].nameservers == [name.removesuffix(".") for name in OLD]


def test_an_order_that_gandi_refused_is_nothing_to_go_back_from(
    shop: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v5/domain/domains/{NAME}/nameservers"
    seconds = itertools.count()
    set_clock(monkeypatch, lambda: NOW + next(seconds) * datetime.timedelta(seconds=1))
    with parents(shop, *OLD):
        assert shop.run("domains", "set-ns", NAME, *QUICK, sandbox=True)[0] == 2
        shop.gandi.fail("PUT", path, Said(200, b'{"status": "success"}'))
        shop.gandi.fail("PUT", path, Said(409, b"{}"))
        assert shop.run("domains", "set-ns", NAME, "--back", *QUICK, sandbox=True)[0] == 1
        assert [order["events"][-1]["state"] for order in shop.orders(NAME)] == ["done", "refused"]
        assert shop.run("domains", "set-ns", NAME, "--back", *QUICK, sandbox=True)[0] == 0
    assert tuple(f"{name}." for name in sorted(shop.gandi.domains[NAME].nameservers)) == OLD


def test_servers_of_before_that_no_longer_answer_are_not_gone_back_to(shop: Registry) -> None:
    shop.gandi.domains[NAME].nameservers = ["ns1.gone.example", "ns2.gone.example"]
    with parents(shop, *OLD):
        assert shop.run("domains", "set-ns", NAME, *QUICK, sandbox=True)[0] == 2
        code, _, err = shop.run("domains", "set-ns", NAME, "--back", *QUICK, sandbox=True)
    assert code == 1
    assert "ns1.gone.example. has no address: nobody would find ours.test. there [not-served]" in err
    assert len(shop.gandi.changes()) == 1


def test_a_zone_that_is_not_there_has_no_name_servers(shop: Registry) -> None:
    shop.claim("one", "next.test", 'registrar = "gandi"')
    shop.gandi.add("next.test", in_days(100))
    shop.gandi.add("bare.test", in_days(100))
    with parents(shop, *OLD):
        code, _, err = shop.run("domains", "set-ns", "next.test", *QUICK, sandbox=True)
        assert code == 1
        assert "there is no such zone at Route 53 yet\nhint: psfdns apply creates it" in err
        code, _, err = shop.run("domains", "set-ns", "bare.test", *QUICK, sandbox=True)
        assert code == 64
        assert "there is no zone file of bare.test." in err
    assert shop.gandi.changes() == []


def test_an_order_whose_fate_is_unknown_is_not_waited_for_at_the_parents(shop: Registry) -> None:
    path = f"/v5/domain/domains/{NAME}/nameservers"
    with parents(shop, *OLD):
        shop.gandi.fail("PUT", path, Said(200, b'{"status": "success"}'))
        shop.gandi.fail("PUT", path, None)
        code, document = shop.document("domains", "set-ns", NAME, *QUICK, sandbox=True)
    assert (code, document["state"], document["parents"]) == (3, "uncertain", None)
