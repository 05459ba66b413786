"""Where everything stands in the picture of a chain: boxes for zones, nodes for DS, keys and sets, and edges.

A picture is made from the document of `dnssec status` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from psfdns.lookup.hearing import DENIED_TYPE
from psfdns.names import relative_to

Shape = dict[str, Any]

GAP = 26
ROW_GAP = 46
NODE_HEIGHT = 46
PADDING = 28
HEADER = 44
BOX_GAP = 42
PER_ROW = 7
"""Nodes in a row before the next begins."""
SETS = 11
"""Record sets that are drawn; the others are counted."""
CHARACTER = 7.3
"""The width of one in a node, about."""
LEAST_WIDTH = 620

_SIGNED = {"valid": "good", "expired": "late", "premature": "late", "no-key": "lost", "unsupported": "lost"}
_FITS = {"valid": "good", "no-key": "lost", "unsupported": "odd", "unknown": "lost"}
_RANK = {"good": 0, "late": 1, "bad": 2, "odd": 3, "lost": 4}


@dataclass(slots=True, eq=False)
class Node:
    """A DS, key or record set; `kind` and `state` choose its looks, `told` is said when it is pointed at."""

    title: str
    below: str
    kind: str
    state: str
    told: str
    x: float = 0.0
    y: float = 0.0

    @property
    def width(self) -> float:
        """By the longer of its lines."""
        return max(66.0, max(len(self.title) * CHARACTER * 1.08, len(self.below) * CHARACTER * 0.86) + 28)


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """Who vouches for whom, and whether that holds."""

    source: Node
    target: Node
    state: str
    told: str


@dataclass(slots=True)
class Box:
    """A zone with its rows of nodes."""

    zone: str
    status: str
    rows: list[list[Node]] = field(default_factory=list)
    y: float = 0.0
    height: float = 0.0


@dataclass(slots=True)
class Picture:
    """One chain; sizes are in pixels."""

    name: str
    status: str
    boxes: list[Box]
    edges: list[Edge]
    findings: list[Shape]
    width: float = 0.0
    height: float = 0.0


def draw(zone: Shape) -> Picture:
    """The picture of one zone of the document."""
    chain = [_untangled(link) for link in zone["chain"]]
    keys = [_key_nodes(link, is_root=depth == 0) for depth, link in enumerate(chain)]
    boxes: list[Box] = []
    edges: list[Edge] = []
    for depth, link in enumerate(chain):
        is_last = depth == len(chain) - 1
        status = (zone["status"] if is_last else None) or link["status"]
        box = Box(link["zone"], status, _rows_of_keys(keys[depth].values()))
        edges += _key_edges(link, keys[depth])
        if is_last:
            sets = list(_set_nodes(zone))
            box.rows += _folded([node for node, _ in sets])
            edges += (edge for node, each in sets for edge in _signing(each["signatures"], keys[depth], node))
        else:
            below = chain[depth + 1]
            nodes = _ds_nodes(below)
            box.rows += _folded(nodes)
            edges += (edge for node in nodes for edge in _signing(below["ds_signatures"], keys[depth], node))
            edges += _fitting(below, nodes, keys[depth + 1])
        boxes.append(box)
    findings = [each for each in zone["findings"] if each["severity"] != "info"]
    return _lay_out(Picture(zone["name"], zone["status"] or "-", boxes, edges, findings))


def _untangled(link: Shape) -> Shape:
    """With its DS in the order of their keys, so that no lines cross."""
    tags = [each["key_tag"] for each in link["keys"]]
    ordered = sorted(
        link["ds"], key=lambda each: tags.index(each["key_tag"]) if each["key_tag"] in tags else len(tags)
    )
    return {**link, "ds": ordered}


def _key_nodes(link: Shape, *, is_root: bool) -> dict[int, Node]:
    """By tag; a DS whose key is not there gets a shadow of it."""
    found = {each["key_tag"]: _key_node(each, link, is_root=is_root) for each in link["keys"]}
    for digest in link["ds"]:
        if digest["key_tag"] not in found and not is_root:
            told = f"No server has key {digest['key_tag']}."
            found[digest["key_tag"]] = Node(f"key {digest['key_tag']}", "not there", "shadow", "lost", told)
    return found


def _key_node(key: Shape, link: Shape, *, is_root: bool) -> Node:
    own = [each for each in link["key_signatures"] if each["key_tag"] == key["key_tag"]]
    state = _worst(own) if own else "good" if link["status"] == "secure" else "plain"
    kind = "anchor" if is_root and key["in_ds"] else "sep" if key["sep"] else "key"
    role = "KSK" if key["sep"] else "ZSK"
    bits = f" {key['bits']}" if key["bits"] and key["algorithm_name"].startswith("RSA") else ""
    revoked = ", revoked" if key["revoked"] else ""
    told = f"Key {key['key_tag']}, {key['algorithm_name']}{bits}, flags {key['flags']}{revoked}"
    told += "".join(f"\n{_told(each)}" for each in own)
    return Node(f"{role} {key['key_tag']}", f"{key['algorithm_name']}{bits}", kind, state, told)


def _rows_of_keys(nodes: Iterable[Node]) -> list[list[Node]]:
    listed = list(nodes)
    top = [node for node in listed if node.kind != "key"]
    return [*_folded(top), *_folded([node for node in listed if node.kind == "key"])]


def _key_edges(link: Shape, keys: dict[int, Node]) -> Iterator[Edge]:
    """A key that signs the set vouches for all others in it."""
    for signature in link["key_signatures"]:
        source = keys.get(signature["key_tag"])
        if source is None or source.kind == "key":
            continue
        for target in keys.values():
            if target.kind == "key":
                yield Edge(source, target, _state(signature), _told(signature))


def _ds_nodes(link: Shape) -> list[Node]:
    if link["ds"]:
        return [_ds_node(each) for each in link["ds"]]
    state = {"insecure": "plain", "indeterminate": "odd"}.get(link["status"], "bad")
    return [Node("no DS", f"for {link['zone']}", "absent", state, link["why"] or "")]


def _ds_node(digest: Shape) -> Node:
    told = f"DS of key {digest['key_tag']}, algorithm {digest['algorithm']}, {digest['digest_name']}"
    state = _FITS.get(digest["status"], "bad")
    return Node(f"DS {digest['key_tag']}", digest["digest_name"] or "", "ds", state, told)


def _fitting(link: Shape, nodes: Sequence[Node], keys: dict[int, Node]) -> Iterator[Edge]:
    """From each DS to the key that it is of."""
    for digest, node in zip(link["ds"], nodes, strict=False):
        target = keys.get(digest["key_tag"])
        if target is not None:
            told = f"DS {digest['key_tag']}: {digest['status'].replace('-', ' ')}"
            yield Edge(node, target, _FITS.get(digest["status"], "bad"), told)


def _set_nodes(zone: Shape) -> Iterator[tuple[Node, Shape]]:
    """The unsound ones first, so that none of them is left out."""
    drawn = [each for each in zone["sets"] if _is_drawn(each, zone["name"])]
    sets = sorted(drawn, key=lambda each: (each["sound"], not each["found"]))
    shown = sets if len(sets) <= SETS else sets[: SETS - 1]
    for each in shown:
        yield _set_node(each, zone["name"]), each
    if len(sets) > len(shown):
        more = len(sets) - len(shown)
        state = "good" if all(each["sound"] for each in sets[len(shown) :]) else "bad"
        yield Node(f"{more} more", "", "set", state, f"{more} more record sets"), {"signatures": []}


def _is_drawn(each: Shape, zone: str) -> bool:
    """A proof of absence only where it fails, or was what was asked for."""
    asked_for = each["type"] == DENIED_TYPE or (each["name"] != zone and each["type"] == "A")
    return bool(each["found"] or not each["sound"] or asked_for)


def _set_node(each: Shape, zone: str) -> Node:
    name = relative_to(each["name"], zone)
    title = each["type"] if name == "@" else f"{name} {each['type']}"
    state = "good" if each["sound"] else "bad"
    told = "".join(f"{_told(signature)}\n" for signature in each["signatures"])
    if each["found"]:
        return Node(_shortened(title), "" if each["signatures"] else "unsigned", "set", state, told)
    shown = "name" if name != "@" and each["type"] == "A" else each["type"]
    return Node(f"no {shown}", each["denied_by"] or "unproven", "denial", state, f"no {title}\n{told}")


def _shortened(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "\u2026"


def _signing(signatures: Sequence[Shape], keys: dict[int, Node], target: Node) -> Iterator[Edge]:
    """From each key that signed a set; of several signatures by one key the best counts."""
    best: dict[int, Shape] = {}
    for each in signatures:
        known = best.get(each["key_tag"])
        if known is None or _RANK[_state(each)] > _RANK[_state(known)]:
            best[each["key_tag"]] = each
    for tag, each in best.items():
        if tag in keys:
            yield Edge(keys[tag], target, _state(each), _told(each))


def _state(signature: Shape) -> str:
    return _SIGNED.get(signature["status"], "bad")


def _worst(signatures: Sequence[Shape]) -> str:
    return max((_state(each) for each in signatures), key=lambda state: _RANK[state])


def _told(signature: Shape) -> str:
    return (
        f"RRSIG {signature['type']} by key {signature['key_tag']}, {signature['status'].replace('-', ' ')}: "
        f"{signature['inception']} to {signature['expiration']}"
    )


def _folded(nodes: Sequence[Node]) -> list[list[Node]]:
    """Rows of as equal a length as can be."""
    if not nodes:
        return []
    rows = -(-len(nodes) // PER_ROW)
    size = -(-len(nodes) // rows)
    return [list(nodes[start : start + size]) for start in range(0, len(nodes), size)]


def _lay_out(picture: Picture) -> Picture:
    """Boxes below each other, all of one width, with their rows in the middle."""
    rows = [row for box in picture.boxes for row in box.rows]
    inner = max((_row_width(row) for row in rows), default=0.0)
    picture.width = max(LEAST_WIDTH, inner + 2 * PADDING)
    y = 0.0
    for box in picture.boxes:
        box.y = y
        box.height = HEADER + max(1, len(box.rows)) * (NODE_HEIGHT + ROW_GAP) - ROW_GAP + PADDING
        for number, row in enumerate(box.rows):
            x = (picture.width - _row_width(row)) / 2
            for node in row:
                node.x, node.y = x, y + HEADER + number * (NODE_HEIGHT + ROW_GAP)
                x += node.width + GAP
        y += box.height + BOX_GAP
    picture.height = max(0.0, y - BOX_GAP)
    return picture


def _row_width(row: Sequence[Node]) -> float:
    return sum(node.width for node in row) + GAP * (len(row) - 1)
