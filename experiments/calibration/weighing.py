"""The method: a world is weighed by the chance of the figures seen, given what it says and how wrong a figure may be.

A figure is seen with an error of its own, lognormal with a stated spread: rounding, press, another definition.  A world drawn
from the declared ranges is weighed by the density of those errors (Wilkinson 2013: for a rejection sampler with such an
acceptance the posterior is exact, whatever the simulator does).  Chosen over tolerances and sequential samplers because nothing
is left to set but the errors themselves, which a reader can judge; because worlds stay independent, cheap to batch and to
resume; and because the number of worlds that really count says at once whether there were enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from wutong.model.facts import Floats, Ints

RARELY = 3.09  # sd of a normal that it passes once in a thousand times
FEWEST = 100.0  # worlds that count, below which no posterior is given
NOTHING = 1e-9  # in place of zero, whose logarithm there is not


def log_weights(said: Floats, seen: Floats, spread: Floats) -> Floats:
    """Logarithm of the chance of the figures seen, up to a constant, of shape (n_worlds,).

    A world that does not say a figure at all (NaN, a share of nothing) cannot have shown it: it weighs nothing.

    Parameters
    ----------
    said : what worlds say, of shape (n_worlds, n_figures)
    seen, spread : figures, and the sd of the logarithm of their errors, of shape (n_figures,) each
    """
    apart = (np.log(np.maximum(said, NOTHING)) - np.log(seen)) / spread
    logs = -0.5 * (apart * apart).sum(axis=1)
    return np.where(np.isnan(logs), -np.inf, logs)


def reached(logs: Floats, n_figures: int) -> bool:
    """Whether any world lies so near to the figures that their errors can explain the rest, but for once in a thousand times.

    Weights are relative: without this, worlds that are all impossible would pass for agreement.  The bound is the quantile of a
    chi-square (Wilson & Hilferty 1931).
    """
    spread = 2.0 / (9.0 * max(n_figures, 1))
    bound = n_figures * (1.0 - spread + RARELY * math.sqrt(spread)) ** 3
    return bool(len(logs)) and float(-2.0 * logs.max()) <= bound


def weights_of(logs: Floats) -> Floats:
    """Weights that sum to 1, of the shape of logs."""
    raw = np.exp(logs - logs.max())
    return np.asarray(raw / raw.sum())


def n_effective(weights: Floats) -> float:
    """How many equally weighted worlds are worth as much (Kish 1965)."""
    return float(1.0 / (weights * weights).sum())


def drawn_rows(weights: Floats, n: int, seed: int) -> Ints:
    """Rows of ``n`` equally likely draws, in random order: systematic resampling, a world of weight w stands about n·w times."""
    random = np.random.default_rng([seed, 7])
    points = (np.arange(n) + random.random()) / n
    rows = np.minimum(np.searchsorted(np.cumsum(weights), points), len(weights) - 1)
    return np.asarray(random.permutation(rows))


def weighted_quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> Floats:
    """Least values up to which at least the given shares of the weight lie, of shape (n_shares,); undefined ones do not count."""
    if (unknown := np.isnan(values)).all():
        return np.full(len(shares), np.nan)
    if unknown.any():
        values, weights = values[~unknown], weights[~unknown] / weights[~unknown].sum()
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return np.asarray(values[order][np.minimum(np.searchsorted(reached, np.asarray(shares) - 1e-12), len(values) - 1)])
