"""Support by anchor and lab: what the levers pay to single firms and labs, summed over those that they go back to.

Landing subsidy, tax relief and rent subsidy are paid to firms, money for labs to labs; what other levers cost has no single
receiver and stands in no sum here.
"""

from __future__ import annotations

import numpy as np

from wutong.model.entities import Fate
from wutong.model.facts import Floats, Ints, Slots
from wutong.model.lever_costs import is_young, lab_paid, landing_paid, rebate_share, rent_paid
from wutong.model.lever_effects import LANDING_CAP
from wutong.model.lineage import anchor_members, anchors_themselves, brought_by_anchors, brought_by_labs, by_member
from wutong.model.newcomers import paid_in
from wutong.model.state import ParkState
from wutong.model.units import QUARTERS_PER_YEAR

FIRM_LEVERS = frozenset({"landing_subsidy", "tax_relief", "rent_subsidy"})


def level_of(state: ParkState, lever: str, cell: Ints) -> Floats:
    """Level of a lever that is aimed at segments, in the given cells, of shape (n,); 0 where it is not in use."""
    return np.broadcast_to(state.levels.get(lever, np.zeros((1, 1))), state.shape).ravel().take(cell)


def counted_investment(state: ParkState, chosen: Ints) -> Floats:
    """Investment paid in by the projects in the given rows, as far as a landing subsidy counts it, of shape (n,) [亿元]."""
    cell = state.projects.cell[chosen]
    paid = state.projects.investment[chosen] * paid_in(state.base, state.projects.channel[chosen], cell // state.base.n_segments)
    return np.minimum(paid, LANDING_CAP / np.maximum(level_of(state, "landing_subsidy", cell), 1e-12))


def support(state: ParkState, kept: Floats, quarter: int) -> dict[str, Floats]:
    """What was paid to anchors, labs and the firms that go back to them, of shape (n_worlds, n_members) each [亿元/year].

    Parameters
    ----------
    kept : of shape (n_worlds, n_segments) [1]
        Tax that the zone keeps per unit of revenue.
    """
    out: dict[str, Floats] = {}
    if "lab_funding" in state.levels:
        out["lab_support"] = _to_labs(state)
    if not state.levels.keys() & FIRM_LEVERS:
        return out
    lines = {"anchor": anchors_themselves(state), "brought": brought_by_anchors(state), "lab_brought": brought_by_labs(state)}
    for name, line in lines.items():
        out[f"{name}_support"] = by_member(line.totals(_to_firms(state, kept, line.row, quarter)))
    if "landing_subsidy" in state.levels:
        _add_landing(state, out, quarter)
    return out


def _to_labs(state: ParkState) -> Floats:
    """Public money of the lever for labs, split by budget as its effect is."""
    base, labs = state.base, state.labs
    total = np.bincount(labs.world, labs.budget, minlength=base.n_worlds)
    money = np.broadcast_to(lab_paid(state.levels["lab_funding"], base.lever_parameters), (base.n_worlds, 1))[:, 0]
    return np.asarray((labs.budget * (money / np.maximum(total, 1e-12))[labs.world]).reshape(base.n_worlds, -1))


def _to_firms(state: ParkState, kept: Floats, row: Ints, quarter: int) -> Floats:
    """Tax relief and rent subsidy of the firms in the given rows, of shape (n,) [亿元/year]."""
    base, firms, p = state.base, state.firms, state.base.lever_parameters
    cell, zone = np.divmod(firms.site[row], base.n_zones)
    age = quarter - firms.born[row].astype(np.int64)
    relief = level_of(state, "tax_relief", cell) * firms.revenue[row] * kept.ravel().take(cell) * rebate_share(age)
    monthly = np.broadcast_to(np.where(base.office, p.office_rent, p.plant_rent), state.shape).ravel().take(cell)
    area = firms.employees[row] * base.floor_per_head.ravel().take(cell) * is_young(age) * (zone < base.n_zones - 1)
    return (relief + rent_paid(level_of(state, "rent_subsidy", cell), monthly, area)) * (firms.born[row] > base.start)


def _add_landing(state: ParkState, out: dict[str, Floats], quarter: int) -> None:
    """Add the landing subsidy of this quarter's projects and of small firms that ask to open."""
    base, projects = state.base, state.projects
    started, opened = projects.started == quarter, projects.fate == Fate.OPENED
    row = np.flatnonzero((started | opened) & ((projects.leads >= 0) | (projects.anchor >= 0)))
    counted = counted_investment(state, row)
    money = _subsidy(state, projects.cell[row], counted * started[row], counted * opened[row])
    leads = projects.leads[row] >= 0
    world = projects.cell[row] // base.n_segments
    for name, slot in (("anchor", projects.leads[row]), ("brought", projects.anchor[row])):
        chosen = np.flatnonzero(leads == (name == "anchor"))
        out[f"{name}_support"] += _by_anchor(state, world[chosen], slot[chosen], money[chosen])
    for who in state.arrivals:
        small = np.flatnonzero(base.office[who.cell % base.n_segments] & ((who.anchor >= 0) | (who.lab >= 0)))
        cell = who.cell[small]
        world, n_labs = cell // base.n_segments, len(base.lab_university)
        size = np.broadcast_to(base.lever_parameters.small_investment, (base.n_worlds, 1))[world, 0]
        money = _subsidy(state, cell, np.zeros(len(small)), size)
        tied, founded = np.flatnonzero(who.anchor[small] >= 0), np.flatnonzero(who.lab[small] >= 0)
        out["brought_support"] += _by_anchor(state, world[tied], who.anchor[small[tied]], money[tied])
        place = world[founded] * n_labs + who.lab[small[founded]]
        out["lab_brought_support"] += np.bincount(place, money[founded], base.n_worlds * n_labs).reshape(base.n_worlds, -1)


def _subsidy(state: ParkState, cell: Ints, started: Floats, opened: Floats) -> Floats:
    return level_of(state, "landing_subsidy", cell) * landing_paid(started, opened) * QUARTERS_PER_YEAR


def _by_anchor(state: ParkState, world: Ints, slot: Ints | Slots, money: Floats) -> Floats:
    """Money summed over anchors given by world and slot, of shape (n_worlds, n_members)."""
    n = state.base.n_anchors + 1
    place = world * n + anchor_members(state)[state.anchor_rows(world, slot)]
    return np.bincount(place, money, state.base.n_worlds * n).astype(np.float64).reshape(-1, n)
