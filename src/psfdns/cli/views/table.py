"""Rows as a table in plain text."""

from __future__ import annotations

from collections.abc import Sequence


def render_rows(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns as wide as their widest cell; cells are escaped already."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)
