"""Choices and newcomers' draws (docs/ODD.md, sections 3.3, 7.1 and 7.11); the uniforms themselves are the model's keyed draws."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

from tests.twin.park import Arrival, Firm, Park, Project, Segment
from wutong.model.codes import Channel
from wutong.model.draws import Purpose
from wutong.model.keyed import exponential, gamma_two, normal, uniform
from wutong.model.maths import exp, log, power

RIDGE_PLACES = (0.0, 1 / 3, 2 / 3, 1.0)
RIDGE_LAGS = (1.0, 1.5, 2.0, 2.5)
RIDGE_SHARES = (0.33, 0.4, 0.48, 0.58)


def choice(u: float, weights: Sequence[float]) -> int:
    """The first whose summed weight is above u times all."""
    return first_above(u, running_sums(weights))


def running_sums(weights: Sequence[float]) -> list[float]:
    sums, total = [], 0.0
    for weight in weights:
        total += weight
        sums.append(total)
    return sums


def first_above(u: float, summed: Sequence[float]) -> int:
    aim = u * summed[-1]
    return next((i for i, value in enumerate(summed) if value > aim), len(summed) - 1)


def on_ridge(position: float, values: Sequence[float]) -> float:
    """Value at a position on the ridge of lags and shares, linear between its corners and on beyond the last."""
    i = min(int(3.0 * position), 2)
    part = (position - RIDGE_PLACES[i]) / (RIDGE_PLACES[i + 1] - RIDGE_PLACES[i])
    return values[i] + part * (values[i + 1] - values[i])


def lognormal(key: Any, purpose: Purpose, spread: float) -> float:
    """A lognormal draw with mean 1."""
    return exp(spread * normal(key, purpose, 0) - 0.5 * spread * spread)


def signed_project(park: Park, arrival: Arrival) -> Project:
    """The project that an arrival signs (7.1)."""
    p, segment, key = park.parameters["newcomers"], arrival.segment, arrival.key
    if arrival.channel == Channel.FOLLOWED:
        mean = p.partner_investment
    elif arrival.channel == Channel.RECRUITED:
        mean = p.anchor_investment * exp(0.5 * p.project_spread**2)
    else:
        mean = segment.facts.project_investment
    investment = mean * lognormal(key, Purpose.INVESTMENT, p.project_spread)
    size = power(max(investment, 0.1) / 5.0, p.size_exponent)
    lag = on_ridge(p.funnel_position, RIDGE_LAGS) * segment.facts.lag_factor * size
    project = Project(
        key,
        segment,
        arrival.channel,
        park.quarter,
        investment,
        luck=uniform(key, Purpose.OPENING, 0),
        capacity=paid_in(park, arrival.channel, investment) * p.output_per_investment * p.plan_realised,
        quality=lognormal(key, Purpose.QUALITY, p.quality_spread),
        opening_share=on_ridge(p.funnel_position, RIDGE_SHARES) * p.park_factor,
        lag=gamma_two(key, Purpose.LAG, 0, lag),
    )
    project.anchor, project.round = arrival.anchor, arrival.round
    return project


def paid_in(park: Park, channel: int, investment: float) -> float:
    """Part of a contract that is paid in."""
    share = 1.0 if channel == Channel.FOLLOWED else park.parameters["newcomers"].realised_share
    return investment * float(share)


def entrant(park: Park, arrival: Arrival) -> Firm:
    """The firm that an arrival opens at once, still without a zone (3.3)."""
    p, key = park.parameters["newcomers"], arrival.key
    spread = sqrt(2.0 * log(p.entrant_staff_mean / p.entrant_staff_median))
    staff = max(p.entrant_staff_median * exp(spread * normal(key, Purpose.SIZE, 0)), 1.0)
    quality = lognormal(key, Purpose.QUALITY, p.quality_spread) * arrival.inherited
    demand = staff * quality * park.output_per_head(arrival.segment)
    firm = new_firm(park, key, arrival.segment, arrival.channel, staff, quality, demand, 1.0)
    firm.anchor, firm.lab, firm.round, firm.customer = arrival.anchor, arrival.lab, arrival.round, arrival.customer
    return firm


def opened_plant(park: Park, project: Project, customer: Firm | None) -> Firm:
    """The firm of a project that opens, still without a zone (7.1)."""
    staff = 0.1 * project.capacity / (park.output_per_head(project.segment) * project.quality)
    firm = new_firm(park, project.key, project.segment, project.channel, staff, project.quality, project.capacity, 0.1)
    firm.leads, firm.anchor, firm.round, firm.customer = project.leads, project.anchor, project.round, customer
    return firm


def new_firm(
    park: Park, key: Any, segment: Segment, channel: int, staff: float, quality: float, demand: float, ramp: float
) -> Firm:
    nowhere: Any = None
    life, left = exponential(key, Purpose.LIFE, 0), exponential(key, Purpose.SPIN_OFF, 0)
    return Firm(key, segment, nowhere, channel, park.quarter, staff, quality, demand, ramp, demand * ramp, life, left)
