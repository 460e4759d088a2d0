"""What a report is made from: the plan, the record and the finished runs of a folder, and what they answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wutong.experiments import answer, wording
from wutong.experiments.answers import Answer
from wutong.experiments.design import describe
from wutong.experiments.errors import StoreError
from wutong.experiments.experiment import Experiment, gathered
from wutong.experiments.outputs import SHOWN_GROUPS
from wutong.experiments.reopening import reopened
from wutong.experiments.runner import Runs
from wutong.experiments.store import FILE, Access, opened
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import Policy, Scenario

FEW = 30  # runs of a scenario and policy below which the report says that they are few


@dataclass(frozen=True)
class Material:
    """An experiment with what came of it; the runs can be read while the store is open.

    Attributes
    ----------
    answers : to the experiment's question; none where no run finished, or for a design with many points
    """

    experiment: Experiment
    runs: Runs
    answers: tuple[Answer, ...]

    @property
    def histories(self) -> tuple[History, ...]:
        return self.runs.histories

    @property
    def main(self) -> tuple[History, ...]:
        """The runs of the scenarios and policies that were asked for; all where the question runs only others."""
        asked = {(planned.scenario, name) for planned in self.experiment.record.plan for name in planned.policies}
        found = tuple(h for h in self.histories if (h.cases[0].scenario.name, h.cases[0].policy.name) in asked)
        return found or self.histories

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        return tuple({case.scenario.name: case.scenario for case in self.experiment.plan.cases}.values())

    @property
    def policies(self) -> tuple[Policy, ...]:
        return tuple({case.policy.name: case.policy for case in self.experiment.plan.cases}.values())

    @property
    def several(self) -> bool:
        """Whether more than one scenario was asked for."""
        return len({planned.scenario for planned in self.experiment.record.plan}) > 1

    @property
    def n_complete(self) -> int:
        return sum(len(history.cases) for history in self.histories)

    def without_runs(self) -> list[tuple[Scenario, Policy]]:
        """Scenarios and policies of which no run finished."""
        there = {(h.cases[0].scenario.name, h.cases[0].policy.name) for h in self.histories}
        planned = {(c.scenario.name, c.policy.name): (c.scenario, c.policy) for c in self.experiment.plan.cases}
        return [pair for names, pair in planned.items() if names not in there]

    def told(self, language: str) -> list[str]:
        """The answer in words, without the table of the terminal: the report has a better one."""
        if not self.histories:
            return []
        if self.answers_many_points:
            return [describe(self.experiment.plan.design, language)] if self.experiment.plan.design else []
        parts = self.experiment.question.told(self.histories, self.answers, language)
        targets = any(history.cases[0].scenario.targets for history in self.histories)
        table = answer.terminal_table(self.histories, language) if targets else ""
        return [line for part in parts if part != table for line in part.split("\n") if line.strip()]

    @property
    def answers_many_points(self) -> bool:
        return many_points(self.experiment, self.runs)

    def title_of(self, name: str, language: str) -> str:
        """The title of a scenario or policy in words; its name where it has none."""
        planned = self.experiment.plan.scenarios
        titles = {p.name: p.title for p in self.policies} | {s.name: s.title for s in (*planned, *self.scenarios)}
        return (titles[name].in_language(language) if name in titles else "") or name

    def series_name(self, history: History, language: str) -> str:
        """What tells the runs of a scenario and policy from the others; points of a design by their ids."""
        case = history.cases[0]
        if self.experiment.plan.design is not None:
            return f"{case.scenario.name} · {case.policy.name}"
        return wording.policy_name(history, language, with_scenario=self.several)


def many_points(experiment: Experiment, runs: Runs) -> bool:
    """Whether a design has more points than can be told one by one."""
    return experiment.plan.design is not None and len(runs.histories) > SHOWN_GROUPS


@contextmanager
def material(folder: Path) -> Iterator[Material]:
    """What stands in a folder of results; nothing is run.

    Raises
    ------
    WordedError
        If the folder holds no experiment, its store cannot be read, or inputs or code are no longer what they were.
    """
    experiment = reopened(folder, to_run=False)
    path = folder / FILE
    if not path.exists():
        raise StoreError(Label(f"“{folder}”里没有结果库 {FILE}", f"{folder} holds no {FILE}"))
    with opened(path, Access.READ) as store:
        runs = gathered(experiment, store)
        yield Material(experiment, runs, answers_of(experiment, runs))


def answers_of(experiment: Experiment, runs: Runs) -> tuple[Answer, ...]:
    if not runs.histories or many_points(experiment, runs):
        return ()
    return tuple(experiment.question.answers(runs.histories))


def said(language: str, zh: str, en: str) -> str:
    """One of two texts."""
    return Label(zh, en).in_language(language)


def shortened(texts: Sequence[str], language: str, most: int = 6) -> str:
    """A list in words, cut where it grows too long to be read aloud."""
    left = len(texts) - most
    joined = ("；" if language == "zh" else "; ").join(texts[:most])
    return joined if left <= 0 else joined + said(language, f"；另有 {left} 项", f"; and {left} more")


def listed(lead: str, told: Sequence[str], language: str) -> str:
    """A sentence: what is told of, and what is told of it, only so much as can be read."""
    return said(language, f"{lead}：{shortened(told, language)}。", f"{lead}: {shortened(told, language)}.")
