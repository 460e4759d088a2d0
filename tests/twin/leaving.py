"""Exit (docs/ODD.md, section 7.7)."""

from __future__ import annotations

from tests.twin.growth import reached_by_incubators
from tests.twin.park import STEP, Firm, Park
from tests.twin.spin_off import is_birthday
from wutong.model.maths import log, power

YEARLY = (0.016, 0.063, 0.095, 0.08, 0.08, 0.08, 0.08, 0.065, 0.065, 0.065, 0.05)
YOUNG, FUNDED, LOST_FOR = 12, 16, 4  # quarters


def run(park: Park) -> None:
    reached = reached_by_incubators(park)
    funded = float(min(4.0 * park.policy.deals / max(len(park.since(FUNDED)), 1), 1.0))
    for firm in park.firms:
        if is_birthday(firm, park.quarter):
            firm.exit_rate = rate(park, firm)
        firm.life -= STEP * firm.exit_rate * factor(park, firm, reached, funded)
        firm.dies |= firm.life <= 0.0


def rate(park: Park, firm: Firm) -> float:
    """Hazard of exit by age and size."""
    p, years = park.parameters["exit"], (park.quarter - firm.born) // 4
    hazard = -log(1.0 - YEARLY[min(years, len(YEARLY) - 1)])
    return float(hazard * power(max(firm.employees, 1.0) / 5.3, p.size_exponent) * p.park_factor)


def factor(park: Park, firm: Firm, reached: float, funded: float) -> float:
    """What a lost customer and the levers make of the hazard."""
    t, product = park.quarter, 1.0
    if firm.customer_lost > 0 and t - firm.customer_lost <= LOST_FOR:
        product *= park.parameters["exit"].lost_customer_factor
    if firm.customer is not None:
        product *= firm.segment.policy.coached_exit
    if firm.born >= t - YOUNG:
        product *= firm.segment.policy.young_exit * (1.0 + (park.policy.incubator_exit - 1.0) * reached)
    if firm.born >= t - FUNDED:
        product *= 1.0 + (park.policy.funded_exit - 1.0) * funded
    return product
