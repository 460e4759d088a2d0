"""Which link of the chain is missing: local demand, local supply and gap of every segment, and who would use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from experiments.answers import Answer, together
from experiments.answers.chain import chain, chain_links
from experiments.plan import Plan
from experiments.questions.question import by_scenario, places
from model.history import History
from model.units import quarter, quarter_name


@dataclass(frozen=True)
class Chain:
    """The chain map of each scenario under its first policy, at the start and at a date.

    Attributes
    ----------
    date : quarter such as ``2030Q4``; the last of the run if empty
    """

    name: ClassVar[str] = "chain"
    date: str = ""

    def expanded(self, plan: Plan) -> Plan:
        return plan

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        firsts = [group[0] for group in by_scenario(histories)]
        dates = [(history, when) for history in firsts for when in self._dates(history)]
        maps = together([chain(history, when) for history, when in dates])
        return maps, together([chain_links(history, when) for history, when in dates], silent=True)

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:  # noqa: ARG002
        return [given.words.in_language(language) for given in answers if given.words.zh]

    def draw(self, histories: Sequence[History], folder: Path, language: str) -> None:
        from experiments import plots

        for group, place in places(histories, folder):
            for when in self._dates(group[0]):
                plots.save(plots.chain(group[0], when, language), place, f"chain-{quarter_name(when)}")

    def _dates(self, history: History) -> list[int]:
        last = quarter(self.date) if self.date else history.start + history.n_quarters
        return list(dict.fromkeys((history.start, last)))
