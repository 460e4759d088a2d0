"""What the head of every file says, its labels and its name; and what names and keys may be."""

from __future__ import annotations

import re

from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.entry import WordsEntry
from wutong.experiments.reading.messages import hint
from wutong.experiments.reading.schema import KEYED_BLOCKS
from wutong.experiments.reading.text import LONGEST_KEY
from wutong.model.facts import Label

NO_NAME = re.compile(r"^[.\s]|[/\\:*?\"<>|]|\s$")  # of a file, on any system


def label(entry: WordsEntry) -> Label:
    return Label(entry.zh, entry.en)


def check_name(name: str | None, stem: str, findings: Findings) -> None:
    """Refuse a name that differs from the file's, or that no file could have."""
    if name is None:
        return
    if name != stem:
        findings.add("name_differs", ("name",), {"name": name, "stem": stem})
    else:
        _check(name, ("name",), findings)


def check_keys(findings: Findings) -> None:
    """Refuse keys of segments, anchors, targets and so on by which no table or picture could be called."""
    for block in KEYED_BLOCKS:
        for key in findings.keys(block):
            _check(key, (block, key), findings)


def _check(name: str, path: tuple[str, ...], findings: Findings) -> None:
    if NO_NAME.search(name) is not None or not 0 < len(name) <= LONGEST_KEY:
        findings.add("bad_name", path, {"name": name}, hint("name_of_file", {"limit": str(LONGEST_KEY)}))
