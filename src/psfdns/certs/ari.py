"""When the CA suggests that a certificate is renewed: ACME Renewal Information (RFC 9773). Pure.

A moment is chosen once at random within the window, and kept until the window moves: whoever drew anew at
every look would renew early on average, and all at once at its end.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

LEAST_WAIT = datetime.timedelta(minutes=1)
MOST_WAIT = datetime.timedelta(days=1)
"""What a Retry-After is held within (RFC 9773 §4.3.2)."""
USUAL_WAIT = datetime.timedelta(hours=6)
"""Until the next look where the CA said nothing, or could not be asked (§4.3.3)."""


@dataclass(frozen=True, slots=True)
class Window:
    """`suggestedWindow`: both ends aware, UTC."""

    start: datetime.datetime
    end: datetime.datetime

    @property
    def is_usable(self) -> bool:
        """A window that does not end after it starts counts as no answer (§4.2)."""
        return self.start < self.end

    def at(self, fraction: float) -> datetime.datetime:
        """The moment at this fraction of it, 0 to 1."""
        return self.start + fraction * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class RenewalInfo:
    """One answer of a CA: `explanation` is a URL for people, `retry_after` the wait until the next look."""

    window: Window
    explanation: str | None = None
    retry_after: datetime.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Ari:
    """What is known for one certificate, by its identifier (§4.1): the window and the moment chosen in it."""

    certificate: str
    window: Window
    selected: datetime.datetime
    next_check: datetime.datetime
    explanation: str | None = None


def is_time(known: Ari, now: datetime.datetime) -> bool:
    """Whether to ask again; what lies further ahead than any wait was set by a clock that was wrong."""
    return now >= known.next_check or known.next_check - now > MOST_WAIT


def hear(
    before: Ari | None, info: RenewalInfo, *, certificate: str, fraction: float, now: datetime.datetime
) -> Ari | None:
    """What is known after an answer; `fraction` (0 to 1, drawn at random) counts only for a new window.

    None where nothing usable was ever heard.
    """
    known = before if before is not None and before.certificate == certificate else None
    if not info.window.is_usable:
        return miss(known, now=now)
    is_same = known is not None and known.window == info.window
    selected = known.selected if known is not None and is_same else info.window.at(fraction)
    wait = USUAL_WAIT if info.retry_after is None else info.retry_after
    next_check = now + min(max(wait, LEAST_WAIT), MOST_WAIT)
    return Ari(certificate, info.window, selected, next_check, info.explanation)


def miss(before: Ari | None, *, now: datetime.datetime) -> Ari | None:
    """What is known after no answer: the same, and when to ask again."""
    return None if before is None else replace(before, next_check=now + USUAL_WAIT)
