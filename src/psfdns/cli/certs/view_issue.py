"""What became of certificates that were ordered: the document `psfdns-certs-issue/1`, and text from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from psfdns.cli.certs.view_deploy import to_document as to_deploy_document
from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import finding_document
from psfdns.diagnostics import Diagnostic
from psfdns.moments import write_moment

if TYPE_CHECKING:
    from psfdns.certs.order import Fault, Outcome
    from psfdns.cli.certs.delivering import Deploys

FORMAT = "psfdns-certs-issue/1"

Shape = dict[str, Any]


Found = tuple[str | None, Diagnostic]
"""A finding, and the certificate that it is about; None: a certs file, of which nothing is renewed."""


def to_document(outcomes: Iterable[Outcome], deploys: Deploys, findings: Iterable[Found] = ()) -> Shape:
    """The document (docs/contract.md §4)."""
    brought = to_deploy_document(deploys)
    return {
        "format": FORMAT,
        "certificates": [_certificate(each) for each in outcomes],
        "deployed": brought["deployed"],
        "forgotten": brought["forgotten"],
        "missing": brought["missing"],
        "findings": [{**finding_document(each), "certificate": name} for name, each in findings],
    }


def _certificate(outcome: Outcome) -> Shape:
    from psfdns.certs.pem import read_certificate

    issued = outcome.got
    there = set(outcome.wish.names if issued is None else issued.wish.names)
    found = read_certificate(issued.set.certificate, name=outcome.wish.name) if issued is not None else None
    return {
        "name": outcome.wish.name,
        "names": list(outcome.wish.names),
        "outcome": "failed" if issued is None else "kept" if issued.wish.is_kept else "issued",
        "lacks": [name for name in outcome.wish.names if name not in there],
        "ca": None if issued is None else issued.ca,
        "replaces": issued is not None and issued.replaces,
        "not_after": None if found is None else write_moment(found.not_after),
        "serial": None if found is None else found.serial,
        "fingerprint": None if found is None else found.fingerprint,
        "faults": [*_faults(outcome)],
    }


def _faults(outcome: Outcome) -> Iterator[Shape]:
    yield from (_fault(each, is_kept=outcome.wish.is_kept) for each in outcome.faults)
    if outcome.kept is not None:
        yield from _faults(outcome.kept)


def _fault(fault: Fault, *, is_kept: bool) -> Shape:
    retry_at = None if fault.retry_at is None else write_moment(fault.retry_at)
    return {"ca": fault.ca, "why": fault.why, "hint": fault.hint, "retry_at": retry_at, "kept": is_kept}


def render_issued(document: Shape) -> str:
    """A line for each that was issued, and for how many of its names."""
    issued = [each for each in document["certificates"] if each["outcome"] != "failed"]
    return "".join(f"{_issued(each)}\n" for each in issued)


def _issued(certificate: Shape) -> str:
    name, ca, until = escape(certificate["name"]), escape(certificate["ca"]), certificate["not_after"][:10]
    if certificate["outcome"] == "issued":
        return f"{name}: issued by {ca}, until {until}"
    lacks = escape(", ".join(certificate["lacks"]))
    return f"{name}: renewed by {ca} for the names that it had, until {until}; it lacks {lacks}"


def render_passed_over(document: Shape) -> str:
    """Why those that were issued were not at CAs that come before."""
    issued = [each for each in document["certificates"] if each["outcome"] == "issued"]
    return "".join(
        f"{escape(each['name'])}: not issued at {escape(fault['ca'] or '')}: {escape(fault['why'])}\n"
        for each in issued
        for fault in each["faults"]
    )


def render_failed(document: Shape) -> str:
    """Every reason of those that were not, or not for all of their names, and what to do."""
    failed = [each for each in document["certificates"] if each["outcome"] != "issued"]
    return "".join(f"{line}\n" for each in failed for line in _reasons(each))


def _reasons(certificate: Shape) -> Iterator[str]:
    """A hint of several reasons stands once, behind the last of them."""
    faults = certificate["faults"]
    for fault, after in zip(faults, (*faults[1:], None), strict=True):
        where = f" at {escape(fault['ca'])}" if fault["ca"] else ""
        what = "not renewed for the names that it has" if fault["kept"] else "not issued"
        yield f"error: {escape(certificate['name'])}: {what}{where}: {escape(fault['why'])}"
        if fault["hint"] and (after is None or after["hint"] != fault["hint"]):
            yield f"hint: {escape(fault['hint'])}"
