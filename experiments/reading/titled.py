"""Files by their titles: a scenario or a policy may be called by what it is called in its file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path as FilePath

from wutong.experiments.reading.messages import ReadingError
from wutong.experiments.reading.text import is_file, parse
from wutong.experiments.reading.understanding import label_of
from wutong.model.facts import Label

SUFFIXES = (".yaml", ".yml")
HEAD, HEAD_SIZE = re.compile("(?:title|label):"), 4_000  # where a file says what it is called, in characters


def titles_in(folders: Iterable[FilePath]) -> dict[str, tuple[FilePath, Label]]:
    """The files in folders by their name, each with its title; that of a file that says none of its own is its name."""
    found: dict[str, tuple[FilePath, Label]] = {}
    for folder in folders:
        for path in sorted(p for p in folder.glob("*") if p.suffix in SUFFIXES and is_file(p)):
            found.setdefault(path.stem, (path, _title(path)))
    return found


def _title(path: FilePath) -> Label:
    """The title or label that stands on one line near the beginning of a file: the whole of it need not be read for that."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            line = next(filter(HEAD.match, file.read(HEAD_SIZE).splitlines()), "")
        return (
            label_of(path.stem, next(iter(parse(line, "").tree.members.values()), None)) if line else Label(path.stem, path.stem)
        )
    except (OSError, ValueError, ReadingError):
        return Label(path.stem, path.stem)
