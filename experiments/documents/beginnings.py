"""What the recorded measures do not show: sizes of newcomers against firms that are there, and anchors recruited a year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wutong.experiments.documents.readings import Reading
from wutong.model.scenario import Case
from wutong.model.tables import NONE, in_use
from wutong.model.units import STEP_YEARS
from wutong.model.world import Batch, World, prepare

YEARS = 4
FEW = 20  # projects of a segment in all worlds: below, a mean says nothing


def newcomer_sizes(worlds: Sequence[World], segments: Sequence[str]) -> list[Reading]:
    """Mean full output of a signed project over mean revenue of a firm by segment, anchors apart, all worlds together."""
    projects = np.concatenate([in_use(world.park.projects) for world in worlds])
    firms = np.concatenate([in_use(world.park.firms) for world in worlds])
    projects, firms = projects[projects["leads"] == NONE], firms[firms["leads"] == NONE]
    out = []
    for n, name in enumerate(segments):
        signed, there = projects["capacity"][projects["segment"] == n], firms["revenue"][firms["segment"] == n]
        if len(signed) >= FEW and len(there) >= FEW:
            out.append(Reading("Output of a project over a firm's", name, "ratio", np.array([signed.mean() / there.mean()])))
    return out


def recruited_a_year(batch: Batch, worlds: Sequence[World]) -> Reading:
    """Anchors recruited a year in the first years, one value a world."""
    new = []
    for world in worlds:
        world.advance(batch.base.start + min(batch.n_quarters, round(YEARS / STEP_YEARS)))
        new.append(np.count_nonzero(in_use(world.park.anchors).name == NONE))
    return Reading("Anchors recruited a year", "all", "anchors/year", np.array(new) / YEARS)


def beginning_readings(cases: Sequence[Case]) -> list[Reading]:
    batch = prepare(cases)
    worlds = [World(batch, position) for position in range(len(cases))]
    names = [s.key for s in cases[0].scenario.park.segments]
    return [*newcomer_sizes(worlds, names), recruited_a_year(batch, worlds)]
