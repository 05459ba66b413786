"""Whether a certificate goes on without names that were added and cannot be had, and at which CAs. Pure.

Which names these are, and whether their time has come, `psfdns.certs.renewal` says before anybody is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from psfdns.certs.attempts import Fault, Wish


def choose_authorities(
    wish: Wish, faults: Sequence[Fault], *, under_way: str | None = None
) -> tuple[str, ...]:
    """The CAs at which `wish.kept` is to be had in its place: those to which only new names were in the way.

    `faults` are all that became of the wish, `under_way` the CA that has an order of all its names: while it
    may still come to something there, nothing takes its place.
    """
    if wish.kept is None or not faults:
        return ()
    there = frozenset(wish.kept.names)
    of_new = {fault for fault in faults if fault.names and fault.names.isdisjoint(there)}
    ours = {fault for fault in faults if fault.ca is None}
    failed = {fault.ca for fault in faults if fault.ca is not None and fault not in of_new}
    if not ours <= of_new or under_way in failed:
        return ()
    # What DNS cannot prove was not asked of the CAs that are left.
    asked = wish.kept.authorities if ours else [fault.ca for fault in faults]
    return tuple(ca for ca in wish.kept.authorities if ca in asked and ca not in failed)
