"""`check --baseline`: the file of old findings, read, held against, and written anew."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from psfdns.baseline import (
    MAX_BYTES,
    MAX_ENTRIES,
    Baseline,
    compare,
    parse_baseline,
    render_baseline,
    renew,
)
from psfdns.cli.check.checking import Checked
from psfdns.cli.files import store_file
from psfdns.diagnostics import Diagnostic
from psfdns.errors import PsfdnsError


@dataclass(frozen=True, slots=True)
class Held:
    """What is left to say; `counts` are for the document, `words` for a person."""

    findings: tuple[Diagnostic, ...]
    counts: dict[str, int]
    words: tuple[str, ...]


def read_baseline(file: str, *, may_be_missing: bool = False) -> Baseline:
    """Read a baseline, from a pipe too; raises PsfdnsError."""
    if may_be_missing and not os.path.lexists(file):
        return {}
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        hint = f"write it first: psfdns check --baseline {file} --write-baseline" if missing else None
        raise PsfdnsError(f"--baseline {file}: cannot be read: {error.strerror}", hint=hint) from error
    try:
        return parse_baseline(data)
    except PsfdnsError as error:
        raise PsfdnsError(f"--baseline {file}: {error.summary}", hint=error.hint) from error


def hold_against(file: str, baseline: Baseline, checked: Checked) -> Held:
    """Only what is new. Faults of psfdns.toml are never old: because of them nothing was looked at."""
    if checked.root is None:
        return Held(checked.findings, {"old": 0, "gone": 0}, ())
    compared = compare(checked.findings, baseline, covers=checked.extent.covers)
    words = []
    if compared.old:
        words.append(f"{_findings(compared.old)} of {file} left out")
    if compared.gone:
        words.append(f"{_findings(compared.gone)} of {file} gone: write it anew with --write-baseline")
    return Held(compared.new, {"old": compared.old, "gone": compared.gone}, tuple(words))


def write_anew(file: str, before: Baseline, checked: Checked) -> Held:
    """Make all that was found old; entries of paths that were not looked at stay. Raises PsfdnsError."""
    if checked.root is None:
        said = f"{file} is not written: with errors in psfdns.toml nothing else is looked at"
        return Held(checked.findings, {"old": 0, "gone": 0}, (said,))
    covers = checked.extent.covers
    after = renew(checked.findings, before, covers=covers)
    _store(file, after, checked.root)
    compared = compare(checked.findings, before, covers=covers)
    words = [f"{file}: {_findings(sum(after.values()))}, {len(compared.new)} of them new"]
    if compared.gone:
        words.append(f"{_findings(compared.gone)} gone from it")
    return Held((), {"old": len(checked.findings), "gone": 0}, tuple(words))


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count:,} findings"


def _store(file: str, baseline: Baseline, root: Path) -> None:
    path = Path(file)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise PsfdnsError(f"--baseline {file}: is a link or no plain file", hint="name the file itself")
    if _leads_out(path, root.resolve()):
        raise PsfdnsError(f"--baseline {file}: a link on the way leads out of {root}")
    text = render_baseline(baseline)
    if len(baseline) > MAX_ENTRIES or len(text) > MAX_BYTES:
        summary = f"--baseline {file}: {len(baseline):,} findings are more than a baseline holds"
        raise PsfdnsError(summary, hint="mend some of them first, or silence them where they stand")
    store_file(path, text)


def _leads_out(path: Path, root: Path) -> bool:
    """Whether the folder is one of the repository's by its name only."""
    folder = Path(os.path.normpath(Path.cwd() / path)).parent
    return folder.is_relative_to(root) and not folder.resolve().is_relative_to(root)
