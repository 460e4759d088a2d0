"""What a question is: which runs it needs beside those that were named, and what it says of them.

An experiment keeps its question in its record, so that what was interrupted is resumed with the same runs and ends in the same
answers.  A question is a frozen dataclass of plain values; what it needs beyond the inputs it makes from them anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Protocol

from experiments.answers import Answer
from experiments.plan import Plan
from model.history import History

Plain = str | int | float | bool | None
Record = Mapping[str, Plain | Sequence[Plain]]


class Question(Protocol):
    """A question that an experiment answers."""

    name: ClassVar[str]

    def expanded(self, plan: Plan) -> Plan:
        """The plan with the runs that the question needs.

        Raises
        ------
        BadInputError
            If the question cannot be asked of these inputs.
        """
        ...

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        """What the runs say: one answer a table; histories by scenario and policy."""
        ...

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:
        """The answer in words, paragraph by paragraph."""
        ...

    def draw(self, histories: Sequence[History], folder: Path, language: str) -> None:
        """Draw the first pictures of the answers into an existing folder."""
        ...


def by_scenario(histories: Sequence[History]) -> list[list[History]]:
    """The histories of each scenario, in their order."""
    names = dict.fromkeys(history.cases[0].scenario.name for history in histories)
    return [[history for history in histories if history.cases[0].scenario.name == name] for name in names]


def places(histories: Sequence[History], folder: Path) -> list[tuple[list[History], Path]]:
    """The histories of each scenario with the folder of its pictures: one of its own where there are several."""
    groups = by_scenario(histories)
    found = [(group, folder / group[0].cases[0].scenario.name if len(groups) > 1 else folder) for group in groups]
    for _, place in found:
        place.mkdir(exist_ok=True)
    return found


def recorded(question: Question) -> Record:
    """The question as plain values."""
    fields = dataclasses.fields(question)  # type: ignore[arg-type]
    return {"name": question.name, **{f.name: getattr(question, f.name) for f in fields}}
