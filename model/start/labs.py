"""Labs of the start and the research projects under way in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.given import Given
from wutong.model.maths import exp
from wutong.model.rules.knowledge import N_STAGES, TRANSFER, pass_share, passes, stage_end, stage_years
from wutong.model.start.opening import Opening
from wutong.model.tables import Park, new_row
from wutong.model.units import NEVER, QUARTERS_PER_YEAR, STEP_YEARS

LOOK_BACK = 48  # quarters: older projects have all left
RECENT = 8  # quarters over which the first maturity is counted


@compiled
def initial_labs(given: Given, p: Any, opening: Opening, park: Park) -> None:
    """A row a lab, what it has under way, its maturity, and the knowledge that labs have added so far.

    A lab not open yet opens with its own chance, in its quarter.  Every project that a lab could have begun since it opened is
    followed through its stages up to the start.
    """
    shares = pass_share(p, 1.0)
    for s in range(given.n_segments):
        park.cells[s].knowledge = 0.0
    for k in range(park.labs.n[0]):
        drawn, lab = opening.lab[k], park.labs.row[k]
        lab.key, lab.closes, lab.budget = drawn.key, drawn.closes, drawn.budget
        will = drawn.operates or keyed.uniform(drawn.key, Purpose.OPENING, 0) < drawn.opening_share
        opens = drawn.opened if drawn.operates else max(drawn.opened, given.start + 1)
        lab.opens = opens if will else NEVER
        recent = 0.0
        for back in range(LOOK_BACK):
            quarter = given.start - back
            if quarter >= lab.opens:
                address = keyed.child(drawn.before, back)
                for c in range(keyed.poisson(address, Purpose.LAB_START, 0, STEP_YEARS * lab.budget / p.project_cost)):
                    key = keyed.newborn(address, Purpose.LAB_PROJECT, 0, c)
                    recent += follow_project(given.start, given.lab_fields[k], p, park, key, k, quarter)
        steady = lab.budget / p.project_cost * shares[0] * shares[1] * shares[2]
        lab.maturity = recent * QUARTERS_PER_YEAR / RECENT / steady if steady > 0.0 else 0.0


@compiled
def follow_project(start: int, fields: Any, p: Any, park: Park, key: np.uint64, k: int, begun: int) -> int:
    """Follow a project of lab ``k`` from its beginning to the start; returns whether it passed transfer in the last two years."""
    years, shares, end, recent = stage_years(p, 1.0), pass_share(p, 1.0), begun, 0
    for stage in range(N_STAGES):
        end = stage_end(key, stage, years[stage], end)
        if end > start:
            project = park.research.row[new_row(park.research)]
            project.key, project.lab, project.stage, project.until = key, k, stage, end
            return recent
        if not passes(key, stage, shares[stage]):
            return recent
        if stage == TRANSFER and start - end < RECENT:
            recent = 1
    left = exp(-p.decay * (start - end) * STEP_YEARS)
    for s in range(len(fields)):
        park.cells[s].knowledge += left * fields[s]
    return recent
