"""What servers tell a validator: DS at the parent, keys and apex at every address, the other sets at one.

Who sends what does not count here; `psfdns.dnssec` judges it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from psfdns.lookup.answer import Question
from psfdns.lookup.parents import Cut, NameServer
from psfdns.lookup.signed import AskSigned, Heard, Reply
from psfdns.names import MAX_NAME, labels_of, name_from_labels

MAX_HEARD = 64
"""Addresses of one zone that are asked."""
FEW = 8
"""Servers of a zone further up that are asked where the first one does not suffice."""
DENIED_LABEL = "psfdns-asks-for-a-name-that-does-not-exist"
DENIED_TYPE = "CNAME"
"""No apex has one, because it has a SOA (RFC 1034 §3.6.2)."""

At = tuple[NameServer, Heard]


@dataclass(frozen=True, slots=True)
class ChainMeans:
    """How to get there: the zone that holds a name, and questions. `find_cut` raises LookupFailedError."""

    find_cut: Callable[[str], Cut]
    ask: AskSigned


@dataclass(frozen=True, slots=True)
class LinkHeard:
    """One step of the chain as heard: the DS of `zone` at its parent, and its keys; the root has no DS."""

    zone: str
    ds: tuple[At, ...] = ()
    keys: tuple[At, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneHeard:
    """Everything that the servers of a zone told, by what they were asked for."""

    zone: str
    told: Mapping[Question, tuple[At, ...]]

    def of(self, rdtype: str) -> tuple[At, ...]:
        """What was told of a type at the apex."""
        return self.told.get(Question(self.zone, rdtype), ())


def hear_link(
    zone: str, above: Cut | None, own: Cut, ask: AskSigned, is_enough: Callable[[LinkHeard], bool]
) -> LinkHeard:
    """One server of each; only where that is not enough a few more."""
    heard = LinkHeard(zone)
    for number in (1, FEW):
        ds = _ask_all(above.servers[:number] if above else (), Question(zone, "DS"), ask)
        keys = _ask_all(own.servers[:number], Question(zone, "DNSKEY"), ask)
        heard = LinkHeard(zone, ds, keys)
        if is_enough(heard):
            break
    return heard


def hear_zone(
    zone: str, above: Sequence[NameServer], places: Sequence[NameServer], ask: AskSigned
) -> tuple[LinkHeard, ZoneHeard]:
    """Every address of parent and child; what an unsigned zone without DS cannot have is not asked for."""
    ds = _ask_all(above[:MAX_HEARD], Question(zone, "DS"), ask)
    told = _ask_each(places[:MAX_HEARD], [Question(zone, "SOA"), Question(zone, "DNSKEY")], ask)
    keys = told[Question(zone, "DNSKEY")]
    if any(_has_set(each) for _, each in (*ds, *keys)):
        told |= _ask_each(places[:MAX_HEARD], apex_questions(zone), ask)
    return LinkHeard(zone, ds, keys), ZoneHeard(zone, told)


def apex_questions(zone: str) -> list[Question]:
    """What every address of a signed zone is asked for, beside SOA and DNSKEY.

    Below a long name there is room for the beginning of the label only, or for none.
    """
    types = ("NS", "CDS", "CDNSKEY", DENIED_TYPE)
    room = MAX_NAME - sum(len(label) + 1 for label in labels_of(zone)) - 2
    denied = [name_from_labels([DENIED_LABEL[:room].encode(), *labels_of(zone)])] if room > 0 else []
    return [*(Question(zone, rdtype) for rdtype in types), *(Question(name, "A") for name in denied)]


def hear_sets(
    questions: Iterable[Question],
    places: Sequence[NameServer],
    ask: AskSigned,
    is_sound: Callable[[At], bool],
    *,
    turn: int = 0,
) -> dict[Question, tuple[At, ...]]:
    """Each is asked at one address, in turn; what is not sound there is asked at every address.

    `turn` says which address comes first, so that another run asks each at another one.
    """
    wanted = list(dict.fromkeys(questions))
    if not places or not wanted:
        return {}
    turns = [(places[number % len(places)], question) for number, question in enumerate(wanted, turn)]
    replies = ask([(place.server, question) for place, question in turns])
    told = {question: ((place, heard),) for (place, question), heard in zip(turns, replies, strict=True)}
    unsound = [question for question, (first,) in told.items() if not is_sound(first)]
    return told | _ask_each(places[:MAX_HEARD], unsound, ask)


def _has_set(heard: Heard) -> bool:
    return isinstance(heard, Reply) and heard.answered() is not None


def _ask_all(places: Sequence[NameServer], question: Question, ask: AskSigned) -> tuple[At, ...]:
    return _ask_each(places, [question], ask)[question]


def _ask_each(
    places: Sequence[NameServer], questions: Sequence[Question], ask: AskSigned
) -> dict[Question, tuple[At, ...]]:
    """Every question to every address; an address that several names have is asked once."""
    servers = list(dict.fromkeys(place.server for place in places))
    pairs = [(server, question) for question in questions for server in servers]
    heard = dict(zip(pairs, ask(pairs), strict=True)) if pairs else {}
    return {
        question: tuple((place, heard[place.server, question]) for place in places) for question in questions
    }
