"""The plan as GitHub-flavoured Markdown for a pull request, from its JSON document: risk first.

Text from outside stands in code spans only, so that no value can forge markup, link or mention
somebody. GitHub refuses comments above 65,536 characters: what does not fit is cut at a row, and said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan_words import (
    SIGNS,
    Shape,
    count,
    count_actions,
    describe_change,
    duration,
    group_refusals,
    has_work,
    name_change,
    name_place,
    name_zone,
    rounded,
    summarise,
)

LIMIT = 65_536
"""Characters in a comment on GitHub."""

FOLD_ABOVE = 15
"""A zone with more changes than this is folded."""

RISKS_SHOWN = 50
LONGEST_VALUE = 600
_RESERVE = 600
_TICKS = re.compile(r"`+")
_PUNCTUATION = re.compile(r"[^A-Za-z0-9 ]")
_RISKY_TYPES = ("CAA", "DS", "MX", "NS", "SOA")
_DELEGATING = ("DS", "NS")


@dataclass(frozen=True, slots=True)
class Paper:
    """What the plan is written on: a comment has so many characters, and may be read by anybody.

    `public` leaves out what stands in no file: private zones, zones without a file, what other writers
    own. `whole_at` is where the whole plan is to be found, for one that had to be cut.
    """

    limit: int = LIMIT
    public: bool = False
    whole_at: str | None = None


_COMMENT = Paper()


def render_markdown(document: Shape, *, estimate: int | None = None, paper: Paper = _COMMENT) -> str:
    """The whole plan as it fits the paper; `estimate` is in seconds."""
    kept = _Sheet(paper.limit - _RESERVE)
    for block in _blocks(_published(document) if paper.public else document, estimate):
        if not kept.add(block):
            kept.cut(paper.whole_at)
            break
    return kept.text()


def _published(document: Shape) -> Shape:
    """Only what the files say; what is left out is counted."""
    shown = [{**zone, "foreign": []} for zone in document["zones"] if not zone["private"]]
    hidden = {name_zone(zone) for zone in document["zones"] if zone["private"]}
    return {
        **document,
        "account": None,
        "zones": shown,
        "unmanaged_zones": [],
        "refused": [finding for finding in document["refused"] if finding["zone"] not in hidden],
        "left_out": len(hidden),
    }


class _Sheet:
    """Blocks of lines as long as they fit; a fold that was opened is closed again."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lines: list[str] = []
        self._folds = 0

    def add(self, lines: list[str]) -> bool:
        """Whether all of it fitted; rows of a table are cut between rows."""
        for line in lines:
            if len(line) + 1 > self._room:
                return False
            self._room -= len(line) + 1
            self._folds += line.count("<details>") - line.count("</details>")
            self._lines.append(line)
        return True

    def cut(self, whole_at: str | None) -> None:
        """Say that something is missing, and where it is."""
        self._lines += ["", *["</details>"] * self._folds, ""]
        where = "in `psfdns plan`, whole" if whole_at is None else f"at <{_link(whole_at)}>"
        self._lines.append(f"**This plan is longer than a comment may be.** The rest is {where}.")

    def text(self) -> str:
        """The Markdown."""
        return "\n".join(self._lines).rstrip("\n") + "\n"


def _blocks(document: Shape, estimate: int | None) -> Iterator[list[str]]:
    yield list(_head(document, estimate))
    yield list(_refused(document["refused"]))
    yield list(_risks(document["zones"]))
    for zone in sorted(document["zones"], key=lambda zone: zone["action"] != "error"):
        yield list(_zone(zone))
    yield list(_unmanaged(document["unmanaged_zones"]))


def _head(document: Shape, estimate: int | None) -> Iterator[str]:
    yield f"## Plan: {summarise(document)}"
    yield ""
    account = "" if "left_out" in document else f", account {code(document['account'] or 'unknown')}"
    lines = [
        f"Digest {code(document['digest'])}",
        f"Commit {code(document['commit'] or 'unknown')}{account}",
    ]
    if document.get("left_out"):
        lines.append(f"Left out here: {count(document['left_out'], 'private zone')}.")
    if estimate and has_work(document):
        lines.append(f"Applying it takes about {duration(rounded(estimate))}.")
    # On one line: GitHub breaks lines of comments where the text does, and lines of files nowhere.
    yield "<br>".join(lines)
    yield ""


def _refused(refused: list[Shape]) -> Iterator[str]:
    if refused:
        yield "### Apply will refuse this plan"
        yield ""
        for finding, *others in group_refusals(refused):
            more = f" and {count(len(others), 'more zone')}" if others else ""
            yield f"- **{finding['code']}** {code(finding['summary'])}{more}{_hint(finding)}"
        yield ""


def _risks(zones: list[Shape]) -> Iterator[str]:
    risks = [line for zone in zones for line in _zone_risks(zone)]
    if risks:
        yield "### Look here first"
        yield ""
        yield from risks[:RISKS_SHOWN]
        if len(risks) > RISKS_SHOWN:
            yield f"- and {len(risks) - RISKS_SHOWN:,} more, below"
        yield ""


def _zone_risks(zone: Shape) -> Iterator[str]:
    if zone["action"] == "create":
        yield f"- new zone {code(name_zone(zone))}"
    for change in zone["changes"]:
        apex = change["name"] == zone["name"]
        if change["action"] == "delete":
            yield f"- **deleted**: {code(name_change(change))}{' at the apex' if apex else ''}"
        elif change["action"] == "update" and (apex or change["type"] in _RISKY_TYPES):
            yield f"- **changed**: {code(name_change(change))}{' at the apex' if apex else ''}"
        elif change["action"] == "create" and change["type"] in _DELEGATING:
            yield f"- **new delegation**: {code(name_change(change))}"
        elif change["action"] == "create" and change["name"].startswith("*."):
            yield f"- **new wildcard**: {code(name_change(change))}"
    yield from map(_finding, zone["findings"])


def _finding(finding: Shape) -> str:
    place = name_place(finding)
    where = f" at {code(place)}" if place else ""
    words = f"- {finding['severity']} **{finding['code']}**{where}"
    return f"{words}<br>{code(finding['summary'])}{_hint(finding)}"


def _hint(finding: Shape) -> str:
    return f"<br>hint: {code(finding['hint'])}" if finding["hint"] else ""


def _zone(zone: Shape) -> Iterator[str]:
    if zone["action"] == "none" and not zone["foreign"]:
        return
    doing = count_actions(zone["changes"]) or {"error": "errors, no plan", "none": "in sync"}.get(
        zone["action"], "settings only"
    )
    new = "new zone, " if zone["action"] == "create" else ""
    yield f"### {code(name_zone(zone))}: {new}{doing}"
    yield ""
    path = _usual_path(zone["changes"])
    where = f", file {code(path)}" if path else ""
    yield f"Tenant {code(zone['tenant'])}{', private' if zone['private'] else ''}{where}"
    yield ""
    if zone["settings"]:
        yield from (_setting(setting) for setting in zone["settings"])
        # Without it the table's rows would be more text of the last setting.
        yield ""
    yield from _table(zone["changes"], path)
    yield from _fold(
        f"{count(len(zone['foreign']), 'record set')} kept as they are, not psfdns's",
        [f"- {code(name_change(item))}: {code(item['reason'])}" for item in zone["foreign"]],
    )


def _setting(setting: Shape) -> str:
    before, after = ("none" if setting[side] is None else code(setting[side]) for side in ("before", "after"))
    return f"- zone {code(setting['name'])}: {before} to {after}"


def _usual_path(changes: list[Shape]) -> str | None:
    """The file that most of the changes stand in, which is named once; None where all are deletes."""
    paths = Counter(change["source"]["path"] for change in changes if change["source"])
    return max(paths, key=lambda path: paths[path]) if paths else None


def _table(changes: list[Shape], path: str | None) -> Iterator[str]:
    if not changes:
        return
    folded = len(changes) > FOLD_ABOVE
    yield from [f"<details><summary>{count(len(changes), 'change')}</summary>", ""] if folded else []
    yield "| | record set | change | old answers live | line |"
    yield "|---|---|---|---|---|"
    yield from (_row(change, path) for change in changes)
    yield ""
    yield from ["</details>", ""] if folded else []


def _row(change: Shape, path: str | None) -> str:
    old = duration(change["cached_for"]) if change["cached_for"] and change["action"] != "create" else ""
    source = change["source"]
    place = str(source["line"]) if source and source["path"] == path else code(name_place(source))
    name = code(name_change(change))
    cells = (
        code(SIGNS[change["action"]]),
        f"**DELETE** {name}" if change["action"] == "delete" else name,
        "<br>".join(_cell_lines(change)),
        old,
        place if source else "",
    )
    return f"| {' | '.join(cells)} |"


def _cell_lines(change: Shape) -> Iterator[str]:
    for line in describe_change(change):
        sign = line.sign.strip()
        text = code(f"{sign} {line.text}" if sign else line.text) if line.text else ""
        yield " ".join(word for word in (line.label, text) if word)


def _unmanaged(zones: list[Shape]) -> Iterator[str]:
    yield from _fold(
        f"{count(len(zones), 'zone')} in the account without a zone file",
        [f"- {code(zone['name'])} {code(zone['id'])}" for zone in zones],
    )


def _fold(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"<details><summary>{title}</summary>"
        yield ""
        yield from lines
        yield ""
        yield "</details>"
        yield ""


def _link(address: str) -> str:
    """An address that stays inside its angle brackets (CommonMark §6.5)."""
    return re.sub(r"[^!#-;=?-~]", lambda match: quote(match[0]), address)


def code(text: object) -> str:
    """A code span (CommonMark §6.1) that shows exactly this text, in a table too; cut where very long."""
    shown = _shorten(escape(str(text)))
    if "|" in shown or shown != shown.strip(" ") or not shown:
        # GFM splits cells before it looks for code spans: entities cannot be taken for markup.
        return f"<code>{_PUNCTUATION.sub(lambda match: f'&#{ord(match[0])};', shown)}</code>"
    longest = max((len(run) for run in _TICKS.findall(shown)), default=0)
    fence, pad = "`" * (longest + 1), " " if "`" in shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _shorten(text: str) -> str:
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:LONGEST_VALUE]}… ({len(text):,} characters)"
