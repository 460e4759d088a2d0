"""What an experiment is asked for, and the cases that this means."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.commands.exits import BadInputError
from experiments.commands.language import Language
from experiments.design import Design
from experiments.design import cases as cases_of
from experiments.reading import Problem, ReadingError
from experiments.reading.design_inputs import design_inputs
from experiments.reading.inputs import Texts, policy_inputs, scenario_inputs
from model.facts import Label
from model.scenario import Case, Policy, Scenario
from model.units import quarter, quarter_name

NO_POLICY = "none"


@dataclass(frozen=True)
class Request:
    """Names or files of scenarios and policies; without policies each scenario runs under its own."""

    scenarios: tuple[str, ...]
    policies: tuple[str, ...] = ()
    replications: tuple[int, ...] = tuple(range(100))
    seed: int = 1
    jobs: int | None = None
    sets: tuple[str, ...] = ()
    until: str | None = None
    out: Path | None = None
    language: Language = Language.EN
    picture_languages: tuple[Language, ...] = tuple(Language)
    quiet: bool = False
    max_failures: int | None = None
    cluster: str | None = None
    design: str | None = None


@dataclass(frozen=True)
class Plan:
    """What will run.

    Attributes
    ----------
    policies : by scenario
    texts : files from which the same can be run again, by their place in a folder
    """

    scenarios: tuple[Scenario, ...]
    policies: tuple[tuple[Policy, ...], ...]
    cases: tuple[Case, ...]
    texts: Texts
    design: Design | None = None


def planned(request: Request) -> Plan:
    """Read and check everything that the request names before the first run; a design speaks for itself.

    Raises
    ------
    ReadingError
        With every problem of every file.
    BadInputError
        If ``until`` is no quarter of the run, or two inputs share a name.
    """
    if request.design is not None:
        design, texts = design_inputs(request.design, request.language)
        return plan_of(design, texts)
    names = tuple(dict.fromkeys(request.scenarios))
    scenarios, texts = _read_scenarios(names, request)
    named = tuple(dict.fromkeys(request.policies))
    policies, policy_texts = _read_policies(scenarios, named)
    _refuse_same_names([s.name for s in scenarios], Label("情景", "scenarios"))
    for own in policies:
        _refuse_same_names([p.name for p in own], Label("政策方案", "policies"))
    cases = tuple(
        Case(scenario, policy, replication, request.seed)
        for scenario, own in zip(scenarios, policies, strict=True)
        for policy in own
        for replication in request.replications
    )
    return Plan(tuple(scenarios), policies, cases, texts | policy_texts)


def plan_of(design: Design, texts: Texts) -> Plan:
    """What a design runs."""
    return Plan(design.scenarios, design.policies, tuple(cases_of(design)), texts, design)


def _read_scenarios(names: Sequence[str], request: Request) -> tuple[list[Scenario], dict[str, str]]:
    found, texts, problems = list[Scenario](), dict[str, str](), list[Problem]()
    for name in names:
        try:
            scenario, own = scenario_inputs(name, request.sets, request.language)
            if request.until is not None:
                scenario = _until(scenario, request.until)
                own = scenario_inputs(name, (*request.sets, f"clock.end={request.until}"), request.language)[1]
        except ReadingError as error:
            problems += error.problems
            continue
        found.append(scenario)
        texts |= own
    _refuse(problems)
    return found, texts


def _read_policies(scenarios: Sequence[Scenario], names: Sequence[str]) -> tuple[tuple[tuple[Policy, ...], ...], dict[str, str]]:
    """Policies of each scenario, checked against the segments and zones of its park; its own where none is named."""
    found, texts, problems = [list[Policy]() for _ in scenarios], dict[str, str](), list[Problem]()
    for scenario, own in zip(scenarios, found, strict=True):
        if not names and scenario.policy is not None:
            own.append(scenario.policy)
            continue
        for name in names or (NO_POLICY,):
            try:
                policy, text = policy_inputs(name, scenario.park)
            except ReadingError as error:
                problems += error.problems
                continue
            own.append(policy)
            texts |= text
    _refuse(problems)
    return tuple(tuple(own) for own in found), texts


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise ReadingError(dict.fromkeys(problems))


def _until(scenario: Scenario, until: str) -> Scenario:
    """The scenario, ended at an earlier quarter: a later one is a matter for its file."""
    try:
        end = quarter(until)
    except ValueError:
        end = -1
    if not scenario.park.start < end <= scenario.end:
        first, last = quarter_name(scenario.park.start + 1), quarter_name(scenario.end)
        zh, en = f"应为 {first} 至 {last} 之间的季度", f"a quarter from {first} to {last} is expected"
        raise BadInputError(Label(f"--until {until}:{zh}", f"--until {until}: {en}"))
    return dataclasses.replace(scenario, end=end)


def _refuse_same_names(names: Sequence[str], kind: Label) -> None:
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise BadInputError(Label(f"有两个{kind.zh}同名：{twice}", f"two {kind.en} have the name {twice}"))


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
