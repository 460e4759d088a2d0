"""What the head of every file says: its format and its name."""

from __future__ import annotations

from experiments.reading.checking import Findings
from experiments.reading.messages import hint
from experiments.reading.schema import LabelEntry
from model.facts import Label

FORMAT = 1


def label(entry: LabelEntry) -> Label:
    return Label(entry.zh, entry.en)


def check_head(given: int, name: str | None, stem: str, findings: Findings) -> None:
    """Refuse a format that is not read here, and a name that differs from the file's."""
    facts = {"given": str(given), "known": str(FORMAT)}
    if given > FORMAT:
        findings.add("format_newer", ("format",), facts, hint("update"))
    elif given != FORMAT:
        findings.add("format", ("format",), facts)
    if name is not None and name != stem:
        findings.add("name_differs", ("name",), {"name": name, "stem": stem})
