"""Proofs that a name is ours, as the order flow wants them and the DNS room gives them. Pure.

One kind so far: DNS-01 (RFC 8555 §8.4). A kind says where a CA looks, what it has to find there, and who puts
it there; the flow of an order knows no more of it (dns-persist-01 would be a kind whose value stays).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

PREFIX = "_acme-challenge"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a CA looks: the canonical `owner`, and `target`, the canonical name that it has to lead to.

    `target` None: it is proved at the owner itself, and no CNAME there is followed.
    """

    name: str
    owner: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a CA has to find at a place: one string of a TXT record, without quotes."""

    place: Place
    value: str


class Unprovable(str):
    """Why a proof is not in place, where that lies in its name: in its zone, or in what else stands there."""

    __slots__ = ()


class Prover(Protocol):
    """Who puts proofs where a CA finds them; one failure never stops the others."""

    @property
    def kind(self) -> str:
        """The challenge's type."""

    def check(self, places: Sequence[Place]) -> Mapping[Place, str | None]:
        """None, or why nothing could be proved at a place; nothing is written."""

    def present(self, proofs: Sequence[Proof]) -> Mapping[Proof, str | None]:
        """Put all of them in place and see that they are; None, or why a proof is not in place.

        It is `Unprovable` where another name's proof may be in place all the same.
        """

    def clean(self) -> Sequence[str]:
        """Take all proofs away again, those that killed runs left too; what could not be done, in words."""


def challenge_owner(name: str) -> str:
    """Where CAs look; a wildcard's place is that of the name below which it stands."""
    return f"{PREFIX}.{name.removeprefix('*.')}."


def challenge_target(name: str, *, tenant: str, zone: str) -> str:
    """The name below the validation zone that belongs to one name of one tenant.

    26 characters of base 32 of the SHA-256 of zone, tenant and name: 130 bits. It follows from the files, so
    that no machine and no lost state changes it. That the tenant is in it keeps tenants apart: who names
    another's domain in a manifest gets a target to which that domain's CNAME does not lead.
    """
    content = json.dumps([zone, tenant, name.removeprefix("*.")], separators=(",", ":"))
    digest = base64.b32encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
    return f"{digest[:26].lower()}.{zone}"


def place_of(name: str, *, tenant: str, zone: str | None) -> Place:
    """Where a name is proved: through the validation zone `zone`, or None: in a zone of ours."""
    target = None if zone is None else challenge_target(name, tenant=tenant, zone=zone)
    return Place(name, challenge_owner(name), target)
