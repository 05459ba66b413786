"""Whether a domain may be pointed at name servers: they answer, and no DS at the parent breaks. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from psfdns.diagnostics import Diagnostic, Severity
from psfdns.lookup.answer import Answer, Failure
from psfdns.lookup.parents import Delegation, ParentView
from psfdns.lookup.survey import Heard, Survey
from psfdns.names import labels_of

MIN_SERVERS = 2
_DIGESTS = {"1": "sha1", "2": "sha256", "4": "sha384"}
"""DS digest types (IANA, "DNSSEC Delegation Signer (DS) Resource Record (RR) Type Digest Algorithms")."""


@dataclass(frozen=True, slots=True)
class Move:
    """A domain, the servers that it is to have, what was heard of them, and the DS at the registrar."""

    domain: str
    servers: Sequence[str]
    survey: Survey
    registrar_ds: Sequence[str] = ()


def judge_move(move: Move) -> tuple[Diagnostic, ...]:
    """Every reason why not; none: it may be ordered."""
    return (*_judge_number(move), *_judge_servers(move), *_judge_ds(move))


def shows_everywhere(parents: ParentView | None, servers: Iterable[str]) -> bool:
    """Whether every server of the parent names exactly these."""
    if parents is None or not parents.delegations or parents.silent:
        return False
    wanted = set(servers)
    return all(set(each.ns) == wanted for each in parents.delegations)


def _judge_number(move: Move) -> Iterator[Diagnostic]:
    if len(set(move.servers)) < MIN_SERVERS:
        summary = f"{move.domain} needs {MIN_SERVERS} name servers"
        yield Diagnostic("few-servers", Severity.ERROR, summary, reference="RFC 1034 §4.1")


def _judge_servers(move: Move) -> Iterator[Diagnostic]:
    """An address that cannot be reached from here is no reason while another of the same name answers."""
    for name in move.servers:
        heard = [each for each in move.survey.heard if each.at.name == name]
        wrong = [each for each in heard if not each.is_authority(move.domain) and _has_answered(each)]
        if wrong:
            where = ", ".join(str(each.at.server) for each in wrong)
            yield _refused("not-served", f"{name} does not answer for {move.domain} (at {where})")
        elif not any(each.is_authority(move.domain) for each in heard):
            why = "does not answer" if heard else "has no address"
            yield _refused("not-served", f"{name} {why}: nobody would find {move.domain} there")


def _has_answered(heard: Heard) -> bool:
    return any(isinstance(each, Answer) for each in (heard.udp, heard.plain, heard.tcp))


def _judge_ds(move: Move) -> Iterator[Diagnostic]:
    """A DS that fits no key of the new servers makes the domain bogus for all who validate."""
    parents = move.survey.parents
    if parents is None or not parents.delegations:
        why = move.survey.why or "none of the parent's servers answers"
        yield _refused("parent-unknown", f"whether the parent has a DS of {move.domain} is not known: {why}")
        return
    ds = {value for said in parents.delegations for value in said.ds} | set(move.registrar_ds)
    if not ds:
        return
    hint = "have the DS taken away first, and wait for its TTL; then point the domain here"
    for name in move.servers:
        keys = _keys_of(name, move)
        if keys is None:
            yield _refused("ds-would-break", f"there is a DS, and {name} does not say its keys", hint=hint)
        elif not keys:
            summary = f"there is a DS, and the zone of {name} is not signed: the domain would be bogus"
            yield _refused("ds-would-break", summary, hint=hint)
        elif not any(fits(value, key, zone=move.domain) for value in ds for key in keys):
            summary = f"there is a DS, and it fits no key of {name}: the domain would be bogus"
            yield _refused("ds-would-break", summary, hint=hint)


def _keys_of(name: str, move: Move) -> tuple[str, ...] | None:
    """The DNSKEY that a server has; None where none of its addresses says."""
    asked = [each.keys for each in move.survey.heard if each.at.name == name]
    answers = [each for each in asked if not isinstance(each, Failure) and each.rcode == "NOERROR"]
    if not answers:
        return None
    sets = [answer.answered(move.domain, "DNSKEY") for answer in answers]
    # The zone is as signed as at the address that is least so.
    return () if any(each is None for each in sets) else tuple(sets[0].values if sets[0] else ())


def fits(ds: str, key: str, *, zone: str) -> bool:
    """Whether a DS is the digest of a DNSKEY, both as text (RFC 4034 §5.1.4)."""
    fields = ds.split()
    if len(fields) < 4 or fields[2] not in _DIGESTS:
        return False
    try:
        flags, protocol, algorithm, *rest = key.split()
        rdata = int(flags).to_bytes(2, "big") + bytes((int(protocol), int(algorithm)))
        rdata += base64.b64decode("".join(rest), validate=True)
    except (ValueError, OverflowError, binascii.Error):
        return False
    owner = b"".join(bytes((len(label),)) + label for label in labels_of(zone)) + b"\0"
    digest = hashlib.new(_DIGESTS[fields[2]], owner + rdata, usedforsecurity=False).hexdigest()
    return algorithm == fields[1] and digest == "".join(fields[3:]).lower()


def _refused(code: str, summary: str, *, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, summary, hint=hint)


def told(parents: ParentView | None) -> tuple[tuple[str, tuple[str, ...] | None], ...]:
    """What each server of the parent names; None where it does not answer."""
    return tuple(
        (str(server), said.ns if isinstance(said, Delegation) else None)
        for server, said in (parents.heard if parents else ())
    )
