"""What to tell whoever can change the DS at the parent: the text to copy. Pure."""

from __future__ import annotations

import textwrap

from psfdns.dnssec.procedures.record import Action, Deed, Kind, Record
from psfdns.dnssec.procedures.seen import Ksk

WIDTH = 88


def write_handover(action: Action, record: Record) -> str:
    """The message: a DS to be set, or to be removed."""
    zone = record.zone.removesuffix(".")
    if action.deed is Deed.REMOVE_DS:
        return _join(
            f"Subject: Please remove a DS record of {zone}",
            f"Please have this DS record of {zone} removed at the registrar, or by whoever runs the zone "
            "above it, and change nothing else: neither name servers nor other DS records.",
            _ds_lines(action.of),
            _take_back(record),
            "Nothing depends on it being quick. DNSSEC stays as it is until the record is gone from every "
            "server and from every cache; psfdns looks for that by itself.",
        )
    key = _key(action.of, record)
    beside = ""
    if record.kind is Kind.ROTATE:
        beside = " Leave the DS record that is there where it is: both are needed for some time."
    return _join(
        f"Subject: Please add a DS record for {zone}",
        f"{zone} is signed with DNSSEC. Please have this DS record set at the registrar, or by whoever runs "
        f"the zone above it.{beside}",
        _ds_lines(action.of),
        "Some registrars take the public key instead, and make the DS record themselves:",
        _key_lines(key) if key else "",
        "It is checked at every server of the parent. If something is wrong with it, validating resolvers do "
        "not find the domain any more: copy it, do not type it.",
    )


def _take_back(record: Record) -> str:
    """Where a DS was asked for that has not come, and signing is to end."""
    if record.unseen is None or record.by_gandi or record.kind is not Kind.DISABLE:
        return ""
    return (
        "If you were asked lately to have a DS record set, and that is not done yet, please do not do it: "
        "once signing has ended, the domain would be gone with it for everybody who validates."
    )


def write_withdrawal(record: Record) -> str:
    """The message where a DS was asked for, and is not to be set any more."""
    zone = record.zone.removesuffix(".")
    return _join(
        f"Subject: Please do not set a DS record for {zone}",
        f"You were asked to have a DS record of {zone} set. Please do not: signing is about to end, and with "
        "a DS record the domain would then be gone for everybody who validates. If it is set already, have "
        "it removed, and say so.",
    )


def _key(ds: str, record: Record) -> Ksk | None:
    refs = (ref.ksk for ref in (record.key, record.old) if ref is not None)
    return next((ksk for ksk in refs if ksk is not None and ksk.ds == ds), None)


def _ds_lines(ds: str) -> str:
    tag, algorithm, kind, digest = [*ds.split(), "", "", ""][:4]
    return (
        f"    key tag      {tag}\n"
        f"    algorithm    {algorithm} (ECDSAP256SHA256)\n"
        f"    digest type  {kind} (SHA-256)\n"
        f"    digest       {digest}\n"
    )


def _key_lines(key: Ksk) -> str:
    return (
        "    flags        257 (KSK)\n"
        "    protocol     3\n"
        f"    algorithm    {key.ds.split()[1]}\n"
        f"    public key   {key.public_key}\n"
    )


def _join(*parts: str) -> str:
    filled = [part if part.startswith("    ") else _fill(part) for part in parts if part]
    return "\n".join(filled)


def _fill(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False) + "\n"
