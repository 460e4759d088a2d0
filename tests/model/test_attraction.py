"""Attraction: the signing threshold is the stated hazard, pull begins and ends with the anchor, entry begins as seen."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.assumptions import at_defaults
from wutong.model.codes import Stage
from wutong.model.compiled import compiled, engine
from wutong.model.draws import Draws, Purpose
from wutong.model.rules.attraction import (
    Attraction,
    admissible,
    attract,
    entry_rates,
    follow,
    landing_prob,
    pull,
    rent_of,
    value_of_entry,
)
from wutong.model.tables import in_use
from wutong.model.world import prepare

WEIGHTS = ("local_weight", "demand_weight", "inputs_weight", "knowledge_weight")
NOTHING = SimpleNamespace(support=0.0, entry=1.0)


def attraction(**values: float):
    return worlds.parameters(Attraction, **values)


# ── Partners ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def followed(segments, p, levers, park, cells):
    follow(segments, p[0], levers, park.anchors, park.partners, park.arrivals, cells)


def outside_after(resistance, exposures) -> list[int]:
    """Partners still outside after each of some summed pulls of their anchor."""
    world = worlds.begun(worlds.plain())
    n = len(resistance)
    partners = worlds.table_of("partners", n, key=worlds.keys(n, 5), segment=1, resistance=resistance)
    park = world.park._replace(partners=partners, arrivals=worlds.table_of("arrivals", n + 1))
    park.arrivals.n[0] = 0
    left = []
    for exposure in exposures:
        park.anchors.row[0].exposure = exposure
        levers, record = worlds.levers_in(world, worlds.FIRST), worlds.record_in(world, worlds.FIRST)
        engine(followed)(world.given.segment, world.parameters.attraction, levers.segment, park, record.segment)
        left.append(int(partners.n[0]))
        assert park.anchors.row[0].partners_signed - world.given.kind_partners.round() == n - left[-1]
        assert (in_use(partners).resistance > exposure).all()
    return left


def test_a_threshold_signs_with_the_summed_hazard():
    """Share still outside after n quarters against exp(-sum h): of 40,000 partners, within four standard errors."""
    n = 40_000
    resistance = Draws(0).exponential(worlds.keys(n, 5), Purpose.RESISTANCE)
    hazard = np.array([0.0, 0.02, 0.3, 0.07, 1.5, 0.0, 0.4])
    exposure = np.cumsum(0.25 * hazard)
    outside = outside_after(resistance, exposure)
    for h, summed, before, after in zip(hazard, exposure, [n, *outside], outside, strict=False):
        expected = np.exp(-summed)
        assert abs(after / n - expected) <= 4.0 * np.sqrt(expected * (1 - expected) / n) + 1e-12
        share = 1.0 - after / before
        assert abs(share - (1.0 - np.exp(-0.25 * h))) <= 4.0 * np.sqrt(max(share, 1e-9) / before) + 1e-12


def test_a_stronger_pull_brings_the_same_partners_earlier():
    resistance = Draws(0).exponential(np.arange(1, 500, dtype=np.uint64), Purpose.RESISTANCE)
    weak, strong = (outside_after(resistance, [exposure])[0] for exposure in (0.4, 0.9))
    assert strong < weak < 499


def pull_in(stage: Stage, signed: int, partners: int = 10) -> float:
    anchor = SimpleNamespace(stage=stage, partners=partners, partners_signed=signed)
    return pull(anchor, attraction(lead_rate=0.07, follow_rate=2.0, signed_pull=0.7), 1.0, 1.0)


@pytest.mark.parametrize("stage", [Stage.PLANNED, Stage.CLOSED])
@pytest.mark.parametrize("signed", [0, 5, 10])
def test_no_pull_before_signing_or_after_closing(stage, signed):
    assert pull_in(stage, signed) == 0.0


def test_pull_leads_by_stage_and_follows_by_share_signed():
    assert pull_in(Stage.SIGNED, 0) == pytest.approx(0.07 * 0.7)
    assert pull_in(Stage.STARTED, 0) == pytest.approx(0.07)
    assert pull_in(Stage.OPERATING, 5) == pytest.approx(0.07 + 2.0 * 0.5)
    assert pull_in(Stage.OPERATING, 0, partners=0) == pytest.approx(0.07)


def test_landing_is_moved_by_money_and_never_above_one():
    p = attraction(landing_hardware=0.2, landing_software=0.6, support_weight=2.9)
    assert [landing_prob(office, 0.0, p) for office in (True, False)] == [0.6, 0.2]
    helped = [landing_prob(office, 0.25, p) for office in (True, False)]
    assert helped == pytest.approx([1.0, 0.2 * np.exp(2.9 * 0.25)])


def test_a_kind_without_a_number_has_the_partners_of_a_laptop_maker():
    park = worlds.toy_park()
    kinds = tuple(dataclasses.replace(kind, partners=None) for kind in park.partner_kinds)
    scenario = dataclasses.replace(worlds.toy_scenario(quarters=1), park=dataclasses.replace(park, partner_kinds=kinds))
    world = worlds.begun(worlds.without(scenario, {"attraction.laptop_partners": 77.0}))
    assert world.given.kind_partners.tolist() == [77.0]
    anchors = in_use(world.park.anchors)
    assert (anchors.partners[anchors.kind >= 0] == 77).all() and (anchors.kind >= 0).any()


# ── What may be drawn ────────────────────────────────────────────────────────────────────────────────────────────────
@given(st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_admissible_is_what_keeps_the_multiplier_finite(weights):
    local, demand, inputs, knowledge = weights
    p = Attraction(**{name: np.full((1, 1), value) for name, value in zip(WEIGHTS, weights, strict=True)})
    feedback = local * (demand + inputs) + knowledge
    if abs(feedback - 0.4) > 1e-9:
        assert bool(admissible(p)[0]) == (feedback < 0.4)


def test_inadmissible_draws_are_drawn_again_and_hopeless_ones_refused():
    bounds = {"demand_weight": (0.0, 0.6), "inputs_weight": (0.0, 0.6)}
    wide = {f"attraction.{name}": worlds.between(*b) for name, b in bounds.items()}
    scenario = dataclasses.replace(worlds.toy_scenario(quarters=1), assumptions=wide)
    batch = prepare(worlds.cases(scenario, 40))
    assert admissible(batch.parameters["attraction"]).all()
    hopeless = worlds.without(scenario, {"attraction.demand_weight": 0.9, "attraction.local_weight": 1.0})
    with pytest.raises(ValueError, match="no admissible draw of the attraction parameters"):
        prepare(worlds.cases(hopeless, 2))


# ── Generic entry ────────────────────────────────────────────────────────────────────────────────────────────────────
def a_cell(**changes: float):
    """A segment as at its start, but for what is given."""
    start = {"unmet": 3.0, "unmet_start": 3.0, "demand_scale": 2.0, "inputs": 7.0, "inputs_start": 7.0}
    known = {"knowledge": 4.0, "knowledge_start": 4.0, "entry_base": 6.0, "pool": 1.0}
    return SimpleNamespace(**{**start, **known, **changes})


def test_entry_at_the_start_is_what_was_seen_there():
    """Neutral values give the base itself, bit for bit, whatever the weights: no lever and no feedback, no change."""
    for world in worlds.started(worlds.toy_scenario(), 5, plain=True):
        p, park = world.parameters.attraction[0], world.park
        lever = worlds.levers_in(world, worlds.FIRST).segment
        for s in range(world.given.n_segments):
            rent = rent_of(world.given.houses[s], park.zones)
            assert value_of_entry(park.cells[s], rent, lever[s].support, p) == 0.0
            own, _ = entry_rates(park.cells[s], 1.0, rent, lever[s], p)
            assert own == pytest.approx(park.cells[s].entry_base, rel=1e-12)


@settings(max_examples=30)
@given(st.floats(0.0, 0.25), st.floats(0.0, 0.3), st.floats(0.2, 1.0), st.floats(0.0, 1.0))
def test_support_never_lowers_entry_and_rivals_only_lose(support, growth, creation, copying):
    """``growth`` is what better local conditions add to the value, through the missing link."""
    p = attraction(creation_share=creation, copying=copying, demand_weight=1.0, local_weight=1.0)
    cell = a_cell()
    cell.unmet = (cell.unmet_start + cell.demand_scale) * np.exp(growth) - cell.demand_scale
    own, _ = entry_rates(cell, 1.0, 1.0, SimpleNamespace(support=support, entry=1.0), p)
    assert own >= cell.entry_base * (1 - 1e-12)
    rivals, alone = (entry_rates(one, 1.0, 1.0, NOTHING, p)[1] for one in (cell, a_cell()))
    assert rivals <= alone * (1 + 1e-12)


def test_at_a_creation_share_of_one_every_entrant_is_new():
    p = attraction(creation_share=1.0)
    better, usual = (entry_rates(cell, 1.0, 1.0, NOTHING, p) for cell in (a_cell(unmet=9.0), a_cell()))
    assert better[0] > usual[0] and better[1] == pytest.approx(usual[1])


@settings(max_examples=30)
@given(st.floats(-1.0, 1.0), st.floats(0.0, 1.0), st.floats(0.01, 0.3))
def test_entrants_of_all_parks_together_grow_by_the_share_that_is_new(better, creation, rival):
    """At a creation share of 0 the parks share a fixed number; each point of it lets the total follow the joint value."""
    p = attraction(creation_share=creation, rival_share=rival, knowledge_weight=1.0)
    cell = a_cell(knowledge=9.0 * np.exp(better) - 5.0)
    together = (1.0 - rival) + rival * np.exp(better)
    assert sum(entry_rates(cell, 1.0, 1.0, NOTHING, p)) == pytest.approx(cell.entry_base / rival * together**creation, rel=1e-9)


def test_the_missing_link_pulls_and_high_rent_repels():
    p = attraction(rent_elasticity=0.5)
    assert value_of_entry(a_cell(), 1.0, 0.0, p) == 0.0
    for better in (a_cell(unmet=5.0), a_cell(inputs=16.0), a_cell(knowledge=13.0)):
        assert value_of_entry(better, 1.0, 0.0, p) > 0.0
    assert value_of_entry(a_cell(), 1.3, 0.0, p) < 0.0


def test_the_pool_multiplies_entry_here_and_elsewhere():
    p = attraction()
    usual, halved = (entry_rates(a_cell(), pool, 1.0, NOTHING, p) for pool in (1.0, 0.5))
    assert halved == pytest.approx([0.5 * rate for rate in usual])


def test_as_many_arrive_as_were_drawn_and_each_has_a_key_of_its_own():
    world = worlds.begun(at_defaults(worlds.without(worlds.toy_scenario(), {"outside.pool_spread": 0.0})))
    world.park.cells.entry_base, world.park.partners.n[0] = 400.0, 0
    park = world.park._replace(arrivals=worlds.table_of("arrivals", 1000))
    park.arrivals.n[0] = 0
    levers, record = worlds.levers_in(world, worlds.FIRST), worlds.record_in(world, worlds.FIRST)
    worlds.call(attract, worlds.FIRST, world.given, world.parameters.attraction[0], levers, park, record)
    who = in_use(park.arrivals)
    assert (np.abs(np.bincount(who.segment, minlength=5) - 100.0) < 4.0 * np.sqrt(100.0)).all()
    assert len(np.unique(who.key)) == len(who) and (who.generation == 0).all()


def test_pull_is_summed_whether_or_not_a_partner_is_left():
    world = worlds.begun(worlds.plain())
    levers, record = worlds.levers_in(world, worlds.FIRST), worlds.record_in(world, worlds.FIRST)
    anchors, p = in_use(world.park.anchors), world.parameters.attraction[0]
    before = anchors.exposure.copy()
    worlds.call(attract, worlds.FIRST, world.given, p, levers, world.park, record)
    assert anchors.exposure - before == pytest.approx(0.25 * (p.anyway_rate + anchors.pull))
    assert (anchors.pull > 0.0).any()
