"""The sandbox's DNS against BIND and Knot with the same zone, and what only Route 53 does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from psfdns.lookup.server import Server
from psfdns.rrsets import encode_name, encode_value
from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.recordsets import RecordSets
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.zones import HostedZone
from tests.mini_internet import bind, free_port, knot
from tests.sandbox.api import a, alias, change, create, delete, make_zone, record

ORIGIN = "z.test."
SOA = "ns1.z.test. hostmaster.z.test. 1 7200 900 1209600 300"
RECORDS: list[tuple[str, int, str, tuple[str, ...]]] = [
    ("@", 900, "SOA", (SOA,)),
    (
        "@",
        172800,
        "NS",
        (
            "ns1.z.test.",
            "ns2.example.",
        ),
    ),
    (
        "@",
        300,
        "MX",
        (
            "10 mail.z.test.",
            "20 mail.example.",
        ),
    ),
    (
        "@",
        300,
        "TXT",
        (
            '"v=spf1 -all"',
            '"two" "strings; and \\"quotes\\""',
        ),
    ),
    ("@", 300, "CAA", ('0 issue "ca.test"',)),
    ("ns1", 300, "A", ("192.0.2.53",)),
    (
        "www",
        60,
        "A",
        (
            "192.0.2.1",
            "192.0.2.2",
        ),
    ),
    ("www", 60, "AAAA", ("2001:db8::1",)),
    ("alias", 60, "CNAME", ("www.z.test.",)),
    ("chain", 60, "CNAME", ("alias.z.test.",)),
    ("outside", 60, "CNAME", ("www.example.",)),
    ("broken", 60, "CNAME", ("nowhere.z.test.",)),
    ("intocut", 60, "CNAME", ("www.sub.z.test.",)),
    ("ring", 60, "CNAME", ("gnir.z.test.",)),
    ("gnir", 60, "CNAME", ("ring.z.test.",)),
    ("*.wild", 60, "A", ("192.0.2.7",)),
    ("*.wild", 60, "MX", ("10 mail.z.test.",)),
    ("host.wild", 60, "TXT", ('"here"',)),
    ("a.b.wild", 60, "TXT", ('"deeper"',)),
    ("*.cwild", 60, "CNAME", ("www.z.test.",)),
    ("sub.wild", 300, "NS", ("ns.example.",)),
    ("deep.empty", 60, "A", ("192.0.2.8",)),
    (
        "sub",
        3600,
        "NS",
        (
            "ns.sub.z.test.",
            "ns.example.",
        ),
    ),
    ("sub", 3600, "DS", (f"12345 13 2 {'ab' * 32}",)),
    ("ns.sub", 3600, "A", ("192.0.2.60",)),
    ("ns.sub", 3600, "AAAA", ("2001:db8::60",)),
    ("below.sub", 300, "NS", ("ns.example.",)),
    ("hidden.sub", 60, "A", ("192.0.2.61",)),
    ("_sip._tcp", 60, "SRV", ("1 2 5060 www.z.test.",)),
    ("svc", 60, "HTTPS", ('1 . alpn="h2"',)),
    ("tlsa", 60, "TLSA", (f"3 1 1 {'cd' * 32}",)),
    ("big", 60, "TXT", tuple(f'"{number:03} {"x" * 240}"' for number in range(20))),
]
NAMES = """
    @ www WwW alias chain outside broken intocut nowhere ns1 big svc tlsa _sip._tcp _tcp
    wild *.wild x.wild x.y.wild x.*.wild host.wild
    x.host.wild b.wild a.b.wild c.b.wild x.cwild sub.wild x.sub.wild
    empty deep.empty x.empty sub ns.sub hidden.sub x.sub below.sub x.below.sub
""".split()
TYPES = "A AAAA CNAME MX NS SOA TXT DS SRV HTTPS TLSA CAA PTR TYPE65400".split()
QUESTIONS = [(name, rdtype) for name in NAMES for rdtype in TYPES]


def absolute(name: str) -> str:
    return ORIGIN if name == "@" else f"{name}.{ORIGIN}"


@pytest.fixture(scope="module")
def service() -> DnsService:
    sandbox = Sandbox(None)
    api = [
        {
            "Name": encode_name(absolute(name)),
            "Type": rdtype,
            "TTL": ttl,
            "ResourceRecords": [{"Value": encode_value(value)} for value in values],
        }
        for name, ttl, rdtype, values in RECORDS
    ]
    zone = HostedZone("Z1", ORIGIN, "for a test", private=False, name_servers=("ns1.z.test.",))
    sandbox.cloud.store.store_zone(zone, RecordSets.of(api))
    made = DnsService(sandbox.cloud)
    made.look()
    return made


@pytest.fixture(scope="module")
def master_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zone") / "z.test"
    lines = [
        f"{absolute(name)} {ttl} IN {rdtype} {value}"
        for name, ttl, rdtype, values in RECORDS
        for value in values
    ]
    path.write_text("\n".join([*lines, ""]))
    return path


@pytest.fixture(scope="module")
def knot_server(master_file: Path) -> Iterator[Server]:
    server = Server("127.0.0.1", free_port())
    with knot(master_file.parent, {ORIGIN: master_file}, addresses=(server.address,), port=server.port):
        yield server


@pytest.fixture(scope="module")
def bind_server(master_file: Path) -> Iterator[Server]:
    with bind(master_file.parent, {ORIGIN: master_file}) as server:
        yield server


def query_for(name: str, rdtype: str, **settings: Any) -> dns.message.QueryMessage:
    return dns.message.make_query(absolute(name), rdtype, flags=0, **{"use_edns": 0, **settings})


def over_tcp(server: Server, query: dns.message.Message) -> dns.message.Message:
    return dns.query.tcp(query, server.address, port=server.port, timeout=5)


def shown(message: dns.message.Message) -> dict[str, object]:
    """What counts in a response: header, and the sections as sets of records."""
    sections = {
        name: sorted(
            f"{rrset.name.canonicalize()} {rrset.ttl} {dns.rdatatype.to_text(rrset.rdtype)} {rdata}"
            for rrset in section
            for rdata in rrset
        )
        for name, section in (("answer", message.answer), ("authority", message.authority))
    }
    if message.answer or dns.rdatatype.NS not in {rrset.rdtype for rrset in message.authority}:
        glue = None  # other additional records are a server's courtesy
    else:
        glue = sorted(f"{rrset.name} {rdata}" for rrset in message.additional for rdata in rrset)
    authoritative = bool(message.flags & dns.flags.AA)
    return {"rcode": dns.rcode.to_text(message.rcode()), "aa": authoritative, "glue": glue, **sections}


def compare(service: DnsService, server: Server) -> dict[str, tuple[object, object]]:
    different: dict[str, tuple[object, object]] = {}
    for name, rdtype in QUESTIONS:
        query = query_for(name, rdtype)
        ours, theirs = shown(service.query(query)), shown(over_tcp(server, query))
        if ours != theirs:
            different[f"{name} {rdtype}"] = (ours, theirs)
    return different


def test_bind_gives_the_same_answer_to_every_question(service: DnsService, bind_server: Server) -> None:
    assert compare(service, bind_server) == {}


def test_knot_gives_the_same_answer_to_every_question(service: DnsService, knot_server: Server) -> None:
    assert compare(service, knot_server) == {}


def test_cnames_that_go_round_end_after_one_turn(service: DnsService) -> None:
    response = service.query(query_for("ring", "A"))
    assert [str(rrset.name) for rrset in response.answer] == ["ring.z.test.", "gnir.z.test."]


def test_all_types_at_once_are_all_record_sets_of_the_name(service: DnsService) -> None:
    response = service.query(query_for("www", "ANY"))
    assert {rrset.rdtype for rrset in response.answer} == {dns.rdatatype.A, dns.rdatatype.AAAA}


class Account:
    """A sandbox account through its API, and its DNS."""

    def __init__(self, sandbox: Sandbox, client: Any) -> None:
        self.client = client
        self.dns = DnsService(sandbox.cloud)
        self.zone = make_zone(client)

    def make(self, *record_sets: dict[str, Any]) -> None:
        change(self.client, self.zone, *map(create, record_sets))

    def heard(self, name: str, rdtype: str = "A", **settings: Any) -> tuple[str, list[str]]:
        """The rcode and the values of the name and type."""
        self.dns.look()
        query = dns.message.make_query(name, rdtype, flags=0)
        response = self.dns.query(query, **settings)
        values = [str(rdata) for rrset in response.answer if str(rrset.name) == name for rdata in rrset]
        return dns.rcode.to_text(response.rcode()), sorted(values)

    def often(self, name: str, rdtype: str = "A", times: int = 300) -> Counter[str]:
        return Counter(",".join(self.heard(name, rdtype)[1]) for _ in range(times))


@pytest.fixture
def account(sandbox: Sandbox, client: Any) -> Account:
    return Account(sandbox, client)


def test_a_change_shows_at_once(account: Account) -> None:
    record_set = a("www.z.test.")
    assert account.heard("www.z.test.") == ("NXDOMAIN", [])
    account.make(record_set)
    assert account.heard("www.z.test.") == ("NOERROR", ["192.0.2.1"])
    change(account.client, account.zone, delete(record_set))
    assert account.heard("www.z.test.") == ("NXDOMAIN", [])


def test_what_the_account_does_not_serve_is_refused(account: Account) -> None:
    make_zone(account.client, "private.test", VPC={"VPCRegion": "us-east-1", "VPCId": "vpc-0123"})
    assert account.heard("www.example.") == ("REFUSED", [])
    assert account.heard("private.test.", "SOA") == ("REFUSED", [])
    assert account.heard("z.test.", "SOA")[0] == "NOERROR"


def test_a_name_server_knows_the_zones_that_were_given_to_it(account: Account) -> None:
    other = make_zone(account.client, reference="a second one of the name")
    change(account.client, other, create(a("www.z.test.", "192.0.2.2")))
    account.make(a("www.z.test.", "192.0.2.1"))
    for zone, address in ((account.zone, "192.0.2.1"), (other, "192.0.2.2")):
        servers = account.client.get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]
        for server in servers:
            assert account.heard("www.z.test.", name_server=f"{server}.") == ("NOERROR", [address])
            assert account.heard(f"{server}.")[1] == ["127.0.0.1"]
    assert account.heard("www.z.test.", name_server="ns.example.") == ("REFUSED", [])


def test_a_parent_refers_to_its_child_and_holds_its_ds(account: Account) -> None:
    child = make_zone(account.client, "sub.z.test")
    servers = [
        f"{each}." for each in account.client.get_hosted_zone(Id=child)["DelegationSet"]["NameServers"]
    ]
    account.make(
        record("sub.z.test.", "NS", *servers), record("sub.z.test.", "DS", f"12345 13 2 {'ab' * 32}")
    )
    parent = account.client.get_hosted_zone(Id=account.zone)["DelegationSet"]["NameServers"][0]
    assert account.heard("sub.z.test.", "NS", name_server=f"{parent}.") == ("NOERROR", [])
    assert account.heard("sub.z.test.", "NS") == ("NOERROR", sorted(servers))
    assert account.heard("sub.z.test.", "DS") == ("NOERROR", [f"12345 13 2 {'ab' * 32}"])


def test_aliases_answer_with_what_they_point_to(account: Account) -> None:
    other = make_zone(account.client, "other.test")
    change(account.client, other, create(a("www.other.test.", "192.0.2.9")))
    account.make(a("www.z.test.", ttl=77), a("*.star.z.test.", "192.0.2.5"))
    account.make(alias("z.test.", "A", "www.z.test.", account.zone))
    account.make(
        alias("twice.z.test.", "A", "z.test.", account.zone),
        alias("far.z.test.", "A", "www.other.test.", other),
    )
    assert account.heard("z.test.") == ("NOERROR", ["192.0.2.1"])
    assert account.heard("twice.z.test.") == ("NOERROR", ["192.0.2.1"])
    assert account.heard("far.z.test.") == ("NOERROR", ["192.0.2.9"])
    assert account.heard("z.test.", "AAAA") == ("NOERROR", [])
    response = account.dns.query(dns.message.make_query("twice.z.test.", "A"))
    assert response.answer[0].ttl == 77


def test_an_alias_of_a_service_always_has_the_same_addresses(account: Account) -> None:
    balancer = "dualstack.lb-1.us-east-1.elb.amazonaws.com."
    for rdtype in ("A", "AAAA"):
        account.make(alias("z.test.", rdtype, balancer, "Z35SXDOTRQ7X7K"))
    code, (address,) = account.heard("z.test.")
    assert (code, address.startswith("192.0.2.")) == ("NOERROR", True)
    assert account.heard("z.test.", "AAAA")[1][0].startswith("2001:db8::")
    assert len(account.often("z.test.")) == 1


def routed(name: str, identifier: str, value: str, **policy: Any) -> dict[str, Any]:
    return record(name, "A", value, SetIdentifier=identifier, **policy)


def test_weights_are_shares_and_zero_is_none_unless_all_are(account: Account) -> None:
    account.make(
        *(routed("w.z.test.", str(weight), f"192.0.2.{weight}", Weight=weight) for weight in (0, 10, 90)),
        *(routed("nil.z.test.", each, f"192.0.2.{each}", Weight=0) for each in "12"),
    )
    counted = account.often("w.z.test.")
    assert counted["192.0.2.0"] == 0
    assert 0 < counted["192.0.2.10"] < counted["192.0.2.90"]
    assert set(account.often("nil.z.test.")) == {"192.0.2.1", "192.0.2.2"}


def test_multivalue_gives_up_to_eight(account: Account) -> None:
    account.make(
        *(routed("m.z.test.", str(each), f"192.0.2.{each}", MultiValueAnswer=True) for each in range(1, 11))
    )
    assert len(account.heard("m.z.test.")[1]) == 8
    assert len(account.often("m.z.test.")) > 1


def test_failover_answers_with_the_primary(account: Account) -> None:
    account.make(
        routed("f.z.test.", "b", "192.0.2.2", Failover="SECONDARY"),
        routed("f.z.test.", "c", "192.0.2.1", Failover="PRIMARY"),
    )
    assert account.often("f.z.test.", times=5) == {"192.0.2.1": 5}


def test_of_located_sets_the_one_for_everywhere_else_answers_and_without_it_none(account: Account) -> None:
    account.make(
        routed("g.z.test.", "eu", "192.0.2.1", GeoLocation={"ContinentCode": "EU"}),
        routed("g.z.test.", "all", "192.0.2.2", GeoLocation={"CountryCode": "*"}),
        routed("h.z.test.", "eu", "192.0.2.1", GeoLocation={"ContinentCode": "EU"}),
        routed("r.z.test.", "one", "192.0.2.3", Region="eu-west-1"),
        routed("r.z.test.", "two", "192.0.2.4", Region="us-east-1"),
    )
    assert account.heard("g.z.test.") == ("NOERROR", ["192.0.2.2"])
    assert account.heard("h.z.test.") == ("NOERROR", [])
    assert account.heard("r.z.test.")[1] in (["192.0.2.3"], ["192.0.2.4"])


def test_what_no_zone_should_hold_is_answered_without_harm() -> None:
    """A hand-edited state: aliases in a ring and out of their zone, and record sets of a traffic policy."""
    sandbox = Sandbox(None)
    zone = HostedZone("Z1", ORIGIN, "for a test", private=False, name_servers=("ns1.z.test.",))
    sets = [
        alias("ring.z.test.", "A", "gnir.z.test.", "Z1"),
        alias("gnir.z.test.", "A", "ring.z.test.", "Z1"),
        alias("out.z.test.", "A", "www.example.", "Z1"),
        record("policy.z.test.", "A", "192.0.2.1", TrafficPolicyInstanceId="instance"),
        record("cut.z.test.", "NS", "ns.example.", TrafficPolicyInstanceId="instance"),
    ]
    sandbox.cloud.store.store_zone(zone, RecordSets.of(sets))
    service = DnsService(sandbox.cloud)
    service.look()
    for name in ("ring", "out", "policy", "www.cut"):
        response = service.query(query_for(name, "A"))
        assert (response.rcode(), response.answer, response.authority) == (dns.rcode.NOERROR, [], [])
