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
    """Code -> what it means, or the rule that is broken, why that matters and how to mend it.

    DNSSEC's say the first, the rulebook's the second. What DNSSEC has from the delegation, its rules mend.
    """
    from psfdns.dnssec.codes import CODES
    from psfdns.dnssec.delegation_codes import SAME
    from psfdns.rulebook import RULES
    from psfdns.rulebook.document import as_sentence

    ways = {name: RULES[code].mend for code, name in reversed(SAME.items())}
    codes = {
        code.name: {"means": code.what, "rule": "", "why": "", "mend": code.mend or ways[code.name]}
        for code in CODES.values()
    }
    rules = {
        rule.code: {"means": "", "rule": rule.what, "why": rule.why, "mend": rule.mend}
        for rule in RULES.values()
    }
    return {code: {**told, "mend": as_sentence(told["mend"])} for code, told in {**codes, **rules}.items()}
