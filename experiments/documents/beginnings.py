"""What the recorded measures do not show: sizes of newcomers against firms that are there, and anchors recruited a year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wutong.experiments.documents.readings import Reading
from wutong.model.tables import NONE
from wutong.model.scenario import Case
from wutong.model.simulate import step
from wutong.model.start.build import Batch, begin
from wutong.model.state import ParkState
from wutong.model.units import STEP_YEARS

YEARS = 4
FEW = 20  # projects of a segment in all worlds: below, a mean says nothing


def newcomer_sizes(state: ParkState, segments: Sequence[str]) -> list[Reading]:
    """Mean full output of a signed project over mean revenue of a firm by segment, anchors apart, all worlds together."""
    base, projects, firms = state.base, state.projects, state.firms
    ordinary = projects.leads == NONE
    led = np.zeros(len(firms.key), np.bool_)
    led[state.anchors.firm[state.anchors.firm >= 0]] = True
    project_segment, firm_segment = projects.cell % base.n_segments, firms.site // base.n_zones % base.n_segments
    out = []
    for n, name in enumerate(segments):
        signed, there = projects.capacity[ordinary & (project_segment == n)], firms.revenue[~led & (firm_segment == n)]
        if len(signed) >= FEW and len(there) >= FEW:
            out.append(Reading("Output of a project over a firm's", name, "ratio", np.array([signed.mean() / there.mean()])))
    return out


def recruited_a_year(batch: Batch, state: ParkState) -> Reading:
    """Anchors recruited a year in the first years, one value a world."""
    for _ in range(min(batch.n_quarters, round(YEARS / STEP_YEARS))):
        state = step(batch, state)[1]
    anchors = state.anchors
    new = np.bincount(anchors.world[anchors.name == NONE], minlength=state.base.n_worlds)
    return Reading("Anchors recruited a year", "all", "anchors/year", new / YEARS)


def beginning_readings(cases: Sequence[Case]) -> list[Reading]:
    batch, state = begin(cases)
    names = [s.key for s in cases[0].scenario.park.segments]
    return [*newcomer_sizes(state, names), recruited_a_year(batch, state)]
