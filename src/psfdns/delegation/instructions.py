"""The message to whoever can set a zone's name servers: plain text, to be mailed as it is. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psfdns.delegation import wording
from psfdns.delegation.registrars import REGISTRARS
from psfdns.delegation.sets import namings
from psfdns.delegation.verdict import is_signed
from psfdns.delegation.wanted import Wanted, compare
from psfdns.lookup.survey import Survey
from psfdns.settings import Registrar

WIDTH = 76
"""Characters of a line: what mail programs leave alone (RFC 5322 §2.1.1: 78)."""

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Letter:
    """What the message is about.

    `liaisons` are mail addresses. `parent_file` is the zone file of the parent zone, where that is ours too.
    """

    zone: str
    tenant: str
    liaisons: tuple[str, ...]
    registrar: Registrar
    wanted: Wanted
    survey: Survey
    parent_file: str | None = None

    @property
    def name(self) -> str:
        """The zone as people write it."""
        return _bare(self.zone)

    @property
    def servers(self) -> tuple[str, ...]:
        """What is to be set."""
        return self.wanted.servers or ()

    @property
    def is_within(self) -> bool:
        """Whether a zone delegates it, and no registrar."""
        return self.parent_file is not None or self.registrar is Registrar.NONE

    @property
    def is_for_the_tenant(self) -> bool:
        """Whether it is the tenant's task, or else staff's."""
        return not self.is_within and self.registrar is Registrar.TENANT

    @property
    def is_done(self) -> bool:
        """Whether all parent servers name just these already."""
        groups = namings(self.survey.parents)
        return bool(groups) and all(compare(each.ns, self.servers, self.survey).is_exact for each in groups)

    @property
    def ns_ttl(self) -> int | None:
        """How long resolvers keep what the parent's servers say, in seconds."""
        said = self.survey.parents.delegations if self.survey.parents else ()
        return max((each.ns_ttl for each in said if each.ns_ttl), default=None)

    @property
    def ds_ttl(self) -> int | None:
        """The same of a DS; None where there is none."""
        said = self.survey.parents.delegations if self.survey.parents else ()
        return max((each.ds_ttl or 0 for each in said if each.ds), default=None)


def write_instructions(letter: Letter) -> str | None:
    """The message; None where the name servers are not known."""
    if letter.wanted.servers is None:
        return None
    return "\n".join(_paragraphs(letter)) + "\n"


def join_letters(letters: Sequence[str]) -> str:
    """Several messages, with a line between them."""
    return f"{'-' * WIDTH}\n".join(letters)


def _paragraphs(letter: Letter) -> Iterator[str]:
    if letter.is_for_the_tenant and letter.liaisons:
        yield " ".join(f"To: {', '.join(letter.liaisons)}".split())
    yield f"Subject: The name servers of {letter.name}\n"
    yield from _opening(letter)
    yield _now(letter)
    if not letter.is_done:
        yield wording.BEFORE
        yield _item(_ds(letter))
        yield from map(_item, _existing(letter))
        yield from _where(letter)
        yield from _how_long(letter)
    yield from _how_to_check(letter)


def _opening(letter: Letter) -> Iterator[str]:
    words = {"name": letter.name, "tenant": letter.tenant}
    if letter.is_within:
        where = letter.parent_file or "the zone file of the parent zone"
        yield _fill(wording.WITHIN.format(where=where, **words))
        yield "".join(f"    {letter.zone} IN NS {server}\n" for server in sorted(letter.servers))
        return
    opening = wording.TENANT if letter.is_for_the_tenant else wording.GANDI
    yield _fill(opening.format(**words))
    yield "".join(f"    {_bare(server)}\n" for server in sorted(letter.servers))


def _now(letter: Letter) -> str:
    parents = letter.survey.parents
    if parents is None or not parents.delegations:
        return _fill(wording.NOT_HEARD)
    if letter.is_done:
        return _fill(wording.DONE)
    if not letter.survey.delegated:
        return _fill(wording.NOBODY.format(parent=parents.parent, name=letter.name))
    named = ", ".join(map(_bare, letter.survey.delegated))
    return _fill(wording.OTHERS.format(parent=parents.parent, named=named))


def _ds(letter: Letter) -> str:
    ttl = letter.ds_ttl
    if ttl is not None and is_signed(letter.wanted, letter.survey):
        return wording.DS_OURS
    if ttl is not None:
        return wording.DS_FIRST.format(name=letter.name, ttl=_duration(ttl))
    heard = letter.survey.parents is not None and letter.survey.parents.delegations
    return (wording.DS_NONE if heard else wording.DS_UNKNOWN).format(name=letter.name)


def _existing(letter: Letter) -> Iterator[str]:
    """What there is to do about a zone that others serve; nothing where it is known that nobody does."""
    parents = letter.survey.parents
    if parents is not None and parents.delegations and not letter.survey.delegated:
        return
    yield wording.COPY.format(name=letter.name)
    yield wording.LOWER_TTLS
    yield wording.KEEP_RUNNING


def _where(letter: Letter) -> Iterator[str]:
    if letter.is_for_the_tenant:
        yield wording.WHERE
        yield _fill(wording.PANEL)
        yield "".join(_item(f"{name}: {place}.", end="\n") for name, place in REGISTRARS.items())


def _how_long(letter: Letter) -> Iterator[str]:
    yield wording.HOW_LONG
    if letter.ns_ttl:
        yield _fill(wording.TTL_HEARD.format(ttl=_duration(letter.ns_ttl)))
    else:
        yield _fill(wording.TTL_UNKNOWN)


def _how_to_check(letter: Letter) -> Iterator[str]:
    heard = letter.survey.parents.heard if letter.survey.parents else ()
    server = next((at.name for at, _ in heard if at.name != "."), None)
    how = f"+norecurse @{_bare(server)}" if server else "+trace"
    yield wording.CHECK
    yield f"    dig {how} {letter.name} NS\n"
    yield _fill(wording.TELL_US.format(name=letter.name))


def _duration(seconds: int) -> str:
    """`2 days`, `90 minutes`: in the largest unit that divides it."""
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}{'' if seconds // size == 1 else 's'}"


def _fill(text: str) -> str:
    return "".join(f"{line}\n" for line in _wrap(text))


def _item(text: str, *, end: str = "\n") -> str:
    lines = _wrap(text, indent=4)
    return "  - " + "\n    ".join(lines) + end


def _wrap(text: str, *, indent: int = 0) -> list[str]:
    width = WIDTH - indent
    return textwrap.wrap(" ".join(text.split()), width, break_long_words=False, break_on_hyphens=False)


def _bare(name: str) -> str:
    """As registrars' forms take names: without the final dot."""
    return name.removesuffix(".") or name
