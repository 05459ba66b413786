"""What the name servers of a domain answer: a zone transfer where they grant one, else the usual names.

All servers are asked and compared: where they differ, what most of them say is taken, and the difference is
told. Everything heard is somebody else's text: bounded here, judged by whoever writes it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from psfdns.errors import LookupFailedError
from psfdns.lookup.answer import Answer, Failure, HeardSet, Question, Reason
from psfdns.lookup.ask import Asked, Patience, ask_many
from psfdns.lookup.opinions import Difference, LeftOut, Opinions, Unanswered
from psfdns.lookup.parents import NameServer, Walk
from psfdns.lookup.server import Server
from psfdns.lookup.transfer import Transfer, TransferLimits, transfer
from psfdns.lookup.usual_names import names_asked, types_asked
from psfdns.names import is_subdomain, relative_to
from psfdns.records import TARGET_WORD

MAX_SERVERS = 16
"""Name servers that are asked; the others are told."""
MAX_TRANSFERS = 4
"""Name servers that are asked for the whole zone."""
MAX_FOLLOWED = 200
"""Names that were learnt from answers, such as the targets of MX, and are asked too."""
THREADS = 16
"""Questions under way: other people's servers are not to be pushed."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A name server and how it was of use: `transfer`, `answers`, or in words why not."""

    name: str
    server: NameServer | None
    outcome: str

    def __str__(self) -> str:
        """The name, with the address where there is one."""
        return self.name if self.server is None else str(self.server)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was heard of a zone.

    `complete`: a server handed the zone over. Otherwise `asked` are the names that were asked, relative
    to the zone, and `empty` those at which there was nothing. `wildcard`: a name that nobody made answers.
    """

    zone: str
    servers: tuple[Surveyed, ...]
    complete: bool
    sets: tuple[HeardSet, ...]
    asked: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    wildcard: bool = False
    differences: tuple[Difference, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Whom to ask and how; `probe` is a label that nobody has chosen."""

    walk: Walk
    probe: str
    patience: Patience = field(default_factory=Patience)
    limits: TransferLimits = field(default_factory=TransferLimits)

    def survey(self, zone: str) -> Survey:
        """Raises LookupFailedError where the zone is not delegated, or none of its servers knows it."""
        usable, others = self._find_usable(zone)
        transfers = self._transfer_all(zone, [server.server for server in usable])
        granted = [each for each in transfers if isinstance(each, Transfer)]
        if granted:
            return self._from_transfers(zone, usable, others, transfers)
        return self._from_answers(zone, usable, others, transfers)

    def _find_usable(self, zone: str) -> tuple[list[NameServer], list[Surveyed]]:
        """One address of each name server that is an authority of the zone, and what became of the others."""
        servers, others = self._find_servers(zone)
        asked = ask_many(
            [(server.server, Question(zone, "SOA")) for server in servers],
            patience=self.patience,
            threads=THREADS,
        )
        usable: dict[str, NameServer] = {}
        for server, said in zip(servers, asked, strict=True):
            why = _why_useless(said)
            if why is None and len(usable) < MAX_SERVERS:
                usable.setdefault(server.name, server)
            else:
                others[server.name] = Surveyed(server.name, server, why or f"{MAX_SERVERS} others were asked")
        if not usable:
            said_so = "; ".join(f"{each} {each.outcome}" for each in others.values())
            raise LookupFailedError(
                "DNS", f"ask the name servers of {zone}", said_so or "none has an address"
            )
        return list(usable.values()), [each for name, each in others.items() if name not in usable]

    def _find_servers(self, zone: str) -> tuple[list[NameServer], dict[str, Surveyed]]:
        """Every address of every name server that a parent names, and those without one."""
        view = self.walk.find_parents(zone)
        delegations = view.delegations
        names = list(dict.fromkeys(name for said in delegations for name in said.ns))
        if not names:
            why = "; ".join(f"{name} {failure.words}" for name, failure in view.silent)
            raise LookupFailedError(
                "DNS",
                f"find the name servers of {zone}",
                why if not delegations and why else f"{view.parent} does not delegate it",
                hint="a domain that is new has nothing to ask for: leave --from-dns out",
            )
        port = view.heard[0][0].server.port
        glue: dict[str, dict[str, None]] = {}
        for said in delegations:
            for name, address in said.glue:
                glue.setdefault(name, {})[address] = None
        missing = [name for name in names if name not in glue]
        found = self.walk.find_addresses(missing) if missing else {}
        servers = [NameServer(name, Server(address, port)) for name in glue for address in glue[name]]
        others = {}
        for name, addresses in found.items():
            if isinstance(addresses, Failure):
                others[name] = Surveyed(name, None, addresses.words)
            else:
                servers += (NameServer(name, address) for address in addresses)
        return sorted(servers, key=lambda server: names.index(server.name)), others

    def _transfer_all(self, zone: str, servers: Sequence[Server]) -> list[Transfer | Failure]:
        def ask_for_it(server: Server) -> Transfer | Failure:
            return transfer(server, zone, limits=self.limits)

        with ThreadPoolExecutor(MAX_TRANSFERS, thread_name_prefix="transfer") as pool:
            asked = list(pool.map(ask_for_it, servers[:MAX_TRANSFERS]))
        question = Question(zone, "AXFR")
        left = servers[MAX_TRANSFERS:]
        return [*asked, *(Failure(server, question, Reason.REFUSED, "not asked") for server in left)]

    def _from_transfers(
        self,
        zone: str,
        usable: Sequence[NameServer],
        others: Sequence[Surveyed],
        transfers: Sequence[Transfer | Failure],
    ) -> Survey:
        opinions = Opinions(zone)
        servers = []
        for server, outcome in zip(usable, transfers, strict=True):
            if isinstance(outcome, Transfer):
                opinions.hear_zone(server, outcome.sets)
                servers.append(Surveyed(server.name, server, "transfer"))
            else:
                servers.append(Surveyed(server.name, server, f"no transfer: {outcome.words}"))
        return Survey(
            zone,
            (*servers, *others),
            complete=True,
            sets=opinions.agreed(),
            differences=opinions.differences(),
            left_out=opinions.left_out(),
        )

    def _from_answers(
        self,
        zone: str,
        usable: Sequence[NameServer],
        others: Sequence[Surveyed],
        transfers: Sequence[Transfer | Failure],
    ) -> Survey:
        inquiry = _Inquiry(zone, usable, self.patience)
        usual = [_absolute(name, zone) for name in names_asked(zone)]
        probe = _absolute(self.probe, zone)
        wildcard = bool(inquiry.find_existing([probe]))
        inquiry.ask_names(inquiry.find_existing(usual))
        asked = [*usual]
        for _ in range(2):
            further = _targets_in_zone(inquiry.opinions.agreed(), zone, known=asked)
            asked += further
            inquiry.ask_names(inquiry.find_existing(further))
        opinions = inquiry.opinions
        if wildcard:
            opinions.forget_covered("*." + zone, {name for name in asked if name != "*." + zone})
        opinions.forget([probe])
        sets = opinions.agreed()
        holding = {heard.name for heard in sets}
        servers = [
            Surveyed(server.name, server, f"answers; no transfer: {refused.words}")
            for server, refused in zip(usable, transfers, strict=True)
            if isinstance(refused, Failure)
        ]
        return Survey(
            zone,
            (*servers, *others),
            complete=False,
            sets=sets,
            asked=tuple(relative_to(name, zone) for name in asked),
            empty=tuple(relative_to(name, zone) for name in asked if name not in holding),
            wildcard=wildcard,
            differences=opinions.differences(),
            left_out=opinions.left_out(),
            unanswered=opinions.unanswered(),
        )


class _Inquiry:
    """Questions to all servers of one zone, and their opinions."""

    def __init__(self, zone: str, servers: Sequence[NameServer], patience: Patience) -> None:
        self.zone = zone
        self.servers = servers
        self.patience = patience
        self.opinions = Opinions(zone)

    def find_existing(self, names: Sequence[str]) -> list[str]:
        """Those of the names that a server knows: NXDOMAIN speaks for all types (RFC 8020)."""
        existing: dict[str, None] = {}
        for server, asked in self._ask([Question(name, "A") for name in names]):
            self.opinions.hear(server, asked)
            if isinstance(asked, Answer) and asked.rcode == "NOERROR":
                existing[asked.question.name] = None
        return list(existing)

    def ask_names(self, names: Iterable[str]) -> None:
        """All types that may be of interest at each name, unless it turned out to be another zone's."""
        questions = [
            Question(name, rdtype)
            for name in names
            for rdtype in types_asked(relative_to(name, self.zone))
            if rdtype != "A"
        ]
        for server, asked in self._ask(questions):
            self.opinions.hear(server, asked)

    def _ask(self, questions: Sequence[Question]) -> list[tuple[NameServer, Asked]]:
        if self.opinions.is_full:
            return []
        pairs = [(server, question) for question in questions for server in self.servers]
        answers = ask_many(
            [(server.server, question) for server, question in pairs], patience=self.patience, threads=THREADS
        )
        return [(server, asked) for (server, _), asked in zip(pairs, answers, strict=True)]


def _targets_in_zone(sets: Iterable[HeardSet], zone: str, *, known: Sequence[str]) -> list[str]:
    """Names of the zone that its records lead to and that were not asked yet."""
    found: dict[str, None] = {}
    for heard in sets:
        if heard.type not in TARGET_WORD:
            continue
        for value in heard.values:
            words = value.split(" ")
            target = words[TARGET_WORD[heard.type]] if len(words) > TARGET_WORD[heard.type] else "."
            if is_subdomain(target, zone):
                found[target] = None
    already = set(known)
    return [name for name in found if name not in already][:MAX_FOLLOWED]


def _why_useless(said: Asked) -> str | None:
    if isinstance(said, Failure):
        return said.words
    if said.rcode != "NOERROR":
        return f"says {said.rcode}"
    if not said.authoritative or said.answered(said.question.name, "SOA") is None:
        return Failure(said.server, said.question, Reason.LAME).words
    return None


def _absolute(name: str, zone: str) -> str:
    return zone if name == "@" else f"{name}.{zone}"
