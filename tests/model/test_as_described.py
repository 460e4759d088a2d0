"""Rules that once did otherwise than docs/ODD.md says: which quarter acts, who is judged, and to whom orders are credited."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import worlds
from tests.model.test_settlement import births, tight
from wutong.model.draws import Draws, Purpose
from wutong.model.entities import Channel, read_only
from wutong.model.rules import attraction, orders, site
from wutong.model.rules.attraction import pull
from wutong.model.scenario import LeverSetting
from wutong.model.settlement import admit, fits
from wutong.model.simulate import next_quarter
from wutong.model.start.build import expected_spin_offs
from wutong.model.start.projects import world_rows


def test_the_pool_drawn_acts_in_its_quarter_and_the_trend_moves_every_quarter():
    park = worlds.toy_park()
    falling = dataclasses.replace(
        park, industries=tuple(dataclasses.replace(i, pool_trend=worlds.fixed(-0.1)) for i in park.industries)
    )
    batch, state = worlds.start(worlds.plain(falling))
    p = batch.parameters["attraction"]
    pools = []
    for _ in range(9):
        state = next_quarter(batch, state)
        draws = Draws(state.quarter)
        change = attraction.apply(state, p, draws)
        stale = dataclasses.replace(state, cells=read_only(dataclasses.replace(state.cells, pool=state.cells.pool * 7.0)))
        again = attraction.apply(stale, p, draws)
        assert [len(a.key) for a in change.arrivals] == [len(a.key) for a in again.arrivals], "entry used last quarter's pool"
        pools.append(change.columns["cells.pool"])
        state = dataclasses.replace(state, cells=read_only(dataclasses.replace(state.cells, pool=pools[-1])))
    steps = np.diff(np.log(pools), axis=0)
    within = [i for i in range(8) if i not in (3, 7)]
    assert steps[within] == pytest.approx(-0.1 * 0.25), "between two draws only the trend moves"
    spread, first = p.pool_spread[0, 0], Draws(worlds.FIRST).normal(state.cells.key[:, [0]], Purpose.POOL_SHOCK)
    assert np.log(pools[0][:, :1]) == pytest.approx(-0.025 + spread * first - 0.5 * spread**2)


def test_one_that_does_not_fit_keeps_nobody_out():
    area, place = np.array([5, 90, 5, 3, 50]), np.array([0, 0, 0, 1, 0])
    assert fits(area, place, np.array([60, 2])).tolist() == [True, False, True, False, True]
    state = tight(free_works=1000.0)
    wanted = births([1, 1, 1], [Channel.FOLLOWED, Channel.LAB_SPIN_OFF, Channel.FIRM_SPIN_OFF], [1.0, 1e6, 1.0])
    _, order, admitted = admit(state, wanted, Draws(worlds.FIRST))
    assert admitted == 2 and sorted(order[:admitted].tolist()) == [0, 2]


def test_pull_before_the_start_runs_to_the_end_of_the_start_quarter():
    signed = dataclasses.replace(worlds.new_anchor(signed=worlds.START), status=worlds.Status.SIGNED)
    batch, state = worlds.start(worlds.plain(worlds.toy_park([signed])))
    p, table = batch.parameters["attraction"], state.anchors
    fresh = dataclasses.replace(table, partners_signed=np.zeros_like(table.partners_signed))
    hazard = p.anyway_rate[0] + pull(fresh, p.lead_rate[0], p.follow_rate[0], p.signed_pull[0])
    assert table.exposure == pytest.approx(0.25 * hazard) and (hazard > 0).all()
    outside = np.bincount(world_rows(state.base, table, state.partners), minlength=len(table.key))
    assert (table.partners_signed == table.partners - outside).all()


def test_reserved_orders_belong_to_the_buyer_that_reserved_them():
    """Two buyers of one segment's goods: only one has suppliers that name it, so it places more than its share of spending."""
    batch, state = worlds.start(worlds.plain())
    base, firms, groups = state.base, state.firms, state.groups
    p = batch.parameters["orders"]
    spending = orders.local_spending(groups.sum_by_cell(firms.revenue), base.buys, base.localisable_share)
    spending[:, 2, 1] = spending[:, 0, 1]  # fleets buy as many parts as assemblers
    received, reserved = orders.share_out(state, spending, 0.5 * base.productivity, p)
    traded = orders.trade(state, spending, groups.sum_by_cell(received), reserved)
    assert (reserved[:, 0, 1] > 0).all() and (reserved[:, 2, 1] == 0).all()
    filled = traded["filled"][:, 1]
    share = (filled - reserved[:, 0, 1]) / (spending[:, :, 1].sum(axis=1) - reserved[:, 0, 1])
    assert traded["placed"][:, 2] - spending[:, 2, 0] * _share(traded, 0) == pytest.approx(share * spending[:, 2, 1])
    assert traded["placed"].sum(axis=1) == pytest.approx(traded["filled"].sum(axis=1))


def _share(traded, cell):
    return traded["filled"][:, cell] / traded["demand"][:, cell]


def test_rent_divides_use_by_floor_of_one_quarter():
    building = worlds.policy(LeverSetting("space", 50.0, worlds.START - 12))
    batch, state = worlds.start(worlds.plain(worlds.toy_park(occupancy=0.95)), chosen=building)
    state = next_quarter(batch, state)
    change = site.apply(state, batch.parameters["site"], Draws(state.quarter))
    assert (change.columns["zones.floor"] > state.zones.floor)[:, :-1].all()
    assert change.columns["zones.rent"] == pytest.approx(np.ones((2, 3))), "floor that is added acts a quarter later"


def test_purchases_are_made_out_of_the_revenue_that_orders_were_placed_from():
    _, first, second = worlds.states(worlds.plain(quarters=2), 1)
    spent = first.groups.sum_by_cell(first.firms.revenue) * first.base.buys.sum(axis=1)
    assert second.cells.purchases == pytest.approx(spent)
    assert (second.cells.placed <= second.cells.purchases * (1 + 1e-12)).all()


def test_expected_spin_offs_know_which_firms_shrink():
    batch, state = worlds.start(worlds.toy_scenario())
    p = batch.parameters["spin_off"]
    steady = dataclasses.replace(p, shrinking_factor=np.zeros_like(p.shrinking_factor), lab_rate=np.zeros_like(p.lab_rate))
    more = dataclasses.replace(p, lab_rate=np.zeros_like(p.lab_rate))
    shrinking = state.groups.sum_by_cell(state.firms.spin_off_rate * (state.firms.momentum < 1.0))
    branch = np.where(state.base.branch_plant, p.branch_factor, 1.0)
    added = expected_spin_offs(state, more) - expected_spin_offs(state, steady)
    assert added.sum(axis=1) == pytest.approx((shrinking * branch * p.stay_share * p.shrinking_factor).sum(axis=1))
    assert (added.sum(axis=1) > 0).all()
