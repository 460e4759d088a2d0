"""Which link of the chain is missing: local demand, local supply and gap of every segment, and who would use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from wutong.experiments.answers import Answer, together, words_of
from wutong.experiments.answers.chain import chain, chain_links
from wutong.experiments.pictures import Picture
from wutong.experiments.plan import Plan
from wutong.experiments.questions.question import by_scenario, places
from wutong.model.history import History
from wutong.model.units import quarter, quarter_name


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
        return words_of(answers, language)

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        for group, place in places(histories):
            for when in self._dates(group[0]):
                yield plots.Named(f"{place}chain-{quarter_name(when)}", plots.chain(group[0], when, language))

    def _dates(self, history: History) -> list[int]:
        last = quarter(self.date) if self.date else history.start + history.n_quarters
        return list(dict.fromkeys((history.start, last)))
