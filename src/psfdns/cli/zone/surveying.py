"""What the old name servers said, as record sets of a zone, and what of it cannot be taken over."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psfdns.rdata import MAX_TTL, RdataError, canonical_rdata
from psfdns.records import HOSTED_TYPES, RRset, RRsetKey, Zone

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.lookup.answer import HeardSet
    from psfdns.lookup.inventory import Survey

DNSSEC_TYPES = frozenset("DNSKEY RRSIG NSEC NSEC3 NSEC3PARAM CDS CDNSKEY DLV".split())
"""Route 53 makes its own where a zone is signed."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Something that the old servers have and the new file does not, and why."""

    name: str
    type: str
    why: str


@dataclass
class Taken:
    """The zone as it can be taken over, and what cannot."""

    zone: Zone
    not_taken: list[NotTaken] = field(default_factory=list)


def survey_zone(workspace: Workspace, origin: str) -> Survey:
    """Ask the name servers of a zone; raises LookupFailedError."""
    import secrets

    from psfdns.cli.resolving import open_public_walk
    from psfdns.cli.wiring import talk
    from psfdns.lookup.inventory import Surveyor

    talk(workspace.options, f"asking the name servers of {origin} …")
    surveyor = Surveyor(open_public_walk(workspace), probe=f"psfdns-{secrets.token_hex(8)}")
    return surveyor.survey(origin)


def take_over(survey: Survey) -> Taken:
    """The record sets that Route 53 can host; its own SOA and NS take the place of the old ones."""
    rrsets: dict[RRsetKey, RRset] = {}
    not_taken = [NotTaken(left.name, left.type, left.why) for left in survey.left_out]
    generated: Counter[str] = Counter()
    for heard in survey.sets:
        if heard.name == survey.zone and heard.type in {"SOA", "NS"}:
            continue
        if heard.type in DNSSEC_TYPES:
            generated[heard.type] += 1
        elif heard.type not in HOSTED_TYPES:
            not_taken.append(NotTaken(heard.name, heard.type, "Route 53 cannot host this type"))
        else:
            rrset = _rrset_of(heard, not_taken)
            rrsets.update({rrset.key: rrset} if rrset.values else {})
    not_taken += (
        NotTaken(survey.zone, rdtype, f"DNSSEC: {count} in the old zone, a signed zone has its own")
        for rdtype, count in sorted(generated.items())
    )
    return Taken(Zone(survey.zone, rrsets), not_taken)


def _rrset_of(heard: HeardSet, not_taken: list[NotTaken]) -> RRset:
    """The set with those of its values that are what they should be; a TTL too large is 0 (RFC 2181 §8)."""
    values = []
    for value in heard.values:
        try:
            values.append(canonical_rdata(heard.type, value))
        except RdataError as error:
            not_taken.append(NotTaken(heard.name, heard.type, str(error)))
    ttl = heard.ttl if heard.ttl <= MAX_TTL else 0
    return RRset(RRsetKey(heard.name, heard.type), ttl, tuple(sorted(set(values))))


def about_survey(survey: Survey, *, today: str) -> Iterator[str]:
    """The remark on top of a file that was made from answers."""
    stem = survey.zone.removesuffix(".")
    servers = ", ".join(each.name for each in survey.servers[:6])
    if survey.complete:
        yield f"{stem}, as its old name servers handed it over on {today}: all that they hold."
        yield f"Asked: {servers}"
        return
    yield f"{stem}, as its old name servers answered on {today}. THIS LIST IS NOT KNOWN TO BE COMPLETE:"
    yield "DNS cannot be asked for all names, only for names that one knows. Compare it with the export of"
    yield "the old host before the name servers are changed; what is missing here will be gone."
    yield f"Asked: {servers}"
    if survey.wildcard:
        yield ""
        yield "Every name answers there: names that answer as the wildcard does cannot be told from it."


def warnings_of(survey: Survey) -> Iterator[str]:
    """What a person has to know of a survey, for stderr."""
    for each in survey.servers:
        if each.outcome != "transfer":
            yield f"{each}: {each.outcome}"
    for name, rdtype, answers in survey.differences:
        said = "; ".join(
            f"{server.name}: {' | '.join(values) or 'nothing'}{f' (TTL {ttl})' if ttl is not None else ''}"
            for server, ttl, values in answers
        )
        yield f"the servers differ: {name} {rdtype}: {said if len(said) <= 600 else said[:599] + '…'}"
    for unanswered in survey.unanswered[:20]:
        yield f"not known: {unanswered.name} {unanswered.type}: {unanswered.why}"
    if len(survey.unanswered) > 20:
        yield f"not known: {len(survey.unanswered) - 20} more"
    if not survey.complete:
        yield (
            f"a zone that is not handed over cannot be listed: {len(survey.asked)} names were asked, and at "
            f"{len(survey.empty)} there is nothing:"
        )
        yield from textwrap.wrap(
            " ".join(survey.empty),
            width=100,
            initial_indent="  ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def survey_document(survey: Survey) -> dict[str, object]:
    """The survey as `zone new --json` shows it."""
    return {
        "complete": survey.complete,
        "wildcard": survey.wildcard,
        "servers": [
            {
                "name": each.name,
                "address": str(each.server.server) if each.server else None,
                "outcome": each.outcome,
            }
            for each in survey.servers
        ],
        "asked": list(survey.asked),
        "empty": list(survey.empty),
        "differences": [
            {
                "name": name,
                "type": rdtype,
                "answers": [
                    {"server": server.name, "ttl": ttl, "values": list(values)}
                    for server, ttl, values in answers
                ],
            }
            for name, rdtype, answers in survey.differences
        ],
        "unanswered": [each._asdict() for each in survey.unanswered],
    }
