"""The pages of `status --html`, as text: what they say, where they lead, and what no page may do."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import posixpath
import re
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest

from psfdns.cli.status.site.paths import LONGEST, file_stem, zone_paths
from psfdns.cli.status.site.words import day, left, moment, severity_count, verdict
from psfdns.dnssec.codes import CODES
from psfdns.rulebook import RULES
from tests.cli.site_documents import (
    ATTACK,
    EXPLANATIONS,
    Shape,
    attack,
    calm,
    crowd,
    document,
    finding,
    morning,
    site,
    zone,
)

SITES = {"morning": morning, "calm": calm, "crowd": crowd, "attack": attack}
VOID = {"meta", "link", "br", "img", "input"}


class Page(HTMLParser):
    """What a browser would make of a page, near enough: elements, ids, links, headings, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)
            self.text.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1:] == [tag], "an element is closed by another's end"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.text[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


@functools.cache
def pages(name: str) -> tuple[tuple[str, str, Page], ...]:
    return tuple(texts_of(SITES[name]()))


def texts_of(made: Shape) -> list[tuple[str, str, Page]]:
    texts = {path: content.decode() for path, content in site(made).items() if path.endswith(".html")}
    return [(path, text, Page(text)) for path, text in texts.items()]


def words_of(page: Page) -> str:
    return " ".join("".join(page.text["main"]).split())


@pytest.mark.parametrize("name", SITES)
def test_every_link_leads_to_a_page_or_place_that_is_there(name: str) -> None:
    found = {path: page for path, _, page in pages(name)}
    for path, page in found.items():
        for tag, attributes in page.elements:
            target = attributes.get("href", attributes.get("src"))
            if target is None:
                continue
            parts = urlsplit(target)
            assert (parts.scheme, parts.netloc) == ("", ""), f"{path}: {target}"
            where = path
            if parts.path:
                where = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
                assert where == "icon.svg" or where in found, f"{path}: {target}"
            if parts.fragment:
                assert parts.fragment in found[where].ids, f"{path}: <{tag}> {target}"


@pytest.mark.parametrize("name", SITES)
def test_every_page_can_be_reached_from_the_overview(name: str) -> None:
    links = {
        path: {
            posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(urlsplit(each["href"]).path)))
            for each in page.all("a")
            if urlsplit(each["href"]).path
        }
        for path, _, page in pages(name)
    }
    seen, ahead = set(), {"index.html"}
    while ahead:
        seen |= ahead
        ahead = {other for path in ahead for other in links[path]} - seen
    assert seen == links.keys()


@pytest.mark.parametrize("name", SITES)
def test_nothing_comes_from_elsewhere_and_nothing_runs(name: str) -> None:
    for path, text, page in pages(name):
        tags = {tag for tag, _ in page.elements}
        assert not tags & {"script", "iframe", "object", "embed", "form", "base", "img", "b"}, path
        assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]
        assert not [1 for _, attributes in page.elements if "style" in attributes], "the policy forbids it"
        assert "http:" not in text
        assert "https:" not in text
        assert "url(" not in text.replace("url(#chain-", "")
        assert "@import" not in text


@pytest.mark.parametrize("name", SITES)
def test_the_policy_allows_the_styles_of_the_page_and_no_others(name: str) -> None:
    for path, text, page in pages(name):
        (policy,) = [each["content"] for each in page.all("meta") if "http-equiv" in each]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == "'none'"
        assert "script-src" not in rules
        digests = [
            f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
            for style in re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
        ]
        assert sorted(rules["style-src"].split()) == sorted(digests), path


@pytest.mark.parametrize("name", SITES)
def test_a_page_has_one_heading_and_each_id_once(name: str) -> None:
    for path, _, page in pages(name):
        assert len(page.all("h1")) == 1, path
        assert len(page.ids) == len(set(page.ids)), path
        assert page.all("html") == [{"lang": "en"}]
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
        assert all(later <= before + 1 for before, later in pairwise(levels)), path
        assert {"header", "nav", "main", "footer"} <= {tag for tag, _ in page.elements}
        for table in page.all("table"):
            assert "cards" in table["class"]
        assert len(page.all("caption")) == len(page.all("table"))


def test_the_heading_of_a_zones_page_names_it_with_its_view() -> None:
    headings = {path: page.text["h1"][0] for path, _, page in pages("morning")}
    assert headings["zones/python.org.html"] == "python.org"
    assert headings["zones/psf.io@internal.html"] == "psf.io@internal"
    assert headings["zones/0_2f25.2.0.192.in-addr.arpa.html"] == "0/25.2.0.192.in-addr.arpa"
    assert headings["tenants/psf.html"] == "Python Software Foundation"
    assert headings["index.html"] == "3 of 17 zones have errors"


def test_there_is_a_page_for_each_zone_and_each_tenant() -> None:
    made = morning()
    paths = set(site(made))
    assert paths == {
        "index.html",
        "codes.html",
        "icon.svg",
        "tenants/__none.html",
        *(f"tenants/{tenant['slug']}.html" for tenant in made["tenants"]),
        *zone_paths(made["zones"]).values(),
    }


@pytest.mark.parametrize("name", SITES)
def test_the_same_document_makes_the_same_bytes(name: str) -> None:
    made = SITES[name]()
    assert site(made) == site(json.loads(json.dumps(made)))


def test_what_is_hostile_is_shown_as_it_is_spelt() -> None:
    shown = ATTACK.replace("\u202e", "\\u202e").replace("\x1b", "\\x1b")
    for path, text, page in pages("attack"):
        assert "\u202e" not in text
        assert "\x1b" not in text
        assert "49" not in page.text["h1"][0]
        if path.startswith("zones/"):
            # Words of five aspects twice over, the finding, facts, key, history: each in full.
            assert words_of(page).count(" ".join(shown.split())) >= 25
            assert page.text["h1"][0] == "<script>alert(1)<\\047script>..\\047..\\000\"'x.example@<b>"


def test_a_zones_page_has_everything_about_it() -> None:
    found = {path: page for path, _, page in pages("morning")}
    words = words_of(found["zones/python.org.html"])
    for each in (
        "expires in 466 days",
        "docs.python.org: salt does not have the newest certificate",
        "certs/psf.toml:12",
        "psfdns drift shows them",
        "GANDI SAS",
        "8 Mar 2028 (in 466 days)",
        "ns-2046.awsdns-63.co.uk",
        "psfdns drift python.org shows how",
        "48517",
        "docs.python.org",
        "26 Nov 2026, 10:15 UTC",
        "2 created, 1 changed",
    ):
        assert each in words
    assert (
        len([each for each in found["zones/python.org.html"].all("svg") if each.get("class") == "chain"]) == 1
    )
    assert not [each for each in found["zones/pycon.org.html"].all("svg") if each.get("class") == "chain"]


def test_every_code_leads_to_what_it_means_and_what_to_do() -> None:
    shown = {(finding["code"], each["name"]) for each in morning()["zones"] for finding in each["findings"]}
    found = {path: (text, page) for path, text, page in pages("morning")}
    told = "".join(found["codes.html"][1].text["main"]).replace("`", "")
    assert len(shown) > 8
    for code, name in shown:
        path = f"zones/{name[:-1]}.html"
        assert f"../codes.html#{code}" in [each["href"] for each in found[path][1].all("a")]
        for each in ("means", "rule", "why", "mend"):
            assert EXPLANATIONS[code][each].replace("`", "") in told
        _, _, rest = found["codes.html"][0].partition(f'id="{code}"')
        assert f'<a href="{path}">' in rest.partition("</article>")[0]
    assert set(found["codes.html"][1].ids) >= {code for code, _ in shown}


def test_of_a_code_that_many_have_some_are_named_and_the_others_counted() -> None:
    one = finding("not-delegated", "error", "delegation", "nobody")
    zones = [zone(f"z{each}.example", "psf", findings=[one, one]) for each in range(14)]
    (words,) = [words_of(page) for path, _, page in texts_of(document(zones)) if path == "codes.html"]
    assert "14 zones: z0.example" in words
    assert words.endswith("and 2 more")


def test_a_code_has_the_worst_severity_that_it_has_and_stands_in_its_column_once() -> None:
    mild = finding("no-hosted-zone", "info", "delegation", "not yet")
    bad = finding("no-hosted-zone", "error", "drift", "not there")
    made = document([zone("a.example", "psf", findings=[mild]), zone("b.example", "psf", findings=[bad])])
    (page,) = [page for path, _, page in texts_of(made) if path == "codes.html"]
    (article,) = page.all("article")
    assert "s-error" in article["class"]
    assert "2 zones: b.example, a.example" in words_of(page)


def test_a_site_without_a_finding_has_no_page_of_codes() -> None:
    assert "codes.html" not in site(calm())
    assert "codes.html" not in {
        urlsplit(each["href"]).path for _, _, page in pages("calm") for each in page.all("a")
    }


def test_what_nobody_explains_is_shown_and_leads_nowhere() -> None:
    made = document([zone("a.example", "psf", findings=[finding("new-code", "error", "drift", "x")])])
    (page,) = [page for path, _, page in texts_of(made) if path == "zones/a.example.html"]
    assert "new-code" in page.text["code"]
    assert "codes.html" not in site(made)


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_whatever_a_page_can_show_is_explained_with_what_to_do(code: str) -> None:
    told = EXPLANATIONS[code]
    assert (told["means"] or told["rule"]).endswith(".")
    assert told["mend"].endswith((".", "?"))
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", code), "it is an anchor"


def test_every_rule_and_every_code_of_dnssec_is_explained() -> None:
    assert EXPLANATIONS.keys() == RULES.keys() | CODES.keys()
    assert {"domain-on-hold", "not-delegated", "drifted", "no-hosted-zone"} < EXPLANATIONS.keys()


def test_the_overview_shows_zones_worst_first_and_every_ending() -> None:
    (text,) = [text for path, text, _ in pages("morning") if path == "index.html"]
    places = [text.index(f'id="{each}"') for each in ("error", "warning", "unknown", "endings", "well")]
    assert places == sorted(places)
    rows = set(re.findall(r'<tr role="row" id="(end-\d+)"', text))
    assert len(rows) == len(morning()["endings"])
    assert set(re.findall(r'href="#(end-\d+)"', text)) <= rows


def test_of_many_that_end_soon_twenty_are_seen_at_once_and_all_are_there() -> None:
    (text,) = [text for path, text, _ in pages("crowd") if path == "index.html"]
    assert "the first 20 of" in text
    assert len(re.findall(r'<tr role="row" id="end-\d+"', text)) == 300


def test_a_repository_without_a_zone_has_a_site() -> None:
    page = Page(site(document([], tenants=()))["index.html"].decode())
    assert page.text["h1"] == ["There is no zone yet"]


def test_what_could_not_be_looked_at_is_told_at_the_top() -> None:
    made = document(
        [zone("a.example", "psf")], unknown={"domain": {"why": "Gandi: no token", "hint": "set GANDI_PAT"}}
    )
    words = words_of(Page(site(made)["index.html"].decode()))
    assert "Domain: Gandi: no token To do: set GANDI_PAT" in words


def test_what_nobody_looked_at_is_not_said_to_be_well() -> None:
    (one,) = (
        made := document([zone("a.example", "psf", dnssec={"words": "not looked at", "status": None})])
    )["zones"]
    assert one["severity"] == "well"
    page = Page(site(made)["zones/a.example.html"].decode())
    (cell,) = [text for text in page.text["li"] if text.startswith("DNSSEC")]
    assert cell == "DNSSECnot looked at"
    made["aspects"] = ["drift", "certificates"]
    told = words_of(Page(site(made)["index.html"].decode()))
    assert "UTC · Not looked at: Domain, Delegation, DNSSEC" in told


def test_what_several_findings_share_is_said_once() -> None:
    made = morning()
    (python,) = [each for each in made["zones"] if each["name"] == "python.org."]
    same = {**python["findings"][1], "reference": "RFC 8555"}
    python["findings"] = [
        same,
        {**same, "summary": "pypi.org too"},
        {**same, "code": "other", "hint": "otherwise"},
    ]
    words = words_of(Page(site(made)["zones/python.org.html"].decode()))
    assert (words.count(same["hint"]), words.count("otherwise"), words.count("RFC 8555")) == (1, 1, 2)
    assert (words.count(same["summary"]), words.count("pypi.org too")) == (2, 1)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("python.org", "python.org"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("0/25.2.0.192.in-addr.arpa", "0_2f25.2.0.192.in-addr.arpa"),
        ("0%2F25.example", "0_252_4625.example"),
        ("_acme.example", "_5facme.example"),
        ("UPPER.example", "_55_50_50_45_52.example"),
        (r"a\.b.example", "a_5c.b.example"),
        ("../../etc/passwd", "_2e._2f.._2fetc_2fpasswd"),
        (".", "_2e"),
        ("a b?#&\"'<>@", "a_20b_3f_23_26_22_27_3c_3e_40"),
        ("bücher", "b_c3_bccher"),
    ],
)
def test_a_file_is_named_so_that_nothing_reads_it_otherwise(name: str, stem: str) -> None:
    assert file_stem(name) == stem
    assert unquote(stem) == stem


def test_different_names_have_different_files_whatever_the_case() -> None:
    names = ["a/b", "a_2fb", "A/b", "a%2fb", "a.b", "a\\.b", "x" * 300, "x" * 301, "x" * 300 + "_"]
    stems = [file_stem(name) for name in names]
    assert len({stem.lower() for stem in stems}) == len(names)
    assert all(len(stem) <= LONGEST for stem in stems)


def test_a_view_cannot_take_the_file_of_another_zone() -> None:
    zones: list[Shape] = [
        zone("a.example", "psf", view="b"),
        zone("a.example@b", "psf"),
        zone("a.example", "psf"),
    ]
    assert len(set(zone_paths(zones).values())) == 3


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "unknown"),
        (0, "today"),
        (1, "in 1 day"),
        (12, "in 12 days"),
        (-1, "1 day ago"),
        (-1200, "1,200 days ago"),
    ],
)
def test_days_are_told_in_words(days: int | None, words: str) -> None:
    assert left(days) == words


def test_dates_are_told_in_words_and_what_is_none_stays() -> None:
    assert day("2026-01-02") == "2 Jan 2026"
    assert day("2026-01-02T23:59:59Z") == "2 Jan 2026"
    assert moment("2026-12-31T00:05:00Z") == "31 Dec 2026, 00:05 UTC"
    assert (day("soon"), day(None), moment("soon"), moment(None)) == ("soon", "unknown", "soon", "unknown")


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((0, 0, 0, 0), "There is no zone yet"),
        ((0, 0, 0, 1), "The one zone is well"),
        ((0, 0, 0, 1200), "All 1,200 zones are well"),
        ((1, 4, 2, 9), "1 of 16 zones has errors"),
        ((0, 4, 2, 9), "4 of 15 zones have warnings"),
        ((0, 0, 2, 9), "2 of 11 zones could not be checked"),
        ((0, 1, 0, 0), "1 of 1 zone has warnings"),
    ],
)
def test_the_verdict_is_that_of_the_worst(counts: tuple[int, ...], words: str) -> None:
    assert verdict(dict(zip(("error", "warning", "unknown", "well"), counts, strict=True))) == words


def test_a_count_is_of_one_or_of_several() -> None:
    assert [severity_count("error", 1), severity_count("warning", 2), severity_count("well", 3)] == [
        "1 error",
        "2 warnings",
        "3 well",
    ]


def test_what_ends_leads_to_the_public_zone_and_not_to_a_private_one_of_the_name() -> None:
    found = {path: text for path, text, _ in pages("morning")}
    (row,) = re.findall(
        r'<tr role="row" id="end-\d+">\n<th[^>]*>psf\.io</th>.*?</tr>', found["index.html"], re.DOTALL
    )
    assert re.findall(r'href="([^"]*)"', row) == ["zones/psf.io.html"]
    assert "What ends" in found["zones/psf.io.html"]
    assert "What ends" not in found["zones/psf.io@internal.html"]


def test_a_document_that_does_not_say_when_it_was_made_has_no_site() -> None:
    with pytest.raises(ValueError, match="when it was made"):
        site({**calm(), "created": "soon"})
