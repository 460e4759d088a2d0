"""Text in columns: a Chinese character takes two places on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """Places that a text takes on a terminal."""
    return sum((2 if unicodedata.east_asian_width(c) in "WF" else 1) for c in text if not unicodedata.combining(c))


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equal length as lines, every column as wide as its widest text, the last one as it is."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text + " " * (w - width(text)) for text, w in zip(row, widths, strict=True)).rstrip()
