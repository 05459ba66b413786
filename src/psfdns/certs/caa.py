"""Whether CAA lets a CA issue to an account by a method, climbing from the name (RFC 8659, RFC 8657). Pure.

What a lookup could not tell is left to the CA: it is handed on as a remark, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from psfdns.checks.issuers import Issue, Property, parse_issue, properties
from psfdns.lookup.answer import Answer, Question
from psfdns.lookup.ask import Asked
from psfdns.lookup.hosts import values_of
from psfdns.lookup.resolve import is_usable
from psfdns.names import parent_of
from psfdns.records import RRset, RRsetKey

CRITICAL = 128
_KNOWN = frozenset({"issue", "issuewild", "issuemail", "issuevmc", "iodef", "contactemail", "contactphone"})

Resolve = Callable[[Sequence[Question]], Mapping[Question, Asked]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who would issue what: the domains that CAA names the CA by, the account's URL, the challenge's type."""

    issuers: tuple[str, ...]
    account: str
    method: str


@dataclass(frozen=True, slots=True)
class CaaVerdict:
    """`fault`: why the CA must not issue. `remark`: why that is not known."""

    fault: str | None = None
    remark: str | None = None


def look_up_caa(names: Iterable[str], resolve: Resolve) -> dict[Question, Asked]:
    """The answers for every name that decides about these (without final dots), in one go."""
    questions = dict.fromkeys(Question(above, "CAA") for name in names for above in _climb(name))
    return dict(resolve(list(questions))) if questions else {}


def judge_caa(name: str, answers: Mapping[Question, Asked], asking: Asking) -> CaaVerdict:
    """Whether a name may be on a certificate; the nearest record set decides (RFC 8659 §3)."""
    for above in _climb(name):
        asked = answers.get(Question(above, "CAA"))
        if not isinstance(asked, Answer) or not is_usable(asked):
            said = asked.rcode if isinstance(asked, Answer) else asked.words if asked else "was not asked"
            return CaaVerdict(remark=f"the CAA of {above} could not be looked up ({said})")
        values = values_of(asked)
        if values:
            found = tuple(properties(RRset(RRsetKey(above, "CAA"), 0, values)))
            fault = _judge_set(found, asking, wildcard=name.startswith("*."))
            return CaaVerdict(f"the CAA of {above} forbids it: {fault}" if fault else None)
    return CaaVerdict()


def _climb(name: str) -> Iterable[str]:
    """The name and all above it but the root; a wildcard begins at the name that it stands below."""
    above = f"{name.removeprefix('*.')}."
    while above != ".":
        yield above
        above = parent_of(above)


def _judge_set(found: Sequence[Property], asking: Asking, *, wildcard: bool) -> str | None:
    unknown = [each.tag for each in found if each.flags & CRITICAL and each.tag not in _KNOWN]
    if unknown:
        return f"it has the critical property {unknown[0]}, which no CA knows"
    wild = [each for each in found if each.tag == "issuewild"]
    deciding = wild if wildcard and wild else [each for each in found if each.tag == "issue"]
    if not deciding or not asking.issuers:
        return None
    faults = [_judge_issue(parse_issue(each.text), asking) for each in deciding]
    return None if None in faults else _most_telling(faults)


def _judge_issue(issue: Issue | None, asking: Asking) -> str | None:
    """None where this property permits it (RFC 8657 §3, §4)."""
    if issue is None or issue.domain not in asking.issuers:
        return f"{asking.issuers[0]} is not among those who may issue"
    account = issue.parameters.get("accounturi")
    if account is not None and account != asking.account:
        return f"{issue.domain} may issue to another account only (accounturi={account})"
    methods = issue.parameters.get("validationmethods")
    if methods is not None and asking.method not in {each.strip().lower() for each in methods.split(",")}:
        return f"{issue.domain} may issue by {methods} only, not by {asking.method}"
    return None


def _most_telling(faults: Sequence[str | None]) -> str:
    """One that names our CA, if there is any."""
    told = [fault for fault in faults if fault is not None]
    return next((fault for fault in told if " may issue " in fault), told[0])
