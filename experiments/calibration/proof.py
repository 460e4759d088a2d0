"""Whether the method finds what is true: known parameters looked for in figures that the model itself made.

Simulation-based calibration (Talts et al. 2018): a world drawn from the declared ranges is taken for the truth, its figures
get their errors, and the other worlds are weighed by them.  The share of the posterior below the truth is then even on 0 to 1
for every parameter, whatever the model does; a posterior that is too sure heaps it up at both ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from experiments.calibration.figures import Calibration
from experiments.calibration.runs import Table
from experiments.calibration.weighing import NOTHING, log_weights, n_effective, weights_of
from model.facts import Floats

TRUTHS = 400
REJECTED_AT = 1.63
"""Kolmogorov's statistic times the root of n, which chance exceeds once in a hundred: several parameters are tried."""
ENOUGH = 30.0  # worlds that count, below which a truth is left out and counted


@dataclass(frozen=True)
class Ranks:
    """Share of the posterior below the truth, of shape (n_truths, n_names); truths with too few worlds about them left out."""

    calibration: Calibration
    shares: Floats
    covered: Floats  # (n_truths, n_names), whether the central 90 % holds the truth
    n_left_out: int

    def statistic(self, name: str) -> float:
        """Kolmogorov's distance of the shares from even ones, times the root of their number; above 1.63 they are not even."""
        own = np.sort(self.shares[:, self.calibration.place(name)])
        n = len(own)
        above, below = np.arange(1, n + 1) / n - own, own - np.arange(n) / n
        return float(max(above.max(), below.max()) * math.sqrt(n))

    def coverage(self, name: str) -> float:
        """Share of the truths inside the central 90 % of the posterior."""
        return float(self.covered[:, self.calibration.place(name)].mean())

    def even(self, name: str) -> bool:
        return self.statistic(name) <= REJECTED_AT


def ranks_of(calibration: Calibration, table: Table, n: int = TRUTHS, seed: int = 1, *, spread: Floats | None = None) -> Ranks:
    """Truths that are drawn from the table, looked for among its other worlds.

    Parameters
    ----------
    spread : of the errors that the search takes for granted, in place of those that the figures really get: to see that a
        search that is too sure is found out
    """
    random = np.random.default_rng([seed, 11])
    taken = calibration.spread if spread is None else spread
    shares, covered, left_out = [], [], 0
    for truth in random.choice(len(table.values), min(n, len(table.values)), replace=False):
        noise = np.exp(calibration.spread * random.standard_normal(len(calibration.spread)))
        seen = np.maximum(table.said[truth], NOTHING) * noise
        logs = log_weights(table.said, seen, taken)
        logs[truth] = -np.inf
        weights = weights_of(logs)
        if n_effective(weights) < ENOUGH:
            left_out += 1
            continue
        below = weights @ (table.values < table.values[truth])
        shares.append(below)
        covered.append((below >= 0.05) & (below <= 0.95))
    n_names = len(calibration.names)
    return Ranks(calibration, np.reshape(shares, (-1, n_names)), np.reshape(covered, (-1, n_names)), left_out)
