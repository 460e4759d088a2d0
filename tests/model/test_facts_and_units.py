"""Declared facts and the calendar: quantiles stay inside their bounds, every fact is complete, quarters count."""

from __future__ import annotations

import dataclasses
import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Assumption, Shape, fixed
from wutong.model.tables import TABLES
from wutong.model.units import NEVER, birthday, prob_of_rate, quarter, quarter_name, rate_of_yearly_prob, year_of

BOUNDS = st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3).map(sorted)
GRID = np.linspace(0.0, 1.0 - 2.0**-53, 101)


@settings(max_examples=40)
@given(BOUNDS, st.sampled_from(list(Shape)), st.sampled_from([0.0, 0.2]))
def test_quantiles_stay_inside_the_bounds_and_never_fall(bounds, shape, null_prob):
    low, default, high = bounds
    options = (low, default, default, high) if shape is Shape.CHOICE else ()
    values = Assumption(default, low, high, shape, null_prob, deviation=0.4, options=options).quantile(GRID)
    effective = values[null_prob <= GRID]
    assert (values[null_prob > GRID] == 0.0).all()
    assert (effective >= low * (1 - 1e-12)).all() and (effective <= high * (1 + 1e-12)).all()
    assert (np.diff(values) >= -1e-12 * high).all()


@pytest.mark.parametrize("shape", [Shape.UNIFORM, Shape.TRIANGULAR, Shape.LOG_UNIFORM])
def test_quantiles_reach_both_bounds(shape):
    values = Assumption(3.0, 1.0, 10.0, shape).quantile(np.array([0.0, 1.0 - 2.0**-53]))
    assert values == pytest.approx([1.0, 10.0], rel=1e-6)


MIDDLES = (np.arange(4000) + 0.5) / 4000


@pytest.mark.parametrize(("low", "high"), [(1.0, 9.0), (3.5, 9.0), (4.0, 5.0), (-100.0, 100.0)])
def test_a_normal_is_cut_off_at_its_bounds_and_keeps_its_shape_between_them(low, high):
    values = Assumption(4.0, low, high, Shape.NORMAL, deviation=1.5).quantile(MIDDLES)
    normal = NormalDist(4.0, 1.5)
    below, inside = normal.cdf(low), normal.cdf(high) - normal.cdf(low)
    mean = 4.0 + 1.5**2 * (normal.pdf(low) - normal.pdf(high)) / inside
    assert values.mean() == pytest.approx(mean, rel=1e-3)
    for point in np.linspace(max(low, 0.0), min(high, 8.0), 7):
        assert (values <= point).mean() == pytest.approx((normal.cdf(point) - below) / inside, abs=1e-3)


def test_a_lognormal_is_the_exponential_of_a_normal_cut_off_at_its_bounds():
    values = Assumption(2.0, 0.5, 6.0, Shape.LOGNORMAL, deviation=0.8).quantile(MIDDLES)
    logs = Assumption(np.log(2.0), np.log(0.5), np.log(6.0), Shape.NORMAL, deviation=0.8).quantile(MIDDLES)
    assert np.log(values) == pytest.approx(logs, rel=1e-12)


def test_a_choice_takes_each_option_equally_often_and_nothing_else():
    values = Assumption(0.0, 0.0, 7.0, Shape.CHOICE, options=(0.0, 2.0, 2.0, 7.0)).quantile(MIDDLES)
    assert {float(v): int((values == v).sum()) for v in np.unique(values)} == {0.0: 1000, 2.0: 2000, 7.0: 1000}


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": Shape.NORMAL},
        {"shape": Shape.LOGNORMAL, "deviation": 1.0, "low": 0.0},
        {"shape": Shape.CHOICE},
        {"shape": Shape.CHOICE, "options": (1.0, 2.0)},
    ],
)
def test_a_distribution_without_what_it_needs_is_refused(wrong):
    with pytest.raises(ValueError, match="needs"):
        Assumption(**{"default": 2.0, "low": 1.0, "high": 3.0, **wrong})


@pytest.mark.parametrize("shape", Shape)
def test_a_scaled_assumption_draws_scaled_values(shape):
    options = (1.0, 2.0, 4.0) if shape is Shape.CHOICE else ()
    given = Assumption(2.0, 1.0, 4.0, shape, deviation=0.7, options=options)
    assert given.scaled(3.0).quantile(GRID) == pytest.approx(3.0 * given.quantile(GRID), rel=1e-12)


def test_triangular_quantiles_have_their_mode_and_mean():
    spread = Assumption(3.0, 1.0, 10.0)
    assert spread.quantile(np.array([2.0 / 9.0]))[0] == pytest.approx(3.0)
    middle = (np.arange(4000) + 0.5) / 4000
    assert spread.quantile(middle).mean() == pytest.approx((1.0 + 3.0 + 10.0) / 3.0, rel=1e-4)


def test_the_null_takes_its_share_of_the_draws():
    values = Assumption(0.9, 0.2, 2.9, null_prob=0.2).quantile((np.arange(1000) + 0.5) / 1000)
    assert (values == 0.0).sum() == 200 and values[200:].min() >= 0.2
    assert fixed(0.7).quantile(GRID).tolist() == [0.7] * len(GRID)


@pytest.mark.parametrize("bounds", [(2.0, 3.0, 4.0), (5.0, 3.0, 4.0)])
def test_a_default_outside_its_bounds_is_refused(bounds):
    default, low, high = bounds
    with pytest.raises(ValueError, match="lies outside"):
        Assumption(default, low, high)
    with pytest.raises(ValueError, match="above 0"):
        Assumption(0.0, 0.0, 1.0, Shape.LOG_UNIFORM)


@pytest.mark.parametrize("fact", parameter_facts().values(), ids=lambda fact: fact.name)
def test_every_parameter_is_fully_declared(fact):
    assert fact.unit and fact.label.zh and fact.label.en and fact.assumption.source
    assert not fact.label.zh.isascii()
    assert np.isfinite([fact.assumption.low, fact.assumption.default, fact.assumption.high]).all()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_is_declared(table):
    for field in dataclasses.fields(table):
        assert field.metadata["unit"] and field.metadata["label"].zh and field.metadata["label"].en, field.name
        assert field.metadata["low"] <= field.metadata["high"]


@given(st.integers(1900 * 4, 2200 * 4))
def test_quarters_have_names_and_back(number):
    assert quarter(quarter_name(number)) == number
    assert quarter_name(number).startswith(str(year_of(number)))


@pytest.mark.parametrize("text", ["2022Q0", "2022Q5", "2022q3", "22Q3", "2022-Q3", " 2022Q3", "2022Q3\n", ""])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(ValueError, match="is not a quarter"):
        quarter(text)


def test_rates_become_probabilities_and_back():
    prob = np.array([0.0, 0.016, 0.5])
    assert prob_of_rate(rate_of_yearly_prob(prob), 1.0) == pytest.approx(prob)
    assert prob_of_rate(np.array([2.0]))[0] == pytest.approx(1.0 - math.exp(-0.5))
    assert quarter("2122Q1") < NEVER


def test_a_firm_has_a_birthday_every_fourth_quarter_from_the_first():
    seen = [[q for q in range(104, 113) if birthday(np.int16(born), q)] for born in (100, 101, 102, 103)]
    assert seen == [[105, 109], [106, 110], [107, 111], [104, 108, 112]]
