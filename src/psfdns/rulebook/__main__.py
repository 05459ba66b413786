"""`python -m psfdns.rulebook`: docs/checks.md, made from the rules themselves."""

from __future__ import annotations

import sys

from psfdns.rulebook.document import render_document

sys.stdout.write(render_document())
