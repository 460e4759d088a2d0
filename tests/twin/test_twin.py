"""The model against a second one that was written from its description alone: every quarter, every measure."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from tests.twin import settlement
from tests.twin.compare import Verdict, compare, is_count, verdict_on
from tests.twin.narrowing import first_difference
from tests.twin.random_parks import random_case
from wutong.experiments.reading import read_scenario
from wutong.model.measures import MEASURES, RECORDED
from wutong.model.scenario import NO_NEW_POLICY, Case, Plant
from wutong.model.world import World, prepare

RANDOM = (1, 3, 4, 5, 8, 10)
ANCHOR_LEAVES = 4  # a random case in which anchors open and leave


@functools.cache
def random_verdict(number: int) -> Verdict:
    return compare(prepare([random_case(number)]))[0]


@pytest.mark.parametrize("number", RANDOM)
def test_random_park_is_the_same_in_both_models(number: int) -> None:
    verdict = random_verdict(number)
    assert verdict.compared > 5000
    assert not [str(difference) for difference in verdict.differences[:5]]


@pytest.mark.parametrize("name", ["sophia_antipolis", "laptop_episode"])
def test_shipped_park_is_the_same_in_both_models(name: str) -> None:
    scenario = read_scenario(name)
    (verdict,) = compare(prepare([Case(scenario, scenario.policy or NO_NEW_POLICY, 0)]), quarters=12)
    assert not [str(difference) for difference in verdict.differences[:5]]


def test_largest_anchor_is_the_largest_of_those_that_operated_in_the_quarter() -> None:
    assert not [d for d in random_verdict(ANCHOR_LEAVES).differences if d.measure == "largest_anchor_revenue"]


def test_segment_that_no_zone_houses_is_entered_as_if_its_rent_had_not_changed() -> None:
    case = random_case(RANDOM[0])
    zones = tuple(dataclasses.replace(zone, plants=(Plant.PLANT, Plant.OFFICE)) for zone in case.scenario.park.zones)
    scenario = dataclasses.replace(case.scenario, park=dataclasses.replace(case.scenario.park, zones=zones))
    (verdict,) = compare(prepare([dataclasses.replace(case, scenario=scenario)]), quarters=4)
    assert not verdict.differences


@pytest.mark.parametrize("number", RANDOM[:3])
def test_rows_are_the_same_in_every_quarter(number: int) -> None:
    batch = prepare([random_case(number)])
    assert first_difference(World(batch, 0), batch.base.start + batch.n_quarters) is None


def test_everything_that_is_recorded_moves_in_some_random_park() -> None:
    moved = {measure for number in RANDOM for measure in random_verdict(number).moved}
    assert moved >= {measure for names in RECORDED.values() for measure in names}
    assert moved >= {measure for measure, fact in MEASURES.items() if fact.ratio is None}


def test_another_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settlement, "FOUNDERS", 2.9)
    (verdict,) = compare(prepare([random_case(RANDOM[0])]))
    assert {"employees"} <= {difference.measure for difference in verdict.differences}


def test_counts_must_agree_exactly_and_amounts_closely() -> None:
    model = {"firms": np.array([[0.0], [1e12]]), "revenue": np.array([[0.0], [1.0]])}
    assert is_count("firms")
    assert not is_count("revenue")
    assert not verdict_on(model, {name: values.copy() for name, values in model.items()}, 0, 1).differences
    one_more = {"firms": np.array([[0.0], [1e12 + 1.0]]), "revenue": np.array([[0.0], [1.0 + 1e-10]])}
    assert [difference.measure for difference in verdict_on(model, one_more, 0, 1).differences] == ["firms"]
    a_little = {"firms": model["firms"], "revenue": np.array([[0.0], [1.0 + 2e-9]])}
    assert [difference.measure for difference in verdict_on(model, a_little, 0, 1).differences] == ["revenue"]
