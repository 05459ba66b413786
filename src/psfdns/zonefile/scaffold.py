"""The first text of a zone file: what is there already, and comments for whoever goes on from it. Pure.

SOA and NS stand in it so that other programs read it as a whole zone; their names end in .invalid
(RFC 2606 §2), for Route 53 gives the zone its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from psfdns.records import RRset, RRsetKey, Zone
from psfdns.zonefile.write import Columns, columns_of, commonest_ttl, in_order, record_lines

TTL = 3600
"""Of a zone that has no records yet."""

_AUTHORITY = (
    "Route 53 gives the zone its own SOA and name servers. These three lines only make the file",
    "complete for other programs, such as named-checkzone.",
)
_FORM = (
    "A record is a name, a TTL in seconds (or none: that of $TTL), IN, a type and a value. A name without a",
    "final dot lies in this zone, one with it is whole; @ is the zone itself. What stands behind ; is a",
    "remark: take it away in front of a record that you need, and write your own names and addresses.",
)
_EXAMPLES = (
    (
        ("The website: by address, or by CNAME as another name for a host. A CNAME never stands at @.",),
        (
            "@          IN A      192.0.2.80",
            "@          IN AAAA   2001:db8::80",
            "www        IN CNAME  @",
        ),
    ),
    (
        (
            "Mail: who takes it, who may send it (SPF, RFC 7208), and what becomes of forgeries",
            "(DMARC, RFC 7489).",
        ),
        (
            "@          IN MX     10 mx.example.net.",
            '@          IN TXT    "v=spf1 mx -all"',
            '_dmarc     IN TXT    "v=DMARC1; p=none"',
        ),
    ),
    (
        ("A domain without mail says so, and nobody can send mail in its name.",),
        (
            "@          IN MX     0 .",
            '@          IN TXT    "v=spf1 -all"',
            '_dmarc     IN TXT    "v=DMARC1; p=reject"',
        ),
    ),
    (
        ("Who may issue certificates for the zone (CAA, RFC 8659); without it, everybody may.",),
        ('@          IN CAA    0 issue "letsencrypt.org"',),
    ),
)
_REVERSE_EXAMPLES = (
    (
        ("The name of the host at an address: the last label of the address, then the host.",),
        ("80         IN PTR    www.example.org.",),
    ),
)


@dataclass(frozen=True, slots=True)
class FirstText:
    """A file's text, and whose record set each line of records belongs to."""

    text: str
    keys: Mapping[int, RRsetKey]


def write_first(
    zone: Zone,
    *,
    about: Iterable[str],
    left_out: Mapping[RRsetKey, str] | None = None,
    examples: bool = False,
) -> FirstText:
    """The text of a new zone's file; a SOA and NS of the zone's own name are not taken from `zone`.

    `about` are lines of the remark at its top. A record set in `left_out` becomes a remark with the reason
    that stands there. `examples` adds some of what zones usually hold, as remarks.
    """
    left_out = left_out or {}
    rrsets = [rrset for rrset in zone.rrsets.values() if not _is_authority(rrset, zone.origin)]
    ttl = commonest_ttl(rrset for rrset in rrsets if rrset.key not in left_out)
    ttl = TTL if ttl is None else ttl
    authority = _authority(zone.origin)
    columns = columns_of([*authority, *rrsets], origin=zone.origin, default_ttl=ttl)
    place = _Place(zone.origin, ttl, columns)
    head = [*_remarks(about), "", f"$TTL {ttl}", "", *_remarks(_AUTHORITY)]
    lines: list[tuple[str, RRsetKey | None]] = [(line, None) for line in head]
    lines += place.records(authority, {})
    lines += [("", None)] if rrsets else []
    lines += place.records(in_order(rrsets), left_out)
    if examples:
        lines += ((line, None) for line in ("", *_remarks(_FORM), *_example_lines(zone.origin)))
    text = "".join(f"{line.rstrip(' ')}\n" for line, _ in lines)
    keys = {number: key for number, (_, key) in enumerate(lines, start=1) if key is not None}
    return FirstText(text, keys)


class _Place:
    """Origin, TTL and columns of one file."""

    def __init__(self, origin: str, ttl: int, columns: Columns) -> None:
        self._origin = origin
        self._ttl = ttl
        self._columns = columns

    def records(
        self, rrsets: Iterable[RRset], left_out: Mapping[RRsetKey, str]
    ) -> Iterator[tuple[str, RRsetKey]]:
        """Each line with the record set that it belongs to."""
        for rrset in rrsets:
            lines: Iterable[str] = record_lines(
                rrset, origin=self._origin, default_ttl=self._ttl, columns=self._columns
            )
            reason = left_out.get(rrset.key)
            if reason is not None:
                lines = _remarks([f"left out: {reason}", *lines])
            yield from ((line, rrset.key) for line in lines)


def _is_authority(rrset: RRset, origin: str) -> bool:
    return rrset.name == origin and rrset.type in {"SOA", "NS"}


def _authority(origin: str) -> list[RRset]:
    soa = "ns1.invalid. hostmaster.invalid. 1 7200 900 1209600 86400"
    return [
        RRset(RRsetKey(origin, "SOA"), 900, (soa,)),
        RRset(RRsetKey(origin, "NS"), 172800, ("ns1.invalid.", "ns2.invalid.")),
    ]


def _remarks(lines: Iterable[str]) -> Iterator[str]:
    """Lines that nothing but a reader's eye meets, whatever is in them."""
    safe = (line if line.isprintable() else ascii(line)[1:-1] for line in lines)
    return (f"; {line}" if line else ";" for line in safe)


def _example_lines(origin: str) -> Iterator[str]:
    is_reverse = origin.endswith((".in-addr.arpa.", ".ip6.arpa."))
    for remarks, records in _REVERSE_EXAMPLES if is_reverse else _EXAMPLES:
        yield from ("", *_remarks(remarks))
        yield from (f";{record}" for record in records)
