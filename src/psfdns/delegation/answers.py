"""What the addresses of name servers answer: not at all, not for this zone, not by every way. Pure."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from psfdns.delegation.answer_rules import RULES
from psfdns.delegation.finding import Finding, join
from psfdns.diagnostics import Severity
from psfdns.lookup.answer import Answer, Failure
from psfdns.lookup.ask import Asked
from psfdns.lookup.parents import Delegation
from psfdns.lookup.server import Server
from psfdns.lookup.survey import Heard, Survey, holds_zone
from psfdns.names import is_subdomain


class Fault(NamedTuple):
    """What is wrong with one address: a code, and the rest of a sentence whose subject is the server."""

    code: str
    words: str


_RULES = {rule.code: rule for rule in RULES}


def judge_answers(survey: Survey) -> Iterator[Finding]:
    """What is wrong with the servers that parents name, and with those that were assigned."""
    closed = closed_families(survey)
    delegated = survey.delegated
    for name in dict.fromkeys(each.at.name for each in survey.heard):
        asked = [each for each in survey.heard if each.at.name == name]
        open_ones = [each for each in asked if family(each.at.server) not in closed]
        if not open_ones and name in delegated:
            yield _unasked(name, asked)
        yield from _judge_server(name, open_ones, survey)
    for each in sorted(closed):
        summary = f"no {each} address anywhere answered: nothing is known of those from here"
        yield Finding("family-unasked", Severity.INFO, summary)


def _unasked(name: str, asked: list[Heard]) -> Finding:
    summary = f"{name} could not be asked from here: it has no address of a family that is open"
    return Finding("server-unasked", Severity.INFO, summary, servers=tuple(str(each.at) for each in asked))


def _judge_server(name: str, asked: list[Heard], survey: Survey) -> Iterator[Finding]:
    found: defaultdict[Fault, list[Server]] = defaultdict(list)
    for each in asked:
        for fault in faults_of(each, survey.zone):
            found[fault].append(each.at.server)
    for fault, servers in found.items():
        addresses = join(str(server) for server in servers)
        yield Finding(
            fault.code,
            _severity(fault, name, survey),
            f"{name} ({addresses}) {fault.words}",
            hint=_RULES[fault.code].mend,
            reference=_RULES[fault.code].reference,
            servers=tuple(f"{name} ({server})" for server in servers),
        )


def _severity(fault: Fault, name: str, survey: Survey) -> Severity:
    """A lame server costs time as long as another one answers; if none does, the zone is gone."""
    if fault.code == "edns-broken":
        return Severity.WARNING
    if name not in survey.delegated and survey.delegated:
        return Severity.WARNING
    if fault.code in {"tcp-dead", "udp-dead"}:
        return Severity.ERROR
    alive = {each.at.name for each in survey.authorities}
    return Severity.WARNING if alive & set(survey.delegated or alive) else Severity.ERROR


def faults_of(heard: Heard, zone: str) -> Iterator[Fault]:
    """What is wrong with one address."""
    if heard.is_authority(zone):
        yield from _faults_of_ways(heard, zone)
        return
    answered = next((each for each in (heard.udp, heard.plain, heard.tcp) if isinstance(each, Answer)), None)
    if answered is not None:
        yield _lameness(answered, zone)
    elif isinstance(heard.udp, Failure):
        yield Fault("server-silent", f"gives no answer: it {heard.udp.words}")


def _faults_of_ways(heard: Heard, zone: str) -> Iterator[Fault]:
    """Of an authority: the ways that do not lead there."""
    udp, plain, tcp = (_holds(each, zone) for each in (heard.udp, heard.plain, heard.tcp))
    if not tcp:
        yield Fault("tcp-dead", f"does not answer over TCP: it {_words(heard.tcp)}")
    if not udp and not plain:
        yield Fault("udp-dead", f"does not answer over UDP: it {_words(heard.udp)}")
    elif not udp:
        yield Fault("edns-broken", f"answers without EDNS only; with it, it {_words(heard.udp)}")
    elif isinstance(heard.udp, Answer) and not heard.udp.edns:
        yield Fault("edns-broken", "leaves EDNS out of its answers")


def _holds(asked: Asked, zone: str) -> bool:
    """An answer that was cut short leads on to TCP, and is no fault of its own."""
    return holds_zone(asked, zone) or (isinstance(asked, Answer) and asked.truncated)


def _words(asked: Asked) -> str:
    if isinstance(asked, Failure):
        return asked.words
    return f"says {asked.rcode}" if asked.rcode != "NOERROR" else "says something else"


def _lameness(answer: Answer, zone: str) -> Fault:
    """Why an answer is not that of the zone's authority."""
    if answer.rcode == "REFUSED":
        return Fault("server-refuses", "refuses to answer for the zone")
    if answer.rcode == "NXDOMAIN":
        return Fault("not-authoritative", "says that there is no such name")
    if answer.rcode != "NOERROR":
        return Fault("server-fails", f"answers {answer.rcode}")
    if answer.authoritative:
        return Fault("not-authoritative", "has no SOA for the zone")
    if answer.recursion_available:
        return Fault("not-authoritative", "is a resolver, and not a server of the zone")
    upward = next((each.name for each in answer.authority if each.type == "NS"), None)
    if upward is not None and upward != zone and is_subdomain(zone, upward):
        return Fault("upward-referral", f"knows nothing of the zone, and points up to {upward}")
    return Fault("not-authoritative", "answers, but not as an authority of the zone")


def family(server: Server) -> str:
    """`IPv4` or `IPv6`; a stand-in's address that is neither is a family of its own."""
    try:
        return f"IPv{ipaddress.ip_address(server.address).version}"
    except ValueError:
        return "other"


def closed_families(survey: Survey) -> frozenset[str]:
    """Those of which not one address answered, parents included: this machine may have no way to them."""
    answered = {family(each.at.server) for each in survey.heard if each.answers}
    heard = survey.parents.heard if survey.parents else ()
    answered |= {family(at.server) for at, said in heard if isinstance(said, Delegation)}
    return frozenset(family(each.at.server) for each in survey.heard) - answered
