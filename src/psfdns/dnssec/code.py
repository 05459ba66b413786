"""What a code stands for. Pure."""

from __future__ import annotations

from typing import NamedTuple

from psfdns.diagnostics import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


class Code(NamedTuple):
    """One thing that can be found; docs/dnssec.md has these sentences.

    `severity` is the usual one, `ede` its extended error (RFC 8914), where there is one. `mend` is the hint.
    """

    name: str
    severity: Severity
    what: str
    mend: str = ""
    ede: int | None = None
    reference: str | None = None
