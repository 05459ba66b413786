"""Where CAs are plugged in, and what they see of DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psfdns.cli.resolving import open_resolver
from psfdns.cli.wiring import Access, Workspace, now, open_sandbox, sleep

if TYPE_CHECKING:
    from psfdns.certs.accounts import Accounts
    from psfdns.certs.authority import Authority
    from psfdns.certs.documents import Documents
    from psfdns.certs.settings import CertificateAuthority
    from psfdns.lookup.view import View


def open_view(workspace: Workspace, access: Access) -> View:
    """What CAs see. Raises LookupFailedError.

    The sandbox's zones are seen within the process; what lies outside only by a `[resolver]`.
    """
    from psfdns.config import ResolverConfig
    from psfdns.errors import LookupFailedError

    wanted = workspace.config.resolver
    if workspace.options.sandbox:
        return open_names(workspace)
    if wanted == ResolverConfig() and not access.api.is_amazons:
        why = "the endpoint of Route 53 is not Amazon's, and psfdns.toml has no [resolver]"
        raise LookupFailedError("DNS", "find the name servers", why)
    return open_public_view(workspace)


def open_names(workspace: Workspace) -> View:
    """Where names lead, whichever account is meant; the sandbox's zones first. Raises LookupFailedError."""
    from psfdns.config import ResolverConfig

    if not workspace.options.sandbox:
        return open_public_view(workspace)
    from psfdns.sandbox.dns_inquiry import DnsInquiry

    outside = None if workspace.config.resolver == ResolverConfig() else open_public_view(workspace)
    return DnsInquiry(open_sandbox(workspace).cloud).view(outside)


def open_public_view(workspace: Workspace) -> View:
    """What `[resolver]`, else the system's resolver, sees. Raises LookupFailedError."""
    from psfdns.lookup.ask import ask_many
    from psfdns.lookup.view import View, make_find_servers

    resolver = open_resolver(workspace)
    find_servers = make_find_servers(resolver.resolve_many, resolver.find_addresses)
    return View(resolver.resolve_many, find_servers, ask_many)


def connect_authority(
    workspace: Workspace, authority: CertificateAuthority, key_pem: bytes | None
) -> Authority:
    """A CA as the account with this key sees it. Nothing is asked yet.

    Raises CaError with the sandbox, whose proofs no CA elsewhere can see.
    """
    from importlib.metadata import version
    from urllib.parse import urlsplit

    from psfdns.certs.authority import Authority
    from psfdns.certs.client import Client, Line
    from psfdns.errors import CaError
    from psfdns.urls import is_loopback

    if workspace.options.sandbox and not is_loopback(urlsplit(authority.directory).hostname or ""):
        hint = "leave --sandbox out, or let [acme] order name a CA on this machine (Pebble, step-ca)"
        why = "it is not on this machine, and --sandbox asks no other"
        raise CaError(authority.name, "ask it", why, hint=hint)
    agent = f"psfdns/{version('psfdns')}"
    line = Line(authority.name, authority.directory, now, sleep, authority.ca_bundle, agent)
    return Authority(Client(line, key_pem))


def open_accounts(workspace: Workspace, documents: Documents) -> Accounts:
    """The accounts that are kept there. Nothing is asked yet."""
    from functools import partial

    from psfdns.certs.accounts import Accounts

    return Accounts(documents, partial(connect_authority, workspace))
