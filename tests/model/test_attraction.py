"""Attraction: the signing threshold is the stated hazard, pull begins and ends with the anchor, entry begins as seen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.draws import Draws, Purpose, child
from wutong.model.entities import Stage
from wutong.model.rules.attraction import (
    Attraction,
    admissible,
    entry_rate,
    landing_prob,
    outside_pool,
    pull,
    rivals_entry_rate,
    rivals_value,
    signing,
    value_of_entry,
)

WEIGHTS = ("local_weight", "demand_weight", "inputs_weight", "knowledge_weight")
ONE = np.ones((1, 1))
NOTHING = np.zeros((1, 1))


def attraction(**values: float) -> Attraction:
    return Attraction(**{name: np.full((1, 1), value) for name, value in values.items()})


def test_a_threshold_signs_with_the_summed_hazard():
    """Share still outside after n quarters against exp(-sum h): of 40,000 partners, within four standard errors."""
    n = 40_000
    resistance = Draws(0).exponential(child(np.full(n, 5, np.uint64), np.arange(n)), Purpose.RESISTANCE)
    hazard = np.array([0.0, 0.02, 0.3, 0.07, 1.5, 0.0, 0.4])
    exposure = 0.0
    outside = np.ones(n, np.bool_)
    for h in hazard:
        exposure += 0.25 * h
        before = outside.sum()
        outside &= ~signing(resistance, np.full(n, exposure))
        expected = np.exp(-exposure)
        assert abs(outside.mean() - expected) <= 4.0 * np.sqrt(expected * (1 - expected) / n) + 1e-12
        share = 1.0 - outside.sum() / before
        assert abs(share - (1.0 - np.exp(-0.25 * h))) <= 4.0 * np.sqrt(max(share, 1e-9) / before) + 1e-12


def test_a_stronger_pull_brings_the_same_partners_earlier():
    resistance = Draws(0).exponential(np.arange(1, 500, dtype=np.uint64), Purpose.RESISTANCE)
    weak, strong = (signing(resistance, np.full(499, e)) for e in (0.4, 0.9))
    assert (strong >= weak).all() and strong.sum() > weak.sum() > 0


def anchors_in(stage: Stage, signed: int, partners: int = 10) -> np.ndarray:
    _, state = worlds.start(worlds.toy_scenario(), 1)
    table = dataclasses.replace(
        state.anchors,
        stage=np.full(2, stage, np.int8),
        partners=np.full(2, partners),
        partners_signed=np.full(2, signed),
    )
    return pull(table, np.full(2, 0.07), np.full(2, 2.0), np.full(2, 0.7))


@pytest.mark.parametrize("stage", [Stage.PLANNED, Stage.CLOSED])
@pytest.mark.parametrize("signed", [0, 5, 10])
def test_no_pull_before_signing_or_after_closing(stage, signed):
    assert anchors_in(stage, signed).tolist() == [0.0, 0.0]


def test_pull_leads_by_stage_and_follows_by_share_signed():
    assert anchors_in(Stage.SIGNED, 0)[0] == pytest.approx(0.07 * 0.7)
    assert anchors_in(Stage.STARTED, 0)[0] == pytest.approx(0.07)
    assert anchors_in(Stage.OPERATING, 5)[0] == pytest.approx(0.07 + 2.0 * 0.5)
    assert anchors_in(Stage.OPERATING, 0, partners=0)[0] == pytest.approx(0.07)


@given(st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_admissible_is_what_keeps_the_multiplier_finite(weights):
    local, demand, inputs, knowledge = weights
    p = attraction(**dict(zip(WEIGHTS, weights, strict=True)))
    feedback = local * (demand + inputs) + knowledge
    if abs(feedback - 0.4) > 1e-9:
        assert bool(admissible(p)[0]) == (feedback < 0.4)


def test_inadmissible_draws_are_drawn_again_and_hopeless_ones_refused():
    bounds = {"demand_weight": (0.0, 0.6), "inputs_weight": (0.0, 0.6)}
    wide = {f"attraction.{name}": worlds.between(*b) for name, b in bounds.items()}
    scenario = dataclasses.replace(worlds.toy_scenario(quarters=1), assumptions=wide)
    batch, _ = worlds.start(scenario, 40)
    assert admissible(batch.parameters["attraction"]).all()
    with pytest.raises(ValueError, match="no admissible draw of the attraction parameters"):
        worlds.start(worlds.without(scenario, {"attraction.demand_weight": 0.9, "attraction.local_weight": 1.0}), 2)


def test_a_kind_without_a_number_has_the_partners_of_a_laptop_maker():
    park = worlds.toy_park()
    kinds = tuple(dataclasses.replace(kind, partners=None) for kind in park.partner_kinds)
    scenario = dataclasses.replace(worlds.toy_scenario(quarters=1), park=dataclasses.replace(park, partner_kinds=kinds))
    _, state = worlds.start(worlds.without(scenario, {"attraction.laptop_partners": 77.0}), 3)
    assert (state.base.kind_partners == 77.0).all()
    late = state.anchors.kind >= 0
    assert (state.anchors.partners[late] == 77).all() and late.any()


def test_landing_is_moved_by_money_and_never_above_one():
    p = attraction(landing_hardware=0.2, landing_software=0.6, support_weight=2.9)
    office = np.array([True, False])
    assert landing_prob(office, NOTHING, p)[0].tolist() == [0.6, 0.2]
    helped = landing_prob(office, np.full((1, 1), 0.25), p)[0]
    assert helped == pytest.approx([1.0, 0.2 * np.exp(2.9 * 0.25)])


def test_entry_at_the_start_is_what_was_seen_there():
    """Neutral values give the base itself, bit for bit, whatever the weights: no lever and no feedback, no change."""
    batch, state = worlds.start(worlds.toy_scenario(), 5)
    p = batch.parameters["attraction"]
    rent = np.ones(state.shape)
    value = value_of_entry(state.cells, rent, np.zeros((5, 1)), p)
    assert (value == 0.0).all()
    together = rivals_value(value, np.zeros((5, 1)), p)
    rate = entry_rate(state.cells, value, together, np.ones((5, 1)), p)
    assert rate == pytest.approx(state.cells.entry_base, rel=1e-12)


@settings(max_examples=30)
@given(st.floats(0.0, 0.25), st.floats(0.0, 0.3), st.floats(0.2, 1.0), st.floats(0.0, 1.0))
def test_support_never_lowers_entry_and_rivals_only_lose(support, growth, creation, copying):
    _, state = worlds.start(worlds.toy_scenario(), 1)
    p = attraction(creation_share=creation, copying=copying)
    cells, money = state.cells, np.full((1, 1), support)
    value = value_of_entry(cells, np.ones(state.shape), money, p) + growth
    together = rivals_value(value, money, p)
    assert (entry_rate(cells, value, together, ONE, p) >= cells.entry_base * (1 - 1e-12)).all()
    alone = rivals_value(value, NOTHING, p)
    assert (rivals_entry_rate(cells, NOTHING, alone, p) <= rivals_entry_rate(cells, NOTHING, ONE, p) * (1 + 1e-12)).all()


def test_at_a_creation_share_of_one_every_entrant_is_new():
    _, state = worlds.start(worlds.toy_scenario(), 1)
    p = attraction(creation_share=1.0)
    together = rivals_value(np.full(state.shape, 0.3), NOTHING, p)
    assert rivals_entry_rate(state.cells, NOTHING, together, p) == pytest.approx(rivals_entry_rate(state.cells, NOTHING, ONE, p))


@settings(max_examples=30)
@given(st.floats(-1.0, 1.0), st.floats(0.0, 1.0), st.floats(0.01, 0.3))
def test_entrants_of_all_parks_together_grow_by_the_share_that_is_new(better, creation, rival):
    """At a creation share of 0 the parks share a fixed number; each point of it lets the total follow the joint value."""
    _, state = worlds.start(worlds.toy_scenario(), 1)
    p = attraction(creation_share=creation, rival_share=rival)
    value = np.full(state.shape, better)
    together = rivals_value(value, NOTHING, p)
    total = entry_rate(state.cells, value, together, ONE, p) + rivals_entry_rate(state.cells, NOTHING, together, p)
    assert total == pytest.approx(state.cells.entry_base / rival * together**creation, rel=1e-9)


def test_the_missing_link_pulls_and_high_rent_repels():
    _, state = worlds.start(worlds.toy_scenario(), 1)
    cells, p, rent = state.cells, attraction(rent_elasticity=0.5), np.ones(state.shape)
    gap = dataclasses.replace(cells, unmet=cells.unmet + cells.demand_scale)
    assert (value_of_entry(gap, rent, NOTHING, p) > 0.0).all()
    assert (value_of_entry(dataclasses.replace(cells, inputs=cells.inputs + 9), rent, NOTHING, p) > 0.0).all()
    assert (value_of_entry(dataclasses.replace(cells, knowledge=cells.knowledge + 9), rent, NOTHING, p) > 0.0).all()
    assert (value_of_entry(cells, 1.3 * rent, NOTHING, p) < 0.0).all()


def test_the_outside_pool_has_mean_one_and_a_trend_of_five_years():
    _, state = worlds.start(worlds.toy_scenario(), 1)
    base = dataclasses.replace(state.base, pool_trend=np.full((1, 1), 0.1))
    n = 20_000
    normal = Draws(0).normal(child(np.full(n, 3, np.uint64), np.arange(n)), Purpose.POOL_SHOCK)[:, None]
    for years, expected in ((0, 0.0), (2, 0.2), (5, 0.5), (9, 0.5)):
        pool = outside_pool(base, normal, np.full((1, 1), 0.25), worlds.START + 4 * years)
        assert pool.mean() == pytest.approx(np.exp(expected), rel=0.01)
