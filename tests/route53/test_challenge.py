"""Proof by DNS-01 at the sandbox, seen by its own name servers; other writers at any moment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from psfdns.errors import HostError, PsfdnsError
from psfdns.lookup.answer import Failure, Question, Reason
from psfdns.lookup.parents import NameServer
from psfdns.lookup.server import Server
from psfdns.lookup.view import View
from psfdns.plans.plan import Change
from psfdns.proofs import Proof, Unprovable, place_of
from psfdns.records import RRset, RRsetKey
from psfdns.route53.challenge import Dns01Prover, Means, find_zone
from psfdns.route53.challenge_memory import ChallengeMemory, SharedChallengeMemory, Written
from psfdns.route53.host import list_zones
from psfdns.routing import Multivalue
from psfdns.sandbox.dns_inquiry import DnsInquiry
from tests.route53.accounts import Account, UnsteadyApi, changed_zone, new_zone, open_account, row

ZONE = "acme.example."
OURS = "zone.example."


class Scene:
    """A validation zone and a zone of ours in one account, with what is needed to prove something there."""

    def __init__(self, folder: Path) -> None:
        self.account: Account = open_account()
        self.account.apply(new_zone(origin=ZONE))
        self.account.apply(new_zone(origin=OURS))
        self.memory = ChallengeMemory(folder)
        self.said: list[str] = []
        self.api: Any = UnsteadyApi(self.account.api, {})
        self.view: View = DnsInquiry(self.account.sandbox.cloud).view()

    def prover(self) -> Dns01Prover:
        time = self.account.time
        means = Means(
            self.api,
            list_zones(self.account.api),
            self.view,
            time.sleep,
            time.clock,
            "test",
            self.said.append,
        )
        return Dns01Prover(means, self.memory)

    def spoil(self, faults: Mapping[tuple[str, int], Any]) -> None:
        self.api = UnsteadyApi(self.account.api, faults)

    def put(self, origin: str, *rrsets: RRset) -> None:
        """Another writer, by psfdns's own means."""
        live = self.account.read(origin)
        changes = [Change(live.zone.rrsets.get(rrset.key), rrset) for rrset in rrsets]
        self.account.apply(changed_zone(live, *changes), live=[live])

    def values(self, origin: str = ZONE) -> dict[str, tuple[str, ...]]:
        rrsets = self.account.rrsets(origin).values()
        return {rrset.name: rrset.values for rrset in rrsets if rrset.type == "TXT"}

    def calls(self, action: str) -> int:
        return int(self.api.calls.count(action))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "state")


def direct(name: str, value: str = "ours") -> Proof:
    return Proof(place_of(f"{name}.zone.example", tenant="one", zone=None), value)


def delegated(name: str, value: str = "ours", *, tenant: str = "one") -> Proof:
    return Proof(place_of(f"{name}.zone.example", tenant=tenant, zone=ZONE), value)


def text(name: str, *values: str) -> RRset:
    return RRset(RRsetKey(name, "TXT"), 300, tuple(sorted(f'"{value}"' for value in values)))


def alias(name: str, target: str) -> RRset:
    return RRset(RRsetKey(name, "CNAME"), 300, (target,))


def lead(scene: Scene, proof: Proof) -> str:
    """The CNAME that the tenant sets; returns its target."""
    assert proof.place.target is not None
    scene.put(OURS, alias(proof.place.owner, proof.place.target))
    return proof.place.target


def test_many_values_are_one_change_and_one_wait_and_leave_nothing(scene: Scene) -> None:
    proofs = [direct(f"www{number}") for number in range(20)]

    prover = scene.prover()
    assert prover.present(proofs) == dict.fromkeys(proofs)
    assert scene.calls("ChangeResourceRecordSets") == 1
    assert scene.calls("ListResourceRecordSets") == 1
    assert len(scene.values(OURS)) == 20
    assert scene.values(OURS)["_acme-challenge.www3.zone.example."] == ('"ours"',)

    assert prover.clean() == ()
    assert scene.calls("ChangeResourceRecordSets") == 2
    assert scene.values(OURS) == {}
    assert scene.memory.load() == frozenset()


def test_a_wildcard_and_its_name_are_proved_side_by_side(scene: Scene) -> None:
    proofs = [direct("www", "one"), direct("www", "two")]

    prover = scene.prover()
    assert prover.present(proofs) == dict.fromkeys(proofs)

    assert scene.values(OURS) == {"_acme-challenge.www.zone.example.": ('"one"', '"two"')}
    prover.clean()
    assert scene.values(OURS) == {}


def test_another_clients_value_stays_where_ours_comes_and_goes(scene: Scene) -> None:
    proof = direct("www")
    name = proof.place.owner
    scene.put(OURS, text(name, "theirs"))

    prover = scene.prover()
    prover.present([proof])
    assert scene.values(OURS) == {name: ('"ours"', '"theirs"')}
    scene.put(OURS, text(name, "ours", "theirs", "later"))
    prover.clean()

    assert scene.values(OURS) == {name: ('"later"', '"theirs"')}
    assert scene.account.rrsets(OURS)[RRsetKey(name, "TXT")].ttl == 300


def test_a_writer_who_is_faster_is_read_again_and_merged_with(scene: Scene) -> None:
    proof = direct("www")

    def rival(api: Any, doing: str, parameters: Mapping[str, Any]) -> Any:
        scene.put(OURS, text(proof.place.owner, "theirs"))
        return api.call("ChangeResourceRecordSets", doing, **parameters)

    scene.spoil({("ChangeResourceRecordSets", 1): rival})
    others = [direct("mail"), direct("ftp")]

    assert scene.prover().present([proof, *others]) == dict.fromkeys([proof, *others])
    assert scene.values(OURS)[proof.place.owner] == ('"ours"', '"theirs"')


def test_a_writer_who_is_always_faster_costs_the_others_nothing(scene: Scene) -> None:
    proof, other = direct("www"), direct("mail")
    turns = iter(range(99))

    def rival(api: Any, doing: str, parameters: Mapping[str, Any]) -> Any:
        if proof.place.owner in str(parameters):
            scene.put(OURS, text(proof.place.owner, f"theirs{next(turns)}"))
        return api.call("ChangeResourceRecordSets", doing, **parameters)

    scene.spoil({("ChangeResourceRecordSets", number): rival for number in range(1, 20)})
    verdicts = scene.prover().present([proof, other])

    assert verdicts[other] is None
    assert "faster than psfdns" in (verdicts[proof] or "")


def test_a_name_that_route_53_refuses_costs_the_others_nothing(scene: Scene) -> None:
    bad, good = direct("www"), direct("mail")

    def refuse(api: Any, doing: str, parameters: Mapping[str, Any]) -> Any:
        if bad.place.owner in str(parameters):
            raise HostError("Route 53", doing, "not allowed", code="AccessDenied")
        return api.call("ChangeResourceRecordSets", doing, **parameters)

    scene.spoil({("ChangeResourceRecordSets", number): refuse for number in range(1, 9)})
    verdicts = scene.prover().present([bad, good])

    assert verdicts[good] is None
    assert "not allowed" in (verdicts[bad] or "")
    assert not isinstance(verdicts[bad], Unprovable), "it may be Route 53's fault"


def test_an_answer_that_was_lost_is_no_failure(scene: Scene) -> None:
    proof = direct("www")
    scene.spoil({("ChangeResourceRecordSets", 1): "lost"})

    assert scene.prover().present([proof]) == {proof: None}


def test_a_txt_with_a_routing_policy_is_left_to_its_writer(scene: Scene) -> None:
    proof, other = direct("www"), direct("mail")
    routed = RRset(RRsetKey(proof.place.owner, "TXT", "theirs"), 60, ('"theirs"',), routing=Multivalue())
    scene.put(OURS, routed)

    verdicts = scene.prover().present([proof, other])

    assert "has a routing policy" in (verdicts[proof] or "")
    assert isinstance(verdicts[proof], Unprovable)
    assert verdicts[other] is None
    assert scene.account.rrsets(OURS)[routed.key] == routed


def test_a_cname_that_dns_does_not_show_yet_is_named(scene: Scene) -> None:
    proof = direct("www")
    prover = scene.prover()
    prover.check([proof.place])
    scene.put(OURS, alias(proof.place.owner, "elsewhere.example."))

    assert "has a CNAME, beside which no TXT" in (prover.present([proof])[proof] or "")


def test_few_names_in_a_large_zone_are_read_one_by_one(scene: Scene) -> None:
    scene.put(OURS, *(text(f"t{number}.{OURS}", "x") for number in range(700)))
    proof = direct("www")

    prover = scene.prover()
    assert prover.present([proof]) == {proof: None}
    assert scene.calls("ListResourceRecordSets") == 1
    assert prover.clean() == ()
    assert len(scene.values(OURS)) == 700


def test_the_tenants_cname_leads_to_the_target_in_one_step_or_several(scene: Scene) -> None:
    near, far = delegated("www"), delegated("mail")
    target = lead(scene, near)
    assert far.place.target is not None
    scene.put(OURS, alias(far.place.owner, f"step.{OURS}"), alias(f"step.{OURS}", far.place.target))

    prover = scene.prover()
    assert prover.present([near, far]) == dict.fromkeys([near, far])
    assert scene.values() == {target: ('"ours"',), far.place.target: ('"ours"',)}
    prover.clean()
    assert scene.values() == {}


def test_what_is_proved_at_the_name_itself_takes_the_place_of_a_wildcard(scene: Scene) -> None:
    """DNS shows a CNAME at each name then, and none stands there."""
    scene.put(OURS, alias(f"*.{OURS}", "host.elsewhere.example."))
    proof = direct("www")
    prover = scene.prover()

    assert prover.present([proof]) == {proof: None}
    assert scene.values(OURS) == {proof.place.owner: ('"ours"',)}
    prover.clean()
    assert scene.values(OURS) == {}


def test_a_zone_that_cannot_be_read_behind_a_wildcard_stops_no_other_name(scene: Scene) -> None:
    scene.put(OURS, alias(f"*.{OURS}", "host.elsewhere.example."))
    proof, other = direct("www"), delegated("mail")
    lead(scene, other)

    def refuse(api: Any, doing: str, parameters: Any) -> Any:
        del api, parameters
        raise HostError("Route 53", doing, "not allowed")

    scene.spoil({("ListResourceRecordSets", 1): refuse})
    verdicts = scene.prover().check([proof.place, other.place])
    assert "not allowed" in (verdicts[proof.place] or "")
    assert verdicts[other.place] is None


def test_what_is_proved_at_the_name_itself_follows_no_cname(scene: Scene) -> None:
    """Another tenant's leads to a place of theirs, where psfdns may write."""
    theirs = delegated("www", tenant="two")
    target = lead(scene, theirs)

    (verdict,) = scene.prover().present([direct("www")]).values()

    owner = "_acme-challenge.www.zone.example."
    assert verdict == f'{owner} is a CNAME to {target}, which challenge = "direct" does not follow'
    assert scene.values() == {}
    assert scene.prover().present([theirs]) == {theirs: None}


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "there is no CNAME"),
        ([alias("_acme-challenge.www.zone.example.", "x.acme.example.")], "it leads to x.acme.example."),
        (
            [
                alias("_acme-challenge.www.zone.example.", "a.zone.example."),
                alias("a.zone.example.", "_acme-challenge.www.zone.example."),
            ],
            "lead in a circle: _acme-challenge.www.zone.example. -> a.zone.example. -> _acme-challenge.www",
        ),
    ],
)
def test_aliases_that_lead_elsewhere_are_named_before_anything_is_written(
    scene: Scene, records: Sequence[RRset], why: str
) -> None:
    proof = delegated("www")
    if records:
        scene.put(OURS, *records)

    found = scene.prover().check([proof.place])[proof.place]

    assert why in (found or "")
    assert scene.calls("ChangeResourceRecordSets") == 0
    assert why in (scene.prover().present([proof])[proof] or "")


def test_another_tenants_target_is_not_ours(scene: Scene) -> None:
    lead(scene, delegated("www", tenant="one"))
    theirs = delegated("www", tenant="two")

    assert "has to lead to" in (scene.prover().check([theirs.place])[theirs.place] or "")


def test_a_name_in_no_zone_that_may_be_written_to_is_refused(scene: Scene) -> None:
    proof = Proof(place_of("www.other.example", tenant="one", zone=None), "ours")
    prover = scene.prover()
    scene.account.apply(new_zone(origin="other.example."))

    (why,) = prover.present([proof]).values()

    assert "lies in no zone that psfdns made" in (why or "")


def test_what_a_killed_run_has_left_goes_with_the_next(scene: Scene) -> None:
    old, new = direct("www", "old"), direct("www", "new")
    scene.prover().present([old, direct("mail", "old")])

    prover = scene.prover()
    prover.present([new])
    assert scene.values(OURS)[new.place.owner] == ('"new"',)
    prover.clean()

    assert scene.values(OURS) == {}
    assert scene.memory.load() == frozenset()


@pytest.mark.parametrize("fault", ["lost", "cut"])
def test_values_are_remembered_before_they_are_written(scene: Scene, fault: str) -> None:
    proof = direct("www")

    def die(api: Any, doing: str, parameters: Mapping[str, Any]) -> Any:
        if fault == "lost":
            api.call("ChangeResourceRecordSets", doing, **parameters)
        raise KeyboardInterrupt

    scene.spoil({("ChangeResourceRecordSets", 1): die})
    with pytest.raises(KeyboardInterrupt):
        scene.prover().present([proof])
    assert [each.value for each in scene.memory.load()] == ["ours"]

    scene.spoil({})
    assert scene.prover().clean() == ()
    assert scene.values(OURS) == {}
    assert scene.memory.load() == frozenset()


def test_what_cannot_be_taken_away_is_told_and_kept_for_the_next_run(scene: Scene) -> None:
    scene.prover().present([direct("www")])
    scene.spoil({("ListResourceRecordSets", number): "cut" for number in range(1, 9)})

    (remark,) = scene.prover().clean()

    assert "cannot be reached" in remark
    assert len(scene.memory.load()) == 1


def test_values_in_a_zone_that_is_gone_are_forgotten(scene: Scene) -> None:
    scene.memory.store([Written("ZGONE", "_acme-challenge.www.gone.example.", "old")])

    assert scene.prover().clean() == ()
    assert scene.memory.load() == frozenset()


def test_a_server_that_does_not_have_it_is_named_within_a_minute(scene: Scene) -> None:
    proof = direct("www")
    inside = scene.view
    stale = NameServer("old.example.", Server("old.example."))

    def ask_many(pairs: Sequence[Any]) -> Sequence[Any]:
        answers = inside.ask_many([pair for pair in pairs if pair[0] != stale.server])
        found = iter(answers)
        return [_empty(pair) if pair[0] == stale.server else next(found) for pair in pairs]

    def find_servers(names: Sequence[str]) -> Any:
        found = inside.find_servers(names)
        return {
            name: (*servers, stale) for name, servers in found.items() if not isinstance(servers, Failure)
        }

    scene.view = replace(inside, ask_many=ask_many, find_servers=find_servers)
    before = scene.account.time.now
    (why,) = scene.prover().present([proof]).values()

    assert "old.example. (old.example.) does not answer with it" in (why or "")
    assert isinstance(why, Unprovable)
    assert scene.account.time.now - before < 120


def _empty(pair: Any) -> Any:
    from psfdns.lookup.answer import Answer

    return Answer(pair[0], pair[1], "NOERROR", authoritative=True)


def test_servers_that_nobody_can_ask_are_taken_on_route_53s_word(scene: Scene) -> None:
    proof = direct("www")

    def find_servers(names: Sequence[str]) -> Any:
        return {name: Failure(None, Question(name, "SOA"), Reason.TIMEOUT) for name in names}

    scene.view = replace(scene.view, find_servers=find_servers)

    assert scene.prover().present([proof]) == {proof: None}
    assert "Route 53 says INSYNC" in scene.said[0]


def test_an_insync_that_never_comes_is_a_verdict_and_no_exception(scene: Scene) -> None:
    proof = direct("www")
    scene.spoil({("GetChange", 1): "cut"})

    (why,) = scene.prover().present([proof]).values()

    assert "not known whether all servers have it" in (why or "")
    assert not isinstance(why, Unprovable)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "psfdns-challenges/2", "written": []}'])
def test_a_damaged_memory_is_one_clear_error(scene: Scene, tmp_path: Path, content: str) -> None:
    scene.memory.store([])
    (tmp_path / "state" / "challenges.json").write_text(content)

    with pytest.raises(PsfdnsError, match=r"challenges\.json: cannot be read"):
        scene.prover().clean()


def test_the_memory_is_for_its_owner_alone(scene: Scene, tmp_path: Path) -> None:
    scene.memory.store([Written("Z1", "a.", "b")])

    path = tmp_path / "state" / "challenges.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["written"] == [{"zone": "Z1", "name": "a.", "value": "b"}]


def test_the_zone_closest_above_is_written_to() -> None:
    zones = [row("Z1", "example."), row("Z2", "zone.example."), row("Z3", "ne.example.")]

    assert find_zone(zones, "_acme-challenge.zone.example.") == zones[1]
    assert find_zone(zones, "zone.example.") == zones[1]
    assert find_zone(zones, "one.example.") == zones[0]
    assert find_zone(zones, "example.org.") is None


def test_what_a_killed_run_left_is_taken_away_by_another_host(tmp_path: Path) -> None:
    written = Written("Z1", "_acme-challenge.a.test.", "ours")
    documents: dict[str, bytes] = {}

    class Kept:
        load = staticmethod(documents.get)
        store = staticmethod(documents.__setitem__)

    SharedChallengeMemory(Kept()).store([written])
    assert SharedChallengeMemory(Kept()).load() == {written}
    before = documents["challenges.json"]
    ChallengeMemory(tmp_path).store([written])
    assert (tmp_path / "challenges.json").read_bytes() == before, "one document, wherever it is"
    documents["challenges.json"] = before[:-9]
    with pytest.raises(PsfdnsError, match=r"challenges\.json of the shared store: cannot be read"):
        SharedChallengeMemory(Kept()).load()
