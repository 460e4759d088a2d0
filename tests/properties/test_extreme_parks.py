"""Parks at the edge of what a file may describe: without anchors, labs or trade, with one segment, no firm, or no room."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import worlds
from tests.properties.invariants import watched_run
from tests.properties.test_invariants import everything
from tests.worlds import NAME, START, between
from wutong.model.facts import Assumption, fixed
from wutong.model.scenario import Park, Pipeline, Plant, Zone


def bare(**changes: object) -> Park:
    """The toy park less all that a park file may leave out, then changed."""
    park = worlds.toy_park(anchors=())
    segments = tuple(dataclasses.replace(s, partner_kind=None, recruit_weight=0.0) for s in park.segments)
    zero = tuple((0.0,) * len(segments) for _ in segments)
    nothing = {"segments": segments, "purchases": zero, "partner_kinds": (), "labs": (), "pipeline": Pipeline((), fixed(1.5), "")}
    return dataclasses.replace(park, **{**nothing, **changes})


def lone_segment() -> Park:
    own = dataclasses.replace(bare().segments[3], key="only", industry="one", spin_off_segment="only", buyer_segment=None)
    return bare(
        industries=(dataclasses.replace(bare().industries[0], key="one"),),
        segments=(own,),
        purchases=((0.0,),),
        zones=(Zone("site", NAME, (Plant.PLANT,), fixed(1.0), fixed(0.7)),),
    )


def of_all(park: Park, **changes: Assumption | float) -> Park:
    return worlds.with_segments(park, **changes)


EMPTY = {"firms": fixed(0.0), "staff": fixed(0.0)}
EXTREMES: dict[str, Park] = {
    "nothing but firms": bare(),
    "one segment": lone_segment(),
    "not one firm": of_all(bare(), **EMPTY),
    "not one firm, but an anchor signs": of_all(worlds.toy_park(anchors=(worlds.new_anchor(),)), **EMPTY),
    "no entry": of_all(bare(), entry=fixed(0.0)),
    "a flood of entrants": of_all(bare(), entry=between(2000.0, 4000.0)),
    "not a metre free": bare(zones=tuple(dataclasses.replace(z, occupancy=fixed(1.0)) for z in bare().zones)),
    "one firm a segment": of_all(bare(), firms=fixed(1.0), staff=fixed(3.0)),
    "an anchor with one job": worlds.toy_park(anchors=(dataclasses.replace(worlds.new_anchor(), jobs=fixed(1.0)),)),
    "an anchor that hardly invests": worlds.toy_park(
        anchors=(dataclasses.replace(worlds.new_anchor(), investment=fixed(1e-4), revenue=None, jobs=None),)
    ),
    "everything sold and bought at home": of_all(
        worlds.toy_park(), localisable_share=fixed(1.0), local_capacity_share=fixed(1.0)
    ),
}


@pytest.mark.parametrize("policy", [worlds.NO_POLICY, everything()], ids=lambda p: p.name)
@pytest.mark.parametrize("name", EXTREMES)
def test_every_invariant_holds(name, policy):
    ended = watched_run(worlds.cases(worlds.toy_scenario(EXTREMES[name], 12), 4, policy))
    assert [world.quarter for world in ended] == [START + 12] * 4


@pytest.mark.parametrize("name", EXTREMES)
def test_every_measure_is_a_number(name):
    history = worlds.run(worlds.toy_scenario(EXTREMES[name], 8), 3, everything())
    for measure, values in history.values.items():
        assert np.isfinite(values).all(), measure


def test_a_park_that_starts_empty_but_built_fills_up():
    built = tuple(dataclasses.replace(z, occupancy=None, floor=fixed(200_000.0)) for z in bare().zones)
    history = worlds.run(worlds.toy_scenario(dataclasses.replace(EXTREMES["not one firm"], zones=built), 12), 4)
    firms = history.total("firms", worlds.SEGMENTS)
    assert (firms[0] == 0).all() and (firms[-1] > 0).all()
