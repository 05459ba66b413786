"""What `certs issue` and `certs renew` share: what is due, the means to have it, and the store."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from psfdns.certs.attempts import Issued, Wish
from psfdns.certs.certificate import Challenge, WantedCertificate, without_wildcard
from psfdns.certs.desk import Desk
from psfdns.certs.keys import kind_of
from psfdns.certs.limits import REMEMBERED
from psfdns.certs.load import tenant_of
from psfdns.certs.ownership import find_strangers
from psfdns.certs.renewal import last_moment
from psfdns.certs.status import Standing
from psfdns.certs.store import StoreError
from psfdns.certs.stored import Issuance
from psfdns.cli.certs.certifying import Stands, look_at_store
from psfdns.cli.certs.storing import open_stores
from psfdns.cli.options import Verbosity
from psfdns.cli.wiring import Workspace, now, open_repository, sleep, talk
from psfdns.errors import PsfdnsError, UsageError
from psfdns.proofs import place_of

if TYPE_CHECKING:
    from psfdns.certs.accounts import Accounts
    from psfdns.certs.ari import Ari
    from psfdns.certs.certificate_store import CertificateStore
    from psfdns.certs.order import Means, Outcome
    from psfdns.certs.stored import StoredCertificate
    from psfdns.cli.wiring import Access
    from psfdns.plans.host import HostedZone
    from psfdns.route53.challenge import Dns01Prover
    from psfdns.route53.challenge_memory import Memory


@dataclass(frozen=True, slots=True)
class Job:
    """A workspace, its store, the accounts at CAs, what orders leave, and which proofs may be live."""

    workspace: Workspace
    store: CertificateStore
    accounts: Accounts
    desk: Desk
    open_memory: Callable[[], Memory]

    def say(self, text: str, *, at: Verbosity = Verbosity.NORMAL) -> None:
        """Say something on stderr."""
        from psfdns.cli.views.escape import escape

        talk(self.workspace.options, escape(text), at=at)


def open_job(workspace: Workspace, *, doing: str = "certs") -> Job:
    """Nothing is read or asked yet; `doing` is what another one is told who is refused meanwhile."""
    from psfdns.cli.certs.reaching import open_accounts

    kept = open_stores(workspace, doing=doing)
    return Job(
        workspace, kept.store, open_accounts(workspace, kept.accounts), Desk(kept.desk), kept.challenges
    )


def look(job: Job, names: Sequence[str] = ()) -> tuple[list[Standing], Stands]:
    """How those stand that are ours to renew, of files without errors; and all of them. Raises UsageError."""
    stands = look_at_store(job.workspace, names=names, tenant=None, store=job.store)
    broken = {tenant_of(fault) for fault in stands.faults}
    ours = [each for each in stands.standings if not each.wanted.is_watched]
    return [each for each in ours if each.wanted.tenant not in broken], stands


def look_at_named(job: Job, names: Sequence[str], *, replacing: bool = False) -> list[Standing]:
    """How these stand; `replacing` takes what is damaged too. Raises UsageError, PsfdnsError."""
    _, stands = look(job, names)
    broken = {tenant_of(fault) for fault in stands.faults}
    for each in stands.standings:
        wanted = each.wanted
        if wanted.is_watched:
            raise UsageError(f"{wanted.name} is only watched: {wanted.issuer} issues it")
        if wanted.tenant in broken:
            hint = "psfdns check names them"
            raise PsfdnsError(f"{wanted.name}: certs/{wanted.tenant}.toml has errors", hint=hint)
        if each.unreadable is not None and not (replacing and each.damaged):
            raise PsfdnsError(f"{wanted.name}: {each.unreadable}", hint=each.remedy)
    return list(stands.standings)


def issuer_of(standing: Standing) -> str | None:
    """The name of the CA that issued what is kept, where that is known."""
    issuance = standing.current.issuance if standing.current is not None else None
    return issuance.ca if issuance is not None else None


def find_due(standings: Sequence[Standing], moment: datetime.datetime) -> list[Standing]:
    """Those that are due; what could not be read is not among them."""
    decided = ((each, each.decide(moment)) for each in standings)
    return [each for each, renewal in decided if renewal is not None and renewal.due]


def make_wish(job: Job, standing: Standing, moment: datetime.datetime, *, key: bytes | None = None) -> Wish:
    """What is to be ordered, with this key or a new one, and what in its place where only new names fail."""
    wish, kept = _wish(job, standing, key), standing.decide_kept(moment)
    if kept is None or not kept.renewal.due:
        return wish
    names = tuple(
        name for name in kept.names if name in wish.names or _is_its_own(job, standing.wanted, name)
    )
    if not names:
        return wish
    less = replace(standing, wanted=replace(standing.wanted, names=names))
    return replace(wish, kept=replace(_wish(job, less, key), is_kept=True))


def _is_its_own(job: Job, wanted: WantedCertificate, name: str) -> bool:
    """Whether a name that the manifest has by a wildcard alone lies in no zone of another tenant."""
    one = replace(wanted, names=(name,))
    return not any(find_strangers([one], open_repository(job.workspace).zone_files))


def load_reused_key(job: Job, standing: Standing) -> bytes | None:
    """The key that it is to have again, None where it gets a new one. Raises StoreError."""
    wanted, current = standing.wanted, standing.current
    has_key = current is not None and current.key == wanted.key and not standing.is_revoked
    # One without any of the names is another's, who had this name in the store: so is its key.
    is_its_own = current is not None and not set(current.names).isdisjoint(wanted.names)
    if not (wanted.reuse_key and has_key and is_its_own and standing.ordered_for is None):
        return None
    hint = f"psfdns certs issue {wanted.name} orders one with a new key"
    try:
        key = job.store.load_set(wanted.name).key
        kind = kind_of(key)
    except (StoreError, ValueError) as error:
        why = error.summary if isinstance(error, StoreError) else f"{wanted.name}: its key cannot be read"
        raise StoreError(f"{why}; reuse_key wants it again", hint=hint) from error
    if kind != wanted.key.value:
        raise StoreError(f"{wanted.name}: its key is not that of its certificate", hint=hint)
    return key


def _wish(job: Job, standing: Standing, key: bytes | None) -> Wish:
    wanted, current = standing.wanted, standing.current
    zone = job.workspace.config.acme.validation_zone if wanted.challenge is Challenge.DELEGATED else None
    bare = dict.fromkeys(map(without_wildcard, wanted.names))
    wish = Wish(
        wanted.name,
        wanted.names,
        wanted.key.value,
        wanted.ca,
        {name: place_of(name, tenant=wanted.tenant, zone=zone) for name in bare},
        wanted.profile,
        replaces_at=issuer_of(standing),
        reused_key=key,
        tenant=wanted.tenant,
    )
    return wish if current is None else _succeed(wish, current, standing.state.ari)


def _succeed(wish: Wish, current: StoredCertificate, ari: Ari | None) -> Wish:
    """The same where there is a certificate that it comes after."""
    is_about = ari is not None and ari.certificate == current.identifier and ari.window.is_usable
    is_same = set(current.names) == set(wish.names)
    return replace(
        wish,
        replaces=current.identifier,
        current=current.fingerprint,
        window=ari.window if ari is not None and is_about else None,
        same_until=current.not_before + REMEMBERED if is_same else None,
        urgent_from=last_moment(current),
        serving=(current.not_before, current.not_after),
    )


def issue_standings(job: Job, standings: Sequence[Standing], *, replacing: bool = False) -> list[Outcome]:
    """Have all of them, in their order; whoever calls holds the store. Raises PsfdnsError.

    One whose key is damaged that it is to have again is its own fault, or `replacing` gets a new one.
    """
    from psfdns.certs.attempts import Fault
    from psfdns.certs.order import Outcome, issue_all

    moment = now()
    wishes: list[Wish] = []
    failed: dict[str, Outcome] = {}
    for each in standings:
        key = None
        try:
            key = load_reused_key(job, each)
        except StoreError as error:
            if not replacing:
                fault = Fault(None, error.summary, error.hint)
                failed[each.wanted.name] = Outcome(make_wish(job, each, moment), None, (fault,))
                continue
            job.say(f"{error.summary}: it gets a new one")
        wishes.append(make_wish(job, each, moment, key=key))
    got = {each.wish.name: each for each in issue_all(wishes, _open_means(job))} | failed
    return [got[each.wanted.name] for each in standings]


def _open_means(job: Job) -> Means:
    from psfdns.certs.limits import RULES
    from psfdns.certs.order import Means
    from psfdns.cli.certs.validating import open_validation
    from psfdns.cli.wiring import open_access

    settings = job.workspace.config.acme
    access = open_access(job.workspace)
    prover = open_prover(job, access)
    hosts = {name: urlsplit(ca.directory).hostname or "" for name, ca in settings.authorities.items()}
    return Means(
        lambda name: job.accounts.open(settings.authorities[name], settings.contact),
        prover,
        prover.view.resolve,
        job.desk,
        lambda issued: keep(job.store, issued),
        now,
        sleep,
        job.say,
        {name: ca.caa for name, ca in settings.authorities.items()},
        {name: RULES[host] for name, host in hosts.items() if host in RULES},
        find_bogus=open_validation(job.workspace, access).find_bogus,
    )


def keep(store: CertificateStore, issued: Issued) -> None:
    """The set that counts from now on; what the CA suggested for the old one is over. Raises PsfdnsError."""
    wish = issued.wish
    store.put(wish.name, issued.set, issuance=Issuance(issued.ca, wish.profile, wish.tenant))
    try:
        store.save_state(wish.name, replace(store.load_state(wish.name), ari=None))
    except PsfdnsError:
        # It names the certificate that it is about, so that it does no harm.
        return


def bring_here(job: Job, names: Iterable[str]) -> dict[str, PsfdnsError]:
    """See that this machine has the sets that count; which could not be brought, and why."""
    missing: dict[str, PsfdnsError] = {}
    for name in names:
        try:
            if job.store.bring(name):
                job.say(f"{name}: brought here from {job.store.where}", at=Verbosity.VERBOSE)
        except PsfdnsError as error:
            missing[name] = error
    return missing


def are_proofs_left(job: Job) -> bool:
    """Whether a killed run has left any in DNS. Raises PsfdnsError."""
    return bool(job.open_memory().load())


def clean_left(job: Job) -> None:
    """Take away the proofs that a killed run has left, if there are any. Raises PsfdnsError."""
    from psfdns.cli.wiring import open_access

    if are_proofs_left(job):
        for remark in open_prover(job, open_access(job.workspace)).clean():
            job.say(f"a proof was left in DNS: {remark}")


def open_prover(job: Job, access: Access) -> Dns01Prover:
    """The one who writes to DNS. Raises PsfdnsError where the account is not one that may be written to."""
    from psfdns.cli.certs.reaching import open_view
    from psfdns.cli.wiring import monotonic, who_acts
    from psfdns.route53.challenge import Dns01Prover, Means

    workspace = job.workspace
    # Without credentials this says so; an account that nobody knows would be refused in other words.
    hosted = access.host.list_zones()
    refuse_account(workspace, access.host.look_up_account())
    means = Means(
        access.api,
        writable_zones(workspace, hosted),
        open_view(workspace, access),
        sleep,
        monotonic,
        f"psfdns certs: proofs for CAs, by {who_acts()}",
        job.say,
    )
    return Dns01Prover(means, job.open_memory())


def refuse_account(workspace: Workspace, account: str | None) -> None:
    """Raise PsfdnsError where `[route53] accounts` does not name the account (docs/contract.md §1)."""
    from psfdns.plans.guards import why_not_account

    why = why_not_account(account, workspace.config.route53.accounts)
    if why is not None:
        hint = "use the credentials of one of them (or --sandbox), or add it to [route53] accounts"
        raise PsfdnsError(why, hint=hint)


def writable_zones(workspace: Workspace, hosted: Sequence[HostedZone]) -> list[HostedZone]:
    """The public zones that psfdns made, or that tenant.toml adopts by id; all without `adopted_only`."""
    from psfdns.plans.match import is_ours

    adopted = {file.settings.id for file in open_repository(workspace).zone_files} - {None}
    is_any = not workspace.config.route53.adopted_only
    public = [zone for zone in hosted if not zone.private and zone.linked_service is None]
    return [zone for zone in public if is_any or is_ours(zone) or zone.id in adopted]
