"""Which policies rest on assumed effects, and which levers pay those who come, is read from the declared facts."""

from __future__ import annotations

import worlds

from wutong.experiments.answers import evidence
from wutong.model.levers import LEVERS
from wutong.model.scenario import LeverSetting


def test_assumed_are_those_of_the_used_levers_whose_size_comes_from_no_study():
    used = [LeverSetting(key, 1.0, worlds.FIRST) for key in ("talent_programme", "incubator_places", "delivery_service", "space")]
    unused = LeverSetting("transfer_support", 0.0, worlds.FIRST)
    found = evidence.assumed_levers([worlds.policy(*used, unused)])
    assert [lever.key for lever in found] == ["delivery_service", "incubator_places"]


def test_levers_that_pay_entrants_are_those_with_support():
    assert {key for key in LEVERS if evidence.pays_entrants(key)} == {"landing_subsidy", "rent_subsidy", "tax_relief"}
