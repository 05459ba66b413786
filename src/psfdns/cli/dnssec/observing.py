"""What a procedure goes by, asked of everybody: DNS from the root down, Route 53, the registrar."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.delegation.verdict import Status as Delegated
from psfdns.diagnostics import Severity
from psfdns.dnssec.procedures import timing
from psfdns.dnssec.procedures.digests import HELD, SHOWN, keys_behind, known_as, own_ds
from psfdns.dnssec.procedures.reading import read_parents, read_servers, read_ttls, read_unsound
from psfdns.dnssec.procedures.seen import YES, Found, Ksk, Seen, no, unknown
from psfdns.errors import HostError, PsfdnsError, RegistrarError
from psfdns.rdata import canonical_rdata

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psfdns.cli.descent import Descent
    from psfdns.cli.dnssec.signing import Examined
    from psfdns.cli.wiring import Access, Workspace
    from psfdns.lookup.hearing import At
    from psfdns.plans.host import HostedSigning, HostedZone, SigningKey
    from psfdns.registrar.gandi import Gandi
    from psfdns.tenants.load import Repository
    from psfdns.tenants.zone_file import ZoneFile

_GONE = "NoSuchChange"
"""Route 53 forgets changes after some weeks; all its servers have them by then."""


@dataclass(frozen=True, slots=True)
class Site:
    """A zone, and everything that looking at it and changing it needs; `gandi` None: without a token."""

    workspace: Workspace
    access: Access
    repository: Repository
    file: ZoneFile
    hosted: HostedZone
    gandi: Gandi | None

    @property
    def zone(self) -> str:
        """Its name."""
        return self.file.origin


def look_at(site: Site, *, changes: Iterable[str] = (), by_gandi: bool) -> Seen:
    """Ask everybody anew. Raises PsfdnsError where Route 53 cannot be asked."""
    from psfdns.cli.wiring import now, talk

    if sys.stderr.isatty():
        talk(
            site.workspace.options, f"asking everybody about {site.zone}: a minute or more if they are silent"
        )
    examined, parent_soa = _examine(site)
    if examined.evidence is None or examined.survey is None or examined.delegation is None:
        raise PsfdnsError(f"{site.zone} is private: Route 53 does not sign such zones")
    evidence, survey = examined.evidence, examined.survey
    signing = _signing(examined)
    ksks = tuple(map(_ksk, signing.keys))
    held, why = _at_registrar(site, ksks) if by_gandi else (None, "")
    return Seen(
        str(examined.verdict.status),
        _why(examined),
        evidence.trust.is_lost_above,
        _delegated(examined),
        read_parents(evidence.parents, own_ds(site.zone, keys_behind(ksks), SHOWN)),
        survey.why or "",
        read_servers(survey, evidence.heard, now()),
        read_unsound(evidence.sets.readings),
        read_ttls(survey, evidence.heard, parent_soa) | {timing.ZONE: _longest_ttl(site)},
        signing.status,
        signing.message,
        ksks,
        held,
        why,
        frozenset(change for change in changes if _is_in_sync(site, change)),
    )


def _examine(site: Site) -> tuple[Examined, tuple[At, ...]]:
    """As `dnssec status` does, and the SOA of the parent, which says how long denials are kept."""
    from psfdns.cli.delegation.delegating import Inspection, read_account
    from psfdns.cli.descent import Descent
    from psfdns.cli.dnssec.signing import Examination, Target
    from psfdns.cli.resolving import open_anchors, open_chain_means, open_means
    from psfdns.cli.wiring import now

    account = read_account(site.access, site.repository)
    if account.error is not None:
        raise account.error
    inspection = Inspection(
        site.workspace, site.access, site.repository, account, open_means(site.workspace, site.access)
    )
    descent = Descent(open_chain_means(site.workspace, site.access), open_anchors(site.workspace), now())
    examined = Examination(inspection, descent).examine(Target(site.zone, site.file))
    return examined, _parent_soa(examined, descent)


def _parent_soa(examined: Examined, descent: Descent) -> tuple[At, ...]:
    from psfdns.lookup.answer import Question

    parents = examined.evidence.parents if examined.evidence else None
    if parents is None:
        return ()
    servers = [at for at, _ in parents.heard]
    told = descent.means.ask([(at.server, Question(parents.parent, "SOA")) for at in servers])
    return tuple(zip(servers, told, strict=True))


def _signing(examined: Examined) -> HostedSigning:
    cloud = examined.evidence.cloud if examined.evidence else None
    if cloud is None or cloud.signing is None:
        why = cloud.why if cloud else ""
        raise HostError("Route 53", f"look at DNSSEC of {examined.target.origin}", why or "there is no zone")
    return cloud.signing


def _why(examined: Examined) -> str:
    """The worst that is to be said, else why nobody validates it."""
    errors = [each.summary for each in examined.verdict.findings if each.severity is Severity.ERROR]
    trust = examined.evidence.trust if examined.evidence else None
    return errors[0] if errors else (trust.cause if trust and not trust.is_secure else "")


def _delegated(examined: Examined) -> Found:
    assert examined.delegation is not None  # noqa: S101 - `look_at` looked
    status, findings = examined.delegation.status, examined.delegation.findings
    if status is Delegated.OK:
        return YES
    said = findings[0].summary if findings else f"it is {status}"
    words = f"the delegation does not lead here alone: {said}"
    return unknown(words) if status is Delegated.UNKNOWN else no(words)


def _ksk(key: SigningKey) -> Ksk:
    ds = f"{key.key_tag} {key.algorithm} {key.digest_type} {key.digest}"
    return Ksk(key.name, key.status, canonical_rdata("DS", ds), key.public_key, key.kms_arn, key.message)


def _longest_ttl(site: Site) -> int:
    """Of what is live, whatever the file says."""
    live = site.access.host.fetch_zone(site.hosted)
    return max((rrset.ttl or 0 for rrset in live.zone.rrsets.values()), default=0)


def _is_in_sync(site: Site, change: str) -> bool:
    try:
        answer = site.access.api.call("GetChange", f"ask how far change {change} is", Id=change)
    except HostError as error:
        if error.code == _GONE:
            return True
        raise
    return bool(answer["ChangeInfo"]["Status"] == "INSYNC")


def _at_registrar(site: Site, ksks: Sequence[Ksk]) -> tuple[frozenset[str] | None, str]:
    """The DS that it holds, or why nobody knows."""
    from psfdns.cli.domains.registering import NO_TOKEN

    if site.gandi is None:
        return None, NO_TOKEN
    try:
        return known_as(site.gandi.fetch_ds(site.zone), own_ds(site.zone, keys_behind(ksks), HELD)), ""
    except RegistrarError as error:
        return None, error.summary
