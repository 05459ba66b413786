"""Hosting providers whose customers pick the name: where it is free again, somebody else may take it. Pure.

A record set that leads there is safe only as long as the account behind it holds the name. The table
follows EdOverflow/can-i-take-over-xyz (its numbered threads say what was tried) and the providers' own
pages; each row names its source. What a provider ties to proof of the domain is not in it.
"""

from __future__ import annotations

import enum
import functools
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from psfdns.names import is_subdomain
from psfdns.records import TARGET_WORD, RRset

_LIST = "EdOverflow/can-i-take-over-xyz"


class Vacancy(enum.StrEnum):
    """How a name that nobody holds shows at the provider."""

    NAME = "name"
    """Its target does not exist in DNS."""
    PAGE = "page"
    """The provider answers for every name, with a page that says that there is nothing."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, how to know that a target is its, and how a free name shows.

    `domains` are canonical names: the target is one of them or lies below. `labels`: of a domain
    with many services, only targets one of whose labels begins so. `page` is part of the page that a
    free name shows; `proof` what the provider offers to hold a domain for good, if anything.
    """

    name: str
    domains: tuple[str, ...]
    vacancy: Vacancy
    source: str
    page: str | None = None
    proof: str | None = None
    labels: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()

    def holds(self, target: str) -> bool:
        """Whether a canonical name lies at this provider."""
        return any(is_subdomain(target, domain) for domain in self.domains) and (
            not self.labels or any(label.startswith(self.labels) for label in target.split("."))
        )

    def serves(self, address: str) -> bool:
        """Whether an address is one that the provider gives to all its customers."""
        wanted = ipaddress.ip_address(address) if self.networks else None
        return any(wanted in _network(text) for text in self.networks)


PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "GitHub Pages",
        ("github.io.",),
        Vacancy.PAGE,
        "GitHub Docs, “Verifying your custom domain for GitHub Pages”",
        page="There isn't a GitHub Pages site here.",
        proof="a TXT _github-pages-challenge-<owner>",
        networks=("185.199.108.0/22", "2606:50c0:8000::/46"),
    ),
    Provider(
        "Heroku",
        ("herokuapp.com.", "herokudns.com.", "herokussl.com."),
        Vacancy.PAGE,
        f"{_LIST}, thread 38",
        page="No such app",
    ),
    Provider(
        "Amazon S3 website",
        ("amazonaws.com.",),
        Vacancy.PAGE,
        f"{_LIST}, thread 36; the bucket has the name of the host",
        page="NoSuchBucket",
        labels=("s3-website",),
    ),
    Provider(
        "Amazon S3",
        ("s3.amazonaws.com.",),
        Vacancy.PAGE,
        f"{_LIST}, thread 36",
        page="NoSuchBucket",
    ),
    Provider(
        "Elastic Beanstalk",
        ("elasticbeanstalk.com.",),
        Vacancy.NAME,
        f"{_LIST}, thread 194",
    ),
    Provider(
        "Read the Docs",
        ("readthedocs.io.", "readthedocs.org.", "rtfd.io."),
        Vacancy.PAGE,
        f"{_LIST}, thread 160",
        page="The link you have followed or the URL that you entered does not exist.",
    ),
    Provider(
        "Fastly",
        ("fastly.net.", "fastlylb.net."),
        Vacancy.PAGE,
        f"{_LIST}, thread 22; a domain that no service has may be added to another's",
        page="Fastly error: unknown domain",
    ),
    Provider(
        "Netlify",
        ("netlify.app.", "netlify.com.", "netlifyglobalcdn.com."),
        Vacancy.PAGE,
        f"{_LIST}, thread 40",
        page="Not Found - Request ID",
    ),
    Provider(
        "Vercel",
        ("vercel.app.", "vercel-dns.com.", "now.sh."),
        Vacancy.PAGE,
        f"{_LIST}, thread 183",
        page="DEPLOYMENT_NOT_FOUND",
        proof="a TXT _vercel",
    ),
    Provider(
        "Microsoft Azure",
        (
            "azurewebsites.net.",
            "cloudapp.net.",
            "cloudapp.azure.com.",
            "trafficmanager.net.",
            "azureedge.net.",
            "azure-api.net.",
            "azurecontainer.io.",
            "blob.core.windows.net.",
            "azurestaticapps.net.",
        ),
        Vacancy.NAME,
        "Microsoft Learn, “Prevent dangling DNS entries and avoid subdomain takeover”",
        proof="a TXT asuid.<name>",
    ),
    Provider(
        "Bitbucket", ("bitbucket.io.",), Vacancy.PAGE, f"{_LIST}, thread 97", page="Repository not found"
    ),
    Provider("Surge", ("surge.sh.",), Vacancy.PAGE, f"{_LIST}, thread 198", page="project not found"),
    Provider("Ghost", ("ghost.io.",), Vacancy.PAGE, f"{_LIST}, thread 89", page="Site unavailable"),
    Provider(
        "WordPress.com",
        ("wordpress.com.",),
        Vacancy.PAGE,
        f"{_LIST}, pull request 176",
        page="Do you want to register",
    ),
    Provider(
        "Tumblr",
        ("domains.tumblr.com.",),
        Vacancy.PAGE,
        f"{_LIST}, thread 240",
        page="Whatever you were looking for doesn't currently exist at this address",
    ),
    Provider(
        "Shopify",
        ("myshopify.com.",),
        Vacancy.PAGE,
        f"{_LIST}, thread 32",
        page="Sorry, this shop is currently unavailable.",
    ),
    Provider(
        "Pantheon", ("pantheonsite.io.",), Vacancy.PAGE, f"{_LIST}, thread 24", page="404 error unknown site!"
    ),
    Provider(
        "Webflow",
        ("proxy.webflow.com.", "proxy-ssl.webflow.com.", "webflow.io."),
        Vacancy.PAGE,
        f"{_LIST}, thread 44",
        page="The page you are looking for doesn't exist or has been moved",
    ),
    Provider(
        "ReadMe",
        ("readme.io.", "readmessl.com."),
        Vacancy.PAGE,
        f"{_LIST}, thread 41",
        page="The creators of this project are still working on making everything perfect!",
    ),
    Provider("Help Scout Docs", ("helpscoutdocs.com.",), Vacancy.PAGE, _LIST, page="No settings were found"),
    Provider("Discourse", ("trydiscourse.com.",), Vacancy.NAME, f"{_LIST}, thread 49"),
    Provider("ngrok", ("ngrok.io.",), Vacancy.PAGE, f"{_LIST}, thread 92", page="ERR_NGROK_3200"),
)

_network = functools.cache(ipaddress.ip_network)
_LEADING_ON = frozenset({"CNAME", "HTTPS", "SVCB"})


def find_providers(rrset: RRset) -> Iterator[tuple[str, Provider]]:
    """What of the record set leads to such a provider: (target or address, provider)."""
    for target in targets_of(rrset):
        yield from ((target, provider) for provider in PROVIDERS if provider.holds(target))
    if rrset.type in {"A", "AAAA"}:
        for address in rrset.values:
            yield from ((address, provider) for provider in PROVIDERS if provider.serves(address))


def targets_of(rrset: RRset) -> tuple[str, ...]:
    """The names by which a client is led on: a CNAME's, an alias's, a service binding's."""
    if rrset.alias is not None:
        return (rrset.alias.name,)
    if rrset.type not in _LEADING_ON:
        return ()
    return tuple(value.split(" ")[TARGET_WORD[rrset.type]] for value in rrset.values)
