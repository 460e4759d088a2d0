"""What stands against a unit of support: a ratio of means with the interval of its pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.facts import Floats

RESAMPLES = 1000
LEAST = 1e-3  # 亿元: below it nothing was paid
MUCH = 0.5  # 亿元: below it a ratio would say more than is known


@dataclass(frozen=True)
class Ratio:
    """Mean of a quantity over mean support, with its 90 % interval; both ends are the value where there is one world only."""

    value: float
    low: float
    high: float
    support: float
    n: int


def per_support(values: Floats, support: Floats) -> Ratio | None:
    """Mean of values over mean support [per 亿元], None where nothing was paid.

    Worlds are drawn again with both their numbers (Efron 1979): the ratio's interval then needs no normal law.

    Parameters
    ----------
    values, support : of shape (n_worlds,)
    """
    n = values.size
    paid = float(support.mean()) if n else 0.0
    if paid < LEAST:
        return None
    drawn = np.random.default_rng(0).integers(0, n, (RESAMPLES, n))
    ratios = values[drawn].mean(axis=1) / np.maximum(support[drawn].mean(axis=1), LEAST)
    low, high = np.quantile(ratios, (0.05, 0.95))
    return Ratio(float(values.mean()) / paid, float(low), float(high), paid, n)
