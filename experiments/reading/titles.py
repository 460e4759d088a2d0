"""What each key of a file is called and means, in both languages: for hover texts of editors, tables and Chinese hints."""

from __future__ import annotations

from collections.abc import Mapping

from model.facts import Label

TITLES: Mapping[str, Label] = {}


def title_of(key: str) -> Label:
    """Name of a key in both languages; the key itself where none is declared."""
    return TITLES.get(key, Label(key, key))
