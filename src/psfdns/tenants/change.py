"""Whether a change is the actor's to make: files, settings and zones, judged by what stood before. Pure.

Nothing here reads a pull request's own word for who owns what: `owners` says it. `captures.py` looks at the
record sets of the zones that changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace

from psfdns.diagnostics import Diagnostic, Rule, Severity, Span
from psfdns.names import is_subdomain
from psfdns.settings import Registrar, ZoneSettings
from psfdns.tenants import change_rules as rules
from psfdns.tenants.actor import STAFF_KIND, Actor, name_approvers
from psfdns.tenants.likeness import index_by_skeleton, skeleton
from psfdns.tenants.load import Repository
from psfdns.tenants.names import TENANT_FILE
from psfdns.tenants.tenant import Tenant
from psfdns.tenants.zone_file import ZoneFile

MAX_FILES = 20
"""Findings about files that are not the actor's; what is beyond is counted."""

_STRANGER = (
    "whoever made the change is no liaison of any tenant by their GitHub handle; leave the file as it is"
)

_GUARDED = frozenset(
    {"id", "ignore", "protect", "apex", "registrar", "delegation_set", "private", "delegated"}
)
"""Settings of a zone that the staff change; a tenant changes `dnssec`, `expires` and `comment`."""
_ASKED_FOR = frozenset({"protect", "registrar"})
"""Those of them that may stand in the request for a new zone: the staff approve it as a whole."""


@dataclass(frozen=True, slots=True)
class ChangeScene:
    """What is judged: `base` where the change began, `head` where it ends, what differs, and who acts.

    `owners` says who owns what: the revision that the change is to become part of. Paths are relative to
    the root, with `/`.

    `actor` None means that it is not known: then nothing is refused, and whose the files are is not asked.
    """

    base: Repository
    owners: Repository
    head: Repository
    changed: frozenset[str]
    actor: Actor | None

    def holds(self, slug: str) -> bool:
        """Whether what is this tenant's is the actor's to change."""
        return self.actor is not None and self.actor.holds(slug)

    def say(
        self, rule: Rule, at: Span | None, summary: str, *, of: Collection[str] = (), why: str | None = None
    ) -> Diagnostic:
        """The finding, with those who have to approve: the staff, or the tenants `of`."""
        hint = f"{why or rule.mend}; {name_approvers(of, self.owners.tenants)}"
        return replace(rule.broken(at, summary, hint=hint), severity=self._severity(rule))

    def _severity(self, rule: Rule) -> Severity:
        if self.actor is None and rule.severity is Severity.ERROR:
            return Severity.WARNING
        return Severity.INFO if self.actor is not None and self.actor.is_staff else rule.severity


def judge_change(scene: ChangeScene) -> Iterator[Diagnostic]:
    """What in the change is not the actor's to decide, each with who must approve."""
    yield from _judge_files(scene)
    yield from _judge_tenants(scene)
    yield from _judge_zones(scene)


def owner_of(path: str) -> str | None:
    """The folder name of the tenant whose file this is; None for the staff's."""
    parts = path.split("/")
    if is_for_git(path):
        return None
    if len(parts) > 2 and parts[0] == "zones":
        return parts[1]
    if len(parts) == 2 and parts[0] == "certs" and parts[1].endswith(".toml"):
        return parts[1].removesuffix(".toml")
    return None


def is_for_git(path: str) -> bool:
    """Whether git or GitHub goes by it, as .gitattributes: it can hide a change from whoever reviews it."""
    return any(part.lower().startswith(".git") for part in path.split("/"))


def _known(repository: Repository) -> frozenset[str]:
    """The tenants that there are, those with a broken tenant.toml included."""
    return frozenset(repository.tenants) | {file.tenant for file in repository.zone_files}


def _judge_files(scene: ChangeScene) -> Iterator[Diagnostic]:
    if scene.actor is None:
        return
    known = _known(scene.base) | _known(scene.owners)
    new = _known(scene.head) - known
    stranger = None if scene.actor.tenants else _STRANGER
    strange = [path for path in sorted(scene.changed) if not _may_write(scene, path, new)]
    for path in strange[:MAX_FILES]:
        slug = owner_of(path)
        if slug in known and slug is not None:
            summary = f"this file is {slug}'s"
            yield scene.say(rules.OTHER_TENANTS_FILE, Span(path), summary, of=[slug], why=stranger)
        else:
            what = "what git and GitHub go by" if is_for_git(path) else "this file"
            yield scene.say(rules.STAFF_FILE, Span(path), f"{what} is the staff's")
    if len(strange) > MAX_FILES:
        more = f"{len(strange) - MAX_FILES:,} more files that are not the actor's"
        yield scene.say(rules.MORE_FILES, None, more)


def _may_write(scene: ChangeScene, path: str, new: Collection[str]) -> bool:
    slug = owner_of(path)
    if slug is None:
        return scene.actor is not None and scene.actor.is_staff
    return slug in new or scene.holds(slug)


def _judge_tenants(scene: ChangeScene) -> Iterator[Diagnostic]:
    skeletons = index_by_skeleton(scene.owners.tenants)
    for slug in sorted(_known(scene.head) - _known(scene.base) - _known(scene.owners)):
        folder = Span(f"zones/{slug}/{TENANT_FILE}")
        alike = skeletons.get(skeleton(slug))
        if alike is not None:
            yield scene.say(rules.LOOKS_LIKE, folder, f"the tenant {slug} looks like {alike}", of=[alike])
        yield scene.say(rules.NEW_TENANT, folder, f"a new tenant, {slug}")
        if slug in scene.head.tenants:
            yield from _judge_standing(scene, scene.head.tenants[slug])
    for slug, before in scene.base.tenants.items():
        after = scene.head.tenants.get(slug)
        if before.path not in scene.changed:
            continue
        if after is None:
            yield scene.say(
                rules.TENANT_REMOVED, Span(before.path), f"{slug} would have no valid tenant.toml"
            )
        else:
            yield from _judge_tenant(scene, before, after)


def _judge_tenant(scene: ChangeScene, before: Tenant, after: Tenant) -> Iterator[Diagnostic]:
    at = Span(after.path)
    for key in ("name", "kind", "approved", "billing", "team"):
        if getattr(before, key) != getattr(after, key):
            yield scene.say(rules.STAFF_SETTING, at, f"{key} of {after.slug} is changed")
    if before.liaisons != after.liaisons:
        gone = [each.name for each in before.liaisons if each not in after.liaisons]
        new = [each.name for each in after.liaisons if each not in before.liaisons]
        summary = f"the liaisons of {after.slug} change: {_listed('+', new)}{_listed('-', gone)}".rstrip()
        yield scene.say(rules.LIAISON_CHANGED, at, summary, of=[before.slug])
    yield from _judge_settings(scene, at, before.zones, after.zones)


def _judge_standing(scene: ChangeScene, new: Tenant) -> Iterator[Diagnostic]:
    """A new tenant says what it is itself, but not that it is the staff, nor what psfdns may touch."""
    at = Span(new.path)
    if new.kind == STAFF_KIND:
        summary = f'{new.slug} would be of kind = "{STAFF_KIND}", whose people may change everything'
        yield scene.say(rules.STAFF_SETTING, at, summary)
    yield from _judge_settings(scene, at, {}, new.zones)


def _judge_settings(
    scene: ChangeScene, at: Span, before: Mapping[str, ZoneSettings], after: Mapping[str, ZoneSettings]
) -> Iterator[Diagnostic]:
    held = {file.stem for file in scene.base.zone_files}
    for stem in dict.fromkeys([*before, *after]):
        keys = _changed_keys(before.get(stem), after.get(stem))
        for key in sorted(keys & (_GUARDED if stem in held else _GUARDED - _ASKED_FOR)):
            yield scene.say(rules.STAFF_SETTING, at, f"{key} of {stem} is changed")


def _listed(sign: str, names: Iterable[str]) -> str:
    return "".join(f"{sign}{name} " for name in names)


def _changed_keys(before: ZoneSettings | None, after: ZoneSettings | None) -> frozenset[str]:
    one, other = before or ZoneSettings(), after or ZoneSettings()
    return frozenset(
        field.name for field in fields(ZoneSettings) if getattr(one, field.name) != getattr(other, field.name)
    )


def _judge_zones(scene: ChangeScene) -> Iterator[Diagnostic]:
    before = {(file.origin, file.view): file for file in scene.base.zone_files}
    after = {(file.origin, file.view) for file in scene.head.zone_files}
    skeletons = index_by_skeleton(file.origin for file in scene.owners.zone_files)
    origins = _holders_by_origin(scene.owners.zone_files)
    for file in scene.head.zone_files:
        was = before.get((file.origin, file.view))
        if was is None:
            yield from _judge_new_zone(scene, file, origins, skeletons)
        elif was.tenant != file.tenant:
            yield _moved(scene, file, was.tenant)
        elif file.shown_path in scene.changed:
            holder = _holder(scene, file)
            if holder is not None and holder != file.tenant:
                yield _moved(scene, file, holder)
    for key, file in before.items():
        if key not in after:
            summary = f"{file.stem} has no file any more"
            yield scene.say(rules.ZONE_REMOVED, Span(file.shown_path), summary, of=[file.tenant])


def _holders_by_origin(files: Iterable[ZoneFile]) -> Mapping[str, Collection[str]]:
    """Each zone's tenants: views of it may be of several."""
    found: dict[str, set[str]] = {}
    for file in files:
        found.setdefault(file.origin, set()).add(file.tenant)
    return found


def _holder(scene: ChangeScene, file: ZoneFile) -> str | None:
    """Whose the zone is by the revision; it may have gone to another tenant since the change began."""
    held = (
        other for other in scene.owners.zone_files if (other.origin, other.view) == (file.origin, file.view)
    )
    return next((other.tenant for other in held), None)


def _moved(scene: ChangeScene, file: ZoneFile, before: str) -> Diagnostic:
    return scene.say(
        rules.ZONE_MOVED, Span(file.shown_path), f"{file.stem} was {before}'s", of=[before, file.tenant]
    )


def _judge_new_zone(
    scene: ChangeScene, file: ZoneFile, origins: Mapping[str, Collection[str]], skeletons: Mapping[str, str]
) -> Iterator[Diagnostic]:
    at = Span(file.shown_path)
    for holder in sorted({*origins.get(file.origin, ())} - {file.tenant}):
        yield _moved(scene, file, holder)
    alike = skeletons.get(skeleton(file.origin))
    if alike is not None and alike != file.origin:
        yield scene.say(rules.LOOKS_LIKE, at, f"{file.origin} looks like {alike}")
    below = sorted(
        {
            other.tenant
            for other in scene.owners.zone_files
            if other.tenant != file.tenant
            and other.origin != file.origin
            and is_subdomain(other.origin, file.origin)
        }
    )
    if below:
        summary = f"{file.origin} contains zones of {', '.join(below)}"
        yield scene.say(rules.ZONE_ABOVE, at, summary, of=below)
    # A private view of its own is no right to names that the world sees in another's zone.
    held = [other for other in scene.owners.zone_files if file.settings.private or not other.settings.private]
    above = _nearest_above(file.origin, held)
    if above and not any(_delegates(zone, file) for zone in above):
        summary = f"{file.origin} lies in {above[0].stem}, which {above[0].tenant} did not delegate"
        yield scene.say(rules.ZONE_INSIDE, at, summary, of=[above[0].tenant])
    registrar = ", to be registered with us" if file.settings.registrar is Registrar.GANDI else ""
    yield scene.say(rules.NEW_ZONE, at, f"a new zone, {file.stem}{registrar}")


def _nearest_above(origin: str, files: Iterable[ZoneFile]) -> list[ZoneFile]:
    above = [file for file in files if file.origin != origin and is_subdomain(origin, file.origin)]
    longest = max((len(file.origin) for file in above), default=0)
    return [file for file in above if len(file.origin) == longest]


def _delegates(zone: ZoneFile, below: ZoneFile) -> bool:
    return zone.tenant == below.tenant or any(
        tenant == below.tenant and is_subdomain(below.origin, f"{name}.")
        for name, tenant in zone.settings.delegated.items()
    )
