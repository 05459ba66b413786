"""The body of a GitHub issue that was made with a form: `### label`, then the answer. Pure.

Anybody may write one, so it is read strictly: every heading of the form once, nothing else, and what
stands between them is text that is judged like any other answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.errors import InvalidInputError
from psfdns.tenants.questions import QUESTIONS, Question

NO_RESPONSE = "_No response_"
"""What GitHub writes where a field was left empty."""
MAX_BYTES = 256 * 1024
"""GitHub takes 65,536 characters, of up to four bytes each."""

_HEADING = re.compile(r"###[ \t]+(.*?)[ \t]*")
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


def read_zone_request(data: bytes, *, path: str) -> dict[str, list[str]]:
    """The answers of a zone request as text, by the id of their question; many have a line each.

    Raises InvalidInputError with every fault of the body.
    """
    labels = {question.id: question.label for question in ZONE_FORM}
    headings = set(re.findall(r"^### (.*?)[ \t\r]*$", data.decode("utf-8", "replace"), re.MULTILINE))
    if headings == set(CERTIFICATE_FORM.values()):
        raise InvalidInputError([_fault(path, None, "this is a request for a certificate, not for a zone")])
    return _answers(read_form(data, labels, path=path), path)


def read_form(data: bytes, labels: Mapping[str, str], *, path: str) -> dict[str, str]:
    """The answers that were given to a form whose fields have these labels, by field id.

    Raises InvalidInputError with every fault of the body.
    """
    lines = _decode(data, path).split("\n")
    found, faults = _read_sections(lines, {label: id_ for id_, label in labels.items()}, path)
    missing = [label for id_, label in labels.items() if id_ not in found]
    faults += [_fault(path, None, f'the heading "### {label}" is missing') for label in missing]
    if faults:
        raise InvalidInputError(faults, summary="the issue is not what its form makes")
    return {id_: text for id_, text in found.items() if text}


def _decode(data: bytes, path: str) -> str:
    if len(data) > MAX_BYTES:
        raise InvalidInputError([_fault(path, None, f"larger than {MAX_BYTES // 1024} KiB")])
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInputError([_fault(path, line, "is not UTF-8")]) from error
    for number, line_text in enumerate(text.split("\n"), start=1):
        odd = next((char for char in line_text if _is_control(char)), None)
        if odd is not None:
            fault = _fault(path, number, f"holds the control character U+{ord(odd):04X}")
            raise InvalidInputError([fault])
    return text


def _is_control(char: str) -> bool:
    """Everything that moves a cursor or turns the direction of text."""
    return char != "\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _read_sections(
    lines: Sequence[str], ids: Mapping[str, str], path: str
) -> tuple[dict[str, str], list[Diagnostic]]:
    found: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for number, heading, answer in _sections(lines):
        id_ = ids.get(heading) if heading is not None else None
        if heading is None:
            if any(map(str.strip, answer)):
                faults.append(_fault(path, number, "text before the first heading"))
        elif id_ is None:
            faults.append(_fault(path, number, f"{heading[:80]!r} is no heading of the form"))
        elif id_ in found:
            faults.append(_fault(path, number, f'the heading "### {heading}" stands here twice'))
        else:
            text, fault = _unwrap(answer)
            found[id_] = text
            faults += [_fault(path, number, f"{heading}: {fault}")] if fault else []
    return found, faults


def _sections(lines: Sequence[str]) -> Iterator[tuple[int, str | None, list[str]]]:
    """(line of the heading, heading, lines below it); a heading inside a code block is none."""
    number, heading, fenced = 1, None, False
    answer: list[str] = []
    for position, line in enumerate(lines, start=1):
        match = None if fenced else _HEADING.fullmatch(line)
        if match is not None:
            yield number, heading, answer
            number, heading, answer = position, match[1], []
            continue
        answer.append(line)
        if _FENCE.fullmatch(line.rstrip()):
            fenced = not fenced
    yield number, heading, answer


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


def _answers(texts: Mapping[str, str], path: str) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = {}
    faults: list[Diagnostic] = []
    for question in ZONE_FORM:
        if question.id not in texts:
            continue
        text = texts[question.id]
        if question.id == "records":
            answers["records"] = [text]
            continue
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        fault = _fault_of(question, lines)
        faults += [_fault(path, None, f"{question.label}: {fault}")] if fault else []
        answers[question.id] = [_chosen(question, line) for line in lines]
    if faults:
        raise InvalidInputError(faults, summary="the issue is not what its form makes")
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


def _fault(path: str, line: int | None, summary: str) -> Diagnostic:
    span = Span(path) if line is None else Span(path, line, line)
    return Diagnostic("bad-issue", Severity.ERROR, summary, span, "ask for the issue form to be used")
