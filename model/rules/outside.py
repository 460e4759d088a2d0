"""The world outside: how outside demand and the firms that look for a site grow, slow down and swing together.  ODD 7.0

One rule of growth and saturation, the same in a projection and in a hindcast.  A level on its trend rises so that its
``slowing``-th power grows by as much every year: 0 is a constant rate, 1 a constant amount, 2 slower still.  About the trend it
swings, in years that are better or worse for all of the park and in some that are so for a segment; part of a swing lasts to the
next year.  Growth is that of the middle world: the mean lies higher, the more the longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.facts import Floats, Shape, Tag, parameter
from wutong.model.given import Given, calendar_row
from wutong.model.maths import exp, log
from wutong.model.tables import Park
from wutong.model.units import QUARTERS_PER_YEAR, STEP_YEARS


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Outside:
    slowing: Floats = parameter(
        0.7, unit="1", low=0.0, high=1.8, en="Slowing of growth (exponent)", zh="增长放缓指数",
        source="pooled over the training parks", tag=Tag.COMPUTED,
    )  # fmt: skip
    memory: Floats = parameter(
        0.67, unit="1", low=0.2, high=0.9, en="Part of a year's swing that lasts to the next", zh="年度波动的延续率",
        source="pooled over the training parks", tag=Tag.COMPUTED,
    )  # fmt: skip
    common_spread: Floats = parameter(
        0.05, unit="1/year", low=0.002, high=0.4, shape=Shape.LOG_UNIFORM,
        en="Spread of the growth common to the park", zh="全园共同波动",
        source="pooled over the training parks", tag=Tag.COMPUTED,
    )  # fmt: skip
    segment_spread: Floats = parameter(
        0.08, unit="1/year", low=0.0, high=0.15, en="Spread of a segment's own growth", zh="环节自身波动",
        source="design choice",
    )  # fmt: skip
    pool_spread: Floats = parameter(
        0.25, unit="1", low=0.1, high=0.4, en="Spread of the firms that look for a site (sd of log)", zh="外部企业池波动",
        source="design choice",
    )  # fmt: skip


SLIGHT = 1e-9  # of a rate that slows down: below it the trend is straight


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def move(t: int, given: Given, p: Any, park: Park) -> None:
    """Draw the year's swings where a year begins, and move demand and the pool of firms by a quarter."""
    since = t - given.start
    years, row = since * STEP_YEARS, calendar_row(given, t)
    if (since - 1) % QUARTERS_PER_YEAR == 0:
        draw_swings(t, 0.0 if since == 1 else p.memory, given, p, park)
    for s in range(given.n_segments):
        cell, segment = park.cells[s], given.segment[s]
        risen = trend(segment.growth, p.slowing, years) - trend(segment.growth, p.slowing, years - STEP_YEARS)
        swing = given.demand_shift[row, s] + park.world[0].swing + cell.swing
        cell.drift = exp(risen + swing * STEP_YEARS)
        pooled = p.pool_spread * park.cells[segment.first_of_industry].pool_swing - 0.5 * p.pool_spread * p.pool_spread
        cell.pool = exp(trend(segment.pool_trend, p.slowing, years) + pooled)


@compiled
def draw_swings(t: int, kept: float, given: Given, p: Any, park: Park) -> None:
    """Swings of a year, of which a part is kept from the last: of the park, every segment, and every industry's pool."""
    new = np.sqrt(1.0 - kept * kept)  # so that their spread is the same in every year
    world = park.world[0]
    world.swing = kept * world.swing + new * p.common_spread * keyed.normal(world.key, Purpose.COMMON_SHOCK, t)
    for s in range(given.n_segments):
        cell = park.cells[s]
        cell.swing = kept * cell.swing + new * p.segment_spread * keyed.normal(cell.key, Purpose.SEGMENT_SHOCK, t)
        if given.segment[s].first_of_industry == s:
            cell.pool_swing = kept * cell.pool_swing + new * keyed.normal(cell.key, Purpose.POOL_SHOCK, t)


@compiled
def trend(rate: float, slowing: float, years: float) -> float:
    """Logarithm of a level on its trend, relative to that of the start [1].

    Parameters
    ----------
    rate : growth of the logarithm at the start [1/year]
    """
    fading = slowing * abs(rate)
    if fading < SLIGHT:
        return rate * years
    return rate / fading * log(1.0 + fading * years)
