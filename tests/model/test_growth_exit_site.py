"""Growth, exit and site: chance adds spread and no growth, hazards follow age and size, rent rises where floor runs short."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.draws import Draws, Purpose, child
from wutong.model.rules import exit as exits
from wutong.model.rules import growth, site
from wutong.model.rules.growth import common_shock, mean_correction, momentum, next_ramp, share_of
from wutong.model.rules.site import Site, floor_per_head, rent_index
from wutong.model.scenario import Plant
from wutong.model.units import rate_of_yearly_prob


# ── Growth ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("employees", "drift"), [(1.0, 0.1), (50.0, 0.0), (2000.0, -0.05)])
def test_the_mean_of_a_firms_year_is_its_drift(employees, drift):
    n = 200_000
    keys = child(np.full(n, 9, np.uint64), np.arange(n))
    shock = Draws(8091).laplace(keys, Purpose.GROWTH, np.ones(n))
    sizes = np.full(n, employees)
    year = momentum(sizes, np.full(n, drift), shock, np.full(n, 0.45), np.full(n, 0.1)) ** 4
    assert abs(year.mean() - np.exp(drift)) < 5.0 * year.std() / np.sqrt(n)
    spread = np.log(year).std()
    assert spread == pytest.approx(0.45 * employees**-0.1, rel=0.02)


def test_larger_firms_vary_less_and_no_spread_leaves_the_drift():
    zeros = np.zeros(3)
    sizes = np.array([0.2, 1.0, 900.0])
    up = momentum(sizes, zeros, np.ones(3), np.full(3, 0.45), np.full(3, 0.1))
    assert up[0] == up[1] > up[2] > 1.0
    assert momentum(sizes, np.full(3, 0.08), np.ones(3), zeros, zeros) == pytest.approx(np.full(3, np.exp(0.02)))


def test_a_plant_ramps_from_ten_to_ninety_percent_in_three_years():
    ramp = np.array([0.1])
    path = [0.1]
    for _ in range(40):
        ramp = next_ramp(ramp)
        path.append(float(ramp[0]))
    assert path[12] == pytest.approx(0.9, abs=1e-9)
    assert path[6] == pytest.approx(0.5, abs=1e-9)
    assert np.all(np.diff(path) >= 0.0) and 0.999 < path[-1] <= 1.0


def test_the_common_shock_leaves_the_mean_level_alone():
    n, years, spread = 100_000, 8, 0.12
    keys = child(np.full(n, 4, np.uint64), np.arange(n))[:, None]
    shock, level = np.zeros((n, 1)), np.zeros((n, 1))
    for year in range(years):
        shock = common_shock(shock, Draws(8091 + 4 * year).normal(keys, Purpose.SEGMENT_SHOCK), np.full((1, 1), spread))
        level = level + shock - mean_correction(year) * spread**2
        mean = np.exp(level)
        assert abs(mean.mean() - 1.0) < 5.0 * mean.std() / np.sqrt(n)
    assert shock.std() == pytest.approx(spread / np.sqrt(1.0 - 0.25), rel=0.02)


def test_common_shocks_add_no_growth_to_the_park():
    """Outside demand of 400 worlds after three years of strong common shocks: on average where it was."""
    flat = worlds.with_segments(worlds.toy_park(anchors=()), growth=worlds.fixed(0.0), entry=worlds.fixed(0.0))
    calm = worlds.without(worlds.plain(flat, 12), worlds.NO_SHOCKS, worlds.NO_AGE_EFFECT, worlds.NO_EXIT)
    batch, state = worlds.start(worlds.without(calm, {"growth.segment_spread": 0.15, "growth.spillover": 0.0}), 400)
    first = state.groups.sum_by_cell(state.firms.outside_demand * (state.firms.channel == 0))
    for _ in range(12):
        _, state, _ = worlds.step(batch, state)
    grown = state.groups.sum_by_cell(state.firms.outside_demand * (state.firms.channel == 0)) / first
    assert np.log(grown).std() > 0.3
    assert abs(grown.mean() - 1.0) < 4.0 * grown.std() / np.sqrt(grown.size)


@given(st.floats(-100.0, 100.0), st.floats(1e-6, 100.0))
def test_what_is_given_fits_the_room(room, wanted):
    share = share_of(np.array([room]), np.array([wanted]))[0]
    assert 0.0 <= share <= 1.0
    assert share * wanted <= max(room, 0.0) * (1 + 1e-12)
    assert share_of(np.array([room]), np.array([0.0]))[0] in (0.0, 1.0)


def grown(park, **changes):
    """Columns that growth writes in the first quarter of a plain toy park with other parameters."""
    batch, state = worlds.start(worlds.without(worlds.plain(park), worlds.NO_SHOCKS), 2)
    p = dataclasses.replace(batch.parameters["growth"], **{n: np.full((2, 1), v) for n, v in changes.items()})
    state = dataclasses.replace(state, quarter=worlds.FIRST)
    return state, growth.RULE.apply(state, p, Draws(worlds.FIRST)).columns


def test_without_people_nobody_is_hired_but_those_who_leave_are():
    state, new = grown(worlds.toy_park(), people=0.0)
    assert new["firms.employees"].sum() <= state.firms.employees.sum() * (1 + 1e-12)
    assert (new["firms.employees"] > state.firms.employees).any(), "released staff finds work"
    _, ample = grown(worlds.toy_park(), people=1e9)
    assert ample["firms.employees"].sum() > new["firms.employees"].sum()


def test_without_floor_nobody_is_hired():
    full = worlds.toy_park(anchors=(), occupancy=1.0)
    state, new = grown(worlds.with_segments(full, growth=worlds.between(0.2, 0.3)))
    assert (new["firms.employees"] <= state.firms.employees * (1 + 1e-9)).all()


def test_suppliers_of_an_anchor_gain_twelve_percent_in_five_years():
    batch, state = worlds.start(worlds.plain(), 1)
    state = dataclasses.replace(state, quarter=worlds.FIRST)
    young = state.firms.born >= worlds.FIRST - 20
    led = np.isin(state.firms.customer, state.anchors.firm[state.anchors.firm >= 0])
    assert (young & led).any() and (~young & led).any()
    gain = (
        growth.RULE.apply(state, batch.parameters["growth"], Draws(worlds.FIRST)).columns["firms.quality"] / state.firms.quality
    )
    assert gain[young & led] ** 20 == pytest.approx(np.full((young & led).sum(), 1.12))
    assert (gain[~(young & led)] == 1.0).all()


# ── Exit ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_hazards_by_year_of_life_are_those_observed():
    ages = np.array([0, 1, 2, 3, 6, 7, 9, 10, 40])
    size = np.full(len(ages), exits.MEAN_SIZE)
    yearly = exits.hazard(ages, size, np.full(len(ages), -0.15), np.ones(len(ages)))
    assert yearly == pytest.approx(rate_of_yearly_prob(np.array([1.6, 6.3, 9.5, 8, 8, 6.5, 6.5, 5, 5]) / 100))


@settings(max_examples=30)
@given(st.integers(0, 60), st.floats(0.0, 1e5), st.floats(-0.25, -0.05), st.floats(1.0, 2.5))
def test_larger_firms_leave_less_and_a_worse_park_loses_more(age, size, exponent, factor):
    def one(employees: float, park: float) -> float:
        return float(exits.hazard(np.array([age]), np.array([employees]), np.array([exponent]), np.array([park]))[0])

    assert one(size, factor) >= one(size + 10.0, factor) > 0.0
    assert one(size, factor) == pytest.approx(factor * one(size, 1.0))


def test_survival_of_a_cohort_is_the_product_of_its_years():
    """Of newborn firms in a park that only loses, against the published yearly probabilities, within four errors."""
    segments = worlds.with_segments(worlds.toy_park(anchors=()), entry=worlds.fixed(0.0))
    quiet = worlds.without(worlds.plain(segments, 20), worlds.NO_SHOCKS, worlds.NO_AGE_EFFECT)
    quiet = worlds.without(quiet, {"exit.park_factor": 1.0, "exit.size_exponent": 0.0})
    batch, state = worlds.start(quiet, 60)
    everyone = np.full(len(state.firms.key), worlds.START, np.int16)
    state = dataclasses.replace(state, firms=dataclasses.replace(state.firms, born=everyone))
    alive = np.array([state.cells.firms.sum()] + [0] * 20)
    for n in range(20):
        _, state, _ = worlds.step(batch, state)
        still = np.isin(state.firms.born, worlds.START)
        alive[n + 1] = still.sum()
    for year, expected in enumerate(np.cumprod(1.0 - np.array([0.016, 0.063, 0.095, 0.08, 0.08])), start=1):
        seen = alive[4 * year] / alive[0]
        assert abs(seen - expected) < 4.0 * np.sqrt(expected * (1 - expected) / alive[0])


# ── Site ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_rent_rises_above_eighty_five_percent_only():
    occupied, floor = np.array([[0.0, 50.0, 85.0, 95.0, 100.0, 0.0]]), np.array([[100.0, 100.0, 100.0, 100.0, 100.0, 0.0]])
    rent = rent_index(occupied, floor, np.full((1, 1), 2.0))
    assert rent[0] == pytest.approx([1.0, 1.0, 1.0, 1.2, 1.3, 1.0])


def test_floor_a_head_follows_the_kind_of_building():
    p = Site(plant_area=np.array([[30.0], [20.0]]))
    kinds = list(Plant)
    area = floor_per_head(p, np.array([kinds.index(k) for k in (Plant.FAB, Plant.OFFICE, Plant.PLANT)]), 2)
    assert area.tolist() == [[80.0, 14.0, 30.0], [80.0, 14.0, 20.0]]


def test_floor_under_way_is_ready_in_its_quarter_whatever_the_policy():
    park = worlds.toy_park()
    tower = dataclasses.replace(park.zones[1], additions=((worlds.START + 3, 5000.0), (worlds.START + 5, 1000.0)))
    plan = worlds.plain(dataclasses.replace(park, zones=(park.zones[0], tower)), 6)
    history = worlds.run(worlds.without(plan, worlds.NO_BUILDING))
    added = np.diff(history.values["floor"], axis=0)
    assert added[:, :, 0] == pytest.approx(np.zeros((6, 2)))
    assert added[:, 0, 1] == pytest.approx([0.0, 0.0, 5000.0, 0.0, 1000.0, 0.0])
    assert site.RULE.writes == {"zones.floor", "zones.rent"}
