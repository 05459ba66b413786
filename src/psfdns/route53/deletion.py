"""Deleting a hosted zone: its protections, its record sets by compare and swap, then the zone itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psfdns.errors import HostError, PsfdnsError
from psfdns.journal.recorder import Fate, Recorder, record
from psfdns.plans.host import HostedZone, LiveZone
from psfdns.plans.ownership import is_apex_authority
from psfdns.plans.plan import Change
from psfdns.plans.protection import is_ours
from psfdns.route53.batches import Batch, pack_changes
from psfdns.route53.host import bare_id, list_zones
from psfdns.route53.protections import PATIENCE, PRIOR_REQUEST, Protections
from psfdns.route53.submit import Submitter

if TYPE_CHECKING:
    from psfdns.aws import Api

NOT_SIGNING = "NOT_SIGNING"
GONE = "NoSuchHostedZone"


@dataclass(slots=True)
class Deleted:
    """How far it came; `error` is None exactly if the zone is gone."""

    planned: int
    record_sets: int = 0
    batches: int = 0
    change_ids: list[str] = field(default_factory=list)
    error: PsfdnsError | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """What it needs; `comment` is kept by Route 53, `may_go_on` is asked before every write."""

    api: Api
    journal: Recorder
    comment: str
    pause: Callable[[float], None]
    may_go_on: Callable[[], None]

    def delete(self, live: LiveZone, *, label: str) -> Deleted:
        """Delete the zone as it was read; what somebody changed since then stops it.

        Raises UnpackableError and what the journal raises, with nothing done; the rest is in the result.
        """
        changes = changes_of(live)
        hosted = live.hosted
        batches = pack_changes(changes, spelled=live.spelled, origin=hosted.name, zone_id=hosted.id)
        self.journal.start({label: len(batches)})
        done = Deleted(len(changes))
        try:
            self._remove_protections(live, label)
            for batch in batches:
                self._submit(batch, hosted, label, done)
            self._record(label, "delete-zone", functools.partial(self._delete_hosted_zone, hosted), done)
        except PsfdnsError as error:
            done.error = error
        return done

    def _remove_protections(self, live: LiveZone, label: str) -> None:
        ours = [each for each in live.protections or () if is_ours(each)]
        if ours:
            self.may_go_on()
            protections = Protections(self.api, live.hosted, self.pause)
            record(self.journal, label, "unprotect", lambda: protections.remove(ours))

    def _submit(self, batch: Batch, hosted: HostedZone, label: str, done: Deleted) -> None:
        submitter = Submitter(self.api, self.comment, self.pause)
        send = functools.partial(submitter.submit, batch, hosted)
        self._record(label, "batch", send, done, batch)
        done.batches += 1
        done.record_sets += len(batch.changes)

    def _record(
        self,
        label: str,
        step: str,
        request: Callable[[], str | None],
        done: Deleted,
        batch: Batch | None = None,
    ) -> None:
        self.may_go_on()
        changes = batch.changes if batch else ()
        change_id = record(self.journal, label, step, request, changes=changes, describe=_describe)
        if change_id is not None:
            done.change_ids.append(change_id)

    def _delete_hosted_zone(self, hosted: HostedZone) -> str | None:
        """The change's id, or None where its answer was lost and the zone is gone."""
        may_be_ours = False
        pauses = iter(PATIENCE)
        while True:
            try:
                answer = self.api.call("DeleteHostedZone", f"delete {hosted.name}", Id=hosted.id)
            except HostError as error:
                may_be_ours = may_be_ours or error.uncertain or error.attempts > 1
                if error.code == PRIOR_REQUEST and (seconds := next(pauses, None)) is not None:
                    self.pause(seconds)
                    continue
                if (error.code == GONE and may_be_ours) or (error.uncertain and self._is_gone(hosted)):
                    return None
                raise
            return bare_id(answer["ChangeInfo"]["Id"])

    def _is_gone(self, hosted: HostedZone) -> bool:
        try:
            return all(zone.id != hosted.id for zone in list_zones(self.api))
        except HostError:
            return False


def changes_of(live: LiveZone) -> tuple[Change, ...]:
    """The deletion of everything that a zone can be without."""
    rrsets = live.zone.rrsets.items()
    return tuple(Change(rrset, None) for key, rrset in rrsets if not is_apex_authority(key, live.zone.origin))


def look_at_signing(api: Api, hosted: HostedZone) -> str | None:
    """What is left of DNSSEC in a zone, in words; None where there is nothing. Raises HostError.

    Route 53 refuses to delete such a zone, but only after its record sets are gone.
    """
    if hosted.private:
        return None
    answer = api.call("GetDNSSEC", f"look at DNSSEC of {hosted.name}", HostedZoneId=hosted.id)
    status = answer.get("Status", {}).get("ServeSignature", NOT_SIGNING)
    keys = [key.get("Name", "") for key in answer.get("KeySigningKeys", ())]
    found = [] if status == NOT_SIGNING else [f"its state is {status}"]
    if keys:
        found.append(f"it has key-signing keys: {', '.join(keys)}")
    return "; ".join(found) or None


def _describe(change_id: str | None) -> tuple[Fate, Mapping[str, Any]]:
    return Fate.DONE if change_id is not None else Fate.RECOGNISED, {"change_id": change_id}
