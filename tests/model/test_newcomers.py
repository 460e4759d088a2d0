"""Choices of newcomers: weights are honoured, and nobody is chosen who is not there."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import worlds
from wutong.model import keyed
from wutong.model.codes import Channel
from wutong.model.draws import Draws, Purpose, mix
from wutong.model.newcomer_facts import Newcomers
from wutong.model.newcomers import buyers_in, lognormal, named_buyer, on_ridge, pick, sign_project
from wutong.model.tables import NONE

N = 40_000
MIDDLES = (np.arange(N) + 0.5) / N


@given(st.lists(st.floats(0.0, 5.0), min_size=1, max_size=6).filter(lambda w: sum(w) > 0.01), st.floats(0.0, 0.999))
def test_pick_never_takes_what_weighs_nothing(weights, u):
    assert weights[pick(np.cumsum(weights), u)] > 0.0


def test_pick_takes_in_proportion():
    cumulative = np.cumsum([1.0, 0.0, 3.0])
    shares = np.bincount([pick(cumulative, u) for u in MIDDLES], minlength=3) / N
    assert shares == pytest.approx([0.25, 0.0, 0.75], abs=1e-3)


def test_buyers_are_named_in_proportion_to_revenue_within_their_segment():
    firms = worlds.table_of("firms", 5, segment=[0, 1, 0, 1, 2], zone=[0, 1, 0, 0, 0], revenue=[1.0, 2.0, 3.0, 2.0, 9.0])
    few = MIDDLES[::40]
    for segment, shares in ((0, [0.25, 0, 0.75, 0, 0]), (1, [0, 0.5, 0, 0.5, 0]), (2, [0, 0, 0, 0, 1.0])):
        rows = [named_buyer(*buyers_in(firms, 2, segment), u) for u in few]
        assert np.bincount(rows, minlength=5) / len(few) == pytest.approx(shares, abs=1e-3)
    assert named_buyer(*buyers_in(firms, 2, 1), 0.4) == 3, "firms take their turns by zone"
    assert named_buyer(*buyers_in(firms, 2, 3), 0.4) == NONE
    firms.row.revenue = 0.0
    assert named_buyer(*buyers_in(firms, 2, 0), 0.4) == NONE


def test_a_buyer_does_not_depend_on_firms_of_other_segments():
    alone = worlds.table_of("firms", 3, revenue=[0.3, 0.1, 0.7])
    among = worlds.table_of("firms", 7, segment=[1, 0, 2, 0, 1, 0, 1], revenue=[5.1, 0.3, 7.7, 0.1, 1e4, 0.7, 2.2])
    for u in np.linspace(0, 0.99, 50):
        assert [1, 3, 5][named_buyer(*buyers_in(alone, 1, 0), u)] == named_buyer(*buyers_in(among, 1, 0), u)


def test_lognormal_keeps_its_mean_and_ridges_their_ends():
    normal = Draws(0).normal(mix(np.arange(N, dtype=np.uint64)), Purpose.SIZE)
    drawn = np.array([lognormal(one, 5.0, 0.8) for one in normal])
    assert drawn.mean() == pytest.approx(5.0, rel=4 * np.expm1(0.64) ** 0.5 / N**0.5)
    knots = np.array([1.0, 4.0, 2.0])
    assert [on_ridge(at, knots) for at in (0.0, 0.25, 0.5, 1.0)] == [1.0, 2.5, 4.0, 2.0]


def signed(contract: float, channel: Channel, key: int = 5, **changes: float):
    """A project whose contract is exactly what is given."""
    projects = worlds.table_of("projects", 0)
    who = SimpleNamespace(key=np.uint64(key), segment=1, anchor=NONE, generation=0, channel=channel)
    p = worlds.parameters(Newcomers, project_spread=0.0, **changes)
    worlds.call(sign_project, worlds.FIRST, 1.0, p, projects, who, contract)
    return projects.row[0]


def test_the_mean_lag_grows_with_a_power_of_the_contract():
    drawn = keyed.gamma_two
    with np.errstate(over="ignore"):
        unit = drawn(np.uint64(5), Purpose.LAG, 0, 1.0)
    usual = on_ridge(0.5, np.array([1.0, 1.5, 2.0, 2.5]))
    for contract, factor in ((5.0, 1.0), (80.0, 2.0), (1e-9, 0.02**0.25)):
        lag = signed(contract, Channel.ATTRACTED, size_exponent=0.25, funnel_position=0.5).lag
        assert lag == pytest.approx(usual * factor * unit)


def test_partners_pay_in_what_they_say_and_others_a_share_of_the_contract():
    followed, attracted = (signed(2.0, channel, realised_share=0.2) for channel in (Channel.FOLLOWED, Channel.ATTRACTED))
    assert followed.investment == attracted.investment == pytest.approx(2.0)
    assert attracted.capacity == pytest.approx(0.2 * followed.capacity)
