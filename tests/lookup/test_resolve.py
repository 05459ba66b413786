from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import dns.resolver
import pytest

from psfdns.errors import LookupFailedError
from psfdns.lookup import resolve
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import PROBES, Asked, Pair, Patience
from psfdns.lookup.hosts import values_of
from psfdns.lookup.resolve import Resolver, system_resolver
from psfdns.lookup.roots import IANA_ROOTS, load_hints
from psfdns.lookup.server import Server
from tests.mini_internet import LEAF, NOBODY, TOP, MiniInternet


def resolver(internet: MiniInternet, *addresses: str) -> Resolver:
    return Resolver(tuple(map(internet.server, addresses)), 5300, Patience(0.5, 1))


def test_addresses_come_from_the_first_resolver_that_knows(internet: MiniInternet) -> None:
    asked = resolver(internet, NOBODY, LEAF[0]).find_addresses(["www.child.test.", "ns1.child.test."])
    assert asked == {
        "www.child.test.": (Server("192.0.2.1", 5300), Server("2001:db8::1", 5300)),
        "ns1.child.test.": (Server(LEAF[0], 5300),),
    }


def test_without_an_address_there_is_a_reason(internet: MiniInternet) -> None:
    found = resolver(internet, LEAF[0]).find_addresses(["big.child.test.", "www.test."])
    none, refused = found["big.child.test."], found["www.test."]
    assert isinstance(none, Failure)
    assert isinstance(refused, Failure)
    assert (none.reason, refused.reason) == (Reason.NO_ADDRESS, Reason.UNRESOLVED)
    assert refused.words == f"could not be looked up (resolver {internet.server(LEAF[0])} says REFUSED)"
    silent = resolver(internet, NOBODY).find_addresses(["www.test."])["www.test."]
    assert isinstance(silent, Failure)
    assert "refuses" in silent.words


def test_a_refusal_by_one_resolver_is_mended_by_the_next(internet: MiniInternet) -> None:
    question = Question("www.co.test.", "A")
    found = resolver(internet, LEAF[0], TOP[0]).resolve_many([question])[question]
    assert isinstance(found, Answer)
    assert found.rcode == "NXDOMAIN"


def test_a_silent_resolver_is_found_out_with_few_questions(
    internet: MiniInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Pair] = []

    def silent(pairs: Sequence[Pair], **_: object) -> list[Asked]:
        asked.extend(pairs)
        return [Failure(*pair, Reason.TIMEOUT) for pair in pairs]

    monkeypatch.setattr(resolve, "ask_many", silent)
    names = [f"w{number}.test." for number in range(500)]
    found = resolver(internet, LEAF[0], LEAF[1]).find_addresses(names)
    assert len(asked) == 2 * PROBES
    assert {type(each) for each in found.values()} == {Failure}


def answer(*sets: HeardSet) -> Answer:
    return Answer(Server("192.0.2.1"), Question("www.test.", "A"), "NOERROR", False, answer=sets)


def test_cnames_of_an_answer_are_followed_and_never_for_ever() -> None:
    chain = (
        HeardSet("a.test.", "A", 60, ("192.0.2.1",)),
        HeardSet("www.test.", "CNAME", 60, ("a.test.",)),
    )
    assert values_of(answer(*chain)) == ("192.0.2.1",)
    assert values_of(answer(chain[1])) == ()
    assert values_of(answer(HeardSet("www.test.", "CNAME", 60, ("www.test.",)))) == ()


def test_the_systems_resolver_is_that_of_resolv_conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver_class = dns.resolver.Resolver

    def configured(text: str) -> None:
        path = tmp_path / "resolv.conf"
        path.write_text(text)
        monkeypatch.setattr(dns.resolver, "Resolver", functools.partial(resolver_class, str(path)))

    configured("nameserver 192.0.2.1\nnameserver 2001:db8::1\n")
    assert system_resolver(port=5300) == Resolver((Server("192.0.2.1"), Server("2001:db8::1")), 5300)
    configured("# nobody\n")
    with pytest.raises(LookupFailedError) as caught:
        system_resolver()
    assert caught.value.hint is not None
    assert "[resolver] servers" in caught.value.hint


HINTS = """\
; the form of IANA's named.root
.                        3600000      NS    A.ROOT-SERVERS.NET.
A.ROOT-SERVERS.NET.      3600000      AAAA  2001:db8::1
A.ROOT-SERVERS.NET.      3600000      A     192.0.2.1
"""


def test_a_hints_file_gives_addresses_ipv4_first(tmp_path: Path) -> None:
    path = tmp_path / "named.root"
    path.write_text(HINTS)
    assert load_hints(path) == ("192.0.2.1", "2001:db8::1")


def test_a_hints_file_without_addresses_or_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LookupFailedError, match="No such file"):
        load_hints(tmp_path / "absent")
    (tmp_path / "empty").write_text("; nothing\n")
    with pytest.raises(LookupFailedError, match="holds no address"):
        load_hints(tmp_path / "empty")


def test_the_built_in_roots_are_thirteen_and_their_ipv6_addresses() -> None:
    assert len(set(IANA_ROOTS)) == 26
    assert sum(":" in address for address in IANA_ROOTS) == 13
    debian = Path("/usr/share/dns/root.hints")
    if debian.is_file():
        assert set(load_hints(debian)) == set(IANA_ROOTS)
