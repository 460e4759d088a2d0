"""Anchor episodes: worlds weighed by what was seen since the start; nothing later moves them; too few are refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from wutong.experiments.errors import BadInputError
from wutong.experiments.hindcast import episode as module
from wutong.experiments.hindcast import hindcast
from wutong.experiments.hindcast.subject import of_name
from wutong.model.facts import fixed
from wutong.model.units import quarter

SIGNED = ("signed_projects_total", "suppliers")


@pytest.fixture(scope="module")
def scenario():
    return of_name("laptop_episode").scenario


@pytest.fixture(scope="module")
def found(scenario):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEWEST", 2.0)
        yield hindcast(scenario, 2011, n=2, n_past=150)


def test_three_dates_foretell_the_fourth(found):
    one = next(s for s in found.scores if s.subject == SIGNED)
    assert one.quarter == quarter("2013Q2") and one.observed == 768.0
    assert one.inside_90 and 400.0 < one.median < 1300.0
    assert found.projection.episode.n_effective < 60.0, "most worlds are far from the three dates"
    assert "weighed by what was seen" in found.words.en and "按截止前的观测值加权" in found.words.zh


def test_worlds_near_to_what_was_seen_count_most(found):
    """Of the values at the cut-off the weighted middle lies nearer to the line through the dates than the plain one."""
    values, weights = found.projection.values[SIGNED][0], found.projection.weights
    order = np.argsort(values)
    middle = values[order][np.searchsorted(np.cumsum(weights[order]), 0.5)]
    assert 230.0 < middle < 480.0
    assert np.quantile(values, 0.95) > 700.0, "before the dates are looked at a wave may be over by then"


def test_nothing_later_moves_an_episode(scenario, found, monkeypatch):
    monkeypatch.setattr(module, "FEWEST", 2.0)
    park = scenario.park
    later = tuple(dataclasses.replace(p, value=9.0 * p.value) if p.quarter > quarter("2011Q4") else p for p in park.observed)
    other = dataclasses.replace(scenario, park=dataclasses.replace(park, observed=later))
    again = hindcast(other, 2011, n=2, n_past=150)
    assert np.array_equal(again.projection.weights, found.projection.weights)
    assert again.projection.values[SIGNED].tobytes() == found.projection.values[SIGNED].tobytes()
    assert again.scores[0].crps > found.scores[0].crps


def test_how_many_partners_a_maker_has_is_told_only_where_an_anchor_takes_it(scenario, found):
    assert "attraction.laptop_partners" in found.projection.episode.parameters
    own = tuple(dataclasses.replace(kind, partners=fixed(80.0)) for kind in scenario.park.partner_kinds)
    names = module.following(dataclasses.replace(scenario.park, partner_kinds=own))
    assert names == tuple(name for name in module.FOLLOW if name != "laptop_partners")


def test_too_few_worlds_are_refused_with_a_way_out(scenario, monkeypatch):
    monkeypatch.setattr(module, "FEWEST", 140.0)
    with pytest.raises(BadInputError, match="raise --past"):
        hindcast(scenario, 2011, n=2, n_past=150)
