"""The names of the servers: whether they have addresses, and whether the parent knows them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from psfdns.delegation.finding import Finding, join
from psfdns.delegation.rules import FEW_SERVERS, GLUE_MISSING, NO_ADDRESS, NS_IS_ALIAS
from psfdns.delegation.sets import namings
from psfdns.diagnostics import Severity
from psfdns.lookup.hosts import Host
from psfdns.lookup.parents import Delegation
from psfdns.lookup.survey import Survey
from psfdns.names import is_subdomain

MIN_SERVERS = 2
"""RFC 1034 §4.1: at least two, so that one may fail."""


def judge_names(survey: Survey) -> Iterator[Finding]:
    """What is wrong with the names that parents give."""
    for name in survey.delegated:
        host = survey.hosts.get(name)
        if host is not None:
            yield from _judge_host(host, survey)
    yield from _judge_glue(survey)
    yield from _judge_numbers(survey)


def _judge_host(host: Host, survey: Survey) -> Iterator[Finding]:
    if host.alias is not None:
        summary = f"{host.name} is a CNAME, for {host.alias}; some resolvers do not follow it"
        yield Finding(
            "ns-is-alias",
            Severity.ERROR,
            summary,
            hint=NS_IS_ALIAS.mend,
            reference=NS_IS_ALIAS.reference,
            servers=(host.name,),
        )
    if host.addresses:
        return
    if host.failure is None:
        summary = f"{host.name} has no address, so nobody can ask it"
        yield Finding(
            "no-address",
            Severity.ERROR,
            summary,
            hint=NO_ADDRESS.mend,
            reference=NO_ADDRESS.reference,
            servers=(host.name,),
        )
    elif not survey.glue(host.name):
        summary = f"{host.name}: its address could not be found out: it {host.failure.words}"
        yield Finding("address-unknown", Severity.INFO, summary, servers=(host.name,))


class _Difference(NamedTuple):
    """What is wrong with the glue of a name at some of the parent's servers."""

    code: str
    severity: Severity
    summary: str


def _judge_glue(survey: Survey) -> Iterator[Finding]:
    found: defaultdict[_Difference, list[str]] = defaultdict(list)
    for server, said in survey.parents.heard if survey.parents else ():
        if isinstance(said, Delegation) and not said.from_child:
            for name in said.ns:
                glue = {address for owner, address in said.glue if owner == name}
                for difference in _compare_glue(name, glue, survey):
                    found[difference].append(str(server))
    for (code, severity, summary), at in found.items():
        hint, reference = GLUE_MISSING.mend, GLUE_MISSING.reference
        yield Finding(code, severity, summary, hint=hint, reference=reference, servers=tuple(at))


def _compare_glue(name: str, glue: AbstractSet[str], survey: Survey) -> Iterator[_Difference]:
    """Glue is needed for names inside the zone; for its neighbours it is optional, and only may not lie."""
    inside = is_subdomain(name, survey.zone)
    host = survey.hosts.get(name)
    known = {server.address for server in host.addresses} if host else set()
    parent = survey.parents.parent if survey.parents else "."
    if inside and not glue:
        summary = f"the parent has no address for {name}, which is inside the zone: it cannot be found"
        yield _Difference("glue-missing", Severity.ERROR, summary)
    if not glue or not known or not is_subdomain(name, parent):
        return
    severity = Severity.ERROR if inside else Severity.WARNING
    if not glue & known:
        summary = f"the parent says that {name} is at {_list(glue)}, and it is at {_list(known)}"
        yield _Difference("glue-differs", severity, summary)
        return
    if glue - known:
        summary = f"the parent has addresses of {name} that it does not have: {_list(glue - known)}"
        yield _Difference("glue-extra", Severity.WARNING, summary)
    if inside and known - glue:
        summary = f"the parent lacks addresses of {name}: {_list(known - glue)}"
        yield _Difference("glue-missing", Severity.WARNING, summary)


def _judge_numbers(survey: Survey) -> Iterator[Finding]:
    sets = [naming for naming in namings(survey.parents) if naming.ns]
    for naming in sets:
        if len(naming.ns) < MIN_SERVERS:
            summary = f"only one name server, {naming.ns[0]}: when it fails, the zone is gone"
            yield _few("few-servers", summary, naming.ns)
    by_name = {name: _addresses(name, survey) for name in survey.delegated}
    addresses = set().union(*by_name.values())
    several = any(len(naming.ns) >= MIN_SERVERS for naming in sets)
    if several and len(addresses) == 1 and all(by_name.values()):
        summary = f"all of its name servers are at one address, {join(addresses)}"
        yield _few("few-addresses", summary, survey.delegated)


def _few(code: str, summary: str, servers: tuple[str, ...]) -> Finding:
    hint, reference = FEW_SERVERS.mend, FEW_SERVERS.reference
    return Finding(code, Severity.ERROR, summary, hint=hint, reference=reference, servers=servers)


def _addresses(name: str, survey: Survey) -> set[str]:
    host = survey.hosts.get(name)
    return {*survey.glue(name), *(server.address for server in (host.addresses if host else ()))}


def _list(addresses: AbstractSet[str]) -> str:
    return join(sorted(addresses))
