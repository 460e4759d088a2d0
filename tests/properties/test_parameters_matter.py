"""No declared parameter is dead: moving it to one of its bounds changes what is recorded, in a park where it can act."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import worlds
from wutong.model.assumptions import at_defaults, parameter_facts
from wutong.model.facts import fixed
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.scenario import LeverSetting, Plant, Policy, Scenario

QUARTERS = 12
# What lets the quiet ones act: rent counts, payroll outweighs investment, labs are large, floor is short, anchors are many.
SETTING = {
    "attraction.rent_elasticity": 0.4,
    "attraction.copying": 0.5,
    "newcomers.output_per_investment": 6.0,
    "newcomers.plan_realised": 1.0,
    "growth.people": 400.0,
    "anchors.candidate_rate": 400.0,
}
MANY_SPIN_OFFS = {"spin_off.firm_rate": 0.05}  # a world of its own: they crowd out the entry that other parameters move
GENTLY = {"tax_relief": 0.02, "rent_subsidy": 0.02}  # so that the limit of support leaves room for the other levers


def every_lever(shares: dict[str, float]) -> Policy:
    """All levers from the second quarter on, at half their bound or the given share of it."""
    levels = {key: shares.get(key, 0.5) * lever.high for key, lever in LEVERS.items()}
    return worlds.policy(*(LeverSetting(key, level, worlds.FIRST + 1) for key, level in levels.items()))


def lively(*switches: dict[str, float]) -> Scenario:
    """The toy park with an anchor that closes and one that comes early, a state lab, a fab, short floor and much entry."""
    park = worlds.toy_park(occupancy=0.84)
    lab = dataclasses.replace(park.labs[0], budget=fixed(60.0))
    state_lab = dataclasses.replace(lab, key="state_institute", university=False)
    closing = dataclasses.replace(park.anchors[0], closes=worlds.START + 4)
    early = dataclasses.replace(worlds.new_anchor(worlds.FIRST), key="early", opens=worlds.FIRST + 3)
    park = dataclasses.replace(park, labs=(lab, state_lab), anchors=(closing, park.anchors[1], early))
    segments = [dataclasses.replace(s, recruit_weight=1.0, entry=fixed(10.0 * s.entry.default)) for s in park.segments]
    kinds = tuple(dataclasses.replace(kind, partners=None) for kind in park.partner_kinds)  # as many as a laptop maker's
    park = dataclasses.replace(park, partner_kinds=kinds)
    metal = worlds.SEGMENTS.index(worlds.METAL)
    segments[metal] = dataclasses.replace(segments[metal], plant=Plant.FAB)
    return at_defaults(
        worlds.without(worlds.toy_scenario(dataclasses.replace(park, segments=tuple(segments)), QUARTERS), SETTING, *switches)
    )


SETTINGS = ((lively(), every_lever(GENTLY)), (lively(MANY_SPIN_OFFS), every_lever({})))


def run(setting: tuple[Scenario, Policy], *switches: dict[str, float]) -> History:
    scenario, policy = setting
    return worlds.run(worlds.without(scenario, *switches), 3, policy)


@pytest.fixture(scope="module")
def usual() -> list[History]:
    return [run(setting) for setting in SETTINGS]


MOVABLE = [name for name, fact in parameter_facts().items() if fact.assumption.low < fact.assumption.high]


@pytest.mark.parametrize("name", MOVABLE)
def test_moving_a_parameter_changes_something(name, usual):
    assumption = parameter_facts()[name].assumption
    for setting, before in zip(SETTINGS, usual, strict=True):
        for value in (assumption.low, assumption.high):
            try:
                moved = run(setting, {name: value})
            except ValueError as error:
                if "no admissible draw" not in str(error):
                    raise
                continue  # this bound is explosive together with the others
            if any(not np.array_equal(moved.values[m], before.values[m]) for m in before.values):
                return
    pytest.fail(f"{name} changes nothing between {assumption.low:g} and {assumption.high:g}")
