"""Observed series: what was seen of a measure, its level at a date, and what a run says of the same date."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.wording import members
from wutong.model.facts import Floats
from wutong.model.history import History, Kind
from wutong.model.scenario import Observed
from wutong.model.units import QUARTERS_PER_YEAR

SPREAD_PER_ROOT_YEAR = 0.10  # sd of the log of a level that was not seen, a year away from one that was (design choice)
Subject = tuple[str, str]  # measure, scope


@dataclass(frozen=True)
class Series:
    """Values of one measure and scope by quarter, in order of time."""

    subject: Subject
    quarters: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def measure(self) -> str:
        return self.subject[0]

    def between(self, first: int, last: int) -> Series:
        """The values of some quarters, both ends among them."""
        kept = [(q, v) for q, v in zip(self.quarters, self.values, strict=True) if first <= q <= last]
        return Series(self.subject, tuple(q for q, _ in kept), tuple(v for _, v in kept))


@dataclass(frozen=True)
class Level:
    """A value and the sd of its logarithm: 0 where it was seen."""

    value: float
    spread: float


def series_of(points: Sequence[Observed]) -> dict[Subject, Series]:
    """Series by measure and scope; of two values of one quarter the later of the list counts, and none that is not above 0."""
    found: dict[Subject, dict[int, float]] = {}
    for point in points:
        if point.value > 0.0:
            found.setdefault((point.measure, point.scope), {})[point.quarter] = point.value
    return {subject: Series(subject, *map(tuple, zip(*sorted(values.items()), strict=True))) for subject, values in found.items()}


def years_between(first: int, last: int) -> float:
    return (last - first) / QUARTERS_PER_YEAR


def level_at(series: Series, quarter: int) -> Level:
    """The level at a quarter: as seen, between two values on the line of their logarithms, beyond the last one onwards by as
    much a year as over the whole series, and before the first one back at the rate of the whole series.
    """
    quarters, values = series.quarters, series.values
    if quarter in quarters:
        return Level(values[quarters.index(quarter)], 0.0)
    away = min(abs(years_between(q, quarter)) for q in quarters)
    spread = SPREAD_PER_ROOT_YEAR * math.sqrt(away)
    if quarters[0] < quarter < quarters[-1]:
        return Level(math.exp(float(np.interp(quarter, quarters, np.log(values)))), spread)
    span = years_between(quarters[0], quarters[-1])
    if not span:
        return Level(values[0], spread)
    if quarter < quarters[0]:
        rate = math.log(values[-1] / values[0]) / span
        return Level(values[0] * math.exp(-rate * away), spread)
    slope = (values[-1] - values[0]) / span
    return Level(max(values[-1] + slope * away, 0.5 * values[-1]), spread)


def reading(history: History, subject: Subject, quarter: int) -> Floats | None:
    """What the runs say where a figure was observed, of shape (n_worlds,); None if they do not cover it.

    A figure of the fourth quarter is that of its calendar year: the mean of a rate, the sum of a flow, the ratio of two sums.
    """
    measure, scope = subject
    row, kind = quarter - history.start, history.facts[measure].kind
    if not 0 <= row <= history.n_quarters:
        return None
    inside = members(history, measure, scope)
    if kind is Kind.RATIO and quarter % QUARTERS_PER_YEAR == QUARTERS_PER_YEAR - 1 and row >= QUARTERS_PER_YEAR:
        return np.asarray(history.over_years(measure, np.array([row]), inside)[0])
    total = history.total(measure, inside)
    if kind in (Kind.STOCK, Kind.RATIO) or quarter % QUARTERS_PER_YEAR != QUARTERS_PER_YEAR - 1:
        return np.asarray(total[row])
    year = total[max(row - QUARTERS_PER_YEAR + 1, 1) : row + 1]
    if kind is Kind.RATE:
        return np.asarray(year.mean(axis=0)) if row else np.asarray(total[0])
    return np.asarray(year.sum(axis=0)) if row >= QUARTERS_PER_YEAR else None


def latest(series: Mapping[Subject, Series]) -> int:
    """Last quarter of any of the series."""
    return max(s.quarters[-1] for s in series.values())
