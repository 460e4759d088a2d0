"""Exit: firms close or move away with a hazard by age and size.  ODD 7.7

Each firm is born with a life, one exponential draw; its hazard uses it up, and it leaves when nothing is left.  A lower hazard
can only let the same firm live longer.  Age and size are reviewed on the firm's birthday.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.contract import Change, Rule
from wutong.model.draws import Draws
from wutong.model.facts import Floats, Ints, Tag, parameter
from wutong.model.newcomers import by_world
from wutong.model.state import ParkState
from wutong.model.units import QUARTERS_PER_YEAR, STEP_YEARS, birthdays, rate_of_yearly_prob


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
MEAN_SIZE = 5.3  # persons
LOST_FOR = 4  # quarters
YOUNG_YEARS, FUNDED_YEARS = 3, 4


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def hazard(age_years: Ints, employees: Floats, exponent: Floats, factor: Floats) -> Floats:
    """Hazard of exit, of the shape of employees [1/year].

    Parameters
    ----------
    age_years : of the shape of employees
        Completed years of life.
    exponent, factor : of the shape of employees [1]
    """
    by_age = rate_of_yearly_prob(YEARLY_PROB).take(np.minimum(age_years, len(YEARLY_PROB) - 1))
    return by_age * (np.maximum(employees, 1.0) / MEAN_SIZE) ** exponent * factor


# ── Wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def apply(state: ParkState, p: Exit, draws: Draws) -> Change:
    firms = state.firms
    rate = reviewed(state, p, draws.quarter, birthdays(firms.born, draws.quarter))
    life = firms.life - STEP_YEARS * rate * _relief(state, p, draws.quarter)
    return Change(
        columns={"firms.exit_rate": rate, "firms.life": life},
        deaths=np.flatnonzero(life <= 0.0),
    )


def reviewed(state: ParkState, p: Exit, quarter: int, due: Ints) -> Floats:
    """Hazards by age and size, set anew for the firms in rows ``due``, of shape (n_firms,) [1/year]."""
    firms = state.firms
    world = firms.site[due] // (state.base.n_segments * state.base.n_zones)
    age = (quarter - firms.born[due].astype(np.int64)) // QUARTERS_PER_YEAR
    rate = firms.exit_rate.copy()
    rate[due] = hazard(age, firms.employees[due], by_world(p.size_exponent, world), by_world(p.park_factor, world))
    return rate


def _relief(state: ParkState, p: Exit, quarter: int) -> Floats:
    """What a lost customer and the levers do to a firm's hazard, of shape (n_firms,) [1]."""
    firms, groups, levers = state.firms, state.groups, state.levers
    factor = np.ones(len(firms.key))
    lost = np.flatnonzero(firms.customer_lost >= quarter - LOST_FOR)
    factor[lost] = by_world(p.lost_customer_factor, firms.site[lost] // (state.base.n_segments * state.base.n_zones))
    if (levers.coached_exit != 1.0).any():
        coached = np.flatnonzero(firms.customer >= 0)
        factor[coached] *= groups.spread(levers.coached_exit)[coached]
    incubated = 1.0 + (levers.incubator_exit - 1.0) * state.share_reached(levers.incubated, YOUNG_YEARS)
    funded = 1.0 + (levers.funded_exit - 1.0) * state.share_reached(FUNDED_YEARS * levers.deals, FUNDED_YEARS)
    for effect, years in ((levers.young_exit * incubated, YOUNG_YEARS), (funded, FUNDED_YEARS)):
        if (effect != 1.0).any():
            young = np.flatnonzero(firms.born >= quarter - QUARTERS_PER_YEAR * years)
            factor[young] *= groups.spread(effect)[young]
    return factor


RULE = Rule("exit", Exit, frozenset({"firms.exit_rate", "firms.life"}), apply)
