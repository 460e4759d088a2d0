"""Which policy, how much, how sure: every policy against a baseline policy on the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from experiments import answer
from experiments.answers import Answer
from experiments.plan import Plan
from model.history import History


@dataclass(frozen=True)
class Compare:
    """A comparison of policies, scenario by scenario.

    Attributes
    ----------
    baseline : name of the policy that the others are compared with; the first of each scenario if None
    """

    name: ClassVar[str] = "compare"
    baseline: str | None = None

    def expanded(self, plan: Plan) -> Plan:
        return plan

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:  # noqa: ARG002
        return ()

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:
        words = answer.answer(histories[:1], language)
        return [words, *(given.words.in_language(language) for given in answers)]

    def draw(self, histories: Sequence[History], folder: Path, language: str) -> None:
        pass
