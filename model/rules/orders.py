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
    orders, reserved = share_out(state, spending, productivity(base, draws.quarter), p)
    return Change(
        columns={
            "firms.orders": orders,
            **{f"cells.{name}": value for name, value in trade(state, spending, groups.sum_by_cell(orders), reserved).items()},
            "cells.inputs": local_inputs(base.supplied_by, groups.by_cell),
        }
    )


def trade(state: ParkState, spending: Floats, received: Floats, reserved: Floats) -> dict[str, Floats]:
    """What cells buy and sell, of shape (n_worlds, n_segments) each [亿元/year]: columns of the cells.

    Parameters
    ----------
    spending, reserved : of shape (n_worlds, buying segment, selling segment)
        What could be bought locally, and what named buyers reserved of it.
    received : of shape (n_worlds, n_segments)
        Orders of the firms.
    """
    demand = spending.sum(axis=1)
    filled = np.minimum(received, demand)
    left, reserved_of = spending - reserved, reserved.sum(axis=1)
    wanted = left.sum(axis=1)
    open_filled = np.divide(np.maximum(filled - reserved_of, 0.0), wanted, out=np.zeros(wanted.shape), where=wanted > 0.0)
    return {
        "purchases": state.groups.sum_by_cell(state.firms.revenue) * state.base.buys.sum(axis=1),
        "demand": demand,
        "filled": filled,
        "placed": np.asarray((reserved + left * open_filled[:, None, :]).sum(axis=2)),
        "unmet": demand - filled,
    }


def local_inputs(supplied_by: Floats, firms: Ints) -> Floats:
    """Operating local firms in the segments that supply each segment, of shape (n_worlds, n_segments) [count]."""
    return np.asarray((firms[:, None, :] * supplied_by[None]).sum(axis=2))


def share_out(state: ParkState, spending: Floats, head: Floats, p: Orders) -> tuple[Floats, Floats]:
    """Orders by firm (n_firms,), and what buyers reserved of them (n_worlds, buying, selling segment) [亿元/year].

    Parameters
    ----------
    spending : of shape (n_worlds, buying segment, selling segment) [亿元/year]
    head : of shape (n_worlds, n_segments) [亿元/year]
        Output of an employee at mean quality.
    """
    firms, groups = state.firms, state.groups
    capacity = firms.employees * firms.quality * groups.spread(head * state.base.local_capacity_share)
    reserved, by_buyer = _reserved(firms, groups, state, spending, capacity, p)
    spare = capacity - reserved
    left = np.maximum(spending.sum(axis=1) - groups.sum_by_cell(reserved), 0.0)
    return reserved + spare * groups.spread(open_share(left, groups.sum_by_cell(spare))), by_buyer


def _reserved(
    firms: Firms, groups: Groups, state: ParkState, spending: Floats, capacity: Floats, p: Orders
) -> tuple[Floats, Floats]:
    """Orders reserved for each firm (n_firms,), and by whom (n_worlds, buying segment, selling segment) [亿元/year]."""
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
    place = (world * base.n_segments + buying) * base.n_segments + segment
    return reserved, np.bincount(place, reserved[tied], minlength=spending.size).reshape(spending.shape)


RULE = Rule(
    "orders",
    Orders,
    frozenset(
        {
            "firms.orders",
            "cells.purchases",
            "cells.demand",
            "cells.filled",
            "cells.placed",
            "cells.unmet",
            "cells.inputs",
        }
    ),
    apply,
)
