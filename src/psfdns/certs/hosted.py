"""What the zones here say about the certificates that are wanted: CAA, and the way to the challenge. Pure.

What lies in no zone here, behind a delegation, or is left to another writer is not known and not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from psfdns.certs import rules
from psfdns.certs.certificate import Challenge, WantedCertificate, without_wildcard
from psfdns.certs.settings import AcmeSettings
from psfdns.checks.answers import delegation_above, is_left_to_others, types_answered
from psfdns.checks.check import Subject
from psfdns.checks.issuance import find_refusal
from psfdns.diagnostics import Diagnostic
from psfdns.names import parent_of
from psfdns.plans.desired import DesiredZone
from psfdns.proofs import challenge_owner, challenge_target
from psfdns.records import RRset
from psfdns.tenants.zone_file import ZoneFile

MAX_CHAIN = 8
"""CNAMEs that are followed."""

Types = Mapping[str, Sequence[RRset]]


class HostedZones:
    """The public zones here as they answer; a zone with errors answers nothing.

    A zone is read by `read` when it is asked for first.
    """

    def __init__(self, files: Iterable[ZoneFile], read: Callable[[ZoneFile], DesiredZone]) -> None:
        self._files = {file.origin: file for file in files if not file.settings.private}
        self._read = read
        self._subjects: dict[str, Subject | None] = {}

    def origin_of(self, name: str) -> str | None:
        """The nearest zone that holds the name."""
        while name not in {"", "."}:
            if name in self._files:
                return name
            name = parent_of(name)
        return None

    def zone_of(self, name: str) -> Subject | None:
        """The zone that answers for the name; None where it is not here, cannot be read, or delegates it."""
        subject = self.nearest(name)
        return subject if subject is not None and delegation_above(subject, name) is None else None

    def nearest(self, name: str) -> Subject | None:
        """The zone that the name lies in, delegations aside; None where it is not here or cannot be read."""
        origin = self.origin_of(name)
        if origin is None:
            return None
        if origin not in self._subjects:
            zone = self._read(self._files[origin])
            self._subjects[origin] = None if zone.zone is None else Subject(zone.zone, zone.settings)
        return self._subjects[origin]

    def types_of(self, name: str) -> Types | None:
        """The types that there are at the name, wildcards followed; None where that is not known."""
        subject = self.zone_of(name)
        return None if subject is None else types_answered(subject, name)

    def follow(self, name: str, rdtype: str) -> Sequence[RRset]:
        """The record sets at the end of the CNAMEs, as far as they lead through zones here."""
        for _ in range(MAX_CHAIN):
            types = self.types_of(name) or {}
            if rdtype in types or "CNAME" not in types:
                return types.get(rdtype, ())
            name = next((rrset.values[0] for rrset in types["CNAME"] if rrset.values), "")
        return ()


def judge_hosted(
    certificates: Iterable[WantedCertificate], zones: HostedZones, settings: AcmeSettings
) -> Iterator[Diagnostic]:
    """Why certificates could not be issued, as the zones here tell; those only watched are left out."""
    for certificate in certificates:
        if not certificate.is_watched:
            yield from _judge_caa(certificate, zones, settings)
            yield from _judge_challenges(certificate, zones, settings)


def _judge_caa(
    certificate: WantedCertificate, zones: HostedZones, settings: AcmeSettings
) -> Iterator[Diagnostic]:
    """An error where no CA of the certificate may issue, a warning where only some may."""
    known = settings.issuers_of(certificate.ca)
    for name in certificate.names:
        rrsets = _find_caa(without_wildcard(name) + ".", zones)
        refusals = {
            ca: find_refusal(rrsets, domains, is_wildcard=name.startswith("*."))
            for ca, domains in known.items()
        }
        reasons = [f"{reason} for {name}" for reason in refusals.values() if reason]
        if reasons:
            place = f" (CAA of {rrsets[0].name})"
            some_may = len(reasons) < len(certificate.ca)
            yield rules.CAA_FORBIDS.broken(certificate.span_of(name), reasons[0] + place, mildly=some_may)


def _find_caa(name: str, zones: HostedZones) -> Sequence[RRset]:
    """The nearest CAA at the name or above it, over zone cuts, CNAMEs followed (RFC 8659 §3)."""
    while zones.origin_of(name) is not None:
        found = zones.follow(name, "CAA")
        if found:
            return found
        name = parent_of(name)
    return ()


def _judge_challenges(
    certificate: WantedCertificate, zones: HostedZones, settings: AcmeSettings
) -> Iterator[Diagnostic]:
    judged: set[str] = set()
    for name in certificate.names:
        challenge = challenge_owner(name)
        if challenge in judged:
            continue
        judged.add(challenge)
        if certificate.challenge is Challenge.DIRECT:
            yield from _judge_direct(certificate, name, zones)
        elif settings.validation_zone is not None:
            yield from _judge_delegated(certificate, name, zones, settings.validation_zone)


def _judge_direct(certificate: WantedCertificate, name: str, zones: HostedZones) -> Iterator[Diagnostic]:
    at, challenge = certificate.span_of(name), challenge_owner(name)
    origin = zones.origin_of(challenge)
    if origin is None:
        yield rules.NOT_OURS.broken(
            at, f"no zone here holds {name}, so nothing can be written at {challenge}"
        )
        return
    subject = zones.nearest(challenge)
    if subject is None:
        return
    cut = delegation_above(subject, challenge)
    leads = _cnames(subject.names.get(challenge, {}))
    if cut is not None:
        yield rules.NOT_OURS.broken(at, f"{challenge} lies behind the delegation of {cut} in {origin}")
    elif leads:
        yield rules.NOT_OURS.broken(at, f"{challenge} is a CNAME to {leads[0]} in {origin}")
    elif challenge not in subject.existing:
        yield from _judge_shadow(certificate, name, subject)


def _judge_shadow(certificate: WantedCertificate, name: str, subject: Subject) -> Iterator[Diagnostic]:
    challenge = challenge_owner(name)
    types = types_answered(subject, challenge) or {}
    if "CNAME" in types or "TXT" in types:
        wildcard = next(rrset.name for rrset in types.get("CNAME", types.get("TXT", ())))
        summary = f"the wildcard {wildcard} answers for {challenge}"
        yield rules.SHADOWED.broken(certificate.span_of(name), summary)


def _judge_delegated(
    certificate: WantedCertificate, name: str, zones: HostedZones, validation_zone: str
) -> Iterator[Diagnostic]:
    challenge = challenge_owner(name)
    target = challenge_target(name, tenant=certificate.tenant, zone=validation_zone)
    subject = zones.zone_of(challenge)
    if subject is None or is_left_to_others(subject, challenge, ("CNAME", "TXT")):
        return
    seen = _chain(challenge, zones)
    if target in seen:
        return
    hint = f"write into {subject.origin.removesuffix('.')}: {challenge} CNAME {target}"
    is_there = challenge in subject.names
    wildcard = None if is_there else _wildcard_above(subject, challenge)
    if len(seen) > 1 or is_there:
        what = f"leads to {seen[-1]}" if len(seen) > 1 else "is no CNAME"
        by = f", by the wildcard {wildcard}," if wildcard else ""
        summary = f"{challenge} {what}{by} and not to {target}"
    else:
        summary = f"{challenge} does not exist and should lead to {target}"
    yield rules.NOT_DELEGATED.broken(certificate.span_of(name), summary, hint=hint)


def _chain(name: str, zones: HostedZones) -> list[str]:
    """The name and where its CNAMEs lead, as far as they lead through zones here."""
    seen = [name]
    while len(seen) <= MAX_CHAIN:
        leads = _cnames(zones.types_of(seen[-1]) or {})
        if not leads or leads[0] in seen:
            break
        seen.append(leads[0])
    return seen


def _cnames(types: Types) -> list[str]:
    return [value for rrset in types.get("CNAME", ()) for value in rrset.values]


def _wildcard_above(subject: Subject, name: str) -> str | None:
    types = types_answered(subject, name) or {}
    return next((rrset.name for rrset in types.get("CNAME", ())), None)
