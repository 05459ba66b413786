"""The whole site as files: a value from the document, the same bytes for the same document. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psfdns.cli.status.site.codes import CODES_PAGE, SHOWN, by_aspect, find_codes
from psfdns.cli.status.site.drawing import draw_tall, draw_wide
from psfdns.cli.status.site.environment import open_environment, render
from psfdns.cli.status.site.paths import tenant_path, zone_paths
from psfdns.cli.status.site.timeline import SOON, end_of
from psfdns.cli.status.site.words import (
    ASPECTS,
    SEVERITIES,
    TENANT_KINDS,
    count,
    month_key,
    severity_count,
    undotted,
    verdict,
)
from psfdns.moments import read_moment

Shape = dict[str, Any]
ZoneKey = tuple[str, str | None]

_RANKS = {name: rank for rank, name in enumerate((*SEVERITIES[:2], "info", *SEVERITIES[2:]))}
_NEAR = 20
"""Rows of what ends soon that are seen at once; the others are in the longer table."""


def make_site(
    document: Shape, *, pictures: Mapping[ZoneKey, str], explanations: Mapping[str, Mapping[str, Any]]
) -> dict[str, bytes]:
    """Relative path -> content of every file.

    `document` is `psfdns-status/1`. `pictures` holds a chain of trust, as SVG of ours, by the zone's name and
    view. `explanations`: code of a finding -> what it means or should be, why, and what to do.
    """
    site = _Site(document, explanations)
    files = {"index.html": site.overview(), "icon.svg": _icon()}
    if site.codes:
        files[CODES_PAGE] = site.code_page()
    for tenant in site.tenants:
        files[tenant["path"]] = site.tenant(tenant)
    for zone in document["zones"]:
        key = (zone["name"], zone["view"])
        files[site.paths[key]] = site.zone(zone, pictures.get(key, ""))
    return files


def _icon() -> bytes:
    return open_environment().get_template("icon.svg").render().encode()


class _Site:
    """A document with what its pages look up in it."""

    def __init__(self, document: Shape, explanations: Mapping[str, Mapping[str, Any]]) -> None:
        self.document = document
        self.explanations = explanations
        self.today = (read_moment(document["created"]) or _no_moment()).date()
        self.paths = zone_paths(document["zones"])
        self.tenant_names = {each["slug"]: each["name"] for each in document["tenants"]}
        self.by_name: dict[str, list[tuple[str, str]]] = {}
        for zone in document["zones"]:
            if not zone["private"]:
                link = (_shown(zone), self.paths[zone["name"], zone["view"]])
                self.by_name.setdefault(zone["name"], []).append(link)
        self.tenants = self._tenants()
        links = {key: (undotted(key[0]) + _at(key[1]), path) for key, path in self.paths.items()}
        self.codes = find_codes(document, explanations, links)

    def overview(self) -> bytes:
        endings = self._endings(self.document["endings"])
        zones = [self._row(zone) for zone in self.document["zones"]]
        groups = [(name, [zone for zone in zones if zone["severity"] == name]) for name in SEVERITIES]
        return self._page(
            "overview.html",
            title="DNS status",
            root="",
            verdict=verdict(self.document["summary"]),
            groups=[group for group in groups if group[1]],
            number=len(zones),
            unknown=self.document["unknown"],
            left_out=[word for name, word in ASPECTS.items() if name not in self.document["aspects"]],
            findings=self._findings(self.document["findings"]),
            tenants=self.tenants,
            **self._time(endings),
        )

    def tenant(self, tenant: Shape) -> bytes:
        slug = tenant["slug"]
        own = {key: _of_tenant(self.document[key], slug) for key in ("zones", "domains", "certificates")}
        return self._page(
            "tenant.html",
            title=tenant["name"],
            root="../",
            tenant=tenant,
            zones=[self._row(zone) for zone in own["zones"]],
            domains=own["domains"],
            certificates=own["certificates"],
            endings=self._endings(_of_tenant(self.document["endings"], slug)),
        )

    def zone(self, zone: Shape, picture: str) -> bytes:
        row = self._row(zone)
        names = set(zone["certificates"]["names"])
        ends = [] if zone["private"] else self.document["endings"]
        endings = [each for each in ends if zone["name"] in each["zones"]]
        return self._page(
            "zone.html",
            title=_shown(zone),
            root="../",
            picture=picture,
            zone=zone,
            row=row,
            findings=self._findings(zone["findings"]),
            domain=self._domain(zone),
            certificates=[each for each in self.document["certificates"] if each["name"] in names],
            endings=self._endings(endings),
        )

    def code_page(self) -> bytes:
        chapters = by_aspect(self.codes)
        return self._page("codes.html", title="What the codes mean", root="", chapters=chapters, most=SHOWN)

    def _page(self, template: str, *, picture: str = "", **values: Any) -> bytes:
        return render(
            template,
            picture=picture,
            document=self.document,
            created=self.document["created"],
            codes_page=CODES_PAGE if self.codes else None,
            aspect_words={**ASPECTS, "zone": "Zone file"},
            **values,
        )

    def _time(self, endings: Sequence[Shape]) -> Shape:
        """The time line, and what it shows as tables: soon, and by month."""
        number = sum(each["days_left"] <= SOON for each in endings)
        near = endings[: min(number, _NEAR)]
        months: dict[str, list[Shape]] = {}
        for each in endings[len(near) :]:
            months.setdefault(month_key(each["end"]), []).append(each)
        wide, tall = draw_wide(endings, self.today), draw_tall(endings, self.today)
        told = {"endings": endings, "near": near, "hidden": number - len(near), "months": months}
        return {**told, "wide": wide, "tall": tall, "soon": SOON}

    def _endings(self, endings: Iterable[Shape]) -> list[Shape]:
        """Sorted, each with an anchor and the pages of its zones."""
        ordered = sorted(endings, key=lambda each: (end_of(each), each["kind"], each["object"]))
        return [
            {
                **each,
                "anchor": f"end-{number}",
                "tenant_name": self._tenant_name(each["tenant"]),
                "links": [link for name in each["zones"] for link in self.by_name.get(name, ())],
            }
            for number, each in enumerate(ordered, start=1)
        ]

    def _row(self, zone: Shape) -> Shape:
        """A zone as a row of a table: its aspects in order, each with whether there is anything to tell."""
        return {
            "name": undotted(zone["name"]),
            "at_view": _at_view(zone),
            "path": self.paths[zone["name"], zone["view"]],
            "tenant_name": self._tenant_name(zone["tenant"]),
            "tenant_path": tenant_path(zone["tenant"]),
            "private": zone["private"],
            "severity": zone["severity"],
            "counts": Counter(finding["severity"] for finding in zone["findings"]),
            "aspects": [_aspect(name, zone[name]) for name in ASPECTS],
        }

    def _findings(self, findings: Iterable[Shape]) -> list[Shape]:
        """One code after another, the worst first, each with whether the page of codes has it."""
        groups: dict[tuple[str, str], list[Shape]] = {}
        for finding in sorted(findings, key=lambda each: _RANKS.get(each["severity"], 0)):
            groups.setdefault((finding["severity"], finding["code"]), []).append(finding)
        return [
            {
                "severity": severity,
                "code": code,
                "aspect": group[0].get("aspect"),
                "findings": group,
                "hint": _shared(group, "hint"),
                "reference": _shared(group, "reference"),
                "explained": code in self.codes,
            }
            for (severity, code), group in groups.items()
        ]

    def _domain(self, zone: Shape) -> Shape | None:
        """What the registries say of the zone's domain: the whole of it where the document lists it."""
        name = zone["domain"].get("name")
        if name is None:
            return None
        listed: Shape = next(
            (each for each in self.document["domains"] if undotted(each["name"]) == undotted(name)), {}
        )
        return {"registrar_name": None, "nameservers": None, **zone["domain"], **listed}

    def _tenant_name(self, slug: str | None) -> str:
        return "No tenant" if slug is None else self.tenant_names.get(slug, slug)

    def _tenants(self) -> list[Shape]:
        """Who has something, or is known; what nobody claims has a page of its own, last."""
        kinds = {each["slug"]: each["kind"] for each in self.document["tenants"]}
        owned = [
            each["tenant"]
            for key in ("zones", "domains", "certificates", "endings")
            for each in self.document[key]
        ]
        slugs = [*kinds, *sorted({slug for slug in owned if slug is not None} - kinds.keys())]
        return [self._tenant(slug, kinds.get(slug)) for slug in [*slugs, *([None] if None in owned else [])]]

    def _tenant(self, slug: str | None, kind: str | None) -> Shape:
        zones = _of_tenant(self.document["zones"], slug)
        counts = Counter(zone["severity"] for zone in zones)
        return {
            "slug": slug,
            "name": self._tenant_name(slug),
            "kind": TENANT_KINDS.get(kind, kind) if kind else "Claimed by no tenant" if slug is None else "",
            "path": tenant_path(slug),
            "has": [
                count(number, what)
                for what in ("zone", "domain", "certificate")
                if (number := len(_of_tenant(self.document[f"{what}s"], slug)))
            ],
            "counts": [(name, severity_count(name, counts[name])) for name in SEVERITIES if counts[name]],
        }


def _shown(zone: Shape) -> str:
    """As the command line takes it, and people say it."""
    return f"{undotted(zone['name'])}{_at_view(zone)}"


def _at_view(zone: Shape) -> str:
    return _at(zone["view"])


def _at(view: str | None) -> str:
    return "" if view is None else f"@{view}"


def _shared(findings: Sequence[Shape], key: str) -> str | None:
    """What all of several findings say, and need not say each."""
    said = {finding[key] for finding in findings}
    return said.pop() if len(findings) > 1 and len(said) == 1 else None


def _of_tenant(things: Iterable[Shape], slug: str | None) -> list[Shape]:
    return [each for each in things if each["tenant"] == slug]


def _aspect(name: str, aspect: Shape) -> Shape:
    quiet = aspect["severity"] == "well" and aspect["words"] in {"-", "not looked at"}
    return {
        "name": name,
        "label": ASPECTS[name],
        "severity": aspect["severity"],
        "words": aspect["words"],
        "quiet": quiet,
    }


def _no_moment() -> Any:
    raise ValueError("the document does not say when it was made")
