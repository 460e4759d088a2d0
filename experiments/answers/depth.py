"""Every goal and set of goals of one scenario and policy: chances, readings, and bands of the entry rate, before any words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wutong.experiments.answers.drawn import Drawn, drawn
from wutong.experiments.defined import median
from wutong.experiments.goals import Attainment, Band, Share, all_of, attainment, by_band, definitions, share_of, wilson
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.scenario import JointTarget, Scenario, Target

ALL_GOALS = Label("全部可判定的目标", "All goals that are judged")


@dataclass(frozen=True)
class GoalInDepth:
    """A goal, or a set of goals reached together, under one scenario and policy.

    Attributes
    ----------
    results : of the goal under each definition, the stated one first; of the members of a set
    share : chance of the goal as stated, or of all members in one world; n = 0 where a date lies beyond the runs, or a measure
        is undefined
    bands : the same by thirds of the entry rate; none where entry does not differ between worlds
    medians : median of what a single goal is compared with, in each of the bands
    read_otherwise : of a set, the chance when one of its goals is read under another definition
    """

    key: str
    label: Label
    history: History
    results: tuple[Attainment, ...]
    share: Share
    bands: tuple[Band, ...]
    medians: tuple[float, ...] = ()
    is_set: bool = False
    read_otherwise: tuple[tuple[Target, Share], ...] = ()

    @property
    def target(self) -> Target:
        return self.results[0].target


def in_depth(history: History) -> tuple[GoalInDepth, ...]:
    """Every goal of a history's scenario, then the sets of goals that count together."""
    scenario, draws = history.cases[0].scenario, drawn(history.cases)
    single = []
    for target in scenario.targets:
        results = tuple(attainment(history, reading) for reading in definitions(target, history.facts))
        bands = _bands(results[:1], draws)
        medians = _medians(results[0], entry_of([target], draws), bands)
        single.append(GoalInDepth(target.key, target.label, history, results, results[0].share, bands, medians))
    return (*single, *(_set(named, history, draws) for named in joint_targets(scenario, history)))


def joint_targets(scenario: Scenario, history: History) -> tuple[JointTarget, ...]:
    """The sets of goals that a scenario names; else all goals that the runs can judge, where there are several."""
    judged = tuple(t.key for t in scenario.targets if attainment(history, t).judged)
    named = scenario.joint_targets
    return named or ((JointTarget("all_judged", ALL_GOALS, judged),) if len(judged) > 1 else ())


def _set(named: JointTarget, history: History, draws: Drawn) -> GoalInDepth:
    by_key = {t.key: t for t in history.cases[0].scenario.targets}
    results = tuple(attainment(history, by_key[key]) for key in named.targets)
    others = []
    for i, result in enumerate(results):
        for reading in definitions(result.target, history.facts)[1:]:
            changed = [*results[:i], attainment(history, reading), *results[i + 1 :]]
            others.append((reading, together(changed)))
    bands = _bands(results, draws)
    return GoalInDepth(
        named.key, named.label, history, results, together(results), bands, is_set=True, read_otherwise=tuple(others)
    )


def together(results: Sequence[Attainment]) -> Share:
    """Chance that all goals of a set are reached in one and the same world; n = 0 unless every one is judged."""
    return share_of(all_of(results)) if results and all(r.judged for r in results) else wilson(0, 0)


def _bands(results: Sequence[Attainment], draws: Drawn) -> tuple[Band, ...]:
    entry = entry_of([r.target for r in results], draws)
    if not results or np.ptp(entry) < 1e-9 * max(float(entry.max()), 1.0):
        return ()
    return share_by_band(results, entry)


def _medians(result: Attainment, entry: Floats, bands: Sequence[Band]) -> tuple[float, ...]:
    inside = [(entry >= band.low) & (entry <= band.high) for band in bands]
    return tuple(median(result.values[mask]) for mask in inside)


def share_by_band(results: Sequence[Attainment], values: Floats) -> tuple[Band, ...]:
    """Chance that all goals are reached, by thirds of the worlds in the order of a drawn value of shape (n_worlds,)."""
    if not all(r.judged for r in results):
        return ()
    every = replace(
        results[0], target=replace(results[0].target, at_least=1.0), values=all_of(results)
    )  # 1 where all are reached
    return by_band(every, values)


def entry_of(targets: Sequence[Target], draws: Drawn) -> Floats:
    """Entrants a year at the start in the segments of some goals, each segment once, of shape (n_worlds,) [firms/year]."""
    return draws.entry(tuple(dict.fromkeys(s for t in targets for s in t.segments)))
