"""The worlds that the facts of the scorecard are read off, made for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from wutong.experiments.answers.drawn import drawn
from wutong.experiments.calibration.funnel import FIRST, LAST, opened_by_quarter
from wutong.experiments.calibration.laptop_wave import LANDING, LAPTOP_WAVE
from wutong.experiments.evidence.elasticities import deviations
from wutong.experiments.evidence.facts import PARKS
from wutong.experiments.evidence.mature import Mature, joined, mature
from wutong.experiments.evidence.scorecard import Seen
from wutong.experiments.reading import read_policy, read_scenario
from wutong.experiments.reading.catalogue import declared
from wutong.experiments.reading.posteriors import posterior_file, read_posterior
from wutong.experiments.runner import Progress, run_cases, silent, whole
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.scenario import Case, Policy, Scenario

PARK, NO_POLICY, SUPPORT = "baseline", "none", "balanced"
BATCH = 16  # worlds of the Science City at a time


def seen(n: int, seed: int, jobs: int = 1, progress: Progress = silent) -> Seen:
    """All of them: ``n`` worlds of each kind, the same draws with and without support."""
    park, none = read_scenario(PARK), read_policy(NO_POLICY)
    plan = [(park, none), (park, read_policy(SUPPORT)), *((read_scenario(name), none) for name in PARKS)]
    found = []
    for i, (scenario, policy) in enumerate(plan):
        found.append(_mature(scenario, policy, n, seed))
        progress((i + 1) * n, 0, len(plan) * n)
    laptops, landing = episode(n, seed, jobs)
    opened = opened_by_quarter(_cases(park, none, n, seed), FIRST, LAST)
    elsewhere = dict(zip(PARKS, found[2:], strict=True))
    return Seen(laptops, landing, found[0], found[1], elsewhere, opened, deviations(seed=seed))


def episode(n: int, seed: int, jobs: int = 1) -> tuple[History, Floats]:
    """Worlds of the laptop episode, partners as its calibration found them, and the share of them that lands in one park."""
    path = posterior_file(LAPTOP_WAVE.key, ())
    found = {} if path is None else read_posterior(LAPTOP_WAVE.key, path, declared())
    own = read_scenario(LAPTOP_WAVE.scenario)
    scenario = dataclasses.replace(own, assumptions={**found, **own.assumptions})
    cases = _cases(scenario, read_policy(NO_POLICY), n, seed)
    free = dataclasses.replace(scenario, assumptions={**own.assumptions, **found})
    landing = drawn([dataclasses.replace(case, scenario=free) for case in cases]).parameter(LANDING)
    return whole(run_cases(cases, jobs=jobs)), landing


def _cases(scenario: Scenario, policy: Policy, n: int, seed: int) -> list[Case]:
    return [Case(scenario, policy, replication, seed) for replication in range(n)]


def _mature(scenario: Scenario, policy: Policy, n: int, seed: int) -> Mature:
    cases: Sequence[Case] = _cases(scenario, policy, n, seed)
    return joined([mature(cases[i : i + BATCH]) for i in range(0, n, BATCH)])
