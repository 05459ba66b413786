"""Sending the batches of one zone, one at a time, and knowing what became of each.

Route 53 takes one change at a time per zone (PriorRequestNotComplete). If an answer is lost the batch
may have been made all the same, and sending it again is then refused: so what is live is read again
before that is called a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.errors import HostError, StalePlanError
from psfdns.plans.host import HostedZone, LiveZone
from psfdns.plans.plan import Change
from psfdns.route53.batches import Batch, is_upsert
from psfdns.route53.host import bare_id, fetch_apex, fetch_zone
from psfdns.route53.refusals import explain_refusal

if TYPE_CHECKING:
    from psfdns.aws import Api

PRIOR_REQUEST = "PriorRequestNotComplete"
COMMENT_LENGTH = 256
_PATIENCE = (1.0, 4.0, 16.0)
"""Seconds between tries while another change of the zone is taken in, after botocore's own retries."""


@dataclass(frozen=True, slots=True)
class Submitter:
    """What sending needs beside a batch; `comment` is kept with the change by Route 53."""

    api: Api
    comment: str
    pause: Callable[[float], None]

    def submit(self, batch: Batch, hosted: HostedZone) -> str | None:
        """Make one batch; the change's id, or None where its answer was lost but it was made.

        Raises StalePlanError, or HostError with the lines that Route 53 refuses.
        """
        self._refuse_moved_apex(batch, hosted)
        may_be_ours = False
        pauses = iter(_PATIENCE)
        while True:
            try:
                return self._send(batch, hosted)
            except HostError as error:
                may_be_ours = may_be_ours or error.uncertain or error.attempts > 1
                seconds = next(pauses, None) if error.code == PRIOR_REQUEST else None
                if seconds is not None:
                    self.pause(seconds)
                    continue
                made = self._was_made(batch, hosted) if may_be_ours else False
                if made is None:
                    error.uncertain = True
                    raise
                if made:
                    return None
                raise explain_refusal(error, batch, zone=hosted.name) from error

    def _refuse_moved_apex(self, batch: Batch, hosted: HostedZone) -> None:
        """SOA and NS of the apex know no compare and swap, so they are read again right before. Best effort.

        Raises StalePlanError, or HostError.
        """
        changes = [change for change in batch.changes if change.before and is_upsert(change, batch.origin)]
        if not changes:
            return
        there = fetch_apex(self.api, hosted)
        moved = [c.key for c in changes if there.get(c.key) not in (c.before, c.after)]
        if moved:
            raise StalePlanError(hosted.name, moved)

    def _send(self, batch: Batch, hosted: HostedZone) -> str:
        change = {"Comment": self.comment[:COMMENT_LENGTH], "Changes": batch.entries()}
        answer = self.api.call(
            "ChangeResourceRecordSets", f"change {hosted.name}", HostedZoneId=hosted.id, ChangeBatch=change
        )
        return bare_id(answer["ChangeInfo"]["Id"])

    def _was_made(self, batch: Batch, hosted: HostedZone) -> bool | None:
        """None where that cannot be told: then what went wrong with the batch is the better thing to say."""
        try:
            live = fetch_zone(self.api, hosted)
        except HostError:
            return None
        return not list(changes_left(batch.changes, live))


def changes_left(changes: Iterable[Change], live: LiveZone) -> Iterable[Change]:
    """The changes whose outcome is not what is live."""
    return (change for change in changes if live.zone.rrsets.get(change.key) != change.after)
