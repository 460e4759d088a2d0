"""Orders: nobody gets more than it can serve, nobody pays more than it spends, and money balances."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.draws import Draws
from wutong.model.entities import read_only
from wutong.model.rules import orders
from wutong.model.rules.orders import Orders, local_inputs, local_spending, open_share, reserved_orders

AMOUNTS = st.one_of(st.just(0.0), st.floats(1e-9, 1e4))
TIED = st.lists(st.tuples(AMOUNTS, st.integers(0, 3)), min_size=1, max_size=8)


def test_spending_is_revenue_times_input_share_times_what_is_localisable():
    spent = local_spending(np.array([[10.0, 0.0]]), np.array([[0.0, 0.3], [0.5, 0.0]]), np.array([[0.2, 0.4]]))
    assert spent[0] == pytest.approx(np.array([[0.0, 10.0 * 0.3 * 0.4], [0.0, 0.0]]))


@settings(max_examples=60)
@given(TIED, st.lists(AMOUNTS, min_size=4, max_size=4), st.floats(1.0, 6.0), AMOUNTS)
def test_reserved_orders_stay_within_capacity_and_within_the_buyer(tied, buyers, tie, others):
    capacity = np.array([c for c, _ in tied])
    pair = np.array([p for _, p in tied])
    spending = np.array(buyers)[pair]
    rivals = np.full(len(tied), capacity.sum() + others)
    reserved = reserved_orders(spending, pair, capacity, rivals, np.full(len(tied), tie))
    assert (reserved >= 0.0).all() and (reserved <= capacity).all()
    by_buyer = np.bincount(pair, reserved, minlength=4)
    assert (by_buyer <= np.array(buyers) * (1.0 + 1e-12) + 1e-300).all()


def test_a_tie_of_one_reserves_nothing_and_a_stronger_one_more():
    def one(tie: float) -> float:
        arguments = np.array([10.0]), np.array([0]), np.array([5.0]), np.array([20.0]), np.array([tie])
        return float(reserved_orders(*arguments)[0])

    assert one(1.0) == 0.0
    assert one(3.0) == pytest.approx(10.0 * 2.0 * 5.0 / (20.0 + 2.0 * 5.0))
    assert one(1.0) < one(2.0) < one(6.0) <= 5.0


@given(AMOUNTS, AMOUNTS)
def test_spare_capacity_is_filled_alike_and_never_beyond_itself(demand, spare):
    share = open_share(np.array([[demand]]), np.array([[spare]]))[0, 0]
    assert 0.0 <= share <= 1.0
    assert share * spare == pytest.approx(min(demand, spare), rel=1e-12)


def test_local_suppliers_are_counted_where_they_supply():
    supplied_by = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    assert local_inputs(supplied_by, np.array([[2, 5, 7]])).tolist() == [[12.0, 0.0, 2.0]]


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.floats(1.0, 6.0))
def test_orders_balance_at_any_sizes(seed, tie):
    _, state = worlds.start(worlds.toy_scenario(), 2)
    n = len(state.firms.key)
    chance = np.random.default_rng(seed)
    firms = dataclasses.replace(
        state.firms, employees=chance.exponential(50.0, n) * chance.integers(0, 2, n), revenue=chance.exponential(3.0, n)
    )
    state = dataclasses.replace(state, firms=read_only(firms))
    change = orders.RULE.apply(state, Orders(tie=np.full((1, 1), tie)), Draws(worlds.FIRST)).columns
    received = state.groups.sum_by_cell(change["firms.orders"])
    capacity = firms.employees * firms.quality * state.groups.spread(
        state.base.productivity * (1.0 + state.base.productivity_growth) ** 0.25 * state.base.local_capacity_share
    )  # fmt: skip
    assert (change["firms.orders"] >= 0.0).all() and (change["firms.orders"] <= capacity * (1.0 + 1e-9)).all()
    assert received == pytest.approx(change["cells.filled"])
    assert change["cells.placed"].sum(axis=1) == pytest.approx(change["cells.filled"].sum(axis=1))
    assert change["cells.filled"] + change["cells.unmet"] == pytest.approx(change["cells.demand"])
    assert (change["cells.unmet"] >= 0.0).all()


def test_a_named_supplier_gets_more_than_its_twin():
    _, state = worlds.start(worlds.toy_scenario(), 1)
    parts = np.flatnonzero(worlds.cells_of(state.groups) == worlds.SEGMENTS.index(worlds.PARTS))
    buyer = int(state.anchors.firm[0])
    customer = np.full(len(state.firms.key), -1)
    customer[parts[0]] = buyer
    even = {name: np.ones(len(customer)) for name in ("employees", "quality")}
    firms = dataclasses.replace(state.firms, customer=customer, **even)
    state = dataclasses.replace(state, firms=read_only(firms))
    received = orders.RULE.apply(state, Orders(), Draws(worlds.FIRST)).columns["firms.orders"][parts]
    assert received[0] >= received[1]
    assert received[1:] == pytest.approx(np.full(len(parts) - 1, received[1]))
