"""How targets are spelt: as hosts, without what is left of a URL, and without an underscore."""

from __future__ import annotations

import re
from collections.abc import Iterator

from psfdns.checks.answers import placed_targets
from psfdns.checks.check import Check, Subject
from psfdns.diagnostics import Diagnostic, Rule, Severity
from psfdns.final_dot import is_address
from psfdns.names import labels_of
from psfdns.records import TARGET_WORD, RRset

UNUSUAL_TARGET = Rule(
    "unusual-target",
    Severity.WARNING,
    "A target names a host: without scheme, path or port, and for MX, NS and SRV of letters, digits and"
    " hyphens only.",
    "RFC 1123 §2.1",
    why="A record leads to a host; what else stands in a URL cannot be said in DNS, so the target is a name"
    " that nobody has. Mail servers and name servers refuse hosts with other characters.",
    mend="write the host alone; a redirect to a path or to a port is the web server's to make",
)

_HOSTED = frozenset({"MX", "NS", "SRV"})
_HOST_LABEL = re.compile(rb"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_RANGE = re.compile(rb"[0-9]+/[0-9]+")
"""A part of a classless reverse zone (RFC 2317 §4)."""
_CHARACTERS = ("has an underscore, which no host's name has", "has characters that no host's name has")
_RENAME = "give the host a name of letters, digits and hyphens, and name it here"
_SERVICES = frozenset({b"_tcp", b"_udp"})
"""Below these a PTR names instances of a service, in any characters (RFC 6763 §4.1.1)."""


def _find(subject: Subject) -> Iterator[Diagnostic]:
    for rrset in subject.zone.rrsets.values():
        if rrset.type not in TARGET_WORD:
            continue
        for target, span in placed_targets(rrset):
            fault = _judge(rrset, target)
            if fault is not None:
                hint = _RENAME if fault in _CHARACTERS else None
                yield UNUSUAL_TARGET.broken(span, f"{rrset.key}: the target {target} {fault}", hint=hint)


def has_path(target: str) -> bool:
    """Whether it has a slash, as a URL and a path have, that is none of a classless reverse zone."""
    return "/" in target and any(b"/" in label and not _RANGE.fullmatch(label) for label in labels_of(target))


def _judge(rrset: RRset, target: str) -> str | None:
    labels = labels_of(target)
    if not labels or (rrset.type == "PTR" and not _SERVICES.isdisjoint(labels)):
        return None
    if has_path(target):
        return "has a slash, as of a URL or a path"
    if labels[-1].isdigit():
        return (
            None
            if is_address(target[:-1])
            else "ends in a number, as of a port, and no top-level domain is one"
        )
    if rrset.type in _HOSTED:
        return _judge_host(labels)
    return None


def _judge_host(labels: tuple[bytes, ...]) -> str | None:
    if any(b"_" in label for label in labels):
        return _CHARACTERS[0]
    if not all(_HOST_LABEL.fullmatch(label) for label in labels):
        return _CHARACTERS[1]
    return None


CHECK = Check((UNUSUAL_TARGET,), _find)
