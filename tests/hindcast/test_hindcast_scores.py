"""Scores against brute force, closed forms and hand calculation; the naive rules by hand."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from wutong.experiments.hindcast.naive import Rule, fitted, one_step_errors, recent_rate
from wutong.experiments.hindcast.scores import Ensemble, binomial_test, covered, crps, pit
from wutong.experiments.hindcast.series import Series, level_at
from wutong.model.units import quarter

FIRMS = ("firms", "all")


def years(*values: float, first: int = 2000) -> Series:
    return Series(FIRMS, tuple(quarter(f"{first + i}Q4") for i in range(len(values))), values)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("observed", [-2.0, 0.1, 5.0])
def test_crps_is_the_double_sum_over_the_ensemble(weighted, observed):
    generator = np.random.default_rng(3)
    values = generator.normal(size=40).round(1)  # with ties
    weights = generator.random(40) if weighted else np.ones(40)
    share = weights / weights.sum()
    apart = np.abs(values[:, None] - values[None, :])
    by_hand = (share * np.abs(values - observed)).sum() - 0.5 * share @ apart @ share
    assert crps(Ensemble.of(values, weights), observed) == pytest.approx(by_hand)


def test_crps_of_many_normal_values_is_the_closed_form():
    normal = NormalDist(2.0, 3.0)
    ensemble = Ensemble.of(np.array([normal.inv_cdf((i + 0.5) / 4000) for i in range(4000)]))
    for observed in (-4.0, 2.0, 7.5):
        z = (observed - 2.0) / 3.0
        density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        closed = 3.0 * (z * (2.0 * NormalDist().cdf(z) - 1.0) + 2.0 * density - 1.0 / math.sqrt(math.pi))
        assert crps(ensemble, observed) == pytest.approx(closed, rel=2e-3)


def test_a_single_value_scores_its_error_and_weights_of_nothing_do_not_count():
    assert crps(Ensemble.of(np.array([4.0])), 6.5) == pytest.approx(2.5)
    assert crps(Ensemble.of(np.array([4.0, 99.0]), np.array([1.0, 0.0])), 6.5) == pytest.approx(2.5)
    with pytest.raises(ValueError, match="weights"):
        Ensemble.of(np.array([1.0]), np.array([0.0]))


def test_intervals_and_pit_of_a_hundred_steps():
    ensemble = Ensemble.of(np.arange(1.0, 101.0))
    assert ensemble.interval(0.9) == (5.0, 95.0)
    assert covered(ensemble, 95.0, 0.9)
    assert not covered(ensemble, 96.0, 0.9)
    assert pit(ensemble, 50.5) == pytest.approx(0.5)
    assert pit(ensemble, 1.0) == pytest.approx(0.005)


@pytest.mark.parametrize(("misses", "n", "p"), [(0, 6, 1.0), (2, 2, 0.01), (1, 10, 1.0), (4, 10, 0.0127951984)])
def test_the_binomial_test_is_that_of_a_table(misses, n, p):
    assert binomial_test(misses, n) == pytest.approx(p, rel=1e-6)


def test_constant_growth_goes_on_as_in_the_last_five_years():
    series = years(10.0, 100.0, 110.0, 121.0, 133.1, 146.41, 161.051)
    assert recent_rate(series) == pytest.approx(math.log(1.1))
    forecast = fitted(Rule.GROWTH, series)
    assert forecast.median(quarter("2008Q4")) == pytest.approx(161.051 * 1.21)
    assert fitted(Rule.LAST, series).median(quarter("2020Q4")) == 161.051


def test_bands_come_from_the_errors_that_the_rule_made():
    series = years(100.0, 120.0, 108.0)
    steps = [math.log(1.2), math.log(0.9)]
    assert one_step_errors(series, Rule.LAST) == pytest.approx(steps)
    forecast = fitted(Rule.LAST, series)
    assert forecast.spread == pytest.approx(math.sqrt((steps[0] ** 2 + steps[1] ** 2) / 2))
    later = forecast.ensemble(quarter("2006Q4"))
    assert np.log(later.values).std() == pytest.approx(2.0 * forecast.spread, rel=0.03)  # four years: twice as wide
    assert later.quantile(0.5) == pytest.approx(108.0)
    assert fitted(Rule.GROWTH, series).spread == forecast.spread  # a single error of its own is not enough


def test_the_strong_rules_add_the_same_and_fade():
    series = years(100.0, 150.0, 200.0)
    assert fitted(Rule.AMOUNT, series).median(quarter("2006Q4")) == pytest.approx(400.0)
    assert fitted(Rule.AMOUNT, years(100.0, 10.0)).median(quarter("2020Q4")) == pytest.approx(1.0)  # no level falls below a tenth
    rate = math.log(2.0) / 2.0
    faded = rate * (0.9 + 0.81 + 0.729)
    assert fitted(Rule.DAMPED, series).median(quarter("2005Q4")) == pytest.approx(200.0 * math.exp(faded))
    assert fitted(Rule.GROWTH, series).median(quarter("2003Q4")) == pytest.approx(200.0 * math.exp(0.2))  # bounded


def test_a_rule_that_never_erred_or_has_one_value_is_a_point():
    assert len(fitted(Rule.GROWTH, years(7.0)).ensemble(quarter("2009Q4")).values) == 1
    assert fitted(Rule.LAST, years(5.0, 5.0)).ensemble(quarter("2009Q4")).values.tolist() == [5.0]


def test_levels_between_before_and_after_what_was_seen():
    series = Series(FIRMS, (quarter("2000Q4"), quarter("2004Q4")), (100.0, 400.0))
    assert level_at(series, quarter("2002Q4")).value == pytest.approx(200.0)
    assert level_at(series, quarter("2006Q4")).value == pytest.approx(550.0)
    assert level_at(series, quarter("1998Q4")).value == pytest.approx(50.0)
    assert level_at(series, quarter("2004Q4")).spread == 0.0
    assert level_at(series, quarter("2008Q4")).spread == pytest.approx(0.2)
