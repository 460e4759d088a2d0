"""The settlement: who finds room, in which order, and that every row and link is where it should be afterwards."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.codes import Channel
from wutong.model.settlement import admit, choose_zone, free_floor, remove, settle
from wutong.model.tables import NONE, in_use

FLOORS = st.lists(st.floats(0.0, 1e6), min_size=3, max_size=3)
PARTS, FLEET, METAL = 1, 2, 3


def births(segments, channels, heads, own_plant=False, customer=NONE):
    """A table of births with keys of their own in the given segments."""
    n = len(segments)
    return worlds.table_of(
        "births", n, key=worlds.keys(n), segment=segments, channel=channels, leads=NONE, anchor=NONE, lab=NONE,
        customer=customer, parent=NONE, own_plant=own_plant, employees=heads, quality=1.0,
        outside_demand=0.01 * np.array(heads), ramp=1.0,
    )  # fmt: skip


@functools.cache
def at_start():
    return worlds.begun(worlds.plain())


def tight(free_works: float, free_tower: float = 1e6):
    """The toy park at its start with so much free floor [m2], and a hair more for rounding."""
    world = worlds.branched(at_start())
    world.park.zones.floor[:] = world.park.zones.occupied + np.array([free_works, free_tower, 1e12]) + 1e-6
    return world


def admitted(world, who) -> list[int]:
    """Who of those that ask finds room."""
    park = world.park._replace(births=who)
    worlds.call(admit, worlds.FIRST, world.given, park, worlds.record_in(world, worlds.FIRST).segment)
    return np.flatnonzero(in_use(who).admitted).tolist()


@settings(max_examples=60)
@given(FLOORS, st.lists(st.booleans(), min_size=3, max_size=3), st.floats(0.0, 1.0 - 2.0**-53))
def test_a_zone_is_chosen_only_where_it_houses_and_has_room(free, houses, u):
    zone = choose_zone(np.array([*free, 1e12]), np.array([*houses, True]), u)
    open_zones = [z for z in range(3) if houses[z] and free[z] > 0.0]
    assert zone in open_zones if open_zones else zone == NONE


def test_zones_are_chosen_in_proportion_to_their_free_floor():
    n = 20_000
    free, houses = np.array([30.0, 10.0, 60.0, 1e12]), np.array([True, True, False, True])
    zones = [choose_zone(free, houses, u) for u in (np.arange(n) + 0.5) / n]
    assert np.bincount(zones, minlength=4).tolist() == [15_000, 5_000, 0, 0]


def test_the_queue_follows_the_channels_and_stops_at_the_last_square_metre():
    world = tight(free_works=100.0)
    heads = 40.0 / world.given.segment[PARTS].floor_per_head
    channels = [Channel.ATTRACTED, Channel.FIRM_SPIN_OFF, Channel.FOLLOWED, Channel.SCHEDULED]
    who = births([METAL, PARTS, PARTS, PARTS], channels, [heads] * 4)
    assert admitted(world, who) == [2, 3], "100 m2 hold two of 40, the first two channels"
    assert admitted(tight(free_works=120.0), who) == [1, 2, 3]
    assert admitted(tight(free_works=119.9), who) == [2, 3], "areas are whole square metres"


def test_own_plants_need_no_room_and_full_zones_turn_everybody_away():
    world = tight(free_works=0.0, free_tower=0.0)
    who = births([PARTS, PARTS, FLEET], [Channel.FOLLOWED] * 3, [50.0, 50.0, 5.0], [True, False, False])
    assert admitted(world, who) == [0]
    assert who.row[0].zone == world.given.n_zones - 1
    assert worlds.record_in(world, worlds.FIRST).segment.turned_away.tolist() == [0, 1, 1, 0, 0]


def test_room_in_one_zone_is_of_no_use_to_another():
    who = births([PARTS, FLEET], [Channel.FOLLOWED] * 2, [1.0, 1.0])
    assert admitted(tight(free_works=100.0, free_tower=0.0), who) == [0]
    assert admitted(tight(free_works=0.0, free_tower=100.0), who) == [1]


def test_the_dead_make_room():
    world = tight(free_works=0.0)
    park, segments = world.park, world.given.segment
    firms = in_use(park.firms)
    metal = np.flatnonzero(firms.segment == METAL)[:2]
    firms.closes[metal] = True
    expected = (firms.employees[metal] * segments[METAL].floor_per_head).sum()
    before = free_floor(segments, park.firms, park.zones)
    remove(park.firms, park.left, worlds.record_in(world, worlds.FIRST).segment)
    freed = free_floor(segments, park.firms, park.zones) - before
    assert freed[0] == pytest.approx(expected) and freed[1] == pytest.approx(0.0, abs=1e-6)
    big = expected / segments[PARTS].floor_per_head
    assert admitted(world, births([PARTS], [Channel.FOLLOWED], [0.99 * big])) == [0]


def settled(world, who, deaths):
    """What was recorded of the first quarter's settlement, in which some ask to open and some leave."""
    in_use(world.park.firms).closes[deaths] = True
    world.park.left.n[0] = 0
    world.park = world.park._replace(births=who)
    record = worlds.record_in(world, worlds.FIRST)
    worlds.call(settle, worlds.FIRST, world.given, world.parameters.newcomers[0], world.park, record)
    return record.segment


@settings(max_examples=15)
@given(st.data())
def test_rows_and_links_survive_any_births_and_deaths(data):
    world = tight(free_works=1e6)
    old = in_use(world.park.firms).copy()
    before, n = in_use(world.park.anchors).copy(), len(old)
    deaths = sorted(data.draw(st.sets(st.integers(0, n - 1), max_size=30)))
    cells = data.draw(st.lists(st.integers(0, world.given.n_segments - 1), max_size=12))
    customers = [data.draw(st.integers(NONE, n - 1)) for _ in cells]
    who = births(cells, [Channel.FOLLOWED] * len(cells), [5.0] * len(cells), customer=customers)
    counted = settled(world, who, deaths)
    names = dict(enumerate(old.key.tolist()))
    gone = {names[row] for row in deaths}
    firms, asked = in_use(world.park.firms), in_use(who).key.tolist()
    assert set(firms.key.tolist()) == (set(names.values()) - gone) | set(asked)
    assert (firms.born[len(firms) - len(cells) :] == worlds.FIRST).all() and not firms.closes.any()
    wanted = {names[r]: names.get(int(c)) for r, c in enumerate(old.customer)}
    wanted |= {key: names.get(c) for key, c in zip(asked, customers, strict=True)}
    for key, customer in zip(firms.key.tolist(), firms.customer.tolist(), strict=True):
        serves = wanted[key]
        assert customer == NONE if serves is None or serves in gone else int(firms.key[customer]) == serves
    assert set(in_use(world.park.left).key.tolist()) == gone
    assert counted.exits.sum() == len(deaths) and counted.entrants_followed.sum() == len(cells)
    for anchor, firm in zip(before, in_use(world.park.anchors).firm.tolist(), strict=True):
        own = names.get(int(anchor.firm))
        assert firm == NONE if own is None or own in gone else int(firms.key[firm]) == own


def test_the_last_firm_may_leave():
    world = tight(free_works=1e6)
    everybody = list(range(world.park.firms.n[0]))
    counted = settled(world, births([], [], []), everybody)
    assert world.park.firms.n[0] == 0 and counted.exits.sum() == len(everybody)
    assert (world.park.zones.occupied == 0.0).all()
    settled(world, births([FLEET], [Channel.ATTRACTED], [4.0]), [])
    assert world.park.firms.n[0] == 1


def test_staff_of_closed_firms_less_newcomers_is_released():
    world = tight(free_works=1e6)
    staff = in_use(world.park.firms).employees.copy()
    settled(world, births([FLEET], [Channel.ATTRACTED], [4.0]), [0])
    assert world.park.world[0].released == pytest.approx(staff[0] - 4.0)
    assert in_use(world.park.firms).employees.sum() == pytest.approx(staff[1:].sum() + 4.0)
