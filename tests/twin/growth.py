"""Growth: outside demand, staff, and what is made of them (docs/ODD.md, section 7.5)."""

from __future__ import annotations

from math import sqrt

from tests.twin.park import STEP, Firm, Park, Segment, Zone
from tests.twin.spin_off import is_birthday
from wutong.model.draws import Purpose
from wutong.model.keyed import laplace
from wutong.model.maths import exp, log, power

YOUNG, INCUBATED = 20, 12  # quarters
RAMP_STEP = 9.0 ** (1.0 / 6.0)


def run(park: Park) -> None:
    reached = reached_by_incubators(park)
    head = {segment: park.output_per_head(segment) for segment in park.segments}
    for firm in park.firms:
        grow(park, firm, firm.segment.drift, reached)
    hire(park, head)
    overtime = park.parameters["growth"].overtime
    for firm in park.firms:
        firm.revenue = min(wanted(firm), overtime * head[firm.segment] * firm.quality * firm.employees)


def reached_by_incubators(park: Park) -> float:
    """Part of the young firms that has an incubator place."""
    return float(min(park.policy.incubated / max(len(park.since(INCUBATED)), 1), 1.0))


def grow(park: Park, firm: Firm, trend: float, reached: float) -> None:
    """Demand, quality and ramp of a firm."""
    if is_birthday(firm, park.quarter):
        firm.momentum = drawn_momentum(park, firm, reached)
    gain = 1.0
    if firm.born >= park.quarter - YOUNG and firm.customer is not None and firm.customer.leads is not None:
        gain = exp(log(1.0 + park.parameters["growth"].spillover) / 20.0)
    firm.outside_demand *= trend * firm.momentum * gain
    firm.quality *= gain
    firm.ramp = firm.ramp * RAMP_STEP / (1.0 - firm.ramp + firm.ramp * RAMP_STEP)


def drawn_momentum(park: Park, firm: Firm, reached: float) -> float:
    """Growth factor a quarter, for a year of the firm."""
    p, t = park.parameters["growth"], park.quarter
    age = p.young_growth if firm.born > t - YOUNG else p.old_growth
    if firm.born >= t - INCUBATED:
        age += park.policy.incubator_growth * reached
    scale = p.shock_spread * power(max(firm.employees, 1.0), -p.shock_exponent) / sqrt(2.0)
    drawn = laplace(firm.key, Purpose.GROWTH, t, 1.0)
    return exp((age + scale * drawn) * STEP) * power(1.0 - scale * scale, STEP)


def wanted(firm: Firm) -> float:
    return firm.outside_demand * firm.ramp + firm.orders


def hire(park: Park, head: dict[Segment, float]) -> None:
    """Staff moves toward what demand asks for; hires are cut by floor first, then by people."""
    p = park.parameters["growth"]
    change = {firm: p.adjustment * (wanted(firm) / (head[firm.segment] * firm.quality) - firm.employees) for firm in park.firms}
    asked = [0.0] * len(park.zones)
    for firm, amount in change.items():
        asked[firm.zone.number] += max(amount, 0.0) * firm.segment.facts.floor_per_head
    floor_share = [floor_left(zone, asked[zone.number]) for zone in park.zones]
    housed = sum(max(amount, 0.0) * floor_share[firm.zone.number] for firm, amount in change.items())
    let_go = sum(max(-amount, 0.0) for amount in change.values())
    people = max(STEP * (p.people + park.policy.people) + park.released + let_go, 0.0)
    people_share = min(people / housed, 1.0) if housed > 0.0 else 1.0
    for firm, amount in change.items():
        hired = max(amount, 0.0) * floor_share[firm.zone.number] * people_share
        park.book.note("hires_wanted", firm.segment.number, max(amount, 0.0))
        park.book.note("hires", firm.segment.number, hired)
        firm.employees += hired + min(amount, 0.0)


def floor_left(zone: Zone, asked: float) -> float:
    """Part of the floor that a zone's hires ask for and that it has."""
    if zone.own_plants or asked <= 0.0:
        return 1.0
    return float(min(max(zone.floor - zone.occupied, 0.0) / asked, 1.0))
