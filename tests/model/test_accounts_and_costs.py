"""Accounts: value added, tax, and the cost of every lever by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests import worlds
from wutong.model import lever_costs as costs
from wutong.model.lever_costs import Activity, rebate_share
from wutong.model.lever_facts import LeverParameters
from wutong.model.levers import LEVERS
from wutong.model.rules.accounts import keep_accounts
from wutong.model.scenario import LeverSetting
from wutong.model.simulate import history_of
from wutong.model.tables import in_use
from wutong.model.world import prepare

P = LeverParameters()


CHARGED = (
    "coached", "projects_served", "newcomers_area", "newcomers_tax", "started_paid", "opened_paid", "entering_transfer",
)  # fmt: skip


def activity(**given: object) -> Activity:
    """One quarter, one world, two segments (office, plant), two zones (office, plant), all quiet but what is given."""
    zero, kinds = np.zeros((1, 1, 2)), np.array([True, False])
    recorded = {name: given.get(name, zero) for name in CHARGED}
    return Activity(recorded, given.get("floor_added", zero), given.get("occupancy", zero), kinds, kinds)


PARK = np.full((1, 1, 1), 0.5)
BOTH = np.array([[[0.5, 0.5]]])
BY_HAND = {
    "anchor_recruitment": (costs.recruitment, np.full((1, 1, 1), 30.0), {}, 30 * 0.0067),
    "supplier_matching": (costs.matching, PARK, {"coached": np.array([[[25.0, 15.0]]])}, 0.5 * (13 * 0.10 + 40 * 0.001)),
    "delivery_service": (costs.delivery, PARK, {"projects_served": np.array([[[20.0, 180.0]]])}, 0.0067 * 0.5 * 200 / 8),
    "rent_subsidy": (
        costs.rent, BOTH, {"newcomers_area": np.array([[[1000.0, 2000.0]]])}, 0.5 * 12 * (30 * 1000 + 15 * 2000) / 1e8,
    ),
    "space": (
        costs.space, PARK, {"floor_added": np.array([[[1e4, 2e4]]]), "occupancy": np.array([[[0.55, 0.5]]])},
        (1e4 * (6000 * 0.065 - 12 * 30 * 0.55) + 2e4 * (3500 * 0.065 - 12 * 15 * 0.5)) / 1e8,
    ),
    "seed_fund": (costs.seed, BOTH, {}, 1.0 * (1 - 0.5 + 0.02)),
    "lab_funding": (costs.lab, np.full((1, 1, 1), 2.0), {}, 2.0 * 0.7),
    "landing_subsidy": (
        costs.landing, np.array([[[0.1, 0.2]]]),
        {"started_paid": np.array([[[1.0, 2.0]]]), "opened_paid": np.array([[[3.0, 4.0]]])},
        4 * (0.1 * (0.3 * 1 + 0.7 * 3) + 0.2 * (0.3 * 2 + 0.7 * 4)),
    ),
    "tax_relief": (costs.tax, BOTH, {"newcomers_tax": np.array([[[0.4, 0.6]]])}, 0.5),
    "talent_programme": (costs.talent, np.full((1, 1, 1), 1000.0), {}, 0.8),
    "transfer_support": (costs.transfer, PARK, {"entering_transfer": np.array([[[1.0, 2.0]]])}, 0.5 * (0.02 * 3 * 4 + 0.13)),
    "incubator_places": (costs.incubator, np.array([[[100.0, 50.0]]]), {}, 150 * 0.00055),
}  # fmt: skip


@pytest.mark.parametrize("key", LEVERS)
def test_the_cost_of_every_lever_by_hand(key):
    function, level, given, expected = BY_HAND[key]
    assert LEVERS[key].yearly_cost is function
    assert function(level, activity(**given), P) == pytest.approx(np.full((1, 1, 1), expected))


def test_rebates_are_whole_for_three_years_half_for_two_then_nothing():
    assert [rebate_share(age) for age in (0, 12, 13, 20, 21)] == [1.0, 1.0, 0.5, 0.5, 0.0]


def test_tax_follows_revenue_and_the_balance_is_local_tax_less_costs():
    park = worlds.toy_park()
    chosen = worlds.policy(LeverSetting("seed_fund", 2.0, worlds.FIRST), LeverSetting("talent_programme", 500.0, worlds.FIRST))
    history = worlds.run(worlds.plain(park, 6), 2, chosen)
    share = np.array([s.value_added_share.default for s in park.segments])
    values = history.values
    assert values["value_added"] == pytest.approx(values["revenue"] * share)
    assert values["tax"] == pytest.approx(0.137 * values["value_added"])
    assert values["local_tax"] == pytest.approx(0.34 * values["tax"])
    assert history.total("net_balance") == pytest.approx(history.total("local_tax") - history.total("lever_cost"))
    assert (history.total("local_tax")[0] > 0.0).all() and not history.total("lever_cost")[0].any()
    assert history.total("lever_cost", ["seed_fund"])[1:] == pytest.approx(np.full((6, 2), 2.0 * 0.52))
    assert history.total("lever_cost", ["talent_programme"])[1:] == pytest.approx(np.full((6, 2), 500 * 0.0008))


def test_a_lever_that_no_policy_sets_costs_nothing():
    history = worlds.run(worlds.toy_scenario(quarters=4), 2)
    assert not history.values["lever_cost"].any()


def charged(world, quarter=worlds.FIRST):
    """What the accounts note of a quarter, by segment."""
    levers, record = worlds.levers_in(world, quarter), worlds.record_in(world, quarter)
    small = world.parameters.levers[0].small_investment
    worlds.call(keep_accounts, quarter, world.given, world.parameters.newcomers[0], small, levers, world.park, record)
    return record.segment


def test_only_newcomers_of_the_run_are_charged():
    chosen = worlds.policy(LeverSetting("tax_relief", 1.0, worlds.FIRST))
    first = charged(worlds.begun(worlds.plain(), chosen))
    assert not first.newcomers_tax.any() and not first.newcomers_area.any(), "everybody was there before"
    history = worlds.run(worlds.plain(), 1, chosen)
    relief = history.total("lever_cost", ["tax_relief"])[:, 0]
    assert relief[1] == 0.0 and (np.diff(relief[2:]) > -0.01).all() and relief[-1] > 0.0
    assert (relief <= history.total("local_tax")[:, 0]).all()


def test_a_landing_subsidy_counts_no_project_beyond_its_cap():
    chosen = worlds.policy(LeverSetting("landing_subsidy", 0.2, worlds.FIRST))
    scenario = worlds.plain()
    world = worlds.begun(scenario, chosen)
    projects = in_use(world.park.projects)
    projects.investment, projects.started = 1e4, worlds.FIRST
    charged(world)
    paid = history_of(prepare(worlds.cases(scenario, 1, chosen)), [world.record]).values["lever_cost"]
    landing = paid[1, 0, list(LEVERS).index("landing_subsidy")]
    assert landing == pytest.approx(4 * 0.3 * 1.5 * len(projects))


def test_what_single_firms_are_paid_adds_up_to_what_the_levers_cost():
    """Money that goes back to an anchor or a lab is part of what rent subsidies, tax relief and landing subsidies cost."""
    paid = ("landing_subsidy", "tax_relief", "rent_subsidy")
    chosen = worlds.policy(*(LeverSetting(key, 0.5 * LEVERS[key].high, worlds.FIRST) for key in paid))
    history = worlds.run(worlds.toy_scenario(quarters=16), 4, chosen)
    whole = history.total("lever_cost", paid)
    parts = sum(history.total(name) for name in ("anchor_support", "brought_support"))
    assert (parts <= whole * (1 + 1e-9) + 1e-12).all() and (parts > 0.0).any()
