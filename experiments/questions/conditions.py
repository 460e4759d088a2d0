"""What would have to be true for the goals, and until when each lever can still move them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from wutong.experiments.answers import Answer, words_of
from wutong.experiments.answers.attainment import goals_in_depth
from wutong.experiments.answers.conditions import Dial, Tried, anchor_dial, entry_dial, with_ample_space
from wutong.experiments.answers.goal_map import GoalMap, drawn_map, tried_map
from wutong.experiments.answers.last_start import LateStarts, alone, last_starts, late_starts, later_policies
from wutong.experiments.answers.reaching import goals_by_year
from wutong.experiments.answers.requirements import conditions
from wutong.experiments.answers.shortfall import shortfall
from wutong.experiments.errors import BadInputError
from wutong.experiments.goals import covers
from wutong.experiments.pictures import Picture
from wutong.experiments.plan import NO_POLICY, Plan
from wutong.experiments.questions.question import by_scenario
from wutong.experiments.reading.options import key_option
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import NO_NEW_POLICY, Policy, Scenario, Target
from wutong.model.units import QUARTERS_PER_YEAR

GOAL = Label("目标", "goal")
EVERY = 2  # quarters between the starts that are tried


@dataclass(frozen=True)
class Conditions:
    """The goals of one scenario in depth, and at which entry, space or number of anchors one of them would be reached.

    Attributes
    ----------
    goal : key of the goal that further runs are made for; the first that the runs cover if empty
    """

    name: ClassVar[str] = "conditions"
    goal: str = ""

    def expanded(self, plan: Plan) -> Plan:
        """The plan of one scenario under one policy, with the scenarios in which a condition is set.

        Raises
        ------
        BadInputError
            If there is more than one scenario or policy, or no goal to look at.
        """
        scenario, policy = only_one(plan)
        steps = [step.scenario for dial in _dials(scenario, self._target(scenario)) for step in dial.steps]
        worlds = list({world.name: world for world in (scenario, *steps)}.values())
        return plan.of(worlds, [(policy,)] * len(worlds))

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        own = histories[:1]
        return goals_in_depth(own), shortfall(own), goals_by_year(own), conditions(own, self._tried(histories))

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:  # noqa: ARG002
        return words_of(answers, language)

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        yield plots.Named("goals-by-entry", plots.attainment_by_band(histories[:1], language))
        yield plots.Named("goals", plots.attainment(histories[:1], language))
        if histories[0].cases[0].scenario.park.labs:
            yield plots.Named("labs", plots.knowledge_pipeline(histories[0], language))
        for name, found in self.maps(histories).items():
            yield plots.Named(name, plots.goal_map(found, language))

    def maps(self, histories: Sequence[History]) -> dict[str, GoalMap]:
        """Where the goal is reached, by the name of the picture: by what the runs drew, and by what was set besides."""
        target = self._target(histories[0].cases[0].scenario)
        found = {"goal-map": drawn_map(histories[0], target), "goal-map-runs": tried_map(self._tried(histories))}
        return {f"{name}-{target.key}": one for name, one in found.items() if one is not None}

    def _tried(self, histories: Sequence[History]) -> list[Tried]:
        """The dials of which every step ran."""
        worlds = {group[0].cases[0].scenario.name: group[0] for group in by_scenario(histories)}
        scenario = histories[0].cases[0].scenario
        target, tried = self._target(scenario), list[Tried]()
        for dial in _dials(scenario, target):
            ran = tuple(worlds[step.scenario.name] for step in dial.steps if step.scenario.name in worlds)
            tried += [Tried(dial, target, ran)] if len(ran) == len(dial.steps) else []
        return tried

    def _target(self, scenario: Scenario) -> Target:
        return chosen(judged(scenario), self.goal)


@dataclass(frozen=True)
class Late:
    """How long each lever of a policy can wait and still move the goals: the policy that is named, lever by lever, put off."""

    name: ClassVar[str] = "late"
    goal: str = ""

    def expanded(self, plan: Plan) -> Plan:
        """The plan of one scenario without policy, and under each lever of its policy from each start on.

        Raises
        ------
        BadInputError
            If there is more than one scenario or policy, the policy sets no lever, or there is no goal to look at.
        """
        scenario, policy = only_one(plan)
        if not policy.settings:
            raise BadInputError(Label(f"方案 {policy.name} 没有任何工具", f"policy {policy.name} sets no lever"))
        put_off = [later for by_start in _late(scenario, policy, self._target(scenario)).values() for later in by_start.values()]
        return plan.under([(NO_NEW_POLICY, policy, *put_off)])

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        found = self._found(histories)
        return (last_starts(found),) if found else ()

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:  # noqa: ARG002
        return words_of(answers, language)

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        if found := self._found(histories):
            yield plots.Named(f"late-starts-{found[0].target.key}", plots.late_starts(found, language))

    def _found(self, histories: Sequence[History]) -> list[LateStarts]:
        ran = {history.cases[0].policy.name: history for history in histories}
        policy = next((h.cases[0].policy for h in histories if h.cases[0].policy.settings), None)  # the whole one stands first
        if NO_POLICY not in ran or policy is None or ".from_" in policy.name:
            return []
        scenario = histories[0].cases[0].scenario
        target = self._target(scenario)
        found = []
        for lever, by_start in _late(scenario, policy, target).items():
            own = {start: ran[later.name] for start, later in by_start.items() if later.name in ran}
            found += [late_starts(ran[NO_POLICY], lever, own, target)] if own else []
        return found

    def _target(self, scenario: Scenario) -> Target:
        return chosen(judged(scenario), self.goal)


def only_one(plan: Plan) -> tuple[Scenario, Policy]:
    """The scenario and the policy of a plan of one each.

    Raises
    ------
    BadInputError
        If there are more.
    """
    if len(plan.scenarios) != 1 or len(plan.policies[0]) != 1:
        raise BadInputError(Label("请给出一个情景和一个政策方案", "name one scenario and one policy"))
    return plan.scenarios[0], plan.policies[0][0]


def judged(scenario: Scenario) -> list[Target]:
    """The goals whose date lies within the run."""
    return [target for target in scenario.targets if covers(scenario.park.start, scenario.end, target)]


def chosen(targets: Sequence[Target], key: str) -> Target:
    """The goal of a key, the first if the key is empty.

    Raises
    ------
    BadInputError
        If there is none.
    """
    if not targets:
        raise BadInputError(Label("情景在模拟期内没有目标", "the scenario has no goal within the run"))
    found = key and key_option("--goal", key, {target.key: target.label for target in targets}, GOAL)
    return next(target for target in targets if found in ("", target.key))


def _dials(scenario: Scenario, target: Target) -> Iterator[Dial]:
    ample = with_ample_space(scenario, target)
    for dial in (entry_dial(scenario, target), entry_dial(ample, target), anchor_dial(scenario, target)):
        if dial is not None:
            yield dial


def _late(scenario: Scenario, policy: Policy, target: Target) -> dict[str, dict[int, Policy]]:
    """Each lever of a policy by its start: its own, then every half year until a year before the goal's date."""
    found = {}
    for lever, own in alone(policy).items():
        first = min(setting.start for setting in own.settings)
        starts = list(range(first, max(min(target.by, scenario.end) - QUARTERS_PER_YEAR, first) + 1, EVERY))
        found[lever] = dict(zip(starts, later_policies(own, starts), strict=True))
    return found
