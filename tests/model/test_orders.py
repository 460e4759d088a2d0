"""Orders: nobody gets more than it can serve, nobody pays more than it spends, and money balances."""

from __future__ import annotations

import functools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.rules.orders import Orders, place_orders, reserved_for, spent
from wutong.model.tables import GROWING, NONE, Park, in_use

AMOUNTS = st.one_of(st.just(0.0), st.floats(1e-9, 1e4))
TIED = st.lists(st.tuples(AMOUNTS, st.integers(0, 3)), min_size=1, max_size=8)


def market(firms, buys, localisable, capacity_share=1.0, supplied_by=None):
    """What the rule is given in a park of firms alone, and that park; heads make 1 亿元."""
    n = len(buys)
    segment = np.zeros(n, [("localisable_share", float), ("local_capacity_share", float)]).view(np.recarray)
    segment.localisable_share, segment.local_capacity_share = localisable, capacity_share
    supplied = np.zeros((n, n)) if supplied_by is None else np.array(supplied_by)
    cells = worlds.table_of("cells", n, head=1.0).row[:n]
    others = [worlds.table_of(name, 0) for name in GROWING[1:]]
    park = Park(firms, *others, cells, worlds.table_of("zones", 1).row[:1], worlds.table_of("world", 1).row[:1])
    return SimpleNamespace(n_segments=n, segment=segment, buys=np.array(buys), supplied_by=supplied), park


def firms_of(**columns):
    return worlds.table_of("firms", len(columns["segment"]), **{"customer": NONE, "quality": 1.0, **columns})


def test_spending_is_revenue_times_input_share_times_what_is_localisable():
    given, park = market(firms_of(segment=[0]), [[0.0, 0.3], [0.5, 0.0]], [0.2, 0.4])

    def spending(localisable: float):
        return spent(given, park.cells, np.array([10.0, 0.0]), np.full(2, localisable))

    assert spending(1.0) == pytest.approx(np.array([[0.0, 10.0 * 0.3 * 0.4], [0.0, 0.0]]))
    assert spending(2.0)[0, 1] == pytest.approx(10.0 * 0.3 * 0.8)
    assert spending(9.0)[0, 1] == pytest.approx(10.0 * 0.3), "at most all of it"
    assert park.cells.purchases.tolist() == [3.0, 0.0]


@settings(max_examples=60)
@given(TIED, st.lists(AMOUNTS, min_size=4, max_size=4), st.floats(1.0, 6.0), AMOUNTS)
def test_reserved_orders_stay_within_capacity_and_within_the_buyer(tied, buyers, tie, others):
    """Four buyers, suppliers that each name one of them, and rivals that name nobody."""
    capacity, buyer = (np.array(column) for column in zip(*tied, strict=True))
    together = np.bincount(buyer, capacity, 4)
    reserved = np.array(
        [
            reserved_for(c, buyers[b], capacity.sum() + others, tie - 1.0, together[b])
            for c, b in zip(capacity, buyer, strict=True)
        ]
    )
    assert (reserved >= 0.0).all() and (reserved <= capacity).all()
    assert (np.bincount(buyer, reserved, 4) <= np.array(buyers) * (1.0 + 1e-12) + 1e-300).all()


def test_a_tie_of_one_reserves_nothing_and_a_stronger_one_more():
    def one(tie: float) -> float:
        return reserved_for(5.0, 10.0, 20.0, tie - 1.0, 5.0)

    assert one(1.0) == 0.0
    assert one(3.0) == pytest.approx(10.0 * 2.0 * 5.0 / (20.0 + 2.0 * 5.0))
    assert one(1.0) < one(2.0) < one(6.0) <= 5.0


@settings(max_examples=60)
@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=4))
def test_spare_capacity_is_filled_alike_and_never_beyond_itself(demand, spare):
    firms = firms_of(segment=[0] + [1] * len(spare), revenue=[demand] + [0.0] * len(spare), employees=[0.0, *spare])
    given, park = market(firms, [[0.0, 1.0], [0.0, 0.0]], 1.0)
    place_orders(given, worlds.parameters(Orders), np.ones(2), park)
    orders = in_use(park.firms).orders[1:]
    share = min(demand / sum(spare), 1.0) if sum(spare) > 0.0 else 0.0
    assert orders == pytest.approx(share * np.array(spare), rel=1e-12)
    assert orders.sum() == pytest.approx(min(demand, sum(spare)), rel=1e-12)


def test_local_suppliers_are_counted_where_they_supply():
    segment = [0] * 2 + [1] * 5 + [2] * 7
    given, park = market(
        firms_of(segment=segment), np.zeros((3, 3)), 1.0, supplied_by=[[0.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    )
    place_orders(given, worlds.parameters(Orders), np.ones(3), park)
    assert park.cells.inputs.tolist() == [12.0, 0.0, 2.0]


@functools.cache
def toy_world():
    return worlds.begun(worlds.toy_scenario())


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.floats(1.0, 6.0))
def test_orders_balance_at_any_sizes(seed, tie):
    world = worlds.branched(toy_world())
    firms, cells, given = in_use(world.park.firms), world.park.cells, world.given
    n, chance = len(firms), np.random.default_rng(seed)
    firms.employees = chance.exponential(50.0, n) * chance.integers(0, 2, n)
    firms.revenue = chance.exponential(3.0, n)
    place_orders(given, worlds.parameters(Orders, tie=tie), np.ones(given.n_segments), world.park)
    received = np.bincount(firms.segment, firms.orders, given.n_segments)
    capacity = firms.employees * firms.quality * (cells.head * given.segment.local_capacity_share)[firms.segment]
    assert (firms.orders >= 0.0).all() and (firms.orders <= capacity * (1.0 + 1e-9)).all()
    assert received == pytest.approx(cells.filled)
    assert cells.placed.sum() == pytest.approx(cells.filled.sum())
    assert cells.filled + cells.unmet == pytest.approx(cells.demand)
    assert (cells.unmet >= 0.0).all()


def test_a_named_supplier_gets_more_than_its_twin():
    world = worlds.branched(toy_world())
    firms = in_use(world.park.firms)
    parts = np.flatnonzero(firms.segment == worlds.SEGMENTS.index(worlds.PARTS))
    firms.customer = NONE
    firms.customer[parts[0]] = world.park.anchors.row[0].firm
    firms.employees = firms.quality = 1.0
    place_orders(world.given, worlds.parameters(Orders), np.ones(world.given.n_segments), world.park)
    received = firms.orders[parts]
    assert received[0] >= received[1]
    assert received[1:] == pytest.approx(np.full(len(parts) - 1, received[1]))
