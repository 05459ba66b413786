"""Makes the picture of a comment: Markdown on stdin, a PNG at the path that is named.

No test: it needs Chromium (Debian: chromium), on PATH or named by CHROMIUM. The Markdown is paper/comment.md
of a run of plan.yml; HEIGHT is where the picture ends.

    python -m tests.workflows.picture docs/images/plan-comment.png HEIGHT < comment.md
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

WIDTH = 760
STYLE = """
body { margin: 0; padding: 16px; background: #fff; color: #1f2328; }
.comment { border: 1px solid #d1d9e0; border-radius: 6px; }
.head { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e; }
.body { padding: 16px; }
* { font: 14px/1.5 "Liberation Sans", sans-serif; box-sizing: border-box; }
h2, h2 * { font-size: 21px; font-weight: 600; } h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: 6px; }
h3, h3 * { font-size: 17px; font-weight: 600; }
h2, h3 { margin: 20px 0 12px; } h2:first-child { margin-top: 0; }
p, table, ul, blockquote, details { margin: 0 0 14px; } ul { padding-left: 2em; }
strong { font-weight: 600; }
code, h3 code { font-family: "DejaVu Sans Mono", monospace; font-size: 85%; }
code { background: #818b981f; padding: .2em .4em; border-radius: 6px; white-space: break-spaces; }
table { border-collapse: collapse; display: block; overflow: auto; width: max-content; max-width: 100%; }
th, td { border: 1px solid #d1d9e0; padding: 6px 13px; vertical-align: top; } th { font-weight: 600; }
tr:nth-child(2n) { background: #f6f8fa; }
sub, sub * { font-size: 11px; color: #59636e; vertical-align: baseline; }
a { color: #0969da; text-decoration: none; }
"""


def main(place: str, height: str) -> None:
    """Render stdin, and show it as a comment."""
    html = MarkdownIt("commonmark").enable("table").render(sys.stdin.read())
    page = (
        f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><div class=comment>"
        f"<div class=head><strong>github-actions</strong> bot commented</div><div class=body>{html}</div>"
    )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
        size, profile = f"--window-size={WIDTH},{height}", f"--user-data-dir={folder}/profile"
        shot = f"--screenshot={Path(place).resolve()}"
        browser = os.environ.get("CHROMIUM", "chromium")
        subprocess.run([browser, *options, size, profile, shot, source.as_uri()], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
