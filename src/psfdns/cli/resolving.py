"""Whom to ask in DNS: resolvers, parents from the root down, name servers; for the sandbox itself."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.cli import wiring
from psfdns.cli.wiring import Access, Workspace

if TYPE_CHECKING:
    from psfdns.dangling.listen import Contacts
    from psfdns.errors import PsfdnsError
    from psfdns.lookup.anchors import Anchor
    from psfdns.lookup.hearing import ChainMeans
    from psfdns.lookup.parents import Cut, Walk
    from psfdns.lookup.resolve import Resolver
    from psfdns.lookup.survey import Means
    from psfdns.verification.verify import Dns


def open_dns(workspace: Workspace, access: Access) -> Dns:
    """The way to the name servers: the sandbox's own, else through the resolver. Raises LookupFailedError.

    Where Route 53's endpoint is another than Amazon's, its name servers are not to be found by the
    system's resolver.
    """
    from psfdns.config import ResolverConfig
    from psfdns.errors import LookupFailedError
    from psfdns.lookup.ask import ask_many
    from psfdns.verification.verify import Dns

    if workspace.options.sandbox:
        from psfdns.sandbox.dns_inquiry import DnsInquiry

        inquiry = DnsInquiry(wiring.open_sandbox(workspace).cloud)
        return Dns(inquiry.find_addresses, inquiry.ask_many, wiring.sleep, wiring.monotonic)
    wanted = workspace.config.resolver
    if wanted == ResolverConfig() and not access.api.is_amazons:
        raise LookupFailedError(
            "DNS",
            "find the name servers",
            "the endpoint of Route 53 is not Amazon's, and psfdns.toml has no [resolver]",
        )
    return Dns(open_resolver(workspace).find_addresses, ask_many, wiring.sleep, wiring.monotonic)


def open_walk(workspace: Workspace, access: Access) -> Walk:
    """The way from the root down to a zone's parents. Raises LookupFailedError.

    A sandbox, or another stand-in for Amazon, has parents only in a DNS that `[resolver]` names.
    """
    from psfdns.config import ResolverConfig
    from psfdns.errors import LookupFailedError

    wanted = workspace.config.resolver
    if wanted == ResolverConfig() and (workspace.options.sandbox or not access.api.is_amazons):
        where = "the sandbox" if workspace.options.sandbox else "Route 53's endpoint is not Amazon's, which"
        why = f"{where} has no parents, and psfdns.toml has no [resolver]"
        raise LookupFailedError("DNS", "ask the parents", why)
    return open_public_walk(workspace)


def open_public_walk(workspace: Workspace) -> Walk:
    """The way down from the root that `[resolver]` names, whichever account is meant.

    Raises LookupFailedError.
    """
    from psfdns.lookup.parents import Walk
    from psfdns.lookup.roots import IANA_ROOTS, load_hints
    from psfdns.lookup.server import Server

    wanted = workspace.config.resolver
    hints = wanted.root_hints
    addresses = load_hints(hints) if isinstance(hints, Path) else hints or IANA_ROOTS
    find_addresses = open_resolver(workspace).find_addresses
    return Walk(tuple(Server(address, wanted.port) for address in addresses), find_addresses)


def open_means(workspace: Workspace, access: Access) -> Means:
    """The means to survey delegations; where there is no way to the parents, asking for them says why."""
    from psfdns.errors import LookupFailedError
    from psfdns.lookup.ask import ask_many
    from psfdns.lookup.survey import SURVEY_THREADS, Means, closed_means

    ask_few = functools.partial(ask_many, threads=SURVEY_THREADS)
    try:
        walk, resolver = open_walk(workspace, access), open_resolver(workspace)
    except LookupFailedError as error:
        means = closed_means(error, ask_few)
    else:
        means = Means(walk.find_parents, resolver.find_hosts, ask_few, workspace.config.resolver.port)
    if not workspace.options.sandbox:
        return means
    from psfdns.sandbox.dns_inquiry import DnsInquiry

    return DnsInquiry(wiring.open_sandbox(workspace).cloud).in_front_of(means)


def open_resolver(workspace: Workspace) -> Resolver:
    """The resolvers of psfdns.toml, else the system's; raises LookupFailedError."""
    from psfdns.lookup.resolve import Resolver, system_resolver

    wanted = workspace.config.resolver
    return Resolver(wanted.servers, wanted.port) if wanted.servers else system_resolver(port=wanted.port)


def open_listening(
    workspace: Workspace, *, seconds: float, progress: Callable[[str, int, int], None]
) -> Contacts:
    """The ways by which `check --online` asks; new questions for `seconds` only. Raises LookupFailedError."""
    import dataclasses

    from psfdns.dangling.listen import Contacts
    from psfdns.lookup.ask import Patience, ask_many
    from psfdns.suffixes import registrable_domain
    from psfdns.web.fetch import fetch_pages, open_ways

    ways, until = open_ways(), wiring.monotonic() + seconds
    # A resolver that looks for dead servers takes its time.
    patient = dataclasses.replace(open_resolver(workspace), patience=Patience(seconds=4.0))
    return Contacts(
        patient.resolve_many,
        ask_many,
        lambda visits: fetch_pages(visits, ways),
        ways.may_connect,
        registrable_domain,
        lambda: wiring.monotonic() > until,
        progress,
        workspace.config.resolver.port,
    )


def open_chain_means(workspace: Workspace, access: Access) -> ChainMeans:
    """The means to follow chains of trust; where there is no way to the root, asking for it says why."""
    from psfdns.errors import LookupFailedError
    from psfdns.lookup.hearing import ChainMeans
    from psfdns.lookup.signed import ask_signed

    find_cut: Callable[[str], Cut]
    try:
        find_cut = open_walk(workspace, access).find_cut
    except LookupFailedError as error:
        find_cut = functools.partial(_refuse, error)
    if not workspace.options.sandbox:
        return ChainMeans(find_cut, ask_signed)
    from psfdns.sandbox.dns_inquiry import DnsInquiry

    inquiry = DnsInquiry(wiring.open_sandbox(workspace).cloud)
    return ChainMeans(find_cut, inquiry.ask_signed_in_front_of(ask_signed))


def _refuse(error: PsfdnsError, _: str) -> Cut:
    raise error


def open_anchors(workspace: Workspace) -> tuple[Anchor, ...]:
    """The trust anchors that `[resolver]` names, else IANA's. Raises LookupFailedError."""
    from psfdns.lookup.anchors import iana_anchors, load_anchors

    path = workspace.config.resolver.trust_anchor
    return load_anchors(path) if path else iana_anchors()
