"""What the head of every file says: its labels and its name."""

from __future__ import annotations

from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.schema import LabelEntry
from wutong.model.facts import Label


def label(entry: LabelEntry) -> Label:
    return Label(entry.zh, entry.en)


def check_name(name: str | None, stem: str, findings: Findings) -> None:
    """Refuse a name that differs from the file's."""
    if name is not None and name != stem:
        findings.add("name_differs", ("name",), {"name": name, "stem": stem})
