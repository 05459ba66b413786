"""Whether a new zone may have its name: one that Route 53 takes, that a file can have, and that is free."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.names import labels_of
from psfdns.records import Zone
from psfdns.suffixes import is_public_suffix
from psfdns.tenants.load import Repository
from psfdns.tenants.ownership import find_conflicts
from psfdns.tenants.zone_file import ZoneFile

MAX_FILE_NAME = 255
"""Bytes of a file's name (POSIX NAME_MAX on every file system in use)."""

_LABEL = re.compile(rb"[a-z0-9_](?:[a-z0-9_/-]*[a-z0-9_])?")


def judge_name(repository: Repository, file: ZoneFile, *, sandbox: bool) -> list[Diagnostic]:
    """What speaks against a zone of this name for this tenant."""
    return list(_judge(repository, file, sandbox=sandbox))


def _judge(repository: Repository, file: ZoneFile, *, sandbox: bool) -> Iterator[Diagnostic]:
    here = Span(file.shown_path)
    yield from find_faults_of_name(file)
    same = [each for each in repository.zone_files if (each.origin, each.view) == (file.origin, file.view)]
    if same:
        summary = f"{file.stem} is there already: {same[0].shown_path}"
        hint = "edit that file; live zones are taken in by psfdns import"
        yield Diagnostic("zone-exists", Severity.ERROR, summary, here, hint)
        return
    if not file.settings.private:
        yield from _judge_public(file, here, sandbox=sandbox)
    known = set(find_conflicts(repository.zone_files, repository.tenants))
    tenants = {*repository.tenants, file.tenant}
    for conflict in find_conflicts([*repository.zone_files, file], tenants):
        if conflict not in known:
            yield conflict


def find_faults_of_name(file: ZoneFile) -> Iterator[Diagnostic]:
    """What is wrong with the name itself, whoever asks for it."""
    fault = _fault_of_name(file)
    if fault is not None:
        yield Diagnostic("bad-zone-name", Severity.ERROR, fault, Span(file.shown_path))


def _fault_of_name(file: ZoneFile) -> str | None:
    labels = labels_of(file.origin)
    if len(labels) < 2:
        return f"{file.origin} is a top-level domain or the root, and Route 53 makes no zone of it"
    if not all(_LABEL.fullmatch(label) for label in labels):
        return f"{file.origin}: a zone's name has letters, digits, - inside of a label, _ and /"
    if len(file.path.name.encode()) > MAX_FILE_NAME:
        return f"{file.origin} is too long to be the name of a file"
    return next((fault for label in labels if (fault := _fault_of_a_label(label)) is not None), None)


def _fault_of_a_label(label: bytes) -> str | None:
    """What only looks like an internationalised label is registered nowhere."""
    if not label.startswith(b"xn--"):
        return None
    import idna

    try:
        idna.ulabel(label)
    except (idna.IDNAError, UnicodeError) as error:
        return f"{label.decode()} is not an A-label (IDNA 2008): {error}"
    return None


def _judge_public(file: ZoneFile, here: Span, *, sandbox: bool) -> Iterator[Diagnostic]:
    from psfdns.checks import apex
    from psfdns.checks.check import Subject

    if len(labels_of(file.origin)) > 1 and is_public_suffix(file.origin):
        summary = f"{file.stem} is a public suffix: others register their names below it"
        yield Diagnostic("public-suffix", Severity.ERROR, summary, here, reference="publicsuffix.org")
    for finding in apex.CHECK.find(Subject(Zone(file.origin, {}), file.settings, file.shown_path)):
        if finding.code == apex.RESERVED_NAME.code and len(labels_of(file.origin)) > 1 and not sandbox:
            yield replace(finding, severity=Severity.ERROR, hint="with --sandbox it can be tried")
