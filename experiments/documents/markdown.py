"""Markdown: tables, and templates whose marked lines are filled with generated blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TEMPLATES = DOCS / "templates"
MARK = re.compile(r"^\{\{([a-z_]+)\}\}$", re.MULTILINE)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a vertical bar inside a cell would end it and is escaped."""
    lines = [_line(header), _line(["---"] * len(header)), *map(_line, rows)]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def code(name: str) -> str:
    return f"`{name}`"


def codes(names: Iterable[str]) -> str:
    """Names in code type, separated by commas; a dash for none."""
    return ", ".join(map(code, names)) or "–"


def plain(value: float) -> str:
    """A declared number as it was declared, to four digits."""
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def exact(value: float) -> str:
    """A number to six digits: enough to rebuild what was computed from declared ones."""
    return f"{value:,.6g}"


def filled(template: str, blocks: Mapping[str, str]) -> str:
    """The template with every marked line replaced by the block of its name.

    Raises
    ------
    ValueError
        If a mark has no block, or a block no mark.
    """
    marks = set(MARK.findall(template))
    if marks != blocks.keys():
        raise ValueError(f"marks without a block: {sorted(marks - blocks.keys())}; unused: {sorted(blocks.keys() - marks)}")
    return MARK.sub(lambda found: blocks[found[1]], template)


def document(name: str, blocks: Mapping[str, str]) -> str:
    """The document made of the template of that name."""
    return filled((TEMPLATES / f"{name}.md").read_text(encoding="utf-8"), blocks)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
