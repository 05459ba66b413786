"""Everything that reading a zone file can find, each said once. Pure."""

from __future__ import annotations

from psfdns.zonefile.rules import lines, records

RULES = (*lines.RULES, *records.RULES)
