"""Every exception that psfdns raises on purpose: each means "cannot go on"; findings are values."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from psfdns.diagnostics import Diagnostic
from psfdns.records import RRsetKey


class PsfdnsError(Exception):
    """The root of them; `hint` says what to do."""

    def __init__(self, summary: str, *, hint: str | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint


class UsageError(PsfdnsError):
    """The command's words are off: unknown zone or tenant, options that exclude each other (exit 64)."""


class InvalidInputError(PsfdnsError):
    """The files are wrong; the findings say where."""

    def __init__(self, diagnostics: Sequence[Diagnostic], *, summary: str = "the input has errors") -> None:
        super().__init__(summary)
        self.diagnostics = tuple(diagnostics)


class PlanRefusedError(PsfdnsError):
    """A guard says no; each finding's hint names the `--allow CODE` that lifts it."""

    def __init__(self, diagnostics: Sequence[Diagnostic], *, summary: str = "the plan is refused") -> None:
        super().__init__(summary)
        self.diagnostics = tuple(diagnostics)


class StalePlanError(PsfdnsError):
    """Route 53 changed in these record sets since it was read; nothing of the refused batch was applied."""

    def __init__(self, zone: str, keys: Sequence[RRsetKey]) -> None:
        named = ", ".join(str(key) for key in keys)
        super().__init__(
            f"{zone}: changed by someone else since it was read: {named}",
            hint="run psfdns plan again to see what is live now",
        )
        self.zone = zone
        self.keys = tuple(keys)


class ProtectedError(PsfdnsError):
    """Route 53 refused because record set protections lock what would be changed; nothing was applied.

    `comment` is what Route 53 said, the protections' comments included.
    """

    def __init__(self, zone: str, keys: Sequence[RRsetKey], comment: str, *, hint: str) -> None:
        named = ", ".join(str(key) for key in keys) or "a record set"
        super().__init__(f"{zone}: {named}: protected at Route 53, which says: {comment}", hint=hint)
        self.zone = zone
        self.keys = tuple(keys)
        self.comment = comment


class OutsideError(PsfdnsError):
    """Something outside failed: who, while doing what, and whether trying again may help."""

    def __init__(
        self, who: str, doing: str, why: str, *, retryable: bool = False, hint: str | None = None
    ) -> None:
        super().__init__(f"{who}: {doing}: {why}", hint=hint)
        self.who = who
        self.doing = doing
        self.retryable = retryable


class HostError(OutsideError):
    """Route 53 (or another part of AWS) refused or could not be reached.

    `code` is the service's error code, None where there is none; `attempts` counts how often the request
    was sent; `uncertain`: no answer that says whether what was asked has happened.
    """

    def __init__(
        self,
        who: str,
        doing: str,
        why: str,
        *,
        retryable: bool = False,
        hint: str | None = None,
        code: str | None = None,
        attempts: int = 1,
        uncertain: bool = False,
    ) -> None:
        super().__init__(who, doing, why, retryable=retryable, hint=hint)
        self.why = why
        self.code = code
        self.attempts = attempts
        self.uncertain = uncertain


class CaError(OutsideError):
    """A certificate authority refused, failed or could not be reached. No key or token stands in it.

    `kind` is the ACME error type without its prefix (RFC 8555 §6.7), None where there is none. `retry_at`:
    when the CA wants to be asked again. `status` is that of HTTP. `names` are those that it refuses, where
    it says that it is about them: of a name that may be a wildcard's, the wildcard too.
    `uncertain`: no answer that says whether what was asked has happened.
    """

    def __init__(
        self,
        who: str,
        doing: str,
        why: str,
        *,
        retryable: bool = False,
        hint: str | None = None,
        kind: str | None = None,
        status: int | None = None,
        retry_at: datetime.datetime | None = None,
        uncertain: bool = False,
        names: Sequence[str] = (),
    ) -> None:
        super().__init__(who, doing, why, retryable=retryable, hint=hint)
        self.why = why
        self.names = tuple(names)
        self.kind = kind
        self.status = status
        self.retry_at = retry_at
        self.uncertain = uncertain


class DeployError(PsfdnsError):
    """A certificate could not be brought to a target. No key or token stands in it."""


class UnknownError(PsfdnsError):
    """What a status command was to say could not be learnt: neither well nor broken (exit 3)."""


class LookupFailedError(OutsideError):
    """DNS could not be asked at all; a single server that fails is a value (`psfdns.lookup`)."""


class NotifyError(OutsideError):
    """A message could not be sent, or a channel of psfdns.toml cannot be used. No secret stands in it."""


class RegistrarError(OutsideError):
    """A registrar refused or could not be asked; no token stands in it.

    `status` is HTTP's, None without an answer; `uncertain`: what was ordered may have been carried out.
    """

    def __init__(
        self,
        who: str,
        doing: str,
        why: str,
        *,
        retryable: bool = False,
        hint: str | None = None,
        status: int | None = None,
        uncertain: bool = False,
    ) -> None:
        super().__init__(who, doing, why, retryable=retryable, hint=hint)
        self.why = why
        self.status = status
        self.uncertain = uncertain


class UnpackableError(InvalidInputError):
    """Changes that have to be made in one request are too big for one; the findings name them."""


class StoppedError(PsfdnsError):
    """A person stopped the work before this request was sent."""


class LockedError(PsfdnsError):
    """Somebody else is applying to the account, or writes to the store of certificates. Nothing was done."""


class LockLostError(PsfdnsError):
    """The apply lock is, or may be, somebody else's by now; what this was asked before was not sent."""
