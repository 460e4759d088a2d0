"""Growth: outside demand moves, staff follows demand as far as people and floor space allow, revenue follows both.  ODD 7.5

A firm's own shock is drawn once a year, on its birthday, and holds for its year; a shock common to the segment is drawn once a
year for all.  Both are mean-corrected: chance adds spread, not growth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.contract import Change, Rule
from wutong.model.draws import Draws, Purpose
from wutong.model.facts import Floats, Ints, Tag, parameter
from wutong.model.newcomers import by_world, productivity
from wutong.model.state import ParkState
from wutong.model.units import QUARTERS_PER_YEAR, STEP_YEARS, birthdays


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
    segment_spread: Floats = parameter(
        0.08, unit="1/year", low=0.0, high=0.15, en="Spread of the segment's common shock", zh="环节共同冲击离散度",
        source="design: bands are far too narrow without it",
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
MEMORY = 0.5  # of the segment's shock from year to year
RAMP_STEP = np.exp(2.0 * np.log(9.0) / 3.0 * STEP_YEARS)  # odds a quarter: 10 to 90 % in three years


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def momentum(employees: Floats, drift: Floats, unit_shock: Floats, spread: Floats, exponent: Floats) -> Floats:
    """Growth factor a quarter that a firm's year brings, of the shape of employees [1].

    The shock is Laplace with an sd that falls with size; ln(1 - scale^2) takes its mean effect over the year out.

    Parameters
    ----------
    drift : of the shape of employees [1/year]
    unit_shock : of the shape of employees [1]
        Laplace with scale 1.
    spread, exponent : of the shape of employees [1]
    """
    scale = spread * np.maximum(employees, 1.0) ** -exponent / np.sqrt(2.0)
    corrected = np.sqrt(np.sqrt(1.0 - scale * scale))  # (1 - scale^2) to the power of a quarter of a year
    return np.asarray(np.exp((drift + scale * unit_shock) * STEP_YEARS) * corrected)


def next_ramp(ramp: Floats) -> Floats:
    """Share of full output a quarter later, on a logistic curve, of the shape of ramp."""
    grown = ramp * RAMP_STEP
    return np.asarray(grown / (1.0 - ramp + grown))


def common_shock(last: Floats, normal: Floats, spread: Floats) -> Floats:
    """The segment's growth shock of a new year, of shape (n_worlds, n_segments) [1/year]."""
    return MEMORY * last + spread * normal


def mean_correction(year: int) -> float:
    """Growth to take off in a year, in units of spread^2, so that the summed shocks leave the mean level alone."""
    weights = [(1.0 - MEMORY ** (n + 1)) / (1.0 - MEMORY) for n in range(year + 1)]
    return 0.5 * weights[-1] ** 2


def share_of(room: Floats, wanted: Floats) -> Floats:
    """Part of what is wanted that there is room for, of the shape of wanted [share]."""
    return np.minimum(np.divide(np.maximum(room, 0.0), wanted, out=np.ones(wanted.shape), where=wanted > 0.0), 1.0)


# ── Wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def apply(state: ParkState, p: Growth, draws: Draws) -> Change:
    base, firms, groups = state.base, state.firms, state.groups
    shock = _common(state, p, draws)
    year = (draws.quarter - base.start - 1) // QUARTERS_PER_YEAR
    drift = base.growth + base.demand_shift[base.year(draws.quarter)] + shock - mean_correction(year) * p.segment_spread**2
    pace = reviewed(state, p, draws, birthdays(firms.born, draws.quarter))
    linked, gain = _spillover(state, p, draws.quarter)
    demand = firms.outside_demand * groups.spread(np.exp(drift * STEP_YEARS))
    demand *= pace
    demand[linked] *= gain
    quality = firms.quality.copy()
    quality[linked] *= gain
    ramp = next_ramp(firms.ramp)
    wanted = demand * ramp + firms.orders
    head = groups.spread(productivity(base, draws.quarter)) * quality
    gap = groups.spread_worlds(p.adjustment) * (wanted / head - firms.employees)
    hires = np.maximum(gap, 0.0)
    hired = hires * groups.spread_sites(_hiring_share(state, p, hires, gap))
    employees = firms.employees + np.minimum(gap, 0.0) + hired
    return Change(
        columns={
            "cells.growth_shock": shock,
            "firms.momentum": pace,
            "firms.outside_demand": demand,
            "firms.quality": quality,
            "firms.ramp": ramp,
            "firms.employees": employees,
            "firms.revenue": np.minimum(wanted, groups.spread_worlds(p.overtime) * head * employees),
        },
        flows={"hires_wanted": groups.sum_by_cell(hires), "hires": groups.sum_by_cell(hired)},
    )


def _hiring_share(state: ParkState, p: Growth, hires: Floats, gap: Floats) -> Floats:
    """Share of the wanted hires that floor space and people allow, of shape (n_worlds, n_segments, n_zones).

    Floor comes first: people whom nobody can house are offered to the others.
    """
    groups, base = state.groups, state.base
    by_site = groups.sum_by_site(hires)
    area = (by_site * base.floor_per_head[:, :, None]).sum(axis=1)
    by_floor = share_of(state.zones.floor - state.zones.occupied, area)
    housed = (by_site * by_floor[:, None, :]).sum(axis=(1, 2))
    shrinkage = by_site.sum(axis=(1, 2)) - groups.sum_by_cell(gap).sum(axis=1)
    people = STEP_YEARS * (p.people + state.levers.people) + state.worlds.released + shrinkage[:, None]
    by_people = share_of(people, housed[:, None])
    return np.broadcast_to((by_floor * by_people)[:, None, :], by_site.shape)


def _common(state: ParkState, p: Growth, draws: Draws) -> Floats:
    if (draws.quarter - state.base.start) % QUARTERS_PER_YEAR != 1:
        return state.cells.growth_shock
    normal = draws.normal(state.cells.key, Purpose.SEGMENT_SHOCK)
    return common_shock(state.cells.growth_shock, normal, p.segment_spread)


def reviewed(state: ParkState, p: Growth, draws: Draws, due: Ints) -> Floats:
    """Growth factors a quarter, drawn anew for the firms in rows ``due``, of shape (n_firms,) [1]."""
    firms, base = state.firms, state.base
    world = firms.site[due] // (base.n_segments * base.n_zones)
    young = firms.born[due] > draws.quarter - YOUNG
    drift = np.where(young, by_world(p.young_growth, world), by_world(p.old_growth, world))
    reached = state.share_reached(state.levers.incubated, INCUBATED_YEARS)
    inside = firms.born[due] >= draws.quarter - QUARTERS_PER_YEAR * INCUBATED_YEARS
    drift = drift + inside * by_world(state.levers.incubator_growth * reached, world)
    unit = draws.laplace(firms.key[due], Purpose.GROWTH, np.ones(len(due)))
    pace = firms.momentum.copy()
    pace[due] = momentum(firms.employees[due], drift, unit, by_world(p.shock_spread, world), by_world(p.shock_exponent, world))
    return pace


def _spillover(state: ParkState, p: Growth, quarter: int) -> tuple[Ints, Floats]:
    """Rows of the firms that serve an anchor, in their first five years, and their gain a quarter [1]."""
    firms = state.firms
    linked = np.flatnonzero((firms.customer >= 0) & (firms.born >= quarter - YOUNG))
    linked = linked[state.led_slots(firms.customer[linked]) >= 0]
    world = firms.site[linked] // (state.base.n_segments * state.base.n_zones)
    return linked, np.exp(np.log1p(by_world(p.spillover, world)) / YOUNG)


RULE = Rule(
    "growth",
    Growth,
    frozenset(
        {
            "cells.growth_shock",
            "firms.momentum",
            "firms.outside_demand",
            "firms.quality",
            "firms.ramp",
            "firms.employees",
            "firms.revenue",
        }
    ),
    apply,
)
