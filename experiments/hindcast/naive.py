"""Rules that need no model: nothing changes, growth goes on, as much comes every year, growth fades.

Each has a median path and a band about it in logarithms.  The band comes from the rule's own one-step errors before the
cut-off: each observed value is predicted from those before it, the error is divided by the root of the years between, and the
root mean square of these is the sd at one year; it widens with the root of the horizon.  Where fewer than two errors of a rule
with growth can be had, those of the last value stand in for them; where there is no error at all, the rule has no band.
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
BOUND = 0.2  # of constant growth [1/year]
DAMPING = 0.9  # part of a growth that is left a year later
LEAST = 0.1
N_VALUES = 199  # that stand for a band


class Rule(enum.StrEnum):
    GROWTH = "constant_growth"
    LAST = "last_value"
    AMOUNT = "same_amount"
    DAMPED = "damped_trend"


LABELS: Mapping[Rule, Label] = {
    Rule.GROWTH: Label("增速不变", "Constant growth"),
    Rule.LAST: Label("维持最后值", "Last value"),
    Rule.AMOUNT: Label("每年增量相同", "The same amount every year"),
    Rule.DAMPED: Label("增速渐缓", "Damped trend"),
}


@dataclass(frozen=True)
class Forecast:
    """A rule fitted to a series, and the sd of its error at one year."""

    rule: Rule
    series: Series
    spread: float

    def median(self, quarter: int) -> float:
        years = years_between(self.series.quarters[-1], quarter)
        return self.series.values[-1] * math.exp(CHANGES[self.rule](self.series, years) or 0.0)

    def ensemble(self, quarter: int) -> Ensemble:
        """Values at equal chances; a single one where there is no band."""
        spread = self.spread * math.sqrt(max(years_between(self.series.quarters[-1], quarter), 0.0))
        if not spread:
            return Ensemble.of(np.array([self.median(quarter)]))
        normal = NormalDist(math.log(self.median(quarter)), spread)
        return Ensemble.of(np.exp([normal.inv_cdf((i + 0.5) / N_VALUES) for i in range(N_VALUES)]))


def fitted(rule: Rule, series: Series) -> Forecast:
    """A rule fitted to a series of at least one value."""
    errors = one_step_errors(series, rule)
    if rule is not Rule.LAST and len(errors) < 2:
        errors = one_step_errors(series, Rule.LAST)
    return Forecast(rule, series, math.sqrt(sum(e * e for e in errors) / len(errors)) if errors else 0.0)


# ── Change of the logarithm in some years from the last value on; None of a series that is too short ─────────────────────
def unchanged(series: Series, years: float) -> float | None:  # noqa: ARG001 - of the form of a rule
    return 0.0


def goes_on(series: Series, years: float) -> float | None:
    rate = recent_rate(series)
    return None if rate is None else min(max(rate, -BOUND), BOUND) * years


def adds_the_same(series: Series, years: float) -> float | None:
    """As much every year as on average since the first value; no level falls below a tenth."""
    span = years_between(series.quarters[0], series.quarters[-1])
    if not span:
        return None
    amount = (series.values[-1] - series.values[0]) / span
    return math.log(max(1.0 + amount * years / series.values[-1], LEAST))


def fades(series: Series, years: float) -> float | None:
    """Growth as of late that fades from year to year (Gardner & McKenzie 1985)."""
    rate = recent_rate(series)
    return None if rate is None else rate * DAMPING * (1.0 - DAMPING**years) / (1.0 - DAMPING)


CHANGES: Mapping[Rule, Callable[[Series, float], float | None]] = {
    Rule.GROWTH: goes_on,
    Rule.LAST: unchanged,
    Rule.AMOUNT: adds_the_same,
    Rule.DAMPED: fades,
}


def recent_rate(series: Series) -> float | None:
    """Growth of the logarithm from the first to the last value of the last years, at least two values [1/year]."""
    recent = [i for i, q in enumerate(series.quarters) if years_between(q, series.quarters[-1]) <= FITTED_YEARS]
    first = min(recent[0], len(series.quarters) - 2)
    if first < 0:
        return None
    return math.log(series.values[-1] / series.values[first]) / years_between(series.quarters[first], series.quarters[-1])


def one_step_errors(series: Series, rule: Rule) -> list[float]:
    """Errors in logarithms, over the root of the years, of every value predicted from those before it."""
    errors = []
    for i in range(1, len(series.quarters)):
        before = Series(series.subject, series.quarters[:i], series.values[:i])
        years = years_between(series.quarters[i - 1], series.quarters[i])
        change = CHANGES[rule](before, years)
        if change is not None:
            errors.append((math.log(series.values[i] / series.values[i - 1]) - change) / math.sqrt(years))
    return errors
