"""The protections of one zone around its changes: taken away, the changes made, put back.

Each is a step of its own in the journal. Who is killed in between leaves a protection missing, which the
next plan shows and the next apply puts back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from psfdns.errors import HostError, PsfdnsError
from psfdns.plans.host import LiveZone, Protection
from psfdns.plans.plan import ZonePlan
from psfdns.plans.protection import protections_to_add, protections_to_lift, protections_to_remove
from psfdns.route53.protections import Protections, is_not_offered

Step = Callable[[str, Callable[[], None]], None]
"""Runs a request as a step of the journal with this name."""


@dataclass(frozen=True, slots=True)
class Unlocking:
    """`live` is None for a zone that was just made; `tell` takes what must not hide another error."""

    protections: Protections
    zone: ZonePlan
    live: LiveZone | None
    step: Step
    tell: Callable[[PsfdnsError], None]

    def around(self, change: Callable[[], None]) -> None:
        """Take away what is in the way, change, and leave the zone protected as the plan says.

        Raises what `change` raises, and HostError. Where the change fails, what was lifted is put back.
        """
        lifted = protections_to_lift(self.zone, self.live) if self.live else ()
        try:
            self._remove((*lifted, *protections_to_remove(self.zone)))
            change()
        except PsfdnsError:
            self._put_back(lifted)
            raise
        self._add((*lifted, *protections_to_add(self.zone)))

    def _remove(self, protections: Sequence[Protection]) -> None:
        if protections:
            self.step("unprotect", lambda: self.protections.remove(protections))

    def _put_back(self, protections: Sequence[Protection]) -> None:
        try:
            self._add(protections)
        except PsfdnsError as error:
            self.tell(error)

    def _add(self, protections: Sequence[Protection]) -> None:
        if not protections:
            return
        try:
            self.step("protect", lambda: self.protections.add(protections))
        except HostError as error:
            # Of a new zone nobody could know before that there are none to be had.
            if self.live is not None or not is_not_offered(error):
                raise
