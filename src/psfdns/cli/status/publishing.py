"""What `status --html` does: chains and explanations are put beside the document, the site in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psfdns.status.aspect import Aspect, Shape
from psfdns.status.document import Gathered


def publish(folder: Path, document: Shape, gathered: Gathered) -> int:
    """Write the site; returns how many files it has. Raises PsfdnsError."""
    from psfdns.cli.status.site.pages import make_site
    from psfdns.cli.status.site.publish import store_site

    files = make_site(document, pictures=draw_chains(gathered), explanations=explain())
    store_site(folder, files)
    return len(files)


def draw_chains(gathered: Gathered) -> dict[tuple[str, str | None], str]:
    """The chain of trust of each zone of which there is one, from the very answers that judged it."""
    from psfdns.cli.dnssec.view_svg import render_inline

    heard = gathered.heard.get(Aspect.DNSSEC)
    if heard is None or heard.document is None:
        return {}
    checked_at = heard.document["checked_at"]
    zones = (zone for zone in heard.document["zones"] if zone["chain"])
    return {(zone["name"], zone["view"]): render_inline(zone, checked_at) for zone in zones}


def explain() -> Mapping[str, Mapping[str, Any]]:
    """Code -> what it means, why it matters and how to mend it: of the rulebook, and of DNSSEC."""
    from psfdns.dnssec.codes import CHAPTERS
    from psfdns.rulebook import RULES

    codes = (code for _, chapter in CHAPTERS for code in chapter)
    known = {code.name: {"what": code.what, "why": "", "mend": code.mend} for code in codes}
    ruled = {rule.code: {"what": rule.what, "why": rule.why, "mend": rule.mend} for rule in RULES.values()}
    return {**known, **ruled}
