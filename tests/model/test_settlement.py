"""The settlement: who finds room, in which order, and that every row and link is where it should be afterwards."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.contract import Births, no_rows
from wutong.model.draws import Draws, child
from wutong.model.entities import Channel, read_only
from wutong.model.settlement import admit, choose_zone, free_floor, settle

FLOORS = st.lists(st.floats(0.0, 1e6), min_size=3, max_size=3)


def births(cells, channels, heads, own_plant=None):
    """Births with keys of their own in the given cells."""
    n = len(cells)
    return Births(
        key=child(np.full(n, 77, np.uint64), np.arange(n)),
        cell=np.array(cells, np.int64),
        channel=np.array(channels, np.int8),
        leads=no_rows(n).astype(np.int16),
        anchor=no_rows(n).astype(np.int16),
        lab=no_rows(n).astype(np.int16),
        round=np.zeros(n, np.int8),
        customer=no_rows(n),
        parent=no_rows(n),
        own_plant=np.array(own_plant if own_plant is not None else [False] * n, np.bool_),
        employees=np.array(heads, np.float64),
        quality=np.ones(n),
        outside_demand=np.array(heads, np.float64) * 0.01,
        ramp=np.ones(n),
    )


def tight(free_works: float, free_tower: float = 1e6, n: int = 2):
    """The toy park at its start with so much free floor [m2]."""
    _, state = worlds.start(worlds.plain(), n)
    floor = state.zones.occupied + np.array([free_works, free_tower, 1e12])
    return dataclasses.replace(state, quarter=worlds.FIRST, zones=dataclasses.replace(state.zones, floor=floor))


@settings(max_examples=60)
@given(FLOORS, st.lists(st.booleans(), min_size=3, max_size=3), st.floats(0.0, 1.0 - 2.0**-53))
def test_a_zone_is_chosen_only_where_it_houses_and_has_room(free, houses, u):
    own = np.array([*free, 1e12])[:, None]
    allowed = np.array([*houses, True])[:, None]
    zone = int(choose_zone(own, allowed, np.array([False]), np.array([u]))[0])
    open_zones = [z for z in range(3) if houses[z] and free[z] > 0.0]
    assert zone in open_zones if open_zones else zone == -1
    assert choose_zone(own, allowed, np.array([True]), np.array([u]))[0] == 3


def test_zones_are_chosen_in_proportion_to_their_free_floor():
    n = 20_000
    u = (np.arange(n) + 0.5) / n
    free = np.tile(np.array([[30.0], [10.0], [60.0], [1e12]]), n)
    houses = np.tile(np.array([[True], [True], [False], [True]]), n)
    zone = choose_zone(free, houses, np.zeros(n, np.bool_), u)
    assert np.bincount(zone, minlength=4).tolist() == [15_000, 5_000, 0, 0]


def test_the_queue_follows_the_channels_and_stops_at_the_last_square_metre():
    parts, metal = 1, 3
    state = tight(free_works=100.0)
    area = state.base.floor_per_head[0, parts]
    heads = 40.0 / area
    channels = [Channel.ATTRACTED, Channel.FIRM_SPIN_OFF, Channel.FOLLOWED, Channel.SCHEDULED]
    who = births([metal, parts, parts, parts], channels, [heads] * 4)
    site, order, n = admit(state, who, Draws(worlds.FIRST))
    assert n == 2 and set(order[:n].tolist()) == {2, 3}, "100 m2 hold two of 40, the first two channels"
    assert (np.diff(site[:n]) >= 0).all()
    later = tight(free_works=120.0)
    assert admit(later, who, Draws(worlds.FIRST))[2] == 3
    assert admit(tight(free_works=119.9), who, Draws(worlds.FIRST))[2] == 2, "areas are whole square metres"


def test_own_plants_need_no_room_and_full_zones_turn_everybody_away():
    state = tight(free_works=0.0, free_tower=0.0)
    who = births([1, 1, 2], [Channel.FOLLOWED] * 3, [50.0, 50.0, 5.0], [True, False, False])
    site, order, n = admit(state, who, Draws(worlds.FIRST))
    assert n == 1 and order[0] == 0
    assert site[0] % state.base.n_zones == state.base.n_zones - 1


def test_room_in_one_world_is_of_no_use_to_another():
    state = tight(free_works=100.0)
    floor = state.zones.floor.copy()
    floor[1, 0] = state.zones.occupied[1, 0]
    state = dataclasses.replace(state, zones=dataclasses.replace(state.zones, floor=floor))
    n = state.base.n_segments
    _, order, admitted = admit(state, births([1, 1 + n], [Channel.FOLLOWED] * 2, [1.0, 1.0]), Draws(worlds.FIRST))
    assert admitted == 1 and order[0] == 0


def test_the_dead_make_room():
    state = tight(free_works=0.0)
    metal = np.flatnonzero(worlds.cells_of(state.groups) == 3)
    dying = dataclasses.replace(state, deaths=metal[:2])
    freed = free_floor(dying) - free_floor(state)
    expected = (state.firms.employees[metal[:2]] * state.base.floor_per_head[0, 3]).sum()
    assert freed[0, 0] == pytest.approx(expected) and freed[1:].sum() == 0.0


def settled(state, who, deaths):
    return settle(
        dataclasses.replace(state, openings=(who,), arrivals=_nobody(), deaths=np.array(deaths, np.int64)), Draws(worlds.FIRST)
    )


def _nobody():
    from wutong.model.contract import arrivals

    return (arrivals(np.zeros(0, np.uint64), no_rows(0), Channel.ATTRACTED),)


@settings(max_examples=15)
@given(st.data())
def test_rows_and_links_survive_any_births_and_deaths(data):
    state = tight(free_works=1e6, n=3)
    n = len(state.firms.key)
    deaths = sorted(data.draw(st.sets(st.integers(0, n - 1), max_size=30)))
    cells = data.draw(st.lists(st.integers(0, state.n_cells - 1), max_size=12))
    customers = [data.draw(st.integers(-1, n - 1)) for _ in cells]
    who = dataclasses.replace(
        births(cells, [Channel.FOLLOWED] * len(cells), [5.0] * len(cells)), customer=np.array(customers, np.int64)
    )
    new, counted = settled(state, who, deaths)
    names = dict(enumerate(state.firms.key.tolist()))
    gone = {names[row] for row in deaths}
    firms = new.firms
    assert set(firms.key.tolist()) == (set(names.values()) - gone) | set(who.key.tolist())
    assert (np.diff(firms.site) >= 0).all()
    wanted = {names[r]: names.get(int(c)) for r, c in enumerate(state.firms.customer)}
    wanted |= {int(k): names.get(c) for k, c in zip(who.key, customers, strict=True)}
    for key, customer in zip(firms.key.tolist(), firms.customer.tolist(), strict=True):
        serves = wanted[key]
        assert customer == -1 if serves is None or serves in gone else int(firms.key[customer]) == serves
    assert counted.exits.sum() == len(deaths) and counted.opened[Channel.FOLLOWED].sum() == len(cells)
    own = {int(state.anchors.key[a]): names.get(int(f)) for a, f in enumerate(state.anchors.firm)}
    for key, firm in zip(new.anchors.key.tolist(), new.anchors.firm.tolist(), strict=True):
        assert firm == -1 if own[key] is None or own[key] in gone else int(firms.key[firm]) == own[key]


def test_the_last_firm_may_leave():
    state = tight(free_works=1e6, n=1)
    everybody = list(range(len(state.firms.key)))
    new, counted = settled(state, births([], [], []), everybody)
    assert len(new.firms.key) == 0 and new.cells.firms.sum() == 0
    assert counted.exits.sum() == len(everybody)
    assert (new.zones.occupied == 0.0).all()
    back, _ = settled(dataclasses.replace(new, quarter=worlds.FIRST), births([2], [Channel.ATTRACTED], [4.0]), [])
    assert back.cells.firms.sum() == 1


def test_staff_of_closed_firms_less_newcomers_is_released():
    state = tight(free_works=1e6)
    new, _ = settled(state, births([2], [Channel.ATTRACTED], [4.0]), [0])
    assert new.worlds.released[:, 0] == pytest.approx([state.firms.employees[0] - 4.0, 0.0])
    assert read_only(new.firms).employees.sum() == pytest.approx(state.firms.employees[1:].sum() + 4.0)
