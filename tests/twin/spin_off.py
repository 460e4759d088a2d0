"""Spin-offs of firms and laboratories, and founders whom levers add (docs/ODD.md, section 7.3)."""

from __future__ import annotations

from tests.twin.drawing import first_above
from tests.twin.park import STEP, Arrival, Firm, Lab, Park
from wutong.model.codes import Channel
from wutong.model.draws import Purpose
from wutong.model.keyed import bits, newborn, pair, poisson, uniform
from wutong.model.maths import log, power

SIZE_LIMIT = 500.0


def run(park: Park) -> None:
    for firm in park.firms:
        age(park, firm)
    for lab in park.labs:
        found_from_lab(park, lab)
    for segment in park.segments:
        count = poisson(segment.key, Purpose.FUNDED, park.quarter, STEP * segment.policy.extra_founders)
        for n in range(count):
            key = newborn(segment.key, Purpose.FUNDED_FOUNDER, park.quarter, n)
            park.arrivals.append(Arrival(key, segment, Channel.FIRM_SPIN_OFF))


def age(park: Park, firm: Firm) -> None:
    """A firm on its way to its next spin-off."""
    p, t = park.parameters["spin_off"], park.quarter
    if is_birthday(firm, t):
        firm.spin_off_rate = p.firm_rate * power(min(firm.employees, SIZE_LIMIT), p.size_exponent) * firm.quality
    branch = p.branch_factor if firm.segment.facts.branch_plant else 1.0
    shrinks = 1.0 + p.shrinking_factor * (firm.momentum < 1.0)
    firm.spin_off_left -= STEP * firm.spin_off_rate * branch * shrinks
    if firm.spin_off_left > 0.0:
        return
    again, stays = pair(firm.key, Purpose.SPIN_OFF, t)
    firm.spin_off_left = -log(1.0 - again)
    if stays < p.stay_share:
        found_from_firm(park, firm)


def found_from_firm(park: Park, parent: Firm) -> None:
    """Staff of a firm found their own."""
    key = bits(parent.key, Purpose.CHILD, park.quarter)
    spin_off = Arrival(key, park.segments[parent.segment.facts.spin_off_segment], Channel.FIRM_SPIN_OFF, parent=parent)
    spin_off.anchor = parent.leads or parent.anchor
    spin_off.lab = parent.lab
    spin_off.round = parent.round + 1 if spin_off.anchor or spin_off.lab else 0
    spin_off.inherited = power(parent.quality, park.parameters["spin_off"].heredity)
    park.arrivals.append(spin_off)


def found_from_lab(park: Park, lab: Lab) -> None:
    """Start-ups of a laboratory that stay."""
    p, t = park.parameters["spin_off"], park.quarter
    if not lab.is_open(t):
        return
    kind = 1.0 if lab.university else p.state_lab_factor
    rate = p.lab_rate * park.policy.lab_start_ups * money(park, lab) * kind * lab.maturity
    for n in range(poisson(lab.key, Purpose.LAB_SPIN_OFF, t, STEP * rate * p.lab_stay_share)):
        key = newborn(lab.key, Purpose.LAB_CHILD, t, n)
        segment = park.segments[first_above(uniform(key, Purpose.LAB_FIELD, 0), lab.fields_summed)]
        park.arrivals.append(Arrival(key, segment, Channel.LAB_SPIN_OFF, lab=lab, round=1))


def money(park: Park, lab: Lab) -> float:
    """What a laboratory spends a year, its part of the lever included."""
    budgets = sum(other.budget for other in park.labs)
    return lab.budget * (1.0 + park.policy.lab_budget / budgets) if budgets > 0.0 else 0.0


def is_birthday(firm: Firm, quarter: int) -> bool:
    """The quarter after its birth, and every fourth one from there."""
    return (quarter - firm.born) % 4 == 1
