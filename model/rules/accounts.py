"""Accounts: value added, tax, and what the levers cost.  ODD 7.9

Nothing in the park depends on them within a run; they are what a policy is judged by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.contract import Change, Rule
from wutong.model.draws import Draws
from wutong.model.entities import Fate
from wutong.model.facts import Floats, Ints, Tag, parameter
from wutong.model.lever_costs import Activity, is_young, rebate_share
from wutong.model.levers import LEVERS
from wutong.model.state import ParkState
from wutong.model.support import counted_investment, support


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Accounts:
    tax_share: Floats = parameter(
        0.137, unit="share", low=0.12, high=0.155, en="Tax of all levels in value added", zh="全口径税收占增加值比重",
        source="66.95 亿元 of 487.45 亿元, Chongqing High-tech Zone 2020", tag=Tag.COMPUTED,
    )  # fmt: skip
    local_tax_share: Floats = parameter(
        0.34, unit="share", low=0.25, high=0.45, en="Part of it kept by the zone", zh="地方留成比例",
        source="23.0 of 66.95 亿元, Chongqing High-tech Zone 2020", tag=Tag.COMPUTED,
    )  # fmt: skip
    induced_jobs: Floats = parameter(
        0.34, unit="1", low=0.2, high=1.6, en="Induced jobs per manufacturing job", zh="每个制造岗位诱发的岗位",
        source="China 0.34; United States 1.0-1.6", tag=Tag.SEEN,
    )  # fmt: skip


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def local_tax(value_added: Floats, p: Accounts) -> Floats:
    """Tax that the zone keeps, of shape (n_worlds, n_segments) [亿元/year]."""
    return value_added * p.tax_share * p.local_tax_share


# ── Wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def apply(state: ParkState, p: Accounts, draws: Draws) -> Change:
    value_added = state.groups.sum_by_cell(state.firms.revenue) * state.base.value_added_share
    costs = np.zeros((state.base.n_worlds, len(LEVERS)))
    if state.levels:
        activity = observe(state, p, draws.quarter)
        for n, (key, lever) in enumerate(LEVERS.items()):
            if key in state.levels:
                costs[:, n] = np.broadcast_to(
                    lever.yearly_cost(state.levels[key], activity, state.base.lever_parameters), (state.base.n_worlds, 1)
                )[:, 0]
    manufacturing = np.where(state.base.office, 0.0, 1.0)
    jobs = state.groups.sum_by_cell(state.firms.employees)
    return Change(
        flows={
            "value_added": value_added,
            "tax": value_added * p.tax_share,
            "local_tax": local_tax(value_added, p),
            "induced_jobs": p.induced_jobs * jobs * manufacturing,
            "lever_cost": costs,
            **support(state, local_tax(state.base.value_added_share, p), draws.quarter),
        }
    )


def observe(state: ParkState, p: Accounts, quarter: int) -> Activity:
    """What the levers are charged on this quarter."""
    base, firms, groups, projects = state.base, state.firms, state.groups, state.projects
    age = quarter - firms.born.astype(np.int64)
    came = (firms.born > base.start).astype(np.float64)
    young = came * is_young(age)
    taxed = groups.sum_by_cell(firms.revenue * came * rebate_share(age)) * base.value_added_share
    starting = np.flatnonzero(projects.started == quarter)
    opened = np.flatnonzero(projects.fate == Fate.OPENED)
    small = sum((state.count_by_cell(a.cell) for a in state.arrivals), np.zeros(state.shape)) * base.office
    occupancy = state.zones.occupied[:, :-1] / np.maximum(state.zones.floor[:, :-1], 1.0)
    tied = groups.sum_by_cell((firms.customer >= 0).astype(np.float64))
    pending = (projects.signed <= quarter).astype(np.float64)
    return Activity(
        pipeline=state.count_by_cell(projects.cell, pending).sum(axis=1, keepdims=True),
        coached=tied.sum(axis=1, keepdims=True),
        newcomers_area=groups.sum_by_site(firms.employees * young)[:, :, :-1].sum(axis=2) * base.floor_per_head,
        newcomers_tax=local_tax(taxed, p),
        started_investment=_paid_in(state, starting),
        opened_investment=_paid_in(state, opened) + small * base.lever_parameters.small_investment,
        entering_transfer=np.broadcast_to(state.flows["entering_transfer"], state.shape),
        floor_added=state.floor_added,
        occupancy=occupancy,
        zone_office=base.zone_office,
        office=base.office,
    )


def _paid_in(state: ParkState, chosen: Ints) -> Floats:
    """Investment paid in by the projects in the given rows, as far as a landing subsidy counts it, by cell [亿元]."""
    return state.count_by_cell(state.projects.cell[chosen], counted_investment(state, chosen))


RULE = Rule("accounts", Accounts, frozenset(), apply)
