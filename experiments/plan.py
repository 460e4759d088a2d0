"""What an experiment runs: cases, and the files from which the same cases can be made again.

A plan is made from names of scenarios and policies, from a design, or from the folder of an experiment.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from wutong.experiments.design import Design
from wutong.experiments.design import cases as cases_of
from wutong.experiments.errors import BadInputError
from wutong.experiments.manifest import Manifest, Planned
from wutong.experiments.reading import Problem, ReadingError, read_policy, read_scenario
from wutong.experiments.reading.catalogue import of_copies
from wutong.experiments.reading.design_inputs import FILE as DESIGN_FILE
from wutong.experiments.reading.design_inputs import design_inputs
from wutong.experiments.reading.designs import read_design
from wutong.experiments.reading.drawing import MOST_RUNS
from wutong.experiments.reading.idle import Idle, idle_in, unread_in
from wutong.experiments.reading.inputs import Texts, policy_inputs, scenario_inputs, together
from wutong.model.facts import Label
from wutong.model.scenario import Case, Park, Policy, Scenario

NO_POLICY = "none"
REPLICATIONS = 100
SEED = 1
NAMED = 3  # scenarios after which an experiment is called
LONGEST_NAME = 60  # characters of that name, which is that of a folder


@dataclass(frozen=True)
class Request:
    """What is asked for, by name or file; without policies each scenario runs under its own.

    Attributes
    ----------
    sets : changes to every scenario, each as ``path=value``
    until : last quarter, such as ``2030Q4``
    """

    scenarios: tuple[str, ...]
    policies: tuple[str, ...] = ()
    replications: tuple[int, ...] = tuple(range(REPLICATIONS))
    seed: int = SEED
    sets: tuple[str, ...] = ()
    until: str | None = None


@dataclass(frozen=True)
class Plan:
    """What will run.

    Attributes
    ----------
    name : what the experiment is called
    policies : by scenario
    texts : files from which the same can be run again, by their place in a folder
    given : its cases, where they are not every scenario under every one of its policies with every replication
    """

    name: str
    scenarios: tuple[Scenario, ...]
    policies: tuple[tuple[Policy, ...], ...]
    replications: tuple[int, ...]
    seed: int
    texts: Texts = field(default_factory=dict)
    design: Design | None = None
    given: tuple[Case, ...] | None = None

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """What runs, one by one; made when it is asked for, as counting needs none of it."""
        return self.given if self.given is not None else tuple(self._crossed())

    @property
    def n_cases(self) -> int:
        return sum(map(len, self.policies)) * len(self.replications) if self.given is None else len(self.given)

    def first(self, most: int) -> list[Case]:
        """The first cases of its first policy, so many at most."""
        found = itertools.islice(self._crossed() if self.given is None else self.given, most)
        one, *more = found
        return [one, *itertools.takewhile(lambda case: case.policy is one.policy, more)]

    def _crossed(self) -> Iterator[Case]:
        for scenario, own in zip(self.scenarios, self.policies, strict=True):
            for policy in own:
                yield from (Case(scenario, policy, replication, self.seed) for replication in self.replications)

    @property
    def pairs(self) -> list[Planned]:
        """Names of the scenarios, each with those of its policies."""
        return [Planned(s.name, [p.name for p in own]) for s, own in zip(self.scenarios, self.policies, strict=True)]

    @property
    def idle(self) -> tuple[Idle, ...]:
        """What the scenarios and policies say that moves no run, each once."""
        found = [i for s, own in zip(self.scenarios, self.policies, strict=True) for i in idle_in(s, own)]
        if self.design is None:  # whose points may use any lever
            every = [policy for own in self.policies for policy in own]
            found += [idle for scenario in self.scenarios for idle in unread_in(scenario, every)]
        return tuple({idle.words: idle for idle in found}.values())

    def under(self, policies: Sequence[Sequence[Policy]]) -> Plan:
        """The same scenarios and replications under other policies, given by scenario."""
        return self.of(self.scenarios, policies)

    def of(self, scenarios: Sequence[Scenario], policies: Sequence[Sequence[Policy]]) -> Plan:
        """The same replications of other scenarios, each under its policies."""
        other = plan_for(scenarios, policies, self.replications, self.seed, self.texts)
        return dataclasses.replace(other, name=self.name, design=self.design)


def plan_of(request: Request, language: str = "en") -> Plan:
    """What is asked for, read and checked before the first run.

    Parameters
    ----------
    language : of the remarks in the files that are kept

    Raises
    ------
    ReadingError
        With every problem of every file.
    BadInputError
        If two inputs share a name, or there are too many runs.
    """
    problems = list[Problem]()
    scenarios, texts = _read_scenarios(tuple(dict.fromkeys(request.scenarios)), request, language, problems)
    policies, policy_texts = _read_policies(scenarios, tuple(dict.fromkeys(request.policies)), problems)
    if problems:
        raise ReadingError(dict.fromkeys(problems))
    return plan_for(scenarios, policies, request.replications, request.seed, texts | policy_texts)


def plan_for(
    scenarios: Sequence[Scenario],
    policies: Sequence[Sequence[Policy]],
    replications: Sequence[int],
    seed: int,
    texts: Texts | None = None,
) -> Plan:
    """The plan of scenarios, each under its policies, with all replications.

    Raises
    ------
    BadInputError
        If two inputs share a name, or a replication stands twice.
    """
    _refuse_same_names([s.name for s in scenarios], Label("情景", "scenarios"))
    for own in policies:
        _refuse_same_names([p.name for p in own], Label("政策方案", "policies"))
    if len(set(replications)) < len(replications):
        raise BadInputError(Label("重复编号不能出现两次", "a replication stands twice"))
    n_runs = sum(map(len, policies)) * len(replications)
    if n_runs > MOST_RUNS:
        zh, en = f"共 {n_runs:,} 次运行，过多，上限 {MOST_RUNS:,}", f"{n_runs:,} runs are too many, at most {MOST_RUNS:,}"
        raise BadInputError(Label(f"{zh}；请减少重复次数或方案", f"{en}: take fewer replications or policies"))
    name = "-".join(scenario.name for scenario in scenarios[:NAMED])[:LONGEST_NAME]
    return Plan(name, tuple(scenarios), tuple(map(tuple, policies)), tuple(replications), seed, texts or {})


def plan_of_design(path_or_name: str, language: str = "en") -> Plan:
    """What a design runs.

    Raises
    ------
    ReadingError
        With every problem of every file.
    """
    design, texts = design_inputs(path_or_name, language)
    return designed(Path(path_or_name).stem, design, texts)


def plan_in(folder: Path, record: Manifest) -> Plan:
    """What was planned, read from the inputs in the folder of an experiment.

    Raises
    ------
    ReadingError
        If an input cannot be read.
    """
    inputs, known = folder / "inputs", of_copies()
    if record.design:
        return designed(record.experiment, read_design(inputs / DESIGN_FILE, known), {})
    scenarios = [read_scenario(str(inputs / f"{planned.scenario}.yaml"), catalogue=known) for planned in record.plan]
    policies = [
        [read_policy(str(inputs / "policies" / f"{name}.yaml"), scenario.park) for name in planned.policies]
        for scenario, planned in zip(scenarios, record.plan, strict=True)
    ]
    return plan_for(scenarios, policies, record.replications, record.seed)


def designed(name: str, design: Design, texts: Texts) -> Plan:
    cases = tuple(cases_of(design))
    return Plan(name, design.scenarios, design.policies, design.replications, design.seed, texts, design, cases)


def _read_scenarios(
    names: Sequence[str], request: Request, language: str, problems: list[Problem]
) -> tuple[list[Scenario], dict[str, str]]:
    found, texts = list[Scenario](), dict[str, str]()
    end = () if request.until is None else (f"clock.end={request.until}",)
    for name in names:
        try:
            scenario, own = scenario_inputs(name, (*request.sets, *end), language)
        except ReadingError as error:
            problems += [_of_until(problem, request.until) for problem in error.problems]
            continue
        found.append(scenario)
        texts = together(texts, own)
    return found, texts


def _of_until(problem: Problem, until: str | None) -> Problem:
    """A problem of the end of the runs, placed where the end was said."""
    at_end = until is not None and problem.file == f"--set clock.end={until}"
    return dataclasses.replace(problem, file=f"--until {until}", path="") if at_end else problem


def _read_policies(
    scenarios: Sequence[Scenario], names: Sequence[str], problems: list[Problem]
) -> tuple[list[list[Policy]], dict[str, str]]:
    """Policies of each scenario, checked against the segments and zones of its park; its own where none is named.

    Where no scenario could be read they are checked without a park.
    """
    found, texts = [list[Policy]() for _ in scenarios], dict[str, str]()
    parks: list[Park | None] = [scenario.park for scenario in scenarios]
    for i, park in enumerate(parks or [None]):
        own = scenarios[i].policy if scenarios else None
        if not names and own is not None:
            found[i].append(own)
            continue
        for name in names or (NO_POLICY,):
            try:
                policy, text = policy_inputs(name, park)
            except ReadingError as error:
                problems += error.problems
                continue
            if scenarios:
                found[i].append(policy)
            texts |= text
    return found, texts


def _refuse_same_names(names: Sequence[str], kind: Label) -> None:
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise BadInputError(Label(f"有两个{kind.zh}同名：{twice}", f"two {kind.en} have the name {twice}"))
