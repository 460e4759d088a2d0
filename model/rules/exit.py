"""Exit: firms close or move away with a hazard by age and size.  ODD 7.7

Each firm is born with a life, one exponential draw; its hazard uses it up, and it leaves when nothing is left.  A lower hazard
can only let the same firm live longer.  Age and size are reviewed on the firm's birthday.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model.compiled import compiled
from wutong.model.facts import Floats, Tag, parameter
from wutong.model.given import Levers
from wutong.model.maths import power
from wutong.model.newcomers import share_reached
from wutong.model.tables import Park
from wutong.model.units import QUARTERS_PER_YEAR, STEP_YEARS, birthday, rate_of_yearly_prob


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Exit:
    park_factor: Floats = parameter(
        1.2, unit="1", low=1.0, high=2.5, en="Exit from this park relative to closing", zh="本园退出系数",
        source="parks show 7-16 % a year, moving out included", tag=Tag.SEEN,
    )  # fmt: skip
    size_exponent: Floats = parameter(
        -0.15, unit="1", low=-0.25, high=-0.05, en="Exponent of size in the hazard", zh="退出率规模弹性",
        source="design choice",
    )  # fmt: skip
    lost_customer_factor: Floats = parameter(
        2.0, unit="1", low=1.0, high=4.0, en="Hazard in the year after the named customer closed", zh="失去主要客户后的退出系数",
        source="design choice",
    )  # fmt: skip


YEARLY_PROB = np.array([0.016, 0.063, 0.095, 0.080, 0.080, 0.080, 0.080, 0.065, 0.065, 0.065, 0.05])
"""Chance of closing in each year of life, the last for all later years (SAIC 2013: life of Chinese firms)."""
HAZARD = rate_of_yearly_prob(YEARLY_PROB)
MEAN_SIZE = 5.3  # persons
LOST_FOR = 4  # quarters
YOUNG_YEARS, FUNDED_YEARS = 3, 4


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def close_firms(t: int, p: Any, levers: Levers, park: Park) -> None:
    """Hazards use up lives; a firm whose life is used up leaves at the end of the quarter."""
    lever = levers.park[0]
    incubated = 1.0 + (lever.incubator_exit - 1.0) * share_reached(park.firms, lever.incubated, YOUNG_YEARS, t)
    funded = 1.0 + (lever.funded_exit - 1.0) * share_reached(park.firms, FUNDED_YEARS * lever.deals, FUNDED_YEARS, t)
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        if birthday(firm.born, t):
            firm.exit_rate = hazard(t, firm, p)
        rate = firm.exit_rate
        if firm.customer_lost >= t - LOST_FOR:
            rate *= p.lost_customer_factor
        if firm.customer >= 0:
            rate *= levers.segment[firm.segment].coached_exit
        if firm.born >= t - QUARTERS_PER_YEAR * YOUNG_YEARS:
            rate *= levers.segment[firm.segment].young_exit * incubated
        if firm.born >= t - QUARTERS_PER_YEAR * FUNDED_YEARS:
            rate *= funded
        firm.life -= STEP_YEARS * rate
        if firm.life <= 0.0:
            firm.closes = True


@compiled
def hazard(t: int, firm: Any, p: Any) -> float:
    """Hazard of exit by age in completed years and by size [1/year]."""
    age = min((t - firm.born) // QUARTERS_PER_YEAR, len(HAZARD) - 1)
    return HAZARD[age] * power(max(firm.employees, 1.0) / MEAN_SIZE, p.size_exponent) * p.park_factor
