"""A lever changes nothing before it starts, and at level zero nothing at all."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import worlds
from tests.properties.test_sameness import assert_same
from tests.worlds import FIRST, START, policy
from wutong.experiments.reading import read_scenario
from wutong.model.levers import LEVERS
from wutong.model.scenario import LeverSetting, Policy
from wutong.model.simulate import simulate

QUARTERS = 14
BEGINS = START + 5
SURE = dict.fromkeys(("levers.seed_founders", "levers.talent_additional", "levers.matching_follow"), 1.0)


@pytest.fixture(scope="module")
def park():
    """A park in which every lever has something to work on: floor is short, people bind, a lab stands, anchors come."""
    tight = worlds.toy_scenario(worlds.toy_park(occupancy=0.9), QUARTERS)
    return worlds.without(
        worlds.at_defaults(worlds.without(tight, {"growth.people": 300.0, "anchors.candidate_rate": 60.0})), SURE
    )


@pytest.fixture(scope="module")
def without(park):
    return worlds.run(park, 4)


def setting(key: str, level: float, start: int = BEGINS) -> Policy:
    delay = {"space": 8, "anchor_recruitment": 0}.get(key, 0)
    return policy(LeverSetting(key, level, start - delay), name=f"{key} {level:g}")


@pytest.mark.parametrize("key", LEVERS)
def test_nothing_changes_before_a_lever_works(park, without, key):
    """Bit for bit up to the quarter before, and something after it."""
    history = worlds.run(park, 4, setting(key, LEVERS[key].high))
    works = BEGINS - START
    for name, value in history.values.items():
        if not (key == "space" and name == "lever_cost"):
            assert (value[:works] == without.values[name][:works]).all(), name
    outcomes = [name for name in history.values if name not in ("lever_cost", "net_balance")]
    assert any((history.values[name][works:] != without.values[name][works:]).any() for name in outcomes)
    column = list(LEVERS).index(key)
    assert (history.values["lever_cost"][:works, :, column] == 0.0).all()
    assert (history.values["lever_cost"][works:, :, column].sum(axis=0) > 0.0).all()


@pytest.mark.parametrize("key", LEVERS)
def test_a_lever_at_zero_changes_nothing_at_all(park, without, key):
    """Neither alone nor beside a world that uses it to the full."""
    zero, full = setting(key, 0.0), setting(key, LEVERS[key].high)
    alone = worlds.run(park, 2, zero)
    beside = simulate([*worlds.cases(park, 2, zero), *worlds.cases(park, 2, full)])
    for world in range(2):
        assert_same(alone, world, without, world)
        assert_same(beside, world, without, world)


def test_a_lever_that_starts_after_the_end_changes_nothing(park, without):
    late = policy(*(LeverSetting(key, lever.high, park.end + 1) for key, lever in LEVERS.items()))
    history = worlds.run(park, 4, late)
    for world in range(4):
        assert_same(history, world, without, world)


def test_two_policies_that_agree_so_far_give_the_same_so_far(park):
    one = LeverSetting("landing_subsidy", 0.1, FIRST, BEGINS - 1)
    other = LeverSetting("landing_subsidy", 0.1, FIRST)
    a, b = (worlds.run(park, 3, policy(s)) for s in (one, other))
    works = BEGINS - START
    assert all((a.values[name][:works] == b.values[name][:works]).all() for name in a.values)
    assert (a.values["lever_cost"] != b.values["lever_cost"]).any()


def test_a_lever_without_effect_only_costs():
    """Landing money moves nobody whose weight of support is zero."""
    deaf = {"attraction.support_weight": 0.0, "anchors.support_weight": 0.0}
    scenario = worlds.without(worlds.plain(quarters=10), deaf)
    usual = worlds.run(scenario, 3)
    paid = worlds.run(scenario, 3, policy(LeverSetting("landing_subsidy", 0.2, FIRST), LeverSetting("tax_relief", 1.0, FIRST)))
    assert (paid.values["lever_cost"][-1].sum(axis=1) > 0.0).all()
    for name, value in usual.values.items():
        if name not in ("lever_cost", "net_balance") and not name.endswith("support"):  # what is paid, and to whom
            assert (paid.values[name] == value).all(), name
    assert paid.values["net_balance"] == pytest.approx(
        usual.values["net_balance"] - paid.values["lever_cost"].sum(axis=2, keepdims=True)
    )


def test_support_brings_the_same_entrants_and_more():
    """Counts are inverted from the same uniform: with more support no cell and quarter has fewer generic entrants."""
    scenario = worlds.without(worlds.plain(quarters=8), worlds.NO_FEEDBACK, {"attraction.creation_share": 1.0})
    few = worlds.run(scenario, 6).values["entrants_attracted"]
    many = worlds.run(scenario, 6, policy(LeverSetting("landing_subsidy", 0.2, FIRST))).values["entrants_attracted"]
    direct = [worlds.SEGMENTS.index(s) for s in (worlds.FLEET, worlds.METAL, worlds.BIO)]
    assert (many[:, :, direct] >= few[:, :, direct]).all() and many.sum() > few.sum()


@pytest.mark.parametrize("key", ["landing_subsidy", "seed_fund", "supplier_matching"])
def test_the_shipped_park_before_a_lever(key):
    scenario = dataclasses.replace(read_scenario("baseline"), end=START + 6)
    late = policy(LeverSetting(key, LEVERS[key].high, START + 4))
    usual, changed = worlds.run(scenario, 2), worlds.run(scenario, 2, late)
    for name, value in usual.values.items():
        assert (value[:4] == changed.values[name][:4]).all(), name
    assert np.any(usual.values["lever_cost"] != changed.values["lever_cost"])
