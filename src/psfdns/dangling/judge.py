"""From what was heard to what is said of each record: gone, to be taken by anybody, or not known. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from psfdns.dangling import rules
from psfdns.dangling.answers import Heard, State
from psfdns.dangling.listen import Report, provider_of
from psfdns.dangling.pointers import Pointer
from psfdns.dangling.proofs import NO_PROOFS, Proofs
from psfdns.dangling.servers import Service
from psfdns.diagnostics import Diagnostic, Rule
from psfdns.providers import Provider, Vacancy
from psfdns.web.fetch import Unfetched


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that a pointer breaks; `mildly` as in Rule.broken, `hint` instead of the rule's own."""

    pointer: Pointer
    rule: Rule
    summary: str
    hint: str | None = None
    mildly: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether it says how things are, and not that this is not known."""
        return self.rule is not rules.TARGET_UNCHECKED

    def broken(self) -> Diagnostic:
        """The finding."""
        span = self.pointer.span
        return self.rule.broken(span, self.summary, hint=self.hint, mildly=self.mildly)


def judge(report: Report, proofs: Mapping[str, Proofs]) -> list[Found]:
    """What is found of each pointer, in their order; `proofs` by zone. Nothing is said of what is well.

    Nor is it where nobody answered anything: that is one finding, and not a pointer's.
    """
    if not report.answered:
        return []
    lame = _count_lame(report)
    found = []
    for pointer, heard in report.targets.items():
        judged = _judge_one(pointer, heard, report, proofs.get(pointer.zone, NO_PROOFS))
        found += [each for each in judged if each is not None]
        if pointer.is_delegation and heard.state is State.THERE:
            found += _judge_server(pointer, report, all_lame=lame(pointer))
    return found


def _judge_one(pointer: Pointer, heard: Heard, report: Report, proofs: Proofs) -> Iterator[Found | None]:
    if heard.state is State.UNKNOWN:
        summary = f"{_way(pointer, heard)}, which could not be checked: {heard.why}"
        yield Found(pointer, rules.TARGET_UNCHECKED, summary)
    elif heard.state is State.GONE:
        yield _judge_gone(pointer, heard, report, proofs)
    elif heard.state is State.CIRCLE:
        yield Found(
            pointer, rules.TARGET_WITHOUT_DATA, f"{_way(pointer, heard)}, in a circle or without an end"
        )
    elif heard.state is State.EMPTY:
        yield _judge_empty(pointer, heard)
    else:
        yield _judge_page(pointer, report, proofs)


def _judge_gone(pointer: Pointer, heard: Heard, report: Report, proofs: Proofs) -> Found:
    way = _way(pointer, heard)
    domain = report.unregistered.get(heard.end)
    if domain is not None:
        return Found(pointer, rules.UNREGISTERED_DOMAIN, f"{way}, and the domain {domain} is not registered")
    provider = provider_of(pointer, heard)
    if provider is not None and heard.end not in provider.domains:
        return _claimable(
            pointer, provider, proofs, f"{way}, which does not exist there", sure=_tells(provider)
        )
    if pointer.is_delegation:
        return Found(pointer, rules.LAME_DELEGATION, f"{way}, which does not exist")
    return Found(pointer, rules.DANGLING_TARGET, f"{way}, which does not exist")


def _tells(provider: Provider) -> bool:
    return provider.vacancy is Vacancy.NAME


def _judge_empty(pointer: Pointer, heard: Heard) -> Found:
    if pointer.is_delegation:
        return Found(
            pointer, rules.LAME_DELEGATION, f"{_way(pointer, heard)}, which has no address", mildly=True
        )
    if pointer.role in {"SPF include:", "SPF redirect="}:
        return Found(pointer, rules.TARGET_WITHOUT_DATA, f"{_way(pointer, heard)}, which has no SPF record")
    types = (
        ", ".join(pointer.types[:-1]) + " or " + pointer.types[-1]
        if len(pointer.types) > 1
        else pointer.types[0]
    )
    return Found(pointer, rules.TARGET_WITHOUT_DATA, f"{_way(pointer, heard)}, which has no {types}")


def _judge_page(pointer: Pointer, report: Report, proofs: Proofs) -> Found | None:
    if pointer not in report.pages:
        return None
    provider, page = report.pages[pointer]
    way = f"{pointer.key} leads to {provider.name} ({pointer.target})"
    if isinstance(page, Unfetched):
        summary = f"{way}, whose page could not be checked: it {page.why}"
        return Found(pointer, rules.TARGET_UNCHECKED, summary)
    if provider.page is None or provider.page not in page.text:
        return None
    # A page that is all well and quotes the sentence may be somebody's.
    shown = f"{way}, where nobody holds it: HTTP {page.status}, “{provider.page}”"
    return _claimable(pointer, provider, proofs, shown, sure=page.status >= 400)


def _claimable(pointer: Pointer, provider: Provider, proofs: Proofs, summary: str, *, sure: bool) -> Found:
    proof = proofs.find(provider.name, pointer.key.name)
    what = rules.CLAIMABLE_NAME.mend
    if proof is not None:
        what += f"; the TXT {proof} lets only its owner claim it"
    elif provider.proof is not None:
        what += f"; {provider.proof} would keep others out, and the zone has none"
    hint = f"{what} ({provider.source})"
    return Found(pointer, rules.CLAIMABLE_NAME, summary, hint, mildly=proof is not None or not sure)


def _judge_server(pointer: Pointer, report: Report, *, all_lame: bool) -> Iterator[Found]:
    served = report.servers[pointer.key.name, pointer.target]
    way = f"{pointer.key}: {pointer.target}"
    if served.service is Service.LAME:
        yield Found(pointer, rules.LAME_DELEGATION, f"{way} {served.why}", mildly=not all_lame)
    elif served.service is Service.UNKNOWN:
        yield Found(pointer, rules.TARGET_UNCHECKED, f"{way} could not be checked: it {served.why}")


def _count_lame(report: Report) -> Callable[[Pointer], bool]:
    """Whether no server of a pointer's delegation serves the zone, or may."""
    useful: set[tuple[str, str]] = set()
    for pointer, heard in report.targets.items():
        if not pointer.is_delegation:
            continue
        served = report.servers.get((pointer.key.name, pointer.target))
        unknown = heard.state in {State.UNKNOWN, State.CIRCLE}
        if unknown or (served is not None and served.service is not Service.LAME):
            useful.add((pointer.zone, pointer.key.name))
    return lambda pointer: (pointer.zone, pointer.key.name) not in useful


def _way(pointer: Pointer, heard: Heard) -> str:
    """As `www.example.org. CNAME leads to a. and on to b.`, the beginning of a sentence."""
    by = pointer.role if pointer.role.startswith("SPF") else ""
    start = f"{pointer.key}{f' ({by})' if by else ''} leads to {pointer.target}"
    return start if len(heard.chain) == 1 else f"{start} and on to {heard.end}"


def gather_unchecked(pairs: Sequence[tuple[Found, Diagnostic]]) -> list[Diagnostic]:
    """The findings of one zone; what could not be checked is said once a target, where it stands first."""
    silent = Counter(found.pointer.target for found, _ in pairs if not found.is_certain)
    said: list[Diagnostic] = []
    for found, finding in pairs:
        if found.is_certain:
            said.append(finding)
        elif times := silent.pop(found.pointer.target, 0):
            more = f" (and {times - 1:,} more of that target)" if times > 1 else ""
            said.append(replace(finding, summary=finding.summary + more))
    return said
