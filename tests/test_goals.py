"""Goals: probabilities, dates that a run does not cover, bands, pairs."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import synthetic
from hypothesis import given
from hypothesis import strategies as st

from wutong.experiments import goals, intervals
from wutong.model.scenario import Basis
from wutong.model.units import NEVER, quarter

TARGETS = {t.key: t for t in synthetic.targets()}


@given(st.integers(0, 200), st.integers(0, 200))
def test_interval_holds_the_share_and_never_claims_certainty(count, more):
    n = count + more
    share = goals.wilson(count, n)
    assert 0.0 <= share.low <= share.high <= 1.0
    if n:
        assert share.low <= share.value <= share.high
        assert share.high - share.low > 0.0


def test_interval_matches_published_values():
    share = goals.wilson(0, 100)  # z² / (n + z²)
    assert share.low == 0.0
    assert share.high == pytest.approx(2.7055 / 102.7055, abs=1e-5)
    assert goals.wilson(100, 100).low == pytest.approx(1 - share.high)


def test_a_year_is_the_mean_of_its_four_rates_and_the_sum_of_its_flows():
    history = synthetic.history(n_worlds=5)
    year = 4 * 2025 - synthetic.START
    revenue = goals.attainment(history, TARGETS["software_revenue_2025"])
    assert revenue.values == pytest.approx(history.total("revenue", synthetic.SOFTWARE)[year : year + 4].mean(axis=0))
    exits = dataclasses.replace(TARGETS["software_firms_2025"], measure="exits", basis=Basis.YEAR)
    assert goals.attainment(history, exits).values == pytest.approx(
        history.total("exits", synthetic.SOFTWARE)[year : year + 4].sum(axis=0)
    )
    years, yearly = history.yearly("revenue", synthetic.SOFTWARE)
    assert revenue.values == pytest.approx(yearly[years.index(2025)])


def test_a_level_is_read_at_the_end_of_its_quarter():
    history = synthetic.history(n_worlds=5)
    target = TARGETS["software_firms_2025"]
    expected = history.total("firms", synthetic.SOFTWARE)[target.by - history.start]
    assert goals.attainment(history, target).values == pytest.approx(expected)


@pytest.mark.parametrize("by", ["2031Q1", "2035Q4", "2022Q2"])
def test_a_date_outside_the_run_is_not_judged(by):
    target = dataclasses.replace(TARGETS["software_firms_2025"], by=quarter(by), at_least=1.0)
    result = goals.attainment(synthetic.history(n_worlds=5), target)
    assert not result.judged
    assert result.share == goals.Share(0, 0, 0.0, 1.0)
    assert math.isnan(result.shortfall)
    assert math.isnan(result.share.value)


def test_a_year_that_began_before_the_run_is_not_judged():
    target = dataclasses.replace(TARGETS["software_revenue_2025"], by=quarter("2022Q4"), at_least=0.0)
    assert not goals.attainment(synthetic.history(n_worlds=3), target).judged
    short = synthetic.history(n_worlds=3, end=quarter("2023Q1"))
    assert not goals.attainment(short, TARGETS["software_revenue_2025"]).judged


def test_first_quarter_reached_is_the_first_and_never_is_never():
    history = synthetic.history(n_worlds=50)
    target = dataclasses.replace(TARGETS["software_firms_2025"], at_least=600.0)
    result = goals.attainment(history, target)
    series = history.total("firms", synthetic.SOFTWARE)
    for world in range(50):
        hit = np.flatnonzero(series[:, world] >= 600.0)
        assert result.first[world] == (history.start + hit[0] if hit.size else NEVER)
    assert goals.attainment(history, dataclasses.replace(target, at_least=1e9)).median_first == NEVER


def test_joint_needs_all_in_one_world_and_leaves_out_what_is_not_judged():
    history = synthetic.history(n_worlds=60)
    results = [goals.attainment(history, t) for t in synthetic.targets()]
    both = goals.joint([r for r in results if r.target.key in ("connected_2027", "leading_2030", "isotope_2035")])
    expected = (results[3].attained & results[6].attained).sum()
    assert (both.count, both.n) == (expected, 60)
    assert goals.joint([r for r in results if not r.judged]).n == 0


def test_most_missing_is_relative_and_none_when_all_suffice():
    history = synthetic.history(n_worlds=30)
    results = [goals.attainment(history, t) for t in synthetic.targets()]
    assert goals.most_missing(results).target.key == "software_revenue_2025"
    assert goals.most_missing([r for r in results if r.target.key == "connected_2027"]) is None


def test_bands_hold_all_worlds_and_order_the_chances():
    history = synthetic.history(n_worlds=90)
    result = goals.attainment(history, dataclasses.replace(TARGETS["software_firms_2025"], at_least=480.0))
    bands = goals.by_band(result, result.values)
    assert [b.share.n for b in bands] == [30, 30, 30]
    assert bands[0].share.value <= bands[1].share.value <= bands[2].share.value
    assert len(goals.by_band(result, np.zeros(90))) == 1


def test_gain_pairs_by_replication_not_by_position():
    base, other = synthetic.history(n_worlds=40), synthetic.history("recruit", 40, 0.05)
    backwards = dataclasses.replace(other, cases=other.cases[::-1], values={k: v[:, ::-1] for k, v in other.values.items()})
    target = TARGETS["software_firms_2025"]
    assert goals.gain(base, backwards, target) == goals.gain(base, other, target)
    assert goals.gain(base, other, target).told_apart


def test_fewer_than_two_pairs_tell_nothing_apart_and_doubles_are_refused():
    base, other = synthetic.history(n_worlds=1), synthetic.history("recruit", 1, 0.05)
    nothing = goals.gain(base, other, TARGETS["software_firms_2025"])
    assert nothing.n == 0
    assert not nothing.told_apart
    doubled = dataclasses.replace(base, cases=base.cases * 2)
    with pytest.raises(ValueError, match="twice"):
        goals.pairs(doubled, other)


@pytest.mark.parametrize(("freedom", "expected"), [(1, 6.3138), (2, 2.9200), (3, 2.3534), (9, 1.8331), (99, 1.6604)])
def test_student_quantile(freedom, expected):
    assert intervals.student_quantile(0.95, freedom) == pytest.approx(expected, rel=5e-3)
