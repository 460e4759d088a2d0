"""The fit: what parks share, sampled by a random walk whose steps are shaped by what it has seen (Haario et al. 2001)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from wutong.experiments.pooled.frozen import Training
from wutong.experiments.pooled.likelihood import Shared, log_likelihood
from wutong.model.facts import Floats

# Weak priors of what is shared, in the coordinates in which it is sampled: mean and sd (design choice).
NAMES = (
    "memory", "spread", "error", "firms", "employees", "revenue", "between_parks", "between_countries",
    "slowing", "slowing_between", "restless_firms", "restless_revenue", "restless_between",
)  # fmt: skip
MEAN = np.array(
    [
        *(0.0, math.log(0.05), math.log(0.02)),  # memory, spread, error
        *(0.05, 0.05, 0.05, math.log(0.04), math.log(0.02)),  # growth
        *(1.0, math.log(0.4), 0.0, 0.0, math.log(0.4)),  # slowing, restlessness
    ]
)
SPREAD = np.array([1.0, 0.7, 0.5, 0.05, 0.05, 0.05, 0.7, 0.7, 0.5, 0.5, 0.5, 0.5, 0.5])
FIRST_STEP = 0.12  # sd of the prior
LEARN = (400, 800, 1200)  # steps after which the shape of a step is learnt anew
BURN_IN = 1500
STEPS = 5000


def shared_of(x: Floats) -> Shared:
    """What is shared, from its coordinates."""
    return Shared(
        memory=1.0 / (1.0 + math.exp(-x[0])),
        spread=math.exp(x[1]),
        error=math.exp(x[2]),
        growth=x[3:6],
        between_parks=math.exp(x[6]),
        between_countries=math.exp(x[7]),
        slowing=float(x[8]),
        slowing_between=math.exp(x[9]),
        restless=np.array([x[10], 0.0, x[11]]),
        restless_between=math.exp(x[12]),
    )


def log_density(x: Floats, series: Sequence[Training]) -> float:
    """Logarithm of the posterior density, but for a constant."""
    if not -3.5 < x[0] < 3.5:
        return -math.inf
    return log_likelihood(series, shared_of(x)) - 0.5 * float((((x - MEAN) / SPREAD) ** 2).sum())


def sampled(
    series: Sequence[Training], steps: int = STEPS, seed: int = 1, progress: Callable[[int, int, int], None] | None = None
) -> Floats:
    """Draws of the coordinates after the burn-in, of shape (steps - burn-in, 13)."""
    random, size = np.random.default_rng([seed, 31]), len(MEAN)
    burn_in = min(BURN_IN, steps // 2)
    x, shape = MEAN.copy(), np.diag((FIRST_STEP * SPREAD) ** 2)
    density, kept = log_density(x, series), np.empty((steps, size))
    for step in range(steps):
        if step in LEARN:
            shape = np.cov(kept[step // 2 : step].T) * 2.38**2 / size + 1e-6 * np.diag(SPREAD**2)
        proposed = random.multivariate_normal(x, shape)
        found = log_density(proposed, series)
        if math.log(random.random()) < found - density:
            x, density = proposed, found
        kept[step] = x
        if progress is not None and step % 100 == 0:
            progress(step, 0, steps)
    return kept[burn_in:]
