"""The body of a GitHub issue that was made with a form: `### label`, then the answer. Pure.

Anybody may write one, so it is read strictly: every heading of the form once, nothing else, and what
stands between them is text that is judged like any other answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from psfdns.tenants.questions import QUESTIONS, Question

NO_RESPONSE = "_No response_"
"""What GitHub writes where a field was left empty."""
MAX_BYTES = 256 * 1024
"""GitHub takes 65,536 characters, of up to four bytes each."""

_FENCE = re.compile(r"```[a-z]*")

ZONE_FORM = tuple(question for question in QUESTIONS if question.label)
"""What `.github/ISSUE_TEMPLATE/zone-request.yml` asks."""

CERTIFICATE_FORM = {
    "tenant": "Tenant",
    "names": "Names on the certificate",
    "key": "Key",
    "deploy": "Where it is to be installed",
    "purpose": "Purpose",
}
"""What `.github/ISSUE_TEMPLATE/certificate-request.yml` asks: ids and labels."""


class Fault(NamedTuple):
    """What is wrong with a body, and on which line where that is known."""

    line: int | None
    summary: str


class IssueError(ValueError):
    """The body is not what the form makes; `faults` is everything that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.summary for fault in self.faults))


def read_zone_request(data: bytes) -> dict[str, list[str]]:
    """The answers of a zone request as text, by the id of their question; many have a line each.

    Raises IssueError with every fault of the body.
    """
    labels = {question.id: question.label for question in ZONE_FORM}
    headings = set(map(_heading, data.decode("utf-8", "replace").splitlines())) - {None}
    if headings == set(CERTIFICATE_FORM.values()):
        raise IssueError([Fault(None, "this is a request for a certificate, not for a zone")])
    return _answers(read_form(data, labels))


def read_form(data: bytes, labels: Mapping[str, str]) -> dict[str, str]:
    """The answers that were given to a form whose fields have these labels, by field id.

    Raises IssueError with every fault of the body.
    """
    lines = _decode(data).split("\n")
    found, faults = _read_sections(lines, {label: id_ for id_, label in labels.items()})
    missing = [label for id_, label in labels.items() if id_ not in found]
    faults += [Fault(None, f'the heading "### {label}" is missing') for label in missing]
    if faults:
        raise IssueError(faults)
    return {id_: text for id_, text in found.items() if text}


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise IssueError([Fault(None, f"larger than {MAX_BYTES // 1024} KiB")])
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise IssueError([Fault(line, "is not UTF-8")]) from error
    for number, line_text in enumerate(text.split("\n"), start=1):
        odd = next((char for char in line_text if _is_control(char)), None)
        if odd is not None:
            fault = Fault(number, f"holds the control character U+{ord(odd):04X}")
            raise IssueError([fault])
    return text


def _is_control(char: str) -> bool:
    """Everything that moves a cursor or turns the direction of text."""
    return char != "\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _read_sections(lines: Sequence[str], ids: Mapping[str, str]) -> tuple[dict[str, str], list[Fault]]:
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for number, heading, answer in _sections(lines):
        id_ = ids.get(heading) if heading is not None else None
        if heading is None:
            if any(map(str.strip, answer)):
                faults.append(Fault(number, "text before the first heading"))
        elif id_ is None:
            faults.append(Fault(number, f"{heading[:80]!r} is no heading of the form"))
        elif id_ in found:
            faults.append(Fault(number, f'the heading "### {heading}" stands here twice'))
        else:
            text, fault = _unwrap(answer)
            found[id_] = text
            faults += [Fault(number, f"{heading}: {fault}")] if fault else []
    return found, faults


def _sections(lines: Sequence[str]) -> Iterator[tuple[int, str | None, list[str]]]:
    """(line of the heading, heading, lines below it); a heading inside a code block is none."""
    number, heading, fenced = 1, None, False
    answer: list[str] = []
    for position, line in enumerate(lines, start=1):
        found = None if fenced else _heading(line)
        if found is not None:
            yield number, heading, answer
            number, heading, answer = position, found, []
            continue
        answer.append(line)
        if _FENCE.fullmatch(line.rstrip()):
            fenced = not fenced
    yield number, heading, answer


def _heading(line: str) -> str | None:
    """The text of a heading; no pattern, which a line of blanks could keep busy."""
    return line.removeprefix("### ").strip(" \t\r") if line.startswith("### ") else None


def _unwrap(answer: Iterable[str]) -> tuple[str, str | None]:
    """The text of an answer, its code block opened; and what is wrong with it."""
    lines = "\n".join(answer).strip("\n").split("\n")
    if [line.strip() for line in lines] in ([""], [NO_RESPONSE]):
        return "", None
    if not _FENCE.fullmatch(lines[0].rstrip()):
        return "\n".join(lines).strip(), None
    if len(lines) < 2 or lines[-1].rstrip() != "```" or any(_FENCE.fullmatch(line) for line in lines[1:-1]):
        return "", "the code block does not end where the answer ends"
    inside = "\n".join(lines[1:-1])
    return (f"{inside}\n" if inside.strip() else ""), None


def _answers(texts: Mapping[str, str]) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = {}
    faults: list[Fault] = []
    for question in ZONE_FORM:
        if question.id not in texts:
            continue
        text = texts[question.id]
        if question.id == "records":
            answers["records"] = [text]
            continue
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        fault = _fault_of(question, lines)
        faults += [Fault(None, f"{question.label}: {fault}")] if fault else []
        answers[question.id] = [_chosen(question, line) for line in lines]
    if faults:
        raise IssueError(faults)
    return answers


def _fault_of(question: Question, lines: Sequence[str]) -> str | None:
    if not question.many and len(lines) > 1:
        return "one line is wanted"
    if question.choices and lines[0] not in question.choices:
        return f"{lines[0][:80]!r} is none of the choices"
    return None


def _chosen(question: Question, line: str) -> str:
    """What a choice of the form means, as text that its question reads."""
    value = question.choices.get(line, line)
    return str(value).lower() if isinstance(value, bool) else str(value)
