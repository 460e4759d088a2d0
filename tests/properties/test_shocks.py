"""Shocks to the world outside: nothing before their first year, the stated change within it, and nothing where they are nil."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import worlds
from tests.worlds import METAL, NAME, NO_AGE_EFFECT, NO_EXIT, NO_FEEDBACK, NO_SHOCKS, START
from wutong.model.facts import Assumption, fixed
from wutong.model.history import History
from wutong.model.scenario import Scenario, Shock
from wutong.model.simulate import simulate
from wutong.model.units import quarter


def shocked(scenario: Scenario, *shocks: Shock) -> Scenario:
    return dataclasses.replace(scenario, shocks=shocks)


def shock(demand: float | Assumption, entry: float = 0.0, first: int = 2024, last: int = 2024, key: str = "fall") -> Shock:
    given = demand if isinstance(demand, Assumption) else fixed(demand)
    return Shock(key, NAME, (METAL,), first, last, given, fixed(entry))


def calm(quarters: int = 16) -> Scenario:
    """A park where outside demand grows at its own rate and nothing else happens to it."""
    return worlds.without(worlds.plain(quarters=quarters), NO_EXIT, NO_SHOCKS, NO_AGE_EFFECT, NO_FEEDBACK)


def revenue(history: History) -> np.ndarray:
    return history.total("revenue", [METAL])


def test_a_nil_shock_changes_not_one_bit():
    plain = worlds.run(worlds.toy_scenario(quarters=8), 3)
    nil = worlds.run(shocked(worlds.toy_scenario(quarters=8), shock(0.0)), 3)
    assert all((plain.values[name] == nil.values[name]).all() for name in plain.values)


@pytest.mark.parametrize("first", [2023, 2024, 2025])
def test_nothing_changes_before_the_first_year(first):
    plain = worlds.run(worlds.toy_scenario(quarters=16), 3)
    fallen = worlds.run(shocked(worlds.toy_scenario(quarters=16), shock(-0.3, -0.5, first, first)), 3)
    before = quarter(f"{first - 1}Q4") - START + 1
    assert all((plain.values[name][:before] == fallen.values[name][:before]).all() for name in plain.values)
    assert (plain.values["revenue"] != fallen.values["revenue"]).any()


@pytest.mark.parametrize(("change", "years"), [(-0.2, 1), (0.1, 2)])
def test_demand_changes_by_the_stated_share_in_each_year(change, years):
    scenario = worlds.without(calm(24), {"growth.adjustment": 1.0})
    still = dataclasses.replace(scenario, park=worlds.with_segments(scenario.park, entry=fixed(0.0)))
    plain, moved = worlds.run(still, 3), worlds.run(shocked(still, shock(change, first=2024, last=2023 + years)), 3)
    ratio = revenue(moved)[-1] / revenue(plain)[-1]
    assert ratio == pytest.approx(np.full(3, (1.0 + change) ** years), rel=0.02)


def test_fewer_firms_look_for_a_site_while_it_lasts():
    scenario = calm(12)
    more = dataclasses.replace(scenario, park=worlds.with_segments(scenario.park, entry=fixed(400.0), through_funnel=False))
    counts = [
        worlds.run(given, 6).total("entrants_attracted", [METAL]).mean(axis=1)
        for given in (more, shocked(more, shock(0.0, -0.5, 2024, 2024)))
    ]
    plain, halved = counts
    year = slice(quarter("2024Q1") - START, quarter("2024Q4") - START + 1)
    after = slice(quarter("2025Q1") - START, None)
    assert halved[year].sum() == pytest.approx(0.5 * plain[year].sum(), rel=0.1)
    assert halved[after].sum() == pytest.approx(plain[after].sum(), rel=0.1)


def test_scenarios_that_share_a_shock_share_its_draw_and_more_worlds_change_none():
    wide = Assumption(-0.2, -0.4, 0.0)
    later = shock(0.1, key="rise", first=2030, last=2030)
    one, other = (shocked(worlds.toy_scenario(quarters=8), shock(wide), *more) for more in ((), (later,)))
    cases = worlds.cases
    together = simulate((*cases(one, 3), *cases(other, 3)))
    alone = simulate(cases(one, 2))
    assert (together.values["revenue"][:, :2] == alone.values["revenue"]).all()
    assert (together.values["revenue"][:, :3] == together.values["revenue"][:, 3:]).all()
