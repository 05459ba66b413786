"""Names that hold one text of a version: `v=STSv1; …`, `v=TLSRPTv1; …` (RFC 8460 §3, RFC 8461 §3.1). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from psfdns.checks.check import Subject
from psfdns.checks.strings import cname_targets, decode_text, shown, text_sets, texts
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
        yield several.broken(chosen[-1][1], f"{rrset.key}: {len(chosen)} records `{version}`")
        return
    if found and not chosen:
        text, span = found[0]
        yield record.broken(span, f"{rrset.key}: `{shown(text)}` does not begin with `{version};`")
    for text, span in chosen:
        wrong = fault(_fields(text))
        if wrong:
            yield record.broken(span, f"{rrset.key}: {wrong}")


def find_misplaced(
    subject: Subject, version: str, place: Rule, *, is_right: Callable[[str], bool]
) -> Iterator[Diagnostic]:
    """Texts of the version where nobody asks for them, as `is_right` says of the name.

    A wildcard, or the target of a CNAME, may answer at the right name.
    """
    targets: frozenset[str] | None = None
    for rrset in text_sets(subject):
        for text, span in texts(rrset):
            if not text.startswith(f"{version};") or rrset.name.startswith("*.") or is_right(rrset.name):
                continue
            targets = cname_targets(subject) if targets is None else targets
            if rrset.name not in targets:
                yield place.broken(span, f"{rrset.key}: a record `{version}` where nobody asks for one")


def extension_fault(fields: Sequence[str]) -> str | None:
    """What is wrong with fields that the RFC leaves to later: no blank around `=`, and a value."""
    wrong = next((field for field in fields if not _FIELD.fullmatch(field)), None)
    return None if wrong is None else f"`{shown(wrong)}` is no field with a value"


def _fields(text: str) -> list[str]:
    """What stands behind the version, without the blanks around semicolons."""
    fields = [field.strip(" \t") for field in text.split(";")][1:]
    return fields if fields[-1] else fields[:-1]
