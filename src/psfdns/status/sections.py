"""What each command's document says of one zone, in a severity and a few words. Pure.

A section is judged by the findings of its aspect and by the status that the command gives: so `status`
calls nothing well that the command itself would not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psfdns.diagnostics import Severity
from psfdns.plans.drift_rules import DRIFTED, NO_HOSTED_ZONE
from psfdns.status.aspect import ZONE, Aspect, Heard, Level, Shape, Subject, Told, level_of, worst

NONE, NOT_LOOKED_AT, NOT_KNOWN = "-", "not looked at", "not known"

_EMPTY: dict[Aspect, Shape] = {
    Aspect.DOMAIN: {
        "name": None,
        "registrar": None,
        "expires": None,
        "days_left": None,
        "autorenew": None,
        "payable": None,
        "status": [],
        "checked_at": None,
    },
    Aspect.DELEGATION: {"status": None},
    Aspect.DNSSEC: {"status": None, "keys": []},
    Aspect.DRIFT: {"status": None, "changes": 0},
    Aspect.CERTIFICATES: {"names": []},
}
_UNKNOWN = {Aspect.DELEGATION: "unknown", Aspect.DNSSEC: "indeterminate", Aspect.DRIFT: "unknown"}
"""The status by which a command says that it could not ask."""


@dataclass(frozen=True, slots=True)
class View:
    """An aspect of all zones: `rows` by zone or by domain, each with its findings.

    `heard` None: not looked at. Of certificates, a row holds those whose names lie in the zone.
    """

    aspect: Aspect
    heard: Heard | None
    rows: Mapping[Any, Shape]


def read_view(aspect: Aspect, heard: Heard | None) -> View:
    """Each row once, so that a thousand zones are not looked for in a thousand rows."""
    document = heard.document if heard is not None else None
    if document is None:
        return View(aspect, heard, {})
    match aspect:
        case Aspect.DOMAIN:
            rows = {each["name"]: {**each, "findings": []} for each in document["domains"]}
            _spread(document["findings"], "domain", lambda name: [rows[name]] if name in rows else [])
        case Aspect.CERTIFICATES:
            rows = _rows_of_certificates(document)
        case _:
            rows = {(zone["name"], zone["view"]): zone for zone in document["zones"]}
    return View(aspect, heard, rows)


def _rows_of_certificates(document: Mapping[str, Any]) -> dict[Any, Shape]:
    rows: dict[Any, Shape] = {}
    zones: dict[str, list[str]] = {}
    for each in document["certificates"]:
        zones[each["name"]] = each["zones"]
        for origin in each["zones"]:
            rows.setdefault(origin, {"certificates": [], "findings": []})["certificates"].append(each)
    _spread(document["findings"], "certificate", lambda name: [rows[zone] for zone in zones.get(name, ())])
    return rows


def _spread(findings: Iterable[Shape], key: str, rows_of: Callable[[Any], Iterable[Shape]]) -> None:
    for finding in findings:
        for row in rows_of(finding[key]):
            row["findings"].append(finding)


def tell(view: View, subject: Subject) -> Told:
    """What is to be said of an aspect of a zone."""
    aspect = view.aspect
    if not _applies(aspect, subject):
        return Told(_section(aspect, Level.WELL, NONE))
    if view.heard is None:
        return Told(_section(aspect, Level.WELL, NOT_LOOKED_AT))
    if view.heard.document is None:
        known = {"status": _UNKNOWN[aspect]} if aspect in _UNKNOWN else {}
        return Told(_section(aspect, Level.UNKNOWN, NOT_KNOWN, **known))
    row = view.rows.get(_KEYS.get(aspect, _own_key)(subject))
    return _TELLERS[aspect](subject, row) if row is not None else Told(_section(aspect, Level.WELL, NONE))


def _own_key(subject: Subject) -> object:
    return subject.key


_KEYS: dict[Aspect, Callable[[Subject], object]] = {
    Aspect.DOMAIN: lambda subject: subject.domain,
    Aspect.CERTIFICATES: lambda subject: subject.origin,
}
"""By what rows are found; all others by zone."""


def _applies(aspect: Aspect, subject: Subject) -> bool:
    """Nobody delegates a private zone, or signs it; what has no registered name does not end."""
    if aspect is Aspect.DOMAIN:
        return subject.domain is not None
    return not (subject.private and aspect in {Aspect.DELEGATION, Aspect.DNSSEC, Aspect.CERTIFICATES})


def _section(aspect: Aspect, level: Level, words: str, **known: Any) -> Shape:
    return {"severity": level.value, "words": words, **_EMPTY[aspect], **known}


def marked(findings: Iterable[Mapping[str, Any]], aspect: str) -> tuple[Shape, ...]:
    """Findings as a DIAGNOSTIC with `aspect`, without what only their own command's document has."""
    return tuple({**{key: finding[key] for key in _DIAGNOSTIC}, "aspect": aspect} for finding in findings)


_DIAGNOSTIC = ("code", "severity", "summary", "path", "line", "hint", "reference")


def _tell_domain(_: Subject, domain: Shape) -> Told:
    found = domain["findings"]
    nowhere = any(each["code"] == "domain-nowhere" for each in found)
    level = worst([level_of(found), Level.UNKNOWN if domain["unknown"] else Level.WELL])
    known = {key: domain[key] for key in _EMPTY[Aspect.DOMAIN]}
    known["name"] = domain["name"].removesuffix(".")
    words = "registered nowhere" if nowhere else _say_domain(domain)
    return Told(_section(Aspect.DOMAIN, level, words, **known), marked(found, Aspect.DOMAIN))


_PHASES = {"hold": "on hold", "redemption": "in redemption", "pending-delete": "about to be deleted"}


def _say_domain(domain: Mapping[str, Any]) -> str:
    left = domain["days_left"]
    if domain["phase"] in _PHASES:
        return _PHASES[domain["phase"]]
    if left is None:
        return NOT_KNOWN if domain["unknown"] else "its end is not known"
    short = ", no money to renew it" if domain["payable"] is False else ""
    old = ", as last known" if domain["unknown"] else ""
    return f"{_when(left, 'expires', 'expired')}{short}{old}"


def _when(left: int, coming: str, over: str) -> str:
    """`expires in 12 days`."""
    if left == 0:
        return f"{coming} today"
    days = f"{abs(left)} day{'' if abs(left) == 1 else 's'}"
    return f"{coming} in {days}" if left > 0 else f"{over} {days} ago"


_DELEGATIONS = {
    "ok": "to us",
    "wrong": "not to us",
    "partial": "partly to us",
    "none": "to nobody",
    "unknown": NOT_KNOWN,
}


def _tell_delegation(_: Subject, zone: Shape) -> Told:
    if zone["status"] is None:
        return Told(_section(Aspect.DELEGATION, Level.WELL, NONE))
    status, found = zone["status"], zone["findings"]
    level = worst([level_of(found), Level.UNKNOWN if status == "unknown" else Level.WELL])
    section = _section(Aspect.DELEGATION, level, _DELEGATIONS[status], status=status)
    return Told(section, marked(found, Aspect.DELEGATION))


# What is bad about not being delegated, the findings of whoever looked at that say.
_SECURITY = {
    "secure": ("secure", Level.WELL),
    "insecure": ("not signed", Level.WELL),
    "bogus": ("bogus", Level.ERROR),
    "not-delegated": ("not delegated", Level.WELL),
    "indeterminate": (NOT_KNOWN, Level.UNKNOWN),
}


def _tell_dnssec(subject: Subject, zone: Shape) -> Told:
    if zone["status"] is None:
        return Told(_section(Aspect.DNSSEC, Level.WELL, NONE))
    words, level = _SECURITY[zone["status"]]
    own = zone["chain"][-1]["keys"] if zone["chain"] and zone["chain"][-1]["zone"] == subject.origin else ()
    if zone["status"] == "insecure" and own:
        words = "signed, without a DS"
    found = zone["findings"]
    section = _section(
        Aspect.DNSSEC, worst([level, level_of(found)]), words, status=zone["status"], keys=[*map(_key, own)]
    )
    return Told(section, marked(found, Aspect.DNSSEC))


def _key(key: Mapping[str, Any]) -> Shape:
    role = "KSK" if key["sep"] else "ZSK"
    return {"key_tag": key["key_tag"], "algorithm": key["algorithm_name"], "role": role}


def _tell_drift(_: Subject, zone: Shape) -> Told:
    status, changes = zone["status"], len(zone["changes"]) + len(zone["settings"])
    errors = [each for each in zone["findings"] if each["severity"] == Severity.ERROR]
    known = {"status": status, "changes": changes}
    if status == "drifted":
        is_new = zone["action"] == "create"
        words = "no such zone yet" if is_new else _count(changes, "change")
        section = _section(Aspect.DRIFT, Level.ERROR, words, **known)
        return Told(section, (_drifted(changes, is_new=is_new), *marked(errors, ZONE)))
    if status == "unknown":
        words = (zone["why"] or NOT_KNOWN) if errors else NOT_KNOWN
        return Told(_section(Aspect.DRIFT, Level.UNKNOWN, words, **known), marked(errors, ZONE))
    return Told(_section(Aspect.DRIFT, Level.WELL, "in sync", **known), marked(errors, ZONE))


def _drifted(changes: int, *, is_new: bool) -> Shape:
    """`drift` says it by its exit code; here it is a finding, so that it stands beside the others."""
    if is_new:
        rule, summary, hint = NO_HOSTED_ZONE, "there is no such zone at Route 53", NO_HOSTED_ZONE.mend
    else:
        rule, summary = DRIFTED, f"Route 53 differs from the file: {_count(changes, 'change')}"
        hint = "psfdns drift shows them"
    return {
        **dict.fromkeys(_DIAGNOSTIC),
        "code": rule.code,
        "severity": rule.severity.value,
        "summary": summary,
        "hint": hint,
        "aspect": Aspect.DRIFT.value,
    }


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _tell_certificates(_: Subject, row: Shape) -> Told:
    own, found = row["certificates"], row["findings"]
    names = [each["name"] for each in own]
    unknown = any(each["due"] is None for each in own)
    level = worst([level_of(found), Level.UNKNOWN if unknown else Level.WELL])
    section = _section(Aspect.CERTIFICATES, level, _say_certificates(own), names=names)
    return Told(section, marked(found, Aspect.CERTIFICATES))


def _say_certificates(own: list[Mapping[str, Any]]) -> str:
    """`2: the first ends in 40 days`; what is not there yet is counted."""
    left = [each["days_left"] for each in own if each["days_left"] is not None]
    missing = sum(each["not_after"] is None and not each["watched"] for each in own)
    first = "the first " if len(own) > 1 else ""
    said = [f"{first}{_when(min(left), 'ends', 'ended')}"] if left else []
    said += [f"{missing} not issued"] if missing else []
    return f"{len(own)}: {', '.join(said)}" if said else str(len(own))


_TELLERS: dict[Aspect, Callable[[Subject, Shape], Told]] = {
    Aspect.DOMAIN: _tell_domain,
    Aspect.DELEGATION: _tell_delegation,
    Aspect.DNSSEC: _tell_dnssec,
    Aspect.DRIFT: _tell_drift,
    Aspect.CERTIFICATES: _tell_certificates,
}
