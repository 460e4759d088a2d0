"""What stands on the page of a report, apart from how it looks: sections of paragraphs, tables, lists and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and the number behind it where it is one: that is what is sorted by and copied."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class Heading:
    """The head of a column.

    Attributes
    ----------
    hidden : whether the column is only copied, as its numbers stand in words in another
    """

    text: str
    numeric: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Table:
    """A table that can be sorted and copied; each row has a cell for each heading."""

    caption: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Paragraphs:
    """Plain words; those that warn stand out."""

    texts: Sequence[str]
    warning: bool = False


@dataclass(frozen=True)
class Points:
    """Short sentences, one below the other."""

    texts: Sequence[str]


@dataclass(frozen=True)
class Facts:
    """Names with what they stand for."""

    entries: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Picture:
    """A picture as SVG that is safe to stand in a page, with the sentence that says what it shows."""

    name: str
    svg: str
    sentence: str


Block = Paragraphs | Points | Facts | Table | Picture


@dataclass(frozen=True)
class Section:
    """A part of the report; the key is its place in the page, equal in both languages."""

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Page:
    """The report in one language.

    Attributes
    ----------
    subtitle : what was run, in one line
    """

    language: str
    title: str
    subtitle: str
    sections: Sequence[Section]
