"""What is seen of a zone at one moment: parents, name servers, Route 53, the registrar. Pure.

A key is known by the text of its DS (`12345 13 2 ab…`), at the parent as at the zone's servers: tags alone
may be equal.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ACTIVE, INACTIVE, DELETING = "ACTIVE", "INACTIVE", "DELETING"
BROKEN = frozenset({"ACTION_NEEDED", "INTERNAL_FAILURE"})
SIGNING, NOT_SIGNING = "SIGNING", "NOT_SIGNING"


@dataclass(frozen=True, slots=True)
class Ksk:
    """A key-signing key as Route 53 has it; `arn` is its key in KMS, `public_key` base64."""

    name: str
    status: str
    ds: str
    public_key: str = ""
    arn: str = ""
    message: str = ""

    @property
    def tag(self) -> str:
        """The key tag, for people."""
        return self.ds.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class ParentSaid:
    """The DS set that one server of the parent gives; None: it gives no answer."""

    server: str
    ds: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class ServerSaid:
    """One address of a server of the zone: its key-signing keys, and those whose signature is valid.

    `keys` None: it gives no answer.
    """

    server: str
    keys: frozenset[str] | None
    signing: frozenset[str] = frozenset()


class Holds(enum.Enum):
    """Whether something is so, at everybody who was to be asked."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, and why it is no yes: a sentence."""

    holds: Holds
    why: str = ""


YES = Found(Holds.YES)


def no(why: str) -> Found:
    """It is not so."""
    return Found(Holds.NO, why)


def unknown(why: str) -> Found:
    """Somebody could not be asked."""
    return Found(Holds.UNKNOWN, why)


@dataclass(frozen=True, slots=True)
class Seen:
    """All of it; `status` is that of `dnssec status`, `why` what makes it so.

    `is_lost_above`: whatever is wrong is so of a zone above, or already of the root.
    `delegated` says whether the parents lead to our servers alone.
    `unsound` are record sets that could not be validated, of a zone that is signed. `at_registrar` is None
    where nobody was asked, `registrar_why` why not. `ttls` are seconds by kind
    (`psfdns.dnssec.procedures.timing`). `in_sync` are the changes that Route 53 has brought to all servers.
    """

    status: str
    why: str = ""
    is_lost_above: bool = False
    delegated: Found = YES
    parents: tuple[ParentSaid, ...] = ()
    parents_why: str = ""
    servers: tuple[ServerSaid, ...] = ()
    unsound: tuple[str, ...] = ()
    ttls: Mapping[str, int] = field(default_factory=dict)
    signing: str = NOT_SIGNING
    signing_message: str = ""
    ksks: tuple[Ksk, ...] = ()
    at_registrar: frozenset[str] | None = None
    registrar_why: str = ""
    in_sync: frozenset[str] = frozenset()

    def ksk(self, name: str) -> Ksk | None:
        """Route 53's key of that name."""
        return next((key for key in self.ksks if key.name == name), None)

    @property
    def ds_anywhere(self) -> frozenset[str]:
        """Every DS that any server of the parent gives."""
        return frozenset[str]().union(*(each.ds or () for each in self.parents))


def every_parent_has(seen: Seen, ds: str) -> Found:
    """Whether each server of the parent gives this DS."""
    lacking = [each.server for each in seen.parents if each.ds is not None and ds not in each.ds]
    if lacking:
        return no(f"the parent does not show {name_ds([ds])} at {_list(lacking)}")
    return all_parents_heard(seen)


def no_parent_has(seen: Seen, ds: str) -> Found:
    """Whether no server of the parent gives this DS any more."""
    having = [each.server for each in seen.parents if each.ds and ds in each.ds]
    if having:
        return no(f"the parent still shows {name_ds([ds])} at {_list(having)}")
    return all_parents_heard(seen)


def no_parent_has_any(seen: Seen) -> Found:
    """Whether no server of the parent gives any DS."""
    having = [each.server for each in seen.parents if each.ds]
    if having:
        return no(f"the parent still shows {name_ds(seen.ds_anywhere)} at {_list(having)}")
    return all_parents_heard(seen)


def all_parents_heard(seen: Seen) -> Found:
    """Whether each server of the parent says what DS it has."""
    silent = [each.server for each in seen.parents if each.ds is None]
    if silent:
        return unknown(f"no answer from the parent's server at {_list(silent)}")
    if not seen.parents:
        return unknown(f"the parent could not be asked: {seen.parents_why or 'it has no servers'}")
    return YES


def every_server_signs(seen: Seen, ds: str) -> Found:
    """Whether each server of the zone has the key, signed by itself, and all that was asked is signed."""
    lacking = [each.server for each in seen.servers if each.keys is not None and ds not in each.signing]
    if lacking:
        return no(f"key {_tag(ds)} does not sign the zone's keys at {_list(lacking)}")
    if seen.unsound:
        return no(f"not signed so that it can be validated: {_list(seen.unsound)}")
    return _all_servers_heard(seen)


def no_server_has(seen: Seen, ds: str | None = None) -> Found:
    """Whether no server of the zone has the key any more; None: any key."""
    having = [each.server for each in seen.servers if (ds in (each.keys or ()) if ds else each.keys)]
    if having:
        what = f"key {_tag(ds)}" if ds else "keys"
        return no(f"{_list(having)} still has {what}")
    return _all_servers_heard(seen)


def _all_servers_heard(seen: Seen) -> Found:
    silent = [each.server for each in seen.servers if each.keys is None]
    if silent or not seen.servers:
        return unknown(f"no answer from the zone's server at {_list(silent or ['any address'])}")
    return YES


def name_ds(texts: Iterable[str]) -> str:
    """`DS 12345, DS 6`."""
    return _list([f"DS {_tag(text)}" for text in sorted(texts)])


def _tag(ds: str) -> str:
    return ds.partition(" ")[0]


def _list(names: Iterable[str]) -> str:
    listed = list(dict.fromkeys(names))
    more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
    return ", ".join(listed[:3]) + more
