"""Records into record sets: what only several lines of one (name, type, set identifier) show. Pure.

Nothing is merged in silence: a repeated record, another TTL, other attributes are findings at the later
line (RFC 2181 §5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from psfdns.diagnostics import Rule, Span
from psfdns.records import Alias, RRset, RRsetKey
from psfdns.routing import Routing, Weighted
from psfdns.zonefile.findings import Findings
from psfdns.zonefile.rules.records import (
    ALIAS_AND_VALUES,
    DUPLICATE_RECORD,
    SEVERAL_CNAME,
    SEVERAL_SOA,
    UNEQUAL_ATTRIBUTES,
    UNEQUAL_TTLS,
    UNEQUAL_WEIGHTED_TTLS,
)

SINGLE_VALUED = {"CNAME": SEVERAL_CNAME, "SOA": SEVERAL_SOA}
"""Types of which a name has one record at most, and the rule that says so."""


class Record(NamedTuple):
    """One line's worth of a record set: `value` or `alias`."""

    key: RRsetKey
    ttl: int | None
    value: str | None
    span: Span
    alias: Alias | None = None
    routing: Routing | None = None
    health_check: str | None = None


class _Several:
    """A record set of which more than one line was read."""

    __slots__ = ("first", "values")

    def __init__(self, first: RRset) -> None:
        self.first = first
        self.values = dict(zip(first.values, first.spans, strict=True)) if first.alias is None else {}

    def finished(self) -> RRset:
        """The record set with its values in order."""
        first, pairs = self.first, sorted(self.values.items())
        if first.alias is not None:
            return first
        return RRset(
            first.key,
            first.ttl,
            tuple(value for value, _ in pairs),
            None,
            first.routing,
            first.health_check,
            tuple(span for _, span in pairs),
        )


class RecordSets:
    """Collects records; `finished` gives the record sets."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self._sets: dict[RRsetKey, RRset | _Several] = {}

    def add(self, record: Record) -> None:
        """Add a record; the first of a key makes the record set, later ones are held against it."""
        earlier = self._sets.get(record.key)
        if earlier is None:
            values = () if record.value is None else (record.value,)
            self._sets[record.key] = RRset(
                record.key,
                record.ttl,
                values,
                record.alias,
                record.routing,
                record.health_check,
                (record.span,),
            )
            return
        if isinstance(earlier, RRset):
            earlier = self._sets[record.key] = _Several(earlier)
        self._join(earlier, record)

    def add_plain(self, name: str, rdtype: str, ttl: int, value: str, span: Span) -> None:
        """`add` for the ordinary record, without a step between."""
        key = RRsetKey(name, rdtype)
        if key in self._sets:
            self.add(Record(key, ttl, value, span))
        else:
            self._sets[key] = RRset(key, ttl, (value,), None, None, None, (span,))

    def finished(self) -> Mapping[RRsetKey, RRset]:
        """The record sets, in the order of their first lines."""
        return {
            key: found if isinstance(found, RRset) else found.finished() for key, found in self._sets.items()
        }

    def names(self) -> Iterator[str]:
        """The owners so far, each as often as it has record sets."""
        return (key.name for key in self._sets)

    def judge(self) -> None:
        """One name and type has one TTL over all its weighted sets (API, ResourceRecordSet)."""
        first: dict[tuple[str, str], RRset] = {}
        for rrset in self._weighted():
            other = first.setdefault((rrset.name, rrset.type), rrset)
            if other.ttl != rrset.ttl and rrset.span is not None:
                self.findings.say(
                    UNEQUAL_WEIGHTED_TTLS,
                    rrset.span,
                    f"{rrset.key} has TTL {rrset.ttl}, {other.key} {other.ttl}:"
                    " the weighted record sets of a name and type have one TTL",
                )

    def _join(self, several: _Several, record: Record) -> None:
        first, value = several.first, record.value
        if first.alias is not None or value is None:
            self._refuse_alias(first, record)
            return
        if (first.routing, first.health_check) != (record.routing, record.health_check):
            self._refuse(
                UNEQUAL_ATTRIBUTES,
                first,
                record,
                "the lines of one record set have one routing and one health check",
            )
            return
        self._judge_ttl(first, record)
        if value in several.values:
            place = _place(several.values[value], record.span)
            summary = f"{record.key} {_short(value)} stands at {place} already"
            self.findings.say(DUPLICATE_RECORD, record.span, summary)
        elif record.key.type in SINGLE_VALUED:
            self._refuse(
                SINGLE_VALUED[record.key.type],
                first,
                record,
                f"a name has at most one {record.key.type}",
            )
        else:
            several.values[value] = record.span

    def _weighted(self) -> Iterator[RRset]:
        for found in self._sets.values():
            rrset = found if isinstance(found, RRset) else found.first
            if isinstance(rrset.routing, Weighted) and rrset.ttl is not None:
                yield rrset

    def _judge_ttl(self, first: RRset, record: Record) -> None:
        if first.ttl == record.ttl:
            return
        summary = (
            f"{record.key} has TTL {record.ttl} here and {first.ttl} at {_place(first.span, record.span)}"
        )
        if first.key.set_identifier is not None:
            self.findings.say(UNEQUAL_TTLS, record.span, summary)
        else:
            hint = f"a record set has one TTL; {first.ttl} is used, write it on every line"
            self.findings.say(UNEQUAL_TTLS, record.span, summary, hint, mildly=True)

    def _refuse_alias(self, first: RRset, record: Record) -> None:
        both = first.alias is not None and record.alias is not None
        why = "a record set has one alias" if both else "a record set is an alias or has values, never both"
        self._refuse(ALIAS_AND_VALUES, first, record, why)

    def _refuse(self, rule: Rule, first: RRset, record: Record, why: str) -> None:
        self.findings.say(
            rule,
            record.span,
            f"{record.key} stands at {_place(first.span, record.span)} already, and {why}",
            "remove one, or give them different set identifiers" if record.routing else "remove one",
        )


def _place(there: Span | None, here: Span) -> str:
    if there is None:
        return "another line"
    return f"line {there.first_line}" if there.path == here.path else str(there)


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "..."
