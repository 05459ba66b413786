"""What a name server says of a zone that is delegated to it. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from psfdns.lookup.answer import Answer, Failure
from psfdns.lookup.ask import Asked

_NO_AUTHORITY = frozenset({"REFUSED", "NXDOMAIN", "NOTAUTH"})


class Service(enum.StrEnum):
    """Whether a server serves the zone."""

    SERVES = "serves"
    LAME = "lame"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Served:
    """The verdict on a server, `why` as the end of a sentence whose subject it is."""

    service: Service
    why: str = ""


def read_server(zone: str, asked: Iterable[Asked]) -> Served:
    """The verdict over all its addresses: one that serves will do, one that was not heard says nothing."""
    verdict = Served(Service.UNKNOWN, "has no address that may be asked")
    for each in asked:
        one = _read(zone, each)
        if one.service is Service.SERVES:
            return one
        if verdict.service is not Service.LAME:
            verdict = one
    return verdict


def _read(zone: str, asked: Asked) -> Served:
    if isinstance(asked, Failure):
        return Served(Service.UNKNOWN, f"{asked.words}, at {asked.server}")
    if _is_authority(zone, asked):
        return Served(Service.SERVES)
    if asked.rcode in _NO_AUTHORITY:
        return Served(Service.LAME, f"answers {asked.rcode} for it, at {asked.server}")
    if asked.rcode == "NOERROR":
        return Served(Service.LAME, f"answers, but not as its authority, at {asked.server}")
    # SERVFAIL and the like: in trouble today.
    return Served(Service.UNKNOWN, f"answers {asked.rcode}, at {asked.server}")


def _is_authority(zone: str, answer: Answer) -> bool:
    return answer.rcode == "NOERROR" and answer.authoritative and answer.answered(zone, "SOA") is not None
