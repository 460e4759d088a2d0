"""Robustness: policies across scenarios, by regret, by the share of worlds that suffice, and in the worst case.

Regret is what a policy's mean lacks to the mean of the best one in the same scenario (Savage 1951); its interval is joined from
the paired differences to every other policy, each wide enough for all of them together (Bonferroni), so that it holds the true
regret at least nine times in ten whichever policy is best.  Worlds of different scenarios share their draws: chances over
scenarios count replications, not worlds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.defined import count, mean
from wutong.experiments.goals import Attainment, Share, attainment, wilson
from wutong.experiments.intervals import student_quantile
from wutong.model.facts import Floats, Ints
from wutong.model.history import History
from wutong.model.scenario import Basis, Policy, Scenario, Target

ERROR = 0.05  # on either side
PARTS = (1.0, 0.5)  # of what every goal asks for


@dataclass(frozen=True)
class Grid:
    """Policies by scenarios on common replications.

    Attributes
    ----------
    values : of shape (n_scenarios, n_policies, n_worlds) [unit of the yardstick]
    yardstick : what every policy is measured by
    left_out : histories that could not be used: a policy that does not stand in every scenario, a date beyond the runs
    """

    yardstick: Target
    scenarios: tuple[Scenario, ...]
    policies: tuple[Policy, ...]
    values: Floats
    histories: tuple[tuple[History, ...], ...]
    worlds: tuple[tuple[Ints, ...], ...]
    left_out: int = 0

    @property
    def n_worlds(self) -> int:
        return int(self.values.shape[2])

    @property
    def means(self) -> Floats:
        """Mean over worlds, of shape (n_scenarios, n_policies)."""
        return np.asarray(self.values.mean(axis=2))


@dataclass(frozen=True)
class Regret:
    """What a policy lacks to the best one, with an interval; the interval is boundless with a single world."""

    mean: float
    low: float
    high: float


def outcome(history: History, measure: str) -> Target:
    """A yardstick for a scenario without goals: a measure of the whole park at the end of the runs."""
    segments = tuple(s.key for s in history.cases[0].scenario.park.segments)
    return Target(measure, history.facts[measure].label, measure, segments, 0.0, history.cases[0].scenario.end, Basis.LEVEL, "")


def grid(histories: Sequence[History], yardstick: Target) -> Grid:
    """Histories put side by side: policies that stand in every scenario, on the replications that all have and define.

    Raises
    ------
    ValueError
        If no policy stands in every scenario, no replication in all histories, one history holds a replication twice, or the
        yardstick is a ratio that is undefined somewhere in every replication.
    """
    found = {(h.cases[0].scenario.name, h.cases[0].policy.name): h for h in histories if reading(h, yardstick).judged}
    scenarios, policies = (tuple(dict.fromkeys(key[i] for key in found)) for i in (0, 1))
    policies = tuple(p for p in policies if all((s, p) in found for s in scenarios))
    if not policies:
        raise ValueError("no policy was run in every scenario up to the date of the yardstick")
    table = tuple(tuple(found[s, p] for p in policies) for s in scenarios)
    worlds = _common_worlds(table)
    values = np.array(
        [
            [reading(h, yardstick).values[w] for h, w in zip(row, rows, strict=True)]
            for row, rows in zip(table, worlds, strict=True)
        ]
    )
    known = ~np.isnan(values).any(axis=(0, 1))
    if not known.any():
        raise ValueError("the yardstick is undefined in every replication")
    first, worlds = table[0], tuple(tuple(of[known] for of in row) for row in worlds)
    return Grid(
        yardstick,
        tuple(row[0].cases[0].scenario for row in table),
        tuple(h.cases[0].policy for h in first),
        values[:, :, known],
        table,
        worlds,
        len(histories) - len(scenarios) * len(policies),
    )


def _common_worlds(table: Sequence[Sequence[History]]) -> tuple[tuple[Ints, ...], ...]:
    """Worlds of every history that have the replications that all of them have; raises as :func:`grid`."""
    places = [[{(c.seed, c.replication): i for i, c in enumerate(h.cases)} for h in row] for row in table]
    if any(
        len(place) < len(h.cases) for row, many in zip(table, places, strict=True) for h, place in zip(row, many, strict=True)
    ):
        raise ValueError("a replication stands twice in one history: give one scenario and policy each")
    common = sorted(set.intersection(*(set(place) for many in places for place in many)))
    if not common:
        raise ValueError("the histories share no replication")
    return tuple(tuple(np.array([place[k] for k in common], np.int64) for place in many) for many in places)


def reading(history: History, yardstick: Target) -> Attainment:
    """How a history stands to the yardstick: to its scenario's own goal of that name, if it has one."""
    own = (t for t in history.cases[0].scenario.targets if t.key == yardstick.key)
    return attainment(history, next(own, yardstick))


# ── Regret ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def regrets(table: Grid) -> tuple[tuple[Regret, ...], ...]:
    """Regret of every policy in every scenario, by scenario."""
    n_scenarios, n_policies, n_worlds = table.values.shape
    found = []
    for s in range(n_scenarios):
        gaps = table.values[s][:, None, :] - table.values[s][None, :, :]  # [better, worse]
        mean = gaps.mean(axis=2)
        half = _half_widths(gaps, max(n_policies - 1, 1) * n_scenarios, n_worlds)
        at = np.maximum(mean.max(axis=0), 0.0)
        low, high = np.maximum((mean - half).max(axis=0), 0.0), np.maximum((mean + half).max(axis=0), 0.0)
        found.append(tuple(Regret(*row) for row in np.stack([at, low, high], axis=1).tolist()))
    return tuple(found)


def _half_widths(gaps: Floats, n_together: int, n_worlds: int) -> Floats:
    """Half width of the interval of each mean gap, of shape (n_policies, n_policies); a policy never differs from itself."""
    if n_worlds < 2:
        half = np.full(gaps.shape[:2], math.inf)
    else:
        wide = student_quantile(1.0 - ERROR / n_together, n_worlds - 1)
        half = wide * gaps.std(axis=2, ddof=1) / math.sqrt(n_worlds)
    half[np.diag_indices(len(half))] = 0.0
    return half


def mean_regret(by_scenario: Sequence[Regret]) -> Regret:
    """Mean over scenarios, each counted alike."""
    return Regret(*(float(np.mean([getattr(r, name) for r in by_scenario])) for name in ("mean", "low", "high")))


def max_regret(by_scenario: Sequence[Regret]) -> Regret:
    """The largest over scenarios."""
    return Regret(*(float(np.max([getattr(r, name) for r in by_scenario])) for name in ("mean", "low", "high")))


def ranks(values: Floats) -> Ints:
    """Places of values of shape (n,), the largest first; equal values share the better place."""
    return np.asarray(1 + (values[:, None] < values[None, :]).sum(axis=1))


# ── Shares of worlds ─────────────────────────────────────────────────────────────────────────────────────────────────
def best_in(table: Grid) -> Floats:
    """1 where a policy is best, alone or with others, else 0, of the shape of the grid's values."""
    return np.asarray(table.values >= table.values.max(axis=1, keepdims=True), np.float64)


def share_over(chosen: Floats) -> tuple[Share, ...]:
    """Share of worlds over all scenarios for each policy, with the interval of as many worlds as there are replications.

    Parameters
    ----------
    chosen : 1 or 0, or NaN where it cannot be said, of the shape of the grid's values; NaN does not count
    """
    found = []
    for own in chosen.swapaxes(0, 1):
        n, part = int(count(own).min()), float(mean(own.reshape(-1)))
        if not n:
            found.append(wilson(0, 0))
            continue
        hits = round(part * n)
        if 0.0 < part < 1.0 and n > 1:
            hits = min(max(hits, 1), n - 1)  # neither never nor always
        found.append(wilson(hits, n))
    return tuple(found)


def sufficing(table: Grid, part: float) -> Floats | None:
    """1 where every judged goal reaches a part of what it asks, 0 where one does not, NaN where one is undefined.

    Of the shape of the grid's values; None without goals.
    """
    found = np.ones(table.values.shape)
    judged = False
    for s, (row, rows) in enumerate(zip(table.histories, table.worlds, strict=True)):
        for p, (history, worlds) in enumerate(zip(row, rows, strict=True)):
            for target in history.cases[0].scenario.targets:
                result = attainment(history, target)
                if result.judged:
                    judged = True
                    values = result.values[worlds]
                    found[s, p] *= np.where(np.isnan(values), np.nan, values >= part * target.at_least)
    return found if judged else None
