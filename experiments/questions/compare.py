"""Which policy, how much, how sure: every policy against a baseline policy on the same draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from wutong.experiments import answer
from wutong.experiments.answers import Answer, together
from wutong.experiments.answers.benefits import benefits
from wutong.experiments.answers.comparison import comparison
from wutong.experiments.answers.line_up import line_up
from wutong.experiments.answers.robust_choice import robustness
from wutong.experiments.answers.separation import separation
from wutong.experiments.answers.series import main_targets
from wutong.experiments.answers.verdicts import Verdict, separated
from wutong.experiments.errors import BadInputError
from wutong.experiments.pictures import Picture
from wutong.experiments.plan import Plan
from wutong.experiments.questions.question import by_scenario, places, without_repeats
from wutong.experiments.wording import scope_key
from wutong.model.facts import Label
from wutong.model.history import History

MEASURE = "revenue"  # that is drawn where the first goal has no scope of its own


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
        """The plan itself.

        Raises
        ------
        BadInputError
            If a scenario runs under fewer than two policies, or not under the baseline policy.
        """
        for scenario, own in zip(plan.scenarios, plan.policies, strict=True):
            names = [policy.name for policy in own]
            if len(names) < 2:
                zh, en = "比较至少需要两个政策方案", "a comparison needs two policies at least"
                raise BadInputError(Label(f"{scenario.name}：{zh}", f"{scenario.name}: {en}"))
            if self.baseline is not None and self.baseline not in names:
                zh, en = f"没有基准方案 {self.baseline}", f"there is no policy {self.baseline} to compare with"
                raise BadInputError(Label(f"{scenario.name}：{zh}", f"{scenario.name}: {en}"))
        return plan

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        groups = [group for group in by_scenario(histories) if self._comparable(group)]
        if not groups:
            return ()
        pairs = [separation(g, target, self.baseline) for g in groups for target in main_targets(g[0])]
        answers = [
            together([comparison(g, self.baseline) for g in groups]),
            together([benefits(g, self.baseline) for g in groups]),
            together(pairs, silent=True),
        ]
        with suppress(ValueError):  # the scenarios have no policy or no replication in common: there is nothing to weigh
            answers += robustness([history for group in groups for history in group], baseline=self.baseline)
        return tuple(answers)

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:
        bases = [line_up(g, self.baseline).base if self._comparable(g) else g[0] for g in by_scenario(histories)]
        goals = answer.answer(bases, language)
        table = answer.terminal_table(histories, language) if any(h.cases[0].scenario.targets for h in bases) else ""
        silent = "robustness_effects" if len(bases) > 1 else "robustness"  # the one repeats the other, or has nothing to weigh
        words = [given.words.in_language(language) for given in answers if given.key != silent]
        return [part for part in (*without_repeats([goals, *words], language), table) if part]

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        for group, place in places(histories):
            if not self._comparable(group):
                continue
            target = main_targets(group[0])[0]
            scope = scope_key(group[0].cases[0].scenario.park, target.segments)
            measure, scope = (target.measure, scope) if "+" not in scope else (MEASURE, "all")
            for picture, drawn in (("difference", plots.differences), ("cost-effect", plots.cost_effect)):
                if any(o.n_pairs >= 2 for o in line_up(group, self.baseline).opponents):
                    yield plots.Named(
                        f"{place}{picture}-{measure}-{scope}", drawn(group, measure, scope, language, self.baseline)
                    )
            yield plots.Named(f"{place}{measure}-{scope}", plots.trajectory(group, measure, scope, language))
            if group[0].cases[0].scenario.targets:
                yield plots.Named(f"{place}goals", plots.attainment(group, language))
        if len(by_scenario(histories)) > 1:
            with suppress(ValueError):
                yield plots.Named("regret", plots.regret_table(histories, language))

    def _comparable(self, group: Sequence[History]) -> bool:
        names = [history.cases[0].policy.name for history in group]
        return len(names) > 1 and (self.baseline is None or self.baseline in names)


def verdicts(histories: Sequence[History], baseline: str | None, precision: float | None, look: int) -> tuple[Verdict, ...]:
    """How every policy stands to the baseline on the first goal of each scenario.

    Parameters
    ----------
    precision : width of the 90 % interval that suffices, in the unit of the goal's measure
    look : how often this has been asked of the experiment, this time included
    """
    found: list[Verdict] = []
    for group in by_scenario(histories):
        target = main_targets(group[0])[0]
        found += separated(group, target, baseline, precision=precision, look=look)
    return tuple(found)
