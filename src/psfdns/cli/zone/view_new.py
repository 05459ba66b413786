"""What `zone new` made, as a document and as text from that document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape
from psfdns.cli.views.findings import finding_document
from psfdns.cli.views.plan_words import count
from psfdns.cli.zone.surveying import survey_document
from psfdns.settings import Registrar
from psfdns.tenants.load import ZONES
from psfdns.tenants.names import TENANT_FILE

if TYPE_CHECKING:
    from psfdns.cli.zone.requesting import NewZone

FORMAT = "psfdns-zone-new/1"
SHOWN = 20
"""Things left out that the text names; the document has them all."""

Shape = dict[str, Any]


def to_document(made: NewZone, *, written: bool) -> Shape:
    """The document of `zone new --json`."""
    file, source = made.file, made.source
    return {
        "format": FORMAT,
        "name": file.origin,
        "view": file.view,
        "tenant": file.tenant,
        "new_tenant": made.is_new_tenant,
        "written": written,
        "files": _files(made),
        "source": source.kind,
        "record_sets": made.rrset_count,
        "left_out": [
            *({"name": each.name, "type": each.type, "why": each.why} for each in source.not_taken),
            *({"name": key.name, "type": key.type, "why": why} for key, why in made.left_out.items()),
        ],
        "survey": survey_document(source.survey) if source.survey else None,
        "findings": [finding_document(finding) for finding in made.findings],
        "next": list(_next(made)),
    }


def _files(made: NewZone) -> list[Shape]:
    folder = f"{ZONES}/{made.file.tenant}"
    files = []
    if made.files.tenant_text is not None:
        action = "create" if made.is_new_tenant else "update"
        files.append({"path": f"{folder}/{TENANT_FILE}", "action": action, "text": made.files.tenant_text})
    zone = {"path": made.file.shown_path, "action": "create", "text": made.files.zone_text}
    return [*files, zone]


def _next(made: NewZone) -> Iterator[str]:
    """What happens until the zone answers."""
    stem, tenant = made.file.stem, made.file.tenant
    yield f"read the files, then: git switch -c {_branch(stem)} && git add {ZONES}/{tenant} && git commit"
    yield "push the branch and open a pull request: psfdns check and psfdns plan say there what would happen"
    yield "staff review and merge it"
    yield f"staff run psfdns apply {stem}, which makes the zone and prints its name servers"
    if made.file.settings.private:
        return
    if made.file.settings.registrar is Registrar.NONE:
        where = made.parent or "the zone above"
        yield f"then write these name servers as NS records of {stem} into {where}"
        return
    if made.source.kind in {"dns", "file", "issue"}:
        yield f"compare what old and new name servers answer, and take away a DS of {stem} at the registrar"
    who = "staff" if made.file.settings.registrar is Registrar.GANDI else "you"
    yield f"{who} replace the name servers of {stem} at the registrar by these"


def _branch(stem: str) -> str:
    return "zone-" + "".join(char if char.isalnum() or char in ".-_" else "-" for char in stem)


def render_text(document: Shape) -> str:
    """What was written, what of the old zone was not, what is wrong, and what comes next."""
    return "".join(f"{line}\n" for line in _lines(document))


def _lines(document: Shape) -> Iterator[str]:
    for file in document["files"]:
        if document["written"]:
            yield f"{file['action']}d  {escape(file['path'])}"
        else:
            yield f"would {file['action']} {escape(file['path'])}:"
            yield from (f"  {escape(line)}".rstrip() for line in file["text"].splitlines())
    sets = count(document["record_sets"], "record set")
    yield f"{escape(document['name'])} of {document['tenant']}: {sets}"
    left = document["left_out"]
    for each in left[:SHOWN]:
        yield f"left out: {escape(each['name'])} {escape(each['type'])}: {escape(each['why'])}"
    if len(left) > SHOWN:
        yield f"left out: {len(left) - SHOWN} more"
    for finding in document["findings"]:
        place = f"{finding['path']}:{finding['line']}: " if finding["line"] else f"{finding['path']}: "
        yield f"{escape(place)}{finding['severity']}: {escape(finding['summary'])} [{finding['code']}]"
    yield "Next:"
    yield from (f"  {number}. {escape(step)}" for number, step in enumerate(document["next"], start=1))
