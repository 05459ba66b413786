"""Names that hold one text of a version: `v=STSv1; …`, `v=TLSRPTv1; …` (RFC 8460 §3, RFC 8461 §3.1). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from psfdns.checks.strings import decode_text, last_line, shown, texts
from psfdns.diagnostics import Diagnostic, Rule
from psfdns.records import RRset

_FIELD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[!-:<>-~]+")


def judge_version(
    rrset: RRset,
    version: str,
    *,
    several: Rule,
    record: Rule,
    fault: Callable[[Sequence[str]], str | None],
) -> Iterator[Diagnostic]:
    """Whether one text begins with the version and `;`, and what `fault` says of its fields.

    Texts that begin otherwise are passed over where one does, as senders do.
    """
    found = [(decode_text(text), span) for text, span in texts(rrset)]
    chosen = [(text, span) for text, span in found if text.startswith(f"{version};")]
    if len(chosen) > 1:
        yield several.broken(last_line(rrset), f"{rrset.key}: {len(chosen)} records `{version}`")
        return
    if found and not chosen:
        text, span = found[0]
        yield record.broken(span, f"{rrset.key}: `{shown(text)}` does not begin with `{version};`")
    for text, span in chosen:
        wrong = fault(_fields(text))
        if wrong:
            yield record.broken(span, f"{rrset.key}: {wrong}")


def extension_fault(fields: Sequence[str]) -> str | None:
    """What is wrong with fields that the RFC leaves to later: no blank around `=`, and a value."""
    wrong = next((field for field in fields if not _FIELD.fullmatch(field)), None)
    return None if wrong is None else f"`{shown(wrong)}` is no field with a value"


def _fields(text: str) -> list[str]:
    """What stands behind the version, without the blanks around semicolons."""
    fields = [field.strip(" \t") for field in text.split(";")][1:]
    return fields if fields[-1] else fields[:-1]
