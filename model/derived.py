"""Measures that follow from what was recorded, once a run is over: accounts, land, books, sums since the launch.  ODD 7.8"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model.base import Base
from wutong.model.facts import Floats
from wutong.model.lever_costs import Activity, lab_paid
from wutong.model.lever_table import LeverTable
from wutong.model.levers import LEVERS

MU = 666.67 * 1.5  # m2 of floor on a mu of land, at a floor ratio of 1.5 (assumed)
BOOKS = 8  # quarters for which a closed firm stays registered
SINCE_LAUNCH = ("signed_projects", "signed_investment")
DERIVED = frozenset(
    {
        "registered_firms", "land", "induced_jobs", "value_added", "tax", "local_tax", "lever_cost", "net_balance", "lab_support",
        *(f"{flow}_total" for flow in SINCE_LAUNCH),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """What the accounts of a batch need besides the record.

    Attributes
    ----------
    parameters : of the rule of accounts, fields of shape (n_worlds, 1)
    budgets : of the labs without levers, of shape (n_worlds, n_labs) [亿元/year]
    before : by flow, what had flowed before the start, of shape (n_worlds, n_segments)
    """

    base: Base
    parameters: Any
    levers: LeverTable
    budgets: Floats
    before: Mapping[str, Floats]


def derived(recorded: Mapping[str, Floats], context: Context) -> dict[str, Floats]:
    """Derived measures of a batch, of shape (n_quarters + 1, n_worlds, n) each."""
    base, p = context.base, context.parameters
    value_added = recorded["revenue"] * base.value_added_share
    tax = value_added * p.tax_share
    local_tax = tax * p.local_tax_share
    costs = lever_costs(recorded, context)
    return {
        "value_added": value_added,
        "tax": tax,
        "local_tax": local_tax,
        "induced_jobs": p.induced_jobs * recorded["employees"] * np.where(base.office, 0.0, 1.0),
        "land": recorded["employees"] * base.floor_per_head / MU,
        "registered_firms": recorded["firms"] + recent(recorded["exits"]),
        "lever_cost": costs,
        "net_balance": local_tax.sum(axis=2, keepdims=True) - costs.sum(axis=2, keepdims=True),
        "lab_support": lab_support(len(costs), context),
        **{f"{flow}_total": context.before[flow] + np.cumsum(recorded[flow], axis=0) for flow in SINCE_LAUNCH},
    }


def recent(exits: Floats) -> Floats:
    """Firms that closed within two years, of the shape of exits."""
    closed = np.cumsum(exits, axis=0)
    out = closed.copy()
    out[BOOKS:] -= closed[:-BOOKS]
    return out


def lever_costs(recorded: Mapping[str, Floats], context: Context) -> Floats:
    """What each lever costs, of shape (n_quarters + 1, n_worlds, n_levers) [亿元/year]; nothing at the start."""
    base, table = context.base, context.levers
    costs = np.zeros((*recorded["revenue"].shape[:2], len(LEVERS)))
    activity = Activity(
        {name: values[1:] for name, values in recorded.items()},
        table.floor_added,
        recorded["occupied"][:-1] / np.maximum(recorded["floor"][1:], 1.0),
        base.zone_office,
        base.office,
    )
    for n, (key, lever) in enumerate(LEVERS.items()):
        if key in table.in_use:
            costs[1:, :, n] = lever.yearly_cost(table.levels[key], activity, base.lever_parameters)[..., 0]
    return costs


def lab_support(n_rows: int, context: Context) -> Floats:
    """Public money of the lever for labs, split by budget as its effect is, of shape (n_rows, n_worlds, n_labs) [亿元/year]."""
    money = np.zeros((n_rows, *context.budgets.shape))
    if "lab_funding" in context.levers.in_use:
        share = context.budgets / np.maximum(context.budgets.sum(axis=1, keepdims=True), 1e-12)
        money[1:] = share * lab_paid(context.levers.levels["lab_funding"], context.base.lever_parameters)
    return money
