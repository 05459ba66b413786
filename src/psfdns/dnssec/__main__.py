"""`python -m psfdns.dnssec`: docs/dnssec.md, made from the codes themselves."""

from __future__ import annotations

import sys

from psfdns.dnssec.document import render_document

sys.stdout.write(render_document())
