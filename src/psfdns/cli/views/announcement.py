"""A notice to tenants: its text, and what is shown before and after it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.plan_words import count
from psfdns.notify.message import bounded
from psfdns.plans.desired import zone_stem
from psfdns.tenants.leads import Place
from psfdns.tenants.tenant import Tenant

FORMAT = "psfdns-announce/1"
MAX_SETS = 20
"""Record sets that one message names."""

Shape = dict[str, Any]


def render_body(
    text: str, when: str | None, tenant: Tenant, zones: Sequence[str], places: Sequence[Place]
) -> str:
    """The text as it was written, and whom of the tenant's it concerns."""
    lines = [text.rstrip("\n"), ""]
    if when:
        lines += [f"When: {when}", ""]
    lines += [*_concerned(tenant, zones, places), "", "-- "]
    lines.append(f"You are told because {escape(tenant.path)} names you as liaison.")
    return "\n".join(lines) + "\n"


def _concerned(tenant: Tenant, zones: Sequence[str], places: Sequence[Place]) -> Iterator[str]:
    name = escape(tenant.name)
    if places:
        yield f"This concerns, of {name}:"
        for place in places[:MAX_SETS]:
            yield f"  {escape(str(place.rrset.key))}: {_say_values(place)}"
        if len(places) > MAX_SETS:
            yield f"  and {count(len(places) - MAX_SETS, 'more record set')}"
    elif zones:
        shown = ", ".join(map(zone_stem, zones[:MAX_SETS]))
        more = f" and {count(len(zones) - MAX_SETS, 'more zone')}" if len(zones) > MAX_SETS else ""
        yield f"This concerns, of {name}: {escape(shown)}{more}"
    else:
        yield f"This concerns {name}."


def _say_values(place: Place) -> str:
    rrset = place.rrset
    values = [f"alias to {rrset.alias.name}"] if rrset.alias else list(rrset.values)
    more = f" and {len(values) - 3} more" if len(values) > 3 else ""
    return escape(", ".join(values[:3])) + more


def to_document(
    subject: str, when: str | None, text: str, tenants: Sequence[Shape], *, sent: bool, why_not: str | None
) -> Shape:
    """The document; `why_not` says why nothing was sent."""
    return {
        "format": FORMAT,
        "subject": subject,
        "when": when,
        "text": text,
        "tenants": list(tenants),
        "sent": sent,
        "why_not": why_not,
    }


def render_preview(subject: str, tenants: Sequence[Shape], sample: str | None) -> str:
    """Who would get it, who would not and why, and the first message whole."""
    return "".join(f"{line}\n" for line in _preview(subject, tenants, sample))


def _preview(subject: str, tenants: Sequence[Shape], sample: str | None) -> Iterator[str]:
    waiting = [tenant for tenant in tenants if tenant["waiting"]]
    yield f"Subject: {escape(subject)}"
    yield f"To {count(len(waiting), 'tenant')}:"
    for tenant in waiting:
        yield f"  {escape(tenant['tenant'])}: {escape(', '.join(tenant['waiting']))}"
    for tenant in tenants:
        if tenant["already"]:
            yield f"  told already: {escape(tenant['tenant'])}: {escape(', '.join(tenant['already']))}"
        elif not tenant["waiting"]:
            yield f"  nobody to tell: {escape(tenant['tenant'])} names no liaison"
    if sample is not None:
        yield f"The message to {escape(waiting[0]['tenant'])}:"
        yield ""
        yield from (f"  | {escape(line)}".rstrip() for line in bounded(sample).splitlines())
        yield ""
