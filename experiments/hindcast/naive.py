"""Two rules that need no model: growth goes on as in the last years, and nothing changes.

Each has a median path and a band about it in logarithms.  The band comes from the rule's own one-step errors before the
cut-off: each observed value is predicted from those before it, the error is divided by the root of the years between, and the
root mean square of these is the sd at one year; it widens with the root of the horizon.  Where fewer than two errors of constant
growth can be had, those of the last value stand in for them; where there is no error at all, the rule has no band.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from wutong.experiments.hindcast.scores import Ensemble
from wutong.experiments.hindcast.series import Series, years_between
from wutong.model.facts import Label

FITTED_YEARS = 5  # before the cut-off
N_VALUES = 199  # that stand for a band


class Rule(enum.StrEnum):
    GROWTH = "constant_growth"
    LAST = "last_value"


LABELS: Mapping[Rule, Label] = {
    Rule.GROWTH: Label("增速不变", "Constant growth"),
    Rule.LAST: Label("维持最后值", "Last value"),
}


@dataclass(frozen=True)
class Forecast:
    """A rule fitted to a series: last value seen, yearly growth of its logarithm, and the sd of the error at one year."""

    last: float
    quarter: int
    rate: float
    spread: float

    def median(self, quarter: int) -> float:
        return self.last * math.exp(self.rate * years_between(self.quarter, quarter))

    def ensemble(self, quarter: int) -> Ensemble:
        """Values at equal chances; a single one where there is no band."""
        spread = self.spread * math.sqrt(max(years_between(self.quarter, quarter), 0.0))
        if not spread:
            return Ensemble.of(np.array([self.median(quarter)]))
        normal = NormalDist(math.log(self.median(quarter)), spread)
        return Ensemble.of(np.exp([normal.inv_cdf((i + 0.5) / N_VALUES) for i in range(N_VALUES)]))


def fitted(rule: Rule, series: Series) -> Forecast:
    """A rule fitted to a series of at least one value."""
    errors = one_step_errors(series, RATES[rule])
    if rule is Rule.GROWTH and len(errors) < 2:
        errors = one_step_errors(series, RATES[Rule.LAST])
    spread = math.sqrt(sum(e * e for e in errors) / len(errors)) if errors else 0.0
    return Forecast(series.values[-1], series.quarters[-1], RATES[rule](series) or 0.0, spread)


def recent_rate(series: Series) -> float | None:
    """Growth of the logarithm from the first to the last value of the last years, at least two values [1/year]."""
    recent = [i for i, q in enumerate(series.quarters) if years_between(q, series.quarters[-1]) <= FITTED_YEARS]
    first = min(recent[0], len(series.quarters) - 2)
    if first < 0:
        return None
    return math.log(series.values[-1] / series.values[first]) / years_between(series.quarters[first], series.quarters[-1])


def no_rate(series: Series) -> float | None:  # noqa: ARG001 - of the form of a rule
    return 0.0


RATES: Mapping[Rule, Callable[[Series], float | None]] = {Rule.GROWTH: recent_rate, Rule.LAST: no_rate}


def one_step_errors(series: Series, rate_of: Callable[[Series], float | None]) -> list[float]:
    """Errors in logarithms, over the root of the years, of every value predicted from those before it."""
    errors = []
    for i in range(1, len(series.quarters)):
        before = Series(series.subject, series.quarters[:i], series.values[:i])
        rate, years = rate_of(before), years_between(series.quarters[i - 1], series.quarters[i])
        if rate is not None:
            errors.append((math.log(series.values[i] / series.values[i - 1]) - rate * years) / math.sqrt(years))
    return errors
