"""Which effects are assumed is read from the declared facts."""

from __future__ import annotations

import worlds

from experiments.answers import evidence
from model.facts import Tag
from model.levers import LEVERS
from model.scenario import LeverSetting


def names(facts):
    return {fact.name.removeprefix("levers.") for fact in facts}


def test_effect_sizes_are_the_parameters_that_can_silence_an_effect_and_no_prices():
    assert names(evidence.effect_sizes("supplier_matching")) == {
        "matching_follow", "matching_lead", "matching_local", "coached_exit",
    }  # fmt: skip
    assert names(evidence.effect_sizes("landing_subsidy")) == set()
    found = set().union(*(names(evidence.effect_sizes(key)) for key in LEVERS))
    assert not [name for name in found if name.endswith(("_cost", "_rent", "_wage", "_rate", "_investment", "_base", "_delay"))]


def test_every_parameter_with_a_chance_of_no_effect_belongs_to_a_lever():
    from model.assumptions import parameter_facts

    nulls = {n for n, f in parameter_facts().items() if n.startswith("levers.") and f.assumption.null_prob > 0.0}
    assert nulls <= {fact.name for key in LEVERS for fact in evidence.effect_sizes(key)}


def test_assumed_are_those_of_the_used_levers_whose_size_comes_from_no_study():
    used = [LeverSetting(key, 1.0, worlds.FIRST) for key in ("talent_programme", "incubator_places", "delivery_service", "space")]
    unused = LeverSetting("transfer_support", 0.0, worlds.FIRST)
    found = evidence.assumed_levers([worlds.policy(*used, unused)])
    assert [lever.key for lever in found] == ["delivery_service", "incubator_places"]
    assert {fact.tag for fact in evidence.assumed_sizes("incubator_places")} == {Tag.DESIGN}


def test_levers_that_pay_entrants_are_those_with_support():
    assert {key for key in LEVERS if evidence.pays_entrants(key)} == {"landing_subsidy", "rent_subsidy", "tax_relief"}
