"""Growth: outside demand moves, staff follows demand as far as people and floor space allow, revenue follows both.  ODD 7.5

Outside demand moves with the world outside (ODD 7.0), and by a shock of the firm's own, drawn once a year, on its birthday, that
holds for its year.  It is mean-corrected: chance adds spread, not growth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.facts import Floats, Tag, parameter
from wutong.model.given import Given, Levers, Record
from wutong.model.maths import exp, log, power
from wutong.model.newcomers import share_reached
from wutong.model.tables import Park, Table
from wutong.model.units import QUARTERS_PER_YEAR, STEP_YEARS, birthday


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Growth:
    adjustment: Floats = parameter(
        0.3, unit="1/quarter", low=0.15, high=0.6, en="Speed at which staff follows demand", zh="用工调整速度",
        source="design choice",
    )  # fmt: skip
    shock_spread: Floats = parameter(
        0.45, unit="1", low=0.35, high=0.55, en="Yearly spread of a firm's growth (sd, one employee)", zh="企业年增长离散度",
        source="Laplace growth shocks falling with size: Stanley et al. 1996, Bottazzi & Secchi 2006", tag=Tag.MEMORY,
    )  # fmt: skip
    shock_exponent: Floats = parameter(
        0.1, unit="1", low=0.0, high=0.2, en="Exponent of size in that spread", zh="离散度的规模弹性",
        source="Stanley et al. 1996", tag=Tag.MEMORY,
    )  # fmt: skip
    young_growth: Floats = parameter(
        0.06, unit="1/year", low=0.02, high=0.10, en="Extra growth under five years", zh="年轻企业额外增长",
        source="design choice",
    )  # fmt: skip
    old_growth: Floats = parameter(
        -0.01, unit="1/year", low=-0.02, high=0.0, en="Extra growth from five years on", zh="成熟企业额外增长",
        source="design choice",
    )  # fmt: skip
    spillover: Floats = parameter(
        0.12, unit="share", low=0.08, high=0.16, en="Productivity gain of an anchor's suppliers by year five", zh="龙头溢出效应",
        source="Greenstone, Hornbeck & Moretti 2010", tag=Tag.SEEN,
    )  # fmt: skip
    overtime: Floats = parameter(
        1.15, unit="1", low=1.05, high=1.25, en="Output per head at most, relative to normal", zh="超负荷产出上限",
        source="design choice",
    )  # fmt: skip
    people: Floats = parameter(
        20_000.0, unit="persons/year", low=8_000.0, high=40_000.0, en="People available a year", zh="每年可招人数",
        source="26,000 new urban jobs in H1 2022 (Science City)", tag=Tag.COMPUTED,
    )  # fmt: skip


YOUNG = 20  # quarters
INCUBATED_YEARS = 3
RAMP_STEP = float(np.exp(2.0 * np.log(9.0) / 3.0 * STEP_YEARS))  # odds a quarter: 10 to 90 % in three years


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def grow(t: int, given: Given, p: Any, levers: Levers, park: Park, record: Record) -> None:
    """Demand moves, firms ask for staff, floor and people ration it, and revenue follows."""
    firms = park.firms
    incubated = levers.park[0].incubator_growth * share_reached(firms, levers.park[0].incubated, INCUBATED_YEARS, t)
    gain = exp(log(1.0 + p.spillover) / YOUNG)
    wanted, gap = np.empty(firms.n[0]), np.empty(firms.n[0])
    area, people = np.zeros(given.n_zones), STEP_YEARS * (p.people + levers.park[0].people) + park.world[0].released
    for i in range(firms.n[0]):
        firm = firms.row[i]
        if birthday(firm.born, t):
            firm.momentum = momentum(t, firm, p, incubated)
        firm.outside_demand *= park.cells[firm.segment].drift * firm.momentum
        if firm.customer >= 0 and firms.row[firm.customer].leads >= 0 and firm.born >= t - YOUNG:  # it serves an anchor
            firm.outside_demand *= gain
            firm.quality *= gain
        if firm.ramp < 1.0:
            firm.ramp = next_ramp(firm.ramp)
        wanted[i] = firm.outside_demand * firm.ramp + firm.orders
        gap[i] = p.adjustment * (wanted[i] / (park.cells[firm.segment].head * firm.quality) - firm.employees)
        area[firm.zone] += max(gap[i], 0.0) * given.segment[firm.segment].floor_per_head
        people -= min(gap[i], 0.0)  # staff that shrinking firms let go
    by_floor, by_people = ration(firms, park.zones, gap, area, people)
    for i in range(firms.n[0]):
        firm = firms.row[i]
        asked = max(gap[i], 0.0)
        hired = asked * by_floor[firm.zone] * by_people
        record.segment[firm.segment].hires_wanted += asked
        record.segment[firm.segment].hires += hired
        firm.employees += min(gap[i], 0.0) + hired
        firm.revenue = min(wanted[i], p.overtime * park.cells[firm.segment].head * firm.quality * firm.employees)


@compiled
def momentum(t: int, firm: Any, p: Any, incubated: float) -> float:
    """Growth factor a quarter that a firm's year brings [1].

    The shock is Laplace with an sd that falls with size; (1 - scale^2) to the power of a quarter takes its mean effect out.
    """
    trend = p.young_growth if firm.born > t - YOUNG else p.old_growth
    if firm.born >= t - QUARTERS_PER_YEAR * INCUBATED_YEARS:
        trend += incubated
    scale = p.shock_spread * power(max(firm.employees, 1.0), -p.shock_exponent) / np.sqrt(2.0)
    shock = keyed.laplace(firm.key, Purpose.GROWTH, t, scale)
    return exp((trend + shock) * STEP_YEARS) * np.sqrt(np.sqrt(1.0 - scale * scale))


@compiled
def next_ramp(ramp: float) -> float:
    """Share of full output a quarter later, on a logistic curve."""
    odds = ramp * RAMP_STEP
    return odds / (1.0 - ramp + odds)


@compiled
def ration(firms: Table, zones: Any, gap: Any, area: Any, people: float) -> Any:
    """Share of the wanted hires that each zone's floor allows, of shape (n_zones,), and that people allow of what is housed.

    Floor comes first: people whom nobody can house are offered to the others.

    Parameters
    ----------
    gap : of shape (n_firms,) [persons]
    area : that all hires would need, of shape (n_zones,) [m2]
    people : that can be hired [persons]
    """
    by_floor, housed = np.empty(len(zones)), 0.0
    for z in range(len(zones)):
        by_floor[z] = share_of(zones[z].floor - zones[z].occupied, area[z])
    for i in range(firms.n[0]):
        housed += max(gap[i], 0.0) * by_floor[firms.row[i].zone]
    return by_floor, share_of(people, housed)


@compiled
def share_of(room: float, wanted: float) -> float:
    """Part of what is wanted that there is room for."""
    return min(max(room, 0.0) / wanted, 1.0) if wanted > 0.0 else 1.0
