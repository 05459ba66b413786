"""What `certs issue` and `certs renew` share: what is due, the means to have it, and the store."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from psfdns.certs.ari import hear, miss
from psfdns.certs.attempts import Issued, Wish
from psfdns.certs.certificate import Challenge, WantedCertificate, without_wildcard
from psfdns.certs.load import Manifests
from psfdns.certs.renewal import Reason, Renewal, decide
from psfdns.certs.state import State
from psfdns.certs.store import Store, StoreError
from psfdns.certs.stored import Issuance, StoredCertificate
from psfdns.cli.certificates import open_manifests
from psfdns.cli.repository import unknown
from psfdns.cli.wiring import Workspace, draw_fraction, now, open_repository, sleep, talk
from psfdns.diagnostics import Diagnostic, Severity
from psfdns.errors import CaError, PsfdnsError, UsageError
from psfdns.proofs import place_of

if TYPE_CHECKING:
    from psfdns.certs.accounts import Accounts
    from psfdns.certs.order import Outcome
    from psfdns.plans.host import HostedZone
    from psfdns.route53.challenge import Dns01Prover
    from psfdns.tenants.load import Repository

ASKING_THREADS = 8


@dataclass(frozen=True, slots=True)
class Held:
    """One wanted certificate and what is kept of it."""

    wanted: WantedCertificate
    current: StoredCertificate | None
    state: State

    @property
    def is_revoked(self) -> bool:
        """Whether what is kept is known to be revoked."""
        return self.current is not None and self.current.fingerprint in self.state.revoked

    def decide(self, moment: datetime.datetime) -> Renewal:
        """Whether it is due."""
        return decide(self.wanted, self.current, ari=self.state.ari, is_revoked=self.is_revoked, now=moment)

    def wants_advice(self, moment: datetime.datetime) -> bool:
        """Whether the CA is to be asked when to renew (RFC 9773 §4.3)."""
        current = self.current
        if current is None or current.identifier is None or self.wanted.is_watched:
            return False
        known = self.state.ari
        is_known = known is not None and known.certificate == current.identifier
        return self.ca is not None and not (is_known and known is not None and moment < known.next_check)

    @property
    def ca(self) -> str | None:
        """The CA that issued what is kept."""
        issuance = self.current.issuance if self.current is not None else None
        return issuance.ca if issuance is not None else None


@dataclass(frozen=True, slots=True)
class Job:
    """What is wanted of this run: manifests, repository, store, and what could not be read of them."""

    workspace: Workspace
    repository: Repository
    manifests: Manifests
    store: Store

    @property
    def faults(self) -> tuple[Diagnostic, ...]:
        """Errors of the files; what they hold is not renewed."""
        return tuple(each for each in self.manifests.findings if each.severity is Severity.ERROR)

    @property
    def sound(self) -> tuple[WantedCertificate, ...]:
        """The certificates that are ours to renew, of files without errors."""
        broken = self.manifests.broken
        return tuple(
            each for each in self.manifests.certificates if each.tenant not in broken and not each.is_watched
        )

    def find(self, names: Sequence[str]) -> tuple[WantedCertificate, ...]:
        """The certificates of these names. Raises UsageError, PsfdnsError where one is not to be issued."""
        by_name = {each.name: each for each in self.manifests.certificates}
        found = []
        for name in dict.fromkeys(names):
            if name not in by_name:
                raise unknown("certificate", name, by_name)
            found.append(by_name[name])
        for each in found:
            if each.is_watched:
                raise UsageError(f"{each.name} is only watched: {each.issuer} issues it")
            if each.tenant in self.manifests.broken:
                hint = "psfdns check names them"
                raise PsfdnsError(f"{each.name}: certs/{each.tenant}.toml has errors", hint=hint)
        return tuple(found)

    def hold(self, wanted: Iterable[WantedCertificate]) -> Iterator[Held | tuple[WantedCertificate, str]]:
        """What is kept of each, or why that cannot be read."""
        for each in wanted:
            try:
                yield Held(each, self.store.load(each.name), self.store.load_state(each.name))
            except StoreError as error:
                yield each, error.summary


def open_job(workspace: Workspace) -> Job:
    """Read what is wanted. Nothing is asked of anybody."""
    repository = open_repository(workspace)
    manifests = open_manifests(workspace, repository)
    return Job(workspace, repository, manifests, Store(workspace.config.acme.store))


def take_advice(job: Job, held: Sequence[Held], accounts: Accounts) -> list[Held]:
    """The same, with what the CAs suggest today; one that cannot be asked changes nothing."""
    moment = now()
    asking = [each for each in held if each.wants_advice(moment)]
    with ThreadPoolExecutor(ASKING_THREADS, thread_name_prefix="ari") as pool:
        found = dict(
            zip(
                (each.wanted.name for each in asking),
                pool.map(lambda each: _ask_advice(job, each, accounts), asking),
                strict=True,
            )
        )
    for name, each in found.items():
        job.store.save_state(name, each.state)
    return [found.get(each.wanted.name, each) for each in held]


def _ask_advice(job: Job, held: Held, accounts: Accounts) -> Held:
    current = held.current
    authority = job.workspace.config.acme.authorities.get(held.ca or "")
    if current is None or current.identifier is None or authority is None:
        return held
    known = held.state.ari
    try:
        info = accounts.look(authority).renewal_info(current.identifier)
    except CaError as error:
        talk(job.workspace.options, f"{held.wanted.name}: {error.summary}")
        info = None
    moment = now()
    if info is None:
        ari = miss(known, now=moment)
    else:
        ari = hear(known, info, certificate=current.identifier, fraction=draw_fraction(), now=moment)
    return replace(held, state=replace(held.state, ari=ari))


def make_wish(job: Job, held: Held) -> Wish:
    """What is to be ordered. Raises StoreError."""
    wanted, current = held.wanted, held.current
    zone = job.workspace.config.acme.validation_zone if wanted.challenge is Challenge.DELEGATED else None
    bare = dict.fromkeys(map(without_wildcard, wanted.names))
    is_reused = wanted.reuse_key and current is not None and current.key == wanted.key and not held.is_revoked
    return Wish(
        wanted.name,
        wanted.names,
        wanted.key.value,
        wanted.ca,
        {name: place_of(name, tenant=wanted.tenant, zone=zone) for name in bare},
        wanted.profile,
        current.identifier if current is not None else None,
        held.ca,
        job.store.load_set(wanted.name).key if is_reused else None,
        current.fingerprint if current is not None else None,
    )


def issue_wishes(job: Job, wishes: Sequence[Wish], accounts: Accounts) -> list[Outcome]:
    """Have them all; whoever calls holds the store. Raises PsfdnsError where nothing could be begun."""
    from psfdns.certs.desk import Desk
    from psfdns.certs.limits import RULES
    from psfdns.certs.order import Means, issue_all

    workspace, settings = job.workspace, job.workspace.config.acme
    prover = open_prover(job)
    hosts = {name: urlsplit(ca.directory).hostname or "" for name, ca in settings.authorities.items()}
    means = Means(
        lambda name: accounts.open(settings.authorities[name], settings.contact),
        prover,
        prover.view.resolve,
        Desk(workspace.config.state_dir / "acme"),
        lambda issued: keep(job.store, issued),
        now,
        sleep,
        lambda text: talk(workspace.options, text),
        {name: ca.caa for name, ca in settings.authorities.items()},
        {name: RULES[host] for name, host in hosts.items() if host in RULES},
    )
    return issue_all(wishes, means)


def keep(store: Store, issued: Issued) -> None:
    """The set that counts from now on; where it was brought before is remembered. Raises StoreError."""
    wish = issued.wish
    store.put(wish.name, issued.set, issuance=Issuance(issued.ca, wish.profile))
    state = store.load_state(wish.name)
    store.save_state(wish.name, replace(state, ari=None))


def open_prover(job: Job) -> Dns01Prover:
    """The one who writes to DNS. Raises PsfdnsError where the account is not one that may be written to."""
    from psfdns.cli.reaching import open_view
    from psfdns.cli.wiring import monotonic, open_access, who_acts
    from psfdns.route53.challenge import Dns01Prover, Means
    from psfdns.route53.challenge_memory import ChallengeMemory

    workspace = job.workspace
    access = open_access(workspace)
    refuse_account(workspace, access.host.look_up_account())
    zones = writable_zones(job, access.host.list_zones())
    means = Means(
        access.api,
        zones,
        open_view(workspace, access),
        sleep,
        monotonic,
        f"psfdns certs: proofs for CAs, by {who_acts()}",
        lambda text: talk(workspace.options, text),
    )
    return Dns01Prover(means, ChallengeMemory(workspace.config.state_dir / "acme"))


def refuse_account(workspace: Workspace, account: str | None) -> None:
    """Raise PsfdnsError where `[route53] accounts` does not name the account (docs/contract.md §1)."""
    allowed = workspace.config.route53.accounts
    if allowed is None or account in allowed:
        return
    who = f"account {account}" if account else "an account that does not say which it is"
    raise PsfdnsError(
        f"this is {who}; psfdns writes to: {', '.join(allowed) or 'none'}",
        hint="use the credentials of one of them (or --sandbox), or add it to [route53] accounts",
    )


def writable_zones(job: Job, hosted: Sequence[HostedZone]) -> list[HostedZone]:
    """The public zones that psfdns made, or that tenant.toml adopts by id; all without `adopted_only`."""
    from psfdns.plans.match import is_ours

    adopted = {file.settings.id for file in job.repository.zone_files if file.settings.id is not None}
    is_any = not job.workspace.config.route53.adopted_only
    public = [zone for zone in hosted if not zone.private and zone.linked_service is None]
    return [zone for zone in public if is_any or is_ours(zone) or zone.id in adopted]


def sort_due(
    held: Iterable[Held], *, moment: datetime.datetime, forced: bool
) -> list[tuple[Held, Reason | None]]:
    """Those that are to be issued now, with the reason."""
    decided = ((each, each.decide(moment)) for each in held)
    return [(each, found.reason if found.due else None) for each, found in decided if found.due or forced]
