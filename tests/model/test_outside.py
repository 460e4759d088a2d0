"""The world outside: trends that slow down, swings that last, and both by their formulas."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import worlds
from wutong.model import keyed
from wutong.model.draws import Purpose
from wutong.model.rules.outside import move, trend
from wutong.model.units import QUARTERS_PER_YEAR


@given(st.floats(-0.3, 0.5), st.floats(0.0, 3.0), st.floats(0.0, 60.0))
def test_a_power_of_the_level_rises_by_as_much_every_year(rate, slowing, years):
    half, whole = (worlds.call(trend, rate, slowing, y) for y in (0.5 * years, years))
    if abs(rate) * slowing < 1e-6:
        assert whole == pytest.approx(rate * years, abs=1e-3)
        return
    sign = np.sign(rate)
    risen = [np.expm1(sign * slowing * log) for log in (half, whole)]
    assert risen[1] == pytest.approx(2.0 * risen[0], rel=1e-6, abs=1e-9)
    assert abs(whole) <= abs(rate) * years + 1e-12


@pytest.mark.parametrize(("rate", "slowing"), [(0.12, 0.7), (0.05, 2.0), (0.1, 0.0)])
def test_growth_that_has_slowed_down_goes_on_as_if_it_had_begun_there(rate, slowing):
    later = rate / (1.0 + slowing * rate * 8.0)
    both = worlds.call(trend, rate, slowing, 8.0) + worlds.call(trend, later, slowing, 5.0)
    assert both == pytest.approx(worlds.call(trend, rate, slowing, 13.0))


def moved(world, quarters, **p):
    """Swings of the park, of the first segment and of its pool, year by year, and the drift and pool of every quarter."""
    parameters = world.parameters.outside[0]
    for name, value in p.items():
        parameters[name] = value
    years, quarterly = [], []
    for t in range(worlds.FIRST, worlds.FIRST + quarters):
        worlds.call(move, t, world.given, parameters, world.park)
        cell = world.park.cells[0]
        quarterly.append((float(cell.drift), float(cell.pool)))
        if (t - worlds.FIRST) % QUARTERS_PER_YEAR == 0:
            years.append((float(world.park.world[0].swing), float(cell.swing), float(cell.pool_swing)))
    return np.array(years), np.array(quarterly)


def test_a_part_of_a_swing_lasts_to_the_next_year_and_its_spread_stays():
    world = worlds.begun(worlds.plain())
    years, _ = moved(world, 4 * 3000, memory=0.6, common_spread=0.1, segment_spread=0.05, slowing=0.0)
    assert years.std(axis=0) == pytest.approx([0.1, 0.05, 1.0], rel=0.06)
    for column, spread in zip(years.T, (0.1, 0.05, 1.0), strict=True):
        assert abs(column.mean()) < 4.0 * spread * np.sqrt((1.0 + 0.6) / (1.0 - 0.6) / len(column)), (
            "growth is the middle world's"
        )
        assert np.corrcoef(column[1:], column[:-1])[0, 1] == pytest.approx(0.6, abs=0.06)
    assert abs(np.corrcoef(years.T)[0, 1]) < 0.1, "the park and its segments swing by themselves"


def test_drift_and_pool_are_those_of_the_description():
    world = worlds.begun(worlds.plain())
    segment, p = world.given.segment[0], world.parameters.outside[0]
    segment.growth, segment.pool_trend = 0.08, -0.1
    _, quarterly = moved(world, 1, slowing=0.5, common_spread=0.1, segment_spread=0.2, pool_spread=0.3)
    t, cell = worlds.FIRST, world.park.cells[0]
    with np.errstate(over="ignore"):
        w = 0.1 * keyed.normal(world.park.world[0].key, Purpose.COMMON_SHOCK, t)
        z = 0.2 * keyed.normal(cell.key, Purpose.SEGMENT_SHOCK, t)
        q = keyed.normal(cell.key, Purpose.POOL_SHOCK, t)
    assert np.log(quarterly[0, 0]) == pytest.approx(np.log1p(0.5 * 0.08 * 0.25) / 0.5 + (w + z) * 0.25)
    assert np.log(quarterly[0, 1]) == pytest.approx(-np.log1p(0.5 * 0.1 * 0.25) / 0.5 + 0.3 * q - 0.045)
    assert p.slowing == 0.5


def test_the_pool_has_mean_one_where_it_has_no_trend():
    world = worlds.begun(worlds.plain())
    _, quarterly = moved(world, 4 * 4000, memory=0.0, slowing=0.0, pool_spread=0.25)
    assert quarterly[::4, 1].mean() == pytest.approx(1.0, abs=0.02)
