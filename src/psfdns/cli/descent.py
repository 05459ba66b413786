"""The way down from the trust anchor, zone by zone: what one zone needs of those above, the next one uses."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from psfdns.dnssec.chain import Security, Trust, closed_link, judge_link
from psfdns.dnssec.signatures import Verifier
from psfdns.errors import LookupFailedError
from psfdns.lookup.anchors import Anchor
from psfdns.lookup.hearing import ChainMeans, LinkHeard, hear_link
from psfdns.names import parent_of


@dataclass(slots=True)
class Descent:
    """Trust in the zones above others, each of them asked about once."""

    means: ChainMeans
    anchors: Sequence[Anchor]
    now: datetime.datetime
    _known: dict[str, Trust] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def path_to(self, zone: str) -> tuple[Trust, ...]:
        """Every zone from the root to this one, itself included."""
        trust = self.trust(zone)
        above = () if trust.parent is None or trust.zone == trust.parent else self.path_to(trust.parent)
        return (*above, trust)

    def trust(self, zone: str) -> Trust:
        """Whether the zone's keys can be trusted."""
        with self._lock:
            if zone not in self._known:
                self._known[zone] = self._find_out(zone)
            return self._known[zone]

    def _find_out(self, zone: str) -> Trust:
        try:
            own = self.means.find_cut(zone)
            above = self.means.find_cut(parent_of(zone)) if zone != "." else None
        except LookupFailedError as error:
            return closed_link(zone, None if zone == "." else ".", error.summary)
        trusted = self.trust(above.zone) if above else None
        verifier = Verifier(self.now)

        def judge(heard: LinkHeard) -> Trust:
            return judge_link(heard, trusted, self.anchors, verifier)

        heard = hear_link(zone, above, own, self.means.ask, lambda each: _is_enough(judge(each)))
        return judge(heard)


def _is_enough(trust: Trust) -> bool:
    return trust.security in {Security.SECURE, Security.INSECURE}
