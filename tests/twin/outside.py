"""The world outside the park: its trends and its good and bad years (docs/ODD.md, section 7.0)."""

from __future__ import annotations

from math import sqrt
from typing import Any

from tests.twin.park import STEP, Park, Segment
from wutong.model.draws import Purpose
from wutong.model.keyed import normal
from wutong.model.maths import exp, log


def run(park: Park) -> None:
    since = park.quarter - park.start
    if since % 4 == 1:
        new_year(park, memory=park.parameters["outside"].memory if since > 1 else 0.0)
    for segment in park.segments:
        segment.drift = drift(park, segment, since)
        segment.pool = pool(park, segment, since)


def new_year(park: Park, memory: float) -> None:
    """Carry a part of last year's swings over, and draw the rest anew."""
    p, t = park.parameters["outside"], park.quarter
    anew = sqrt(1.0 - memory * memory)
    park.swing = memory * park.swing + anew * p.common_spread * normal(park.key, Purpose.COMMON_SHOCK, t)
    for segment in park.segments:
        segment.swing = memory * segment.swing + anew * p.segment_spread * normal(segment.key, Purpose.SEGMENT_SHOCK, t)
        if segment.facts.first_of_industry == segment.number:
            segment.pool_swing = memory * segment.pool_swing + anew * normal(segment.key, Purpose.POOL_SHOCK, t)


def drift(park: Park, segment: Segment, since: int) -> float:
    """Factor of a quarter on outside demand, the same for all firms of a segment."""
    p, growth = park.parameters["outside"], segment.facts.growth
    risen = rise(growth, p.slowing, since * STEP) - rise(growth, p.slowing, (since - 1) * STEP)
    of_year = shock(park, park.given.demand_shift, segment) + park.swing + segment.swing
    return exp(risen + of_year * STEP)


def pool(park: Park, segment: Segment, since: int) -> float:
    """Firms of the industry that look for a site anywhere, relative to the start."""
    p, first = park.parameters["outside"], park.segments[segment.facts.first_of_industry]
    undisturbed = rise(segment.facts.pool_trend, p.slowing, since * STEP)
    return exp(undisturbed + p.pool_spread * first.pool_swing - 0.5 * p.pool_spread**2)


def rise(rate: float, slowing: float, years: float) -> float:
    """Logarithm of a level after so many years of growth that slows down."""
    k = slowing * abs(rate)
    return rate * years if k < 1e-9 else rate / k * log(1.0 + k * years)


def shock(park: Park, by_year: Any, segment: Segment) -> float:
    """What the scenario's shocks of this calendar year do to a segment; the last row is free of shocks."""
    row = min(park.quarter // 4 - park.start // 4, len(by_year) - 1)
    return float(by_year[row][segment.number])
