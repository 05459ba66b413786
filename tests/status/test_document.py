"""What is said of each zone, from what the commands' documents say: every aspect, every severity."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from psfdns.status.aspect import Aspect, Heard, Subject
from psfdns.status.document import Gathered, is_unknown, to_document, zones_of

NOW = datetime.datetime(2026, 11, 28, 9, 30, tzinfo=datetime.UTC)
ZONE = Subject("a.example.", None, "one", domain="a.example.")
SECTIONS = ("domain", "delegation", "dnssec", "drift", "certificates")

Shape = dict[str, Any]


def finding(severity: str, code: str = "some-code", **more: Any) -> Shape:
    shape = {"code": code, "severity": severity, "summary": "words", "path": None, "line": None, "hint": None}
    return {**shape, "reference": None, **more}


def domains(*findings: Shape, gandi: str | None = None, **more: Any) -> Heard:
    row: Shape = {
        "name": "a.example.",
        "tenant": "one",
        "registrar": "gandi",
        "expires": "2027-01-07T12:00:00Z",
        "days_left": 40,
        "autorenew": True,
        "payable": True,
        "phase": "active",
        "status": ["ok"],
        "zones": ["a.example."],
        "checked_at": "2026-11-28T09:00:00Z",
        "unknown": False,
    } | more
    return Heard({"domains": [row], "findings": list(findings), "summary": {"gandi": gandi}})


def about(*findings: Shape) -> list[Shape]:
    return [{**each, "domain": "a.example."} for each in findings]


def delegation(status: str | None, *findings: Shape) -> Heard:
    row = {"name": "a.example.", "view": None, "status": status, "findings": list(findings)}
    return Heard({"zones": [row]})


KEYS = [
    {"key_tag": 7, "algorithm_name": "ECDSAP256SHA256", "sep": True},
    {"key_tag": 8, "algorithm_name": "ECDSAP256SHA256", "sep": False},
]


def dnssec(status: str | None, *findings: Shape, keys: Sequence[Shape] = ()) -> Heard:
    chain = [{"zone": ".", "keys": KEYS}, {"zone": "a.example.", "keys": list(keys)}]
    row = {"name": "a.example.", "view": None, "status": status, "findings": list(findings), "chain": chain}
    return Heard({"zones": [row]})


def drift(action: str, *findings: Shape, changes: int = 0, settings: int = 0) -> Heard:
    status = {"none": "in-sync", "change": "drifted", "create": "drifted", "error": "unknown"}[action]
    row: Shape = {
        "name": "a.example.",
        "view": None,
        "status": status,
        "action": action,
        "why": "its file has errors" if action == "error" else None,
        "changes": [{}] * changes,
        "settings": [{}] * settings,
        "findings": list(findings),
    }
    return Heard({"zones": [row]})


def certificate(name: str = "a.example", end: str | None = "2027-01-07T00:00:00Z", **more: Any) -> Shape:
    row = {"name": name, "names": [name], "tenant": "one", "not_after": end, "watched": False, "due": end}
    return {**row, **more}


def certificates(*rows: Shape, findings: Sequence[Shape] = ()) -> Heard:
    return Heard({"certificates": list(rows), "findings": list(findings)})


def of(name: str | None, *findings: Shape) -> list[Shape]:
    return [{**each, "certificate": name} for each in findings]


WELL: dict[Aspect, Heard] = {
    Aspect.DOMAIN: domains(),
    Aspect.DELEGATION: delegation("ok"),
    Aspect.DNSSEC: dnssec("secure", keys=KEYS),
    Aspect.DRIFT: drift("none"),
    Aspect.CERTIFICATES: certificates(certificate()),
}
AWAY = Heard(None, "nobody answers", "ask again")


def picture(heard: Mapping[Aspect, Heard], *subjects: Subject, **more: Any) -> Shape:
    origins = ["a.example.", "sub.a.example.", "b.example."]
    return to_document(Gathered(subjects or (ZONE,), origins, heard, [], **more), now=NOW)


CASES: dict[str, tuple[Aspect, Heard, str, str]] = {
    "a domain that is well": (Aspect.DOMAIN, domains(), "well", "expires in 40 days"),
    "one day": (Aspect.DOMAIN, domains(days_left=1), "well", "expires in 1 day"),
    "the last day": (Aspect.DOMAIN, domains(days_left=0), "well", "expires today"),
    "it ended": (
        Aspect.DOMAIN,
        domains(*about(finding("error")), days_left=-2, phase="lapsed"),
        "error",
        "expired 2 days ago",
    ),
    "on hold": (Aspect.DOMAIN, domains(*about(finding("error")), phase="hold"), "error", "on hold"),
    "no money": (
        Aspect.DOMAIN,
        domains(*about(finding("warning")), payable=False),
        "warning",
        "expires in 40 days, no money to renew it",
    ),
    "nowhere": (
        Aspect.DOMAIN,
        domains(*about(finding("warning", "domain-nowhere")), days_left=None),
        "warning",
        "registered nowhere",
    ),
    "no end": (
        Aspect.DOMAIN,
        domains(*about(finding("info")), days_left=None),
        "well",
        "its end is not known",
    ),
    "not asked": (Aspect.DOMAIN, domains(days_left=None, unknown=True), "unknown", "not known"),
    "asked long ago": (Aspect.DOMAIN, domains(unknown=True), "unknown", "expires in 40 days, as last known"),
    "domains away": (Aspect.DOMAIN, AWAY, "unknown", "not known"),
    "to us": (Aspect.DELEGATION, delegation("ok"), "well", "to us"),
    "to us with a warning": (Aspect.DELEGATION, delegation("ok", finding("warning")), "warning", "to us"),
    "with a word": (Aspect.DELEGATION, delegation("ok", finding("info")), "well", "to us"),
    "not to us": (Aspect.DELEGATION, delegation("wrong", finding("error")), "error", "not to us"),
    "partly": (Aspect.DELEGATION, delegation("partial", finding("error")), "error", "partly to us"),
    "to nobody": (Aspect.DELEGATION, delegation("none", finding("error")), "error", "to nobody"),
    "delegation unknown": (Aspect.DELEGATION, delegation("unknown", finding("info")), "unknown", "not known"),
    "delegation away": (Aspect.DELEGATION, AWAY, "unknown", "not known"),
    "secure": (Aspect.DNSSEC, dnssec("secure"), "well", "secure"),
    "secure with a warning": (Aspect.DNSSEC, dnssec("secure", finding("warning")), "warning", "secure"),
    "not signed": (Aspect.DNSSEC, dnssec("insecure"), "well", "not signed"),
    "no DS": (Aspect.DNSSEC, dnssec("insecure", keys=KEYS), "well", "signed, without a DS"),
    "bogus": (Aspect.DNSSEC, dnssec("bogus", finding("error")), "error", "bogus"),
    "not delegated": (Aspect.DNSSEC, dnssec("not-delegated"), "well", "not delegated"),
    "not delegated, said here": (
        Aspect.DNSSEC,
        dnssec("not-delegated", finding("error")),
        "error",
        "not delegated",
    ),
    "indeterminate": (Aspect.DNSSEC, dnssec("indeterminate"), "unknown", "not known"),
    "dnssec away": (Aspect.DNSSEC, AWAY, "unknown", "not known"),
    "in sync": (Aspect.DRIFT, drift("none"), "well", "in sync"),
    "a file's warning is check's": (Aspect.DRIFT, drift("none", finding("warning")), "well", "in sync"),
    "drifted": (Aspect.DRIFT, drift("change", changes=2, settings=1), "error", "3 changes"),
    "one change": (Aspect.DRIFT, drift("change", changes=1), "error", "1 change"),
    "still to be made": (Aspect.DRIFT, drift("create", changes=4), "error", "no such zone yet"),
    "drift away": (Aspect.DRIFT, AWAY, "unknown", "not known"),
    "a certificate": (Aspect.CERTIFICATES, certificates(certificate()), "well", "1: ends in 40 days"),
    "two": (
        Aspect.CERTIFICATES,
        certificates(certificate("www.a.example"), certificate("*.a.example", "2026-11-30T00:00:00Z")),
        "well",
        "2: the first ends in 2 days",
    ),
    "not issued": (
        Aspect.CERTIFICATES,
        certificates(certificate(end=None, due=True), findings=of("a.example", finding("info"))),
        "well",
        "1: 1 not issued",
    ),
    "late": (
        Aspect.CERTIFICATES,
        certificates(certificate(), findings=of("a.example", finding("warning"))),
        "warning",
        "1: ends in 40 days",
    ),
    "expired": (
        Aspect.CERTIFICATES,
        certificates(
            certificate(end="2026-11-27T00:00:00Z", due=True), findings=of("a.example", finding("error"))
        ),
        "error",
        "1: ended 1 day ago",
    ),
    "watched only": (
        Aspect.CERTIFICATES,
        certificates(certificate(end=None, watched=True, due=False)),
        "well",
        "1",
    ),
    "store unreadable": (
        Aspect.CERTIFICATES,
        certificates(certificate(end=None, due=None, watched=True)),
        "unknown",
        "1",
    ),
    "of other zones": (Aspect.CERTIFICATES, certificates(certificate("www.sub.a.example")), "well", "-"),
    "of a name that only ends so": (
        Aspect.CERTIFICATES,
        certificates(certificate("ba.example")),
        "well",
        "-",
    ),
    "certificates away": (Aspect.CERTIFICATES, AWAY, "unknown", "not known"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_aspect_has_a_severity_and_words_and_the_zone_the_worst(case: str) -> None:
    aspect, heard, severity, words = CASES[case]
    (zone,) = picture({**WELL, aspect: heard})["zones"]
    assert (zone[aspect]["severity"], zone[aspect]["words"]) == (severity, words)
    assert zone["severity"] == severity
    others = {zone[name]["severity"] for name in SECTIONS if name != aspect}
    assert others == {"well"}


def test_the_shape_is_that_of_the_contract() -> None:
    found = picture(WELL)
    assert json.loads(json.dumps(found)) == found
    assert list(found) == [
        "format",
        "created",
        "aspects",
        "unknown",
        "summary",
        "zones",
        "findings",
        "certificates",
        "domains",
        "endings",
        "tenants",
    ]
    assert (found["format"], found["created"]) == ("psfdns-status/1", "2026-11-28T09:30:00Z")
    assert found["summary"] == {"error": 0, "warning": 0, "unknown": 0, "well": 1}
    (zone,) = found["zones"]
    assert zone == {
        "name": "a.example.",
        "view": None,
        "tenant": "one",
        "private": False,
        "severity": "well",
        "domain": {
            "severity": "well",
            "words": "expires in 40 days",
            "name": "a.example",
            "registrar": "gandi",
            "expires": "2027-01-07T12:00:00Z",
            "days_left": 40,
            "autorenew": True,
            "payable": True,
            "status": ["ok"],
            "checked_at": "2026-11-28T09:00:00Z",
        },
        "delegation": {"severity": "well", "words": "to us", "status": "ok"},
        "dnssec": {
            "severity": "well",
            "words": "secure",
            "status": "secure",
            "keys": [
                {"key_tag": 7, "algorithm": "ECDSAP256SHA256", "role": "KSK"},
                {"key_tag": 8, "algorithm": "ECDSAP256SHA256", "role": "ZSK"},
            ],
        },
        "drift": {"severity": "well", "words": "in sync", "status": "in-sync", "changes": 0},
        "certificates": {"severity": "well", "words": "1: ends in 40 days", "names": ["a.example"]},
        "findings": [],
        "history": [],
    }


def test_the_worst_stands_first_then_names_in_canonical_order() -> None:
    names = ["z.example.", "b.example.", "a.example.", "a.a.example."]
    words = {"z.example.": "unknown", "b.example.": "wrong", "a.example.": "ok", "a.a.example.": "ok"}
    rows = [
        {
            "name": name,
            "view": None,
            "status": status,
            "findings": [finding("error")] if status == "wrong" else [],
        }
        for name, status in words.items()
    ]
    heard = {Aspect.DELEGATION: Heard({"zones": rows})}
    found = picture(heard, *(Subject(name, None, "one") for name in names))
    assert [zone["name"] for zone in found["zones"]] == [
        "b.example.",
        "z.example.",
        "a.example.",
        "a.a.example.",
    ]
    assert found["summary"] == {"error": 1, "warning": 0, "unknown": 1, "well": 2}


def test_what_does_not_apply_and_what_nobody_looks_at_is_well_and_says_so() -> None:
    private = Subject("a.example.", "corp", "one", private=True)
    (zone,) = picture({**WELL, Aspect.DRIFT: AWAY}, private)["zones"]
    said = {name: (zone[name]["severity"], zone[name]["words"]) for name in SECTIONS}
    assert said == {**dict.fromkeys(SECTIONS, ("well", "-")), "drift": ("unknown", "not known")}
    assert (zone["delegation"]["status"], zone["dnssec"]["status"], zone["domain"]["name"]) == (
        None,
        None,
        None,
    )

    found = picture({Aspect.DRIFT: drift("none")})
    (zone,) = found["zones"]
    assert found["aspects"] == ["drift"]
    assert zone["dnssec"] == {"severity": "well", "words": "not looked at", "status": None, "keys": []}
    assert zone["certificates"]["words"] == "not looked at"


def test_a_zone_below_belongs_to_the_domain_of_its_parent() -> None:
    below = Subject("sub.a.example.", None, "two", domain="a.example.")
    found = picture({Aspect.DOMAIN: domains(*about(finding("error")), phase="hold")}, ZONE, below)
    assert [zone["domain"]["words"] for zone in found["zones"]] == ["on hold", "on hold"]
    assert found["findings"] == []


def test_a_domain_that_is_not_listed_does_not_end() -> None:
    (zone,) = picture({Aspect.DOMAIN: domains()}, Subject("b.example.", None, "one", domain="b.example."))[
        "zones"
    ]
    assert (zone["domain"]["severity"], zone["domain"]["words"]) == ("well", "-")


def test_findings_say_of_which_aspect_they_are_and_of_a_file_only_errors() -> None:
    heard = {
        Aspect.DELEGATION: delegation("wrong", finding("error", "delegated-elsewhere", servers=["x"])),
        Aspect.DRIFT: drift("error", finding("error", "bad-line", path="a.zone", line=3), finding("warning")),
    }
    (zone,) = picture(heard)["zones"]
    assert [(each["aspect"], each["code"], each["line"]) for each in zone["findings"]] == [
        ("delegation", "delegated-elsewhere", None),
        ("zone", "bad-line", 3),
    ]
    assert "servers" not in zone["findings"][0]
    assert (zone["severity"], zone["drift"]["severity"], zone["drift"]["words"]) == (
        "error",
        "unknown",
        "its file has errors",
    )


def test_what_differs_is_a_finding() -> None:
    for action, code in (("change", "drifted"), ("create", "no-hosted-zone")):
        (zone,) = picture({Aspect.DRIFT: drift(action, changes=1)})["zones"]
        assert [(each["aspect"], each["code"], each["severity"]) for each in zone["findings"]] == [
            ("drift", code, "error")
        ]


def test_what_is_said_of_no_zone_stands_by_itself() -> None:
    heard = {
        Aspect.DOMAIN: domains(
            *about(finding("error")),
            {**finding("info", "balance-unknown"), "domain": None},
            {**finding("warning", "domain-unclaimed"), "domain": "other.example."},
        ),
        Aspect.CERTIFICATES: certificates(
            certificate(),
            certificate("elsewhere.test"),
            findings=[
                *of("a.example", finding("warning", "certificate-late")),
                *of("elsewhere.test", finding("warning", "certificate-not-deployed")),
                *of(None, finding("error", "certificate-twice")),
            ],
        ),
    }
    found = picture(heard)
    assert [(each["aspect"], each["code"]) for each in found["findings"]] == [
        ("domain", "balance-unknown"),
        ("domain", "domain-unclaimed"),
        ("certificates", "certificate-not-deployed"),
        ("certificates", "certificate-twice"),
    ]
    assert [each["code"] for each in found["zones"][0]["findings"]] == ["some-code", "certificate-late"]


def test_a_certificate_counts_for_each_zone_that_its_names_lie_in_and_for_no_zone_above() -> None:
    row = certificate("site", names=["*.sub.a.example", "b.example"])
    heard = {Aspect.CERTIFICATES: certificates(row)}
    subjects = [Subject(name, None, "one") for name in ("a.example.", "sub.a.example.", "b.example.")]
    zones = {zone["name"]: zone["certificates"]["names"] for zone in picture(heard, *subjects)["zones"]}
    assert zones == {"a.example.": [], "sub.a.example.": ["site"], "b.example.": ["site"]}
    (listed,) = picture(heard)["certificates"]
    assert listed == row


class Counted(list[str]):
    """Zones that count how often somebody goes through all of them."""

    walks = 0

    def __iter__(self) -> Iterator[str]:
        Counted.walks += 1
        return super().__iter__()


def test_thousands_of_names_are_not_held_against_thousands_of_zones_each() -> None:
    origins = Counted(["example.", "b.example.", "c.b.example.", "other."])
    names = [
        "b.example",
        "x.c.b.example",
        "*.c.b.example",
        "notb.example",
        "b.nowhere",
        *map(str, range(500)),
    ]
    assert zones_of(names, origins) == ["example.", "b.example.", "c.b.example."]
    assert Counted.walks == 1
    assert zones_of(["b.nowhere"], (*origins, ".")) == ["."]


def test_endings_are_sorted_by_the_day() -> None:
    heard = {
        Aspect.DOMAIN: domains(),
        Aspect.CERTIFICATES: certificates(
            certificate("www.sub.a.example", "2026-12-01T03:00:00Z"), certificate("b.example", None)
        ),
    }
    found = picture(heard, token_expires=datetime.date(2026, 12, 24))["endings"]
    assert [
        (each["kind"], each["object"], each["tenant"], each["end"], each["days_left"]) for each in found
    ] == [
        ("certificate", "www.sub.a.example", "one", "2026-12-01", 3),
        ("token", "GANDI_PAT", None, "2026-12-24", 26),
        ("domain", "a.example", "one", "2027-01-07", 40),
    ]
    assert [each["zones"] for each in found] == [["sub.a.example."], [], ["a.example."]]


def test_why_an_aspect_is_not_known_is_said_once() -> None:
    found = picture({**WELL, Aspect.DRIFT: AWAY, Aspect.DOMAIN: domains(gandi="it answers 500")})
    assert found["unknown"] == {
        "domain": {"why": "Gandi: it answers 500", "hint": None},
        "drift": {"why": "nobody answers", "hint": "ask again"},
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("User: arn:aws:iam::123456789012:user/x is not authorized", "User: (hidden) is not authorized"),
        ("in account 123456789012.", "in account (hidden)."),
        ("123456789012.example. ends", "123456789012.example. ends"),
        ("port 1234567890123", "port 1234567890123"),
    ],
)
def test_accounts_are_not_told(text: str, shown: str) -> None:
    found = picture({Aspect.DRIFT: Heard(None, text)})
    assert found["unknown"]["drift"]["why"] == shown


UNKNOWNS: dict[str, tuple[dict[Aspect, Heard], bool]] = {
    "all is known": (WELL, False),
    "an aspect as a whole": ({**WELL, Aspect.CERTIFICATES: AWAY}, True),
    "a domain": ({**WELL, Aspect.DOMAIN: domains(unknown=True)}, True),
    "a domain, beside a warning": (
        {**WELL, Aspect.DOMAIN: domains(*about(finding("warning")), unknown=True)},
        True,
    ),
    "a delegation": ({**WELL, Aspect.DELEGATION: delegation("unknown")}, True),
    "a chain": ({**WELL, Aspect.DNSSEC: dnssec("indeterminate", finding("warning"))}, True),
    "a zone that could not be compared": ({**WELL, Aspect.DRIFT: drift("error")}, True),
    "a certificate": ({**WELL, Aspect.CERTIFICATES: certificates(certificate(due=None))}, True),
    "what nobody looks at": ({Aspect.DRIFT: drift("none")}, False),
}


@pytest.mark.parametrize("case", UNKNOWNS)
def test_what_is_not_known_is_never_hidden_by_what_is_worse(case: str) -> None:
    heard, expected = UNKNOWNS[case]
    assert is_unknown(picture(heard)) is expected
