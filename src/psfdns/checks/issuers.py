"""The value of CAA's issue properties: an issuer's domain, then parameters (RFC 8659 §4.2). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from psfdns.checks.strings import placed_values
from psfdns.diagnostics import Span
from psfdns.records import RRset

ISSUE_TAGS = ("issue", "issuewild", "issuemail", "issuevmc")
"""The properties with a value of this form (RFC 8659 §4.2, §4.3; RFC 9495; IANA, CAA properties)."""

_LABEL = re.compile("[a-z0-9-]{1,63}", re.IGNORECASE)
_TAG = re.compile("[a-z0-9][a-z0-9-]*", re.IGNORECASE)
_VALUE = re.compile("[!-:<-~]*")


class Property(NamedTuple):
    """One CAA record; `text` is canonical, without its quotes."""

    flags: int
    tag: str
    text: str
    span: Span | None


class Issue(NamedTuple):
    """An issuer, "" for nobody, and its parameters."""

    domain: str
    parameters: Mapping[str, str]


def properties(rrset: RRset) -> Iterator[Property]:
    """The records of a CAA record set, tags in lower case."""
    for value, span in placed_values(rrset):
        flags, tag, quoted = value.split(" ", 2)
        yield Property(int(flags), tag.lower(), quoted[1:-1], span)


def parse_issue(text: str) -> Issue | None:
    """The domain in lower case, and the parameters; None where it is not of this form.

    A domain of one label has the form, and is none that a CA has.
    """
    domain, *parts = (part.strip(" \t") for part in text.split(";"))
    if domain and not _is_domain(domain):
        return None
    parameters: dict[str, str] = {}
    for part in filter(None, parts):
        tag, equals, value = (each.strip(" \t") for each in part.partition("="))
        if not (equals and _TAG.fullmatch(tag) and _VALUE.fullmatch(value)):
            return None
        parameters[tag.lower()] = value
    return Issue(domain.lower(), parameters)


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    return len(labels) > 1 and all(
        _LABEL.fullmatch(label) and "-" not in {label[0], label[-1]} for label in labels
    )
