"""How much of an answer hangs on numbers without a source: goals, and the ranking of the policies, by what the worlds drew.

Of finished runs alone: the worlds drew every number anew, so that they are an experiment on all of them at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers.first_order import (
    Estimate,
    Explained,
    chance_of,
    difference,
    explained,
    median_of,
    taken_out,
    thirds,
    without_extremes,
)
from wutong.experiments.answers.ranking_moves import Change, Move, Noise, change_of, move, noise_of, places_in
from wutong.experiments.answers.robustness import Grid
from wutong.experiments.answers.series import goal_values
from wutong.experiments.answers.uncertain import Uncertain, uncertain_in
from wutong.model.history import History
from wutong.model.scenario import Target


@dataclass(frozen=True)
class Moved:
    """A goal in the low and the high third of a number.

    Attributes
    ----------
    index : share of the variance of the goal's measure that the number alone explains
    noise : what chance reaches; ``named`` is whether the index is beyond that
    medians, chances : in the low third, in the high third, and the difference
    ends : middle of the number's own values in the two thirds
    """

    number: Uncertain
    index: Estimate
    noise: float
    named: bool
    medians: tuple[Estimate, Estimate, Estimate]
    chances: tuple[Estimate, Estimate, Estimate] | None
    ends: tuple[float, float]


@dataclass(frozen=True)
class OfGoal:
    """What a goal, or a measure where there is none, hangs on; numbers by falling index, the named ones first.

    Variance and standard deviation are those without extremes.
    """

    history: History
    target: Target
    n: int
    median: float
    deviation: float
    noise: float
    numbers: tuple[Moved, ...]

    @property
    def unit(self) -> str:
        return wording.target_unit(self.history.facts[self.target.measure], self.target)

    @property
    def named(self) -> tuple[Moved, ...]:
        return tuple(m for m in self.numbers if m.named)

    def deviation_without(self, one: Moved) -> float:
        """Expected standard deviation if the number were known exactly [unit]."""
        return self.deviation * math.sqrt(max(1.0 - one.index.value, 0.0))


@dataclass(frozen=True)
class Reranked:
    number: Uncertain
    move: Move
    noise: Noise
    change: Change

    @property
    def order_moves(self) -> bool:
        return self.move.tau < self.noise.tau


@dataclass(frozen=True)
class OfRanking:
    """How the ranking of the policies moves with each number.

    Attributes
    ----------
    order : positions of the policies by mean over all worlds, the best first
    lead : what the lead of the best over the next hangs on, and the numbers by name
    """

    table: Grid
    order: tuple[int, ...]
    numbers: tuple[Reranked, ...]
    lead: tuple[tuple[Uncertain, Estimate], ...]


def of_goal(history: History, target: Target, numbers: Sequence[Uncertain]) -> OfGoal:
    """What a goal hangs on.

    Parameters
    ----------
    numbers : with the values of the history's worlds, in their order
    """
    values = goal_values(history, target)
    known = np.isfinite(values)
    found: Explained = explained([u.values for u in numbers], without_extremes(values))
    moved = []
    for i, number in enumerate(numbers):
        masks = [m & known for m in thirds(number.values)]
        ends = [float(np.median(number.values[m])) if m.any() else math.nan for m in masks]
        middle = [median_of(values[m]) for m in masks]
        odds = [chance_of(values[m] >= target.at_least) for m in masks] if target.at_least > 0.0 else []
        chances = (odds[0], odds[1], difference(*odds)) if odds else None
        medians = (middle[0], middle[1], difference(*middle))
        moved.append(
            Moved(number, found.indices[i], float(found.noise[i]), i in found.named, medians, chances, (ends[0], ends[1]))
        )
    moved.sort(key=lambda m: (not m.named, -m.index.value if math.isfinite(m.index.value) else 1.0))
    own = values[known]
    deviation = float(without_extremes(own).std(ddof=1)) if own.size > 1 else math.nan
    middle_of_all = float(np.median(own)) if own.size else math.nan
    noise = min((float(v) for v in found.noise), default=math.inf)
    return OfGoal(history, target, int(own.size), middle_of_all, deviation, noise, tuple(moved))


def of_ranking(table: Grid) -> OfRanking:
    """How the ranking moves, from one scenario; what the numbers do that decide how far the best is ahead is first taken out.

    Otherwise two thirds of any number would differ by their entrants, or whatever decides most, and hide what the number does.
    """
    values = table.values[0]
    cases = [table.histories[0][0].cases[int(w)] for w in table.worlds[0][0]]
    numbers = uncertain_in(cases)
    drawn = [u.values for u in numbers]
    order = tuple(int(i) for i in np.argsort(-values.mean(axis=1), kind="stable"))
    lead = explained(drawn, without_extremes(values[order[0]] - values[order[1]]))
    ahead = explained(drawn, without_extremes(values[order[0]] - values.mean(axis=0)))
    deciding = dict.fromkeys((*lead.named, *ahead.named))
    rest = taken_out(values, [drawn[i] for i in deciding])
    usual, places = noise_of(rest, drawn), places_in(values)
    found = []
    for i, number in enumerate(numbers):
        own = taken_out(values, [drawn[k] for k in deciding if k != i]) if i in deciding else rest
        noise = noise_of(own, drawn) if i in deciding else usual
        moved = move(own, places, drawn[i])
        if moved is not None:
            found.append(Reranked(number, moved, noise, change_of(moved, noise)))
    found.sort(key=lambda r: (r.change != "changes", r.change != "noise", r.move.tau, -r.move.shift))
    return OfRanking(table, order, tuple(found), tuple((numbers[i], lead.indices[i]) for i in lead.named))
