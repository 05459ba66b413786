"""Whether every server of a zone answers with TXT values that were written a moment ago: asked until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from psfdns.lookup.answer import Answer, Failure, Question
from psfdns.lookup.ask import Asked, Pair
from psfdns.lookup.view import Servers, View

PATIENCE_SECONDS = 60.0
PAUSES = (0.2, 0.5, 1.0, 2.0)


@dataclass(slots=True)
class Presence:
    """What the servers of a name say: `missing` answered without a value, `silent` with nothing.

    `why` is why no server could be found.
    """

    missing: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    why: str | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether nobody has said that a value is missing, and somebody could not be asked."""
        return not self.missing and bool(self.silent or self.why)


@dataclass(slots=True)
class _Left:
    """What is still to be heard: by pair of server and question, the values wanted."""

    wanted: dict[Pair, frozenset[str]] = field(default_factory=dict)
    names: dict[Pair, str] = field(default_factory=dict)
    heard: dict[Pair, Asked] = field(default_factory=dict)


def wait_for_values(
    wanted: Mapping[str, frozenset[str]],
    view: View,
    *,
    pause: Callable[[float], None],
    clock: Callable[[], float],
    patience: float = PATIENCE_SECONDS,
) -> dict[str, Presence]:
    """Ask all servers of each canonical name for its TXT `wanted` (canonical values), until all have them."""
    until = clock() + patience
    servers = view.find_servers(list(wanted)) if wanted else {}
    found = {name: Presence() for name in wanted}
    left = _Left()
    for name, values in wanted.items():
        _note_servers(name, values, servers[name], found[name], left)
    _ask(left, view)
    for seconds in _pauses():
        if not left.wanted or clock() + seconds > until or _only_silence(left):
            break
        pause(seconds)
        _ask(left, view)
    for pair in left.wanted:
        _note_left(found[pair[1].name], left.names[pair], left.heard[pair])
    return found


def _note_servers(
    name: str, values: frozenset[str], servers: Servers | Failure, presence: Presence, left: _Left
) -> None:
    if isinstance(servers, Failure):
        presence.why = f"its name servers are not to be found: {servers.words}"
        return
    for each in servers:
        pair = (each.server, Question(name, "TXT"))
        left.wanted[pair] = values
        left.names[pair] = str(each)


def _ask(left: _Left, view: View) -> None:
    pairs = list(left.wanted)
    for pair, asked in zip(pairs, view.ask_many(pairs), strict=True):
        left.heard[pair] = asked
        if left.wanted[pair] <= _values(asked):
            del left.wanted[pair]


def _values(asked: Asked) -> frozenset[str]:
    heard = asked.answered(*asked.question) if isinstance(asked, Answer) and asked.authoritative else None
    return frozenset(heard.values) if heard is not None else frozenset()


def _only_silence(left: _Left) -> bool:
    """Whether all that is left could not be asked: asking again for a minute would not help."""
    return all(isinstance(left.heard[pair], Failure) for pair in left.wanted)


def _note_left(presence: Presence, server: str, asked: Asked) -> None:
    if isinstance(asked, Failure):
        presence.silent += (f"{server} {asked.words}",)
    elif asked.authoritative:
        presence.missing += (f"{server} does not answer with it",)
    else:
        presence.missing += (f"{server} has no authority over the name (it says {asked.rcode})",)


def _pauses() -> Iterator[float]:
    yield from PAUSES
    while True:
        yield PAUSES[-1]
