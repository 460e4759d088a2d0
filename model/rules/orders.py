"""Orders: buyers spend on inputs, local suppliers fill what they can, the rest is imported.  ODD 7.4

Purchases follow last quarter's revenue.  A named buyer reserves part of its spending for the suppliers that name it, who then
weigh three times their capacity; what is left of a cell's demand is shared by spare capacity, so nobody gets more than it can
serve and money balances in one pass, whatever else is in the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model.compiled import compiled
from wutong.model.facts import Floats, parameter
from wutong.model.given import Given
from wutong.model.tables import NONE, Park, Table


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Orders:
    tie: Floats = parameter(
        3.0, unit="1", low=1.0, high=6.0, en="Weight of a supplier for the buyer that it names", zh="主要客户订单权重",
        source="design choice",
    )  # fmt: skip


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def place_orders(given: Given, p: Any, localisable: Any, park: Park) -> None:
    """Cells spend out of last quarter's revenue, firms fill what they can, and the rest is imported.

    Parameters
    ----------
    localisable : of shape (n_segments,) [1]
        What levers multiply the localisable share of each selling segment by.
    """
    firms, n = park.firms, given.n_segments
    capacity, able, revenue, count = capacities(given.segment, firms, park.cells)
    spending = spent(given, park.cells, revenue, localisable)
    buyer, together = those_named(firms, capacity, n)
    reserved, spare, by_buyer = np.zeros(firms.n[0]), np.zeros(n), np.zeros((n, n))
    for i in range(firms.n[0]):
        c, s = firms.row[i].customer, firms.row[i].segment
        if c >= 0 and firms.row[c].revenue > 0.0:
            b = firms.row[c].segment
            offer = firms.row[c].revenue / revenue[b] * spending[b, s]
            reserved[i] = reserved_for(capacity[i], offer, able[s], p.tie - 1.0, together[buyer[c], s])
            by_buyer[b, s] += reserved[i]
        spare[s] += capacity[i] - reserved[i]
    open_share = np.zeros(n)  # of its spare capacity that every supplier of a cell fills
    for s in range(n):
        left = max(bought_from(spending, s) - bought_from(by_buyer, s), 0.0)
        open_share[s] = min(left / spare[s], 1.0) if spare[s] > 0.0 else 0.0
    received = np.zeros(n)
    for i in range(firms.n[0]):
        firm = firms.row[i]
        firm.orders = reserved[i] + (capacity[i] - reserved[i]) * open_share[firm.segment]
        received[firm.segment] += firm.orders
    trade(given.supplied_by, park.cells, count, spending, by_buyer, received)


@compiled
def capacities(segments: Any, firms: Table, cells: Any) -> Any:
    """What each firm can make for local buyers, of shape (n_firms,) [亿元/year], and capacity, revenue and firms by segment."""
    capacity, able = np.empty(firms.n[0]), np.zeros(len(cells))
    revenue, count = np.zeros(len(cells)), np.zeros(len(cells))
    for i in range(firms.n[0]):
        firm = firms.row[i]
        s = firm.segment
        capacity[i] = firm.employees * firm.quality * cells[s].head * segments[s].local_capacity_share
        able[s] += capacity[i]
        revenue[s] += firm.revenue
        count[s] += 1.0
    return capacity, able, revenue, count


@compiled
def spent(given: Given, cells: Any, revenue: Any, localisable: Any) -> Any:
    """What cells could buy locally, of shape (buying segment, selling segment) [亿元/year]; their purchases are noted."""
    n = given.n_segments
    spending = np.zeros((n, n))
    for b in range(n):
        share = 0.0
        for s in range(n):
            share += given.buys[b, s]
            spending[b, s] = revenue[b] * given.buys[b, s] * min(given.segment[s].localisable_share * localisable[s], 1.0)
        cells[b].purchases = revenue[b] * share
    return spending


@compiled
def reserved_for(capacity: float, offer: float, able: float, extra: float, together: float) -> float:
    """Orders that a named buyer reserves for a supplier that names it [亿元/year].

    Weights are capacity, times ``tie`` for a supplier that names the buyer; the reserved part is what the tie adds.

    Parameters
    ----------
    capacity : of the supplier
    offer : what the buyer spends in the supplier's segment
    able, together : capacity of the whole segment, and of those that name the buyer
    extra : what the tie adds to the weight [1]
    """
    return min(offer * extra * capacity / max(able + extra * together, 1e-300), capacity)


@compiled
def those_named(firms: Table, capacity: Any, n_segments: int) -> Any:
    """A number for every firm that others name (n_firms,), and the capacity of those that name it, by number and segment."""
    count, buyer = 0, np.empty(firms.n[0], np.int64)
    for i in range(firms.n[0]):
        buyer[i] = NONE
    for i in range(firms.n[0]):
        c = firms.row[i].customer
        if c >= 0 and buyer[c] < 0:
            buyer[c] = count
            count += 1
    together = np.zeros((count, n_segments))
    for i in range(firms.n[0]):
        if firms.row[i].customer >= 0:
            together[buyer[firms.row[i].customer], firms.row[i].segment] += capacity[i]
    return buyer, together


@compiled
def bought_from(table: Any, s: int) -> float:
    """Sum over all that buy from segment ``s``."""
    total = 0.0
    for b in range(len(table)):
        total += table[b, s]
    return total


@compiled
def trade(supplied_by: Any, cells: Any, count: Any, spending: Any, by_buyer: Any, received: Any) -> None:
    """What cells buy and sell: a reserved order is its buyer's, the rest of a cell's orders go with what is left of demand."""
    n = len(cells)
    for s in range(n):
        cells[s].placed = 0.0
    for s in range(n):
        cell, reserved = cells[s], bought_from(by_buyer, s)
        cell.demand, cell.inputs = bought_from(spending, s), 0.0
        cell.filled = min(received[s], cell.demand)
        cell.unmet = cell.demand - cell.filled
        left = cell.demand - reserved
        share = max(cell.filled - reserved, 0.0) / left if left > 0.0 else 0.0
        for b in range(n):
            cell.inputs += count[b] * supplied_by[s, b]
            cells[b].placed += by_buyer[b, s] + (spending[b, s] - by_buyer[b, s]) * share
