"""The document `psfdns-status/1` (docs/contract.md §4), made of what other commands' documents say. Pure."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psfdns.moments import write_moment
from psfdns.names import canonical_order, parent_of
from psfdns.status.aspect import ZONE, Aspect, Heard, Level, Shape, Subject, level_of, worst
from psfdns.status.endings import days_left, list_endings
from psfdns.status.sections import View, marked, read_view, tell

FORMAT = "psfdns-status/1"

_ACCOUNT = re.compile(r"\barn:[\w-]+:\S+|(?<![\w.-])[0-9]{12}(?![\w-]|\.\w)")
"""AWS tells who was refused what; the pages made of the document are for more people than that."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the commands said: of the aspects that are not in `heard` nobody was to look.

    `origins` are the public zones of the whole repository, so that a certificate's name finds its own.
    `unread`: findings about files that should be a zone's, and of which none is.
    """

    subjects: Sequence[Subject]
    origins: Sequence[str]
    heard: Mapping[Aspect, Heard]
    tenants: Sequence[Shape]
    history: Mapping[tuple[str, str | None], Sequence[Shape]] = field(default_factory=dict)
    token_expires: datetime.date | None = None
    unread: Sequence[Shape] = ()


def to_document(gathered: Gathered, *, now: datetime.datetime) -> Shape:
    """The document."""
    heard = dict(gathered.heard)
    certificates = _list_certificates(gathered, now)
    if certificates is not None:
        heard[Aspect.CERTIFICATES] = Heard(certificates)
    views = {aspect: read_view(aspect, heard.get(aspect)) for aspect in Aspect}
    zones = sorted(
        (_zone(subject, views, gathered.history) for subject in gathered.subjects),
        key=lambda zone: (Level(zone["severity"]).rank, canonical_order(zone["name"]), zone["view"] or ""),
    )
    counts = Counter(zone["severity"] for zone in zones)
    told = certificates["certificates"] if certificates is not None else []
    domains = _listed(heard, Aspect.DOMAIN, "domains")
    document = {
        "format": FORMAT,
        "created": write_moment(now),
        "aspects": [aspect.value for aspect in Aspect if aspect in heard],
        "unknown": _unknown(heard),
        "summary": {level.value: counts[level.value] for level in Level},
        "zones": zones,
        "findings": [*marked(gathered.unread, ZONE), *_of_no_zone(gathered, heard)],
        "certificates": [_without(each, {"zones", "days_left"}) for each in told],
        "domains": domains,
        "endings": list_endings(domains, told, gathered.token_expires, now=now),
        "tenants": list(gathered.tenants),
    }
    hidden: Shape = _hide(document)
    return hidden


def _listed(heard: Mapping[Aspect, Heard], aspect: Aspect, key: str) -> list[Any]:
    document = heard[aspect].document if aspect in heard else None
    return [] if document is None else list(document[key])


def _unknown(heard: Mapping[Aspect, Heard]) -> Shape:
    """Why an aspect is not known of any zone; Gandi as a whole is told by the document of domains."""
    found = {
        aspect.value: {"why": each.why, "hint": each.hint}
        for aspect, each in heard.items()
        if each.document is None
    }
    domains = heard.get(Aspect.DOMAIN, Heard()).document
    if domains is not None and domains["summary"]["gandi"]:
        why = domains["summary"]["gandi"].removeprefix("Gandi: ")
        found[Aspect.DOMAIN.value] = {"why": f"Gandi: {why}", "hint": None}
    return found


def _zone(
    subject: Subject,
    views: Mapping[Aspect, View],
    history: Mapping[tuple[str, str | None], Sequence[Shape]],
) -> Shape:
    told = {aspect: tell(views[aspect], subject) for aspect in Aspect}
    findings = [finding for each in told.values() for finding in each.findings]
    levels = (Level(each.section["severity"]) for each in told.values())
    return {
        "name": subject.origin,
        "view": subject.view,
        "tenant": subject.tenant,
        "private": subject.private,
        "severity": worst([*levels, level_of(findings)]).value,
        **{aspect.value: each.section for aspect, each in told.items()},
        "findings": findings,
        "history": list(history.get(subject.key, ())),
    }


def _list_certificates(gathered: Gathered, now: datetime.datetime) -> Shape | None:
    """The document of certificates, each with the zones that its names lie in; None where there is none."""
    document = gathered.heard.get(Aspect.CERTIFICATES, Heard()).document
    if document is None:
        return None
    dated = [
        {
            **each,
            "zones": zones_of(each["names"], gathered.origins),
            "days_left": days_left(each["not_after"], now=now),
        }
        for each in document["certificates"]
    ]
    return {**document, "certificates": dated}


def zones_of(names: Sequence[str], origins: Iterable[str]) -> list[str]:
    """The nearest zone of each name, in canonical order."""
    held = frozenset(origins)
    found = {_nearest(f"{name.removeprefix('*.')}.", held) for name in names}
    return sorted(found - {None}, key=canonical_order)  # type: ignore[arg-type]


def _nearest(name: str, held: Container[str]) -> str | None:
    """By the labels of the name, so that it is nothing to it how many zones there are."""
    while name not in held:
        if name == ".":
            return None
        name = parent_of(name)
    return name


def _of_no_zone(gathered: Gathered, heard: Mapping[Aspect, Heard]) -> Iterator[Shape]:
    """What is said of a domain or a certificate that no zone of these shows, and of none at all."""
    domains = heard.get(Aspect.DOMAIN, Heard()).document
    if domains is not None:
        shown = {subject.domain for subject in gathered.subjects}
        yield from marked(
            (each for each in domains["findings"] if each["domain"] not in shown), Aspect.DOMAIN
        )
    certificates = heard.get(Aspect.CERTIFICATES, Heard()).document
    if certificates is not None:
        origins = {subject.origin for subject in gathered.subjects if not subject.private}
        placed = {each["name"] for each in certificates["certificates"] if origins & set(each["zones"])}
        free = (each for each in certificates["findings"] if each["certificate"] not in placed)
        yield from marked(free, Aspect.CERTIFICATES)


def _without(shape: Mapping[str, Any], keys: set[str]) -> Shape:
    return {key: value for key, value in shape.items() if key not in keys}


def _hide(value: Any) -> Any:
    """The same without accounts, wherever a text names one."""
    if isinstance(value, str):
        return _ACCOUNT.sub("(hidden)", value)
    if isinstance(value, Mapping):
        return {key: _hide(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_hide(each) for each in value]
    return value


def is_unknown(document: Mapping[str, Any]) -> bool:
    """Whether anything that was looked at could not be seen, be it beside something worse."""
    if document["unknown"] or any(each["unknown"] for each in document["domains"]):
        return True
    if any(each["due"] is None for each in document["certificates"]):
        return True
    return any(
        zone["delegation"]["status"] == "unknown"
        or zone["dnssec"]["status"] == "indeterminate"
        or zone["drift"]["status"] == "unknown"
        for zone in document["zones"]
    )
