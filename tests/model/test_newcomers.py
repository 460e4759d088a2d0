"""Choices of newcomers: weights are honoured, and nobody is chosen who is not there."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import worlds
from wutong.model.contract import arrivals
from wutong.model.draws import Draws, Purpose, mix
from wutong.model.entities import NONE, Channel, group
from wutong.model.newcomers import by_world, lognormal, mean_lag, named_buyers, on_ridge, pick, signed_projects

N = 40_000


@given(st.lists(st.floats(0.0, 5.0), min_size=1, max_size=6).filter(lambda w: sum(w) > 0.01), st.floats(0.0, 0.999))
def test_pick_never_takes_what_weighs_nothing(weights, u):
    one = pick(np.cumsum(weights), np.array([u]))
    many = pick(np.cumsum(np.array([weights]), axis=1), np.array([u]))
    assert one[0] == many[0]
    assert weights[one[0]] > 0.0


def test_pick_takes_in_proportion():
    u = (np.arange(N) + 0.5) / N
    shares = np.bincount(pick(np.cumsum([1.0, 0.0, 3.0]), u), minlength=3) / N
    assert shares == pytest.approx([0.25, 0.0, 0.75], abs=1e-3)


def test_buyers_are_named_in_proportion_to_revenue_within_their_cell():
    groups = group(np.array([[[2], [0]], [[3], [1]]]))  # two worlds, two segments, one zone: rows 0-1, 2-4, 5
    revenue = np.array([1.0, 3.0, 0.0, 2.0, 2.0, 9.0])
    u = (np.arange(N) + 0.5) / N
    for cell, shares in ((0, [0.25, 0.75, 0, 0, 0, 0]), (2, [0, 0, 0, 0.5, 0.5, 0]), (3, [0, 0, 0, 0, 0, 1.0])):
        row = named_buyers(groups, revenue, np.full(N, cell), u)
        assert np.bincount(row, minlength=6) / N == pytest.approx(shares, abs=1e-3)
    assert named_buyers(groups, revenue, np.array([1]), np.array([0.4])).tolist() == [NONE]
    assert named_buyers(groups, np.zeros(6), np.array([0]), np.array([0.4])).tolist() == [NONE]
    assert len(named_buyers(groups, revenue, np.zeros(0, np.int64), np.zeros(0))) == 0


def test_a_buyer_does_not_depend_on_other_worlds():
    alone = named_buyers(group(np.array([[[3]]])), np.array([0.3, 0.1, 0.7]), np.zeros(50, np.int64), np.linspace(0, 0.99, 50))
    both = group(np.array([[[4]], [[3]]]))
    revenue = np.array([5.1, 0.2, 7.7, 1e4, 0.3, 0.1, 0.7])
    assert (named_buyers(both, revenue, np.ones(50, np.int64), np.linspace(0, 0.99, 50)) - 4 == alone).all()


def test_lognormal_keeps_its_mean_and_ridges_their_ends():
    normal = Draws(0).normal(mix(np.arange(N, dtype=np.uint64)), Purpose.SIZE)
    drawn = lognormal(normal, np.array([5.0]), np.array([0.8]))
    assert drawn.mean() == pytest.approx(5.0, rel=4 * np.expm1(0.64) ** 0.5 / N**0.5)
    knots = np.array([1.0, 4.0, 2.0])
    assert on_ridge(np.array([0.0, 0.25, 0.5, 1.0]), knots).tolist() == [1.0, 2.5, 4.0, 2.0]
    assert mean_lag(np.array([5.0, 80.0, 0.0]), np.array([2.0]), np.array([0.25])) == pytest.approx([2.0, 4.0, 2.0 * 0.02**0.25])


def test_by_world_looks_up_or_stands_for_all():
    assert by_world(np.array([[1.0], [2.0]]), np.array([1, 0, 1])).tolist() == [2.0, 1.0, 2.0]
    assert by_world(np.array([[7.0]]), np.array([0, 0])).tolist() == [7.0]


def test_partners_pay_in_what_they_say_and_others_a_share_of_the_contract():
    _, state = worlds.start(worlds.plain(), 1)
    base = dataclasses.replace(
        state.base, newcomers=dataclasses.replace(state.base.newcomers, realised_share=np.full((1, 1), 0.2))
    )
    key, cell = np.arange(1, 4, dtype=np.uint64), np.ones(3, np.int64)
    contract = np.full(3, 2.0)
    followed, attracted = (
        signed_projects(base, np.full(3, worlds.FIRST), arrivals(key, cell, channel), contract)
        for channel in (Channel.FOLLOWED, Channel.ATTRACTED)
    )
    assert (followed.investment == attracted.investment).all()
    assert attracted.capacity == pytest.approx(0.2 * followed.capacity)
