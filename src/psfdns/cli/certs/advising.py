"""When CAs suggest that certificates are renewed: asked as seldom as they wish, and kept (RFC 9773)."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from psfdns.certs.ari import USUAL_WAIT, RenewalInfo, hear, is_time, miss
from psfdns.cli.certs.issuing import Job, issuer_of
from psfdns.cli.wiring import draw_fraction, now
from psfdns.errors import CaError, PsfdnsError

if TYPE_CHECKING:
    from psfdns.certs.settings import CertificateAuthority
    from psfdns.certs.status import Standing

THREADS = 8


def wanting_advice(job: Job, standings: Sequence[Standing], moment: datetime.datetime) -> list[Standing]:
    """Those about which the CA is to be asked when to renew (RFC 9773 §4.3)."""
    silences = job.desk.load_silences()
    return [each for each in standings if _wants_advice(each, moment, silences)]


def _wants_advice(
    standing: Standing, moment: datetime.datetime, silences: Mapping[str, datetime.datetime]
) -> bool:
    current, known = standing.current, standing.state.ari
    if current is None or current.identifier is None or issuer_of(standing) is None:
        return False
    if known is None or known.certificate != current.identifier:
        until = silences.get(current.identifier, moment)
        return moment >= until or until - moment > USUAL_WAIT
    return is_time(known, moment)


def take_advice(job: Job, standings: Sequence[Standing]) -> tuple[list[Standing], bool]:
    """The same, with what the CAs suggest today, and whether all of that could be kept.

    A CA that cannot be asked changes nothing (§4.3.3).
    """
    moment = now()
    asking = wanting_advice(job, standings, moment)
    if not asking:
        return list(standings), True
    adviser = _Adviser(job)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="ari") as pool:
        found = {each.wanted.name: each for each in pool.map(adviser.ask, asking)}
    return [found.get(each.wanted.name, each) for each in standings], _keep(job, found, moment)


def _keep(job: Job, found: Mapping[str, Standing], moment: datetime.datetime) -> bool:
    """A certificate that is due is renewed though the disk is full of something else."""
    silences = {key: until for key, until in job.desk.load_silences().items() if until > moment}
    try:
        for name, each in found.items():
            if each.state.ari is not None:
                job.store.save_state(name, each.state)
            elif each.current is not None and each.current.identifier is not None:
                silences[each.current.identifier] = moment + USUAL_WAIT
        job.desk.store_silences(silences)
    except PsfdnsError as error:
        job.say(f"error: what the CA suggests was not kept: {error.summary}")
        return False
    return True


@dataclass(slots=True)
class _Adviser:
    """Asks CAs; one that cannot be reached is asked once in a run, however many certificates it issued."""

    job: Job
    _away: set[str] = field(default_factory=set)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, standing: Standing) -> Standing:
        """The same with what its CA suggests."""
        current, known = standing.current, standing.state.ari
        authority = self.job.workspace.config.acme.authorities.get(issuer_of(standing) or "")
        if current is None or current.identifier is None or authority is None:
            return standing
        if known is not None and known.certificate != current.identifier:
            # Of the one before: kept, it would have this one asked about in every run.
            known = None
        info = self._hear(standing.wanted.name, current.identifier, authority)
        if info is None:
            ari = miss(known, now=now())
        else:
            ari = hear(known, info, certificate=current.identifier, fraction=draw_fraction(), now=now())
        return replace(standing, state=replace(standing.state, ari=ari))

    def _hear(self, name: str, identifier: str, authority: CertificateAuthority) -> RenewalInfo | None:
        try:
            with self._opening:
                if authority.name in self._away:
                    return None
                try:
                    asked = self.job.accounts.look(authority)
                except CaError:
                    self._away.add(authority.name)
                    raise
            return asked.renewal_info(identifier)
        except CaError as error:
            if error.retryable:
                self._away.add(authority.name)
            self.job.say(f"{name}: {error.summary}")
            return None
