"""Where the first records of a new zone come from: a file, name servers, an issue, or nowhere yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.cli.zone.intake import Given
from psfdns.cli.zone.requesting import Request, Source
from psfdns.diagnostics import has_errors
from psfdns.errors import InvalidInputError
from psfdns.records import RRset, RRsetKey, Zone

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.zonefile.parse import ParsedZone


def choose_source(workspace: Workspace, request: Request, given: Given, records: bytes | None) -> Source:
    """The first records: of a file, of the old name servers, of the issue; else none, and examples."""
    origin = request.label.partition("@")[0]
    if given["from_dns"]:
        return _from_dns(workspace, origin)
    if given["exported"]:
        return _from_file(workspace, request, Path(given["exported"]))
    if records is not None:
        from psfdns.zonefile.parse import parse_zone

        name = f"{given['from_issue']} (Records)"
        parsed = parse_zone(records, origin=origin, path=name, default_ttl=workspace.config.default_ttl)
        return _from_parsed("issue", parsed, request, about="as it was asked for")
    about = (
        f"{request.stem}: the records of this zone. `psfdns check` says what is wrong with it, `psfdns plan`",
        "what it would change; docs/zone-files.md is the guide.",
    )
    return Source("template", Zone(origin, {}), about)


def _from_file(workspace: Workspace, request: Request, path: Path) -> Source:
    from psfdns.cli.import_.exported import read_exported

    exported = read_exported(path, zone=request.stem, default_ttl=workspace.config.default_ttl)
    return _from_parsed("file", exported.parsed, request, about=f"from {path.name!r}")


def _from_parsed(kind: str, parsed: ParsedZone, request: Request, *, about: str) -> Source:
    """What a person wrote; raises InvalidInputError for errors, at their lines there."""
    from psfdns.checks import run_checks
    from psfdns.cli.zone.surveying import NotTaken
    from psfdns.settings import ZoneSettings

    origin = parsed.zone.origin
    found = run_checks(parsed.zone, settings=ZoneSettings(), findings=parsed.findings)
    if has_errors(found):
        raise InvalidInputError(found, summary=f"{request.stem} is not made: its records have errors")
    rrsets: dict[RRsetKey, RRset] = {}
    not_taken = []
    for key, rrset in parsed.zone.rrsets.items():
        if key.name == origin and key.type in {"SOA", "NS"}:
            not_taken.append(NotTaken(key.name, key.type, "Route 53 gives the zone its own"))
        else:
            rrsets[key] = rrset
    notes = tuple(each for each in parsed.findings if each.code != "empty-zone")
    remark = (f"{request.stem}, {about}.",)
    return Source(kind, Zone(origin, rrsets), remark, notes, None, tuple(not_taken))


def _from_dns(workspace: Workspace, origin: str) -> Source:
    from psfdns.cli.wiring import now
    from psfdns.cli.zone.surveying import about_survey, survey_zone, take_over

    survey = survey_zone(workspace, origin)
    taken = take_over(survey)
    about = tuple(about_survey(survey, today=now().date().isoformat()))
    return Source("dns", taken.zone, about, (), survey, tuple(taken.not_taken))
