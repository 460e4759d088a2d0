"""How well a projection was: CRPS of a weighted ensemble, coverage of intervals, PIT, and a test of how often they miss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from wutong.model.facts import Floats

MISS_PROB = 0.1  # of a 90 % interval
REJECTED_BELOW = 0.05


@dataclass(frozen=True)
class Ensemble:
    """Values that stand for a distribution, sorted, with their weights, which sum to 1; both of shape (n,)."""

    values: Floats
    weights: Floats

    @classmethod
    def of(cls, values: Floats, weights: Floats | None = None) -> Ensemble:
        """An ensemble of values, equally likely where no weights are given.

        Raises
        ------
        ValueError
            If there is no value, or the weights are negative or all nothing.
        """
        given = np.ones(len(values)) if weights is None else np.asarray(weights, np.float64)
        if not len(values) or (given < 0.0).any() or not given.sum() > 0.0:
            raise ValueError("an ensemble needs values, and weights that are not negative and not all nothing")
        order = np.argsort(values, kind="stable")
        return cls(np.asarray(values, np.float64)[order], given[order] / given.sum())

    def quantile(self, share: float) -> float:
        """Least value up to which at least a share of the weight lies."""
        reached = np.cumsum(self.weights) >= share - 1e-12
        return float(self.values[int(reached.argmax()) if reached.any() else -1])

    def interval(self, level: float) -> tuple[float, float]:
        """Central interval that holds a share ``level`` of the weight."""
        return self.quantile((1.0 - level) / 2.0), self.quantile((1.0 + level) / 2.0)


def crps(ensemble: Ensemble, observed: float) -> float:
    """Continuous ranked probability score, in the unit of the values: E|X - y| - E|X - X'|/2, exact for the ensemble.

    Of a single value it is the absolute error.  Source: Gneiting & Raftery 2007, with weights.
    """
    x, w = ensemble.values, ensemble.weights
    upto = np.cumsum(w)
    return float((w * np.abs(x - observed)).sum() - (w * x * (2.0 * upto - w - 1.0)).sum())


def pit(ensemble: Ensemble, observed: float) -> float:
    """Share of the ensemble below what was observed, half of what equals it [share]; even on 0 to 1 if all is well."""
    below, equal = ensemble.values < observed, ensemble.values == observed
    return float(ensemble.weights[below].sum() + 0.5 * ensemble.weights[equal].sum())


def covered(ensemble: Ensemble, observed: float, level: float) -> bool:
    """Whether the central interval of a level holds what was observed."""
    low, high = ensemble.interval(level)
    return low <= observed <= high


def binomial_test(misses: int, n: int, prob: float = MISS_PROB) -> float:
    """Chance of a number of misses as unlikely as this one or more so, if each of ``n`` misses with ``prob`` [share].

    Two-sided and exact: it takes the misses for independent, which values of one park in neighbouring years are not.
    """
    chances = [math.comb(n, k) * prob**k * (1.0 - prob) ** (n - k) for k in range(n + 1)]
    return min(math.fsum(c for c in chances if c <= chances[misses] * (1.0 + 1e-9)), 1.0)
