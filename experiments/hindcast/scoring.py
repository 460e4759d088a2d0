"""A projection held against what was seen later, beside rules that need no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.hindcast.naive import Forecast, Rule, fitted
from wutong.experiments.hindcast.projection import Projection
from wutong.experiments.hindcast.scores import binomial_test, covered, crps, pit
from wutong.experiments.hindcast.series import Subject, series_of, years_between
from wutong.model.scenario import Observed

POOLED, BY_MEASURE, BY_HORIZON, EACH = "pooled", "measure", "horizon", "value"


@dataclass(frozen=True)
class RuleScore:
    """CRPS of a rule with its band, and the absolute error of its median, both as a share of the last value seen.

    Without a band the CRPS is the absolute error: the better of the two counts for the rule.
    """

    crps: float
    error: float

    @property
    def best(self) -> float:
        return min(self.crps, self.error)


@dataclass(frozen=True)
class Score:
    """One held-back value.  CRPS and errors are shares of the last value seen up to the cut-off, or of the value itself where
    none was.
    """

    subject: Subject
    quarter: int
    years: float
    observed: float
    median: float
    crps: float
    error: float
    pit: float
    inside_50: bool
    inside_90: bool
    rules: dict[Rule, RuleScore] | None  # None where nothing was seen before the cut-off


def scores(projection: Projection, held: Sequence[Observed]) -> list[Score]:
    """A score for every value after the cut-off that the projection says something of."""
    found = []
    for subject, series in series_of([p for p in held if p.quarter > projection.cutoff]).items():
        before = projection.series.get(subject)
        forecasts = None if before is None else {rule: fitted(rule, before) for rule in Rule}
        for quarter, value in zip(series.quarters, series.values, strict=True):
            ensemble = projection.ensemble(subject, quarter)
            if ensemble is None:
                continue
            scale = before.values[-1] if before is not None else value
            rules = None if forecasts is None else {rule: _score(one, quarter, value, scale) for rule, one in forecasts.items()}
            median = ensemble.quantile(0.5)
            found.append(
                Score(
                    subject,
                    quarter,
                    years_between(projection.cutoff, quarter),
                    value,
                    median,
                    crps(ensemble, value) / scale,
                    abs(median - value) / scale,
                    pit(ensemble, value),
                    covered(ensemble, value, 0.5),
                    covered(ensemble, value, 0.9),
                    rules,
                )
            )
    return found


def _score(forecast: Forecast, quarter: int, value: float, scale: float) -> RuleScore:
    return RuleScore(crps(forecast.ensemble(quarter), value) / scale, abs(forecast.median(quarter) - value) / scale)


@dataclass(frozen=True)
class Summary:
    """Scores together; CRPS against rules over the values that the rules can say something of."""

    kind: str
    name: str
    n: int
    n_compared: int
    crps: float
    crps_compared: float
    rules: dict[Rule, RuleScore]
    error: float
    share_50: float
    share_90: float
    misses_90: int
    miss_test: float

    @property
    def best_rule(self) -> float:
        """CRPS of the best rule, with or without its band."""
        return min(rule.best for rule in self.rules.values())


def summary(kind: str, name: str, own: Sequence[Score]) -> Summary:
    """Scores of at least one value together."""
    compared = [s for s in own if s.rules is not None]

    def mean(take: Callable[[Score], float], among: Sequence[Score]) -> float:
        return float(np.mean([take(s) for s in among])) if among else float("nan")

    rules = {}
    for rule in Rule:
        by_rule = [s.rules[rule] for s in compared if s.rules is not None]
        none = float("nan")
        values = [(r.crps, r.error) for r in by_rule] or [(none, none)]
        rules[rule] = RuleScore(*(float(v) for v in np.mean(values, axis=0)))
    misses = sum(not s.inside_90 for s in own)
    return Summary(
        kind,
        name,
        len(own),
        len(compared),
        mean(lambda s: s.crps, own),
        mean(lambda s: s.crps, compared),
        rules,
        mean(lambda s: s.error, own),
        mean(lambda s: float(s.inside_50), own),
        mean(lambda s: float(s.inside_90), own),
        misses,
        binomial_test(misses, len(own)),
    )


def summaries(found: Sequence[Score]) -> list[Summary]:
    """All together, by measure and scope, and by whole years from the cut-off."""
    if not found:
        return []
    subjects = dict.fromkeys(s.subject for s in found)
    years = sorted({int(np.ceil(s.years)) for s in found})
    return [
        summary(POOLED, "all", found),
        *(summary(BY_MEASURE, "/".join(subject), [s for s in found if s.subject == subject]) for subject in subjects),
        *(summary(BY_HORIZON, str(one), [s for s in found if int(np.ceil(s.years)) == one]) for one in years),
    ]
