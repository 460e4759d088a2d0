"""How likely a series is under the rule of growth (ODD 7.0), whatever its own growth, slowing and restlessness.

The logarithm of a level rises on its trend and by a common swing, whose growth lasts from year to year, and is seen with an
error; a restless park swings and errs more by one factor.  Growth is that of the last date, so that a park that was small is not
taken for one that will go on as fast.  What a park has for itself lies on a grid and is summed over; what parks share is a
:class:`Shared`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.pooled.frozen import MEASURES, Training
from wutong.model.facts import Floats

GROWTH = np.linspace(-0.10, 0.40, 41)  # 1/year, at the last date
SLOWING = np.linspace(0.0, 1.8, 7)
RESTLESS = np.linspace(-2.0, 2.0, 5)  # standard deviations between series
COUNTRY = np.linspace(-2.5, 2.5, 11)
ROUGH_ERROR = 0.04  # sd of the logarithm of a value told as approximate (design choice)
LEAST_LEFT = 0.02  # of a level that the trend goes back to


@dataclass(frozen=True)
class Shared:
    """What the parks share.

    Attributes
    ----------
    memory : part of a year's swing that lasts to the next
    spread, error : sd of the common growth of a series of middling restlessness [1/year], and of the logarithm of a value
    growth : means of firms, employees and revenue over all countries [1/year], of shape (3,)
    between_parks, between_countries : sd of growth [1/year]
    slowing, slowing_between : mean and sd of the exponent between series
    restless : logarithm of the restlessness of firms, employees and revenue, of shape (3,); of employees 0
    restless_between : sd of that logarithm between series
    """

    memory: float
    spread: float
    error: float
    growth: Floats
    between_parks: float
    between_countries: float
    slowing: float
    slowing_between: float
    restless: Floats
    restless_between: float

    def scales(self, measure: str) -> Floats:
        """Restlessness on its grid, of shape (n_restless,)."""
        return np.asarray(np.exp(self.restless[MEASURES.index(measure)] + self.restless_between * RESTLESS))


def normal_weights(grid: Floats, mean: float | Floats = 0.0, spread: float = 1.0) -> Floats:
    """Chances of the points of a grid, summing to 1 along it."""
    weights = np.exp(-0.5 * ((grid - np.asarray(mean)) / spread) ** 2) + 1e-12
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def risen(growth: Floats, slowing: Floats, years: Floats) -> Floats:
    """Logarithm of the trend relative to the date at which growth is as given, years before it negative; all broadcast."""
    fading = slowing * np.abs(growth)
    with np.errstate(divide="ignore", invalid="ignore"):
        curved = growth / fading * np.log(np.maximum(1.0 + fading * years, LEAST_LEFT))
    return np.where(fading < 1e-9, growth * years, curved)


def swing_covariance(years: Floats, memory: float, spread: float) -> Floats:
    """Covariance of the summed common growth, of shape (n, n), ``years`` after the first date: that of an Ornstein-Uhlenbeck
    rate that stands in its long-run distribution at the first date.
    """
    k = -math.log(memory)
    a, b = years[:, None], years[None, :]
    return (spread / k) ** 2 * (2.0 * k * np.minimum(a, b) - 1.0 + np.exp(-k * a) + np.exp(-k * b) - np.exp(-k * np.abs(a - b)))


def errors_of(series: Training, error: float) -> Floats:
    """Variance of the error of each value, of shape (n,)."""
    return np.asarray(error**2 + series.rough * ROUGH_ERROR**2)


def surface(series: Training, shared: Shared) -> Floats:
    """Log-likelihood of a series over the grids, of shape (n_growth, n_slowing, n_restless)."""
    since, error = series.years - series.years[0], errors_of(series, shared.error)
    swings = swing_covariance(since[1:], shared.memory, shared.spread)
    lower = np.linalg.cholesky(swings + np.diag(error[1:]) + error[0])
    trend = risen(GROWTH[:, None, None], SLOWING[None, :, None], (series.years - series.years[-1])[None, None, :])
    left = (series.logs[1:] - series.logs[0]) - (trend[..., 1:] - trend[..., :1])
    square = (np.linalg.solve(lower, left.reshape(-1, len(since) - 1).T) ** 2).sum(axis=0)
    scale = shared.scales(series.measure)
    found = -0.5 * square[:, None] / scale**2 - (len(since) - 1) * np.log(scale) - np.log(np.diag(lower)).sum()
    return np.asarray(found.reshape(len(GROWTH), len(SLOWING), len(RESTLESS)))


def by_country(series: Training, shared: Shared) -> Floats:
    """Log-likelihood of a series given the effect of its country, of shape (n_country,)."""
    found = surface(series, shared)
    most = float(found.max())
    summed = np.exp(found - most) @ normal_weights(RESTLESS) @ normal_weights(SLOWING, shared.slowing, shared.slowing_between)
    return np.asarray(np.log(growth_weights(series.measure, shared) @ summed + 1e-300) + most)


def growth_weights(measure: str, shared: Shared) -> Floats:
    """Chances of growth for each effect of the country, of shape (n_country, n_growth)."""
    means = shared.growth[MEASURES.index(measure)] + shared.between_countries * COUNTRY
    return normal_weights(GROWTH, means[:, None], shared.between_parks)


def log_likelihood(all_series: Sequence[Training], shared: Shared) -> float:
    """Of all series together: those of a country share its effect."""
    countries: dict[str, Floats] = {}
    for series in all_series:
        countries[series.country] = countries.get(series.country, np.zeros(len(COUNTRY))) + by_country(series, shared)
    weights = normal_weights(COUNTRY)
    return sum(float(np.log(np.exp(own - own.max()) @ weights) + own.max()) for own in countries.values())
