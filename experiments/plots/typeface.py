"""The typeface of all pictures: the shipped subset first, a font of this machine for what it lacks, and never a box."""

from __future__ import annotations

import functools
import unicodedata
import warnings
from collections.abc import Iterable
from pathlib import Path

from matplotlib.font_manager import fontManager, get_font
from matplotlib.text import Text

FAMILY = "Wutong Sans SC"
FILE = Path(__file__).parent / "fonts" / "WutongSansSC-Regular.ttf"
STAND_IN = "〓"  # the printers' sign for a character that the case lacks
CLOSING = set("，。；：、！？）》」』”’%·…,.;:!?)]}")
OPENING = set("（《「『“‘([{")


@functools.cache
def register() -> str:
    """Make the shipped typeface known to matplotlib in this process and return its family."""
    fontManager.addfont(FILE)
    return FAMILY


@functools.cache
def _own_characters() -> frozenset[int]:
    return frozenset(get_font(str(FILE)).get_charmap())


@functools.cache
def family_with(character: str) -> str | None:
    """Family of a font on this machine that truly draws a character, None (with a warning) if there is none.

    matplotlib's Last Resort font claims every character and draws a box for each, so it is never asked.
    """
    for entry in fontManager.ttflist:
        if "last resort" in entry.name.lower() or "emoji" in entry.name.lower():
            continue
        try:
            font = get_font(entry.fname)
            if font.scalable and ord(character) in font.get_charmap():
                return str(entry.name)
        except (OSError, RuntimeError, ValueError):
            continue
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    warnings.warn(f"no font on this machine draws {character!r} ({name}); {STAND_IN} stands in its place", stacklevel=2)
    return None


def dress(texts: Iterable[Text]) -> None:
    """Set the typeface of texts, with a font of this machine for characters outside the subset; no text is read as TeX."""
    own = _own_characters()
    for text in texts:
        words = _narrow_quotes(text.get_text())
        strange = [c for c in dict.fromkeys(words) if ord(c) not in own and c != "\n"]
        found = {c: family_with(c) for c in strange}
        for character in (c for c, family in found.items() if family is None):
            words = words.replace(character, STAND_IN)
        text.set_text(words)
        text.set_fontfamily([register(), *dict.fromkeys(f for f in found.values() if f is not None)])
        text.set_parse_math(False)
        text.set_usetex(False)


def _narrow_quotes(words: str) -> str:
    """The words with straight quotes where no character is Chinese: those of a Chinese typeface are as wide as a character."""
    if any(unicodedata.east_asian_width(c) in "WF" for c in words):
        return words
    return words.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'"})


@functools.cache
def _advance(character: str) -> float:
    if ord(character) not in _own_characters():
        return 1.0
    font = get_font(str(FILE))
    font.set_size(100.0, 72.0)
    return float(font.load_char(ord(character)).linearHoriAdvance) / 65536 / 100


def width(text: str, size: float) -> float:
    """Width of a line of text at a size in points [inch]."""
    return sum(_advance(c) for c in text) * size / 72.0


def fitting(name: str, room: float, size: float, end: str = "") -> str:
    """A name and what stands after it, no wider than ``room`` [inch]: the name is shortened, and its end never."""
    if width(name + end, size) <= room:
        return name + end
    left = room - width(f"…{end}", size)
    return f"{wrap(name, left, size)[0]}…{end}"


def wrap(text: str, room: float, size: float) -> list[str]:
    """Lines of a text no wider than ``room`` [inch]: breaks at spaces and between Chinese characters, never before closing
    or after opening punctuation; a single piece that is too wide is broken where it must be.
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip(), size) > room:
            lines.append(line.rstrip())
            line = ""
        line = line + piece if line else piece.lstrip()
        while width(line.rstrip(), size) > room and len(line) > 1:
            cut = next((i for i in range(len(line) - 1, 0, -1) if width(line[:i], size) <= room), 1)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> list[str]:
    pieces = [""]
    for before, character in zip(" " + text, text, strict=False):
        wide = unicodedata.east_asian_width(character) in "WF" or unicodedata.east_asian_width(before) in "WF"
        may_break = (wide or before == " ") and character not in CLOSING and before not in OPENING and character != " "
        if may_break and pieces[-1]:
            pieces.append("")
        pieces[-1] += character
    return pieces
