"""Listing, setting and taking away record set protections, so that a lost answer is no failure.

A request holds up to a hundred and is done as a whole (API reference,
CreateResourceRecordSetProtections). Where it is refused because of what is there, or no answer came,
what is there is listed again and only what is left is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.errors import HostError
from psfdns.plans.host import HostedZone, Protection
from psfdns.plans.protection import Place
from psfdns.rrsets import InexpressibleError, decode_name, encode_name

if TYPE_CHECKING:
    from psfdns.aws import Api

AT_ONCE = 100
PER_PAGE = "300"
BAD_BATCH = "InvalidResourceRecordSetProtectionBatch"
ALREADY_THERE = "ProtectionAlreadyExists"
PRIOR_REQUEST = "PriorRequestNotComplete"
PATIENCE = (1.0, 4.0, 16.0)
"""Seconds between tries while another change of the zone is taken in."""
_NOT_OFFERED = frozenset(
    "AccessDenied AccessDeniedException UnauthorizedOperation UnknownOperationException InvalidAction"
    " NotImplemented UnsupportedOperation 403 404 405 501".split()
)
"""Codes of an endpoint that does not know protections, and of an identity that may not use them."""


def is_not_offered(error: HostError) -> bool:
    """Whether there are no protections to be had here: then psfdns's own guard is all there is."""
    return error.code in _NOT_OFFERED


def fetch_protections(api: Api, hosted: HostedZone) -> tuple[Protection, ...]:
    """Those of one zone: one request for each three hundred. Raises HostError."""
    found: list[Protection] = []
    token: dict[str, str] = {}
    while True:
        page = api.call(
            "ListResourceRecordSetProtections",
            f"list the protections of {hosted.name}",
            HostedZoneId=hosted.id,
            MaxResults=PER_PAGE,
            **token,
        )
        found += map(_read, page.get("ResourceRecordSetProtections", ()))
        if not page.get("NextToken"):
            return tuple(found)
        token = {"NextToken": page["NextToken"]}


def look_at_protections(api: Api, hosted: HostedZone) -> tuple[Protection, ...] | Diagnostic:
    """Those of one zone, or the finding that says why they are not known; a plan goes on without them."""
    try:
        return fetch_protections(api, hosted)
    except HostError as error:
        return Diagnostic(
            "protections-unknown",
            Severity.INFO,
            f"Route 53's record set protections cannot be used: {error.why}",
            hint="psfdns keeps `protect` itself all the same",
        )


@dataclass(frozen=True, slots=True)
class Protections:
    """Changing the protections of one zone; `pause` waits a number of seconds."""

    api: Api
    hosted: HostedZone
    pause: Callable[[float], None]

    def remove(self, protections: Sequence[Protection]) -> None:
        """Take them away; those that are gone already are done. Raises HostError."""
        for chunk in _chunks(protections):
            self._settle("DeleteResourceRecordSetProtections", chunk, self._still_there)

    def add(self, protections: Sequence[Protection]) -> None:
        """Set them; a name and type that somebody protected meanwhile is done. Raises HostError."""
        for chunk in _chunks(protections):
            self._settle("CreateResourceRecordSetProtections", chunk, self._still_missing)

    def _settle(
        self,
        action: str,
        wanted: Sequence[Protection],
        find_left: Callable[[Sequence[Protection]], Sequence[Protection]],
    ) -> None:
        pauses = iter(PATIENCE)
        while wanted:
            try:
                self._send(action, wanted)
            except HostError as error:
                if error.code == PRIOR_REQUEST and (seconds := next(pauses, None)) is not None:
                    self.pause(seconds)
                    continue
                if not error.uncertain and error.code not in {BAD_BATCH, ALREADY_THERE}:
                    raise
                left = find_left(wanted)
                if len(left) == len(wanted):
                    raise
                wanted = left
            else:
                return

    def _send(self, action: str, protections: Sequence[Protection]) -> None:
        with_comment = action.startswith("Create")
        doing = f"{'set' if with_comment else 'take away'} protections of {self.hosted.name}"
        entries = [_entry(each, with_comment=with_comment) for each in protections]
        self.api.call(action, doing, HostedZoneId=self.hosted.id, Protections=entries)

    def _still_there(self, wanted: Sequence[Protection]) -> Sequence[Protection]:
        there = set(_places(fetch_protections(self.api, self.hosted)))
        return [each for each in wanted if (each.name, each.type) in there]

    def _still_missing(self, wanted: Sequence[Protection]) -> Sequence[Protection]:
        there = set(_places(fetch_protections(self.api, self.hosted)))
        return [each for each in wanted if (each.name, each.type) not in there]


def _chunks(protections: Sequence[Protection]) -> Iterator[Sequence[Protection]]:
    for start in range(0, len(protections), AT_ONCE):
        yield protections[start : start + AT_ONCE]


def _places(protections: Iterable[Protection]) -> Iterator[Place]:
    return ((each.name, each.type) for each in protections)


def _entry(protection: Protection, *, with_comment: bool) -> dict[str, str]:
    entry = {"RecordName": encode_name(protection.name), "RecordType": protection.type}
    if with_comment and protection.comment:
        entry["Comment"] = protection.comment
    return entry


def _read(row: Any) -> Protection:
    return Protection(_canonical(row["RecordName"]), row["RecordType"], row.get("Comment") or None)


def _canonical(name: str) -> str:
    """Absolute, as record names come back; a name that is none of ours stays as it came."""
    try:
        return decode_name(name if name.endswith(".") else name + ".")
    except InexpressibleError:
        return name
