"""The templates, and what every page has in common. Jinja2 is imported here and nowhere else."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from psfdns.cli.status.site import drawing, words
from psfdns.cli.views.escape import escape

if TYPE_CHECKING:
    import jinja2

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@functools.cache
def open_environment() -> jinja2.Environment:
    """The templates of this package: everything is escaped, and a name that nobody set is an error."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("psfdns.cli.status.site"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        day=words.day,
        moment=words.moment,
        count=words.count,
        left=words.left,
        undotted=words.undotted,
        kind_word=words.kind_word,
        yes_or_no=words.yes_or_no,
        commit=words.commit,
    )
    made.globals.update(severity_words=words.SEVERITY_WORDS, severities=words.SEVERITIES, shape=drawing.shape)
    return made


def _visible(value: Any) -> Any:
    """No character that is not seen, or turns the line around, reaches a page; markup of ours is left."""
    return escape(value) if type(value) is str else value


def render(template: str, *, picture: str = "", **values: Any) -> bytes:
    """A page, with a policy that lets nothing in but its own styles; `picture` is SVG of ours."""
    style = _stylesheet()
    policy = _policy([style, *_STYLE.findall(picture)])
    page = open_environment().get_template(template)
    return page.render(**values, style=style, picture=picture, policy=policy).encode("utf-8")


@functools.cache
def _stylesheet() -> str:
    """The style sheet, without what only its readers need."""
    text, _, _ = open_environment().loader.get_source(open_environment(), "style.css")  # type: ignore[union-attr]
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()


def _policy(styles: Iterable[str]) -> str:
    """A content security policy: the styles by their digests, pictures of the site, and nothing else."""
    digests = dict.fromkeys(
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in styles
    )
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return f"default-src 'none'; style-src {allowed}; img-src 'self'; base-uri 'none'; form-action 'none'"
