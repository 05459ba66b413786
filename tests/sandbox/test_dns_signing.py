"""What the sandbox's name server signs and denies, held by dnspython's validation, unbound and delv."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.dnssec
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
import pytest

from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.dns_server import DnsServer
from psfdns.sandbox.sandbox import Sandbox
from tests.mini_internet import free_port, stop
from tests.oracles import run, start
from tests.sandbox.api import Clock, change, create, record, upsert
from tests.sandbox.keys import make_key, make_kms_key
from tests.sandbox.signed_world import ORIGIN, SignedWorld, make_world

ZONE = dns.name.from_text(ORIGIN)
Message = dns.message.Message


@pytest.fixture(scope="module")
def calm() -> SignedWorld:
    """One in which nothing changes."""
    return make_world(Sandbox(None, clock=Clock()))


@pytest.fixture
def world(sandbox: Sandbox, client: Any, kms: Any) -> SignedWorld:
    return make_world(sandbox, client, kms)


def ask(
    world: SignedWorld, name: str, rdtype: str = "A", *, do: bool = True, server: str | None = None
) -> Message:
    service = DnsService(world.sandbox.cloud)
    service.look()
    full = dns.name.from_text(name, ZONE)
    return service.query(dns.message.make_query(full, rdtype, want_dnssec=do), name_server=server)


def keys_of(world: SignedWorld, zone: str = ORIGIN) -> dns.rrset.RRset:
    return ask(world, zone, "DNSKEY").answer[0]


def validate(world: SignedWorld, section: list[dns.rrset.RRset], zone: str = ORIGIN) -> set[str]:
    """The types of a section, each of which has to be valid by the zone's keys now."""
    keys: Any = {dns.name.from_text(zone): keys_of(world, zone)}
    found = set()
    signatures = [each for each in section if each.rdtype == dns.rdatatype.RRSIG]
    for rrset in section:
        if rrset.rdtype == dns.rdatatype.RRSIG:
            continue
        (of_it,) = [
            each for each in signatures if each.name == rrset.name and each[0].type_covered == rrset.rdtype
        ]
        dns.dnssec.validate(rrset, of_it, keys, now=world.sandbox.cloud.now().timestamp())
        assert of_it.ttl == rrset.ttl == of_it[0].original_ttl
        found.add(dns.rdatatype.to_text(rrset.rdtype))
    return found


def test_the_keys_are_those_of_route53_and_one_of_the_zone(calm: SignedWorld) -> None:
    answer = ask(calm, ORIGIN, "DNSKEY").answer
    assert answer[0].ttl == 3600
    by_flags = {each.flags: each for each in answer[0]}
    assert set(by_flags) == {256, 257}
    assert by_flags[257].to_text(chunksize=0) == calm.key["DNSKEYRecord"]
    assert [each.key_tag for each in answer[1]] == [calm.key["KeyTag"]]
    digest = dns.rdata.from_text("IN", "DS", calm.key["DSRecord"])
    assert dns.dnssec.make_ds(ZONE, by_flags[257], "SHA256") == digest
    assert validate(calm, answer) == {"DNSKEY"}


def test_two_active_keys_sign_the_keys_and_an_inactive_one_is_not_shown(world: SignedWorld) -> None:
    client, kms = world.client, world.kms
    second = make_key(client, world.zone_id, make_kms_key(kms, world.zone_id), "key_2", "INACTIVE")
    assert len(keys_of(world)) == 2
    client.activate_key_signing_key(HostedZoneId=world.zone_id, Name="key_2")

    answer = ask(world, ORIGIN, "DNSKEY").answer

    assert len(answer[0]) == 3
    assert {each.key_tag for each in answer[1]} == {world.key["KeyTag"], second["KeyTag"]}


ANSWERS = [
    ("www", "A", {"A"}),
    ("@", "SOA", {"SOA"}),
    ("@", "NS", {"NS"}),
    ("@", "MX", {"MX"}),
    ("mail", "A", {"A"}),
    ("to-www", "A", {"CNAME", "A"}),
    ("away", "A", {"CNAME"}),
    ("one.wild", "TXT", {"TXT"}),
    ("*.wild", "TXT", {"TXT"}),
    ("alias", "A", {"A"}),
    ("weighted", "A", {"A"}),
    ("child", "DS", {"DS"}),
    ("nothing", "NSEC", {"NSEC"}),
    ("www", "NSEC", {"NSEC"}),
    ("www", "ANY", {"A"}),
    ("@", "ANY", {"SOA", "NS", "MX", "DNSKEY"}),
    ("big", "TXT", {"TXT"}),
]


@pytest.mark.parametrize(("name", "rdtype", "types"), ANSWERS)
def test_answers_are_signed(calm: SignedWorld, name: str, rdtype: str, types: set[str]) -> None:
    response = ask(calm, name, rdtype)

    assert validate(calm, response.answer) == types
    assert response.rcode() == dns.rcode.NOERROR
    assert response.authority == []


@pytest.mark.parametrize(("name", "rdtype", "types"), ANSWERS)
def test_who_does_not_ask_for_signatures_gets_none(
    calm: SignedWorld, name: str, rdtype: str, types: set[str]
) -> None:
    response = ask(calm, name, rdtype, do=False)

    assert {dns.rdatatype.to_text(each.rdtype) for each in response.answer} == types
    assert not response.ednsflags & dns.flags.DO


def test_the_wish_for_signatures_is_repeated_in_the_answer(calm: SignedWorld) -> None:
    assert ask(calm, "www").ednsflags & dns.flags.DO
    assert ask(calm, "www.plain").ednsflags & dns.flags.DO


DENIALS = [
    ("nothing", "A", "nothing", set()),
    ("a.b.c.nothing", "TXT", "a.b.c.nothing", set()),
    ("below", "A", "below", set()),
    ("www", "AAAA", "www", {"A"}),
    ("@", "AAAA", "@", {"SOA", "NS", "MX", "DNSKEY"}),
    ("@", "CDS", "@", {"SOA", "NS", "MX", "DNSKEY"}),
    ("@", "DS", "@", {"SOA", "NS", "MX", "DNSKEY"}),
    ("one.wild", "A", "one.wild", {"TXT"}),
    ("alias", "AAAA", "alias", {"A"}),
    # Glue at the delegation's own name is not the parent's to speak of.
    ("plain", "DS", "plain", {"NS"}),
    # Only Germans get an answer there, and who asks here is nowhere.
    ("located", "A", "located", set()),
    ("to-nothing", "A", "nothing", set()),
]


@pytest.mark.parametrize(("name", "rdtype", "owner", "types"), DENIALS)
def test_what_is_not_there_is_denied_by_an_nsec_of_its_own(
    calm: SignedWorld, name: str, rdtype: str, owner: str, types: set[str]
) -> None:
    response = ask(calm, name, rdtype)

    assert response.rcode() == dns.rcode.NOERROR
    assert validate(calm, response.authority) == {"SOA", "NSEC"}
    (nsec,) = [each for each in response.authority if each.rdtype == dns.rdatatype.NSEC]
    expected = dns.name.from_text(owner, ZONE)
    assert nsec.name == expected
    assert nsec[0].next == dns.name.Name((b"\0", *expected.labels))
    assert set(nsec[0].to_text().split()[1:]) == {*types, "RRSIG", "NSEC"}
    assert nsec.ttl == 900


@pytest.mark.parametrize(
    ("name", "rcode"), [("nothing", "NXDOMAIN"), ("below", "NOERROR"), ("www", "NOERROR")]
)
def test_without_dnssec_denials_are_the_old_ones(calm: SignedWorld, name: str, rcode: str) -> None:
    response = ask(calm, name, "AAAA", do=False)

    assert dns.rcode.to_text(response.rcode()) == rcode
    assert [each.rdtype for each in response.authority] == [dns.rdatatype.SOA]


def test_signatures_that_are_asked_for_are_those_of_the_denial(calm: SignedWorld) -> None:
    (signatures,) = ask(calm, "www", "RRSIG").answer

    assert {each.type_covered for each in signatures} == {dns.rdatatype.NSEC}


def test_a_name_that_is_as_long_as_can_be_is_denied_too(calm: SignedWorld) -> None:
    name = ".".join(["x" * 60] * 3 + ["y" * 58])
    full = dns.name.from_text(name, ZONE)
    assert len(full.to_text()) > 250

    assert validate(calm, ask(calm, name).authority) == {"SOA", "NSEC"}


def servers_of(world: SignedWorld) -> str:
    zones = world.sandbox.cloud.store.zones()
    return zones[world.zone_id].name_servers[0]


def test_a_delegation_brings_the_ds_or_the_proof_that_there_is_none(calm: SignedWorld) -> None:
    for name, types in (("child", {"DS"}), ("plain", {"NSEC"})):
        response = ask(calm, f"www.{name}", server=servers_of(calm))
        unsigned, *rest = response.authority
        assert not response.flags & dns.flags.AA
        assert (unsigned.rdtype, response.answer) == (dns.rdatatype.NS, [])
        assert validate(calm, rest) == types
        if "NSEC" in types:
            assert rest[0][0].to_text().split()[1:] == ["NS", "RRSIG", "NSEC"]


def test_a_child_has_keys_of_its_own(calm: SignedWorld) -> None:
    assert validate(calm, ask(calm, "www.child").answer, "child.signed.lab.") == {"A"}
    assert keys_of(calm) != keys_of(calm, "child.signed.lab.")


def test_what_is_not_signed_stays_as_it_was(calm: SignedWorld) -> None:
    assert [each.rdtype for each in ask(calm, "www.plain").answer] == [dns.rdatatype.A]
    response = ask(calm, "nothing.plain")
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert [each.rdtype for each in response.authority] == [dns.rdatatype.SOA]
    assert ask(calm, "plain.signed.lab.", "DNSKEY").answer == []


def test_no_ttl_is_longer_than_a_week(calm: SignedWorld) -> None:
    assert ask(calm, "mail").answer[0].ttl == 604_800
    assert ask(calm, "mail", do=False).answer[0].ttl == 604_800


def test_what_is_too_large_is_cut_and_whole_over_tcp(calm: SignedWorld) -> None:
    service = DnsService(calm.sandbox.cloud)
    query = dns.message.make_query(f"big.{ORIGIN}", "TXT", want_dnssec=True, payload=4096)

    cut = service.answer(query.to_wire(), datagram=True)
    whole = service.answer(query.to_wire(), datagram=False)

    assert cut is not None
    assert len(cut) <= 1232
    assert dns.message.from_wire(cut).flags & dns.flags.TC
    assert whole is not None
    assert validate(calm, dns.message.from_wire(whole).answer) == {"TXT"}


def test_changes_are_signed_at_once(world: SignedWorld) -> None:
    client = world.client
    change(
        client,
        world.zone_id,
        upsert(record("www.signed.lab.", "A", "192.0.2.77")),
        create(record("new.signed.lab.", "TXT", '"x"')),
    )

    assert validate(world, ask(world, "new", "TXT").answer) == {"TXT"}
    answer = ask(world, "www").answer
    assert [str(each) for each in answer[0]] == ["192.0.2.77"]
    assert validate(world, answer) == {"A"}


def test_signatures_follow_the_clock(world: SignedWorld, clock: Clock) -> None:
    clock.pass_(40 * 86400)

    assert validate(world, ask(world, "www").answer) == {"A"}
    assert validate(world, ask(world, ORIGIN, "DNSKEY").answer) == {"DNSKEY"}


@pytest.mark.parametrize("mishap", ["disabled", "deleted"])
def test_when_the_key_of_kms_is_lost_the_keys_expire_a_day_later(
    world: SignedWorld, clock: Clock, mishap: str
) -> None:
    kms, arn = world.kms, world.key["KmsArn"]
    if mishap == "disabled":
        kms.disable_key(KeyId=arn)
    else:
        kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    clock.pass_(86_000)
    assert validate(world, ask(world, ORIGIN, "DNSKEY").answer) == {"DNSKEY"}
    clock.pass_(1_000)
    with pytest.raises(dns.exception.DNSException, match="no RRSIGs validated"):
        validate(world, ask(world, ORIGIN, "DNSKEY").answer)
    if mishap == "deleted":
        clock.pass_(7 * 86_400)
        assert [each.rdtype for each in ask(world, ORIGIN, "DNSKEY").answer] == [dns.rdatatype.DNSKEY]
        return
    kms.enable_key(KeyId=arn)
    assert validate(world, ask(world, ORIGIN, "DNSKEY").answer) == {"DNSKEY"}


def test_when_signing_is_disabled_nothing_is_signed(world: SignedWorld) -> None:
    world.client.disable_hosted_zone_dnssec(HostedZoneId=world.zone_id)

    assert [each.rdtype for each in ask(world, "www").answer] == [dns.rdatatype.A]
    assert ask(world, ORIGIN, "DNSKEY").answer == []
    assert ask(world, "nothing").rcode() == dns.rcode.NXDOMAIN


def test_a_signed_zone_is_signed_by_the_same_keys_in_the_next_process(tmp_path: Path) -> None:
    world = make_world(Sandbox(tmp_path))
    later = dataclasses.replace(world, sandbox=Sandbox(tmp_path))

    assert keys_of(later) == keys_of(world)
    assert validate(later, ask(later, "www").answer) == {"A"}


class Validators:
    """unbound before the sandbox's DNS, and delv that asks it; both trust the zone's key."""

    def __init__(self, port: int, anchors: Path) -> None:
        self.port = port
        self.anchors = anchors

    def unbound(self, name: str, rdtype: str) -> str:
        query = dns.message.make_query(name, rdtype, want_dnssec=True)
        answer = dns.query.udp_with_fallback(query, "127.0.0.1", port=self.port, timeout=5)[0]
        if answer.rcode() == dns.rcode.SERVFAIL:
            return "bogus"
        return "secure" if answer.flags & dns.flags.AD else "insecure"

    def delv(self, name: str, rdtype: str) -> str:
        said = run(
            "delv",
            "@127.0.0.1",
            "-p",
            str(self.port),
            "-a",
            str(self.anchors),
            f"+root={ORIGIN}",
            name,
            rdtype,
        )
        text = said.stdout + said.stderr
        return "secure" if "fully validated" in text else "insecure" if "unsigned answer" in text else text


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validators]:
    home = tmp_path_factory.mktemp("validators")
    world = make_world(Sandbox(None))
    server = DnsServer(DnsService(world.sandbox.cloud))
    server.start()
    port = free_port()
    write_settings(home, world, port, server.port)
    process = start("unbound", "-d", "-c", str(home / "unbound.conf"), log=home / "unbound.log")
    try:
        wait_for(port)
        yield Validators(port, home / "keys")
    finally:
        stop(process)
        server.stop()


def write_settings(home: Path, world: SignedWorld, port: int, upstream: int) -> None:
    """It may ask the sandbox alone: the only root that it knows is nobody."""
    numbers, digest = world.key["DSRecord"].rsplit(" ", 1)
    (home / "keys").write_text(f'trust-anchors {{ {ORIGIN} static-ds {numbers} "{digest}"; }};\n')
    (home / "hints").write_text(". 3600 NS nobody.\nnobody. 3600 A 127.0.0.1\n")
    stubs = "".join(
        f'stub-zone:\n name: "{name}"\n stub-addr: 127.0.0.1@{upstream}\n'
        for name in (ORIGIN, f"child.{ORIGIN}", f"plain.{ORIGIN}")
    )
    (home / "unbound.conf").write_text(
        f'server:\n directory: "{home}"\n chroot: ""\n username: ""\n pidfile: ""\n use-syslog: no\n'
        f' logfile: ""\n interface: 127.0.0.1@{port}\n do-daemonize: no\n do-not-query-localhost: no\n'
        f' root-hints: "{home}/hints"\n trust-anchor: "{world.anchor}"\n num-threads: 1\n do-ip6: no\n'
        ' access-control: 127.0.0.0/8 allow\n module-config: "validator iterator"\n'
        f"remote-control:\n control-enable: no\n{stubs}"
    )


def wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            dns.query.udp(dns.message.make_query(ORIGIN, "SOA"), "127.0.0.1", port=port, timeout=0.2)
        except (OSError, dns.exception.Timeout):
            time.sleep(0.05)
        else:
            return
    raise AssertionError("unbound does not answer")


JUDGED = [
    *((name, rdtype, "secure") for name, rdtype, _ in ANSWERS if rdtype != "ANY" and name != "away"),
    *((name, rdtype, "secure") for name, rdtype, *_ in DENIALS if (name, rdtype) != ("@", "DS")),
    ("www.child", "A", "secure"),
    ("nothing.child", "A", "secure"),
    ("child", "NS", "secure"),
    ("www.plain", "A", "insecure"),
    ("nothing.plain", "A", "insecure"),
]


@pytest.mark.parametrize(("name", "rdtype", "status"), JUDGED)
def test_unbound_and_delv_validate_it(judges: Validators, name: str, rdtype: str, status: str) -> None:
    full = dns.name.from_text(name, ZONE).to_text()

    assert (judges.unbound(full, rdtype), judges.delv(full, rdtype)) == (status, status)


def test_delv_does_not_validate_by_another_key(judges: Validators, tmp_path: Path) -> None:
    """That the judges can say no."""
    keys = tmp_path / "keys"
    keys.write_text(f'trust-anchors {{ {ORIGIN} static-ds 1 13 2 "{"00" * 32}"; }};\n')

    assert Validators(judges.port, keys).delv(f"www.{ORIGIN}", "A") not in {"secure", "insecure"}
