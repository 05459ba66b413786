"""What a change brings: findings that the base revision did not have, and whose change it is to make."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psfdns.baseline import compare, take_baseline
from psfdns.cli.before import before_change
from psfdns.cli.certs.certificates import CertificateCheck
from psfdns.cli.repository import read_with_contents, select_zones, unknown
from psfdns.cli.revision import changed_paths, find_submodules
from psfdns.diagnostics import Diagnostic, Span
from psfdns.tenants.actor import Actor, actor_for, tenants_of
from psfdns.tenants.captures import find_captures
from psfdns.tenants.change import ChangeScene, judge_change
from psfdns.tenants.codeowners import PATHS as CODEOWNERS
from psfdns.tenants.codeowners import render_codeowners
from psfdns.tenants.load import Repository, load_repository, read_text
from psfdns.tenants.rules import BAD_FILE

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.plans.desired import DesiredZone
    from psfdns.records import Zone
    from psfdns.tenants.zone_file import ZoneFile

    _Read = tuple[DesiredZone, Zone]
    """A zone file as `plan` would take it, and what could be read of it in spite of errors."""


@dataclass(frozen=True, slots=True)
class Since:
    """`--changed-since`, and who acts: `--actor-tenant` by name, `--actor` by GitHub login."""

    revision: str
    tenants: Sequence[str] = ()
    logins: Sequence[str] = ()

    def actor(self, base: Repository) -> Actor | None:
        """Who acts, by the tenants of the revision; None where it was not said. Raises UsageError."""
        for tenant in self.tenants:
            if tenant not in base.tenants:
                raise unknown("tenant", tenant, base.tenants)
        if not self.tenants and not self.logins:
            return None
        meant = [slug for login in self.logins for slug in tenants_of(login, base.tenants)]
        return actor_for([*self.tenants, *meant], base.tenants)


@dataclass(frozen=True, slots=True)
class ChangeFound:
    """What the change brings, what of it is not the actor's to decide, and the zones that it touches.

    `read` are those zones as they are and as they were.
    """

    findings: tuple[Diagnostic, ...]
    policy: tuple[Diagnostic, ...]
    read: tuple[tuple[DesiredZone, DesiredZone | None], ...]


def check_change(workspace: Workspace, repository: Repository, since: Since) -> ChangeFound:
    """Judge the change from the merge base to the working tree. Raises PsfdnsError, UsageError."""
    changed = changed_paths(workspace.root, since.revision)
    touched = select_zones(repository, changed=changed)
    with before_change(workspace.root, since.revision) as folders:
        base, owners = load_repository(folders.merge_base), load_repository(folders.revision)
        actor = since.actor(owners)
        before = {file.shown_path: _read(workspace, file) for file in select_zones(base, changed=changed)}
        zones_before = [zone for zone, _ in before.values()]
        wanted_before = _check_certificates(workspace, base, zones_before, root=folders.merge_base)
    after = {file.shown_path: (file, _read(workspace, file)) for file in touched}
    wanted_after = _check_certificates(workspace, repository, [zone for _, (zone, _) in after.values()])
    scene = ChangeScene(
        base, owners, repository, frozenset(_without_generated(workspace, repository, changed)), actor
    )
    old = [*base.findings, *(finding for zone in zones_before for finding in zone.findings)]
    new = [*repository.findings, *(finding for _, (zone, _) in after.values() for finding in zone.findings)]
    old += wanted_before
    new += wanted_after
    new += _refuse_submodules(workspace.root, changed)
    captures = [
        finding
        for path, (file, (_, contents)) in after.items()
        for finding in find_captures(scene, file, before=_contents_of(before.get(path)), after=contents)
    ]
    read = tuple((zone, _zone_of(before.get(path))) for path, (_, (zone, _)) in after.items())
    return ChangeFound(compare(new, take_baseline(old)).new, (*judge_change(scene), *captures), read)


def _read(workspace: Workspace, file: ZoneFile) -> _Read:
    return read_with_contents(file, workspace.config)


def _zone_of(read: _Read | None) -> DesiredZone | None:
    return None if read is None else read[0]


def _contents_of(read: _Read | None) -> Zone | None:
    """What captures names is judged in a zone with errors too: it goes out with whatever mends them."""
    return None if read is None else read[1]


def _refuse_submodules(root: Path, changed: Collection[str]) -> Iterator[Diagnostic]:
    """A submodule lies there as an empty folder, and what it holds is in nobody's review."""
    for path in sorted(find_submodules(root).intersection(changed)):
        yield BAD_FILE.broken(Span(path), "is a submodule, which is another repository")


def _check_certificates(
    workspace: Workspace, repository: Repository, zones: Iterable[DesiredZone], *, root: Path | None = None
) -> tuple[Diagnostic, ...]:
    """What is wrong with the certificates wanted at one revision; a zone may forbid what a file wants."""
    check = CertificateCheck(workspace, repository, root=root)
    for zone in zones:
        check.keep(zone)
    return check.find()


def _without_generated(
    workspace: Workspace, repository: Repository, changed: Collection[str]
) -> Iterator[str]:
    """The changed paths; CODEOWNERS as psfdns makes it from these very files is nobody's doing."""
    made = render_codeowners(repository.tenants)
    for path in changed:
        if path not in CODEOWNERS or read_text(workspace.root / path) != made:
            yield path
