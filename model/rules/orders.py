"""Orders: buyers spend on inputs, local suppliers fill what they can, the rest is imported.  ODD 7.4

Purchases follow last quarter's revenue.  A named buyer reserves part of its spending for the suppliers that name it, who then
weigh three times their capacity; what is left of a cell's demand is shared by spare capacity, so nobody gets more than it can
serve and money balances in one pass, whatever else is in the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.contract import Change, Rule
from wutong.model.draws import Draws
from wutong.model.entities import Firms, Groups
from wutong.model.facts import Floats, Ints, parameter
from wutong.model.newcomers import by_world, productivity
from wutong.model.state import ParkState


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Orders:
    tie: Floats = parameter(
        3.0, unit="1", low=1.0, high=6.0, en="Weight of a supplier for the buyer that it names", zh="主要客户订单权重",
        source="design choice",
    )  # fmt: skip


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def local_spending(revenue: Floats, buys: Floats, localisable: Floats) -> Floats:
    """What buyers would spend locally, of shape (n_worlds, buying segment, selling segment) [亿元/year].

    Parameters
    ----------
    revenue : of shape (n_worlds, n_segments) [亿元/year]
    buys : of shape (buying segment, selling segment) [share]
        Inputs per unit of revenue.
    localisable : of shape (n_worlds, n_segments) [share]
        Part of the spending on a selling segment that local suppliers could fill.
    """
    return revenue[:, :, None] * buys * localisable[:, None, :]


def reserved_orders(spending: Floats, pair: Ints, capacity: Floats, rivals: Floats, tie: Floats) -> Floats:
    """Orders that named buyers reserve for the suppliers that name them, of shape (n_tied,) [亿元/year].

    Weights are capacity, times ``tie`` for a supplier that names the buyer; the reserved part is what the tie adds.

    Parameters
    ----------
    spending : of shape (n_tied,) [亿元/year]
        What the named buyer spends on the supplier's segment.
    pair : of shape (n_tied,) [index]
        Equal for suppliers with the same buyer and segment.
    capacity : of shape (n_tied,) [亿元/year]
    rivals : of shape (n_tied,) [亿元/year]
        Capacity of all local suppliers of the segment.
    tie : of shape (n_tied,) [1]
    """
    together = np.bincount(pair, capacity).take(pair) if len(pair) else capacity
    extra = tie - 1.0
    return np.minimum(spending * extra * capacity / np.maximum(rivals + extra * together, 1e-300), capacity)


def open_share(demand: Floats, spare: Floats) -> Floats:
    """Share of its spare capacity that every supplier of a cell fills, of shape (n_worlds, n_segments) [share]."""
    return np.minimum(np.divide(demand, spare, out=np.zeros(spare.shape), where=spare > 0.0), 1.0)


# ── Wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def apply(state: ParkState, p: Orders, draws: Draws) -> Change:
    base, firms, groups = state.base, state.firms, state.groups
    spending = local_spending(
        groups.sum_by_cell(firms.revenue), base.buys, np.minimum(base.localisable_share * state.levers.localisable, 1.0)
    )
    filled, orders = share_out(state, spending, productivity(base, draws.quarter), p)
    demand = spending.sum(axis=1)
    filled = np.minimum(filled, demand)
    filled_share = np.divide(filled, demand, out=np.zeros(demand.shape), where=demand > 0.0)
    return Change(
        columns={
            "firms.orders": orders,
            "cells.demand": demand,
            "cells.filled": filled,
            "cells.placed": np.asarray((spending * filled_share[:, None, :]).sum(axis=2)),
            "cells.unmet": demand - filled,
            "cells.inputs": local_inputs(base.supplied_by, groups.by_cell),
        }
    )


def local_inputs(supplied_by: Floats, firms: Ints) -> Floats:
    """Operating local firms in the segments that supply each segment, of shape (n_worlds, n_segments) [count]."""
    return np.asarray((firms[:, None, :] * supplied_by[None]).sum(axis=2))


def share_out(state: ParkState, spending: Floats, head: Floats, p: Orders) -> tuple[Floats, Floats]:
    """Orders received by cell (n_worlds, n_segments) and by firm (n_firms,) [亿元/year].

    Parameters
    ----------
    spending : of shape (n_worlds, buying segment, selling segment) [亿元/year]
    head : of shape (n_worlds, n_segments) [亿元/year]
        Output of an employee at mean quality.
    """
    firms, groups = state.firms, state.groups
    capacity = firms.employees * firms.quality * groups.spread(head * state.base.local_capacity_share)
    reserved = _reserved(firms, groups, state, spending, capacity, p)
    spare = capacity - reserved
    left = np.maximum(spending.sum(axis=1) - groups.sum_by_cell(reserved), 0.0)
    orders = reserved + spare * groups.spread(open_share(left, groups.sum_by_cell(spare)))
    return groups.sum_by_cell(orders), orders


def _reserved(firms: Firms, groups: Groups, state: ParkState, spending: Floats, capacity: Floats, p: Orders) -> Floats:
    base = state.base
    reserved = np.zeros(len(firms.key))
    tied = np.flatnonzero(firms.customer >= 0)
    buyer = firms.customer[tied]
    world, segment = np.divmod(firms.site[tied] // base.n_zones, base.n_segments)
    buying = firms.site[buyer] // base.n_zones % base.n_segments
    own = np.divide(
        firms.revenue[buyer],
        groups.sum_by_cell(firms.revenue)[world, buying],
        out=np.zeros(len(tied)),
        where=firms.revenue[buyer] > 0.0,
    )
    total = groups.sum_by_cell(capacity)[world, segment]
    pair = np.unique(buyer * base.n_segments + segment, return_inverse=True)[1]
    offer = own * spending[world, buying, segment]
    reserved[tied] = reserved_orders(offer, pair, capacity[tied], total, by_world(p.tie, world))
    return reserved


RULE = Rule(
    "orders",
    Orders,
    frozenset(
        {
            "firms.orders",
            "cells.demand",
            "cells.filled",
            "cells.placed",
            "cells.unmet",
            "cells.inputs",
        }
    ),
    apply,
)
