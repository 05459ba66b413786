"""The rules as docs/checks.md shows them. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule
from psfdns.rulebook import CHAPTERS, Chapter

_HEAD = """\
# What `psfdns check` says, and commands beside it

Made by `python -m psfdns.rulebook` from the rules themselves. A finding ends with its code in brackets; here
stands what each code means, what happens if nothing is done, and how to mend it.
`psfdns check --explain CODE` prints the same for one of them. Those of DNSSEC are in [dnssec.md](dnssec.md).

A warning of `check` on a record set is silenced by `; psfdns: ignore=CODE` on any of its lines, an error
by nothing.
"""


def render_document() -> str:
    """The whole of docs/checks.md: a chapter a subject, in it a table of the codes and a section each."""
    return _HEAD + "".join(map(_render_chapter, CHAPTERS))


def as_sentence(text: str) -> str:
    """A hint as a sentence: with a capital, unless it begins with code, and an end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def _render_chapter(chapter: Chapter) -> str:
    rules = sorted(chapter.rules, key=lambda rule: rule.code)
    head = f"\n## {chapter.title}\n\n| code | severity | rule |\n|---|---|---|\n"
    return head + "".join(map(_render_row, rules)) + "".join(map(_render_section, rules))


def _render_row(rule: Rule) -> str:
    cells = (f"[`{rule.code}`](#{rule.code})", " or ".join(rule.severities), rule.what)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _render_section(rule: Rule) -> str:
    source = f" ({rule.reference})" if rule.reference else ""
    parts = [f"### {rule.code}", f"*{' or '.join(rule.severities).capitalize()}.* {rule.what}{source}"]
    if rule.why:
        parts.append(f"*Why:* {rule.why}")
    if rule.mend:
        parts.append(f"*To mend it:* {as_sentence(rule.mend)}")
    return "".join(f"\n{_escape(part)}\n" for part in parts)


def _escape(text: str) -> str:
    """`<` outside of code begins no tag."""
    return "`".join(
        part if index % 2 else part.replace("<", "&lt;") for index, part in enumerate(text.split("`"))
    )
