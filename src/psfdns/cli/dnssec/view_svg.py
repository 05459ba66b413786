"""Chains of trust as one SVG that needs nothing else, in the colours that DNSViz made usual.

Blue is valid, red wrong, purple expired or not valid yet, grey without a key, yellow unknown. It is legible
on a light and on a dark page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape as escape_xml

from psfdns.cli.dnssec.view_picture import NODE_HEIGHT, Box, Edge, Node, Picture, draw
from psfdns.cli.views.escape import escape

Shape = dict[str, Any]

MARGIN = 32
TITLE = 74
BETWEEN = 64
LEGEND = 58
LINE = 22
FINDINGS = 8
"""Errors and warnings that are written below a chain."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'
_STATES = ("good", "bad", "late", "lost", "odd", "plain")
_LIGHT = {
    "good": ("#0b7285", "#e3f6f9"),
    "bad": ("#c92a2a", "#fdecec"),
    "late": ("#7048c6", "#f1ecfc"),
    "lost": ("#68717a", "#f3f4f6"),
    "odd": ("#8f5f00", "#fdf6e3"),
    "plain": ("#5c6773", "#ffffff"),
}
_DARK = {
    "good": ("#4cc9de", "#0f2f36"),
    "bad": ("#ff7b7b", "#3a1a1d"),
    "late": ("#b79bff", "#271f3d"),
    "lost": ("#8b949e", "#21262d"),
    "odd": ("#e8b450", "#332a14"),
    "plain": ("#a9b4c0", "#1c2229"),
}
_BY_STATUS = {
    "secure": "good",
    "bogus": "bad",
    "not-delegated": "bad",
    "indeterminate": "odd",
    "insecure": "plain",
}
_LEGEND = (
    ("good", "valid"),
    ("bad", "wrong"),
    ("late", "expired or early"),
    ("lost", "no key"),
    ("odd", "unknown"),
    ("plain", "not signed"),
)


def render_inline(zone: Shape, checked_at: str) -> str:
    """One zone's chain as an element of a page, which tells the findings itself; a page has room for one."""
    picture = render_svg({"checked_at": checked_at, "zones": [{**zone, "findings": []}]})
    return picture.removeprefix(_DECLARATION).replace(_NAMESPACE, "", 1)


def render_svg(document: Shape) -> str:
    """The chains of all zones, one below the other."""
    pictures = [draw(zone) for zone in document["zones"] if zone["chain"]]
    width = max((picture.width for picture in pictures), default=560.0) + 2 * MARGIN
    parts: list[str] = []
    y = float(MARGIN)
    for picture in pictures:
        x = (width - picture.width) / 2
        drawn = "".join(_picture(picture, document["checked_at"]))
        parts.append(f'<g transform="translate({x:.1f} {y:.1f})">{drawn}</g>')
        y += TITLE + picture.height + _below(picture) + BETWEEN
    y = y - BETWEEN + LEGEND if pictures else y + LEGEND
    parts.append(_legend(y - 20))
    names = ", ".join(picture.name for picture in pictures) or "no zone"
    body = "".join(f"{part}\n" for part in parts)
    return (
        f'{_DECLARATION}<svg class="chain"{_NAMESPACE} viewBox="0 0 {width:.0f} {y + 16:.0f}" '
        f'width="{width:.0f}" height="{y + 16:.0f}" role="img" aria-labelledby="chain-title">\n'
        f'<title id="chain-title">Chain of trust of {_text(names)}</title>\n'
        f"<style>{_style()}</style>\n<defs>{_markers()}</defs>\n"
        f'<rect class="page" width="100%" height="100%"/>\n{body}</svg>\n'
    )


def _text(text: str) -> str:
    return escape_xml(escape(text), {'"': "&quot;"})


def _style() -> str:
    """Plain rules first: what does not know of dark pages keeps to them. They are for this picture only."""
    plain = (
        "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1f2933}",
        ".page{fill:#ffffff}",
        ".zone{fill:#f7f9fb;stroke:#d5dde5;stroke-width:1}",
        ".name{font-size:15px;font-weight:600}",
        ".title{font-size:22px;font-weight:700}",
        ".node{font-size:13px;font-weight:600;text-anchor:middle}",
        ".below{font-size:10.5px;text-anchor:middle}",
        ".soft{font-size:12px;fill:#5c6773}",
        ".below{fill:#5c6773}",
        ".badge{font-size:12px;font-weight:600}",
        ".edge{fill:none;stroke-width:1.7}",
        ".shape{stroke-width:1.7}",
        ".double{fill:none;stroke-width:1.1}",
        ".dashed{stroke-dasharray:5 4}",
        ".thick{stroke-width:2.6}",
        ".end{text-anchor:end}",
        *_rules(_LIGHT),
    )
    dark = (
        "text{fill:#e6edf3}",
        ".page{fill:#0d1117}",
        ".zone{fill:#141b23;stroke:#2d3742}",
        ".soft{fill:#a9b4c0}",
        ".below{fill:#a9b4c0}",
        *_rules(_DARK),
    )
    return f"{_within(plain)}@media(prefers-color-scheme:dark){{{_within(dark)}}}"


def _within(rules: Iterable[str]) -> str:
    return "".join(f".chain {rule}" for rule in rules)


def _rules(colours: dict[str, tuple[str, str]]) -> Iterator[str]:
    for state, (line, area) in colours.items():
        yield f".s-{state}{{stroke:{line}}}"
        yield f".f-{state}{{fill:{area}}}"
        yield f".t-{state}{{fill:{line}}}"


def _markers() -> str:
    """The heads of arrows: no renderer but the newest takes their colour from the line."""
    return "".join(
        f'<marker id="chain-{state}" viewBox="0 0 8 8" refX="7" refY="4" '
        f'markerWidth="6.5" markerHeight="6.5" orient="auto">'
        f'<path class="t-{state}" d="M0 .6 7.6 4 0 7.4z"/></marker>'
        for state in _STATES
    )


def _picture(picture: Picture, checked_at: str) -> Iterator[str]:
    state = _BY_STATUS.get(picture.status, "plain")
    yield f'<text class="title" x="0" y="26">{_text(picture.name)}</text>'
    yield f'<text class="badge t-{state}" x="0" y="50">{_text(picture.status)}</text>'
    yield f'<text class="soft end" x="{picture.width:.1f}" y="50">asked {_text(checked_at)}</text>'
    yield f'<g transform="translate(0 {TITLE})">'
    for number, box in enumerate(picture.boxes):
        yield _box(box, picture.width)
        if number:
            yield _delegation(picture.boxes[number - 1], box)
    yield from map(_edge, _spread(picture.edges))
    yield from (_node(node) for box in picture.boxes for row in box.rows for node in row)
    for number, finding in enumerate(picture.findings[:FINDINGS]):
        yield _finding(finding, picture.height + 30 + number * LINE, picture.width)
    yield "</g>"


def _finding(finding: Shape, y: float, width: float) -> str:
    """A line of what was found; the whole of it is told when it is pointed at."""
    state = "bad" if finding["severity"] == "error" else "odd"
    room = int((width - 30) / 6.4) - len(finding["code"])
    summary = finding["summary"]
    shown = summary if len(summary) <= room else summary[: room - 1] + "\u2026"
    return (
        f'<g><title>{_text(summary)}</title><circle class="t-{state}" cx="6" cy="{y - 4:.1f}" r="4"/>'
        f'<text class="soft" x="20" y="{y:.1f}">'
        f'<tspan class="badge t-{state}">{_text(finding["code"])}</tspan>'
        f'<tspan dx="8">{_text(shown)}</tspan></text></g>'
    )


def _below(picture: Picture) -> float:
    """The height of the lines below the boxes."""
    return 16 + LINE * min(len(picture.findings), FINDINGS) if picture.findings else 0


def _box(box: Box, width: float) -> str:
    state = _BY_STATUS.get(box.status, "plain")
    return (
        f'<rect class="zone" x="0" y="{box.y:.1f}" width="{width:.1f}" height="{box.height:.1f}" rx="12"/>'
        f'<text class="name" x="18" y="{box.y + 27:.1f}">{_text(box.zone)}</text>'
        f'<text class="badge end t-{state}" x="{width - 18:.1f}" y="{box.y + 27:.1f}">'
        f"{_text(box.status)}</text>"
    )


def _delegation(above: Box, below: Box) -> str:
    """The thick line at the side: what the whole of the one is worth to the other."""
    state = _BY_STATUS.get(below.status, "plain")
    dashed = " dashed" if state in {"bad", "odd"} else ""
    start, end = above.y + above.height, below.y - 3
    return (
        f'<path class="edge thick s-{state}{dashed}" marker-end="url(#chain-{state})" '
        f'd="M26 {start:.1f}V{end:.1f}"/>'
    )


def _spread(edges: Sequence[Edge]) -> list[tuple[Edge, float, float]]:
    """Edges with the places where they leave and arrive: several at one node keep apart."""
    leaving = {id(edge.source): [each for each in edges if each.source is edge.source] for edge in edges}
    arriving = {id(edge.target): [each for each in edges if each.target is edge.target] for edge in edges}
    spread = []
    for edge in edges:
        out = sorted(leaving[id(edge.source)], key=lambda each: each.target.x)
        into = sorted(arriving[id(edge.target)], key=lambda each: each.source.x)
        leaves = _place(edge.source, out.index(edge), len(out))
        spread.append((edge, leaves, _place(edge.target, into.index(edge), len(into))))
    return spread


def _place(node: Node, index: int, number: int) -> float:
    return node.x + node.width * (0.5 if number == 1 else 0.22 + 0.56 * index / (number - 1))


def _edge(spread: tuple[Edge, float, float]) -> str:
    edge, x1, x2 = spread
    y1, y2 = edge.source.y + NODE_HEIGHT, edge.target.y - 2
    bend = max(18.0, (y2 - y1) * 0.45)
    dashed = " dashed" if edge.state in {"bad", "lost", "odd"} else ""
    return (
        f'<path class="edge s-{edge.state}{dashed}" marker-end="url(#chain-{edge.state})" '
        f'd="M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}">'
        f"<title>{_lines(edge.told)}</title></path>"
    )


def _node(node: Node) -> str:
    dashed = " dashed" if node.kind in {"shadow", "absent", "denial"} else ""
    radius = {"ds": 4, "set": 6, "denial": 6, "absent": 4}.get(node.kind, NODE_HEIGHT / 2)
    thick = " thick" if node.kind in {"sep", "anchor"} else ""
    middle = node.x + node.width / 2
    shape = f"shape s-{node.state} f-{node.state}{dashed}{thick}"
    parts = [f"<g><title>{_lines(node.told)}</title>", _outline(node, shape, radius, inset=0)]
    if node.kind == "anchor":
        parts.append(_outline(node, f"double s-{node.state}", radius - 4, inset=4))
    title_y = node.y + (20 if node.below else 28)
    parts.append(f'<text class="node" x="{middle:.1f}" y="{title_y:.1f}">{_text(node.title)}</text>')
    if node.below:
        parts.append(f'<text class="below" x="{middle:.1f}" y="{node.y + 35:.1f}">{_text(node.below)}</text>')
    return "".join([*parts, "</g>"])


def _outline(node: Node, classes: str, radius: float, *, inset: int) -> str:
    return (
        f'<rect class="{classes}" x="{node.x + inset:.1f}" y="{node.y + inset:.1f}" '
        f'width="{node.width - 2 * inset:.1f}" height="{NODE_HEIGHT - 2 * inset}" rx="{radius:.0f}"/>'
    )


def _lines(text: str) -> str:
    return "\n".join(_text(line) for line in text.splitlines())


def _legend(y: float) -> str:
    parts = []
    x = float(MARGIN)
    for state, words in _LEGEND:
        parts.append(
            f'<path class="edge thick s-{state}" d="M{x:.0f} {y - 4:.0f}h20"/>'
            f'<text class="soft" x="{x + 26:.0f}" y="{y:.0f}">{words}</text>'
        )
        x += 26 + len(words) * 6.6 + 16
    return "".join(parts)
