"""Rules that once did otherwise than docs/ODD.md says: which quarter acts, who is judged, and to whom orders are credited."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import worlds
from tests.model.test_settlement import FLEET, PARTS, admitted, births, tight
from wutong.model import keyed
from wutong.model.codes import Channel
from wutong.model.draws import Purpose
from wutong.model.rules.attraction import attract, pull
from wutong.model.rules.orders import capacities, place_orders, reserved_for, spent, those_named
from wutong.model.rules.outside import move
from wutong.model.rules.site import build_floor
from wutong.model.scenario import LeverSetting
from wutong.model.schedule import begin_quarter
from wutong.model.start.build import expected_spin_offs
from wutong.model.tables import in_use


def arrived(world, quarter: int) -> list[int]:
    """Keys of those that attraction brings, in a park where nothing else has happened."""
    world.park.arrivals.n[0] = 0
    levers, record = worlds.levers_in(world, quarter), worlds.record_in(world, quarter)
    worlds.call(attract, quarter, world.given, world.parameters.attraction[0], levers, world.park, record)
    return in_use(world.park.arrivals).key.tolist()


def test_the_pool_drawn_acts_in_its_quarter_and_the_trend_moves_every_quarter():
    park = worlds.toy_park()
    falling = dataclasses.replace(
        park, industries=tuple(dataclasses.replace(i, pool_trend=worlds.fixed(-0.1)) for i in park.industries)
    )
    world = worlds.begun(worlds.without(worlds.plain(falling), {"outside.slowing": 0.0}))
    p, key = world.parameters.outside[0], world.park.cells[0].key
    pools = []
    for quarter in range(worlds.FIRST, worlds.FIRST + 9):
        begin_quarter(quarter, quarter - worlds.START, world.given.segment, world.park)
        stale = worlds.branched(world)
        stale.park.cells.pool *= 7.0
        for one in (world, stale):
            worlds.call(move, quarter, one.given, p, one.park)
        assert arrived(world, quarter) == arrived(stale, quarter), "entry used last quarter's pool"
        pools.append(world.park.cells.pool.copy())
    steps = np.diff(np.log(pools), axis=0)
    within = [i for i in range(8) if i not in (3, 7)]
    assert steps[within] == pytest.approx(-0.1 * 0.25), "between two draws only the trend moves"
    with np.errstate(over="ignore"):
        first = keyed.normal(key, Purpose.POOL_SHOCK, worlds.FIRST)
    assert np.log(pools[0][0]) == pytest.approx(-0.025 + p.pool_spread * first - 0.5 * p.pool_spread**2)


def test_one_that_does_not_fit_keeps_nobody_out():
    """Of 60 and 2 m2 free in two zones."""
    world = tight(free_works=60.0, free_tower=2.0)
    segment, channels = np.array([PARTS, PARTS, PARTS, FLEET, PARTS]), [Channel(channel) for channel in (2, 3, 4, 4, 5)]
    area = np.array([5, 90, 5, 3, 50]) - 1e-6
    wanted = births(segment, channels, area / world.given.segment.floor_per_head[segment])
    assert admitted(world, wanted) == [0, 2, 4]
    wanted = births([PARTS] * 3, [Channel.FOLLOWED, Channel.LAB_SPIN_OFF, Channel.FIRM_SPIN_OFF], [1.0, 1e6, 1.0])
    assert admitted(tight(free_works=1000.0), wanted) == [0, 2]


def test_pull_before_the_start_runs_to_the_end_of_the_start_quarter():
    signed = dataclasses.replace(worlds.new_anchor(signed=worlds.START), status=worlds.Status.SIGNED)
    for world in worlds.started(worlds.plain(worlds.toy_park([signed])), plain=True):
        p, anchor = world.parameters.attraction[0], world.park.anchors.row[0]
        known = anchor.partners_signed
        anchor.partners_signed = 0
        hazard = p.anyway_rate + pull(anchor, p, 1.0, 1.0)
        assert anchor.exposure == pytest.approx(0.25 * hazard) and hazard > 0
        assert known == anchor.partners - world.park.partners.n[0]


def test_reserved_orders_belong_to_the_buyer_that_reserved_them():
    """Two buyers of one segment's goods: only one has suppliers that name it, so it places more than its share of spending."""
    world = worlds.begun(worlds.plain())
    given, park, p = world.given, world.park, world.parameters.orders[0]
    even = np.ones(given.n_segments)
    firms, revenue = in_use(park.firms), np.bincount(in_use(park.firms).segment, in_use(park.firms).revenue)
    given.buys[2, 1] = given.buys[0, 1] * revenue[0] / revenue[2]  # fleets buy as many parts as assemblers
    given.segment.local_capacity_share = 0.5
    spending = spent(given, park.cells, revenue, even)
    assert spending[2, 1] == pytest.approx(spending[0, 1])
    capacity, able, _, _ = capacities(given.segment, park.firms, park.cells)
    buyer, together = those_named(park.firms, capacity, given.n_segments)
    named = [(i, int(firm.customer)) for i, firm in enumerate(firms) if firm.customer >= 0]
    assert {(int(firms.segment[i]), int(firms.segment[c])) for i, c in named} == {(1, 0)}
    offers = firms.revenue / revenue[0] * spending[0, 1]
    reserved = sum(reserved_for(capacity[i], offers[c], able[1], p.tie - 1.0, together[buyer[c], 1]) for i, c in named)
    place_orders(given, p, even, park)
    cells = park.cells
    assert reserved > 0
    share = (cells.filled[1] - reserved) / (spending[:, 1].sum() - reserved)
    assert cells.placed[2] - spending[2, 0] * cells.filled[0] / cells.demand[0] == pytest.approx(share * spending[2, 1])
    assert cells.placed.sum() == pytest.approx(cells.filled.sum())


def test_rent_divides_use_by_floor_of_one_quarter():
    building = worlds.policy(LeverSetting("space", 50.0, worlds.START - 12))
    world = worlds.begun(worlds.plain(worlds.toy_park(occupancy=0.95)), building)
    zones, before = world.park.zones, world.park.zones.floor.copy()
    build_floor(worlds.FIRST, world.given, world.parameters.site[0], worlds.levers_in(world, worlds.FIRST), world.park)
    assert (zones.floor > before)[:-1].all()
    assert zones.rent == pytest.approx(np.ones(3)), "floor that is added acts a quarter later"


def test_purchases_are_made_out_of_the_revenue_that_orders_were_placed_from():
    _, first, second = worlds.by_quarter(worlds.begun(worlds.plain(quarters=2)), 2)
    given = worlds.begun(worlds.plain(quarters=2)).given
    firms, cells = in_use(first.firms), second.cells
    spending = np.bincount(firms.segment, firms.revenue, given.n_segments) * given.buys.sum(axis=1)
    assert cells.purchases == pytest.approx(spending)
    assert (cells.placed <= cells.purchases * (1 + 1e-12)).all()


def test_expected_spin_offs_know_which_firms_shrink():
    for world in worlds.started(worlds.toy_scenario(), plain=True):
        firms, p = in_use(world.park.firms), world.parameters.spin_off[0]
        p.lab_rate = 0.0
        more = expected_spin_offs(world.given, p, world.park)
        branch = np.where(world.given.segment.branch_plant, p.branch_factor, 1.0)[firms.segment]
        expected = (firms.spin_off_rate * (firms.momentum < 1.0) * branch).sum() * p.stay_share * p.shrinking_factor
        p.shrinking_factor = 0.0
        added = more - expected_spin_offs(world.given, p, world.park)
        assert added.sum() == pytest.approx(expected)
        assert added.sum() > 0
