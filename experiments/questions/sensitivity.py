"""How much of the answer hangs on numbers without a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from wutong.experiments.answers import Answer, words_of
from wutong.experiments.answers.sensitivity import goals_of, sensitivity
from wutong.experiments.errors import BadInputError
from wutong.experiments.pictures import Picture
from wutong.experiments.plan import Plan
from wutong.model.facts import Label
from wutong.model.history import History


@dataclass(frozen=True)
class Sensitivity:
    """The goals of one scenario under its first policy, and the ranking of all its policies, by what every run drew."""

    name: ClassVar[str] = "sensitivity"

    def expanded(self, plan: Plan) -> Plan:
        """The plan itself.

        Raises
        ------
        BadInputError
            If there is more than one scenario.
        """
        if len(plan.scenarios) != 1:
            raise BadInputError(Label("请给出一个情景", "name one scenario"))
        return plan

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        return sensitivity(histories)

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:  # noqa: ARG002
        return words_of(answers, language)

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        for goal in goals_of(histories[0]):
            yield plots.Named(f"sensitivity-{goal.target.key}", plots.sensitivity_dots(goal, language))
