"""Status documents for the site's tests: a morning as it may be, one without worries, a crowd, and an attack.

Names of the PSF are facts; dates, states and people's accounts are made up. All of it follows from the code:
`python -m tests.cli.site_documents DIR` writes the site of the morning, to be looked at.
"""

from __future__ import annotations

import datetime
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from psfdns.cli.dnssec.view_svg import render_inline
from psfdns.cli.status.publishing import explain
from psfdns.cli.status.site.pages import make_site

Shape = dict[str, Any]

TODAY = datetime.date(2026, 11, 28)
CREATED = "2026-11-28T06:30:00Z"
TENANTS = (
    ("psf", "Python Software Foundation", "psf"),
    ("packaging", "Packaging Working Group", "working-group"),
    ("pyladies", "PyLadies", "community-organisation"),
    ("jython", "Jython", "community-organisation"),
    ("kiwi-pycon", "Kiwi PyCon", "community-organisation"),
)
ZONES = {
    "psf": "python.org pycon.org pyfound.org psf.io psfmember.org planetpython.org pythontest.net",
    "packaging": "pypi.org pypi.io pypa.io pythonhosted.org",
    "pyladies": "pyladies.com",
    "jython": "jython.org jython.com jython.net",
}
_ORDER = ("error", "warning", "unknown", "well")


def on(days: int) -> str:
    return (TODAY + datetime.timedelta(days=days)).isoformat()


def finding(code: str, severity: str, aspect: str, summary: str, **more: Any) -> Shape:
    made = {"code": code, "severity": severity, "summary": summary, "path": None, "line": None}
    return {**made, "hint": None, "reference": None, "aspect": aspect, **more}


def zone(name: str, tenant: str | None, *, days: int = 240, view: str | None = None, **more: Any) -> Shape:
    """A zone that is well; what is given besides changes it."""
    registrable = ".".join(name.split(".")[-2:])
    made: Shape = {
        "name": f"{name}.",
        "view": view,
        "tenant": tenant,
        "private": False,
        "severity": "well",
        "domain": {
            "severity": "well",
            "words": f"expires in {days} days",
            "name": registrable,
            "registrar": "gandi",
            "expires": on(days),
            "days_left": days,
            "autorenew": True,
            "payable": True,
            "status": ["clientTransferProhibited"],
            "checked_at": "2026-11-28T06:28:41Z",
        },
        "delegation": {"severity": "well", "words": "to us", "status": "ok"},
        "dnssec": {"severity": "well", "words": "not signed", "status": "insecure", "keys": []},
        "drift": {"severity": "well", "words": "in sync", "status": "in-sync", "changes": 0},
        "certificates": {"severity": "well", "words": "-", "names": []},
        "findings": [],
        "history": [],
    }
    for key, value in more.items():
        made[key] = {**made[key], **value} if isinstance(value, dict) else value
    aspects = ("domain", "delegation", "dnssec", "drift", "certificates")
    found = {made[each]["severity"] for each in aspects} | {each["severity"] for each in made["findings"]}
    made["severity"] = next(each for each in _ORDER if each in found or each == "well")
    return made


def domain(name: str, tenant: str | None, days: int | None, **more: Any) -> Shape:
    return {
        "name": name,
        "tenant": tenant,
        "registrar": "gandi",
        "registrar_name": "GANDI SAS",
        "expires": None if days is None else f"{on(days)}T04:00:00Z",
        "expires_by": "registry",
        "source": "gandi",
        "autorenew": True,
        "payable": True,
        "days_left": days,
        "status": ["clientTransferProhibited"],
        "nameservers": [f"ns-{each}.awsdns-{place:02}.{top}" for each, place, top in _SERVERS],
        "ds": [],
        "checked_at": "2026-11-28T06:28:41Z",
        "phase": "active",
        "zones": [f"{name}."],
        "unknown": days is None,
        "why": None,
        "renewal": None,
        **more,
    }


_SERVERS = ((484, 60, "com"), (981, 58, "net"), (1134, 13, "org"), (2046, 63, "co.uk"))


def certificate(name: str, tenant: str, days: int, **more: Any) -> Shape:
    return {
        "name": name,
        "names": [name, f"*.{name}"],
        "tenant": tenant,
        "not_before": f"{on(days - 90)}T00:00:00Z",
        "not_after": f"{on(days)}T23:59:59Z",
        "serial": "04b1c0ffee",
        "fingerprint": "9f" * 32,
        "issuer": "Let's Encrypt",
        "watched": False,
        "due": f"{on(days - 30)}T11:00:00Z",
        "reason": "ari",
        "why": None,
        "explanation": None,
        "deployed": [{"target": "salt", "fingerprint": "9f" * 32, "ok": True}],
        **more,
    }


def ending(kind: str, name: str, tenant: str | None, days: int, *zones: str) -> Shape:
    return {
        "kind": kind,
        "object": name,
        "tenant": tenant,
        "end": on(days),
        "days_left": days,
        "zones": [f"{each}." for each in zones],
    }


def applied(number: int, day: str, by: str, summary: str, kind: str = "apply") -> Shape:
    return {
        "id": f"{day.replace('-', '')}T101500Z-{number:04x}",
        "at": f"{day}T10:15:00Z",
        "by": by,
        "commit": f"{pow(3, number * 97, 1 << 160):040x}",
        "summary": summary,
        "kind": kind,
    }


def document(
    zones: list[Shape], *, tenants: tuple[tuple[str, str, str], ...] = TENANTS, **more: Any
) -> Shape:
    """The whole of it, zones worst first."""
    ordered = sorted(zones, key=lambda each: (_ORDER.index(each["severity"]), each["name"]))
    counts = Counter(each["severity"] for each in zones)
    return {
        "format": "psfdns-status/1",
        "created": CREATED,
        "aspects": ["domain", "delegation", "dnssec", "drift", "certificates"],
        "unknown": {},
        "summary": {each: counts[each] for each in _ORDER},
        "zones": ordered,
        "findings": [],
        "certificates": [],
        "domains": [],
        "endings": [],
        "tenants": [{"slug": slug, "name": name, "kind": kind} for slug, name, kind in tenants],
        **more,
    }


def calm() -> Shape:
    """Nothing is wrong, and nothing ends soon."""
    return document(
        [zone(name, "psf") for name in ZONES["psf"].split()],
        endings=[ending("domain", "python.org", "psf", 240, "python.org")],
    )


def morning() -> Shape:
    """A day with something of everything."""
    history = [
        applied(41, "2026-11-26", "deploy", "2 created, 1 changed"),
        applied(40, "2026-11-19", "deploy", "1 changed"),
        applied(39, "2026-11-19", "deploy", "1 changed back", "rollback"),
        applied(38, "2026-08-02", "registrar", "renewed for 1 year", "renew"),
    ]
    soa = "RFC 1034 §4.2.2"
    special: dict[str, Shape] = {
        "python.org": {
            "days": 466,
            "dnssec": {
                "words": "secure",
                "status": "secure",
                "keys": [
                    {"key_tag": 48517, "algorithm": "ECDSAP256SHA256", "role": "KSK"},
                    {"key_tag": 41730, "algorithm": "ECDSAP256SHA256", "role": "ZSK"},
                ],
            },
            "drift": {"severity": "error", "words": "3 changes", "status": "drifted", "changes": 3},
            "certificates": {
                "severity": "warning",
                "words": "2: the first ends in 64 days",
                "names": ["python.org", "docs.python.org"],
            },
            "findings": [
                finding(
                    "drifted",
                    "error",
                    "drift",
                    "Route 53 differs from the file: 3 changes",
                    hint="psfdns drift shows them",
                ),
                finding(
                    "certificate-not-deployed",
                    "warning",
                    "certificates",
                    "docs.python.org: salt does not have the newest certificate",
                    path="certs/psf.toml",
                    line=12,
                    hint="psfdns certs deploy docs.python.org",
                ),
                finding(
                    "family-unasked",
                    "info",
                    "delegation",
                    "4 addresses were not asked: this machine has no IPv6",
                ),
            ],
            "history": history,
        },
        "psfmember.org": {
            "days": 12,
            "domain": {
                "severity": "warning",
                "words": "expires in 12 days",
                "autorenew": False,
                "payable": None,
            },
            "findings": [
                finding(
                    "ends-soon",
                    "warning",
                    "domain",
                    "psfmember.org ends in 12 days, and does not renew by itself",
                    hint="psfdns domains renew psfmember.org",
                ),
            ],
        },
        "pythontest.net": {
            "days": -3,
            "domain": {
                "severity": "error",
                "words": "on hold",
                "status": ["clientHold", "redemptionPeriod"],
                "autorenew": False,
                "payable": False,
            },
            "delegation": {"severity": "error", "words": "to nobody", "status": "none"},
            "certificates": {
                "severity": "error",
                "words": "1: ended 2 days ago",
                "names": ["pythontest.net"],
            },
            "findings": [
                finding(
                    "domain-on-hold",
                    "error",
                    "domain",
                    "pythontest.net is on hold: nobody can resolve it",
                    hint="pay for the renewal: psfdns domains renew pythontest.net",
                    reference="RFC 8056",
                ),
                finding(
                    "not-delegated",
                    "error",
                    "delegation",
                    "no server of net. delegates pythontest.net.",
                    reference=soa,
                ),
                finding(
                    "certificate-expired",
                    "error",
                    "certificates",
                    "the certificate pythontest.net ended on 2026-11-26",
                    path="certs/psf.toml",
                    line=31,
                ),
            ],
            "history": history[2:3],
        },
        "pycon.org": {
            "days": 153,
            "certificates": {"words": "1: ends in 51 days", "names": ["pycon.org"]},
            "history": history[:2],
        },
        "pypi.org": {
            "days": 90,
            "dnssec": {
                "severity": "error",
                "words": "bogus",
                "status": "bogus",
                "keys": [{"key_tag": 2371, "algorithm": "ECDSAP256SHA256", "role": "KSK"}],
            },
            "certificates": {"words": "1: ends in 80 days", "names": ["pypi.org"]},
            "findings": [
                finding(
                    "MISSING_SEP_FOR_ALG",
                    "error",
                    "dnssec",
                    "no key of algorithm 13 fits the DS 61022 at org.",
                    hint="remove that DS at the registrar",
                    reference="RFC 4035 §2.2",
                    servers=[],
                    ede=9,
                ),
            ],
            "history": history[:1],
        },
        "pyladies.com": {
            "days": 63,
            "delegation": {"severity": "warning", "words": "partly to us", "status": "partial"},
            "findings": [
                finding(
                    "extra-servers",
                    "warning",
                    "delegation",
                    "com. also names ns1.example.net., which is not of the delegation set",
                    hint="psfdns delegation pyladies.com --instructions has the text for who can change it",
                ),
            ],
        },
        "jython.com": {
            "delegation": {"severity": "unknown", "words": "not known", "status": "unknown"},
            "dnssec": {"severity": "unknown", "words": "not known", "status": "indeterminate"},
        },
    }
    zones = [
        zone(name, tenant, **{"days": 60 + 23 * (len(name) * 7 % 13), **special.get(name, {})})
        for tenant, names in ZONES.items()
        for name in names.split()
    ]
    zones += [
        zone("0/25.2.0.192.in-addr.arpa", "psf", domain=NOT_APPLICABLE),
        zone(
            "psf.io",
            "psf",
            view="internal",
            private=True,
            domain=NOT_APPLICABLE,
            delegation={"words": "-", "status": None},
            dnssec={"words": "-", "status": None},
        ),
    ]
    domains = [
        domain(
            each["domain"]["name"],
            each["tenant"],
            each["domain"]["days_left"],
            **{key: each["domain"][key] for key in ("autorenew", "payable", "status")},
        )
        for each in zones
        if each["domain"]["name"]
    ]
    domains += [
        domain("kiwipycon.example", "kiwi-pycon", 301),
        domain("unclaimed.example", None, 45, zones=[]),
    ]
    certificates = [
        certificate("python.org", "psf", 64),
        certificate("docs.python.org", "psf", 80),
        certificate("pycon.org", "psf", 51),
        certificate("pypi.org", "packaging", 80),
        certificate(
            "pythontest.net",
            "psf",
            -2,
            due=True,
            reason="expired",
            deployed=[{"target": "salt", "fingerprint": "9f" * 32, "ok": False}],
        ),
        certificate(
            "speed.python.org",
            "psf",
            140,
            issuer="GlobalSign",
            watched=True,
            due=False,
            reason=None,
            deployed=[],
        ),
    ]
    endings = [
        ending("domain", each["name"], each["tenant"], each["days_left"], *(n[:-1] for n in each["zones"]))
        for each in domains
    ]
    endings += [
        ending(
            "certificate",
            each["name"],
            each["tenant"],
            (datetime.date.fromisoformat(each["not_after"][:10]) - TODAY).days,
            ".".join(each["name"].split(".")[-2:]),
        )
        for each in certificates
    ]
    endings += [
        ending("key", "python.org", "psf", 9, "python.org"),
        ending("key", "pypi.org", "packaging", 11, "pypi.org"),
        ending("token", "the token of Gandi", None, 118),
    ]
    return document(zones, domains=domains, certificates=certificates, endings=endings)


NOT_APPLICABLE: Shape = {
    "severity": "well",
    "words": "-",
    "name": None,
    "registrar": None,
    "expires": None,
    "days_left": None,
    "autorenew": None,
    "payable": None,
    "status": None,
    "checked_at": None,
}


def crowd(number: int = 300) -> Shape:
    """As many endings as that, most of them certificates of ninety days."""
    draw = random.Random(7)
    zones = [zone(f"zone-{each}.example", "psf") for each in range(40)]
    endings = []
    for each in range(number):
        kind = draw.choices(("certificate", "domain", "key", "token"), (7, 3, 1, 0.1))[0]
        days = (
            draw.randint(-20, 90)
            if kind == "certificate"
            else draw.randint(-9, 700)
            if kind == "domain"
            else draw.randint(0, 30)
        )
        at = draw.randrange(40)
        endings.append(ending(kind, f"name-{each}.zone-{at}.example", "psf", days, f"zone-{at}.example"))
    return document(zones, endings=endings)


ATTACK = "</style></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}\u202e\x1b[31m"


def attack() -> Shape:
    """Everything that is text from files or from outside says something that no page may do."""
    hostile = zone("attack.example", "psf", view="<b>")
    hostile["name"] = "<script>alert(1)<\\047script>..\\047..\\000\"'x.example."
    for aspect in ("domain", "delegation", "dnssec", "drift", "certificates"):
        hostile[aspect]["words"] = ATTACK
    hostile["domain"] |= {
        "registrar": ATTACK,
        "status": [ATTACK],
        "expires": ATTACK,
        "checked_at": ATTACK,
        "name": ATTACK,
    }
    hostile["dnssec"]["keys"] = [{"key_tag": 1, "algorithm": ATTACK, "role": ATTACK}]
    hostile["certificates"]["names"] = [ATTACK]
    hostile["findings"] = [
        finding(ATTACK, "error", ATTACK, ATTACK, hint=ATTACK, path=ATTACK, line=3, reference=ATTACK)
    ]
    hostile["history"] = [
        {"id": ATTACK, "at": ATTACK, "by": ATTACK, "commit": ATTACK, "summary": ATTACK, "kind": ATTACK}
    ]
    hostile["severity"] = "error"
    return document(
        [hostile],
        tenants=(("psf", ATTACK, ATTACK),),
        unknown={"domain": {"why": ATTACK, "hint": ATTACK}},
        findings=[finding("a", "warning", "zone", ATTACK)],
        domains=[domain(ATTACK, "psf", 3, registrar_name=ATTACK, nameservers=[ATTACK])],
        certificates=[certificate(ATTACK, "psf", 3, issuer=ATTACK, reason=ATTACK, due=True)],
        endings=[
            ending("domain", ATTACK, "psf", 3),
            ending("key", ATTACK, "psf", 3),
            ending('x"><b>', ATTACK, ATTACK, -3),
        ],
    )


def pictures(of: Shape) -> dict[tuple[str, str | None], str]:
    """A chain for each zone that has keys, in the state that the document gives it."""
    return {
        (each["name"], each["view"]): render_inline(_chain(each), of["created"])
        for each in of["zones"]
        if each["dnssec"]["keys"]
    }


def _chain(of: Shape) -> Shape:
    top = of["name"].split(".")[-2] + "."
    bad = of["dnssec"]["status"] == "bogus"
    tags = [key["key_tag"] for key in of["dnssec"]["keys"]]
    own = "valid" if not bad else "no-key"
    links = [
        _link(".", "secure", 20326, 46441, "valid"),
        _link(top, "secure", 26974, 17032, "valid"),
        _link(of["name"], of["dnssec"]["status"], tags[0], tags[-1], own),
    ]
    signature = _signature("A", tags[-1])
    sets = [
        {
            "name": of["name"],
            "type": kind,
            "found": True,
            "sound": not bad,
            "denied_by": None,
            "signatures": [signature],
        }
        for kind in ("SOA", "NS", "A", "MX", "TXT")
    ]
    return {**of, "status": of["dnssec"]["status"], "chain": links, "sets": sets}


def _link(name: str, status: str, ksk: int, zsk: int, fit: str) -> Shape:
    digest = {
        "key_tag": ksk if fit == "valid" else 61022,
        "algorithm": 13,
        "digest_type": 2,
        "digest_name": "SHA-256",
        "status": fit,
    }
    keys = [
        {
            "key_tag": tag,
            "algorithm": 13,
            "algorithm_name": "ECDSAP256SHA256",
            "flags": 257 if tag == ksk else 256,
            "bits": 256,
            "sep": tag == ksk,
            "revoked": False,
            "in_ds": tag == ksk and fit == "valid",
        }
        for tag in dict.fromkeys((ksk, zsk))
    ]
    above = {
        ".": 0,
    }.get(name, 46441 if name.count(".") == 1 else 17032)
    return {
        "zone": name,
        "status": status,
        "why": None,
        "ds": [digest],
        "ds_signatures": [_signature("DS", above)],
        "keys": keys,
        "key_signatures": [_signature("DNSKEY", ksk)],
    }


def _signature(kind: str, tag: int) -> Shape:
    return {
        "name": ".",
        "type": kind,
        "key_tag": tag,
        "algorithm": 13,
        "inception": "2026-11-27T00:00:00Z",
        "expiration": "2026-12-04T00:00:00Z",
        "status": "valid",
    }


EXPLANATIONS = explain()


def site(of: Shape) -> dict[str, bytes]:
    return make_site(of, pictures=pictures(of), explanations=EXPLANATIONS)


def write(of: Shape, folder: Path) -> None:
    for path, content in site(of).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


if __name__ == "__main__":
    write(
        {"calm": calm, "crowd": crowd, "attack": attack}.get(
            sys.argv[2] if len(sys.argv) > 2 else "", morning
        )(),
        Path(sys.argv[1]),
    )
