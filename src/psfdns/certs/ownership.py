"""Whose certificate may have which name: names in the store once, names in zones by their holders. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from psfdns.certs.certificate import WantedCertificate, without_wildcard
from psfdns.certs.rules import CERTIFICATE_TWICE, OTHER_TENANTS_NAME, SAME_NAMES
from psfdns.diagnostics import Diagnostic
from psfdns.names import is_subdomain
from psfdns.tenants.zone_file import ZoneFile


def find_conflicts(certificates: Sequence[WantedCertificate]) -> Iterator[Diagnostic]:
    """What certificates say against each other, at each of them."""
    by_name: dict[str, list[WantedCertificate]] = {}
    by_content: dict[object, list[WantedCertificate]] = {}
    for each in certificates:
        by_name.setdefault(each.name, []).append(each)
        by_content.setdefault((frozenset(each.names), each.key, each.is_watched), []).append(each)
    for same in by_name.values():
        for each in same if len(same) > 1 else ():
            where = _places(other for other in same if other is not each)
            summary = f"another certificate is called {each.name}: {where}"
            yield CERTIFICATE_TWICE.broken(each, summary)
    for same in by_content.values():
        for each in same if len(same) > 1 else ():
            others = ", ".join(other.name for other in same if other is not each)
            yield SAME_NAMES.broken(each, f"{each.name} has the names and the kind of key of {others}")


def _places(certificates: Iterable[WantedCertificate]) -> str:
    return ", ".join(
        dict.fromkeys(str(each.span.path if each.span else each.tenant) for each in certificates)
    )


def find_strangers(
    certificates: Iterable[WantedCertificate], files: Iterable[ZoneFile]
) -> Iterator[Diagnostic]:
    """Names that lie in another tenant's zone and are not delegated to this one.

    A zone whose settings cannot be read may delegate: one tenant's broken file stops no other's renewals.
    """
    zones = zones_by_origin(files)
    for each in certificates:
        for name in each.names:
            holders = holders_of(f"{without_wildcard(name)}.", zones)
            if any(zone.findings for zone in holders):
                continue
            if holders and not any(_permits(zone, each.tenant, name) for zone in holders):
                zone = holders[0]
                yield OTHER_TENANTS_NAME.broken(
                    each.span_of(name),
                    f"{name} lies in {zone.stem} of {zone.tenant}, which does not delegate it here",
                    hint=f'delegated = {{ "{without_wildcard(name)}" = "{each.tenant}" }} in {zone.tenant}\'s'
                    " tenant.toml permits it",
                )


def zones_by_origin(files: Iterable[ZoneFile]) -> Mapping[str, Sequence[ZoneFile]]:
    """The zone files of each name whose holders have a say: what CAs see before what they do not.

    Anybody may propose a view of another tenant's zone: it has none beside that zone.
    """
    zones: dict[str, list[ZoneFile]] = {}
    for file in files:
        zones.setdefault(file.origin, []).append(file)
    return {origin: _with_a_say(several) for origin, several in zones.items()}


def _with_a_say(files: Sequence[ZoneFile]) -> Sequence[ZoneFile]:
    public = [file for file in files if not file.settings.private]
    return [file for file in public if file.view is None] or public or files


def holders_of(name: str, zones: Mapping[str, Sequence[ZoneFile]]) -> Sequence[ZoneFile]:
    """The zone files of the nearest public zone that holds a canonical name, else of the nearest private one.

    `name` has no escapes: those of certificates are letters, digits and hyphens.
    """
    private: Sequence[ZoneFile] = ()
    while name:
        holders = zones.get(name, ())
        if any(not file.settings.private for file in holders):
            return holders
        private = private or holders
        name = name.partition(".")[2]
    return private


def _permits(zone: ZoneFile, tenant: str, name: str) -> bool:
    return zone.tenant == tenant or any(
        other == tenant and is_subdomain(f"{name}.", f"{delegated}.")
        for delegated, other in zone.settings.delegated.items()
    )
