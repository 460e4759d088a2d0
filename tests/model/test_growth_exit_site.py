"""Growth, exit and site: chance adds spread and no growth, hazards follow age and size, rent rises where floor runs short."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.compiled import compiled, engine
from wutong.model.rules import exit as exits
from wutong.model.rules.growth import grow, momentum, next_ramp, share_of
from wutong.model.rules.outside import move
from wutong.model.rules.site import Site, rent_index
from wutong.model.scenario import Plant
from wutong.model.schedule import begin_quarter
from wutong.model.start.drawn import floor_per_head
from wutong.model.tables import in_use
from wutong.model.units import rate_of_yearly_prob


# ── Growth ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def momenta(t, keys, firm, p, out):
    """A quarter's factor for each of some keys."""
    for i in range(len(keys)):
        firm[0].key = keys[i]
        out[i] = momentum(t, firm[0], p[0], 0.0)


def year_of_growth(n: int, employees: float, drift: float, spread: float = 0.45, exponent: float = 0.1):
    firm = worlds.table_of("firms", 1, employees=employees, born=8000).row
    names = ("young_growth", "old_growth", "shock_spread", "shock_exponent")
    p = np.array([(drift, drift, spread, exponent)], [(name, float) for name in names])
    out = np.empty(n)
    engine(momenta)(8091, worlds.keys(n, 9), firm, p.view(np.recarray), out)
    return out**4


@pytest.mark.parametrize(("employees", "drift"), [(1.0, 0.1), (50.0, 0.0), (2000.0, -0.05)])
def test_the_mean_of_a_firms_year_is_its_drift(employees, drift):
    n = 200_000
    year = year_of_growth(n, employees, drift)
    assert abs(year.mean() - np.exp(drift)) < 5.0 * year.std() / np.sqrt(n)
    spread = np.log(year).std()
    assert spread == pytest.approx(0.45 * employees**-0.1, rel=0.02)


def test_larger_firms_vary_less_and_no_spread_leaves_the_drift():
    spreads = [np.log(year_of_growth(500, size, 0.0)).std() for size in (0.2, 1.0, 900.0)]
    assert spreads[0] == spreads[1] > spreads[2] > 0.0
    assert year_of_growth(3, 7.0, 0.08, 0.0, 0.0) == pytest.approx(np.full(3, np.exp(0.08)))


def test_a_plant_ramps_from_ten_to_ninety_percent_in_three_years():
    path = [0.1]
    for _ in range(40):
        path.append(next_ramp(path[-1]))
    assert path[12] == pytest.approx(0.9, abs=1e-9)
    assert path[6] == pytest.approx(0.5, abs=1e-9)
    assert np.all(np.diff(path) >= 0.0) and 0.999 < path[-1] <= 1.0


@given(st.floats(-100.0, 100.0), st.floats(1e-6, 100.0))
def test_what_is_given_fits_the_room(room, wanted):
    share = share_of(room, wanted)
    assert 0.0 <= share <= 1.0
    assert share * wanted <= max(room, 0.0) * (1 + 1e-12)
    assert share_of(room, 0.0) in (0.0, 1.0)


def grown(park, **changes):
    """Firms of a plain toy park before and after growth in the first quarter, with other parameters."""
    world = worlds.started(worlds.without(worlds.plain(park), worlds.NO_SHOCKS), plain=True)[1]
    before = in_use(world.park.firms).copy()
    for name, value in changes.items():
        world.parameters.growth[name] = value
    levers, record = worlds.levers_in(world, worlds.FIRST), worlds.record_in(world, worlds.FIRST)
    begin_quarter(worlds.FIRST, 1, world.given.segment, world.park)
    worlds.call(move, worlds.FIRST, world.given, world.parameters.outside[0], world.park)
    worlds.call(grow, worlds.FIRST, world.given, world.parameters.growth[0], levers, world.park, record)
    return before, in_use(world.park.firms), world


def test_without_people_nobody_is_hired_but_those_who_leave_are():
    before, after, _ = grown(worlds.toy_park(), people=0.0)
    assert after.employees.sum() <= before.employees.sum() * (1 + 1e-12)
    assert (after.employees > before.employees).any(), "released staff finds work"
    _, ample, _ = grown(worlds.toy_park(), people=1e9)
    assert ample.employees.sum() > after.employees.sum()


def test_without_floor_nobody_is_hired():
    full = worlds.toy_park(anchors=(), occupancy=1.0)
    before, after, _ = grown(worlds.with_segments(full, growth=worlds.between(0.2, 0.3)))
    assert (after.employees <= before.employees * (1 + 1e-9)).all()


def test_suppliers_of_an_anchor_gain_twelve_percent_in_five_years():
    before, after, world = grown(worlds.toy_park())
    young = before.born >= worlds.FIRST - 20
    led = np.isin(before.customer, [firm for firm in in_use(world.park.anchors).firm if firm >= 0])
    assert (young & led).any() and (~young & led).any()
    gain = after.quality / before.quality
    assert gain[young & led] ** 20 == pytest.approx(np.full((young & led).sum(), 1.12))
    assert (gain[~(young & led)] == 1.0).all()


# ── Exit ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def hazard(age: int, employees: float, exponent: float, factor: float) -> float:
    p = worlds.parameters(exits.Exit, size_exponent=exponent, park_factor=factor)
    return exits.hazard(8000 + 4 * age, SimpleNamespace(born=8000, employees=employees), p)


def test_hazards_by_year_of_life_are_those_observed():
    yearly = [hazard(age, exits.MEAN_SIZE, -0.15, 1.0) for age in (0, 1, 2, 3, 6, 7, 9, 10, 40)]
    assert yearly == pytest.approx(rate_of_yearly_prob(np.array([1.6, 6.3, 9.5, 8, 8, 6.5, 6.5, 5, 5]) / 100))


@settings(max_examples=30)
@given(st.integers(0, 60), st.floats(0.0, 1e5), st.floats(-0.25, -0.05), st.floats(1.0, 2.5))
def test_larger_firms_leave_less_and_a_worse_park_loses_more(age, size, exponent, factor):
    assert hazard(age, size, exponent, factor) >= hazard(age, size + 10.0, exponent, factor) > 0.0
    assert hazard(age, size, exponent, factor) == pytest.approx(factor * hazard(age, size, exponent, 1.0))


def test_survival_of_a_cohort_is_the_product_of_its_years():
    """Of newborn firms in a park that only loses, against the published yearly probabilities, within four errors."""
    segments = worlds.with_segments(worlds.toy_park(anchors=()), entry=worlds.fixed(0.0))
    quiet = worlds.without(worlds.plain(segments, 20), worlds.NO_SHOCKS, worlds.NO_AGE_EFFECT)
    alive = np.zeros(21)
    for world in worlds.started(worlds.without(quiet, {"exit.park_factor": 1.0, "exit.size_exponent": 0.0}), 60):
        in_use(world.park.firms).born = worlds.START
        alive += [(in_use(park.firms).born == worlds.START).sum() for park in worlds.by_quarter(world, 20)]
    for year, expected in enumerate(np.cumprod(1.0 - np.array([0.016, 0.063, 0.095, 0.08, 0.08])), start=1):
        seen = alive[4 * year] / alive[0]
        assert abs(seen - expected) < 4.0 * np.sqrt(expected * (1 - expected) / alive[0])


# ── Site ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_rent_rises_above_eighty_five_percent_only():
    p = worlds.parameters(Site, rent_slope=2.0)
    rent = [rent_index(used, p) for used in (0.0, 0.5, 0.85, 0.95, 1.0)]
    assert rent == pytest.approx([1.0, 1.0, 1.0, 1.2, 1.3])


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


def test_a_zone_without_floor_has_the_usual_rent_and_stays_without():
    park = worlds.toy_park()
    bare = tuple(dataclasses.replace(zone, occupancy=None, floor=worlds.fixed(0.0)) for zone in park.zones)
    empty = dataclasses.replace(park, zones=bare, anchors=())
    world = worlds.begun(worlds.plain(worlds.with_segments(empty, firms=worlds.fixed(0.0), staff=worlds.fixed(0.0)), 2))
    world.advance(worlds.START + 2)
    assert (world.park.zones.floor[:2] == 0.0).all() and (world.park.zones.rent == 1.0).all()
