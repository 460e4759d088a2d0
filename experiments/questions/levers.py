"""Which lever: one at a time at equal cost, one at rising levels, and the shares of each in a mix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from wutong.experiments.answers import Answer, together, words_of
from wutong.experiments.answers.doses import dose_response
from wutong.experiments.answers.effect import Outcome
from wutong.experiments.answers.goal_map import GoalMap, dose_map
from wutong.experiments.answers.lever_policies import EqualCost, dose_policies, equal_cost_policies, lever_policy
from wutong.experiments.answers.mixes import mix
from wutong.experiments.answers.series import main_targets
from wutong.experiments.answers.single_levers import tornado
from wutong.experiments.answers.subsets import subset_policies
from wutong.experiments.equal_cost import yearly_cost
from wutong.experiments.errors import BadInputError
from wutong.experiments.pictures import Picture
from wutong.experiments.plan import Plan
from wutong.experiments.questions.question import by_scenario, places
from wutong.experiments.reading.options import key_option, quantity_option
from wutong.experiments.reading.quantities import Quantity
from wutong.experiments.runner import run_cases
from wutong.experiments.wording import scope_key
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.scenario import NO_NEW_POLICY, Case, Policy
from wutong.model.units import quarter

MONEY = 3.0  # 亿元/year that every lever costs
TRIED = 16  # replications from which the level of a cost is sought
STEPS = 5  # levels of a dose, evenly up to the lever's bound


def lever_called(name: str) -> str:
    """The key of a lever, by key or title."""
    return key_option("--dose", name, {key: lever.label for key, lever in LEVERS.items()}, Label("政策工具", "lever"))


def level_of(key: str, text: str) -> float:
    """A level of a lever in its unit and bounds, as a policy's file would give it."""
    lever = LEVERS[key]
    return quantity_option("--level", text, Quantity(lever.unit, lever.low, lever.high))


@dataclass(frozen=True)
class Asked:
    """What is read of every run; empty where the first goal says it.

    Attributes
    ----------
    measure, scope, date : such as ``revenue``, ``software``, ``2030Q4``
    """

    measure: str = ""
    scope: str = ""
    date: str = ""

    def outcome(self, history: History) -> Outcome:
        """What is asked of the runs of a scenario."""
        first = main_targets(history)[0]
        scope = scope_key(history.cases[0].scenario.park, first.segments)
        if not self.measure:
            return Outcome(first.measure, quarter(self.date) if self.date else first.by, self.scope or scope, first.basis)
        end = history.start + history.n_quarters
        return Outcome(self.measure, quarter(self.date) if self.date else end, self.scope or "all")

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:  # noqa: ARG002
        """The words of the answers."""
        return words_of(answers, language)


@dataclass(frozen=True)
class Levers(Asked):
    """One lever at a time, each at the level at which it costs the same.

    Attributes
    ----------
    money : [亿元/year]
    levels : of the levers, in their declared order
    """

    name: ClassVar[str] = "levers"
    money: float = MONEY
    levels: tuple[float, ...] = ()

    def policies(self, start: int) -> tuple[Policy, ...]:
        return tuple(lever_policy(lever, level, start) for lever, level in zip(LEVERS, self.levels, strict=True))

    def expanded(self, plan: Plan) -> Plan:
        return with_policies(plan, self.policies)

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        found = [
            tornado(base, others, self.outcome(base), self.money, self.policies(base.start + 1))
            for base, others in _against_nothing(histories)
        ]
        return (together(found),) if found else ()

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        for group, place in places(histories):
            for base, others in _against_nothing(group):
                planned = self.policies(base.start + 1)
                yield plots.Named(
                    f"{place}tornado", plots.tornado(base, others, self.outcome(base), self.money, language, planned)
                )


@dataclass(frozen=True)
class Dose(Asked):
    """One lever at rising levels.

    Attributes
    ----------
    levels : in the lever's unit; evenly up to its bound if empty
    """

    name: ClassVar[str] = "dose"
    lever: str = ""
    levels: tuple[float, ...] = ()

    def expanded(self, plan: Plan) -> Plan:
        """The plan under the lever's levels.

        Raises
        ------
        BadInputError
            If there is no such lever, or a level is out of its bounds.
        """
        if self.lever not in LEVERS:
            known = ", ".join(LEVERS)
            zh, en = f"没有政策工具“{self.lever}”；可选：{known}", f"there is no lever {self.lever!r}; there are {known}"
            raise BadInputError(Label(zh, en))
        bound = LEVERS[self.lever].high
        levels = self.levels or tuple(bound * (i + 1) / STEPS for i in range(STEPS))
        try:
            return with_policies(plan, lambda start: dose_policies(self.lever, levels, start))
        except ValueError as error:
            raise BadInputError(Label(f"力度超出范围：{error}", str(error))) from None

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        found = [dose_response(base, others, self.outcome(base)) for base, others in _against_nothing(histories)]
        return (together(found),) if found else ()

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        for group, place in places(histories):
            for base, others in ((base, others) for base, others in _against_nothing(group) if others):
                yield plots.Named(f"{place}dose-{self.lever}", plots.dose(base, others, self.outcome(base), language))
            for name, found in self.maps(group).items():
                yield plots.Named(f"{place}{name}", plots.goal_map(found, language))

    def maps(self, group: Sequence[History]) -> dict[str, GoalMap]:
        """Where the first goal is reached in the runs of one scenario, by the name of the picture; none of another measure."""
        found = dict[str, GoalMap]()
        for base, others in _against_nothing(group):
            one = None if self.measure or not base.cases[0].scenario.targets else dose_map(base, others, main_targets(base)[0])
            found |= {f"goal-map-{self.lever}": one} if one is not None else {}
        return found


@dataclass(frozen=True)
class Mix(Asked):
    """What each lever of a policy brings, alone and together: the policy that is named is run in all its parts."""

    name: ClassVar[str] = "mix"

    def expanded(self, plan: Plan) -> Plan:
        """The plan under every part of its policy.

        Raises
        ------
        BadInputError
            If a scenario runs under more than one policy, or the policy sets fewer than two levers.
        """
        own = []
        for policies in plan.policies:
            if len(policies) != 1 or len({s.lever for s in policies[0].settings}) < 2:
                zh, en = "请给出一个至少含两个工具的政策方案", "name one policy that sets two levers at least"
                raise BadInputError(Label(zh, en))
            own.append(subset_policies(policies[0]))
        return plan.under(own)

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        found = [mix(_whole(group), group, self.outcome(group[0])) for group in by_scenario(histories)]
        return (together(found),) if found else ()

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        for group, place in places(histories):
            with suppress(ValueError):  # a part has no runs, or none that could be paired
                yield plots.Named(f"{place}mix", plots.mix(_whole(group), group, self.outcome(group[0]), language))


def with_policies(plan: Plan, policies_from: Callable[[int], Sequence[Policy]]) -> Plan:
    """The plan under no policy and under those that begin with the first quarter of each scenario."""
    return plan.under([(NO_NEW_POLICY, *policies_from(scenario.park.start + 1)) for scenario in plan.scenarios])


def equal_levels(plan: Plan, money: float, jobs: int) -> tuple[EqualCost, ...]:
    """The level of every lever at which it costs a sum a year in the first scenario of a plan, sought on a few runs.

    Parameters
    ----------
    money : [亿元/year]
    """
    scenario, draws = plan.scenarios[0], plan.replications[:TRIED]

    def costs_of(policies: Sequence[Policy]) -> list[float]:
        cases = [Case(scenario, policy, replication, plan.seed) for policy in policies for replication in draws]
        return [yearly_cost(history, scenario.end) for history in run_cases(cases, jobs=jobs).histories]

    return equal_cost_policies(costs_of, money, scenario.park.start + 1)


def _against_nothing(histories: Sequence[History]) -> Iterator[tuple[History, list[History]]]:
    """The runs of each scenario without a policy, and those with one; nothing of a scenario that lacks the first."""
    for group in by_scenario(histories):
        base = [history for history in group if not history.cases[0].policy.settings]
        if base:
            yield base[0], [history for history in group if history is not base[0]]


def _whole(group: Sequence[History]) -> Policy:
    """The mix itself, of which the others are parts."""
    return max((history.cases[0].policy for history in group), key=lambda policy: len(policy.settings))
