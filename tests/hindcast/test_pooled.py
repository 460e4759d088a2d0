"""The pooled fit: its rule is the model's, its swings are those of theory, and a known truth is found; a park without a file."""

import csv
import math

import numpy as np
import pytest

from wutong.experiments.errors import BadInputError
from wutong.experiments.hindcast.bare import Value, bare_scenario
from wutong.experiments.pooled.fit import MEAN, NAMES, sampled, shared_of
from wutong.experiments.pooled.frozen import COUNTRIES, Training, measure_of, training, year_of
from wutong.experiments.pooled.likelihood import log_likelihood, risen, swing_covariance
from wutong.experiments.pooled.priors import RANGES, any_park, entry_share
from wutong.model.rules.outside import trend
from wutong.model.units import quarter


@pytest.mark.parametrize(("rate", "slowing"), [(0.1, 0.7), (-0.04, 1.5), (0.08, 0.0)])
def test_the_fit_slows_down_as_the_model_does(rate, slowing):
    years = np.array([0.0, 0.25, 3.0, 20.0])
    expected = [trend(rate, slowing, float(y)) for y in years]
    assert risen(np.float64(rate), np.float64(slowing), years) == pytest.approx(expected)


def test_swings_that_are_summed_vary_as_theory_says():
    """Against the double sum over a fine grid of a rate whose correlation fades evenly."""
    memory, spread, step = 0.6, 0.08, 0.02
    years = np.array([1.0, 2.5])
    at = (np.arange(int(years[-1] / step)) + 0.5) * step
    rates = spread**2 * np.exp(math.log(memory) * np.abs(at[:, None] - at[None, :]))
    summed = [[rates[np.ix_(at < a, at < b)].sum() * step * step for b in years] for a in years]
    assert swing_covariance(years, memory, spread) == pytest.approx(np.array(summed), rel=1e-3)


def made_up(growth: float, number: int) -> Training:
    """A series of one more country that grows evenly but for small swings."""
    random = np.random.default_rng([number, 3])
    years = np.arange(2000.0, 2012.0)
    logs = 5.0 + growth * (years - years[0]) + 0.01 * random.standard_normal(len(years)).cumsum()
    return Training(f"park {number}", f"country {number}", "employees", years, logs, np.zeros(len(years)))


def test_a_known_growth_is_found():
    series = [made_up(0.10, n) for n in range(8)]
    draws = sampled(series, steps=900)
    own = draws[:, NAMES.index("employees")]
    assert np.quantile(own, 0.05) < 0.10 < np.quantile(own, 0.95)
    assert np.quantile(own, 0.95) - np.quantile(own, 0.05) < 0.1, "eight parks narrow it"
    away = MEAN.copy()
    away[NAMES.index("employees")] = -0.05
    assert log_likelihood(series, shared_of(own_middle(draws))) > log_likelihood(series, shared_of(away)) + 10.0


def own_middle(draws):
    return np.median(draws, axis=0)


def test_the_list_reads_each_park_in_one_scope():
    assert {s.place for s in training()} == set(COUNTRIES)
    assert all((np.diff(s.years) > 0.0).all() and len(s.years) == len(s.logs) for s in training())
    assert measure_of("firms or entities (registered)", "firms") is None
    assert measure_of("employees (lower bound)", "persons") is None
    assert measure_of("software exports (fiscal year to March)", "1e7 INR") is None
    assert measure_of("employees (62,000 less 10,000)", "persons") == "employees"
    assert (year_of("2004"), year_of("2004-06"), year_of("1980s")) == (2005.0, 2004.5, None)


def test_the_shipped_ranges_are_read_and_the_entry_is_that_of_the_list():
    rows = {row["quantity"]: row for row in csv.DictReader(RANGES.read_text(encoding="utf-8").splitlines())}
    middle, spread = entry_share()
    assert (rows["entry_share"]["middle"], rows["entry_share"]["spread"]) == (f"{middle:.4g}", f"{spread:.4g}")
    assert any_park().entry.default == pytest.approx(middle, rel=1e-3)
    assert 0.0 <= any_park().slowing.low < any_park().slowing.default < any_park().slowing.high


def test_a_bare_park_knows_nothing_after_its_cut_off():
    def values(later: float) -> list[Value]:
        seen = [Value("firms", quarter("2005Q4"), 50.0), Value("employees", quarter("2005Q4"), 900.0)]
        return [*seen, Value("firms", quarter("2009Q4"), later), Value("revenue", quarter("2009Q4"), later)]

    one, other = (bare_scenario("x", values(later), quarter("2006Q4")) for later in (70.0, 7000.0))
    assert one.park.segments == other.park.segments and one.park.zones == other.park.zones
    assert one.park.segments[0].firms.default == 50.0 and one.park.segments[0].staff.default == 900.0
    with pytest.raises(BadInputError, match="no number of firms"):
        bare_scenario("x", values(70.0), quarter("2004Q4"))
