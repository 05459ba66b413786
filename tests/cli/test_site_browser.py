"""The site in Chromium: what it looks like on a desk and on a phone, by day and night, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Browser, browser
from tests.cli.site_documents import attack, crowd, morning, site, write

SITES = {"morning": morning, "crowd": crowd, "attack": attack}
ALL_PAGES = [
    (name, path) for name in ("morning", "attack") for path in site(SITES[name]()) if path.endswith(".html")
]
SOME_PAGES = [
    ("morning", "index.html"),
    ("morning", "tenants/psf.html"),
    ("morning", "zones/python.org.html"),
    ("morning", "zones/pythontest.net.html"),
    ("morning", "codes.html"),
    ("crowd", "index.html"),
]
DESK, TABLET, PHONE = 1280, 820, 390

TOO_FAINT = """
(() => {
  const parse = text => {
    const n = text.match(/[\\d.]+/g).map(Number);
    return [...n.slice(0, 3), n[3] ?? 1];
  };
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3]));
  const light = colour => {
    const [r, g, b] = colour.map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = element => {
    const above = [];
    for (let at = element; at; at = at.parentElement)
      above.unshift(parse(getComputedStyle(at).backgroundColor));
    return above.reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const inChain = element => {
    const {x, y, width, height} = element.getBoundingClientRect(), [cx, cy] = [x + width / 2, y + height / 2];
    const holds = box => box.left <= cx && cx <= box.right && box.top <= cy && cy <= box.bottom;
    return [...(element.closest('svg.chain')?.querySelectorAll('rect') ?? [])]
      .filter(e => holds(e.getBoundingClientRect()) && getComputedStyle(e).fill != 'none').at(-1);
  };
  const faint = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let number = 0;
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    const text = walk.currentNode.textContent.trim();
    if (!text || !element.checkVisibility({visibilityProperty: true})) continue;
    if (element.closest('title, desc, style, .unseen, .skip')) continue;
    const style = getComputedStyle(element);
    const inMark = element.closest('.mark');
    const ink = parse(element instanceof SVGElement ? style.fill : style.color);
    const box = element instanceof SVGElement ? element.closest('svg').parentElement : element;
    const below = inMark ? inMark.querySelector('path') : inChain(element);
    const under = below ? parse(getComputedStyle(below).fill).slice(0, 3) : ground(box);
    const [a, b] = [light(over(ink, under)), light(under)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    number += 1;
    if (contrast < 4.5) faint.push([text.slice(0, 40), style.color, contrast.toFixed(2)]);
  }
  return {faint, number};
})()
"""
FOCUS = """
(() => {
  const e = document.activeElement;
  const style = getComputedStyle(e.classList.contains('mark') ? e.querySelector('path') : e);
  const box = e.getBoundingClientRect();
  const place = [...document.querySelectorAll('*')].indexOf(e) + ' ' + e.outerHTML.slice(0, 80);
  return [place, style.outlineStyle != 'none' || style.strokeWidth == '3px', box.left >= 0 && box.width > 0];
})()
"""
WIDER = """
[...document.querySelectorAll('body *')].filter(each => {
  if (each.closest('.scroll, .unseen, .sprite, .skip, thead')) return false;
  const box = each.getBoundingClientRect();
  return box.width && box.height && (box.right > innerWidth + 0.5 || box.left < -0.5) && !each.closest('svg');
}).map(each => each.outerHTML.slice(0, 120))
"""


def seen(selector: str) -> str:
    """The elements that a reader sees, as an expression."""
    return f"[...document.querySelectorAll({selector!r})].filter(e => e.checkVisibility())"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sites")
    for name, make in SITES.items():
        write(make(), folder / name)
    return folder


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


Show = Callable[..., Any]


@pytest.fixture
def show(chromium: Browser, shelf: Path) -> Show:
    """Open a page as a reader has it, without JavaScript, and ask about it."""

    def ask(page: tuple[str, str], expression: str, *, width: int = DESK, dark: bool = False) -> Any:
        chromium.open(shelf / page[0] / page[1], width=width, dark=dark, script=False)
        return chromium.evaluate(expression)

    return ask


@pytest.mark.parametrize("width", [PHONE, 320, TABLET])
def test_no_page_is_wider_than_the_screen(show: Show, width: int) -> None:
    for page in ALL_PAGES:
        told = show(page, f"[innerWidth, document.documentElement.scrollWidth, {WIDER.strip()}]", width=width)
        assert told == [width, width, []], page


@pytest.mark.parametrize(("dark", "width"), [*product([False, True], [DESK, PHONE])])
def test_every_text_stands_out_from_its_ground(show: Show, dark: bool, width: int) -> None:
    for page in SOME_PAGES:
        told = show(page, TOO_FAINT, width=width, dark=dark)
        assert told["faint"] == [], page
        assert told["number"] > 50


def test_light_and_dark_are_two_sets_of_colours(show: Show) -> None:
    colours = [
        show(SOME_PAGES[0], "getComputedStyle(document.body).backgroundColor", dark=dark)
        for dark in (False, True)
    ]
    assert colours == ["rgb(246, 246, 243)", "rgb(16, 19, 22)"]


def test_nothing_is_asked_for_but_the_page_and_its_icon(chromium: Browser, shelf: Path) -> None:
    for name, path in ALL_PAGES:
        chromium.open(shelf / name / path, width=DESK)
        assert chromium.requests == [(shelf / name / path).absolute().as_uri()]
        assert chromium.complaints == [], "the policy kept something from the page"


def test_where_scripts_may_run_those_of_an_attacker_do_not(chromium: Browser, shelf: Path) -> None:
    """alert() would stop the page, and evaluate() with it."""
    for name, path in ALL_PAGES:
        if name == "attack":
            chromium.open(shelf / name / path, width=DESK, script=True)
            assert chromium.evaluate("document.scripts.length + document.images.length") == 0


def test_the_line_goes_along_a_desk_and_down_a_phone(show: Show) -> None:
    shown = seen("svg.line") + ".map(e => e.classList[1])"
    for page in (SOME_PAGES[0], SOME_PAGES[-1]):
        assert show(page, shown) == ["wide"]
        assert show(page, shown, width=PHONE) == ["tall"]


def test_text_in_the_line_can_be_read(show: Show) -> None:
    """Its size on the screen, in pixels: a picture is scaled to its place."""
    size = "e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a"
    least = f"Math.min(...{seen('svg.line text')}.map({size}))"
    for page, width in product((SOME_PAGES[0], SOME_PAGES[-1]), (DESK, 1060, TABLET, PHONE)):
        assert show(page, least, width=width) >= 9, width


def test_a_number_on_the_line_fits_its_mark(show: Show) -> None:
    wide = "e.querySelector('text').getBBox().width > e.querySelector('path').getBBox().width - 2"
    outside = f"{seen('svg.line .mark:has(text)')}.filter(e => {wide}).map(e => e.textContent)"
    for width in (DESK, PHONE):
        assert show(("crowd", "index.html"), outside, width=width) == []


def test_on_a_phone_a_row_is_a_card_that_names_its_cells(show: Show) -> None:
    cells = f"{seen('tbody td')}.map(e => getComputedStyle(e, '::before').content)"
    for page in SOME_PAGES[:4]:
        told = show(page, cells, width=PHONE)
        assert told
        assert all(each.strip('"') for each in told)
    assert set(show(SOME_PAGES[0], cells)) == {"none"}


def test_the_keyboard_reaches_every_link_and_shows_where_it_is(chromium: Browser, shelf: Path) -> None:
    chromium.open(shelf / "morning" / "index.html", width=DESK, script=False)
    number = chromium.evaluate(f"{seen('a, summary')}.length")
    reached = []
    for _ in range(number):
        chromium.press("Tab")
        reached.append(chromium.evaluate(FOCUS))
    assert [each for each in reached if each[1:] != [True, True]] == []
    assert "#main" in reached[0][0]
    assert len({place for place, _, _ in reached}) == number


def test_who_wants_less_motion_has_none(show: Show) -> None:
    moves = "s.transitionDuration != '0s' || s.animationName != 'none' || s.scrollBehavior != 'auto'"
    styles = "[...document.querySelectorAll('*')].map(e => getComputedStyle(e))"
    assert show(SOME_PAGES[0], f"{styles}.filter(s => {moves}).length") == 0


def test_on_paper_all_that_ends_is_there(chromium: Browser, shelf: Path) -> None:
    chromium.open(shelf / "morning" / "index.html", width=DESK, script=False)
    height = "document.querySelector('details.later table').getBoundingClientRect().height"
    assert not chromium.evaluate("document.querySelector('details.later table').checkVisibility()")
    chromium.tell("Emulation.setEmulatedMedia", media="print")
    assert chromium.evaluate(height) > 300
    assert not chromium.evaluate("document.querySelector('nav').checkVisibility()")


@pytest.mark.parametrize(("dark", "width"), [(False, DESK), (True, PHONE)])
def test_axe_finds_nothing_that_keeps_anybody_out(
    chromium: Browser, shelf: Path, dark: bool, width: int
) -> None:
    """Of axe's rules those of WCAG 2.1 A and AA, and its best practices."""
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    for name, path in SOME_PAGES[:4]:
        chromium.open(shelf / name / path, width=width, dark=dark)
        chromium.evaluate(axe)
        done = chromium.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found = [
            (each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in done["violations"]
        ]
        assert found == [], path
        assert len(done["passes"]) > 20
