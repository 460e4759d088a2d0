"""Will the goals be reached, how likely, and what is missing: what every experiment answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from wutong.experiments import answer
from wutong.experiments.answers import Answer
from wutong.experiments.figures import figures
from wutong.experiments.pictures import Picture
from wutong.experiments.plan import Plan
from wutong.model.history import History

MOST_SERIES = 15  # scenarios and policies in a picture


@dataclass(frozen=True)
class Goals:
    """The goals of each scenario under each policy."""

    name: ClassVar[str] = "goals"

    def expanded(self, plan: Plan) -> Plan:
        return plan

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:  # noqa: ARG002
        return ()

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:  # noqa: ARG002
        goals = any(history.cases[0].scenario.targets for history in histories)
        words = answer.answer(histories, language)
        return [words, answer.terminal_table(histories, language)] if goals else [words]

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        if len(histories) <= MOST_SERIES:
            yield from figures(histories, language)
