"""What a zone file's lines hand on to later ones: origin, owner, TTLs, and everything collected. Pure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from psfdns.diagnostics import Span, Suppression
from psfdns.zonefile.collect import Record, RecordSets
from psfdns.zonefile.findings import Findings, Limits
from psfdns.zonefile.lines import Entry
from psfdns.zonefile.rules.lines import TOO_MANY_RECORDS
from psfdns.zonefile.rules.records import IMPLIED_TTL


class Ttl:
    """The TTL of a record that states none: $TTL, the last one stated, the SOA's minimum, the default.

    That is BIND's order; RFC 2308 §4 knows the first, RFC 1035 §5.1 the second, and only the first is
    without a warning, said once for every TTL that is taken over.
    """

    def __init__(self, default: int) -> None:
        self.default = default
        self.directive: int | None = None
        self.last: int | None = None
        self.minimum: int | None = None
        self._said: tuple[str, int] | None = None

    def settled(self) -> int | None:
        """The TTL for a record that has none of its own, or None where a warning is due first."""
        if self.directive is not None:
            return self.directive
        ttl, source = self._taken_over()
        return ttl if source is None or self._said == (source, ttl) else None

    def implied(self, span: Span, findings: Findings) -> int:
        """The TTL for a record at `span` that has none of its own."""
        if self.directive is not None:
            return self.directive
        ttl, source = self._taken_over()
        if source is not None and self._said != (source, ttl):
            self._said = (source, ttl)
            findings.say(
                IMPLIED_TTL,
                span,
                f"no TTL here and no $TTL above: {source}, {ttl}, is used",
                f"write $TTL {ttl} at the top, or the TTL on each record",
            )
        return ttl

    def _taken_over(self) -> tuple[int, str | None]:
        """The TTL and whose it is; None for the default, of which nothing needs saying."""
        if self.last is not None:
            return self.last, "the last one stated"
        if self.minimum is not None:
            return self.minimum, "the SOA's minimum"
        return self.default, None


class Owner:
    """The owner that a record with none of its own inherits.

    `name` only if it is in the zone; else `outside` is where it lies, or it is `lost`, for it was wrong.
    `before` is the name where $ORIGIN came after it: who inherits it is told, and it is `name` again.
    """

    __slots__ = ("before", "lost", "name", "outside")

    def __init__(
        self,
        name: str | None = None,
        *,
        outside: str | None = None,
        lost: bool = False,
        before: str | None = None,
    ) -> None:
        self.name = name
        self.outside = outside
        self.lost = lost
        self.before = before


class Spellings:
    """The letters, small or capital, that owners were first written in.

    Nothing is kept until a capital is met: then every name before it had none.
    """

    def __init__(self, zone_origin: str) -> None:
        self.watched = False
        self._own_length = len(zone_origin) + (zone_origin != ".")
        self._first: dict[str, str] = {}
        self._told: set[str] = set()

    def find_other(self, written: str, name: str, names: Iterator[str]) -> str | None:
        """The earlier spelling of `name` in letters of other case; `names` are those before it."""
        if written == "@" or (not self.watched and name.startswith(written)):
            return None
        if not self.watched:
            self.watched = True
            self._first = {each: self._own(each) for each in names}
        full = written if written[-1] == "." else f"{written}{name[len(written) :]}"
        if full.lower() != name or name in self._told:
            return None
        spelling = self._own(full)
        first = self._first.setdefault(name, spelling)
        return None if first == spelling else first

    def tell(self, name: str) -> None:
        """Say no more of this name."""
        self._told.add(name)

    def _own(self, name: str) -> str:
        """The part before the zone's own name, whose letters are nobody's choice."""
        return name[: -self._own_length]


class State:
    """Everything that reading a zone changes."""

    def __init__(self, zone_origin: str, default_ttl: int, limits: Limits) -> None:
        self.zone_origin = zone_origin
        self.limits = limits
        self.findings = Findings(limits.findings)
        self.sets = RecordSets(self.findings)
        self.suppressions: list[Suppression] = []
        self.ttl = Ttl(default_ttl)
        self.count = 0
        self.owner = Owner()
        self.spellings = Spellings(zone_origin)
        self.set_origin(zone_origin)

    def set_origin(self, origin: str) -> None:
        """Make `origin` (canonical) what relative names are completed with."""
        self.origin = origin
        self.doubled = f".{origin}{origin}"
        self.owners: dict[str, str] = {}

    def repeats_zone(self, written: str) -> bool:
        """Whether a relative name ends with the zone's own, which is appended once more.

        Not so below `_report`, where names of other domains stand (RFC 9990 §4).
        """
        ends = f".{written.lower()}.".endswith(f".{self.zone_origin}") and self.zone_origin != "."
        return ends and written[-1] != "." and not self.origin.startswith("_report.")

    def direct_origin(self, origin: str) -> None:
        """`set_origin` for the directive, behind which an inherited owner is easily misread."""
        self.set_origin(origin)
        name = self.owner.name or self.owner.before
        if name is not None:
            self.owner = Owner(name) if name == origin else Owner(before=name)

    def other_case(self, written: str, name: str) -> str | None:
        """How the owner was spelt before, relative to the zone, where `written` differs in case."""
        return self.spellings.find_other(written, name, self.sets.names())

    @contextlib.contextmanager
    def within(self, origin: str) -> Iterator[None]:
        """For an included file: its own origin and no owner yet; then both as before (RFC 1035 §5.1)."""
        before, self.owner = (self.origin, self.owner), Owner()
        self.set_origin(origin)
        yield
        self.set_origin(before[0])
        self.owner = before[1]

    def counted(self, span: Span) -> None:
        """Count a record; raises where there are too many."""
        self.count += 1
        if self.count > self.limits.records:
            raise self.findings.stop(
                TOO_MANY_RECORDS, span, f"more than {self.limits.records} records in one zone"
            )

    def add(self, record: Record) -> None:
        """Count and collect a record."""
        self.counted(record.span)
        self.sets.add(record)

    def report_faults(self, entry: Entry, path: str) -> None:
        """The entry's faults as findings."""
        for fault in entry.faults:
            span = Span(path, fault.line, fault.line)
            self.findings.say(fault.rule, span, fault.summary, fault.hint, mildly=fault.warning)

    @staticmethod
    def shown(text: str) -> str:
        """`text` in quotes, short, and without anything that a terminal would obey."""
        short = text if len(text) <= 60 else text[:57] + "..."
        return f'"{short}"' if short.isprintable() else f'"{ascii(short)[1:-1]}"'
